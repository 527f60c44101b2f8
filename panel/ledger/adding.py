"""Adding rows of any table where they are missing, and what they refer to as it is called here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select, tuple_

from panel.ledger import schema
from panel.ledger.portable import columns, is_final, slug_column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Table

    from panel.ledger.portable import Line
    from panel.ledger.store import Store


class Placed(NamedTuple):
    """What became of a line."""

    added: bool = False
    """Whether it is new here; else it stood here, or was refused."""
    problem: str = ""
    """Why it was refused."""
    remark: str = ""
    """How it differs here from what stands in the line."""


ADDED, STANDING = Placed(added=True), Placed()


def add(
    connection: Connection, store: Store, table: Table, rows: Mapping[int, dict[str, Any]]
) -> dict[int, Placed]:
    """Add the rows that are missing, by primary key; what stands there must be the same."""
    before = _there(connection, table, rows.values())
    fresh: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in rows.values():
        if _name(table, row) not in before:
            fresh.setdefault(_name(table, row), row)
    after = before | fresh
    if fresh and connection.execute(store.add(table), list(fresh.values())).rowcount < len(fresh):
        # Another unique value of theirs is taken, or somebody else has just added them.
        after = before | _there(connection, table, fresh.values())
    found: dict[int, Placed] = {}
    for number, row in rows.items():
        name = _name(table, row)
        if after.get(name) == row:
            found[number] = STANDING if name in before else ADDED
        elif name in before and not is_final(table):
            found[number] = Placed(
                remark=f"{'/'.join(map(str, name))} has got to another point here, and stays"
            )
        else:
            shown = "/".join(map(str, name))
            found[number] = Placed(problem=f"{shown} is here already, with another content")
    return found


def _shown(name: tuple[Any, ...]) -> str:
    return "/".join(map(str, name))


def _there(
    connection: Connection, table: Table, rows: Iterable[dict[str, Any]]
) -> dict[tuple[Any, ...], dict[str, Any]]:
    wanted = [_name(table, row) for row in rows]
    statement = select(*columns(table)).where(tuple_(*table.primary_key).in_(wanted))
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    return {_name(table, row): row for row in rows}


def _name(table: Table, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[column.name] for column in table.primary_key)


def addressed(
    table: Table, lines: Iterable[Line], addresses: Mapping[str, str]
) -> tuple[dict[int, dict[str, Any]], dict[int, Placed]]:
    """Give rows that belong to a tool its address here, and refuse those whose tool is not here."""
    at = slug_column(table)
    rows: dict[int, dict[str, Any]] = {}
    found: dict[int, Placed] = {}
    for line in lines:
        if at is None:
            rows[line.number] = line.row
        elif slug := addresses.get(line.identity or ""):
            rows[line.number] = {**line.row, at.name: slug}
        else:
            found[line.number] = Placed(problem=f"its tool, {line.identity!r}, is not here")
    return rows, found


def addresses_of(connection: Connection, lines: Iterable[Line], *, held: bool = False) -> dict[str, str]:
    """Find the tools that lines belong to: identity → address here."""
    wanted = {line.identity for line in lines if line.identity is not None}
    return by_identity(connection, wanted, held=held) if wanted else {}


def by_identity(connection: Connection, wanted: Iterable[str], *, held: bool = False) -> dict[str, str]:
    """Find tools by what they are known by: identity → address here; `held` until the transaction ends."""
    tool = schema.tool.c
    statement = select(tool.identity, tool.slug).where(tool.identity.in_(list(wanted)))
    if held:
        # In one order, so that two imports wait for one another instead of for each other.
        statement = statement.order_by(tool.slug).with_for_update()
    return {row.identity: row.slug for row in connection.execute(statement)}


def numbers_of(connection: Connection, slugs: Iterable[str]) -> dict[tuple[str, str], int]:
    """Read the revisions of tools: address and digest → number."""
    revision = schema.tool_revision.c
    statement = select(revision.slug, revision.digest, revision.number).where(revision.slug.in_(set(slugs)))
    return {(row.slug, row.digest): row.number for row in connection.execute(statement)}


def orphans(connection: Connection, table: Table, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, Placed]:
    """Refuse rows that refer to one which is not here."""
    found: dict[int, Placed] = {}
    for key in table.foreign_keys:
        if key.column is schema.tool.c.slug:
            continue
        named = {number: row[key.parent.name] for number, row in rows.items()}
        wanted = {value for value in named.values() if value is not None}
        there = set(connection.scalars(select(key.column).where(key.column.in_(wanted))))
        for number, value in named.items():
            if value is not None and value not in there:
                found[number] = Placed(problem=f"its {key.column.table.name}, {value!r}, is not here")
    return found
