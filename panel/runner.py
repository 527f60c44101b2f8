"""Many reviews at once: bounded, stoppable, resumable through the ledger.

Batches and evaluations share it. It knows neither files nor formats nor statistics: jobs go in, one result
for each comes out, as they finish. What stood in the ledger is not asked for again, so that running the
same jobs once more finishes what was interrupted.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from panel.errors import PanelError
from panel.graph import Event, review_tool
from panel.reviewers import reviewer_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator

    from panel.persona import Roster
    from panel.reviewers import Reviewer
    from panel.scorecard import Scorecard
    from panel.scribe import Scribe
    from panel.tool import Tool
    from panel.verdict import Finding, Outcome


@dataclass(frozen=True)
class Job:
    """One tool to review, known by the caller's own name for it."""

    id: str
    tool: Tool
    findings: tuple[Finding, ...] | None = None
    slug_stated: bool = False


@dataclass(frozen=True)
class Result:
    """What became of a job: a scorecard, or the error that stopped it."""

    job: Job
    card: Scorecard | None = None
    error: PanelError | None = None


@dataclass
class Plan:
    """How jobs are run."""

    roster: Roster
    scribe: Scribe | None = None
    calls_in_flight: int = 16
    """Seats that are asked at any moment, over all jobs."""
    repeat: int = 1
    fresh: bool = False
    rebuttal: bool = False
    """Whether models on a divided panel answer once more, beside their votes (see `review_tool`)."""
    reviewers: Callable[[str], Reviewer] = reviewer_for
    watch: Callable[[Job, Event], None] = lambda _job, _event: None
    hear: Callable[[Job, str, int, Outcome], None] = lambda *_: None
    """Takes every answer that stands: job, persona, repeat from 0, outcome (see `review_tool`)."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it to start no further job; those at work are finished."""


async def run_reviews(jobs: Iterable[Job], plan: Plan) -> AsyncIterator[Result]:
    """Review every job, and yield each result as it comes.

    Jobs are taken from the iterable only as places become free, so that a stream of any length takes the
    memory of those at work. One job's error leaves the others alone. When the consumer stops early, jobs at
    work are cancelled.

    Args:
        jobs: what to review.
        plan: how.
    """
    seats = len(plan.roster.seats)
    width = max(1, -(-plan.calls_in_flight // seats) + 1)
    gate = asyncio.Semaphore(plan.calls_in_flight)
    waiting = iter(jobs)
    working: set[asyncio.Task[Result]] = set()
    try:
        while True:
            _fill(working, waiting, width, plan, gate)
            if not working:
                return
            done, working = await asyncio.wait(working, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)


def _fill(
    working: set[asyncio.Task[Result]],
    waiting: Iterator[Job],
    width: int,
    plan: Plan,
    gate: asyncio.Semaphore,
) -> None:
    while len(working) < width and not plan.stop.is_set():
        job = next(waiting, None)
        if job is None:
            return
        working.add(asyncio.create_task(_review(job, plan, gate)))


async def _review(job: Job, plan: Plan, gate: asyncio.Semaphore) -> Result:
    try:
        card = await review_tool(
            job.tool,
            plan.roster,
            findings=job.findings,
            ledger=plan.scribe,
            repeat=plan.repeat,
            fresh=plan.fresh,
            rebuttal=plan.rebuttal,
            gate=gate,
            explicit_slug=job.slug_stated,
            reviewers=plan.reviewers,
            watch=lambda event: plan.watch(job, event),
            hear=lambda *answer: plan.hear(job, *answer),
        )
    except PanelError as error:
        return Result(job, error=error)
    return Result(job, card=card)
