"""When a batch runs by itself, in words, in moments, and as files for the schedulers that machines have.

    cron expression → Timing → (words, next runs) and, with a Job → Files of systemd, cron or GitHub

Nothing runs here: whoever keeps the machine keeps the timer.
"""

from __future__ import annotations

from panel.schedule.explanation import Explanation, explain
from panel.schedule.files import Job, cron_files, github_files, systemd_files
from panel.schedule.timing import Timing, parse_timing
from panel.schedule.zones import Zone, local_zone

__all__ = [
    "Explanation",
    "Job",
    "Timing",
    "Zone",
    "cron_files",
    "explain",
    "github_files",
    "local_zone",
    "parse_timing",
    "systemd_files",
]
