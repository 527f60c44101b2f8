"""One process on SQLite that is killed ten times in the middle of a batch.

Run by `make test-kill`: a real process, a real file, calls over real sockets.
"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from killing import Counting, Worker, submissions, wait_until
from program import spawn
from servers.panelist import serving

from panel.ledger import open_ledger

if TYPE_CHECKING:
    from pathlib import Path

REVIEWS, SEATS, CALLS, KILLS = 300, 4, 16, 10


def test_a_batch_that_is_killed_ten_times_loses_and_repeats_nothing(tmp_path: Path) -> None:
    """Whatever had been written stands; no more is asked twice than was under way when the process died."""
    db = tmp_path / "ledger.db"
    path = submissions(tmp_path / "tools.jsonl", REVIEWS)
    chance = random.Random(20261125)  # noqa: S311 - moments, not secrets
    moments = sorted(chance.sample(range(CALLS, REVIEWS * SEATS - CALLS), KILLS))
    with serving(Counting(0.05)) as models:
        words = ("batch", "run", path, "--db", db, "-j", str(CALLS))
        worker = Worker("one", (*words, "--model", f"compat:scripted@{models.url}"), tmp_path)
        for moment in moments:
            worker.start()
            wait_until(lambda at=moment: len(models.times) >= at or worker.status is not None)  # type: ignore[misc]
            assert worker.status is None, worker.log.read_text("utf-8")
            worker.kill()
            with open_ledger(db) as ledger:
                assert ledger.verify().sound, "every write is whole or not there"
        done = spawn(*worker.arguments, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith(f"FINISHED · {REVIEWS} submissions · {REVIEWS} ship")
        assert len(models.times) == REVIEWS * SEATS, "nothing is lost"
        assert sum(models.repeated.values()) <= KILLS * CALLS
        assert all(times <= KILLS + 1 for times in models.times.values())
        calls = models.times.total()
        again = spawn(*worker.arguments, cwd=tmp_path)
        assert again.returncode == 0
        assert models.times.total() == calls, "a finished batch asks nothing"
    with open_ledger(db) as ledger:
        stats = ledger.stats()
        assert (stats.verdicts, stats.attempts, stats.tools) == (REVIEWS * SEATS, 0, REVIEWS)
        assert stats.runs == REVIEWS, "no review is recorded twice"
        assert ledger.verify().sound
