"""What may go wrong around a review: the disk, the lock, the clock. A clear line, nothing lost, go on."""

from __future__ import annotations

import json
import re
import resource
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cards import PERSONAS, make_tool
from program import SUBMISSION, spawn
from reviews import review

from panel.errors import LedgerBusyError
from panel.ledger import open_ledger

if TYPE_CHECKING:
    from program import Run

pytest_plugins = ["running"]


def bounded(size: int) -> None:
    """Let no file of this process grow beyond a size, as on a disk that is full."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.fixture
def tools(here: Path) -> Path:
    """Write twelve submissions into one file."""
    fields = json.dumps(
        {
            "tagline": "Logs as events.",
            "description": SUBMISSION.partition(">-\n")[2].partition("facts:")[0],
            "licence": "Apache-2.0",
        }
    )[1:]
    path = here / "tools.jsonl"
    path.write_text("".join(f'{{"name": "Tool {number}", {fields}\n' for number in range(12)), "utf-8")
    return path


# The disk


def test_a_disk_that_is_full_stops_a_batch_and_loses_nothing(tools: Path, here: Path) -> None:
    """One line, status 1; what was reviewed stands, and with room again the same command does the rest."""
    ledger = here / "ledger.db"
    with open_ledger(ledger) as opened:
        review(opened, make_tool())
    full = spawn("batch", "run", tools, "--db", ledger, preexec_fn=partial(bounded, 250_000), cwd=here)
    assert full.returncode == 1
    errors = [line for line in full.stderr.splitlines() if line.startswith("Error:")]
    assert len(errors) == 1
    assert re.search(r"the disk (is full|could not be)", errors[0])
    assert "Traceback" not in full.stderr
    with open_ledger(ledger) as opened:
        assert opened.verify().sound
        kept = opened.stats()
        assert 0 < kept.verdicts < len(PERSONAS) * 13
    done = spawn("batch", "run", tools, "--db", ledger, cwd=here)
    assert done.returncode == 0, done.stderr
    with open_ledger(ledger) as opened:
        assert opened.verify().sound
        assert opened.stats().verdicts == len(PERSONAS) * 13
        assert len(opened.tools()) == 13


def test_an_export_that_does_not_fit_leaves_the_old_one(run: Run, tool: Path, here: Path) -> None:
    """To a full device and to a full disk: one line, and the file that stood there still stands."""
    run("review", tool)
    run("ledger", "export", "--out", "ledger.jsonl")
    before = (here / "ledger.jsonl").read_bytes()
    with Path("/dev/full").open("wb") as full:
        piped = spawn("ledger", "export", stdout=full, capture_output=False, stderr=-1)
    assert piped.returncode == 1
    assert piped.stderr.startswith("Error: standard output: cannot be written: No space left on device")
    small = spawn("ledger", "export", "--out", "ledger.jsonl", preexec_fn=partial(bounded, 35_000), cwd=here)
    assert small.returncode == 1
    assert small.stderr.startswith("Error: ledger.jsonl: cannot be written")
    assert (here / "ledger.jsonl").read_bytes() == before
    assert [path.name for path in here.iterdir() if "part" in path.name] == []


# The lock


def test_an_import_into_a_held_ledger_waits_and_goes_on(run: Run, tool: Path, here: Path) -> None:
    """Whoever holds it for too long is told of with the status for trying later; then all is added."""
    run("review", tool)
    run("ledger", "export", "--out", "ledger.jsonl")
    with open_ledger(here / "other.db", patience_s=0.2) as other:
        with closing(sqlite3.connect(here / "other.db", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            with (here / "ledger.jsonl").open("rb") as file, pytest.raises(LedgerBusyError) as caught:
                other.import_lines(file, name="ledger.jsonl")
        assert caught.value.exit_code == 75
        with (here / "ledger.jsonl").open("rb") as file:
            assert other.import_lines(file, name="ledger.jsonl").added["run"] == 1
        assert other.verify().sound


# The clock


def test_a_clock_that_goes_backwards_is_told_and_loses_nothing(
    run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every review is kept in the order of its date; the one dated last stays the newest until passed."""

    class Clock(datetime):
        ahead = timedelta()

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # a clock of one zone
            assert tz is UTC
            return datetime.now(UTC) + cls.ahead

    monkeypatch.setattr("panel.graph.datetime", Clock)
    Clock.ahead = timedelta(hours=3)
    assert "clock" not in run("review", tool).err
    Clock.ahead = timedelta()
    late = run("review", tool, "--tagline", "Second.")
    assert late.status == 0
    assert "This clock is behind the ledger, whose newest review of 'acme-logs' is dated" in late.err
    run("review", tool, "--tagline", "Third.")
    shown = json.loads(run("history", "show", "acme-logs", "--format", "json").out)
    assert [row["revision"] for row in shown["runs"]] == [1, 3, 2]
    assert [row["number"] for row in shown["revisions"]] == [1, 2, 3]
    listed = json.loads(run("history", "list", "--format", "json").out)["tools"]
    assert [(row["slug"], row["run"]) for row in listed] == [("acme-logs", shown["runs"][0]["id"])]
    assert run("ledger", "verify").status == 0
    assert run("history", "diff", "acme-logs").status == 0
    Clock.ahead = timedelta(hours=4)
    assert "clock" not in run("review", tool, "--tagline", "Fourth.").err
    newest = json.loads(run("history", "list", "--format", "json").out)["tools"][0]
    assert newest["revisions"] == 4
