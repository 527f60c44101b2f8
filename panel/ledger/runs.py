"""Runs: a scorecard, the answers it was counted from, and what the run cost; and looking them up.

Every look-up here is served by an index: the list of tools and the runs of one tool take as long among
ten thousand tools as among a hundred.
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import bindparam, func, or_, select, tuple_

from panel.errors import LedgerError
from panel.ledger import schema
from panel.ledger.key import seal
from panel.ledger.rows import Record, RevisionRow, RunRow, ToolRow
from panel.scorecard import Scorecard
from panel.text import identity_of
from panel.tool import Tool
from panel.value import canonical_json
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Select

    from panel.ledger.store import Store
    from panel.verdict import Outcome

_FIGURES = tuple(Usage.model_fields)
_NEAR = 500
"""Slugs held against one that nobody knows: so many before it, behind it, and of those reviewed lately."""
_tool, _revision, _run = schema.tool.c, schema.tool_revision.c, schema.run.c
_point_at_run = schema.tool.update().where(
    _tool.slug == bindparam("at"),
    or_(
        _tool.reviewed_at.is_(None),
        # As the runs of a tool are ordered, so that the same is newest in whatever order they arrive.
        tuple_(_tool.reviewed_at, _tool.latest_run) <= tuple_(bindparam("moment"), bindparam("newest")),
    ),
)
_revisions = (
    select(func.max(_revision.number))
    .where(_revision.slug == _tool.slug)
    .correlate(schema.tool)
    .scalar_subquery()
)
_tools = (
    select(
        _tool.slug,
        _tool.name,
        _revisions.label("revisions"),
        _tool.reviewed_at,
        _run.state,
        _run.label,
        _run.ship_pct,
        _run.id.label("run"),
    )
    .join_from(schema.tool, schema.run, _run.id == _tool.latest_run)
    .where(_tool.reviewed_at.is_not(None))
    .order_by(_tool.reviewed_at.desc(), _tool.slug.desc())
)
_runs = (
    select(_run.id, _run.slug, _run.revision, _run.reviewed_at, _run.state, _run.label, _run.ship_pct)
    .where(_run.slug == bindparam("at"))
    .order_by(_run.reviewed_at.desc(), _run.id.desc())
)
_card = select(_run.id, _run.scorecard)


def keep_runs(store: Store, records: Iterable[Record]) -> None:
    """Record reviews in one transaction: the scorecards, what they were counted from, what they cost."""
    # In one order whoever writes, so that no two wait for each other's tools.
    ordered = sorted(records, key=lambda record: record.card.tool.slug)
    rows = [(_row_of(record), record.card.tool.name) for record in ordered]
    spent = [
        line for record, (row, _) in zip(ordered, rows, strict=True) for line in _spent(row["id"], record)
    ]
    with store.writing() as connection:
        connection.execute(schema.run.insert(), [row for row, _ in rows])
        point_at(connection, rows)
        if spent:
            connection.execute(schema.spend.insert(), spent)


def _row_of(record: Record) -> dict[str, Any]:
    card = record.card
    run = card.provenance.run
    if run is None or card.tool.revision is None:
        raise ValueError("a scorecard is recorded under its run and its tool's revision")
    text = card.model_dump_json()
    named = canonical_json({persona: list(samples) for persona, samples in record.keys.items()})
    return {
        "id": run,
        "slug": card.tool.slug,
        "revision": card.tool.revision,
        "reviewed_at": schema.stamp(card.provenance.reviewed_at),
        "state": card.state,
        "label": card.label,
        "ship_pct": card.ship_pct,
        "scorecard": text,
        "keys": named,
        "seal": seal(run, text, named),
    }


def point_at(connection: Connection, runs: Sequence[tuple[Mapping[str, Any], str]]) -> None:
    """Let tools follow runs that were just recorded, where those are their newest.

    Args:
        connection: the transaction in which they were.
        runs: the rows, each with the name of the tool on its scorecard.
    """
    pointers = [
        {
            "at": row["slug"],
            "moment": row["reviewed_at"],
            "newest": row["id"],
            "reviewed_at": row["reviewed_at"],
            "latest_run": row["id"],
            "name": name,
        }
        for row, name in runs
    ]
    connection.execute(_point_at_run, pointers)


def tools(store: Store, limit: int, before: str | None = None, query: str = "") -> list[ToolRow]:
    """List reviewed tools, the most recently reviewed first.

    Args:
        store: where to look.
        limit: how many at most.
        before: the `cursor` of the last row of the page before, or a date as `2026-11-21`.
        query: part of a name or slug, in any case.
    """
    statement = _tools.limit(limit)
    if before is not None:
        reviewed_at, _, slug = before.partition("~")
        statement = statement.where(tuple_(_tool.reviewed_at, _tool.slug) < tuple_(reviewed_at, slug))
    if wanted := identity_of(query):
        parts = (_tool.identity, _tool.slug)
        statement = statement.where(or_(*(part.contains(wanted, autoescape=True) for part in parts)))
    with store.reading() as connection:
        rows = connection.execute(statement).mappings().all()
    return [ToolRow(**row, cursor=f"{row['reviewed_at']}~{row['slug']}") for row in rows]


def runs(store: Store, slug: str, limit: int) -> list[RunRow]:
    """List the runs of a tool, newest first."""
    with store.reading() as connection:
        rows = connection.execute(_runs.limit(limit), {"at": slug}).mappings().all()
    return [RunRow(**row) for row in rows]


def card(store: Store, run: str) -> Scorecard:
    """Return the scorecard of a run."""
    found = _read_card(store, _card.where(_run.id == bindparam("wanted")), {"wanted": run})
    if found is None:
        hint = "List a tool's runs with: shippanel history show SLUG."
        raise LedgerError(f"{store.location}: no run is called {run!r}.", hint)
    return found


def latest_card(store: Store, slug: str, revision: int | None = None) -> Scorecard | None:
    """Return the newest scorecard of a tool, or of one of its revisions; None when there is none."""
    statement = _card.where(_run.slug == bindparam("at")).order_by(_run.reviewed_at.desc(), _run.id.desc())
    if revision is not None:
        statement = statement.where(_run.revision == revision)
    return _read_card(store, statement.limit(1), {"at": slug})


def revisions(store: Store, slug: str) -> list[RevisionRow]:
    """List the contents submitted for a tool, oldest first."""
    columns = (_revision.slug, _revision.number, _revision.digest, _revision.created_at)
    statement = select(*columns).where(_revision.slug == slug).order_by(_revision.number)
    with store.reading() as connection:
        rows = connection.execute(statement).mappings().all()
    return [RevisionRow(**row) for row in rows]


def tool(store: Store, slug: str, revision: int | None = None) -> Tool | None:
    """Return a tool as it was submitted, by default most recently; None when there is no such content."""
    statement = select(_revision.content).where(_revision.slug == slug)
    if revision is not None:
        statement = statement.where(_revision.number == revision)
    with store.reading() as connection:
        content = connection.scalar(statement.order_by(_revision.number.desc()).limit(1))
    if content is None:
        return None
    try:
        return Tool.model_validate({**json.loads(content), "slug": slug})
    except (ValueError, TypeError) as error:
        raise _damaged(store, f"the submission of {slug!r}") from error


def find_slug(store: Store, text: str) -> str | None:
    """Return the slug that somebody who wrote `text` most likely meant; None when nothing is close."""
    with store.reading() as connection:
        exact: str | None = connection.scalar(
            select(_tool.slug).where(or_(_tool.slug == text, _tool.identity == identity_of(text))).limit(1)
        )
        if exact is not None:
            return exact
        near = connection.scalars(
            select(_tool.slug).where(_tool.slug >= text).order_by(_tool.slug).limit(_NEAR)
        )
        before = select(_tool.slug).where(_tool.slug < text).order_by(_tool.slug.desc()).limit(_NEAR)
        lately = connection.scalars(_tools.with_only_columns(_tool.slug).limit(_NEAR))
        slugs = {*near, *connection.scalars(before), *lately}
    # Sorted, so that of two as near the same is named every time.
    return next(iter(difflib.get_close_matches(text.lower(), sorted(slugs), n=1, cutoff=0.6)), None)


def _read_card(store: Store, statement: Select[Any], parameters: dict[str, Any]) -> Scorecard | None:
    with store.reading() as connection:
        row = connection.execute(statement, parameters).one_or_none()
    if row is None:
        return None
    try:
        return Scorecard.model_validate_json(row.scorecard)
    except ValidationError as error:
        raise _damaged(store, f"the scorecard of run {row.id!r}") from error


def _damaged(store: Store, what: str) -> LedgerError:
    hint = "See what else is: shippanel ledger verify. A new review makes a new scorecard."
    return LedgerError(f"{store.location}: {what} is damaged and cannot be read.", hint)


def _spent(run: str, record: Record) -> list[dict[str, Any]]:
    """Sum what answers cost by engine and spec; one that took no call and no money cost nothing."""
    paid = record.paid
    if paid is None:
        card, reused = record.card, set(record.card.provenance.reused)
        shown: tuple[Outcome, ...] = (*card.verdicts, *card.abstentions)
        paid = [outcome for outcome in shown if outcome.persona not in reused]
    sums: dict[tuple[str, str], dict[str, Any]] = {}
    for provenance in (outcome.provenance for outcome in paid):
        usage, cost = provenance.usage, provenance.cost_usd
        if not usage.calls and not cost:
            continue
        place = (provenance.engine, provenance.spec)
        row = sums.setdefault(
            place,
            {
                "run": run,
                "engine": place[0],
                "spec": place[1],
                **dict.fromkeys(_FIGURES, 0),
                "cost_usd": 0.0,
            },
        )
        for field in _FIGURES:
            row[field] += getattr(usage, field)
        row["cost_usd"] = None if cost is None or row["cost_usd"] is None else row["cost_usd"] + cost
    return list(sums.values())
