"""A worker's shift on a fleet: it takes orders from the queue until it is told to stop.

It is the same review as on one machine, with a ledger that outlasts its server and a budget that all workers
share. Whatever ends a worker, its orders go on: one that is told to stop puts back what it has not finished;
what one leaves behind that was killed is put back by itself when it starts again, or by another worker.
"""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from panel.batch.fleet import Fleet, worker_title
from panel.batch.orders import CRASHES, Receipt, fleet_version
from panel.batch.purse import SharedBudget
from panel.batch.run import Spent
from panel.batch.worker import Engine, Limits, Queue, set_up
from panel.errors import InputError, LedgerBusyError, LedgerGoneError, ModelError, PanelError
from panel.graph import review_tool
from panel.ledger.patient import open_patiently
from panel.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from panel.batch.orders import Fate, Order, Terms
    from panel.batch.timetable import Timetable
    from panel.ledger.patient import PatientLedger
    from panel.llm.budget import Budget
    from panel.reviewers.run import Reviewers

PRESENCE_S = 3.0
"""How often a worker makes sure that its name is still its own."""
SWEEP_S = 15.0
"""How often it looks for orders of workers that are gone. One is gone that was absent twice running, so that
a connection lost for a moment costs nothing."""
PRUNE_S = 6 * 3600.0
END_S = 0.5
_NAME_S = 10.0
"""How long a name may be held by somebody else before that one is taken for a living worker."""

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Duty:
    """What a worker is told to do."""

    name: str
    calls: int
    """Model calls in flight for each provider, which decides how many reviews it has in hand."""
    limits: Limits = field(default_factory=Limits)
    review_timeout_s: float = 600.0
    """The longest that a seat may take."""
    call_timeout_s: float = 180.0
    grace_s: float = 120.0
    """How long reviews in hand may take after the worker was told to stop."""
    keep_days: float = 30.0
    """How long records of finished orders are kept; 0 for ever."""
    until_empty: bool = False
    """Stop when no order is left, for this worker or any other of its version."""


@dataclass
class _Batch:
    """A batch at this worker."""

    terms: Terms
    reviewers: Reviewers
    budget: SharedBudget | None


class Shift:
    """One worker, from its start to its end.

    Args:
        url: the database of the queue and the ledger.
        duty: what it is told to do.
        hire: makes the reviewers of a batch, under its budget.
        say: tells people what happens, a line at a time; called from any thread.
        timetable: submissions to be queued at set times.
    """

    def __init__(
        self,
        url: str,
        duty: Duty,
        hire: Callable[[Budget | None], Reviewers],
        say: Callable[[str], None],
        timetable: Timetable | None = None,
    ) -> None:
        self._url = url
        self._duty = duty
        self._hire = hire
        self._say = say
        self._timetable = timetable
        self._version = fleet_version()
        self._batches: dict[str, _Batch] = {}
        self._opening = asyncio.Lock()
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._broken: PanelError | None = None
        self._ledger: PatientLedger
        self._scribe: Scribe
        self._fleet: Fleet
        self._queue: Queue
        self._absent: set[str] = set()

    async def work(self) -> None:
        """Take orders until a signal comes, or none is left and that is what the duty says.

        Raises:
            LedgerBusyError: a worker of this name is at work.
            LedgerError: the database cannot be used.
            PanelError: this worker cannot play a seat that it is asked for.
        """
        name, duty = self._duty.name, self._duty
        self._ledger = open_patiently(self._url, tell=self._say)
        self._scribe = Scribe(self._ledger)
        self._fleet = Fleet(self._url, self._ledger.location, title=worker_title(name, self._version))
        try:
            self._fleet.set_up()
            set_up(self._url, self._fleet.location)
            await self._take_name()
            with Queue(self._url, self._ledger.location) as queue:
                self._queue = queue
                self._take_up(name)
                engine = Engine(self._url, name, self._carry_out)
                # Twice what its calls need, since what ends is made up for only when it looks again.
                limits = await engine.launch(duty.limits, enough=2 * -(-duty.calls // 4) + 2)
                self._greet(limits)
                for number in (signal.SIGTERM, signal.SIGINT):
                    asyncio.get_running_loop().add_signal_handler(number, self._told_to_stop)
                tending = [asyncio.create_task(task) for task in self._chores()]
                await self._stopping.wait()
                await engine.stop(duty.grace_s, self._hurry)
                for task in tending:
                    task.cancel()
                await asyncio.gather(*tending, return_exceptions=True)
                await self._leave()
        finally:
            self._ledger.give_up()
            self._fleet.close()
            self._ledger.close()
        if self._broken is not None:
            raise self._broken

    async def _carry_out(self, order: Order) -> Receipt:
        """Carry an order out; one that this worker cannot begin goes back, and the worker stops."""
        try:
            batch = await self._batch(order.batch)
        except (ModelError, InputError) as error:
            self._stop(error)
            # Cancelled rather than failed: the order is still to be carried out, by somebody who can.
            raise asyncio.CancelledError from error
        if batch.budget is not None and await batch.budget.used_up():
            return Receipt(fate="over-budget")
        spent = Spent()
        # Each seat ends in time by itself; this bounds whatever might not.
        async with asyncio.timeout(2 * self._duty.review_timeout_s + 60):
            card = await review_tool(
                order.tool,
                batch.terms.roster,
                findings=order.findings,
                ledger=self._scribe,
                repeat=batch.terms.repeat,
                fresh=order.fresh,
                rebuttal=batch.terms.rebuttal,
                explicit_slug=order.slug_stated,
                reviewers=batch.reviewers,
                watch=spent.add,
            )
        if spent.calls:
            # What is not counted is not lost: every answer is in the ledger with its cost.
            with suppress(LedgerGoneError):
                await asyncio.to_thread(self._fleet.count_spent, order.batch, spent.calls, spent.cost)
        shown = "no quorum" if card.ship_pct is None else f"{card.ship_pct:.1f}% ship"
        self._say(f"{card.tool.slug}: {shown}{'' if card.state == 'complete' else f', {card.state}'}")
        short = any(seat.reason == "over-budget" for seat in card.abstentions)
        fate: Fate = "over-budget" if short else "reviewed"
        return Receipt(fate=fate, run=card.provenance.run, calls=spent.calls, cost_usd=spent.cost)

    async def _batch(self, id_: str) -> _Batch:
        """Return a batch, opened once; its seats are looked at before any of its tools is.

        Raises:
            ModelError: a seat's key is missing here.
            SettingsError: a package or a file is missing here.
        """
        async with self._opening:
            if id_ not in self._batches:
                found = await self._outlast(lambda: self._fleet.batch(id_))
                if found is None:
                    raise LookupError("its batch is not known any more; give the order again")
                budget = None
                if found.cap_usd is not None:
                    budget = SharedBudget(
                        found.cap_usd,
                        fleet=self._fleet,
                        batch=id_,
                        longest_call_s=self._duty.call_timeout_s + 20,
                    )
                reviewers = self._hire(budget)
                for seat in found.terms.roster.seats:
                    reviewers(seat.spec)
                self._batches[id_] = _Batch(found.terms, reviewers, budget)
            return self._batches[id_]

    async def _take_name(self) -> None:
        name = self._duty.name
        for _ in range(int(_NAME_S)):
            if self._fleet.take_name(name):
                return
            await asyncio.sleep(1)
        raise LedgerBusyError(
            f"{self._fleet.location}: a worker called {name!r} is at work already.",
            "Give this one another name with --name.",
        )

    def _greet(self, limits: Limits) -> None:
        extent = [f"{limits.per_worker} reviews in hand"]
        extent += [f"{limits.fleet} in the whole fleet"] if limits.fleet else []
        extent += [f"{limits.per_minute} begun in a minute"] if limits.per_minute else []
        self._say(
            f"Worker {self._duty.name} of version {self._version} on {self._fleet.location}: at most "
            f"{', '.join(extent)}; {self._duty.calls} calls in flight per provider."
        )
        for count in self._fleet.counts():
            if count.state == "waiting" and count.version != self._version:
                self._say(
                    f"{count.orders:,} orders wait for workers of version {count.version}; this one leaves "
                    "them alone. Start such a worker, or give the orders again with this version."
                )

    def _chores(self) -> list[Coroutine[None, None, None]]:
        chores = [self._keep_name(), self._sweep()]
        chores += [self._prune()] if self._duty.keep_days else []
        chores += [self._watch_for_the_end()] if self._duty.until_empty else []
        chores += [self._timetable.follow(self._fleet, self._say)] if self._timetable else []
        return chores

    async def _keep_name(self) -> None:
        """Hold the lock of the name, and take it again when the connection was lost."""
        name, lost = self._duty.name, 0
        while True:
            await asyncio.sleep(PRESENCE_S)
            try:
                held = await asyncio.to_thread(self._fleet.holds_name, name)
                if not held:
                    self._absent.clear()
                    held = await asyncio.to_thread(self._fleet.take_name, name)
            except LedgerGoneError:
                self._ledger.note(away=True)
            else:
                self._ledger.note(away=False)
                lost = 0 if held else lost + 1
                if lost * PRESENCE_S > _NAME_S:
                    self._stop(
                        LedgerBusyError(
                            f"{self._fleet.location}: another worker called {name!r} has taken over.",
                            "Give every worker a name of its own with --name.",
                        )
                    )
                    return

    async def _sweep(self) -> None:
        """Put back the orders of workers that are gone."""
        while True:
            await asyncio.sleep(SWEEP_S)
            try:
                await asyncio.to_thread(self._sweep_once)
            except LedgerGoneError:
                self._absent.clear()

    def _sweep_once(self) -> None:
        held = self._queue.in_hand()
        absent = held.keys() - {worker.name for worker in self._fleet.present()} - {self._duty.name}
        gone, self._absent = absent & self._absent, absent
        for name in sorted(gone):
            # Whoever holds a dead worker's name sweeps up after it, and keeps it from coming back meanwhile.
            if not self._fleet.take_name(name):
                continue
            try:
                left = self._take_up(name)
            finally:
                self._fleet.leave_name(name)
            if left:
                self._say(f"Worker {name} is gone; {left} of its orders wait again.")

    def _take_up(self, name: str) -> int:
        """Put back what a lost worker had in hand, but for what cost too many workers; return how many."""
        left = self._queue.in_hand([name]).get(name, [])
        dangerous = self._fleet.count_crashes(left)
        self._queue.give_up(dangerous)
        self._queue.put_back([place for place in left if place not in dangerous])
        for place in dangerous:
            self._say(f"Order {place[:12]} is given up: {CRASHES} workers were lost with it in hand.")
        return len(left) - len(dangerous)

    async def _prune(self) -> None:
        while True:
            before = datetime.now(UTC) - timedelta(days=self._duty.keep_days)
            with suppress(LedgerGoneError):
                await asyncio.to_thread(self._queue.prune, before)
                await asyncio.to_thread(self._fleet.forget_batches, before)
            await asyncio.sleep(PRUNE_S)

    async def _watch_for_the_end(self) -> None:
        waits = True
        while waits:
            await asyncio.sleep(END_S)
            waits = await self._outlast(lambda: self._fleet.waits(self._version))
        self._stop()

    async def _leave(self) -> None:
        """Put back what is unfinished; when the server is away, others will."""
        for batch in self._batches.values():
            await batch.reviewers.close()
            if batch.budget is not None:
                with suppress(TimeoutError):
                    await asyncio.wait_for(batch.budget.settled(), timeout=5)
        with suppress(LedgerGoneError):
            left = self._queue.in_hand([self._duty.name]).get(self._duty.name, [])
            self._queue.put_back(left)
            self._fleet.leave_name(self._duty.name)
            if left:
                self._say(f"{len(left)} unfinished orders wait again.")

    async def _outlast(self, work: Callable[[], ResultT]) -> ResultT:
        """Look something up, and wait while the server is away."""
        while True:
            try:
                return await asyncio.to_thread(work)
            except LedgerGoneError:
                await asyncio.sleep(1)

    def _told_to_stop(self) -> None:
        if self._stopping.is_set():
            self._hurry.set()
            return
        self._say("Stopping: reviews in hand are finished first. A second signal breaks them off.")
        self._stop()

    def _stop(self, error: PanelError | None = None) -> None:
        self._broken = self._broken or error
        self._stopping.set()
