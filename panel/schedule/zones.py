"""The time zone of this machine, and the hours that its clock skips or repeats."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCALTIME = Path("/etc/localtime")


@dataclass(frozen=True)
class Zone:
    """A time zone and what it is called."""

    name: str
    zone: tzinfo

    def now(self) -> datetime:
        """Return this moment, by the clock on the wall there."""
        return datetime.now(self.zone)

    def turns(self, after: datetime, days: int = 366) -> list[tuple[datetime, datetime]]:
        """List the stretches of wall-clock time that are skipped or stand twice, without a zone.

        Args:
            after: where to begin to look.
            days: how far to look.
        """
        found = []
        moment = after.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        for _ in range(days * 24):
            later = moment + timedelta(hours=1)
            was, becomes = self._offset(moment), self._offset(later)
            if was != becomes:
                found.append(self._turn(moment, was, becomes))
            moment = later
        return found

    def _turn(self, moment: datetime, was: timedelta, becomes: timedelta) -> tuple[datetime, datetime]:
        while self._offset(moment) == was:
            moment += timedelta(minutes=1)
        wall = moment.replace(tzinfo=None)
        return wall + min(was, becomes), wall + max(was, becomes)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.zone).utcoffset() or timedelta()


def local_zone() -> Zone:
    """Return the zone that this machine's schedulers go by: TZ, or else the system's own."""
    named = os.environ.get("TZ", "").removeprefix(":")
    if named:
        try:
            return Zone(named, ZoneInfo(named))
        except (ZoneInfoNotFoundError, ValueError):
            # A rule such as CET-1CEST; the system's own zone is nearer than none.
            pass
    if not LOCALTIME.exists():
        return Zone("UTC", UTC)
    _, known, name = str(LOCALTIME.resolve()).rpartition("zoneinfo/")
    with LOCALTIME.open("rb") as file:
        return Zone(name if known else "local time", ZoneInfo.from_file(file))
