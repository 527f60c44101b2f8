from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from cards import everything, make_card, make_verdict
from program import SUBMISSION

from panel import graph
from panel.ledger import open_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

    from panel.scorecard import Scorecard

pytest_plugins = ["running"]

FLAGS = (
    *("--name", "Acme Logs", "--tagline", "Logs as events.", "--category", "Developer tools"),
    *("--pricing-model", "freemium"),
    *("--price", "Free for one user; teams from 12 USD per user and month"),
    *("--licence", "Apache-2.0", "--fact", "deployment=on-device"),
)
DESCRIPTION = " ".join(SUBMISSION.partition(">-\n")[2].partition("facts:")[0].split())


def reviewed(run: Run, *arguments: str | Path, stdin: bytes = b"") -> dict[str, Any]:
    """Review as JSON and return the scorecard."""
    done = run("review", *arguments, "--format", "json", stdin=stdin)
    assert done.status == 0, done.err
    card: dict[str, Any] = json.loads(done.out)
    return card


def test_a_file_becomes_a_scorecard(run: Run, tool: Path) -> None:
    """The card says what was reviewed, by whom, and that no model took part."""
    card = reviewed(run, tool)
    assert card["schema"] == "shippanel.scorecard/1"
    assert card["tool"]["slug"] == "acme-logs"
    assert [verdict["persona"] for verdict in card["verdicts"]] == [
        seat["persona"] for seat in card["roster"]
    ]
    assert card["seats"] == 4
    assert any("no language model" in line for line in card["disclosure"])


def test_file_flags_and_standard_input_are_the_same_submission(run: Run, tool: Path, here: Path) -> None:
    """However the words come in, they are one content: one digest, one revision."""
    (here / "words.txt").write_text(DESCRIPTION, "utf-8")
    cards = [
        reviewed(run, tool),
        reviewed(run, "-", stdin=SUBMISSION.encode()),
        reviewed(run, *FLAGS, "--description", DESCRIPTION),
        reviewed(run, *FLAGS, "--description", "@words.txt"),
    ]
    assert len({card["tool"]["digest"] for card in cards}) == 1
    assert {card["tool"]["revision"] for card in cards} == {1}


def test_flags_override_a_file_field_by_field(run: Run, tool: Path) -> None:
    """A flag replaces one field; a price leaves the pricing model alone, a fact leaves the other facts."""
    card = reviewed(run, tool, "--price", "9 USD a month", "--fact", "latency=40 ms", "--tagline", "New.")
    assert card["tool"]["pricing"] == {"model": "freemium", "entry": "9 USD a month", "verified_at": None}
    assert set(card["tool"]["facts"]) == {"deployment", "latency"}
    assert card["tool"]["tagline"] == "New."
    assert card["tool"]["name"] == "Acme Logs"


def test_evidence_is_attached_in_order(run: Run, tool: Path, here: Path) -> None:
    """Each --evidence file becomes a passage with an id of its own."""
    for name in ("one", "two"):
        (here / f"{name}.txt").write_text(f"We measured {name} thing.", "utf-8")
    card = reviewed(run, tool, "--evidence", "one.txt", "--evidence", "two.txt")
    assert [passage["id"] for passage in card["tool"]["evidence"]] == ["E1", "E2"]
    assert "two thing" in card["tool"]["evidence"][1]["text"]


def test_a_second_review_re_uses_the_verdicts_and_says_so(run: Run, tool: Path) -> None:
    """Nothing is asked twice; --no-cache asks again; --quiet says nothing of it."""
    first = run("review", tool)
    assert first.err == ""
    today = datetime.now(UTC).astimezone().date().isoformat()
    assert run("review", tool).err == f"Re-used 4 verdicts from {today}; --no-cache asks again.\n"
    assert run("review", tool, "--quiet").err == ""
    assert run("review", tool, "--no-cache").err == ""


def test_without_a_ledger_nothing_is_kept(run: Run, tool: Path, tmp_path: Path) -> None:
    """--no-ledger makes no file and gives no revision."""
    card = reviewed(run, tool, "--no-ledger")
    assert card["tool"]["revision"] is None
    assert card["provenance"]["run"] is None
    assert not list(tmp_path.rglob("*.db"))


def test_the_ledger_named_is_the_one_used(run: Run, tool: Path, here: Path, tmp_path: Path) -> None:
    """--db decides where the record is kept, and nothing is written elsewhere."""
    reviewed(run, tool, "--db", here / "mine.db")
    assert [path.name for path in tmp_path.rglob("*.db")] == ["mine.db"]
    with open_ledger(here / "mine.db", create=False) as ledger:
        assert [row.slug for row in ledger.tools()] == ["acme-logs"]


def test_a_slug_that_is_stated_decides_which_tool_is_meant(run: Run, tool: Path) -> None:
    """A renamed tool keeps its address when the submission states it."""
    slug = f"slug: acme-logs\n{SUBMISSION}".replace("Acme Logs", "Acme Events")
    assert reviewed(run, tool)["tool"]["revision"] == 1
    card = reviewed(run, "-", stdin=slug.encode())
    assert (card["tool"]["slug"], card["tool"]["revision"]) == ("acme-logs", 2)


def test_some_seats_only(run: Run, tool: Path) -> None:
    """--persona seats whom it names, in the panel's order, and the default quorum follows."""
    card = reviewed(run, tool, "--persona", "business", "--persona", "dx")
    assert [seat["persona"] for seat in card["roster"]] == ["dx", "business"]
    assert card["quorum"] == 1


def test_repeats_add_stability_and_no_votes(run: Run, tool: Path) -> None:
    """--repeat asks each seat several times; only the first answer votes."""
    card = reviewed(run, tool, "--repeat", "3")
    assert {row["samples"] for row in card["stability"].values()} == {3}
    assert card["ships"] + card["skips"] + card["abstained"] == 4


def test_a_fifth_persona_joins_by_flag_or_settings(run: Run, tool: Path, here: Path) -> None:
    """A persona file is all it takes, and it sits after the built-in four."""
    (here / "more").mkdir()
    assert run("personas", "new", "security", "--out", "more").status == 0
    by_flag = reviewed(run, tool, "--personas", "more")
    (here / "shippanel.toml").write_text('personas = ["more"]\n', "utf-8")
    by_settings = reviewed(run, tool)
    assert [seat["persona"] for seat in by_flag["roster"]][4:] == ["security"]
    assert by_settings["provenance"]["reused"] == [seat["persona"] for seat in by_flag["roster"]]


@pytest.mark.parametrize(
    ("suffix", "start"),
    [
        ("json", '{\n  "schema": "shippanel.scorecard/1"'),
        ("md", "#"),
        ("html", "<!doctype html>"),
        ("txt", "COMPLETE"),
        ("card", "COMPLETE"),
    ],
)
def test_a_file_s_suffix_tells_its_format(run: Run, tool: Path, here: Path, suffix: str, start: str) -> None:
    """--out alone decides the format, in UTF-8, and standard output stays empty."""
    done = run("review", tool, "--out", f"card.{suffix}")
    assert (done.status, done.out) == (0, "")
    assert (here / f"card.{suffix}").read_text("utf-8").lower().startswith(start.lower())


def test_a_format_asked_for_wins_over_the_suffix_and_the_suffix_over_settings(
    run: Run, tool: Path, here: Path
) -> None:
    """The nearer choice counts: flag, then file name, then settings."""
    (here / "shippanel.toml").write_text('format = "json"\n', "utf-8")
    assert run("review", tool).out.startswith("{")
    run("review", tool, "--out", "card.txt")
    assert (here / "card.txt").read_text("utf-8").startswith("COMPLETE")
    run("review", tool, "--out", "card.txt", "--format", "md")
    assert (here / "card.txt").read_text("utf-8").startswith("#")


def test_a_failed_gate_is_told_and_ends_with_100(
    run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The scorecard is shown all the same; the status is what a script asked for."""

    async def split(*_: object, **__: object) -> Scorecard:
        answers = (("dx", "ship"), ("competitive", "ship"), ("futurist", "skip"), ("business", "skip"))
        verdicts = [make_verdict(persona, decision) for persona, decision in answers]  # type: ignore[arg-type]
        return make_card(*verdicts)

    monkeypatch.setattr(graph, "review_tool", split)
    done = run("review", tool, "--fail-under", "62.5")
    assert done.status == 100
    assert done.err == "50.0% ship is below the 62.5% asked for.\n"
    assert done.out.startswith("COMPLETE · Mixed · 50.0% ship")
    assert run("review", tool, "--fail-under", "50").status == 0


def test_a_partial_panel_ends_with_3_and_is_shown(
    run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reviewer that failed is no error of the program, and no success either."""

    async def damaged(*_: object, **__: object) -> Scorecard:
        return everything()

    monkeypatch.setattr(graph, "review_tool", damaged)
    done = run("review", tool, "--fail-under", "100", "--format", "json")
    card = json.loads(done.out)
    assert card["state"] != "complete"
    assert done.status == 3


def test_dry_run_writes_nothing(run: Run, tool: Path, tmp_path: Path) -> None:
    """Neither a ledger nor a folder for one is made."""
    before = sorted(tmp_path.rglob("*"))
    done = run("review", tool, "--dry-run")
    assert done.status == 0
    assert sorted(tmp_path.rglob("*")) == before
    assert "Model calls: 0 × 0 tokens = $0.00. Nothing was written." in done.out


def test_dry_run_foretells_the_review(run: Run, tool: Path) -> None:
    """What it says of content, revision and re-use is what the next review does."""
    for expected_reuse in (0, 1):
        forecast = json.loads(run("review", tool, "--dry-run", "--format", "json").out)
        card = reviewed(run, tool)
        assert forecast["schema"] == "shippanel.forecast/1"
        assert forecast["digest"] == card["tool"]["digest"]
        assert forecast["revision"] == card["tool"]["revision"]
        assert forecast["known"] == bool(expected_reuse)
        reused = [seat["persona"] for seat in forecast["seats"] if seat["reused"]]
        assert reused == card["provenance"]["reused"]
        assert {seat["reused"] for seat in forecast["seats"]} == {expected_reuse}


def test_dry_run_of_new_content_and_asking_afresh_re_uses_nothing(run: Run, tool: Path) -> None:
    """An edited submission would be the next revision; --no-cache would ask every seat."""
    reviewed(run, tool)
    edited = json.loads(run("review", tool, "--price", "9 USD", "--dry-run", "--format", "json").out)
    assert (edited["revision"], edited["known"]) == (2, False)
    fresh = json.loads(
        run("review", tool, "--no-cache", "--repeat", "2", "--dry-run", "--format", "json").out
    )
    for forecast, asked in ((edited, 1), (fresh, 2)):
        assert {(seat["reused"], seat["asked"]) for seat in forecast["seats"]} == {(0, asked)}


def test_dry_run_is_text_for_people(run: Run, tool: Path) -> None:
    """Without JSON it names tool, ledger, quorum and seats."""
    out = run("review", tool, "--dry-run", "--no-ledger").out
    assert out.startswith("Would review Acme Logs (acme-logs)\n")
    for words in ("revision  none, without a ledger", "quorum    3 of 4", "1 answer asked"):
        assert words in out
