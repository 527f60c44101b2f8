"""`compare` at the command line: what its arguments stand for, what is reviewed first, how it exits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS, make_abstention, make_card, make_tool, make_verdict
from program import SUBMISSION

from panel.ledger import new_run_id, open_ledger
from panel.tool import Tool

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

    from panel.scorecard import Scorecard
    from panel.verdict import AbstentionReason

pytest_plugins = ["running"]

OTHER = SUBMISSION.replace("Acme Logs", "Bolt Logs").replace("Unlike Graylog", "Unlike Graylog and Loki")


@pytest.fixture
def other(here: Path) -> Path:
    """Return the file of a second submission."""
    path = here / "bolt.yaml"
    path.write_text(OTHER, "utf-8")
    return path


def compared(run: Run, *arguments: str | Path, stdin: bytes = b"") -> dict[str, Any]:
    """Compare as JSON and return the comparison."""
    done = run("compare", *arguments, "--format", "json", stdin=stdin)
    assert done.status == 0, done.err
    content: dict[str, Any] = json.loads(done.out)
    return content


def runs(slug: str, db: str = "ledger.db") -> int:
    """Count the runs of a tool."""
    with open_ledger(db) as ledger:
        return len(ledger.runs(slug))


def test_files_are_reviewed_first(run: Run, tool: Path, other: Path) -> None:
    """Two files nobody has reviewed become two recorded scorecards and a comparison of them."""
    found = compared(run, tool, other, "--db", "ledger.db")
    assert found["schema"] == "shippanel.comparison/1"
    assert [column["slug"] for column in found["tools"]] == ["acme-logs", "bolt-logs"]
    assert all(column["run"] for column in found["tools"])
    assert (runs("acme-logs"), runs("bolt-logs")) == (1, 1)


def test_what_was_reviewed_is_not_reviewed_again(run: Run, tool: Path, other: Path) -> None:
    """The same files, or their slugs, use the scorecards that stand; --no-cache asks again."""
    first = compared(run, tool, other, "--db", "ledger.db")
    assert compared(run, tool, other, "--db", "ledger.db") == first
    assert compared(run, "acme-logs", "bolt-logs", "--db", "ledger.db") == first
    assert compared(run, "-", "bolt-logs", "--db", "ledger.db", stdin=SUBMISSION.encode()) == first
    assert (runs("acme-logs"), runs("bolt-logs")) == (1, 1)
    compared(run, tool, "bolt-logs", "--no-cache", "--db", "ledger.db")
    assert (runs("acme-logs"), runs("bolt-logs")) == (2, 1)


def test_a_changed_file_is_reviewed_anew(run: Run, tool: Path, other: Path) -> None:
    """New content, or another panel, is no longer what was reviewed."""
    compared(run, tool, other, "--db", "ledger.db")
    tool.write_text(SUBMISSION.replace("12 USD", "14 USD"), "utf-8")
    found = compared(run, tool, other, "--db", "ledger.db")
    assert found["tools"][0]["revision"] == 2
    assert (runs("acme-logs"), runs("bolt-logs")) == (2, 1)
    compared(run, tool, other, "--db", "ledger.db", "--quorum", "1")
    assert (runs("acme-logs"), runs("bolt-logs")) == (3, 2)


def test_without_a_ledger_nothing_is_recorded(run: Run, tool: Path, other: Path, here: Path) -> None:
    """--no-ledger compares files and leaves no file behind; it knows no slugs."""
    found = compared(run, tool, other, "--no-ledger")
    assert [column["run"] for column in found["tools"]] == [None, None]
    assert sorted(path.name for path in here.iterdir()) == ["acme.yaml", "bolt.yaml"]
    assert run("compare", tool, "bolt-logs", "--no-ledger").status == 2


def test_an_unknown_slug_gets_a_suggestion(run: Run, tool: Path, other: Path) -> None:
    """A slug that the ledger does not have is refused with the one that was meant, before any review."""
    compared(run, tool, other, "--db", "ledger.db")
    done = run("compare", "acme-log", "bolt-logs", "--db", "ledger.db")
    assert done.status == 2
    assert "did you mean 'acme-logs'?" in done.err
    assert done.out == ""
    missing = run("compare", "nothing.yaml", tool, "--db", "new.db")
    assert missing.status == 2
    assert "nothing.yaml" in missing.err


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["acme.yaml"], "one tool was given"),
        (["acme.yaml"] * 6, "6 tools were given"),
        (["acme.yaml", "-"], "'acme-logs'"),
        (["acme.yaml", "acme.yaml"], "'acme.yaml'"),
    ],
)
@pytest.mark.usefixtures("tool")
def test_what_cannot_be_compared_is_refused(run: Run, names: list[str], words: str) -> None:
    """One tool, six, or the same twice: exit 2 and one line, before anything is reviewed."""
    done = run("compare", *names, "--db", "ledger.db", stdin=SUBMISSION.encode())
    assert done.status == 2
    assert words in done.err
    with open_ledger("ledger.db") as ledger:
        assert ledger.tools() == []


def test_every_format_is_to_be_had(run: Run, tool: Path, other: Path, here: Path) -> None:
    """The format follows the flag or the file's suffix, and the file is written whole."""
    openings = {"plain": "COMPLETE · ", "md": "# COMPLETE · ", "html": "<!doctype html>", "json": "{"}
    for name, opening in openings.items():
        done = run("compare", tool, other, "--format", name, "--no-ledger")
        assert (done.status, done.out.startswith(opening)) == (0, True), name
    assert run("compare", tool, other, "--no-ledger", "--out", "page.html").out == ""
    assert (here / "page.html").read_text("utf-8").startswith("<!doctype html>")


def record(card: Scorecard) -> None:
    """Keep a scorecard in the ledger as the newest of its tool."""
    with open_ledger("ledger.db") as ledger:
        revision = ledger.enrol(Tool(**card.tool.model_dump(exclude={"digest", "revision"}))).revision
        tool = card.tool.model_copy(update={"revision": revision})
        made = card.provenance.model_copy(update={"run": new_run_id()})
        ledger.keep_run(card.model_copy(update={"tool": tool, "provenance": made}), {}, ())


@pytest.mark.parametrize(
    ("reason", "status"),
    [("timed-out", 3), ("unauthorised", 4), ("over-budget", 5), ("insufficient-information", 0)],
)
def test_the_worst_card_decides_how_it_exits(run: Run, reason: AbstentionReason, status: int) -> None:
    """A comparison is no better than the worse of its reviews."""
    record(make_card(tool=make_tool(slug="whole", name="Whole")))
    votes = [make_verdict(persona, "ship") for persona in PERSONAS[:3]]
    record(make_card(*votes, make_abstention(PERSONAS[3], reason)))
    assert run("compare", "whole", "lantern", "--db", "ledger.db").status == status


def test_the_schema_is_printed(run: Run) -> None:
    """`schema comparison` prints what the JSON keeps to."""
    assert json.loads(run("schema", "comparison").out)["$id"] == "urn:shippanel:comparison:1"
