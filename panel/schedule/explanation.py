"""What a schedule comes to: in words, and with its next runs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from panel.value import Value, published

if TYPE_CHECKING:
    from panel.schedule.timing import Timing
    from panel.schedule.zones import Zone

_COUNT = 5


class Explanation(Value):
    """When something runs by itself."""

    expression: str
    """As it was written."""
    words: str
    zone: str
    """The time zone that counts."""
    next: tuple[datetime, ...]
    """The next five runs, as cron would make them."""
    shifted: tuple[date, ...]
    """Days within a year on which the clock is turned in an hour in which it would run."""
    on_calendar: tuple[str, ...]
    """The same for systemd, which elapses at any of them."""
    crontab: str
    """The same in plain numbers."""


def explain(timing: Timing, zone: Zone) -> Explanation:
    """Say when something runs from now on."""
    now = zone.now()
    return Explanation(
        expression=timing.expression,
        words=timing.words,
        zone=zone.name,
        next=tuple(timing.next_runs(now, _COUNT)),
        shifted=tuple(b.date() for b, ends in zone.turns(now) if timing.falls_between(b, ends)),
        on_calendar=timing.calendars,
        crontab=timing.cron,
    )


def schedule_schema() -> dict[str, Any]:
    """Describe what `schedule export --check --format json` writes, as JSON Schema draft 2020-12."""
    return published("schedule", Explanation.model_json_schema(mode="serialization"), stamped=True)
