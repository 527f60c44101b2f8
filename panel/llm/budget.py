"""A cap on what a run may spend, held before every call and not after the bill.

Each call reserves the most it can cost, and gives back what it did not use. What a call cost is not always
known: one that was cut off may be billed all the same, so its whole reservation stays spent.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from panel.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Reservation:
    """Money set aside for one call. Settle it once."""

    amount_usd: float
    _budget: Budget

    def settle(self, cost_usd: float | None) -> None:
        """Give back what was not used.

        Args:
            cost_usd: what the call cost; None when nobody knows, and then all of it counts as spent.
        """
        self._budget._settle(self.amount_usd, cost_usd)  # noqa: SLF001 - the two are one thing
        self.amount_usd = 0.0


@dataclass
class Budget:
    """What a run may spend in all, in US dollars; shared by every call of one event loop."""

    cap_usd: float
    spent_usd: float = 0.0
    """Settled by what providers reported, unconfirmed amounts included."""
    unconfirmed_usd: float = 0.0
    """The part of it that no provider reported."""
    reserved_usd: float = 0.0
    stopped: bool = False
    """Whether a call did not fit; from then on none is made."""
    _waiting: list[asyncio.Future[None]] = field(default_factory=list, repr=False)

    async def reserve(self, most_usd: float) -> Reservation:
        """Set aside the most a call can cost, waiting for others to settle where that could make room.

        Raises:
            ModelError: the call does not fit under the cap, or an earlier one did not.
        """
        while not self.stopped and self.spent_usd + self.reserved_usd + most_usd > self.cap_usd:
            if self.spent_usd + most_usd > self.cap_usd:
                self.stopped = True
                self._wake()
                break
            await self._next_settlement()
        if self.stopped:
            raise used_up(self.cap_usd, self.spent_usd, self.reserved_usd, most_usd)
        self.reserved_usd += most_usd
        return Reservation(most_usd, self)

    def _settle(self, amount_usd: float, cost_usd: float | None) -> None:
        self.reserved_usd = max(self.reserved_usd - amount_usd, 0.0)
        if self.reserved_usd < 1e-12:  # what is left of adding and taking away
            self.reserved_usd = 0.0
        self.spent_usd += amount_usd if cost_usd is None else cost_usd
        self.unconfirmed_usd += amount_usd if cost_usd is None else 0.0
        self._wake()

    async def _next_settlement(self) -> None:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        await future

    def _wake(self) -> None:
        woken, self._waiting = self._waiting, []
        for future in self._pending(woken):
            future.set_result(None)

    @staticmethod
    def _pending(futures: list[asyncio.Future[None]]) -> Iterator[asyncio.Future[None]]:
        return (future for future in futures if not future.done())


def used_up(cap_usd: float, spent_usd: float, reserved_usd: float, most_usd: float) -> ModelError:
    """Make the error of a call that does not fit under a cap."""
    return ModelError(
        f"the budget of ${cap_usd:.4f} has no room for another call: ${spent_usd:.4f} spent"
        + (f", ${reserved_usd:.4f} in flight" if reserved_usd > 0 else "")
        + f", and it may cost ${most_usd:.4f}",
        "What was answered is kept; run it again with a higher --budget-usd to go on.",
        reason="over-budget",
    )
