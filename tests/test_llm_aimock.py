"""The adapters against a double of the providers that this project did not write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from servers import aimock
from servers.faults import PRICE, Time
from servers.wires import WIRES, Wire, make_prompt

from panel.errors import ModelError
from panel.llm.budget import Budget
from panel.llm.clients import close_clients
from panel.llm.gateway import Gateway
from panel.llm.limits import Limiter, Limits
from panel.llm.making import make_model

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.prompt import Completion

OUTCOMES = {
    "well": ("complete", 0),
    "limited": ("complete", 1),
    "flaky": ("complete", 1),
    "cut": ("truncated", 0),
    "503": ("overloaded", 3),
    "529": ("overloaded", 3),
    "dropped": ("unreachable", 3),
    "gone": ("unreachable", 3),
    "garbled": ("unreadable", 3),
    "401": ("unauthorised", 0),
    "unheard of": ("unreachable", 0),
}


@pytest.fixture(params=WIRES, ids=lambda wire: wire.provider, scope="module")
def wire(request: pytest.FixtureRequest) -> Wire:
    """One provider after another."""
    chosen: Wire = request.param
    return chosen


@pytest.fixture(scope="module")
def address(wire: Wire) -> Iterator[str]:
    """The double, started anew for every provider, because it counts how often it was asked."""
    del wire
    if lacking := aimock.missing():
        pytest.skip(lacking)
    with aimock.run() as where:
        yield where


@pytest.mark.parametrize("case", OUTCOMES)
async def test_foreign_double_is_understood(
    case: str, wire: Wire, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers, refusals, cuts and broken connections of a foreign hand end as our own do."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "sk-test-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", address)
    time, budget = Time(), Budget(cap_usd=1.0)
    gateway = Gateway(
        make_model(f"compat:tiny@{address}/v1" if wire.provider == "compat" else wire.spec),
        limiter=Limiter(Limits(), clock=time),
        budget=budget,
        price=PRICE,
        sleep=time.sleep,
        clock=time,
    )
    outcome: str
    answer: Completion | ModelError
    try:
        answer = await gateway.complete(make_prompt(data=f"case-{case}"))
        outcome = answer.finish
    except ModelError as error:
        answer, outcome = error, error.reason
    finally:
        await close_clients()
    assert (outcome, len(time.slept)) == OUTCOMES[case], answer
    if case == "well":
        assert answer.usage
        assert (answer.usage.input_tokens, answer.usage.output_tokens) == (1000, 20)
        assert budget.spent_usd == pytest.approx(PRICE.cost(answer.usage))
    if case == "limited":
        assert time.slept[0] >= 2.0


def test_lock_names_no_address() -> None:
    """What is installed is pinned by version and hash; where from is the reader's choice."""
    lock = json.loads(aimock.LOCK.read_text(encoding="utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert all(package["integrity"].startswith("sha512-") for package in packages)
    assert not any("resolved" in package for package in packages)
    assert "://" not in aimock.LOCK.read_text(encoding="utf-8")
