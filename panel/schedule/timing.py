"""A cron expression: checked, put into words, and written as each scheduler wants it.

It is taken apart into the plain numbers it stands for, and only those are written out again, since the
shorthands mean different things to different schedulers. What they would not agree on is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat")
_HINT = (
    "Write five fields, as `30 2 * * *` or `0 6,18 1-7 * *`: minute, hour, day of month, month, day of week."
)
_EVERY = {
    "minute": range(60),
    "hour": range(24),
    "day": range(1, 32),
    "month": range(1, 13),
    "weekday": range(7),
}
_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - of no zone: an expression means the same in all of them


@dataclass(frozen=True)
class Timing:
    """The minutes at which something runs, by the clock on the wall."""

    expression: str
    """As it was written."""
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    """Of the month."""
    months: tuple[int, ...]
    weekdays: tuple[int, ...]
    """0 is Sunday."""
    either: bool
    """Whether it runs on a day that matches the month's or the week's; else on one that matches both."""

    @property
    def words(self) -> str:
        """The expression as a sentence without its full stop."""
        from cronsim.explain import explain  # noqa: PLC0415 - only --check puts it into words

        return explain(self.expression)

    @property
    def cron(self) -> str:
        """The expression in plain numbers, for crontab and for GitHub."""
        return " ".join(
            _field(numbers, _EVERY[name])
            for name, numbers in (
                ("minute", self.minutes),
                ("hour", self.hours),
                ("day", self.days),
                ("month", self.months),
                ("weekday", self.weekdays),
            )
        )

    @property
    def calendars(self) -> tuple[str, ...]:
        """The `OnCalendar=` values of systemd; a timer with two elapses when either does."""
        on_weekdays = self._calendar(self.weekdays, tuple(_EVERY["day"]))
        on_days = self._calendar(tuple(_EVERY["weekday"]), self.days)
        return (on_days, on_weekdays) if self.either else (self._calendar(self.weekdays, self.days),)

    def _calendar(self, weekdays: tuple[int, ...], days: tuple[int, ...]) -> str:
        named = "" if len(weekdays) == 7 else ",".join(_DAYS[day] for day in weekdays) + " "
        month, day = _padded(self.months, _EVERY["month"]), _padded(days, _EVERY["day"])
        hour, minute = _padded(self.hours, _EVERY["hour"]), _padded(self.minutes, _EVERY["minute"])
        return f"{named}*-{month}-{day} {hour}:{minute}:00"

    def next_runs(self, after: datetime, count: int) -> list[datetime]:
        """List the next moments it runs as cron would, in the time zone of `after`."""
        return list(islice(CronSim(self.cron, after), count))

    def falls_between(self, begins: datetime, ends: datetime) -> bool:
        """Tell whether it runs in a stretch of wall-clock time, its end left out."""
        return begins <= next(CronSim(self.cron, begins - timedelta(minutes=1))) < ends


def parse_timing(text: str) -> Timing:
    """Read a cron expression.

    Raises:
        InputError: it is none, or means different things to different schedulers.
    """
    fields = text.upper().split()
    if len(fields) != 5:
        raise InputError(f"--at: {text!r} has {len(fields)} fields instead of five", _HINT)
    if any(sign in text for sign in "#?@~") or any("L" in field or "W" in field for field in _dated(fields)):
        raise InputError(f"--at: {text!r} uses a sign that not every scheduler knows", _HINT)
    try:
        parsed = CronSim(text, _ANY_DAY)
        if next(parsed, None) is None:
            raise InputError(f"--at: {text!r} names a day that never comes", _HINT)
    except CronSimError as error:
        field = str(error).removeprefix("Bad ").replace("-", " ")
        raise InputError(f"--at: {text!r}: the {field} cannot be read", _HINT) from None
    return _timing(text, parsed)


def daily(text: str) -> str:
    """Turn a time of day, as `02:30`, into a cron expression.

    Raises:
        InputError: it is no time of day.
    """
    hour, colon, minute = text.partition(":")
    if not (colon and hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise InputError(f"--daily: {text!r} is no time of day", "Write it as 02:30.")
    return f"{int(minute)} {int(hour)} * * *"


def _timing(text: str, parsed: CronSim) -> Timing:
    days = tuple(sorted(parsed.days))
    weekdays = tuple(sorted({day % 7 for day in parsed.weekdays if isinstance(day, int)}))
    full = len(days) == 31 or len(weekdays) == 7
    if parsed.day_and and not full:
        raise InputError(
            f"--at: {text!r}: with a step in the day of month or of week, some schedulers want both to "
            "match and some want either",
            "List the days instead, as 1,3,5.",
        )
    if full and not parsed.day_and:
        # Either of the two matches every day.
        days, weekdays = tuple(_EVERY["day"]), tuple(_EVERY["weekday"])
    return Timing(
        expression=text,
        minutes=tuple(sorted(parsed.minutes)),
        hours=tuple(sorted(parsed.hours)),
        days=days,
        months=tuple(sorted(parsed.months)),
        weekdays=weekdays,
        either=not full,
    )


def _dated(fields: list[str]) -> Iterator[str]:
    """Yield the fields of days, without the names that a day of week may have."""
    yield fields[2]
    yield fields[4].replace("WED", "")


def _field(numbers: tuple[int, ...], every: range) -> str:
    return "*" if len(numbers) == len(every) else ",".join(_runs(numbers, "-", ""))


def _padded(numbers: tuple[int, ...], every: range) -> str:
    return "*" if len(numbers) == len(every) else ",".join(_runs(numbers, "..", "0"))


def _runs(numbers: tuple[int, ...], to: str, pad: str) -> Iterator[str]:
    """Write numbers, three or more neighbours as a range."""
    width = 2 if pad else 0
    left = list(numbers)
    while left:
        length = next((n for n in range(1, len(left)) if left[n] != left[0] + n), len(left))
        length = length if length > 2 else 1
        first, last = f"{left[0]:0{width}d}", f"{left[length - 1]:0{width}d}"
        yield first if length == 1 else f"{first}{to}{last}"
        left = left[length:]
