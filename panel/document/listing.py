"""Many documents in one source: JSON Lines, a JSON or YAML list, or a table of comma-separated values.

Every entry is bounded and parsed by itself, as a document of its own would be, so that a bad one is reported
with its line and the next ones are read all the same. But for a JSON list, which has to be read as a whole,
one entry at a time is held in memory.
"""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any, BinaryIO, Literal

from panel.document.bounds import quoted
from panel.document.parsing import JSON_TOKEN, parse_document
from panel.document.reading import LIMIT_BYTES, decode
from panel.errors import InputError
from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

ListForm = Literal["jsonl", "json", "yaml", "csv"]

JSON_LIST_BYTES = 16 * 1024 * 1024
"""The largest JSON list that is read; JSON Lines have no limit but that of each line."""

_Parsed = dict[str, Any] | InputError
_Piece = tuple[int, "bytes | _Parsed"]

_YAML_ITEM = re.compile(rb"( *)-(?=[ \t\r\n]|$)")
_YAML_PREFACE = re.compile(rb"\s*(#.*)?|---\s*(#.*)?|%.*", re.DOTALL)
_BLANK, _COMMA = re.compile(r"\s*"), re.compile(r"\s*,\s*")
_DELIMITERS = ",;\t"
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_BOM = b"\xef\xbb\xbf"
_HINT = "Mend the line; the others are read all the same."


def parse_list(
    stream: BinaryIO, *, name: str, form: ListForm, limit: int = LIMIT_BYTES
) -> Iterator[tuple[int, _Parsed]]:
    """Read the entries of a list.

    Args:
        stream: the bytes, from their beginning.
        name: what to call the list in messages.
        form: how it is written.
        limit: the most bytes of one entry.

    Returns:
        Pairs of the line at which an entry begins, from 1, and its fields or why it has none. Values are as
        `parse_document` gives them. In a table, a column `pricing.entry` is the field `entry` of `pricing`,
        and an empty cell is left out.

    Raises:
        InputError: a table's header cannot be used.
    """
    for line, piece in _pieces(stream, name, form, limit):
        if not isinstance(piece, bytes):
            yield line, piece
            continue
        try:
            yield line, _entry(piece, name, form, line, limit)
        except InputError as error:
            yield line, error


def parse_jsonl(stream: BinaryIO, *, name: str, limit: int = LIMIT_BYTES) -> Iterator[tuple[int, _Parsed]]:
    """Read JSON objects, one a line; blank lines are passed over (see `parse_list`)."""
    return parse_list(stream, name=name, form="jsonl", limit=limit)


def count_list(stream: BinaryIO, *, name: str, form: ListForm, limit: int = LIMIT_BYTES) -> int:
    """Count the entries of a list, bad ones included, without parsing them.

    Raises:
        InputError: a table's header cannot be used.
    """
    return sum(1 for _ in _pieces(stream, name, form, limit))


def table_columns(stream: BinaryIO, *, name: str) -> list[str]:
    """Return the header of a table of comma-separated values.

    Raises:
        InputError: it is missing, or names a column twice or not at all.
    """
    header = stream.readline(LIMIT_BYTES)
    text = decode(header, name=f"{name}, line 1").rstrip("\r\n")
    delimiter = max(_DELIMITERS, key=text.count)
    columns = [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter))]
    for column in columns:
        if not column or columns.count(column) > 1:
            problem = f"the column {quoted(column)} stands there twice" if column else "a column has no name"
            raise InputError(f"{name}, line 1: {problem}", "Give every column one name of its own.")
        owner = column.partition(".")[0]
        if owner != column and owner in columns:
            raise InputError(
                f"{name}, line 1: the columns {quoted(owner)} and {quoted(column)} are one field",
                "Keep the longer form.",
            )
    return columns


def _pieces(stream: BinaryIO, name: str, form: ListForm, limit: int) -> Iterator[_Piece]:
    if form == "json":
        return _json_pieces(stream, name)
    if form == "csv":
        return _csv_pieces(stream, name, limit)
    return _yaml_pieces(stream, name, limit) if form == "yaml" else _jsonl_pieces(stream, name, limit)


def _entry(data: bytes, name: str, form: ListForm, line: int, limit: int) -> dict[str, Any]:
    """Parse one entry; errors of YAML, which has several lines, name the line of the whole source."""
    if form == "yaml":
        return parse_document(data, name=name, form="yaml", limit=limit, first_line=line)
    return parse_document(data, name=f"{name}, line {line}", form="json", limit=limit)


def _too_long(name: str, line: int, limit: int) -> InputError:
    return InputError(f"{name}, line {line}: is longer than {limit:,} bytes", "Shorten the text.")


def _lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes]]:
    """Number the lines of a stream; of one that is longer than the limit, only more than that is kept."""
    longest = limit + len(b"\r\n") + 1
    number = 0
    while line := stream.readline(longest):
        number += 1
        kept = line.removeprefix(_BOM) if number == 1 else line
        while len(line) == longest and not line.endswith(b"\n"):
            line = stream.readline(longest)
        yield number, kept


def _jsonl_pieces(stream: BinaryIO, name: str, limit: int) -> Iterator[_Piece]:
    for number, line in _lines(stream, limit):
        text = line.rstrip(b"\r\n")
        if len(text) > limit:
            yield number, _too_long(name, number, limit)
        elif text.strip():
            yield number, text


def _yaml_pieces(stream: BinaryIO, name: str, limit: int) -> Iterator[_Piece]:
    """Cut a block sequence where its items begin; the hyphen gives way to a space."""
    start, item, dash = 0, bytearray(), b""

    def finished() -> Iterator[_Piece]:
        if start:
            yield start, _too_long(name, start, limit) if len(item) > limit else bytes(item)

    for number, line in _lines(stream, limit):
        found = _YAML_ITEM.match(line)
        if found and (not start or found[1] == dash):
            yield from finished()
            start, dash = number, found[1]
            item = bytearray(line.replace(b"-", b" ", 1))
        elif start:
            item += line if len(item) <= limit else b""
        elif not _YAML_PREFACE.fullmatch(line):
            yield number, InputError(f"{name}, line {number}: no list begins here", "Begin items with '- '.")
            return
    yield from finished()


def _json_pieces(stream: BinaryIO, name: str) -> Iterator[_Piece]:
    data = stream.read(JSON_LIST_BYTES + 1)
    if len(data) > JSON_LIST_BYTES:
        hint = "Write one entry a line (JSON Lines), which has no such limit."
        yield (
            1,
            InputError(f"{name}: is longer than {JSON_LIST_BYTES:,} bytes, the most of a JSON list", hint),
        )
        return
    try:
        text = decode(data, name=name)
    except InputError as error:
        yield 1, error
        return
    yield from _json_objects(text, name)


def _json_objects(text: str, name: str) -> Iterator[_Piece]:
    """Cut a JSON list where its objects begin and end, by the nesting of brackets alone."""
    depth, line, counted, before = 0, 1, 0, _BLANK
    begin = end = text.find("[") + 1
    for token in JSON_TOKEN.finditer(text, max(0, end - 1)):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
        if depth == 2 and token.group() == "{":
            begin = token.start()
            line, counted = line + text.count("\n", counted, begin), begin
            if not before.fullmatch(text, end, begin):
                break
            before = _COMMA
        elif depth == 1 and token.group() == "}":
            end = token.end()
            yield line, text[begin:end].encode()
        elif depth < 1:
            if _BLANK.fullmatch(text, end, token.start()) and not text[token.end() :].strip():
                return
            break
    line = text.count("\n", 0, end) + 1
    yield (
        line,
        InputError(
            f"{name}, line {line}: not a JSON list of objects from here on", "Nothing behind it was read."
        ),
    )


def _csv_pieces(stream: BinaryIO, name: str, limit: int) -> Iterator[_Piece]:
    columns = table_columns(stream, name=name)
    stream.seek(0)
    header = stream.readline(LIMIT_BYTES).decode("utf-8-sig")
    lines = (line.decode("utf-8", "surrogateescape") for line in stream)
    rows = csv.reader(lines, delimiter=max(_DELIMITERS, key=header.count), strict=True)
    while True:
        line = rows.line_num + 2
        try:
            cells = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield (
                line,
                InputError(f"{name}, line {line}: not a row of the table: {visible(str(error))}", _HINT),
            )
            continue
        if any(cell.strip() for cell in cells):
            yield line, _row(cells, columns, f"{name}, line {line}", limit)


def _row(cells: list[str], columns: list[str], place: str, limit: int) -> _Parsed:
    if any(cell.strip() for cell in cells[len(columns) :]):
        return InputError(
            f"{place}: has {len(cells)} cells, and the header names {len(columns)} columns",
            "Put a cell that holds a comma or a quotation mark in quotation marks.",
        )
    if sum(map(len, cells)) > limit:
        return InputError(f"{place}: is longer than {limit:,} bytes", "Shorten the text.")
    if any(_NOT_UTF8.search(cell) for cell in cells):
        return InputError(f"{place}: is not UTF-8 text", "Save the table as UTF-8.")
    fields: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=False):
        owner, dot, key = column.partition(".")
        if not cell.strip():
            continue
        if dot:
            fields.setdefault(owner, {})[key] = cell
        else:
            fields[column] = cell
    return fields
