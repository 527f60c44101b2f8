"""How many calls a provider gets at once and per minute, found out from its own answers.

Calls wait in one queue, first come, first served; a call that is tried again keeps its place. When the
provider says "too many", the calls in flight are halved and nothing starts until its wait is over; every
success raises the number a little (additive increase, multiplicative decrease: Chiu and Jain, 1989).
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

BURST_S = 6.0
"""What a minute's allowance may be used up in advance: providers count in windows shorter than a minute."""


@dataclass(frozen=True)
class Limits:
    """What one provider is asked at most."""

    concurrency: int = 32
    """Calls in flight."""
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    """Input and the longest possible output together, as providers count them."""


class Bucket:
    """An allowance that refills evenly. More than it holds can be taken; then the next one waits longer."""

    def __init__(self, per_minute: float, now: float) -> None:
        self._rate = per_minute / 60.0
        self._room = max(self._rate * BURST_S, 1.0)
        self._level = self._room
        self._at = now

    def wait_s(self, amount: float, now: float) -> float:
        """Return the seconds until `amount`, or as much as the bucket holds, can be taken."""
        self._fill(now)
        return max(min(amount, self._room) - self._level, 0.0) / self._rate

    def take(self, amount: float, now: float) -> None:
        """Take `amount`; give back a negative one."""
        self._fill(now)
        self._level = min(self._level - amount, self._room)

    def _fill(self, now: float) -> None:
        self._level = min(self._level + max(now - self._at, 0.0) * self._rate, self._room)
        self._at = now


class Slot:
    """One call's leave to go."""

    def __init__(self, limiter: Limiter, tokens: int, started: float) -> None:
        self._limiter = limiter
        self._tokens = tokens
        self._started = started

    def succeeded(self, tokens: int) -> None:
        """Tell that an answer came, and how many tokens it took."""
        self._limiter._succeeded(self._tokens - tokens)  # noqa: SLF001 - the two are one thing

    def pushed_back(self, wait_s: float) -> None:
        """Tell that the provider has too much to do, and how long it asks to wait."""
        self._limiter._pushed_back(self._started, wait_s)  # noqa: SLF001 - the two are one thing


class Limiter:
    """Lets the calls of one provider go, in order. For one event loop at a time."""

    def __init__(self, limits: Limits, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.width = float(limits.concurrency)
        """Calls let into flight now; between 1 and the limit."""
        self.in_flight = 0
        self._clock = clock
        self._tickets = itertools.count()
        self._queue: list[tuple[int, int, asyncio.Future[None]]] = []
        self._narrowed_at = self._not_before = clock()
        self._requests = _bucket(limits.requests_per_minute, clock())
        self._tokens = _bucket(limits.tokens_per_minute, clock())
        self._timer: asyncio.TimerHandle | None = None

    def ticket(self) -> int:
        """Draw a place in the queue, to be kept over a call's retries."""
        return next(self._tickets)

    @asynccontextmanager
    async def slot(self, ticket: int, tokens: int) -> AsyncIterator[Slot]:
        """Wait for a call's turn and hold its slot.

        Args:
            ticket: the place in the queue.
            tokens: what the call may take, input and output.
        """
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._queue, (ticket, tokens, future))
        self._advance()
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._leave()
            self._advance()
            raise
        try:
            yield Slot(self, tokens, self._clock())
        finally:
            self._leave()

    def _leave(self) -> None:
        self.in_flight -= 1
        self._advance()

    def _advance(self) -> None:
        """Let go whoever may, from the head of the queue."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        while self._queue:
            ticket, tokens, future = self._queue[0]
            if future.done():
                heapq.heappop(self._queue)
                continue
            if self.in_flight >= int(self.width):
                return
            wait = self._wait_s(tokens)
            if wait > 0:
                self._timer = future.get_loop().call_later(wait, self._advance)
                return
            heapq.heappop(self._queue)
            self._charge(tokens)
            self.in_flight += 1
            future.set_result(None)
            del ticket

    def _wait_s(self, tokens: int) -> float:
        now = self._clock()
        waits = [self._not_before - now]
        if self._requests:
            waits.append(self._requests.wait_s(1, now))
        if self._tokens:
            waits.append(self._tokens.wait_s(tokens, now))
        return max(*waits, 0.0) if len(waits) > 1 else max(waits[0], 0.0)

    def _charge(self, tokens: int) -> None:
        if self._requests:
            self._requests.take(1, self._clock())
        if self._tokens:
            self._tokens.take(tokens, self._clock())

    def _succeeded(self, unused_tokens: int) -> None:
        self.width = min(self.width + 1.0 / self.width, float(self.limits.concurrency))
        if self._tokens:
            self._tokens.take(-unused_tokens, self._clock())

    def _pushed_back(self, started: float, wait_s: float) -> None:
        now = self._clock()
        # Calls that left before the last narrowing say nothing new: one storm narrows once.
        if started >= self._narrowed_at:
            self.width = max(self.width / 2.0, 1.0)
            self._narrowed_at = now
        self._not_before = max(self._not_before, now + wait_s)


def _bucket(per_minute: float | None, now: float) -> Bucket | None:
    return None if per_minute is None else Bucket(per_minute, now)


@cache
def limiter_for(account: str, limits: Limits) -> Limiter:
    """Return the one limiter that all models of a provider and address share in this process."""
    del account
    return Limiter(limits)
