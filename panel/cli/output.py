"""Where a result goes: standard output or a file, in the encoding and width that it has there.

A file is written whole or not at all. A reader that closes the pipe early is no error; a full disk is.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from panel.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from rich.console import Console

    from panel.render.lines import Line

Format = Literal["text", "plain", "json", "jsonl", "csv", "md", "html"]

MEASURE = 96
"""The widest a line of prose gets on a terminal, in cells."""

NARROW = 24
"""Cells that the last column of a table is given at least."""

_SUFFIXES: dict[str, Format] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".csv": "csv",
    ".md": "md",
    ".markdown": "md",
    ".html": "html",
    ".htm": "html",
    ".txt": "plain",
}


@dataclass(frozen=True)
class Destination:
    """Where one result goes, and how it is shown there."""

    format: Format
    path: Path | None = None
    """The file asked for; None is standard output."""

    @property
    def encoding(self) -> str:
        """What the stream can carry: UTF-8 in files, whatever standard output has otherwise."""
        if self.path or self.format in {"md", "html"}:
            return "utf-8"
        encoding = (sys.stdout.encoding or "utf-8").lower()
        # Bytes that mean the same in every locale: a program will read them.
        return "ascii" if self.format in {"json", "jsonl"} and encoding != "utf-8" else encoding

    @property
    def width(self) -> int | None:
        """Where to wrap, in cells; None off a terminal, where a line is a paragraph."""
        return None if self.path or not sys.stdout.isatty() else shutil.get_terminal_size().columns

    def send(self, text: str) -> None:
        """Write the result.

        Raises:
            OutputError: it cannot be written; no partial file is left behind.
        """
        self.send_parts([text])

    def send_parts(self, parts: Iterable[str]) -> None:
        """Write a result that is made piece by piece, and never hold all of it.

        Raises:
            OutputError: as `send`.
        """
        data = (part.encode(self.encoding, "replace") for part in parts)
        if self.path:
            write_file(self.path, data)
        else:
            _write_stdout(data)

    def send_lines(self, lines: Iterable[str | Line]) -> None:
        """Write lines of text, wrapped on a terminal, in visible characters of its encoding.

        Raises:
            OutputError: as `send`.
        """
        from panel.render.lines import line, spell, wrap  # noqa: PLC0415 - --help needs none of it
        from panel.text import visible  # noqa: PLC0415 - likewise

        width = self.width and min(self.width, MEASURE)
        rows = (
            "".join(span.text for span in row).rstrip()
            for entry in lines
            for row in wrap(line(entry) if isinstance(entry, str) else entry, width)
        )
        self.send("".join(spell(visible(row), self.encoding) + "\n" for row in rows))

    def send_table(self, rows: Sequence[Sequence[str]]) -> None:
        """Write rows in columns, or cell below cell where the columns would not fit.

        Raises:
            OutputError: as `send`.
        """
        from panel.render.lines import line  # noqa: PLC0415 - --help does not need it

        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        before_last = sum(widths[:-1]) + 2 * len(widths[:-1])
        if self.width and before_last + min(widths[-1], NARROW) > self.width:
            self.send_lines(
                line(cell, lead="  " * bool(place), hang="    ")
                for row in rows
                for place, cell in enumerate(filter(None, row))
            )
            return
        self.send_lines(
            line(
                row[-1],
                lead="".join(f"{cell:{width}}  " for cell, width in zip(row, widths[:-1], strict=False)),
                hang=" " * before_last,
            )
            for row in rows
        )

    def send_json(self, kind: str, content: Mapping[str, Any]) -> None:
        """Write JSON that names its schema, in ASCII.

        Raises:
            OutputError: as `send`.
        """
        self.send(json.dumps({"schema": f"shippanel.{kind}/1", **content}, indent=2) + "\n")

    def console(self) -> Console:
        """Return the terminal, as Rich sees it."""
        from rich.console import Console  # noqa: PLC0415 - most commands print plain lines

        # Rich takes a dumb terminal for 80 columns, whatever it has.
        columns, rows = shutil.get_terminal_size()
        return Console(width=columns, height=rows, emoji=False, markup=False, highlight=False)


def destination(asked: str, path: Path | None) -> Destination:
    """Decide how a result is shown, and refuse early what could not be written later.

    Args:
        asked: a format, or `auto`: by the file's suffix, else `text` on a terminal and `plain` off it.
        path: the file asked for, or None.

    Raises:
        OutputError: the file's folder does not exist or cannot be written to.
    """
    if path:
        _check_folder(path)
        guessed: Format = _SUFFIXES.get(path.suffix.lower(), "plain")
    else:
        guessed = "text" if sys.stdout.isatty() else "plain"
    chosen = {"auto": guessed, "text": "plain" if path else "text"}.get(asked, asked)
    return Destination(chosen, path)  # type: ignore[arg-type]  # `asked` is one of the formats


def note(line: str, *, quiet: bool = False) -> None:
    """Say something about the run on standard error."""
    if not quiet:
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(line.encode(encoding, "replace").decode(encoding) + "\n")


def write_file(path: Path, data: Iterable[bytes]) -> None:
    """Replace a file's content in one step.

    Args:
        path: the file.
        data: what it shall hold, in pieces.

    Raises:
        OutputError: it cannot be written; what stood there still stands.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as file:  # a device or a pipe, which no other file can replace
                file.writelines(data)
        else:
            _replace(path.resolve(), data)
    except OSError as error:
        raise OutputError(
            f"{path}: cannot be written: {error.strerror or error}", "Choose another place with --out."
        ) from None


def silence_stdout() -> None:
    """Drop what standard output still holds, so that nothing complains about it at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _replace(target: Path, data: Iterable[bytes]) -> None:
    draft = target.with_name(f".shippanel-{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            file.writelines(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            draft.chmod(stat.S_IMODE(target.stat().st_mode))
        draft.replace(target)
    finally:
        with suppress(OSError):
            draft.unlink()


def _check_folder(path: Path) -> None:
    folder = path.parent
    reason = ""
    if path.is_dir():
        reason = "is a folder"
    elif path.exists() and not path.is_file():
        return  # a device or a pipe
    elif not folder.is_dir():
        reason = f"there is no folder {str(folder)!r}"
    elif not os.access(folder, os.W_OK):
        reason = f"the folder {str(folder)!r} cannot be written to"
    if reason:
        raise OutputError(f"{path}: {reason}", "Choose another place with --out.")


def _write_stdout(data: Iterable[bytes]) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.writelines(data)
        sys.stdout.flush()
    except BrokenPipeError:
        silence_stdout()
    except OSError as error:
        raise OutputError(f"standard output: cannot be written: {error.strerror}") from None
