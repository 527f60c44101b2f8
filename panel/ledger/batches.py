"""Batches in the ledger: written before they are sent, and settled reply by reply.

A reply and what became of its question are written in one transaction, and only while the question waits in
that batch. So a reply that comes twice, or a program that dies in between, leaves nothing double and nothing
half done.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from panel.ledger import schema
from panel.ledger.answers import keep_within, parse_outcome
from panel.ledger.batch_rows import BatchItem, BatchQuestion, BatchReview, SentBatch
from panel.ledger.key import reference
from panel.persona import Roster
from panel.value import canonical_json, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row, Select

    from panel.ledger.batch_rows import BatchRoute, BatchState, ItemState, Settlement
    from panel.ledger.store import Store
    from panel.verdict import FailureReason, Outcome

_AT_ONCE = 500
"""Keys looked up, or rows read, in one statement."""
_batch, _item, _question, _review = (
    schema.batch.c,
    schema.batch_item.c,
    schema.batch_question.c,
    schema.batch_review.c,
)
_settle = (
    schema.batch_item.update()
    .where(_item.batch == bindparam("of"), _item.key == bindparam("question"), _item.state == "waiting")
    .values(
        state=bindparam("became"),
        reason=bindparam("because"),
        detail=bindparam("said"),
        changed_at=bindparam("now"),
    )
)
_refer = (
    schema.batch_item.update()
    .where(_item.batch == bindparam("of"), _item.key == bindparam("question"))
    .values(reference=bindparam("name"))
)
_correct = (
    schema.batch_question.update()
    .where(_question.key == bindparam("question"))
    .values(correction=bindparam("rules"))
)


class BatchRecord:
    """The batches of one ledger. Every write is on disk when its method returns."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def enlist(self, reviews: Sequence[BatchReview], questions: Sequence[BatchQuestion]) -> None:
        """Write down what is to be asked, and for which reviews. What is known already stays as it is.

        A review that was finished before is opened again.
        """
        now = schema.stamp()
        rows = {review.id: _review_row(review, now) for review in reviews}
        panels = {rows[review.id]["panel"]: review.roster.model_dump_json() for review in reviews}
        asked = [_question_row(question) for question in questions]
        reopened = schema.batch_review.update().where(
            _review.id.in_(bindparam("ids", expanding=True)), _review.done_at.is_not(None)
        )
        with self._store.writing() as connection:
            for table, content in (
                (schema.batch_panel, [{"digest": name, "content": text} for name, text in panels.items()]),
                (schema.batch_review, list(rows.values())),
                (schema.batch_question, asked),
            ):
                if content:
                    connection.execute(self._store.add(table), content)
            ids = list(rows)
            for start in range(0, len(ids), _AT_ONCE):
                connection.execute(
                    reopened.values(done_at=None, run=None), {"ids": ids[start : start + _AT_ONCE]}
                )

    def begin(self, batch: SentBatch, keys: Sequence[str]) -> None:
        """Write down a batch that is about to be sent, with its questions."""
        now = schema.stamp()
        row = batch.model_dump(include=set(schema.batch.columns.keys()) - {"created_at", "changed_at"})
        moments = {"created_at": schema.stamp(batch.created_at), "changed_at": now}
        items = [
            {"batch": batch.id, "key": key, "state": "waiting", "detail": "", "changed_at": now}
            for key in keys
        ]
        with self._store.writing() as connection:
            connection.execute(schema.batch.insert(), {**row, **moments})
            connection.execute(schema.batch_item.insert(), items)

    def note(
        self,
        batch: str,
        state: BatchState,
        *,
        remote: str | None = None,
        status: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Write down how far a batch is; what is None stays as it was."""
        told = {"remote": remote, "status": status, "detail": detail}
        values = {name: value for name, value in told.items() if value is not None}
        statement = schema.batch.update().where(_batch.id == batch)
        with self._store.writing() as connection:
            connection.execute(statement.values(state=state, changed_at=schema.stamp(), **values))

    def batches(
        self, states: Sequence[BatchState] = (), *, ids: Sequence[str] = (), limit: int | None = None
    ) -> list[SentBatch]:
        """List batches, the newest first.

        Args:
            states: those in one of these states; all when empty.
            ids: those of these ids, ours or a provider's; all when empty.
            limit: how many at most.
        """
        statement = select(schema.batch).order_by(_batch.id.desc()).limit(limit)
        if states:
            statement = statement.where(_batch.state.in_(states))
        if ids:
            statement = statement.where(_batch.id.in_(ids) | _batch.remote.in_(ids))
        counted = select(_item.batch, _item.state, func.count().label("number")).group_by(
            _item.batch, _item.state
        )
        with self._store.reading() as connection:
            rows = connection.execute(statement).all()
            found = connection.execute(counted.where(_item.batch.in_([row.id for row in rows])))
            numbers: dict[str, dict[str, int]] = defaultdict(dict)
            for line in found:
                numbers[line.batch][line.state] = line.number
        return [
            SentBatch(
                **{name: value for name, value in row._mapping.items() if name != "changed_at"},  # noqa: SLF001 - public by documentation
                **numbers[row.id],
            )
            for row in rows
        ]

    def items(self, batch: str, states: Sequence[ItemState]) -> Iterator[BatchItem]:
        """List the questions of a batch that are in one of these states, in the order of their keys."""
        statement = (
            select(schema.batch_item, _question.slug, _question.persona)
            .join_from(schema.batch_item, schema.batch_question, _question.key == _item.key)
            .where(_item.batch == batch, _item.state.in_(states))
            .order_by(_item.key)
        )
        for row in self._paged(statement, _item.key):
            yield BatchItem(
                batch=row.batch,
                key=row.key,
                slug=row.slug,
                persona=row.persona,
                state=row.state,
                reason=row.reason,
                detail=row.detail,
            )

    def newest_items(self, keys: Sequence[str]) -> dict[str, tuple[ItemState, FailureReason | None]]:
        """Return where each question was left: the state and reason of the newest batch that holds it."""
        found: dict[str, tuple[ItemState, FailureReason | None]] = {}
        columns = (_item.key, _item.state, _item.reason)
        for some in _pages(keys):
            statement = select(*columns).where(_item.key.in_(some)).order_by(_item.batch)
            with self._store.reading() as connection:
                found |= {row.key: (row.state, row.reason) for row in connection.execute(statement)}
        return found

    def places(self, keys: Sequence[str]) -> dict[str, list[tuple[str, BatchRoute, ItemState]]]:
        """Return in which batches each question went: their ids, routes and what became of it there."""
        found: dict[str, list[tuple[str, BatchRoute, ItemState]]] = defaultdict(list)
        columns = (_item.key, _item.batch, _batch.route, _item.state)
        for some in _pages(keys):
            statement = (
                select(*columns)
                .join_from(schema.batch_item, schema.batch, _batch.id == _item.batch)
                .where(_item.key.in_(some))
                .order_by(_item.batch.desc())
            )
            with self._store.reading() as connection:
                for row in connection.execute(statement):
                    found[row.key].append((row.batch, row.route, row.state))
        return found

    def questions(self, keys: Sequence[str]) -> dict[str, BatchQuestion]:
        """Return the questions that were ever sent under these keys."""
        found: dict[str, BatchQuestion] = {}
        for some in _pages(keys):
            with self._store.reading() as connection:
                rows = connection.execute(select(schema.batch_question).where(_question.key.in_(some)))
                found |= {row.key: _question_of(row) for row in rows}
        return found

    def reviews(self, ids: Sequence[str]) -> dict[str, BatchReview]:
        """Return reviews by their ids."""
        found: dict[str, BatchReview] = {}
        for some in _pages(ids):
            with self._store.reading() as connection:
                rows = connection.execute(select(schema.batch_review).where(_review.id.in_(some))).all()
                found |= {review.id: review for review in self._reviews(connection, rows)}
        return found

    def open_reviews(self) -> Iterator[BatchReview]:
        """List the reviews that have no scorecard yet."""
        statement = select(schema.batch_review).where(_review.done_at.is_(None)).order_by(_review.id)
        for row in self._paged(statement, _review.id):
            with self._store.reading() as connection:
                yield from self._reviews(connection, [row])

    def settle(self, batch: str, settlements: Sequence[Settlement]) -> list[bool]:
        """Write replies down, each with what became of its question.

        Returns:
            For each, whether its question was waiting in this batch; otherwise nothing is changed.
        """
        taken = []
        with self._store.writing() as connection:
            for settled in settlements:
                place = {"of": batch, "question": settled.key}
                failed = getattr(settled.outcome, "reason", None) if settled.state != "answered" else None
                detail = getattr(settled.outcome, "detail", "") if failed else ""
                change = {"became": settled.state, "because": failed, "said": detail, "now": schema.stamp()}
                taken.append(connection.execute(_settle, {**place, **change}).rowcount == 1)
                if not taken[-1]:
                    continue
                [standing] = keep_within(connection, self._store, [(settled.inputs, settled.outcome)])
                if standing == settled.outcome:
                    name = reference(settled.inputs, standing)
                    connection.execute(_refer, {**place, "name": name})
                rules = canonical_json(settled.correction) if settled.correction else None
                connection.execute(_correct, {"question": settled.key, "rules": rules})
        return taken

    def close(self, batch: str, reason: FailureReason, detail: str) -> int:
        """Give up on the questions of a batch that still wait, and count them; the batch is done with."""
        now = schema.stamp()
        waiting = schema.batch_item.update().where(_item.batch == batch, _item.state == "waiting")
        done = schema.batch.update().where(_batch.id == batch)
        with self._store.writing() as connection:
            values = {"state": "failed", "reason": reason, "detail": detail, "changed_at": now}
            left = connection.execute(waiting.values(**values)).rowcount
            connection.execute(done.values(state="done", changed_at=now))
        return left

    def begin_run(self, review: str, run: str) -> None:
        """Choose the run that will hold a review's scorecard, before it is counted."""
        self._change_review(review, run=run)

    def finish(self, review: str) -> None:
        """Note that a review has its scorecard."""
        self._change_review(review, done_at=schema.stamp())

    def has_run(self, run: str) -> bool:
        """Tell whether a run stands in the ledger."""
        with self._store.reading() as connection:
            return connection.scalar(select(schema.run.c.id).where(schema.run.c.id == run)) is not None

    def obtained(self, review: BatchReview) -> dict[str, list[Outcome]]:
        """Return what batches brought for a review: key → the answer, and failures on the way to it."""
        statement = (
            select(_item.key, _item.reference)
            .join_from(schema.batch_item, schema.batch_question, _question.key == _item.key)
            .where(_question.review == review.id, _item.reference.is_not(None))
            .order_by(_item.batch)
        )
        verdict, attempt = schema.verdict.c, schema.attempt.c
        brought: dict[str, list[Outcome]] = defaultdict(list)
        with self._store.reading() as connection:
            rows = connection.execute(statement).all()
            names = [row.reference for row in rows]
            given = {
                row.key: parse_outcome(row.outcome, voted=row.decision is not None)
                for row in connection.execute(
                    select(verdict.key, verdict.outcome, verdict.decision).where(verdict.key.in_(names))
                )
            }
            failed = connection.execute(select(attempt.id, attempt.outcome).where(attempt.id.in_(names)))
            given |= {row.id: parse_outcome(row.outcome, voted=False) for row in failed}
        for row in rows:
            if row.reference in given:
                brought[row.key].append(given[row.reference])
        return dict(brought)

    def _change_review(self, review: str, **values: str) -> None:
        with self._store.writing() as connection:
            connection.execute(schema.batch_review.update().where(_review.id == review).values(**values))

    def _reviews(self, connection: Connection, rows: Sequence[Row[Any]]) -> list[BatchReview]:
        panel = schema.batch_panel.c
        wanted = {row.panel for row in rows}
        found = connection.execute(select(schema.batch_panel).where(panel.digest.in_(wanted)))
        panels = {row.digest: Roster.model_validate_json(row.content) for row in found}
        return [_review_of(row, panels[row.panel]) for row in rows]

    def _paged(self, statement: Select[Any], order: Any) -> Iterator[Row[Any]]:  # noqa: ANN401 - a column
        """Read rows by pages, each by a look-up of its own."""
        last: str | None = None
        while True:
            page = statement if last is None else statement.where(order > last)
            with self._store.reading() as connection:
                rows = connection.execute(page.limit(_AT_ONCE)).all()
            yield from rows
            if len(rows) < _AT_ONCE:
                return
            last = getattr(rows[-1], order.name)


def review_id(review: Mapping[str, Any], roster: Roster) -> str:
    """Return the id of a review: the same submission before the same panel is one."""
    return digest({**review, "panel": digest(roster.model_dump(mode="json"))})


def _review_row(review: BatchReview, now: str) -> dict[str, Any]:
    findings = review.findings
    return {
        "id": review.id,
        "panel": digest(review.roster.model_dump(mode="json")),
        "tool": review.tool.model_dump_json(),
        "findings": None
        if findings is None
        else canonical_json([finding.model_dump(mode="json") for finding in findings]),
        "slug_stated": int(review.slug_stated),
        "keys": canonical_json(list(review.keys)),
        "created_at": now,
    }


def _review_of(row: Row[Any], roster: Roster) -> BatchReview:
    return BatchReview(
        id=row.id,
        tool=json.loads(row.tool),
        findings=None if row.findings is None else json.loads(row.findings),
        slug_stated=bool(row.slug_stated),
        roster=roster,
        keys=tuple(json.loads(row.keys)),
        run=row.run,
    )


def _question_row(question: BatchQuestion) -> dict[str, Any]:
    return {
        "key": question.key,
        "inputs": canonical_json(question.inputs),
        "review": question.review,
        "persona": question.persona,
        "slug": question.slug,
    }


def _question_of(row: Row[Any]) -> BatchQuestion:
    return BatchQuestion(
        key=row.key,
        inputs=json.loads(row.inputs),
        review=row.review,
        persona=row.persona,
        slug=row.slug,
        correction=json.loads(row.correction) if row.correction else (),
    )


def _pages(keys: Iterable[str]) -> Iterator[list[str]]:
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]
