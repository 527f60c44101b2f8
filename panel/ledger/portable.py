"""The ledger as lines of JSON: how an export is written, and what an import takes for one.

    {"schema":"shippanel.ledger/1","revision":"0001"}
    {"table":"tool","row":{"slug":"lantern","identity":"lantern",…}}
    {"table":"run","tool":"lantern","row":{"id":"0193…","slug":"lantern",…}}
    {"end":{"tool":1,…,"run":1}}

Every line stands for itself: what belongs to a tool names it by its identity, since another ledger may
keep that tool at another address. Tables and columns are read off `schema`, so what a migration adds
travels too. No database here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from panel.errors import InputError
from panel.ledger import schema
from panel.value import published

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Column, Table

SCHEMA = "shippanel.ledger/1"
LINE_BYTES = 4 * 1024 * 1024
"""The longest line that is read; a scorecard of a panel asked a hundred times over is far shorter."""
_SMALLEST, _LARGEST = -(2**31), 2**31 - 1
"""What an integer column holds on every database."""
_DERIVED = frozenset((schema.tool.c.latest_run, schema.tool.c.reviewed_at))
"""Columns that follow from other rows; an import works them out again."""
_FIRST = (
    schema.tool,
    schema.tool_revision,
    schema.verdict,
    schema.attempt,
    schema.damaged,
    schema.run,
    schema.spend,
)


class Line(NamedTuple):
    """One row on its way from one ledger to another."""

    number: int
    """Where it stands in the file, from 1."""
    table: Table
    row: dict[str, Any]
    identity: str | None
    """Whose it is: the identity of a tool; None in tables that belong to none."""


def tables() -> tuple[Table, ...]:
    """List the tables that travel, each behind those it refers to."""
    rest = [
        table
        for table in schema.metadata.sorted_tables
        if table not in _FIRST and table is not schema.version
    ]
    return (*_FIRST, *rest)


def is_final(table: Table) -> bool:
    """Tell whether a row of a table stays as it was written; the others say how far something is."""
    return table in _FIRST


def columns(table: Table) -> tuple[Column[Any], ...]:
    """List the columns of a table that travel."""
    return tuple(column for column in table.columns if column not in _DERIVED)


def slug_column(table: Table) -> Column[Any] | None:
    """Return the column that refers to a tool by its address; None where there is none."""
    return next((column for column in table.columns if column.references(schema.tool.c.slug)), None)


def write_header() -> str:
    """Write the first line."""
    return _dumped({"schema": SCHEMA, "revision": schema.REVISION})


def write_row(table: str, row: Mapping[str, Any], identity: str | None) -> str:
    """Write the line of one row."""
    belongs = {} if identity is None else {"tool": identity}
    return _dumped({"table": table, **belongs, "row": dict(row)})


def write_end(counts: Mapping[str, int]) -> str:
    """Write the last line: how many rows of each table stand before it."""
    return _dumped({"end": dict(counts)})


def read_header(content: object, *, name: str) -> None:
    """See that a file is an export this program can read.

    Raises:
        InputError: it is something else, or a newer program wrote it.
    """
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        raise InputError(
            f"{name}: line 1 does not begin an export of a ledger",
            "Make one with: shippanel ledger export --out FILE.",
        )
    if content.get("revision") not in schema.REVISIONS:
        raise InputError(
            f"{name}: a newer shippanel wrote this export (schema {content.get('revision')!r}; "
            f"this one knows {schema.REVISION!r})",
            "Update shippanel.",
        )


def read_end(content: Mapping[str, Any]) -> dict[str, int] | None:
    """Read the last line; None when this is another one.

    Raises:
        ValueError: it is the last line, and does not say how many rows there were.
    """
    if "end" not in content:
        return None
    counts = content["end"]
    if not isinstance(counts, dict) or content.keys() != {"end"}:
        raise ValueError("the last line does not count the rows before it")
    try:
        return {str(table): int(count) for table, count in counts.items()}
    except (TypeError, ValueError):
        raise ValueError("the last line does not count the rows before it") from None


def read_row(number: int, content: Mapping[str, Any]) -> Line:
    """Read the line of one row, each value as its column wants it.

    Raises:
        ValueError: this is no row of a ledger; says why.
    """
    table = _KNOWN.get(str(content.get("table")))
    row, identity = content.get("row"), content.get("tool")
    if table is None or not isinstance(row, dict):
        raise ValueError("is no row of a ledger")
    unknown = [*(content.keys() - {"table", "row", "tool"}), *(row.keys() - {c.name for c in columns(table)})]
    if unknown:
        raise ValueError(f"{table.name} has no {', '.join(sorted(map(repr, unknown)))}")
    if slug_column(table) is not None and not isinstance(identity, str):
        raise ValueError(f"{table.name}: does not say whose it is")
    return Line(number, table, {c.name: _typed(table, c, row) for c in columns(table)}, identity)


def line_schema() -> dict[str, Any]:
    """Describe one line of an export, as JSON Schema draft 2020-12."""
    header = {"schema": {"const": SCHEMA}, "revision": {"enum": list(schema.REVISIONS)}}
    counts = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}}
    kinds = [_described("The first line.", header), *map(_described_row, tables())]
    kinds.append(_described("The last line: how many rows of each table there are.", {"end": counts}))
    return published("ledger", {"title": "A line of an exported ledger", "oneOf": kinds})


def _described_row(table: Table) -> dict[str, Any]:
    wanted = {str: "string", int: "integer", float: "number"}
    cells = {
        column.name: {
            "type": [wanted[column.type.python_type], "null"]
            if column.nullable
            else wanted[column.type.python_type]
        }
        for column in columns(table)
    }
    belongs = {} if slug_column(table) is None else {"tool": {"type": "string"}}
    return _described(
        f"A row of {table.name}.",
        {
            "table": {"const": table.name},
            **belongs,
            "row": _described(f"Its columns in {table.name}.", cells),
        },
    )


def _described(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": description,
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_KNOWN = {table.name: table for table in tables()}


def _dumped(content: Mapping[str, Any]) -> str:
    # ASCII, so that what a stranger wrote does nothing to the screen it is shown on. What is neither text
    # nor number can only be damage: it is shown, and refused by an import.
    return json.dumps(content, separators=(",", ":"), default=repr)


def _typed(table: Table, column: Column[Any], row: Mapping[str, Any]) -> str | int | float | None:
    """Return a column's value; numbers arrive as the text that was written."""
    value = row.get(column.name, _absent(column))
    if value is None and column.nullable:
        return None
    kind = column.type.python_type
    try:
        if not isinstance(value, str):
            raise TypeError  # noqa: TRY301 - one line for whatever it is instead
        typed = kind(value)
    except (TypeError, ValueError):
        wanted = {str: "text", int: "a whole number", float: "a number"}[kind]
        raise ValueError(f"{table.name}.{column.name}: is not {wanted}") from None
    _check_range(table, column, typed)
    return typed  # type: ignore[no-any-return]  # one of the kinds above


def _absent(column: Column[Any]) -> str | None:
    """Return what a column holds that was not there when the export was written."""
    default = column.server_default
    return None if default is None else str(getattr(default, "arg", ""))


def _check_range(table: Table, column: Column[Any], value: object) -> None:
    if isinstance(value, str) and "\0" in value:
        raise ValueError(f"{table.name}.{column.name}: holds a NUL character")
    if isinstance(value, int) and not _SMALLEST <= value <= _LARGEST:
        raise ValueError(f"{table.name}.{column.name}: {value} is out of range")
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise ValueError(f"{table.name}.{column.name}: is not a finite number")
