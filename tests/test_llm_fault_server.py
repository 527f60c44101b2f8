"""The adapters and their SDKs over real sockets, against a server that is wrong on purpose."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from servers.fault_server import FaultServer, serve
from servers.faults import PRICE, Time
from servers.wires import ANTHROPIC, COMPAT, INPUT, OPENAI, TEXT, WIRES, Wire, make_prompt

from panel.errors import ModelError
from panel.llm.budget import Budget
from panel.llm.clients import close_clients
from panel.llm.compat import forget_forms
from panel.llm.gateway import Gateway
from panel.llm.limits import Limiter, Limits
from panel.llm.making import make_model

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from panel.prompt import Completion

OUTCOMES = {
    "well": ("complete", 0),
    "long": ("complete", 0),
    "storm": ("complete", 2),
    "skewed": ("complete", 1),
    "drip": ("timed-out", 3),
    "reset": ("unreachable", 3),
    "hang-up": ("unreachable", 3),
    "broken": ("unreadable", 3),
    "page": ("unreadable", 0),
    "twice": ("unreadable", 0),
    "endless": ("unreadable", 0),
}


@pytest.fixture
async def server() -> AsyncIterator[FaultServer]:
    """The fault server, and no client left open after it."""
    async with serve() as running:
        yield running
        await close_clients()


def behind(
    wire: Wire,
    server: FaultServer,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
    **changes: Any,  # noqa: ANN401 - arguments of the gateway
) -> Gateway:
    """A gateway to the server's fault, spoken to as one provider is."""
    forget_forms()
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "sk-test-0123456789")
    url = server.url(fault)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/v1")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
    spec = f"compat:tiny@{url}/v1" if wire is COMPAT else wire.spec
    return Gateway(make_model(spec), **changes)


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.provider)
@pytest.mark.parametrize("fault", OUTCOMES)
async def test_fault_over_a_real_connection(
    fault: str, wire: Wire, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the table says of a fault in memory holds over the network, waits included."""
    time, budget = Time(), Budget(cap_usd=10.0)
    gateway = behind(
        wire,
        server,
        fault,
        monkeypatch,
        limiter=Limiter(Limits(), clock=time),
        budget=budget,
        price=PRICE,
        sleep=time.sleep,
        clock=time,
        call_timeout_s=0.15 if fault == "drip" else 20.0,
    )
    outcome: str
    answer: Completion | ModelError
    try:
        answer = await gateway.complete(make_prompt())
        outcome = answer.finish
    except ModelError as error:
        answer, outcome = error, error.reason
    assert (outcome, len(time.slept)) == OUTCOMES[fault], answer
    assert len(server.asked) == len(time.slept) + 1
    assert answer.usage
    assert answer.usage.input_tokens == (INPUT if outcome == "complete" else 0)
    assert (budget.unconfirmed_usd > 0) == (outcome != "complete")
    if fault == "skewed":
        assert 9.0 <= time.slept[0] < 12.0


@pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC, COMPAT], ids=lambda wire: wire.provider)
async def test_panel_asks_side_by_side(
    wire: Wire, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Eight questions at once take about as long as one, over one client."""
    gateway = behind(wire, server, "well", monkeypatch)
    await gateway.complete(make_prompt())
    loop = asyncio.get_running_loop()
    started = loop.time()
    answers = await asyncio.gather(*(gateway.complete(make_prompt()) for _ in range(8)))
    assert {answer.text for answer in answers} == {TEXT}
    assert loop.time() - started < 0.3


async def test_nobody_listens(monkeypatch: pytest.MonkeyPatch, server: FaultServer) -> None:
    """A server that does not run is named, with the next step, and costs nothing."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-0123456789")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    del server
    with pytest.raises(ModelError) as failure:
        await make_model(OPENAI.spec).complete(make_prompt())
    assert failure.value.reason == "unreachable"
    assert failure.value.retryable
    assert "base URL" in failure.value.hint
    assert failure.value.usage
    assert failure.value.usage.input_tokens == 0
