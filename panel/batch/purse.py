"""The budget of a batch on several machines: every call sets money aside where all workers can see it.

It keeps what a budget on one machine keeps: the most that a call may cost is set aside before the call, what
it did not use is given back afterwards. What a worker had set aside when it was killed stays spent, since its
calls may be billed.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from panel.errors import LedgerGoneError
from panel.llm.budget import Budget, Reservation, used_up

if TYPE_CHECKING:
    from panel.batch.fleet import Fleet
    from panel.batch.orders import Purse

LOOK_AGAIN_S = 0.5
"""How often a call that does not fit looks whether others have given something back."""


@dataclass
class SharedBudget(Budget):
    """A batch's budget as one worker sees it. For one event loop."""

    fleet: Fleet = field(kw_only=True)
    batch: str = field(kw_only=True)
    longest_call_s: float = field(kw_only=True)
    """When nothing has been given back for this long, nobody has anything to give back."""
    _unused_usd: float = field(default=0.0, repr=False)
    _cost_usd: float = field(default=0.0, repr=False)
    _telling: asyncio.Task[None] | None = field(default=None, repr=False)

    async def reserve(self, most_usd: float) -> Reservation:
        """Set aside the most a call can cost, waiting for others where that could make room.

        Raises:
            ModelError: the call does not fit under the cap, or an earlier one did not.
        """
        seen: Purse | None = None
        unchanged_since = asyncio.get_running_loop().time()
        while not self.stopped:
            with suppress(LedgerGoneError):
                if await asyncio.to_thread(self.fleet.draw, self.batch, most_usd):
                    self.reserved_usd += most_usd
                    return Reservation(most_usd, self)
                now = asyncio.get_running_loop().time()
                purse = await asyncio.to_thread(self.fleet.purse, self.batch)
                if purse != seen:
                    seen, unchanged_since = purse, now
                full = purse.cap_usd is not None and purse.settled_usd + most_usd > purse.cap_usd
                self.stopped = full or now - unchanged_since > self.longest_call_s
            if not self.stopped:
                await asyncio.sleep(LOOK_AGAIN_S)
        cap, spent = (seen.cap_usd, seen.settled_usd) if seen else (self.cap_usd, self.spent_usd)
        raise used_up(cap or self.cap_usd, spent, self.reserved_usd, most_usd)

    async def used_up(self) -> bool:
        """Tell whether a call did not fit, and nobody has raised the cap since."""
        if self.stopped:
            with suppress(LedgerGoneError):
                cap = (await asyncio.to_thread(self.fleet.purse, self.batch)).cap_usd
                if cap is not None and cap > self.cap_usd:
                    self.cap_usd, self.stopped = cap, False
        return self.stopped

    async def settled(self) -> None:
        """Wait until everything that was given back is known to the others."""
        while self._telling is not None:
            await asyncio.shield(self._telling)

    def _settle(self, amount_usd: float, cost_usd: float | None) -> None:
        super()._settle(amount_usd, cost_usd)
        spent = amount_usd if cost_usd is None else cost_usd
        self._unused_usd += amount_usd - spent
        self._cost_usd += spent
        if self._telling is None:
            self._telling = asyncio.get_running_loop().create_task(self._tell())

    async def _tell(self) -> None:
        while self._unused_usd or self._cost_usd:
            unused, cost = self._unused_usd, self._cost_usd
            try:
                await asyncio.to_thread(self.fleet.settle, self.batch, unused, cost)
            except LedgerGoneError:
                await asyncio.sleep(LOOK_AGAIN_S)
            else:
                self._unused_usd -= unused
                self._cost_usd -= cost
        self._telling = None
