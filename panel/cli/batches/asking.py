"""How `batch run` has its submissions reviewed, and how it is stopped."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
import tempfile
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from panel import __version__
from panel.batch import BatchReport, open_submissions, run_batch
from panel.batch.report import count_rows
from panel.canary import load_canaries
from panel.cli.output import note
from panel.errors import InputError
from panel.ledger import open_ledger
from panel.runner import Plan, run_reviews
from panel.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from panel.batch import Rules, Stand, Submissions
    from panel.batch.run import Outcome
    from panel.canary import Canary
    from panel.cli.review import Ways
    from panel.errors import LedgerError
    from panel.ledger import Ledger
    from panel.persona import Roster
    from panel.reviewers import Reviewer
    from panel.reviewers.run import Reviewers
    from panel.runner import Job, Result

    Reviewing = Callable[[Iterable[Job], Plan], AsyncIterator[Result]]
    """What has jobs reviewed: this process, or a fleet."""

STOPS = (signal.SIGINT, signal.SIGTERM)
PARTING = "Finishing the reviews at work; interrupt once more to abandon them."


@dataclass(frozen=True)
class Order:
    """What is asked of a batch."""

    roster: Roster
    rules: Rules
    ways: Ways
    calls_in_flight: int
    canaries: tuple[Canary, ...] = ()

    def plan(self, ledger: Ledger, reviewers: Callable[[str], Reviewer]) -> Plan:
        """Say how its reviews are made."""
        return Plan(
            roster=self.roster,
            scribe=Scribe(ledger),
            calls_in_flight=self.calls_in_flight,
            repeat=self.ways.repeat,
            fresh=self.ways.fresh,
            rebuttal=self.ways.rebuttal,
            reviewers=reviewers,
        )


def canaries(*, wanted: bool) -> tuple[Canary, ...]:
    """Read the canaries that come along, when they are wanted."""
    return load_canaries() if wanted else ()


@contextmanager
def submitted(sources: Sequence[str]) -> Iterator[Submissions]:
    """Find the sources of a batch, and keep standard input for as long as the block lasts.

    Raises:
        InputError: a source cannot be used.
    """
    spool = Path(tempfile.mkdtemp(prefix="shippanel-"))
    try:
        yield open_submissions(sources, spool=spool)
    finally:
        shutil.rmtree(spool, ignore_errors=True)


@contextmanager
def held(location: str) -> Iterator[tuple[Ledger, Reviewing]]:
    """Open a ledger for one batch on this machine.

    Raises:
        LedgerBusyError: another batch holds it.
        LedgerError: it cannot be opened.
    """
    with open_ledger(location) as ledger, ledger.hold("batch"):
        yield ledger, run_reviews


def run(
    given: Submissions,
    order: Order,
    ledger: Ledger,
    reviewers: Reviewers,
    review: Reviewing,
) -> tuple[BatchReport, LedgerError | None]:
    """Have reviewed what has not been reviewed, with progress on standard error.

    The first interrupt or SIGTERM lets reviews at work finish; a second one abandons them, and what had
    arrived of them is kept.

    Raises:
        PanelError: a seat cannot be played, or a source cannot be read.
    """
    started = datetime.now(UTC)
    total = given.count()
    if not total:
        named = ", ".join(given.given)
        raise InputError(f"{named}: holds no submission", "`shippanel schema submission` says what one is.")
    quiet = order.ways.quiet
    for name in given.passed_over:
        note(f"Passed over {name}: it holds no submission.", quiet=quiet)
    _note_waiting(order.roster, ledger, quiet=quiet)
    with _meter(total, quiet=quiet) as show:

        async def asked() -> Outcome:
            plan = order.plan(ledger, reviewers)
            parting = PARTING if review is run_reviews else "Leaving; the workers go on."
            with stopping(plan.stop, parting, quiet=quiet):
                try:
                    return await run_batch(
                        given,
                        plan,
                        ledger,
                        rules=order.rules,
                        canaries=order.canaries,
                        progress=show,
                        review=review,
                    )
                finally:
                    await reviewers.close()

        try:
            outcome = asyncio.run(asked())
        except asyncio.CancelledError:
            raise KeyboardInterrupt from None  # asked for twice
    report = BatchReport(
        version=__version__,
        panel=order.roster.played_by,
        sources=given.given,
        started_at=started,
        ended_at=datetime.now(UTC),
        ending=outcome.ending,
        counts=count_rows(outcome.rows, total),
        canaries=outcome.canaries,
        rows=outcome.rows,
    )
    return report, outcome.error


def _note_waiting(roster: Roster, ledger: Ledger, *, quiet: bool) -> None:
    """Say that questions to these models are on their way with batches, and would be paid for twice."""
    specs = {seat.spec for seat in roster.seats}
    sent = ledger.batches.batches(("sending", "open"))
    waiting = sum(batch.waiting for batch in sent if batch.spec in specs)
    if waiting:
        note(
            f"{waiting:,} questions to this panel are on their way with batches; this run asks them again. "
            "`shippanel batch collect` first makes use of the answers.",
            quiet=quiet,
        )


@contextmanager
def stopping(stop: asyncio.Event, parting: str = PARTING, *, quiet: bool) -> Iterator[None]:
    """Set an event at the first interrupt or SIGTERM, and cancel the task at work at the second."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def take() -> None:
        if stop.is_set():
            if task:
                task.cancel()
            return
        stop.set()
        note(parting, quiet=quiet)

    for number in STOPS:
        # Windows has no such handlers: there an interrupt ends the run at once, and what had arrived stands.
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, take)
    try:
        yield
    finally:
        for number in STOPS:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)


def _meter(total: int, *, quiet: bool) -> AbstractContextManager[Callable[[Stand], None]]:
    """Make the line of progress; none where nobody would see it move."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(lambda _stand: None)
    from panel.cli.batches.meter import Meter  # noqa: PLC0415 - loads Rich

    return Meter(total)
