"""`batch run` as its user meets it: what it prints, how it exits, how it is stopped and taken up again."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import jsonschema
import pytest
from program import SUBMISSION, command, environment, spawn
from servers.panelist import Quick, serving

from panel.ledger import open_ledger
from panel.render.json import scorecard_schema

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["running"]

DESCRIPTION = SUBMISSION.partition(">-\n")[2].partition("\nfacts")[0]


def submissions(count: int) -> str:
    """Write distinct submissions, one a line."""
    return "".join(
        json.dumps({"name": f"Acme {n}", "description": DESCRIPTION, "licence": "MIT"}) + "\n"
        for n in range(count)
    )


@pytest.fixture
def tools(here: Path) -> Path:
    """Return a file of three submissions, of which the second is broken and the fourth a repetition."""
    lines = submissions(2).splitlines()
    path = here / "tools.jsonl"
    path.write_text("\n".join([lines[0], '{"naem": "x"}', lines[1], lines[0]]), "utf-8")
    return path


def test_a_batch_is_summed_up(run: Run, tools: Path) -> None:
    """State first, then what needs a look, then one row for every submission."""
    done = run("batch", "run", tools)
    assert done.status == 2, "a bad line counts when nothing else is worse"
    first, *lines = done.out.splitlines()
    assert first.startswith("FINISHED · 4 submissions · ")
    assert "2 reviewed now, 1 the same as an earlier one" in lines
    assert "- 1 submission could not be used; the table says why." in lines
    fates = [line.split()[0] for line in lines[-4:]]
    assert fates[1::2] == ["UNUSABLE", "REPEATED"]
    assert {fates[0], fates[2]} <= {"SHIP", "MIXED", "SKIP"}
    assert "line 2" in done.out
    again = run("batch", "run", tools)
    assert "0 reviewed now, 2 stood from before, 1 the same as an earlier one" in again.out


def test_scorecards_come_one_a_line(run: Run, tools: Path, here: Path) -> None:
    """JSONL holds the scorecards in the order of the submissions, each valid by the printed schema."""
    run("batch", "run", tools, "--out", "cards.jsonl")
    cards = [json.loads(line) for line in (here / "cards.jsonl").read_text("utf-8").splitlines()]
    assert [card["tool"]["name"] for card in cards] == ["Acme 0", "Acme 1"]
    for card in cards:
        jsonschema.validate(card, scorecard_schema())
    assert run("batch", "run", tools, "-f", "jsonl").out.count("\n") == 2


def test_every_format_tells_the_same(run: Run, tools: Path) -> None:
    """JSON keeps to its schema; CSV, Markdown and HTML have a row for each submission."""
    report = json.loads(run("batch", "run", tools, "-f", "json").out)
    schema = json.loads(run("schema", "batch").out)
    jsonschema.validate(report, schema)
    assert [row["fate"] for row in report["rows"]] == ["reviewed", "unusable", "reviewed", "repeated"]
    rows = list(csv.DictReader(io.StringIO(run("batch", "run", tools, "-f", "csv").out)))
    assert [row["ship_pct"] for row in rows] == [
        "" if row["ship_pct"] is None else str(row["ship_pct"]) for row in report["rows"]
    ]
    markdown = run("batch", "run", tools, "-f", "md").out
    assert sum(line.startswith("| ") for line in markdown.splitlines()) == 1 + 1 + 4
    page = run("batch", "run", tools, "-f", "html").out
    assert page.count('<tr role="row">') == 1 + 4
    assert page.count("<svg") == 2


def test_cells_are_inert(run: Run, here: Path) -> None:
    """A name that is a formula, markup or a terminal escape is text in every format."""
    name = "=1+1<b>\x1b[31m|x"
    path = here / "evil.jsonl"
    path.write_text(json.dumps({"name": name, "description": DESCRIPTION}) + "\n", "utf-8")
    [row] = csv.DictReader(io.StringIO(run("batch", "run", path, "-f", "csv").out))
    assert row["name"].startswith("'=1+1")
    for form in ("plain", "csv", "md", "html", "json", "jsonl"):
        assert "\x1b" not in run("batch", "run", path, "-f", form).out
    assert "<b>" not in run("batch", "run", path, "-f", "html").out


def test_a_dry_run_counts_and_writes_nothing(run: Run, tools: Path, here: Path) -> None:
    """Calls, tokens and price are told beforehand, with the lines that cannot be used."""
    done = run("batch", "run", tools, "--dry-run", "--model", "compat:tiny@http://127.0.0.1:9/v1")
    assert done.status == 2
    assert "Would review 2 of 4 submissions" in done.out
    assert "line 2: " in done.out
    assert "Model calls: 8, about" in done.out
    assert not (here / "home").exists()
    told = json.loads(run("batch", "run", tools, "--dry-run", "-f", "json").out)
    assert (told["submissions"], told["reviews"], told["asked"], told["calls"]) == (4, 2, 8, 0)


def test_a_gate_holds_every_tool(run: Run, tools: Path) -> None:
    """`--fail-under` fails a batch when one of its tools falls below."""
    assert run("batch", "run", tools, "--fail-under", "100").status == 100
    assert run("batch", "run", tools, "--fail-under", "1").status == 2


def test_a_canary_must_be_skipped(run: Run, tools: Path) -> None:
    """The offline panel skips them; a panel that ships one is told apart by 100, whatever else there is."""
    done = run("batch", "run", tools, "--canary")
    assert done.status == 2
    assert "known to be bad rode along and got no vote to ship" in done.out
    with serving(Quick(0)) as panelist:
        done = run("batch", "run", tools, "--canary", "--model", f"compat:tiny@{panelist.url}")
    assert done.status == 100
    assert "trust no verdict of this run" in done.out
    assert "canary" not in run("history", "list").out


@pytest.mark.parametrize("since", ["yesterday", "30", "-3d"])
def test_an_age_that_is_none_is_refused(run: Run, tools: Path, since: str) -> None:
    """One line says how a day and an age are written."""
    done = run("batch", "run", tools, f"--since={since}")
    assert done.status == 2
    assert f"--since: '{since}' is neither a day nor an age" in done.err
    assert "lies in the future" in run("batch", "run", tools, "--since", "2999-01-01").err


def test_a_limit_names_the_command_that_goes_on(run: Run, tools: Path) -> None:
    """What was not begun is counted, and the same command is what goes on."""
    done = run("batch", "run", tools, "--limit", "1")
    assert done.out.startswith("LIMIT REACHED")
    assert "were not reached" in done.out
    assert "Go on with: shippanel" in done.err
    anew = run("batch", "run", tools, "--no-cache", "--limit", "1")
    assert "--since 20" in anew.err, "the same command would begin anew"


def test_a_file_is_named_and_what_a_result_leaves_out_is_told(run: Run, tools: Path) -> None:
    """With --out the result stands on the screen too; scorecards one a line leave bad lines to be told."""
    done = run("batch", "run", tools, "--out", "cards.jsonl")
    assert "FINISHED · 4 submissions" in done.err
    assert "written to cards.jsonl." in done.err
    assert "line 2: " in done.err


@pytest.mark.parametrize("name", ["none.jsonl", "none.json"])
def test_a_batch_of_nothing_is_refused(run: Run, here: Path, name: str) -> None:
    """A file that was truncated to nothing does not pass for a finished batch."""
    (here / name).write_text("[]" if name.endswith("json") else "\n", "utf-8")
    done = run("batch", "run", name)
    assert done.status == 2
    assert f"{name}: holds no submission" in done.err


def test_two_batches_do_not_share_a_ledger(run: Run, tools: Path, here: Path) -> None:
    """The second one leaves with 75 while the first holds the ledger; afterwards it may."""
    db = here / "own.db"
    with open_ledger(db) as ledger, ledger.hold("batch"):
        done = run("batch", "run", tools, "--db", db)
        assert done.status == 75
        assert "another batch is running on this ledger" in done.err
        assert run("review", here / "tools.jsonl", "--db", db).status == 2, "others are not held up"
    assert run("batch", "run", tools, "--db", db).status == 2


@pytest.mark.skipif(os.name == "nt", reason="signals cannot be sent to one process there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_finishes_reviews_at_work_and_tells_how_to_go_on(here: Path, number: int) -> None:
    """What is paid for is kept; the same command asks for the rest alone."""
    path = here / "many.jsonl"
    path.write_text(submissions(40), "utf-8")
    db = here / "ledger.db"
    with serving(Quick(0.1)) as panelist:
        words = ("batch", "run", path, "--db", db, "-j", "4", "--model", f"compat:tiny@{panelist.url}")
        with subprocess.Popen(
            command(*words), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            deadline = time.monotonic() + 60
            while panelist.answered < 10 and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Finishing the reviews at work" in err
        assert "Go on with: shippanel batch run" in err
        assert out.startswith("INTERRUPTED · 40 submissions")
        with open_ledger(db) as ledger:
            stats = ledger.stats()
        assert stats.verdicts == panelist.answered == 4 * stats.runs, "every call paid for is kept"
        done = spawn(*words)
        assert done.returncode == 0
        assert panelist.answered == 160
        assert done.stdout.startswith("FINISHED · 40 submissions · 40 ship")


@pytest.mark.skipif(os.name == "nt", reason="signals cannot be sent to one process there")
def test_a_second_interrupt_abandons_reviews_at_work(here: Path) -> None:
    """It does not wait for a slow model; what had arrived stands."""
    path = here / "many.jsonl"
    path.write_text(submissions(8), "utf-8")
    with serving(Quick(30)) as panelist:
        words = ("batch", "run", path, "--model", f"compat:tiny@{panelist.url}", "-j", "4")
        with subprocess.Popen(
            command(*words), env=environment(), stderr=subprocess.PIPE, text=True
        ) as process:
            deadline = time.monotonic() + 60
            while panelist.begun < 4 and time.monotonic() < deadline:
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            time.sleep(0.5)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
