"""Writing a whole ledger out, line by line, as it stood at one moment.

The order is that of the primary keys, byte by byte, and nothing in it depends on the database: two ledgers
that hold the same rows give the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import String, collate, null, select

from panel.ledger import schema
from panel.ledger.portable import columns, slug_column, tables, write_end, write_header, write_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Column, ColumnElement, Select, Table

    from panel.ledger.store import Store

_AT_ONCE = 100
"""Rows fetched at a time; a scorecard weighs some 30 kB."""


def export_lines(store: Store, progress: Callable[[str, int], None] | None = None) -> Iterator[str]:
    """Yield the lines of an export, without line ends.

    Args:
        store: the ledger.
        progress: called now and then with a table's name and its rows written so far.
    """
    counts: dict[str, int] = {}
    yield write_header()
    with store.snapshot() as connection:
        for table in tables():
            counts[table.name] = 0
            statement = _statement(table, sqlite=store.is_sqlite)
            rows = connection.execution_options(yield_per=_AT_ONCE).execute(statement)
            for page in rows.partitions():
                for *values, identity in page:
                    row = dict(zip((column.name for column in columns(table)), values, strict=True))
                    yield write_row(table.name, row, identity)
                counts[table.name] += len(page)
                if progress:
                    progress(table.name, counts[table.name])
    yield write_end(counts)


def _statement(table: Table, *, sqlite: bool) -> Select[Any]:
    """Select what travels of a table and whose it is, in an order that both databases share."""
    at = slug_column(table)
    owner: ColumnElement[Any] = schema.tool.c.identity if at is not None else null()
    statement = select(*columns(table), owner.label("whose"))
    if at is not None:
        # A row whose tool is missing is damaged, and still to be shown.
        statement = statement.join_from(table, schema.tool, at == schema.tool.c.slug, isouter=True)
    return statement.order_by(*(_bytewise(column, sqlite=sqlite) for column in table.primary_key))


def _bytewise(column: Column[Any], *, sqlite: bool) -> ColumnElement[Any]:
    return column if sqlite or not isinstance(column.type, String) else collate(column, "C")
