"""How `batch run` gives its submissions to a fleet, and how a worker does it by a timetable."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from panel.batch import Rules, run_batch
from panel.batch.asked import BatchReviewers
from panel.cli import panelists
from panel.cli.batches.asking import Order, submitted
from panel.cli.fleet import site
from panel.cli.output import note
from panel.cli.review import Ways
from panel.cli.terms import hired
from panel.errors import ModelError, SettingsError
from panel.llm.gateway import unpriced_error
from panel.llm.prices import price_of
from panel.reviewers.run import Reviewers, model_spec

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from panel.batch.queued import QueuedReviews
    from panel.ledger import Ledger
    from panel.reviewers import Reviewer
    from panel.reviewers.run import Terms
    from panel.settings import Settings


def is_queued(
    settings: Settings, *, here: bool, detach: bool, db: str | None, trace: Path | None, canary: bool
) -> bool:
    """Tell whether a batch goes to a fleet.

    Raises:
        SettingsError: the flags contradict one another.
    """
    queued = bool(settings.queue) and not here
    if queued and db:
        raise SettingsError(
            "--db: a queue's database holds its ledger too", "Leave --db out, or review --here."
        )
    if queued and trace:
        raise SettingsError("--trace: no call is made by this command", "Give --trace to the workers.")
    if queued and canary:
        raise SettingsError(
            "--canary: a fleet keeps every answer, and a canary's may not be kept", "Try it out with --here."
        )
    if detach and not queued:
        raise SettingsError("--detach: no queue is named", "Write --queue postgresql://USER@HOST/DATABASE.")
    return queued


@contextmanager
def held(
    settings: Settings, reviewers: Reviewers, *, detach: bool, quiet: bool
) -> Iterator[tuple[Ledger, QueuedReviews]]:
    """Open the queue and the ledger of a fleet for one batch.

    Raises:
        SettingsError: the address is none of a PostgreSQL database, or the extra is not installed.
        LedgerError: the database cannot be opened.
    """
    budget = reviewers.terms.budget
    with site(settings) as here:
        from panel.batch.queued import QueuedReviews  # noqa: PLC0415 - needs what `site` has found

        review = QueuedReviews(
            here.queue,
            here.fleet,
            here.ledger,
            cap_usd=budget.cap_usd if budget else None,
            follow=not detach,
            say=lambda line: note(line, quiet=quiet),
        )
        yield here.ledger, review
        if review.given or review.joined:
            note(f"{_told(review)} on {here.ledger.location}.", quiet=quiet)


class Keyless(Reviewers):
    """The reviewers of seats on a machine that asks nobody: their questions are known without a key."""

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self._silent = BatchReviewers(None)

    def __call__(self, spec: str) -> Reviewer:
        """Return the reviewer of a spec; one whose key is elsewhere knows nothing but its questions.

        Raises:
            SettingsError: the spec cannot be used, a package is missing, or there is a budget and no price.
        """
        try:
            return super().__call__(spec)
        except ModelError:
            unpriced = price_of(model_spec(spec, self.terms.compat_url)) is None
            if self.terms.budget and unpriced and not self.terms.allow_unpriced:
                raise unpriced_error(spec) from None
            return self._silent(spec)


def _told(review: QueuedReviews) -> str:
    joined = f"; {review.joined:,} were queued already" if review.joined else ""
    return f"Queued {review.given:,} review{'' if review.given == 1 else 's'}{joined}"


def plain_order(settings: Settings) -> Order:
    """Return what is asked of submissions that are queued by a timetable."""
    ways = Ways(rebuttal=settings.rebuttal, quiet=True)
    return Order(panelists.seat_panel(settings), Rules(), ways, settings.calls)


def queue_quietly(sources: Sequence[str], order: Order, settings: Settings) -> str:
    """Queue submissions and wait for nothing; return a line about it.

    Raises:
        PanelError: they cannot be read, or the database cannot be used.
    """
    with (
        hired(settings) as reviewers,
        submitted(sources) as given,
        held(settings, reviewers, detach=True, quiet=True) as (ledger, review),
    ):
        plan = order.plan(ledger, Keyless(reviewers.terms))
        outcome = asyncio.run(run_batch(given, plan, ledger, review=review))
        if outcome.error is not None:
            raise outcome.error
        refused = [row for row in outcome.rows if row.fate == "unusable"]
        standing = sum(row.fate == "stood" for row in outcome.rows)
    told = f"{_told(review)}, {standing:,} stand"
    return told + "".join(f"\n  {row.place}: {row.detail}" for row in refused)
