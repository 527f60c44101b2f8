"""The check of a whole ledger: every key, digest and scorecard worked out again from what it rests on.

Rows stream by in pages, so memory does not grow with the ledger. What is found wrong is listed, and
counted where the list would become too long; nothing is mended here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, tuple_

from panel.ledger import schema
from panel.ledger.flaws import flaws_of_row, found_by
from panel.ledger.key import seal
from panel.ledger.recount import flaws_of_run, read_basis
from panel.ledger.rows import Problem, VerifyReport
from panel.scorecard import Scorecard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Row, Table

    from panel.ledger.recount import Basis
    from panel.ledger.store import Store

    Progress = Callable[[str, int], None]

_PAGE = 100
"""Rows read at a time; a scorecard weighs some 30 kB."""
_LISTED = 1000
"""Problems that are listed; the others are counted."""


def verify(store: Store, progress: Progress | None = None) -> VerifyReport:
    """Check everything the ledger holds.

    Args:
        store: the ledger.
        progress: called after each page with a table's name and its rows checked so far.
    """
    checked: dict[str, int] = {}
    problems: list[Problem] = []
    found = 0
    for table in (
        schema.tool,
        schema.tool_revision,
        schema.verdict,
        schema.attempt,
        schema.damaged,
        schema.run,
    ):
        checked[table.name] = 0
        for page in _pages(store, table):
            for problem in _check_page(store, table, page):
                found += 1
                if found <= _LISTED:
                    problems.append(problem)
            checked[table.name] += len(page)
            if progress:
                progress(table.name, checked[table.name])
    replaced = checked.pop(schema.damaged.name)
    return VerifyReport(
        checked=checked, problems=tuple(problems), unlisted=found - len(problems), replaced=replaced
    )


def _pages(store: Store, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """Read a table in the order of its primary key, each page by a look-up of its own."""
    order = tuple(table.primary_key)
    rows = (_tools if table is schema.tool else select(table)).order_by(*order).limit(_PAGE)
    last: tuple[Any, ...] | None = None
    while True:
        statement = rows if last is None else rows.where(tuple_(*order) > tuple_(*last))
        with store.reading() as connection:
            page = connection.execute(statement).all()
        if not page:
            return
        yield page
        last = tuple(getattr(page[-1], column.name) for column in order)


def _check_page(store: Store, table: Table, page: Sequence[Row[Any]]) -> Iterator[Problem]:
    # What a page of runs rests on is read at once; the other rows rest on little or nothing.
    basis = read_basis(store, page) if table is schema.run else None
    for row in page:
        key = "/".join(str(getattr(row, column.name)) for column in table.primary_key)
        if basis:
            flaws = found_by(_flaws_of_run(row, basis))
        else:
            flaws = found_by(_flaws_of_tool(row)) if table is schema.tool else flaws_of_row(table, row)
        yield from (Problem(table=table.name, key=key, detail=flaw) for flaw in flaws)


def _flaws_of_run(row: Row[Any], basis: Basis) -> Iterator[str]:
    if seal(row.id, row.scorecard, row.keys) != row.seal:
        yield "the scorecard or the list of its answers is not what was sealed"
    yield from flaws_of_run(row, Scorecard.model_validate_json(row.scorecard), basis)


def _flaws_of_tool(row: Row[Any]) -> Iterator[str]:
    if not row.pointed == row.newest == row.reviewed_at:
        yield "does not point at its newest run"


_run = schema.run.c
# Read with the tool, in one statement, so that a review which is recorded meanwhile is no flaw.
_tools = select(
    schema.tool,
    select(_run.reviewed_at)
    .where(_run.id == schema.tool.c.latest_run, _run.slug == schema.tool.c.slug)
    .scalar_subquery()
    .label("pointed"),
    select(func.max(_run.reviewed_at))
    .where(_run.slug == schema.tool.c.slug)
    .scalar_subquery()
    .label("newest"),
)
