"""The reviewers of a command, on the terms that its flags and settings set: budget, limits, time, trace."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from panel.llm.budget import Budget
    from panel.llm.trace import Trace
    from panel.persona import Roster
    from panel.reviewers.run import Reviewers, Terms
    from panel.settings import Settings


@contextmanager
def hired(settings: Settings, trace: Path | None = None, roster: Roster | None = None) -> Iterator[Reviewers]:
    """Return the reviewers of one run; nothing is called.

    Args:
        settings: the settings that hold.
        trace: the file to which a line is appended for each call.
        roster: whose seats have to be playable, found out before anything is opened or asked; when None, a
            spec is looked at when it is asked for.

    Raises:
        OutputError: the file cannot be written.
        ModelError: a seat's key is missing.
        SettingsError: a package or a file is missing, or a budget could not be kept.
    """
    from panel.llm.budget import Budget  # noqa: PLC0415 - only a review needs it
    from panel.reviewers.run import Reviewers  # noqa: PLC0415 - likewise

    with traced(trace) as record:
        budget = None if settings.budget_usd is None else Budget(settings.budget_usd)
        reviewers = Reviewers(terms_of(settings, budget, record))
        if roster:
            seat_reviewers(reviewers, roster)
        yield reviewers


@contextmanager
def traced(trace: Path | None) -> Iterator[Trace | None]:
    """Open the file to which a line is appended for each call, if one is wanted.

    Raises:
        OutputError: it cannot be written.
    """
    from panel.llm.trace import Trace  # noqa: PLC0415 - only a review needs it

    record = Trace(trace) if trace else None
    try:
        yield record
    finally:
        if record:
            record.close()


def terms_of(
    settings: Settings, budget: Budget | None, record: Trace | None, *, allow_unpriced: bool = False
) -> Terms:
    """Return what the settings allow models, under a budget.

    Args:
        settings: the settings that hold.
        budget: what all calls may cost together.
        record: where a line is written for each call.
        allow_unpriced: let models without a known price run, whatever the settings say.
    """
    from panel.llm.limits import Limits  # noqa: PLC0415 - only a review needs it
    from panel.reviewers.run import Terms  # noqa: PLC0415 - likewise

    return Terms(
        compat_url=settings.compat_url,
        limits=Limits(settings.calls, settings.requests_per_minute, settings.tokens_per_minute),
        budget=budget,
        allow_unpriced=settings.allow_unpriced or allow_unpriced,
        call_timeout_s=settings.call_timeout_s,
        review_timeout_s=settings.review_timeout_s,
        trace=record,
    )


def seat_reviewers(reviewers: Reviewers, roster: Roster) -> None:
    """Find out whether every seat can be played, before anything is opened or asked.

    Raises:
        ModelError: a key is missing.
        SettingsError: a package or a file is missing, or a budget could not be kept.
    """
    for seat in roster.seats:
        reviewers(seat.spec)
