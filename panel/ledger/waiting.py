"""Reviews that wait for answers of batches, and the questions they asked.

What is asked is written down whole, the panel and the submission with it, so that whoever collects the
answers needs neither the files nor the settings of whoever sent the questions.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, select

from panel.ledger import schema
from panel.ledger.answers import parse_outcome
from panel.ledger.batch_rows import BatchQuestion, BatchReview
from panel.ledger.batches import AT_ONCE, paged, pages
from panel.persona import Roster
from panel.value import canonical_json, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from panel.ledger.store import Store
    from panel.verdict import Outcome

_item, _question, _review = schema.batch_item.c, schema.batch_question.c, schema.batch_review.c


class WaitingReviews:
    """The reviews of one ledger that wait for batches. Every write is on disk when its method returns."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._panels: dict[str, Roster] = {}

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
            for start in range(0, len(ids), AT_ONCE):
                connection.execute(
                    reopened.values(done_at=None, run=None), {"ids": ids[start : start + AT_ONCE]}
                )

    def questions(self, keys: Sequence[str]) -> dict[str, BatchQuestion]:
        """Return the questions that were ever sent under these keys."""
        found: dict[str, BatchQuestion] = {}
        for some in pages(keys):
            with self._store.reading() as connection:
                rows = connection.execute(select(schema.batch_question).where(_question.key.in_(some)))
                found |= {row.key: _question_of(row) for row in rows}
        return found

    def reviews(self, ids: Sequence[str]) -> dict[str, BatchReview]:
        """Return reviews by their ids."""
        found: dict[str, BatchReview] = {}
        for some in pages(ids):
            with self._store.reading() as connection:
                rows = connection.execute(select(schema.batch_review).where(_review.id.in_(some))).all()
                found |= {review.id: review for review in self._reviews(connection, rows)}
        return found

    def count_open(self) -> int:
        """Count the reviews that have no scorecard yet."""
        statement = select(func.count()).select_from(schema.batch_review).where(_review.done_at.is_(None))
        with self._store.reading() as connection:
            return connection.scalar(statement) or 0

    def open_reviews(self) -> Iterator[BatchReview]:
        """List the reviews that have no scorecard yet."""
        statement = select(schema.batch_review).where(_review.done_at.is_(None)).order_by(_review.id)
        for row in paged(self._store, statement, _review.id):
            with self._store.reading() as connection:
                yield from self._reviews(connection, [row])

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
        wanted = {row.panel for row in rows} - self._panels.keys()
        if wanted:
            found = connection.execute(select(schema.batch_panel).where(panel.digest.in_(wanted)))
            self._panels |= {row.digest: Roster.model_validate_json(row.content) for row in found}
        return [_review_of(row, self._panels[row.panel]) for row in rows]


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
