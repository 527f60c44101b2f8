from __future__ import annotations

import io
import json
import os
import pty
import resource
import signal
import subprocess
import sys
import time
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from program import command, environment, spawn

from panel.cli.output import Destination, destination, write_file
from panel.errors import OutputError

if TYPE_CHECKING:
    from program import Run

pytest_plugins = ["running"]


def on_terminal(*arguments: str | Path, width: int = 80, **variables: str) -> str:
    """Run the program on a terminal of that width and return all that it showed."""
    program = command(*arguments)
    variables = environment(**{"COLUMNS": str(width), "TERM": "xterm", **variables})
    child, descriptor = pty.fork()
    if child == 0:
        os.execve(sys.executable, program, variables)  # noqa: S606 - the forked child becomes the program
    shown = b""
    while chunk := _read(descriptor):
        shown += chunk
    os.waitpid(child, 0)
    os.close(descriptor)
    return shown.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # how Linux says that the other side has gone
        return b""


def test_a_file_is_replaced_whole(here: Path) -> None:
    """The new content stands there with the old file's permissions, through a link, and no draft is left."""
    target, link = here / "card.html", here / "latest.html"
    target.write_text("old")
    target.chmod(0o640)
    link.symlink_to(target)
    write_file(link, [b"new"])
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert sorted(path.name for path in here.iterdir()) == ["card.html", "latest.html"]


def test_a_device_is_written_to_and_not_replaced(run: Run, tool: Path) -> None:
    """A full device is told as such; /dev/null takes everything."""
    done = run("review", tool, "--out", "/dev/full")
    assert done.status == 1
    assert done.err.startswith("Error: /dev/full: cannot be written: No space left on device\n")
    assert run("review", tool, "--quiet", "--out", "/dev/null") == (0, "", "")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize(
    ("place", "reason"),
    [("nowhere/card.json", "there is no folder 'nowhere'"), (".", "is a folder")],
)
def test_a_place_that_cannot_be_is_refused_before_anything_is_asked(
    run: Run, tool: Path, tmp_path: Path, place: str, reason: str
) -> None:
    """Nothing is reviewed for a file that could not be written."""
    done = run("review", tool, "--out", place)
    assert (done.status, done.out) == (1, "")
    assert reason in done.err.splitlines()[0]
    assert not list(tmp_path.rglob("*.db"))


def test_a_read_only_folder_is_refused_before_anything_is_asked(
    run: Run, tool: Path, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is named, and no verdict is given for nothing."""
    locked = here / "locked"
    locked.mkdir(mode=0o500)
    if os.geteuid() == 0:  # root may write anywhere: what others would be told stands in for it
        monkeypatch.setattr(os, "access", lambda path, _: Path(path).name != "locked")
    done = run("review", tool, "--out", "locked/card.json")
    assert done.status == 1
    assert "cannot be written to" in done.err
    assert not list(tmp_path.rglob("*.db"))


def test_a_disk_that_fills_up_leaves_the_old_file(tool: Path, here: Path) -> None:
    """When writing stops half-way, what stood there still stands, and the draft is gone."""
    (here / "card.html").write_text("old")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    arguments = ("review", tool, "--no-ledger", "--out", "card.html")
    # The cache of compiled modules must not be what meets the limit.
    limited = environment(PYTHONDONTWRITEBYTECODE="1")
    done = spawn(*arguments, preexec_fn=limit, env=limited)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: card.html: cannot be written: File too large\n")
    assert (here / "card.html").read_text() == "old"
    assert sorted(path.name for path in here.iterdir()) == ["acme.yaml", "card.html"]


def test_a_failure_to_write_leaves_no_draft(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong, the folder is as it was."""

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_file(here / "card.json", [b"{}"])
    assert not list(here.iterdir())


@pytest.mark.parametrize("arguments", [("review", "acme.yaml", "--quiet"), ("personas", "list")])
def test_full_standard_output_is_an_error_of_one_line(tool: Path, arguments: tuple[str, ...]) -> None:
    """`> /dev/full` ends with 1, a line and no traceback, also not from the interpreter's exit."""
    assert tool.exists()
    with Path("/dev/full").open("w") as full:
        done = spawn(*arguments, stdout=full, stderr=subprocess.PIPE, capture_output=False)
    assert done.returncode == 1
    assert done.stderr == "Error: standard output: cannot be written: No space left on device\n"


@pytest.mark.parametrize(
    "arguments", [("review", "acme.yaml", "--quiet"), ("schema", "scorecard"), ("--help",)]
)
def test_a_reader_that_leaves_early_is_no_error(tool: Path, arguments: tuple[str, ...]) -> None:
    """`| head` gets what it wants, and nobody complains."""
    assert tool.exists()
    reader, writer = os.pipe()
    os.close(reader)
    done = spawn(*arguments, stdout=writer, stderr=subprocess.PIPE, capture_output=False)
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode in {0, 1}


def test_a_review_whose_reader_left_keeps_its_status(tool: Path) -> None:
    """The verdict of a gate does not depend on who reads the card."""
    reader, writer = os.pipe()
    os.close(reader)
    done = spawn(
        *("review", tool, "--quiet", "--fail-under", "100", "--price", "unknown", "--description"),
        "Acme Logs is a suite. " * 30,
        stdout=writer,
        stderr=subprocess.PIPE,
        capture_output=False,
    )
    os.close(writer)
    assert done.returncode in {3, 100}


def test_an_interrupt_is_one_line_and_130(here: Path) -> None:
    """Ctrl-C while the program waits for its input ends it without a traceback."""
    assert here.is_dir()
    process = subprocess.Popen(
        command("review", "-"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdin
    process.stdin.write(b"name: Acme\n")
    process.stdin.flush()
    time.sleep(1.5)  # until it waits for more, which nothing announces
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert out == b""
    assert err == b"Interrupted. Verdicts that had arrived are kept.\n"


def test_an_interrupt_before_the_command_began_is_the_same(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the program still loads gets the same line."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("panel.cli.app.program", interrupted)
    assert run("doctor") == (130, "", "Interrupted. Verdicts that had arrived are kept.\n")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_nothing_on_a_terminal_is_wider_than_it(
    run: Run, tool: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    """At every width, cards, lists and checks are wrapped, never cut off."""
    run("review", tool)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    for name, value in (("COLUMNS", str(width)), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    for arguments in (
        ("review", tool, "--quiet", "--full"),
        ("history", "list"),
        ("history", "show", "acme-logs"),
        ("personas", "list"),
        ("personas", "show", "dx"),
        ("config", "show"),
        ("doctor",),
        ("ledger", "stats"),
    ):
        longest = max(run(*arguments).out.splitlines(), key=len)
        assert len(longest) <= width, (arguments, longest)


def test_a_terminal_gets_colour_a_pipe_and_a_file_do_not(tool: Path) -> None:
    """The text on a terminal is styled; off it, it is plain and unwrapped."""
    shown = on_terminal("review", tool, "--quiet")
    assert "\x1b[1;32mCOMPLETE" in shown
    piped = spawn("review", tool, "--quiet").stdout
    assert "\x1b" not in piped
    assert max(map(len, piped.splitlines())) > 120


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colour_can_be_declined(tool: Path, variables: dict[str, str]) -> None:
    """NO_COLOR and a dumb terminal get no colour; the words are all there."""
    shown = on_terminal("review", tool, "--quiet", **variables)  # type: ignore[arg-type]
    assert "\x1b[1;32m" not in shown
    assert "COMPLETE" in shown


def test_the_board_is_on_standard_error_while_it_runs(tool: Path) -> None:
    """On a terminal the seats are shown at work, and the board is gone when the card is there."""
    shown = on_terminal("review", tool)
    assert shown.index("waiting") < shown.index("SHIP") < shown.index("COMPLETE")
    assert on_terminal("review", tool, "--quiet").startswith("\x1b[1;32mCOMPLETE")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252"])
def test_a_terminal_of_few_characters_gets_them_spelled(run: Run, tool: Path, encoding: str) -> None:
    """No command fails for want of a character, and JSON stays JSON."""

    def shown(*arguments: str | Path) -> str:
        stream = io.TextIOWrapper(io.BytesIO(), encoding)
        with redirect_stdout(stream):
            assert run(*arguments).status == 0
        text = stream.buffer.getvalue().decode(encoding)
        assert text
        return text

    assert "COMPLETE" in shown("review", tool)
    assert "acme-logs" in shown("history", "list")
    assert "Developer experience" in shown("personas", "show", "dx")
    assert "encoding" in shown("doctor")
    name = "Žluťoučký — 日本"
    for extra in ((), ("--dry-run",)):
        content = json.loads(shown("review", tool, "--name", name, "--format", "json", *extra))
        assert name in {content.get("name"), content.get("tool", {}).get("name")}


def test_an_error_is_told_on_a_terminal_of_few_characters(tool: Path) -> None:
    """What standard error cannot show is replaced, and the line is there."""
    assert tool.exists()
    failed = spawn("review", "—日本.yaml", env=environment(PYTHONIOENCODING="ascii"), encoding="ascii")
    assert failed.returncode == 2
    assert failed.stderr.startswith("Error: ???.yaml: no such file\n")


def test_bytes_that_are_no_text_are_no_bug(tool: Path) -> None:
    """A flag or a file name that is not UTF-8 is shown as what it is."""
    done = subprocess.run(
        [*map(os.fsencode, command("review", tool, "--quiet", "--no-ledger", "--tagline")), b"a\xffb"],
        check=False,
        capture_output=True,
        env=environment(),
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode in {0, 2}
    done = subprocess.run(
        [*map(os.fsencode, command("review")), b"\xff.yaml"],
        check=False,
        capture_output=True,
        env=environment(),
    )
    assert done.returncode == 2
    assert b"no such file" in done.stderr


def test_tables_stand_in_columns_or_cell_below_cell(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Columns line up where they fit; where they do not, every cell has its own line."""
    rows = [("quorum", "3", "default"), ("format", "plain", "shippanel.toml")]
    target = Destination("plain")
    target.send_table(rows)
    assert capsys.readouterr().out == "quorum  3      default\nformat  plain  shippanel.toml\n"
    monkeypatch.setattr(Destination, "width", 20)
    target.send_table(rows)
    assert capsys.readouterr().out == "quorum\n  3\n  default\nformat\n  plain\n  shippanel.toml\n"


@pytest.mark.parametrize(
    ("asked", "name", "expected"),
    [
        ("auto", None, "plain"),
        ("text", None, "text"),
        ("json", None, "json"),
        ("auto", "a.JSON", "json"),
        ("auto", "a.htm", "html"),
        ("text", "a.md", "plain"),
        ("html", "a.md", "html"),
    ],
)
def test_the_format_follows_from_flag_suffix_and_stream(
    here: Path, asked: str, name: str | None, expected: str
) -> None:
    """Off a terminal `auto` is plain; a file never gets terminal styles."""
    assert here.is_dir()
    assert destination(asked, Path(name) if name else None).format == expected
