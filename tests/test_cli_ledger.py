from __future__ import annotations

import json
import os
import pty
import re
import subprocess
from typing import TYPE_CHECKING

import jsonschema
from program import command, environment

if TYPE_CHECKING:
    from pathlib import Path

    import pytest
    from program import Run

pytest_plugins = ["running"]


def test_a_ledger_moves_by_two_commands(run: Run, tool: Path, here: Path) -> None:
    """Exported to a file and imported elsewhere; the same again adds nothing."""
    run("review", tool)
    done = run("ledger", "export", "--out", "ledger.jsonl")
    assert (done.status, done.out) == (0, "")
    assert (here / "ledger.jsonl").read_text() == run("ledger", "export").out
    moved = run("ledger", "import", "ledger.jsonl", "--db", "moved.db")
    assert moved.status == 0
    assert re.search(r"^verdict +4 added +0 there already$", moved.out, re.MULTILINE)
    assert moved.out.endswith("Everything was taken.\n")
    assert run("ledger", "export", "--db", "moved.db").out == (here / "ledger.jsonl").read_text()
    again = run("ledger", "import", "-", "--db", "moved.db", stdin=(here / "ledger.jsonl").read_bytes())
    assert re.search(r"^verdict +0 added +4 there already$", again.out, re.MULTILINE)


def test_a_line_that_cannot_be_taken_is_shown_with_its_number(run: Run, tool: Path, here: Path) -> None:
    """In words and in JSON, with the status of bad input; control characters are made visible."""
    run("review", tool)
    lines = run("ledger", "export").out.splitlines()
    lines.insert(3, '{"table":"song\\u001b[2J"}')
    (here / "ledger.jsonl").write_text("\n".join(lines))
    done = run("ledger", "import", "ledger.jsonl", "--db", "moved.db")
    assert done.status == 2
    assert "line 4: is no row of a ledger" in done.out
    assert "line 10: counts 7 rows, and 8 stand before it" in done.out
    assert done.out.endswith("2 lines left out.\n")
    assert "\x1b" not in done.out
    told = run("ledger", "import", "ledger.jsonl", "--db", "moved.db", "--format", "json")
    content = json.loads(told.out)
    assert (told.status, content["schema"], content["refused"]) == (2, "shippanel.import/1", 2)
    assert content["problems"][0]["line"] == 4
    jsonschema.validate(content, json.loads(run("schema", "import").out))


def test_what_is_no_export_is_told(run: Run, tool: Path) -> None:
    """A missing file, a folder and a submission each get one line."""
    for name, reason in (
        ("none.jsonl", "none.jsonl: cannot be read"),
        (".", "cannot be read"),
        (str(tool), "line 1 does not begin an export"),
    ):
        done = run("ledger", "import", name, "--db", "moved.db")
        assert (done.status, done.out) == (2, "")
        assert reason in done.err


def test_every_line_keeps_to_its_schema(run: Run, tool: Path) -> None:
    """`schema ledger` describes header, rows of each table and end."""
    run("review", tool)
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "ledger").out))
    lines = [json.loads(line) for line in run("ledger", "export").out.splitlines()]
    for line in lines:
        validator.validate(line)
    assert not validator.is_valid({"table": "verdict", "row": {}})


def test_a_terminal_sees_how_far_it_is(run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The count moves on standard error of a terminal, leaves nothing behind, and is silent with --quiet."""
    run("review", tool)
    monkeypatch.setenv("TERM", "xterm")

    def seen(*more: str) -> str:
        ours, theirs = pty.openpty()
        done = subprocess.run(
            command("ledger", "verify", *more), stderr=theirs, stdout=-3, check=True, env=environment()
        )
        assert done.returncode == 0
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:
                break
            if not part:
                break
            parts.append(part)
        os.close(ours)
        return b"".join(parts).decode()

    assert re.search(r"Checking run: 1 rows", seen())
    assert seen("--quiet") == ""
