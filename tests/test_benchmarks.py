from __future__ import annotations

import json
from datetime import date
from itertools import count, islice

import pytest

from benchmarks.corpus import varied_tools
from benchmarks.measure import Row, Spread, against, spread, take_turns, wall_s, within
from benchmarks.report import amount, write_json, write_markdown
from benchmarks.run import main, suites

MACHINE = {"python": "cpython 3.11.7", "system": "linux", "cores": 2, "load": 0.5}
DAY = date(2026, 11, 21)


def a_ratio(at_most: float) -> Row:
    """Two against one, but for a round in which the machine was busy."""
    return against("`review`", [0.2, 0.9, 0.4], "`import x`", [0.1, 0.3, 0.2], at_most=at_most)


def test_a_spread_is_the_median_and_the_range() -> None:
    """One slow run moves the range and not the figure."""
    assert spread([3.0, 1.0, 90.0, 2.0]) == Spread(median=2.5, low=1.0, high=90.0, runs=4)


def test_a_ratio_is_taken_between_neighbours() -> None:
    """What slows down both of a pair leaves their ratio alone; the median of the ratios counts."""
    row = a_ratio(2.0)
    assert row.reference is not None
    assert row.reference.ratio == Spread(median=2.0, low=2.0, high=3.0, runs=3)
    assert row.figure == pytest.approx(2.0)
    assert row.met
    assert not a_ratio(1.9).met


def test_unpaired_samples_are_refused() -> None:
    """A sample without a neighbour is a mistake in the suite, not a ratio."""
    with pytest.raises(ValueError, match="shorter"):
        against("x", [1.0, 2.0], "y", [1.0], at_most=2)


def test_without_a_reference_the_worst_sample_counts() -> None:
    """A limit in commits or bytes holds for every run, not for the middle one."""
    assert within("commits", [5, 6, 7], "count", at_most=7).met
    assert not within("commits", [5, 6, 7], "count", at_most=6).met


def test_turns_are_taken_and_the_first_round_is_dropped() -> None:
    """A B A B, after a warm-up of each."""
    clock = count()
    taken = take_turns({"a": lambda: float(next(clock)), "b": lambda: float(next(clock))}, rounds=2)
    assert taken == {"a": [2.0, 4.0], "b": [3.0, 5.0]}


def test_a_program_that_fails_is_no_measurement() -> None:
    """The time to a failure would look like a fast run."""
    with pytest.raises(RuntimeError, match="ended with 3: out of luck"):
        wall_s("-c", "import sys; sys.stderr.write('out of luck\\n'); sys.exit(3)")


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [(1.2344, "s", "1234 ms"), (0.00351, "s", "3.51 ms"), (119.96e6, "bytes", "120.0 MB"), (6, "count", "6")],
)
def test_figures_carry_their_unit(value: float, unit: str, shown: str) -> None:
    """Seconds are shown as milliseconds, bytes as megabytes of a million."""
    assert amount(value, unit) == shown  # type: ignore[arg-type]  # one of the units


def test_the_table_tells_what_is_missed() -> None:
    """Each row says how it fared, in Markdown and in JSON alike."""
    rows = {"Reviews": [a_ratio(1.5), within("commits", [3, 3], "count", at_most=6)]}
    table = write_markdown(rows, MACHINE, DAY)
    assert "Targets met: 1 of 2." in table
    assert (
        "| `review` | 400 ms (200 ms to 900 ms) | `import x`: 200 ms (100 ms to 300 ms) "
        "| 2.00 × (2.00 to 3.00) | 1.5 × | **no** |"
    ) in table
    assert "| commits | 3 (3 to 3) | | | 6 | yes |" in table
    content = json.loads(write_json(rows, MACHINE, DAY))
    assert [(row["suite"], row["name"], row["met"]) for row in content["rows"]] == [
        ("Reviews", "`review`", False),
        ("Reviews", "commits", True),
    ]
    assert content["rows"][0]["reference"]["ratio"]["median"] == pytest.approx(2.0)


def test_every_suite_is_found_and_has_a_title() -> None:
    """A module beside the others is all that a new suite takes."""
    found = suites()
    assert {"command", "history", "review"} <= set(found)
    titles = [suite.TITLE for suite in found.values()]
    assert len(set(titles)) == len(titles)


def test_an_unknown_suite_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong name measures nothing and lists the right ones."""
    assert main(["speed"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("no suite is called speed; there are ")
    assert all(name in said for name in suites())


def test_varied_tools_are_never_the_same_question() -> None:
    """Were two alike, the second would be re-used and the review not measured."""
    tools = list(islice(varied_tools(), 100))
    assert len({tool.digest for tool in tools}) == len({tool.slug for tool in tools}) == 100
