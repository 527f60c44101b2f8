"""Turns and allowances: how many calls go at once, in which order, and what a storm of refusals does."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.llm.limits import BURST_S, Bucket, Limiter, Limits


class Clock:
    """A clock that goes when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


async def test_no_more_calls_than_the_limit_and_in_order() -> None:
    """Twenty callers share three slots, first come, first served."""
    limiter = Limiter(Limits(concurrency=3))
    entered: list[int] = []
    most = 0

    async def call(number: int) -> None:
        nonlocal most
        async with limiter.slot(limiter.ticket(), 0):
            entered.append(number)
            most = max(most, limiter.in_flight)
            await asyncio.sleep(0)

    await asyncio.gather(*(call(number) for number in range(20)))
    assert most == 3
    assert entered == list(range(20))
    assert limiter.in_flight == 0


async def test_call_that_is_tried_again_keeps_its_place() -> None:
    """A retry goes before everybody who came after the first attempt."""
    limiter = Limiter(Limits(concurrency=1))
    early = limiter.ticket()
    order: list[str] = []

    async def call(name: str, ticket: int) -> None:
        async with limiter.slot(ticket, 0):
            order.append(name)

    async with limiter.slot(limiter.ticket(), 0):
        waiting = [asyncio.create_task(call(f"late {number}", limiter.ticket())) for number in range(3)]
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(call("retry", early)))
        await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert order == ["retry", "late 0", "late 1", "late 2"]


async def test_one_storm_halves_once_and_success_widens_again() -> None:
    """Eight calls refused together narrow the way from eight to four; successes open it one by one."""
    clock = Clock()
    limiter = Limiter(Limits(concurrency=8), clock=clock)
    ready = asyncio.Event()

    async def refused() -> None:
        async with limiter.slot(limiter.ticket(), 0) as slot:
            clock.now += 0.001
            await ready.wait()
            slot.pushed_back(0.0)

    calls = [asyncio.create_task(refused()) for _ in range(8)]
    await asyncio.sleep(0)
    assert limiter.in_flight == 8
    clock.now += 1.0
    ready.set()
    await asyncio.gather(*calls)
    assert limiter.width == 4.0
    for _ in range(4):
        clock.now += 0.1
        async with limiter.slot(limiter.ticket(), 0) as slot:
            slot.succeeded(0)
    assert 4.8 < limiter.width < 5.1
    for _ in range(100):
        async with limiter.slot(limiter.ticket(), 0) as slot:
            slot.succeeded(0)
    assert limiter.width == 8.0


async def test_way_is_never_closed() -> None:
    """However often a provider refuses, one call may go."""
    clock = Clock()
    limiter = Limiter(Limits(concurrency=2), clock=clock)
    for _ in range(10):
        clock.now += 1.0
        async with limiter.slot(limiter.ticket(), 0) as slot:
            slot.pushed_back(0.0)
    assert limiter.width == 1.0


async def test_nobody_starts_while_the_provider_wants_to_be_left_alone() -> None:
    """A refusal holds back the calls of all seats, not only the one that was refused."""
    limiter = Limiter(Limits(concurrency=4))
    loop = asyncio.get_running_loop()
    async with limiter.slot(limiter.ticket(), 0) as slot:
        slot.pushed_back(0.08)
    started = loop.time()
    async with limiter.slot(limiter.ticket(), 0):
        assert loop.time() - started >= 0.07


async def test_given_up_waiting_leaves_no_trace() -> None:
    """A caller that is cancelled in the queue, or just as its turn comes, costs nobody a slot."""
    limiter = Limiter(Limits(concurrency=1))

    async def call() -> None:
        async with limiter.slot(limiter.ticket(), 0):
            await asyncio.sleep(0)

    async with limiter.slot(limiter.ticket(), 0):
        queued = asyncio.create_task(call())
        called = asyncio.create_task(call())
        await asyncio.sleep(0)
        queued.cancel()
    called.cancel()
    await asyncio.gather(queued, called, return_exceptions=True)
    assert limiter.in_flight == 0
    async with asyncio.timeout(1):
        await call()


async def test_requests_a_minute_are_kept() -> None:
    """Beyond the burst, calls go at the even pace of the allowance."""
    limiter = Limiter(Limits(requests_per_minute=600.0))
    loop = asyncio.get_running_loop()
    burst = int(10 * BURST_S)
    started = loop.time()
    for _ in range(burst):
        async with limiter.slot(limiter.ticket(), 0):
            pass
    assert loop.time() - started < 0.09
    for _ in range(3):
        async with limiter.slot(limiter.ticket(), 0):
            pass
    assert loop.time() - started >= 0.18


async def test_tokens_not_used_are_given_back() -> None:
    """A long answer that did not come leaves its tokens to the next call."""
    clock = Clock()
    limiter = Limiter(Limits(tokens_per_minute=60_000.0), clock=clock)
    for _ in range(5):
        async with asyncio.timeout(1), limiter.slot(limiter.ticket(), 6_000) as slot:
            slot.succeeded(0)
    async with asyncio.timeout(1), limiter.slot(limiter.ticket(), 6_000) as slot:
        slot.succeeded(6_000)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02), limiter.slot(limiter.ticket(), 6_000):
            pass


@given(
    per_minute=st.floats(1, 1e6),
    takes=st.lists(st.tuples(st.floats(0, 20), st.floats(0, 1e5)), max_size=30),
)
def test_bucket_never_gives_more_than_it_was_given(
    per_minute: float, takes: list[tuple[float, float]]
) -> None:
    """Whoever waits as long as told exceeds the allowance by one burst and one call at most."""
    bucket, now, taken, largest = Bucket(per_minute, 0.0), 0.0, 0.0, 0.0
    for pause, amount in takes:
        now += pause + bucket.wait_s(amount, now + pause)
        bucket.take(amount, now)
        taken, largest = taken + amount, max(largest, amount)
    burst = max(per_minute / 60 * BURST_S, 1.0)
    assert taken <= per_minute / 60 * now + burst + largest + 1e-3 * (1 + taken)
