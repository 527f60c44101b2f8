from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest
from program import SUBMISSION

from panel.cli.complaint import ERROR_SCHEMA
from panel.ledger import open_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["running"]

DEEP = "name: X\ndescription: Y\nfacts: " + "{a: " * 40 + "1" + "}" * 40 + "\n"
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nname: X\ndescription: *b\n"

DOCUMENTS = {
    "empty": (b"", "is empty"),
    "wrong type": (b"- name\n- description\n", "acme.yaml"),
    "unknown key": (SUBMISSION.replace("tagline", "tagzeile").encode(), "tagzeile: is not a known field"),
    "duplicate key": (f"name: A\n{SUBMISSION}".encode(), "name"),
    "too large": (b"description: " + b"x" * 10_000_000, "65,536 bytes"),
    "binary": (bytes(range(256)) * 4, "acme.yaml"),
    "bad UTF-8": (SUBMISSION.encode() + b"category: \xff\n", "UTF-8"),
    "alias bomb": (BOMB.encode(), "acme.yaml"),
    "deep nesting": (DEEP.encode(), "acme.yaml"),
    "no description": (b"name: Acme Logs\n", "description: is required"),
    "wrong choice": (SUBMISSION.replace("freemium", "fremium").encode(), "did you mean 'freemium'?"),
}
"""Kind of bad document → its bytes, and words that the complaint has."""


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_bad_document_gets_one_clear_line(run: Run, tool: Path, kind: str) -> None:
    """The line names the file; the status is 2; nothing is shown, kept or half-written."""
    content, words = DOCUMENTS[kind]
    tool.write_bytes(content)
    done = run("review", tool, "--out", "card.json", "--db", "ledger.db")
    assert done.status == 2
    assert done.out == ""
    first, *rest = done.err.splitlines()
    assert first.startswith("Error: ")
    assert "acme.yaml" in first
    assert words in done.err
    assert len(rest) <= 1
    assert all(line.startswith("Hint:  ") for line in rest)
    assert [path.name for path in tool.parent.iterdir()] == ["acme.yaml"]


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_standard_input_is_told_apart_from_a_file(run: Run, kind: str) -> None:
    """The same documents are refused from a pipe, and called what they are."""
    done = run("review", "-", stdin=DOCUMENTS[kind][0])
    assert done.status == 2
    assert "standard input" in done.err.splitlines()[0]


USAGE: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "there is nothing to review"),
    "no such file": (["nope.yaml"], "nope.yaml: no such file"),
    "a folder": (["."], "is a folder"),
    "an address": (["https://example.com/tool"], "an address cannot be read"),
    "evidence by address": (["acme.yaml", "--evidence", "http://e.org/x"], "an address cannot be read"),
    "evidence that is not there": (["acme.yaml", "--evidence", "nope.txt"], "nope.txt: no such file"),
    "description that is not there": (["--name", "X", "--description", "@nope"], "nope: no such file"),
    "a fact without a value": (["acme.yaml", "--fact", "latency"], "'latency' is not of the form KEY=VALUE"),
    "a fact twice": (["acme.yaml", "--fact", "a=1", "--fact", "a=2"], "'a' is given twice"),
    "an unknown persona": (["acme.yaml", "--persona", "bussiness"], "did you mean 'business'?"),
    "an unknown seat": (["acme.yaml", "--persona-model", "dxx=rubric"], "did you mean 'dx'?"),
    "a seat without a reviewer": (["acme.yaml", "--persona-model", "dx"], "'dx' is not of the form ID=SPEC"),
    "an unknown reviewer": (["acme.yaml", "--model", "rubrik"], "did you mean 'rubric'?"),
    "an unknown provider": (["acme.yaml", "--persona-model", "dx=opnai:x"], "no provider is called 'opnai'"),
    "a model without its server": (["acme.yaml", "--model", "compat:x"], "needs the base URL"),
    "too high a quorum": (["acme.yaml", "--quorum", "5"], "5 votes cannot come from 4 seats"),
    "no quorum": (["acme.yaml", "--quorum", "0"], "--quorum"),
    "personas that are not there": (["acme.yaml", "--personas", "nope"], "nope: no such folder"),
    "an unknown flag": (["acme.yaml", "--formt", "json"], "--format"),
    "an unknown format": (["acme.yaml", "--format", "pdf"], "'pdf' is not one of 'auto', 'text'"),
    "two files": (["acme.yaml", "b.yaml"], "unexpected extra argument"),
    "a gate above 100": (["acme.yaml", "--fail-under", "101"], "--fail-under"),
}
"""Kind of mistake → the arguments of `review`, and words that the complaint has."""


@pytest.mark.parametrize("kind", USAGE)
def test_a_mistaken_command_line_gets_one_clear_line(run: Run, tool: Path, kind: str) -> None:
    """One line for what is wrong, one for what to do; status 2; nothing is made."""
    arguments, words = USAGE[kind]
    done = run("review", *arguments, "--db", "ledger.db")
    assert (done.status, done.out) == (2, "")
    error, hint = done.err.splitlines()
    assert error.startswith("Error: ")
    assert words in error
    assert hint.startswith("Hint:  ")
    assert [path.name for path in tool.parent.iterdir()] == ["acme.yaml"]


@pytest.mark.parametrize("kind", [kind for kind in USAGE if kind != "an unknown format"])
def test_errors_are_json_where_json_was_asked_for(run: Run, tool: Path, kind: str) -> None:
    """The error is one line of JSON of the published schema on standard error."""
    assert tool.exists()
    done = run("review", *USAGE[kind][0], "--format", "json")
    error = json.loads(done.err)
    assert_is_error(error)
    assert USAGE[kind][1] in error["message"]
    assert done.out == ""


def test_settings_that_ask_for_json_get_json_errors(run: Run, here: Path) -> None:
    """The same holds when a file, not a flag, asks for JSON; broken settings fall back to text."""
    (here / "shippanel.toml").write_text('format = "json"\n', "utf-8")
    assert_is_error(json.loads(run("review", "nope.yaml").err))
    (here / "shippanel.toml").write_text('format = "json"\nquorum = 0\nx = 1\n', "utf-8")
    done = run("review", "nope.yaml")
    assert done.status == 2
    assert done.err.startswith("Error: the settings have 2 problems\n  shippanel.toml: quorum: ")


def test_every_problem_of_a_document_has_its_line(run: Run) -> None:
    """A document is mended in one go: one line each, in text and in JSON."""
    stdin = b"nam: X\ntaglin: Y\n"
    text = run("review", "-", stdin=stdin).err.splitlines()
    assert text[0] == "Error: standard input: 4 problems"
    assert "  nam: is not a known field; did you mean 'name'?" in text
    error = json.loads(run("review", "-", "--format", "json", stdin=stdin).err)
    assert_is_error(error)
    assert len(error["problems"]) == 4


def test_what_a_stranger_wrote_is_shown_inert(run: Run) -> None:
    """A control character in a file's name or in a key reaches the screen as its code."""
    for arguments in (("evil\x1b[2J\nname.yaml",), ("acme.yaml", "--out", "evil\x1b[2J\nfolder/card.json")):
        done = run("review", *arguments)
        assert "\x1b" not in done.err
        assert "<U+001B>" in done.err or r"\x1b" in done.err
        assert len(done.err.splitlines()) == 2


def test_a_ledger_that_is_no_ledger(run: Run, tool: Path, here: Path) -> None:
    """Another program's file is refused and left as it was."""
    (here / "letters.db").write_text("Dear Sir", "utf-8")
    done = run("review", tool, "--db", "letters.db")
    assert done.status == 1
    assert "letters.db" in done.err
    assert len(done.err.splitlines()) == 2
    assert (here / "letters.db").read_text("utf-8") == "Dear Sir"


def test_a_ledger_of_a_newer_program(run: Run, tool: Path, here: Path) -> None:
    """A schema from the future is told as that."""
    open_ledger(here / "ledger.db").close()
    with sqlite3.connect(here / "ledger.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    for arguments in (("review", tool), ("history", "list"), ("ledger", "verify")):
        done = run(*arguments, "--db", "ledger.db")
        assert done.status == 1
        assert "newer" in done.err


def test_a_ledger_in_a_place_that_cannot_be(run: Run, tool: Path) -> None:
    """A file where a folder should be is told with the path."""
    done = run("review", tool, "--db", f"{tool}/ledger.db")
    assert done.status == 1
    assert "acme.yaml" in done.err
    assert len(done.err.splitlines()) == 2


def test_the_help_of_a_group_without_a_command_goes_to_standard_error(run: Run) -> None:
    """A command that was not named is a mistake, told by what there is to name."""
    for arguments in ((), ("personas",), ("history",), ("ledger",), ("config",)):
        done = run(*arguments)
        assert done.status == 2
        assert done.out == ""
        assert "Commands:" in done.err


def test_a_misspelt_command_is_guessed(run: Run) -> None:
    """The nearest command is named."""
    assert "Did you mean 'review'?" in run("reveiw").err


def test_a_bug_still_shows_where_it_is(run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the panel can explain is caught."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("panel.cli.review.show_card", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        run("review", tool)


def assert_is_error(error: dict[str, Any]) -> None:
    """Check an error against the published schema, which is flat."""
    types = {"string": str, "array": list}
    assert list(error) == ERROR_SCHEMA["required"]
    for name, described in ERROR_SCHEMA["properties"].items():  # type: ignore[attr-defined]
        if "const" in described:
            assert error[name] == described["const"]
        else:
            assert isinstance(error[name], types[described["type"]])
    assert error["message"]
