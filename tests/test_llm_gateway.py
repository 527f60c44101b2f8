"""A model behind its gateway: every attempt counted, every bound kept, every state told."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from servers.faults import PRICE, Time
from servers.wires import make_prompt

from panel.errors import ModelError, OutputError, SettingsError
from panel.llm.budget import Budget
from panel.llm.call import CallEvent, asking
from panel.llm.gateway import Gateway
from panel.llm.limits import Limiter, Limits
from panel.llm.retry import RetryPolicy, retrying
from panel.llm.trace import Trace
from panel.prompt import Completion
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.prompt import Prompt

FULL = Path("/dev/full")
USED = Usage(calls=1, input_tokens=100, cached_tokens=20, output_tokens=10)
GOOD = Completion(text="{}", usage=USED, served_model="tiny-1", request_id="req-1")


def limited(retry_after_s: float | None = None, usage: Usage | None = None) -> ModelError:
    """A refusal that may pass."""
    return ModelError(
        "too many",
        reason="rate-limited",
        retryable=True,
        retry_after_s=retry_after_s,
        usage=usage,
        status=429,
    )


class Scripted:
    """A model that plays a list of answers, the last one for ever."""

    spec = "openai:tiny"
    provider = "openai"

    def __init__(self, *answers: Completion | ModelError | float) -> None:
        self.answers = list(answers)
        self.calls = 0

    def parameters(self) -> dict[str, Any]:
        """Nothing shapes the answer."""
        return {}

    async def complete(self, prompt: Prompt) -> Completion:
        """Play the next answer; a number is a time to take before the following one."""
        del prompt
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return GOOD
        if isinstance(answer, ModelError):
            raise answer
        return answer


def gateway(model: Scripted, **changes: Any) -> tuple[Gateway, Time]:  # noqa: ANN401 - arguments of the gateway
    """A gateway on a clock that only sleeping moves."""
    time = Time()
    common: dict[str, Any] = {"sleep": time.sleep, "clock": time, "limiter": Limiter(Limits(), clock=time)}
    return Gateway(model, **{**common, **changes}), time


async def test_usage_of_failed_attempts_is_in_the_answer() -> None:
    """Two attempts that cost tokens and one that answered: the answer tells all three."""
    behind, _ = gateway(Scripted(limited(usage=USED), limited(usage=Usage(calls=2)), GOOD))
    completion = await behind.complete(make_prompt())
    assert completion.usage == Usage(calls=4, input_tokens=200, cached_tokens=40, output_tokens=20)


async def test_usage_of_failed_attempts_is_in_the_error() -> None:
    """When every attempt fails, the error tells what all of them consumed."""
    behind, _ = gateway(Scripted(limited(usage=USED)))
    with pytest.raises(ModelError) as failure:
        await behind.complete(make_prompt())
    assert failure.value.usage == Usage(calls=4, input_tokens=400, cached_tokens=80, output_tokens=40)


async def test_final_error_is_not_tried_again() -> None:
    """What trying again cannot help is asked once."""
    model = Scripted(ModelError("no credit", reason="out-of-credit"))
    behind, time = gateway(model)
    with pytest.raises(ModelError):
        await behind.complete(make_prompt())
    assert (model.calls, time.slept) == (1, [])


async def test_waits_grow_follow_the_server_and_are_bounded() -> None:
    """One second, two, four; the server's number where it names one; no wait that ends beyond the total."""

    async def waits(policy: RetryPolicy, *answers: Completion | ModelError) -> list[float]:
        time, script = Time(), Scripted(*answers)
        with pytest.raises(ModelError):
            await retrying(
                policy,
                lambda: script.complete(make_prompt()),
                sleep=time.sleep,
                clock=time,
                chance=lambda: 0.0,
            )
        return time.slept

    assert await waits(RetryPolicy(), limited()) == [1.0, 2.0, 4.0]
    assert await waits(RetryPolicy(attempts=8, total_s=1e4), limited()) == [1, 2, 4, 8, 16, 30, 30]
    assert await waits(RetryPolicy(), limited(20.0), limited(), limited()) == [20.0, 2.0, 4.0]
    assert await waits(RetryPolicy(total_s=30.0), limited(20.0)) == [20.0]
    assert await waits(RetryPolicy(total_s=30.0), limited(31.0)) == []


async def test_slow_attempt_is_cut_and_tried_again() -> None:
    """A call beyond its time is given up; the whole reservation stays spent, because it may be billed."""
    budget = Budget(cap_usd=1.0)
    behind, _ = gateway(Scripted(5.0, GOOD), call_timeout_s=0.02, budget=budget, price=PRICE)
    completion = await behind.complete(make_prompt())
    assert completion.usage.calls == 2
    assert budget.unconfirmed_usd > 0
    assert budget.spent_usd == pytest.approx(budget.unconfirmed_usd + PRICE.cost(USED))


async def test_review_that_takes_too_long_ends_with_what_it_consumed() -> None:
    """The deadline of the caller bounds waits and attempts together, and no usage is lost."""
    broken = ModelError("it broke", reason="unreachable", retryable=True, usage=USED)
    behind, _ = gateway(Scripted(broken, 5.0), policy=RetryPolicy(first_wait_s=0.01))
    with asking("dx", timeout_s=0.15), pytest.raises(ModelError) as failure:
        await behind.complete(make_prompt())
    assert failure.value.reason == "timed-out"
    assert not failure.value.retryable
    assert failure.value.usage == USED.model_copy(update={"calls": 2})


async def test_cancelled_call_frees_its_slot_and_keeps_its_reservation() -> None:
    """Ctrl-C leaves nothing hanging, and what may be billed counts as spent."""
    budget, limiter = Budget(cap_usd=1.0), Limiter(Limits(concurrency=1))
    behind, _ = gateway(Scripted(5.0), budget=budget, price=PRICE, limiter=limiter)
    task = asyncio.create_task(behind.complete(make_prompt()))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert limiter.in_flight == 0
    assert budget.reserved_usd == 0
    assert budget.unconfirmed_usd == budget.spent_usd > 0


async def test_states_are_told_to_whoever_watches() -> None:
    """The board sees the seat wait, ask, wait for a retry with its number, and be answered."""
    seen: list[CallEvent] = []
    behind, _ = gateway(Scripted(limited(4.0, USED), GOOD), price=PRICE)
    with asking("dx", seen.append):
        await behind.complete(make_prompt())
    assert [event.state for event in seen] == ["waiting", "asking", "retry", "waiting", "asking", "answered"]
    assert {event.seat for event in seen} == {"dx"}
    assert seen[2].detail.startswith("retry 1/3 in ")
    assert seen[2].tokens == 110
    assert seen[-1].tokens == 220
    assert seen[-1].cost_usd == pytest.approx(2 * PRICE.cost(USED))


async def test_seats_do_not_hear_of_one_another() -> None:
    """Two seats that share a model are told of their own calls only."""
    behind, _ = gateway(Scripted(GOOD))
    heard: dict[str, list[str]] = {"dx": [], "business": []}

    async def seat(name: str) -> None:
        with asking(name, lambda event: heard[name].append(event.seat)):
            await behind.complete(make_prompt())

    await asyncio.gather(*map(seat, heard))
    assert {name: set(seats) for name, seats in heard.items()} == {"dx": {"dx"}, "business": {"business"}}


async def test_budget_stops_a_run_cleanly() -> None:
    """A hundred calls under a cap for a few: those are answered and paid, the others name the budget."""
    most = PRICE.most(1000, 2000)
    budget = Budget(cap_usd=3 * most)
    model = Scripted(GOOD.model_copy(update={"usage": Usage(calls=1, input_tokens=1000, output_tokens=2000)}))
    behind, _ = gateway(model, budget=budget, price=PRICE)
    results = await asyncio.gather(
        *(behind.complete(make_prompt()) for _ in range(100)), return_exceptions=True
    )
    answered = [result for result in results if isinstance(result, Completion)]
    refused = [result for result in results if isinstance(result, ModelError)]
    assert len(answered) + len(refused) == 100
    assert 1 <= len(answered) == model.calls <= 4
    assert {error.reason for error in refused} == {"over-budget"}
    assert budget.spent_usd <= budget.cap_usd
    assert all(error.usage == Usage() for error in refused)


def test_unpriced_model_under_a_budget_is_refused_unless_allowed() -> None:
    """A cap that cannot be kept is not promised."""
    with pytest.raises(SettingsError, match="no price is known for openai:tiny"):
        gateway(Scripted(GOOD), budget=Budget(cap_usd=1.0))
    gateway(Scripted(GOOD), budget=Budget(cap_usd=1.0), allow_unpriced=True)


async def test_refusals_of_one_seat_slow_the_others() -> None:
    """A refusal reaches the limiter that all seats share."""
    time = Time()
    limiter = Limiter(Limits(concurrency=8), clock=time)
    behind, _ = gateway(Scripted(limited(3.0), GOOD), limiter=limiter, sleep=time.sleep, clock=time)
    await behind.complete(make_prompt())
    assert 4.0 < limiter.width < 5.0


async def test_trace_has_a_line_a_call_and_no_text(tmp_path: Path) -> None:
    """Who, when, how much and what came of it; neither prompt nor answer, and nothing forges a line."""
    file = tmp_path / "trace.jsonl"
    forged = ModelError(
        'too many\n{"schema":"forged"}\u2028', reason="overloaded", retryable=True, usage=USED
    )
    answer = GOOD.model_copy(update={"text": "canary-answer"})
    trace = Trace(file)
    behind, _ = gateway(Scripted(forged, answer), trace=trace, price=PRICE)
    with asking("dx"):
        await behind.complete(make_prompt(instructions="canary-instructions", data="canary-data"))
    trace.close()
    trace.close()
    written = file.read_bytes()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"canary" not in written
    assert written.isascii()
    first, second = map(json.loads, written.splitlines())
    assert (first["outcome"], first["attempt"], first["seat"]) == ("overloaded", 1, "dx")
    assert (second["outcome"], second["attempt"], second["served_model"]) == ("complete", 2, "tiny-1")
    assert second["usage"]["input_tokens"] == 100
    assert second["cost_usd"] == pytest.approx(PRICE.cost(USED))
    assert second["prompt"] == first["prompt"]


async def test_trace_of_a_cancelled_call_is_written(tmp_path: Path) -> None:
    """A call that was given up stands in the trace too."""
    trace = Trace(tmp_path / "trace.jsonl")
    behind, _ = gateway(Scripted(5.0), trace=trace)
    task = asyncio.create_task(behind.complete(make_prompt()))
    await asyncio.sleep(0.01)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    trace.close()
    assert json.loads((tmp_path / "trace.jsonl").read_text())["outcome"] == "cancelled"


def test_trace_that_cannot_be_written_is_found_at_once(tmp_path: Path) -> None:
    """The run does not begin."""
    with pytest.raises(OutputError, match="cannot be written"):
        Trace(tmp_path / "nowhere" / "trace.jsonl")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
async def test_full_disk_costs_no_answer() -> None:
    """A trace that cannot be written on does not take a paid answer with it, and is reported at the end."""
    trace = Trace(FULL)
    behind, _ = gateway(Scripted(GOOD), trace=trace)
    assert (await behind.complete(make_prompt())).text == GOOD.text
    with pytest.raises(OutputError, match="not whole"):
        trace.close()


@pytest.mark.parametrize(
    ("spec_of", "known"), [(lambda: "openai:gpt-6-luna", True), (lambda: "openai:gpt-nonsense", False)]
)
def test_prices_come_from_the_offline_table(spec_of: Callable[[], str], known: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A listed model has a price; another one has none, rather than a guess."""
    from panel.llm.prices import price_of  # noqa: PLC0415 - the table is large
    from panel.llm.spec import parse_spec  # noqa: PLC0415 - with it

    price = price_of(parse_spec(spec_of()))
    assert (price is not None) == known
    if price:
        assert price.cost(
            Usage(input_tokens=2_000_000, cached_tokens=1_000_000, output_tokens=1_000_000)
        ) == (pytest.approx(price.input + price.cached + price.output))
        assert 0 < price.cached < price.input <= price.cache_write < price.output
