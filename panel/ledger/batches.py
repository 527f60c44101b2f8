"""Batches in the ledger: written before they are sent, and settled reply by reply.

A reply and what became of its question are written in one transaction, and only while the question waits in
that batch. So a reply that comes twice, or a program that dies in between, leaves nothing double and nothing
half done.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from panel.ledger import schema
from panel.ledger.answers import keep_within
from panel.ledger.batch_rows import BatchItem, SentBatch
from panel.ledger.key import reference
from panel.value import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Row, Select

    from panel.ledger.batch_rows import BatchRoute, BatchState, ItemState, Settlement
    from panel.ledger.store import Store
    from panel.verdict import FailureReason

AT_ONCE = 500
"""Keys looked up, or rows read, in one statement."""
_batch, _item, _question = schema.batch.c, schema.batch_item.c, schema.batch_question.c
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
        state: BatchState | None = None,
        *,
        remote: str | None = None,
        status: str | None = None,
        detail: str | None = None,
    ) -> None:
        """Write down how far a batch is; what is None stays as it was."""
        told = {"state": state, "remote": remote, "status": status, "detail": detail}
        values = {name: value for name, value in told.items() if value is not None}
        statement = schema.batch.update().where(_batch.id == batch)
        with self._store.writing() as connection:
            connection.execute(statement.values(changed_at=schema.stamp(), **values))

    def batches(
        self, states: Sequence[BatchState] = (), *, ids: Sequence[str] = (), limit: int | None = None
    ) -> list[SentBatch]:
        """List batches, the newest first.

        Args:
            states: those in one of these states; all when empty.
            ids: those of these ids, ours or a provider's; all when empty.
            limit: how many at most.
        """
        statement = select(schema.batch).order_by(_batch.created_at.desc(), _batch.id.desc()).limit(limit)
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

    def remotes(self, provider: str) -> frozenset[str]:
        """Return a provider's ids of its batches."""
        statement = select(_batch.remote).where(_batch.provider == provider, _batch.remote.is_not(None))
        with self._store.reading() as connection:
            return frozenset(connection.scalars(statement))

    def items(self, batch: str, states: Sequence[ItemState]) -> Iterator[BatchItem]:
        """List the questions of a batch that are in one of these states, in the order of their keys."""
        statement = (
            select(schema.batch_item, _question.slug, _question.persona)
            .join_from(schema.batch_item, schema.batch_question, _question.key == _item.key)
            .where(_item.batch == batch, _item.state.in_(states))
            .order_by(_item.key)
        )
        for row in paged(self._store, statement, _item.key):
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
        for some in pages(keys):
            statement = select(*columns).where(_item.key.in_(some)).order_by(_item.batch)
            with self._store.reading() as connection:
                found |= {row.key: (row.state, row.reason) for row in connection.execute(statement)}
        return found

    def places(self, keys: Sequence[str]) -> dict[str, list[tuple[str, BatchRoute, ItemState]]]:
        """Return in which batches each question went: their ids, routes and what became of it there."""
        found: dict[str, list[tuple[str, BatchRoute, ItemState]]] = defaultdict(list)
        columns = (_item.key, _item.batch, _batch.route, _item.state)
        for some in pages(keys):
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


def paged(store: Store, statement: Select[Any], order: Any) -> Iterator[Row[Any]]:  # noqa: ANN401 - a column
    """Read rows by pages, each by a look-up of its own."""
    last: str | None = None
    while True:
        page = statement if last is None else statement.where(order > last)
        with store.reading() as connection:
            rows = connection.execute(page.limit(AT_ONCE)).all()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        last = getattr(rows[-1], order.name)


def pages(keys: Iterable[str]) -> Iterator[list[str]]:
    """Divide keys into as many as one statement takes."""
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), AT_ONCE):
        yield wanted[start : start + AT_ONCE]
