"""Reviews by a fleet: jobs become orders in a queue, and what the workers made of them comes back.

It stands in for `run_reviews`, which does the same work in this process. The ledger decides what has to be
asked, the queue only who does it: an order that is waiting or in hand is joined, whoever gave it, and one
that was finished before is given anew, since the caller has seen that its review does not stand.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from panel.batch.orders import Order, Terms, fleet_version, order_id
from panel.errors import BudgetError, LedgerGoneError, PanelError
from panel.graph import Event
from panel.ledger import new_run_id
from panel.runner import Result

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from panel.batch.fleet import Fleet
    from panel.batch.orders import Receipt
    from panel.batch.worker import Known, Queue
    from panel.ledger import Ledger
    from panel.runner import Job, Plan

PAGE = 250
"""Jobs that become orders in one go; between two pages results are fetched."""
WINDOW = 1_000
"""Orders asked about at once, the oldest first: the queue is worked off in order."""
LOOK_S = 0.5
LONELY_S = 15.0
"""How often it is noted that no worker is there."""


@dataclass
class QueuedReviews:
    """Has jobs reviewed by the workers of a fleet; call it as `run_reviews`.

    Args:
        queue: where orders are given.
        fleet: where batches are written down.
        ledger: where the scorecards will stand.
        cap_usd: what the batch may cost in all, on all machines.
        follow: wait for the results, rather than only give the orders.
        say: tells people what happens, a line at a time.
    """

    queue: Queue
    fleet: Fleet
    ledger: Ledger
    cap_usd: float | None = None
    follow: bool = True
    say: Callable[[str], None] = lambda _: None
    batch: str = ""
    """The batch that new orders belong to, once there are any."""
    given: int = 0
    joined: int = 0
    """Orders that were waiting or in hand already."""
    _open: dict[str, Job] = field(default_factory=dict)
    _looked_around: float = 0.0
    _away: bool = False

    async def __call__(self, jobs: Iterable[Job], plan: Plan) -> AsyncIterator[Result]:
        """Give an order for every job, and yield what came of it as it is there.

        Setting `plan.stop` ends the waiting, not the work.

        Raises:
            LedgerError: the database cannot be used; what was ordered goes on.
        """
        terms = Terms(version=fleet_version(), roster=plan.roster, repeat=plan.repeat, rebuttal=plan.rebuttal)
        waiting = iter(jobs)
        more = True
        while not plan.stop.is_set():
            if more:
                page = await asyncio.to_thread(lambda: list(islice(waiting, PAGE)))
                more = len(page) == PAGE
                if page:
                    await asyncio.to_thread(self._give, page, terms, fresh=plan.fresh)
            if self.follow:
                for result in await self._results(plan):
                    yield result
            if not more and not (self.follow and self._open):
                return
            if not more:
                await self._look_around(terms.version)
                with suppress(TimeoutError):
                    await asyncio.wait_for(plan.stop.wait(), LOOK_S)

    def _give(self, page: list[Job], terms: Terms, *, fresh: bool) -> None:
        places = {order_id(terms, job.tool, slug_stated=job.slug_stated): job for job in page}
        known = self.queue.find(list(places))
        if not self.batch:
            self.batch = _going_on(known.values()) or new_run_id()
            self.fleet.open_batch(self.batch, terms, self.cap_usd)
        finished = [order for order, state in known.items() if state.finished]
        self.queue.forget(finished)
        self.fleet.pardon(finished)
        orders = {
            place: Order(
                batch=self.batch,
                tool=job.tool,
                findings=job.findings,
                slug_stated=job.slug_stated,
                fresh=fresh or job.fresh,
            )
            for place, job in places.items()
            if place not in known or known[place].finished
        }
        self.queue.send(orders, terms.version)
        self.given += len(orders)
        self.joined += len(places) - len(orders)
        if self.follow:
            self._open |= places

    async def _results(self, plan: Plan) -> list[Result]:
        """Fetch what is finished of the oldest open orders, and strike it off once all of it is here."""
        try:
            fetched = await asyncio.to_thread(self._fetch)
        except LedgerGoneError as error:
            if not self._away:
                self.say(f"{error.message} Waiting for it; the workers wait as well, and nothing is lost.")
            self._away = True
            return []
        self._away = False
        for place, (result, receipt) in fetched.items():
            del self._open[place]
            if receipt is not None:
                spent = Event("", receipt.fate, cost_usd=receipt.cost_usd, calls=receipt.calls)
                plan.watch(result.job, spent)
        return [result for result, _ in fetched.values()]

    def _fetch(self) -> dict[str, tuple[Result, Receipt | None]]:
        fetched = {}
        finished = self.queue.find(list(islice(self._open, WINDOW)), finished_only=True)
        for place, state in finished.items():
            job, receipt = self._open[place], state.receipt
            if receipt is None:
                error = PanelError(f"{job.tool.slug}: no worker could review it: {state.failure}")
                result = Result(job, error=error)
            elif receipt.run is None:
                result = Result(job, error=BudgetError("the budget of the batch is used up"))
            else:
                result = Result(job, card=self.ledger.card(receipt.run))
            fetched[place] = (result, receipt)
        return fetched

    async def _look_around(self, version: str) -> None:
        """Say so when orders are open and nobody is there to carry them out."""
        now = asyncio.get_running_loop().time()
        if not self.follow or now - self._looked_around < LONELY_S:
            return
        self._looked_around = now
        with suppress(LedgerGoneError):
            present = await asyncio.to_thread(self.fleet.present)
            if not any(worker.version == version for worker in present):
                others = ", ".join(sorted({worker.version for worker in present}))
                self.say(
                    f"No worker of version {version} is at work"
                    + (f", only of {others}" if others else "")
                    + ". Start one: shippanel worker"
                )


def _going_on(known: Iterable[Known]) -> str | None:
    """Return the batch that is taken up again: one with orders unfinished, or not begun for want of money."""
    for state in known:
        if not state.finished or (state.receipt and state.receipt.fate == "over-budget"):
            return state.batch or None
    return None
