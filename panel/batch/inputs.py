"""Many submissions from files, folders and standard input, one at a time and each with its place.

A submission that cannot be used is an entry like any other, with the reason in it; only a source that cannot
be read at all is an error. Findings of suspicion are left to the review: whoever takes up a finished batch
must not search ten thousand texts again.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from panel.document import (
    STDIN,
    ListForm,
    closest,
    count_list,
    display_name,
    parse_document,
    parse_list,
    read_bytes,
    table_columns,
)
from panel.errors import InputError
from panel.intake import tool_of
from panel.tool import Pricing, Submission

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.tool import Tool

SUFFIXES: dict[str, ListForm | None] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".md": None,
    ".markdown": None,
}
"""Suffix → how a list of submissions is written in such a file; None where there can be but one."""

_PEEK = 64 * 1024
_BOM = b"\xef\xbb\xbf"
_LISTED = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[ \t]*(?:#[^\n]*|---[^\n]*|%[^\n]*)?\r?\n)*(?P<mark>[ \t]*(?:-(?=\s)|\[))"
)
_HINT = f"Lists are JSON Lines, CSV, JSON or YAML; single submissions also Markdown ({', '.join(SUFFIXES)})."


@dataclass(frozen=True)
class Submitted:
    """One submission of a batch."""

    place: str
    """Where it stands, for people: `tools.jsonl, line 3`, or a file's name."""
    tool: Tool
    slug_stated: bool = False
    """Whether it names its slug itself, rather than leaving it to be made from the name."""


@dataclass(frozen=True)
class Unusable:
    """A submission that cannot be used, and why."""

    place: str
    error: InputError


Entry = Submitted | Unusable


@dataclass(frozen=True)
class Source:
    """One file of submissions, or standard input."""

    name: str
    path: Path
    form: ListForm | None
    """How its list is written; None when it holds a single submission."""

    def entries(self) -> Iterator[Entry]:
        """Read the submissions one by one.

        Raises:
            InputError: a table's header cannot be used, or the file is gone.
        """
        if self.form is None:
            yield _entry(self.name, _single(self.path, self.name))
            return
        with _open(self.path, self.name) as stream:
            for line, fields in parse_list(stream, name=self.name, form=self.form):
                yield _entry(f"{self.name}, line {line}", fields)

    def count(self) -> int:
        """Count the submissions without parsing them."""
        if self.form is None:
            return 1
        with _open(self.path, self.name) as stream:
            return count_list(stream, name=self.name, form=self.form)


@dataclass(frozen=True)
class Submissions:
    """Every submission of a batch, in the order of its sources; a folder's files come in order of name."""

    given: tuple[str, ...]
    """The sources as they were named."""
    sources: tuple[Source, ...]
    passed_over: tuple[str, ...] = ()
    """Files of a folder that hold no submission: of another kind, or Markdown without front matter."""

    def __iter__(self) -> Iterator[Entry]:
        for source in self.sources:
            yield from source.entries()

    def count(self) -> int:
        """Count the submissions, bad ones included."""
        return sum(source.count() for source in self.sources)


def open_submissions(given: Sequence[str], *, spool: Path) -> Submissions:
    """Find the sources of a batch; no submission is read yet.

    Args:
        given: files, folders, or `-` for standard input.
        spool: a folder of one's own, where standard input is kept as long as the batch runs.

    Raises:
        InputError: a source is not there or of no known form, or a table's header cannot be used.
    """
    sources: list[Source] = []
    passed_over: list[str] = []
    for text in given:
        if text == STDIN:
            sources.append(_spooled(spool))
        elif Path(text).is_dir():
            found, others = _folder(Path(text))
            sources += found
            passed_over += others
        else:
            sources.append(_file(Path(text)))
    return Submissions(tuple(map(display_name, given)), tuple(sources), tuple(passed_over))


def _folder(folder: Path) -> tuple[list[Source], list[str]]:
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    meant = [path for path in files if _is_meant(path)]
    if not meant:
        raise InputError(f"{display_name(folder)}: holds no submissions", _HINT)
    return [_file(path) for path in meant], [display_name(path) for path in files if path not in meant]


def _is_meant(path: Path) -> bool:
    """Tell whether a file of a folder is a submission; a README beside them is none."""
    suffix = path.suffix.lower()
    if suffix not in {".md", ".markdown"}:
        return suffix in SUFFIXES
    with _open(path, display_name(path)) as stream:
        return stream.read(len(_BOM) + 4).removeprefix(_BOM).startswith(b"---")


def _file(path: Path) -> Source:
    name = display_name(path)
    suffix = path.suffix.lower()
    with _open(path, name) as stream:
        head = stream.read(_PEEK)
    if suffix not in SUFFIXES:
        raise InputError(f"{name}: it is not clear how its submissions are written", _HINT)
    form = SUFFIXES[suffix]
    if form in {"json", "yaml"}:
        form = _list_form(head)
    return _checked(Source(name, path, form))


def _spooled(folder: Path) -> Source:
    """Keep standard input in a file, to be counted first and then read."""
    name = display_name(STDIN)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    path = Path(file.name)
    with path.open("rb") as stream:
        head = stream.read(_PEEK)
    if not head.strip():
        raise InputError(f"{name}: is empty", "Pass one submission a line, as JSON.")
    form = _list_form(head)
    if form is None:
        start = head.removeprefix(_BOM).lstrip()
        first = start.splitlines()[0].lower()
        # A single submission in JSON has its first line's brace still open.
        if start.startswith(b"{"):
            form = "jsonl" if first.rstrip().endswith(b"}") else None
        elif b"name" in first and any(sign in first for sign in (b",", b";", b"\t")) and b":" not in first:
            form = "csv"
    return _checked(Source(name, path, form))


def _list_form(head: bytes) -> ListForm | None:
    """Tell a JSON or YAML list by its first sign; None for a single document."""
    found = _LISTED.match(head)
    if not found:
        return None
    return "json" if found["mark"].endswith(b"[") else "yaml"


def _checked(source: Source) -> Source:
    """Refuse a table whose columns are not fields, before any of its rows is read."""
    if source.form != "csv":
        return source
    with _open(source.path, source.name) as stream:
        columns = table_columns(stream, name=source.name)
    plain = [field for field in Submission.model_fields if field != "facts"]
    known = [*plain, *(f"pricing.{field}" for field in Pricing.model_fields)]
    for column in columns:
        if column not in known and not column.startswith("facts."):
            near = closest(column, known)
            advice = f"; did you mean {near!r}?" if near else ""
            raise InputError(
                f"{source.name}, line 1: no field is called {column!r}{advice}",
                f"Columns: {', '.join(known)}, facts.KEY.",
            )
    return source


def _single(path: Path, name: str) -> dict[str, object] | InputError:
    try:
        return parse_document(read_bytes(path), name=name)
    except InputError as error:
        return error


def _entry(place: str, fields: dict[str, object] | InputError) -> Entry:
    if isinstance(fields, InputError):
        return Unusable(place, fields)
    try:
        return Submitted(place, *tool_of(fields, name=place))
    except InputError as error:
        return Unusable(place, error)


def _open(path: Path, name: str) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InputError(f"{name}: no such file or folder", "Check the spelling.") from None
    except OSError as error:
        raise InputError(
            f"{name}: cannot be read: {error.strerror or error}", "Check its permissions."
        ) from None
