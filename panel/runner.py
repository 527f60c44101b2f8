"""Many reviews at once: bounded, stoppable, resumable through the ledger.

Batches and evaluations share it. It knows neither files nor formats nor statistics: jobs go in, one result
for each comes out, as they finish. What stood in the ledger is not asked for again, so that running the
same jobs once more finishes what was interrupted.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from panel.errors import PanelError
from panel.graph import Event, review_tool
from panel.reviewers import reviewer_for

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

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
    fresh: bool = False
    """Ask about this one anew, even where verdicts stand."""
    kept: bool = True
    """Whether its answers go to the ledger; when not, they are asked for each time."""


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

    Jobs are taken from the iterable, in a thread of their own, only as places become free: a stream of any
    length takes the memory of those at work, and may look each job up in a ledger before it hands it over.
    One job's error leaves the others alone. When the consumer stops early, jobs at work are cancelled.

    Args:
        jobs: what to review.
        plan: how.
    """
    seats = len(plan.roster.seats)
    width = max(1, -(-plan.calls_in_flight // seats) + 1)
    gate = asyncio.Semaphore(plan.calls_in_flight)
    waiting = iter(jobs)
    more = True
    coming: asyncio.Task[Job | None] | None = None
    working: set[asyncio.Task[Result]] = set()
    try:
        while True:
            if more and coming is None and len(working) < width and not plan.stop.is_set():
                coming = asyncio.create_task(asyncio.to_thread(next, waiting, None))
            if not (coming or working):
                return
            at_work: set[asyncio.Task[Any]] = {*working, *filter(None, [coming])}
            await asyncio.wait(at_work, return_when=asyncio.FIRST_COMPLETED)
            for task in [task for task in working if task.done()]:
                working.remove(task)
                yield task.result()
            if coming is not None and coming.done():
                job, coming = coming.result(), None
                more = job is not None
                if job is not None and not plan.stop.is_set():
                    working.add(asyncio.create_task(_review(job, plan, gate)))
    finally:
        left: list[asyncio.Task[Any]] = [*working, *filter(None, [coming])]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


async def _review(job: Job, plan: Plan, gate: asyncio.Semaphore) -> Result:
    try:
        card = await review_tool(
            job.tool,
            plan.roster,
            findings=job.findings,
            ledger=plan.scribe if job.kept else None,
            repeat=plan.repeat,
            fresh=plan.fresh or job.fresh,
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
