"""Fetch what providers have answered, and count the reviews whose answers are all there.

Everything here may be done twice: a reply that was taken stays taken, a batch that is done with is not looked
at again, and a review is recorded under a run that was chosen before it was counted.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from panel.batch.accounts import CountedCard
from panel.batch.replies import Desk, Gathered
from panel.batch.submitting import sought
from panel.errors import ModelError
from panel.graph import review_tool
from panel.ledger import new_run_id
from panel.reviewers import OFFLINE, offline_reviewer
from panel.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from panel.batch.asked import BatchReviewers
    from panel.ledger import BatchReview, Ledger, SentBatch
    from panel.llm.batches import Standing
    from panel.persona import Persona
    from panel.reviewers import Reviewer
    from panel.scorecard import Scorecard
    from panel.tool import Tool
    from panel.verdict import FailureReason, Outcome

_AT_ONCE = 100
"""Reviews whose answers are looked up together."""
_LEFT: dict[str, tuple[FailureReason, str]] = {
    "expired": ("timed-out", "was not answered within the batch's day"),
    "cancelled": ("cancelled", "was cancelled before it was answered"),
    "failed": ("unreachable", "was not begun, since the provider refused the batch"),
}
"""The provider's word for a batch that ended → what became of questions without a reply."""


@dataclass
class Collection:
    """Batches that were looked at, and what came of them."""

    looked_at: list[str] = field(default_factory=list)
    gathered: Gathered = field(default_factory=Gathered)
    left: int = 0
    """Questions whose batch ended without a reply to them."""
    problems: list[str] = field(default_factory=list)
    errors: list[ModelError] = field(default_factory=list)


async def find_lost(
    batches: Sequence[SentBatch], reviewers: BatchReviewers, ledger: Ledger, collection: Collection
) -> None:
    """Look at the providers for batches whose sending ended without a word."""
    for batch in batches:
        try:
            found = await reviewers.seat(batch.spec).batches.find(sought(batch, ledger))
        except ModelError as error:
            collection.errors.append(error)
            collection.problems.append(f"batch {batch.id}: {error.message}")
            continue
        if found:
            ledger.batches.note(batch.id, "open", remote=found)
        else:
            detail = "the batch never arrived at the provider"
            collection.left += ledger.batches.close(batch.id, "unreachable", detail)
            ledger.batches.note(batch.id, "lost", detail=detail)
            collection.looked_at.append(batch.id)


async def collect_batches(
    batches: Sequence[SentBatch], reviewers: BatchReviewers, ledger: Ledger, collection: Collection
) -> None:
    """Take the replies of every batch that has ended; one that cannot be had leaves the others alone.

    Raises:
        LedgerError: a reply could not be written; what was written stands.
    """
    for batch in batches:
        collection.looked_at.append(batch.id)
        try:
            await _collect(batch, reviewers, ledger, collection)
        except ModelError as error:
            collection.errors.append(error)
            collection.problems.append(f"batch {batch.remote}: {error.message}")


async def cancel_batch(batch: SentBatch, reviewers: BatchReviewers, ledger: Ledger) -> None:
    """Have a batch stop. What is answered already can still be collected; a file's questions are given up.

    Raises:
        ModelError: the provider does not let it.
    """
    if batch.route == "file":
        ledger.batches.close(batch.id, "cancelled", "was cancelled before it was imported")
        ledger.batches.note(batch.id, status="cancelled")
        return
    if batch.remote:
        note_standing(batch, await reviewers.seat(batch.spec).batches.cancel(batch.remote), ledger)


def note_standing(batch: SentBatch, standing: Standing, ledger: Ledger) -> None:
    """Write down what the provider says of a batch."""
    done = standing.answered + standing.failed
    progress = f"{done:,} of {batch.requests:,} done" if done and standing.state == "running" else ""
    ledger.batches.note(batch.id, status=standing.status, detail=standing.detail or progress)


async def _collect(
    batch: SentBatch, reviewers: BatchReviewers, ledger: Ledger, collection: Collection
) -> None:
    service, remote = reviewers.seat(batch.spec).batches, batch.remote or ""
    standing = await service.look(remote)
    note_standing(batch, standing, ledger)
    if standing.state == "running":
        return
    desk = Desk(
        ledger, reviewers, batch.id, origin=remote, name=f"batch {remote}", gathered=collection.gathered
    )
    with tempfile.TemporaryDirectory(prefix="shippanel-") as folder:
        for path in await service.fetch(standing, Path(folder)):
            desk.take(path)
    reason, detail = _why_left(standing)
    collection.left += ledger.batches.close(batch.id, reason, detail)


def _why_left(standing: Standing) -> tuple[FailureReason, str]:
    reason, said = _LEFT.get(standing.status, ("unreachable", "is not among the replies of its batch"))
    return reason, f"the question {said}" + (f": {standing.detail}" if standing.detail else "")


@dataclass
class _Recorded:
    """Plays the seats of one model by what the ledger holds: it names the keys that were asked under."""

    spec: str
    inputs: Mapping[str, dict[str, Any]]
    """Persona → its part of the key."""

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Return what the question was asked under."""
        del tool
        return self.inputs[persona.id]

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Never called: a review is counted when all of its answers stand."""
        raise AssertionError((persona.id, tool.slug, sample))


async def count_reviews(
    ledger: Ledger, counted: Callable[[CountedCard], None] = lambda _: None
) -> tuple[list[CountedCard], int]:
    """Count every review whose answers all stand, through the same function as any other review.

    Args:
        ledger: where answers stand and scorecards are kept.
        counted: told of each.

    Returns:
        The reviews that were counted, and how many still wait.
    """
    cards: list[CountedCard] = []
    left = 0
    scribe = Scribe(ledger)
    some: list[BatchReview] = []

    async def count() -> None:
        nonlocal left
        standing = ledger.find([key for review in some for key in review.keys])
        for review in some:
            if not all(key in standing for key in review.keys):
                left += 1
                continue
            card = await _count(review, scribe)
            ledger.waiting.finish(review.id)
            cards.append(_summary(card))
            counted(cards[-1])

    for review in ledger.waiting.open_reviews():
        some.append(review)
        if len(some) == _AT_ONCE:
            await count()
            some = []
    await count()
    return cards, left


async def _count(review: BatchReview, scribe: Scribe) -> Scorecard:
    ledger = scribe.ledger
    if review.run and ledger.waiting.has_run(review.run):
        # It was counted, and the program ended before that was noted.
        return ledger.card(review.run)
    run = review.run or new_run_id()
    ledger.waiting.begin_run(review.id, run)
    questions = ledger.waiting.questions(review.keys)
    inputs = {question.persona: question.inputs["reviewer"] for question in questions.values()}

    def reviewers(spec: str) -> Reviewer:
        return offline_reviewer() if spec == OFFLINE else _Recorded(spec, inputs)

    return await review_tool(
        review.tool,
        review.roster,
        findings=review.findings,
        ledger=scribe,
        explicit_slug=review.slug_stated,
        reviewers=reviewers,
        obtained=ledger.waiting.obtained(review),
        run=run,
    )


def _summary(card: Scorecard) -> CountedCard:
    return CountedCard(
        slug=card.tool.slug,
        name=card.tool.name,
        run=card.provenance.run or "",
        state=card.state,
        label=card.label,
        ship_pct=card.ship_pct,
    )
