from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from panel.ledger import default_path, open_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["running"]


@pytest.fixture
def reviewed(run: Run, tool: Path) -> Path:
    """Review one tool in three revisions and another once; return the first tool's file."""
    run("review", tool)
    run("review", tool, "--licence", "Proprietary", "--price", "Contact sales")
    run("review", tool, "--name", "Beta Search")
    run("review", tool, "--tagline", "Third.")
    return tool


def as_json(run: Run, *arguments: str) -> dict[str, Any]:
    """Run a command that succeeds and read its JSON."""
    done = run(*arguments, "--format", "json")
    assert done.status == 0, done.err
    content: dict[str, Any] = json.loads(done.out)
    return content


@pytest.mark.usefixtures("reviewed")
def test_tools_are_listed_latest_first(run: Run) -> None:
    """Each line has the day, the result, the slug and the name, and how often the content changed."""
    first, second = run("history", "list").out.splitlines()
    assert "acme-logs" in first
    assert first.endswith("Acme Logs, 3 revisions")
    assert second.endswith("Beta Search")
    assert "%" in first


@pytest.mark.usefixtures("reviewed")
def test_a_page_ends_with_the_way_to_the_next(run: Run) -> None:
    """Following the cursor reaches every tool once."""
    page = run("history", "list", "--limit", "1").out.splitlines()
    cursor = page[-1].removeprefix("More: --before ")
    assert "beta-search" in run("history", "list", "--limit", "1", "--before", cursor).out
    first = as_json(run, "history", "list", "--limit", "1")
    second = as_json(run, "history", "list", "--limit", "1", "--before", first["next"])
    assert [row["slug"] for row in first["tools"] + second["tools"]] == ["acme-logs", "beta-search"]
    assert second["next"] is None


@pytest.mark.usefixtures("reviewed")
def test_tools_are_found_by_part_of_a_name(run: Run) -> None:
    """--match looks in names and slugs, and nothing found is said."""
    assert [row["slug"] for row in as_json(run, "history", "list", "--match", "SEARCH")["tools"]] == [
        "beta-search"
    ]
    assert run("history", "list", "--match", "zzz").out == "Nothing found.\n"


@pytest.mark.usefixtures("reviewed")
def test_a_tool_is_shown_with_its_revisions_and_runs(run: Run) -> None:
    """Revisions stand oldest first, runs newest first, each with its result and id."""
    content = as_json(run, "history", "show", "acme-logs")
    assert [row["number"] for row in content["revisions"]] == [1, 2, 3]
    assert [row["revision"] for row in content["runs"]] == [3, 2, 1]
    page = run("history", "show", "acme-logs").out
    for row in content["runs"]:
        assert row["id"] in page
    for row in content["revisions"]:
        assert row["digest"][:16] in page


@pytest.mark.usefixtures("reviewed")
def test_a_scorecard_of_the_past_is_shown_in_any_format(run: Run, here: Path) -> None:
    """The latest, a revision's or a run's card comes out as it went in."""
    runs = as_json(run, "history", "show", "acme-logs")["runs"]
    assert as_json(run, "history", "show", "acme-logs", "--card")["tool"]["revision"] == 3
    second = as_json(run, "history", "show", "acme-logs", "--revision", "2")
    assert second["tool"]["licence"] == "Proprietary"
    assert as_json(run, "history", "show", runs[1]["id"]) == second
    assert run("history", "show", runs[1]["id"], "--out", "card.md").status == 0
    assert (here / "card.md").read_text("utf-8").startswith("#")


@pytest.mark.usefixtures("reviewed")
def test_the_difference_is_between_the_last_two_runs(run: Run) -> None:
    """Without more, `diff` tells what the latest review moved."""
    changes = as_json(run, "history", "diff", "acme-logs")
    assert changes["schema"] == "shippanel.changes/1"
    assert (changes["before"]["revision"], changes["after"]["revision"]) == (2, 3)
    assert {shift["field"] for shift in changes["submission"]} == {"tagline", "licence", "pricing.entry"}


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize(
    ("flags", "revisions"),
    [
        (("--from", "1", "--to", "3"), (1, 3)),
        (("--from", "1"), (1, 3)),
        (("--to", "2"), (1, 2)),
        (("--from", "3", "--to", "1"), (3, 1)),
    ],
)
def test_two_revisions_are_compared(run: Run, flags: tuple[str, ...], revisions: tuple[int, int]) -> None:
    """--to is the latest unless said, --from the one before it."""
    changes = as_json(run, "history", "diff", "acme-logs", *flags)
    assert (changes["before"]["revision"], changes["after"]["revision"]) == revisions


@pytest.mark.usefixtures("reviewed")
def test_two_runs_are_compared_and_told_in_words(run: Run) -> None:
    """Run ids name the sides; the text shows before and after of each changed field."""
    runs = as_json(run, "history", "show", "acme-logs")["runs"]
    page = run("history", "diff", runs[2]["id"], runs[1]["id"]).out
    assert page.startswith("Before ")
    assert "licence\n  - Apache-2.0\n  + Proprietary\n" in page
    assert run("history", "diff", runs[2]["id"], runs[2]["id"]).out.endswith("Nothing moved.\n")


MISTAKES: dict[str, tuple[tuple[str, ...], str]] = {
    "unknown slug": (
        ("show", "acme-log"),
        "no tool called 'acme-log' was reviewed; did you mean 'acme-logs'?",
    ),
    "unknown slug to compare": (("diff", "zzz"), "no tool called 'zzz' was reviewed"),
    "unknown revision": (("show", "acme-logs", "--revision", "9"), "revision 9 was not reviewed"),
    "unknown revision to compare": (("diff", "acme-logs", "--from", "9"), "revision 9 was not reviewed"),
    "nothing to compare": (("diff", "beta-search"), "was reviewed once"),
    "nothing before the first": (("diff", "acme-logs", "--to", "1"), "has no revision before 1"),
    "revisions of runs": (("diff", "0" * 32, "1" * 32, "--from", "1"), "--from and --to"),
}


@pytest.mark.usefixtures("reviewed")
@pytest.mark.parametrize("kind", MISTAKES)
def test_what_is_not_there_is_told(run: Run, kind: str) -> None:
    """One line and a hint; status 2."""
    arguments, words = MISTAKES[kind]
    done = run("history", *arguments)
    assert done.status == 2
    error, hint = done.err.splitlines()
    assert words in error
    assert hint.startswith("Hint:  ")


@pytest.mark.usefixtures("reviewed")
def test_an_unknown_run_is_told(run: Run) -> None:
    """A run id that the ledger does not have is an error of the look-up."""
    done = run("history", "show", "0" * 32)
    assert done.status == 1
    assert f"no run is called '{'0' * 32}'" in done.err


@pytest.mark.parametrize("arguments", [("history", "list"), ("history", "show", "x"), ("ledger", "stats")])
def test_looking_makes_no_ledger(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Where nothing was ever reviewed, that is said and nothing is made."""
    done = run(*arguments)
    assert done.status == 1
    assert "there is no ledger here yet" in done.err
    assert not list(tmp_path.rglob("*.db"))


@pytest.mark.usefixtures("reviewed")
def test_a_sound_ledger_is_verified(run: Run) -> None:
    """Every table is counted, and the status is 0."""
    done = run("ledger", "verify")
    assert done.status == 0
    assert done.out.endswith("Everything agrees.\n")
    report = as_json(run, "ledger", "verify")
    assert report["sound"]
    assert report["checked"]["run"] == 4


@pytest.mark.usefixtures("reviewed")
def test_a_ledger_that_was_tampered_with_fails(run: Run) -> None:
    """A changed row is named, and the status is 1."""
    import sqlite3  # noqa: PLC0415 - the one test that goes behind the ledger's back

    with sqlite3.connect(default_path()) as connection:
        connection.execute("UPDATE verdict SET outcome = replace(outcome, '\"ship\"', '\"skip\"')")
    connection.close()
    done = run("ledger", "verify", "--quiet")
    assert done.status == 1
    assert "verdict " in done.out
    assert done.err == ""


@pytest.mark.usefixtures("reviewed")
def test_the_ledger_is_counted(run: Run) -> None:
    """The figures are those of the ledger itself."""
    figures = as_json(run, "ledger", "stats")
    with open_ledger(default_path(), create=False) as ledger:
        assert figures["runs"] == ledger.stats().runs == 4
    lines = dict(line.split(maxsplit=1) for line in run("ledger", "stats").out.splitlines())
    assert lines["tools"] == "2"
    assert lines["location"] == str(default_path())
