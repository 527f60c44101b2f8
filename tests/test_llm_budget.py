"""The budget: what was reserved, what was spent, and that the cap holds whoever asks at once."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import ModelError
from panel.llm.budget import Budget


async def test_call_that_does_not_fit_stops_the_run() -> None:
    """From then on nothing is called, not even what would still fit; the panel is not left in pieces."""
    budget = Budget(cap_usd=1.0)
    (await budget.reserve(0.9)).settle(0.9)
    with pytest.raises(ModelError) as stop:
        await budget.reserve(0.2)
    assert stop.value.reason == "over-budget"
    assert not stop.value.retryable
    assert "--budget-usd" in stop.value.hint
    with pytest.raises(ModelError):
        await budget.reserve(0.01)
    assert budget.spent_usd == pytest.approx(0.9)


async def test_reservation_waits_for_money_that_may_come_back() -> None:
    """A call that fits once another has settled below its reservation is not refused."""
    budget = Budget(cap_usd=1.0)
    first = await budget.reserve(0.8)
    second = asyncio.create_task(budget.reserve(0.8))
    await asyncio.sleep(0)
    assert not second.done()
    first.settle(0.1)
    (await second).settle(0.1)
    assert budget.spent_usd == pytest.approx(0.2)
    assert budget.reserved_usd == 0


async def test_waiting_call_is_refused_once_it_cannot_fit() -> None:
    """When the others used what they had reserved, those who wait are told so."""
    budget = Budget(cap_usd=1.0)
    first = await budget.reserve(0.8)
    waiting = [asyncio.create_task(budget.reserve(0.8)) for _ in range(3)]
    await asyncio.sleep(0)
    first.settle(0.8)
    refused = await asyncio.gather(*waiting, return_exceptions=True)
    assert [getattr(error, "reason", None) for error in refused] == ["over-budget"] * 3


async def test_unknown_cost_counts_in_full() -> None:
    """What may have been billed is spent, and shown apart."""
    budget = Budget(cap_usd=1.0)
    (await budget.reserve(0.4)).settle(None)
    assert (budget.spent_usd, budget.unconfirmed_usd) == (0.4, 0.4)


@given(
    cap=st.floats(0.01, 5),
    calls=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40),
)
def test_cap_holds_for_any_calls_at_once(cap: float, calls: list[tuple[float, float]]) -> None:
    """However many ask together, spent and reserved stay under the cap, and nobody waits forever."""
    budget = Budget(cap_usd=cap)

    async def call(most: float, share: float) -> None:
        try:
            reservation = await budget.reserve(most)
        except ModelError:
            return
        assert budget.spent_usd + budget.reserved_usd <= cap + 1e-9
        await asyncio.sleep(0)
        reservation.settle(most * share)

    async def run() -> None:
        async with asyncio.timeout(5):
            await asyncio.gather(*(call(*amounts) for amounts in calls))

    asyncio.run(run())
    assert budget.spent_usd <= cap + 1e-9
    assert budget.reserved_usd == pytest.approx(0, abs=1e-9)
