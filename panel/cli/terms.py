"""The reviewers of a command, on the terms that its flags and settings set: budget, limits, time, trace."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from panel.persona import Roster
    from panel.reviewers.run import Reviewers
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
    from panel.llm.limits import Limits  # noqa: PLC0415 - likewise
    from panel.llm.trace import Trace  # noqa: PLC0415 - likewise
    from panel.reviewers.run import Reviewers, Terms  # noqa: PLC0415 - likewise

    record = Trace(trace) if trace else None
    terms = Terms(
        compat_url=settings.compat_url,
        limits=Limits(settings.calls, settings.requests_per_minute, settings.tokens_per_minute),
        budget=None if settings.budget_usd is None else Budget(settings.budget_usd),
        allow_unpriced=settings.allow_unpriced,
        call_timeout_s=settings.call_timeout_s,
        review_timeout_s=settings.review_timeout_s,
        trace=record,
    )
    try:
        reviewers = Reviewers(terms)
        if roster:
            seat_reviewers(reviewers, roster)
        yield reviewers
    finally:
        if record:
            record.close()


def seat_reviewers(reviewers: Reviewers, roster: Roster) -> None:
    """Find out whether every seat can be played, before anything is opened or asked.

    Raises:
        ModelError: a key is missing.
        SettingsError: a package or a file is missing, or a budget could not be kept.
    """
    for seat in roster.seats:
        reviewers(seat.spec)
