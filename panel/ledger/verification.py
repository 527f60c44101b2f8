"""The check of a whole ledger: every key, digest and scorecard worked out again from what it rests on.

Rows stream by in pages, so memory does not grow with the ledger. Everything found wrong is listed;
nothing is mended here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import func, select, tuple_

from panel.ledger import schema
from panel.ledger.answers import outcome_of, parse_outcome
from panel.ledger.key import question_of, seal
from panel.ledger.recount import flaws_of_runs
from panel.ledger.rows import Problem, VerifyReport
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Row, Table

    from panel.ledger.store import Store

    Progress = Callable[[str, int], None]
    Check = Callable[[Store, Row[Any]], Iterable[str]]

_PAGE = 100
"""Rows read at a time; a scorecard weighs some 30 kB."""


def verify(store: Store, progress: Progress | None = None) -> VerifyReport:
    """Check everything the ledger holds.

    Args:
        store: the ledger.
        progress: called after each page with a table's name and its rows checked so far.
    """
    checked: dict[str, int] = {}
    problems: list[Problem] = []
    for table in (schema.tool, schema.tool_revision, schema.verdict, schema.attempt, schema.run):
        checked[table.name] = 0
        for page in _pages(store, table):
            problems += _check_page(store, table, page)
            checked[table.name] += len(page)
            if progress:
                progress(table.name, checked[table.name])
    with store.reading() as connection:
        replaced = connection.scalar(select(func.count()).select_from(schema.damaged)) or 0
    return VerifyReport(checked=checked, problems=tuple(problems), replaced=replaced)


def _pages(store: Store, table: Table) -> Iterator[Sequence[Row[Any]]]:
    """Read a table in the order of its primary key, each page by a look-up of its own."""
    order = tuple(table.primary_key)
    last: tuple[Any, ...] | None = None
    while True:
        statement = select(table).order_by(*order).limit(_PAGE)
        if last is not None:
            statement = statement.where(tuple_(*order) > tuple_(*last))
        with store.reading() as connection:
            page = connection.execute(statement).all()
        if not page:
            return
        yield page
        last = tuple(getattr(page[-1], column.name) for column in order)


def _check_page(store: Store, table: Table, page: Sequence[Row[Any]]) -> Iterator[Problem]:
    # What a page of runs rests on is read at once; the other rows rest on little or nothing.
    check = flaws_of_runs(store, page) if table is schema.run else _CHECKS[table.name]
    for row in page:
        key = "/".join(str(getattr(row, column.name)) for column in table.primary_key)
        try:
            for flaw in check(store, row):
                yield Problem(table=table.name, key=key, detail=flaw)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            # A tampered row may hold anything; whatever it breaks is this row's problem.
            yield Problem(table=table.name, key=key, detail=_reason(error))


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"does not validate: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    if type(error) is ValueError:
        return str(error)
    return f"cannot be read ({type(error).__name__})"


def _flaws_of_tool(store: Store, row: Row[Any]) -> Iterator[str]:
    run = schema.run.c
    newest = select(run.id, run.reviewed_at).where(run.slug == row.slug)
    with store.reading() as connection:
        latest = connection.execute(newest.order_by(run.reviewed_at.desc()).limit(1)).one_or_none()
        pointed = connection.execute(newest.where(run.id == row.latest_run)).one_or_none()
    seen = (pointed.reviewed_at if pointed else None, latest.reviewed_at if latest else None)
    if seen != (row.reviewed_at, row.reviewed_at):
        yield "does not point at its newest run"


def _flaws_of_revision(_store: Store, row: Row[Any]) -> Iterator[str]:
    if digest(json.loads(row.content)) != row.digest:
        yield "the content does not hash to the digest"


def _flaws_of_verdict(_store: Store, row: Row[Any]) -> Iterator[str]:
    outcome_of(row)
    inputs = json.loads(row.inputs)
    if (question_of(inputs), inputs["sample"], inputs["tool"]) != (row.question, row.sample, row.tool_digest):
        yield "question, sample or tool beside the inputs differ from them"


def _flaws_of_attempt(_store: Store, row: Row[Any]) -> Iterator[str]:
    if seal(row.key, row.outcome) != row.id:
        yield "the outcome does not hash to the id"
    outcome = parse_outcome(row.outcome, voted=False)
    if (outcome.persona, getattr(outcome, "reason", None)) != (row.persona, row.reason):
        yield "persona or reason beside the outcome differ from it"


_CHECKS: dict[str, Check] = {
    "tool": _flaws_of_tool,
    "tool_revision": _flaws_of_revision,
    "verdict": _flaws_of_verdict,
    "attempt": _flaws_of_attempt,
}
