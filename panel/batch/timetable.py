"""Submissions queued at set times, by a worker: what a timer would do with `batch run --queue --detach`.

A time that passed while no worker was there is made up for once, however many such times there were. Several
workers may follow the same timetable: what one has queued the others find queued.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cronsim import CronSim, CronSimError

from panel.errors import PanelError, SettingsError
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.batch.fleet import Fleet

_MINUTE = timedelta(minutes=1)
LONGEST_SLEEP_S = 30.0
"""How long is slept at most before the clock is looked at again: it may have been set."""


@dataclass(frozen=True)
class Timetable:
    """When something is to be queued, and what does it.

    Args:
        times: five cron fields, in UTC.
        subject: what is queued, as far as that tells one timetable from another.
        queue_all: queues it, and returns a line about what it did.
    """

    times: str
    subject: str
    queue_all: Callable[[], str]

    def __post_init__(self) -> None:
        try:
            CronSim(self.times, datetime.now(UTC))
        except CronSimError as error:
            raise SettingsError(
                f"--at {self.times!r}: {error}",
                "Write five fields: minute, hour, day, month, weekday; every night at two is '0 2 * * *'.",
            ) from None

    @property
    def id(self) -> str:
        """What the fleet remembers it by."""
        return digest({"times": self.times, "subject": self.subject})

    def due(self, last: datetime, now: datetime) -> datetime | None:
        """Return the latest time after `last` that is not after `now`; None when there is none."""
        # Counting back begins with the minute before: one that is due itself is reached from the next.
        latest = next(CronSim(self.times, now.replace(second=0, microsecond=0) + _MINUTE, reverse=True))
        return latest if last < latest <= now else None

    async def follow(self, fleet: Fleet, say: Callable[[str], None]) -> None:
        """Queue what is due, at every time, for good.

        Args:
            fleet: where the last time is remembered.
            say: told what was queued, and what could not be.
        """
        last = None
        while True:
            now = datetime.now(UTC)
            try:
                if last is None:
                    last = await asyncio.to_thread(self._begin, fleet, now)
                due = self.due(last, now)
                if due is not None:
                    say(f"Due at {due:%Y-%m-%d %H:%M} UTC: {await asyncio.to_thread(self.queue_all)}")
                    await asyncio.to_thread(fleet.note_run, self.id, due)
                    last = due
            except PanelError as error:
                say(f"{self.subject} could not be queued; tried again in a moment: {error}")
            await asyncio.sleep(LONGEST_SLEEP_S - datetime.now(UTC).timestamp() % LONGEST_SLEEP_S)

    def _begin(self, fleet: Fleet, now: datetime) -> datetime:
        """Return since when times count: since the last that was followed, or from now on."""
        last = fleet.last_run(self.id)
        if last is None:
            fleet.note_run(self.id, now)
        return last or now
