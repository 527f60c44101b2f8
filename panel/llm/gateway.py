"""A model with everything around it that keeps a run honest: turn, budget, time limit, retries, trace.

It keeps the `Model` contract, so a reviewer sees one model and one question. Whatever an attempt consumed
is counted into what comes out, be it an answer or an error.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from panel.errors import ModelError, SettingsError
from panel.llm.call import Caller, current_caller
from panel.llm.limits import Limiter, Limits
from panel.llm.retry import RetryPolicy, retrying
from panel.prompting import estimate_input
from panel.value import digest
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from panel.llm.budget import Budget, Reservation
    from panel.llm.limits import Slot
    from panel.llm.prices import Price
    from panel.llm.trace import Trace
    from panel.prompt import Completion, Model, Prompt

CALL_S = 180.0
"""The longest a single attempt may take, in seconds."""
PUSH_BACK_S = 1.0
"""How long a provider that says "too many" is left alone when it names no time."""

_PUSHED_BACK = ("rate-limited", "overloaded")


@dataclass
class _Question:
    """One question over all its attempts."""

    prompt: Prompt
    caller: Caller
    ticket: int
    input_tokens: int
    """Estimated; 0 when nothing depends on it."""
    usage: Usage = field(default_factory=Usage)
    attempts: int = 0

    @property
    def most_tokens(self) -> int:
        return self.input_tokens + self.prompt.max_output_tokens

    def add(self, usage: Usage) -> None:
        self.usage = Usage(**{name: getattr(self.usage, name) + value for name, value in usage})


class Gateway:
    """A model as reviewers use it."""

    def __init__(
        self,
        model: Model,
        *,
        limiter: Limiter | None = None,
        budget: Budget | None = None,
        price: Price | None = None,
        allow_unpriced: bool = False,
        policy: RetryPolicy | None = None,
        call_timeout_s: float = CALL_S,
        trace: Trace | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Put a model behind its limits.

        Args:
            model: what answers.
            limiter: shared by every model of the same provider.
            budget: shared by the whole run; None when nothing is capped.
            price: what the model costs; None when nobody knows.
            allow_unpriced: let a model without a price run under a budget, uncounted.
            policy: how often and how long to try again.
            call_timeout_s: the longest a single attempt may take, in seconds.
            trace: where calls are recorded.
            sleep: waits between attempts; replaced in tests.
            clock: seconds that only grow; replaced in tests.

        Raises:
            SettingsError: there is a budget, but nobody knows what the model costs.
        """
        if budget and price is None and not allow_unpriced:
            raise unpriced_error(model.spec)
        self.spec = model.spec
        self.provider = model.provider
        self.price = price
        self._model = model
        self._limiter = limiter or Limiter(Limits())
        self._budget = budget
        self._policy = policy or RetryPolicy()
        self._call_timeout_s = call_timeout_s
        self._trace = trace
        self._sleep = sleep
        self._clock = clock

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer."""
        return self._model.parameters()

    def cost_usd(self, usage: Usage) -> float | None:
        """Return what a usage costs; None when the model's price is not known."""
        return self.price.cost(usage) if self.price else None

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask until there is an answer, within every limit.

        Raises:
            ModelError: there is none; its usage is that of all attempts together.
        """
        # An estimate reads the whole prompt, so it is made only where something depends on it.
        counted = bool(self._budget) or self._limiter.limits.tokens_per_minute is not None
        tokens = estimate_input(prompt) if counted else 0
        asked = _Question(prompt, current_caller(), self._limiter.ticket(), tokens)
        try:
            async with asyncio.timeout_at(asked.caller.deadline):
                completion = await self._ask_again(asked)
        except TimeoutError:
            failure = ModelError(
                f"the time for this review ran out after {asked.attempts} attempts",
                "Allow a longer time, or fewer calls in flight.",
                reason="timed-out",
            )
        except ModelError as error:
            failure = error
        else:
            self._report(asked, "answered")
            return completion.model_copy(update={"usage": asked.usage})
        failure.usage = asked.usage
        if failure.retryable and failure.retry_after_s:
            failure.hint = failure.hint or f"The provider asks to wait {failure.retry_after_s:,.0f} s first."
        self._report(asked, "failed", failure.reason)
        raise failure

    async def _ask_again(self, asked: _Question) -> Completion:
        def announce(retry: int, wait_s: float) -> None:
            detail = f"retry {retry}/{self._policy.attempts - 1} in {wait_s:.0f} s"
            self._report(asked, "retry", detail)

        return await retrying(
            self._policy,
            lambda: self._attempt(asked),
            on_wait=announce,
            sleep=self._sleep,
            clock=self._clock,
        )

    async def _attempt(self, asked: _Question) -> Completion:
        self._report(asked, "waiting")
        queued = self._clock()
        async with self._limiter.slot(asked.ticket, asked.most_tokens) as slot:
            reservation = await self._reserve(asked)
            asked.attempts += 1
            self._report(asked, "re-asking" if asked.prompt.correction else "asking")
            started = self._clock()
            outcome: Completion | ModelError | None = None
            try:
                outcome = await self._bounded(asked.prompt)
            finally:
                self._settle(asked, reservation, outcome)
                self._record(asked, outcome, queued_s=started - queued, latency_s=self._clock() - started)
            if isinstance(outcome, ModelError):
                _push_back(slot, outcome)
                raise outcome
            slot.succeeded(outcome.usage.input_tokens + outcome.usage.output_tokens)
            return outcome

    async def _bounded(self, prompt: Prompt) -> Completion | ModelError:
        """Ask once within the time for one attempt; a failure is returned, so that it can be counted."""
        try:
            async with asyncio.timeout(self._call_timeout_s):
                return await self._model.complete(prompt)
        except TimeoutError:
            return ModelError(
                f"{self.spec} gave no answer within {self._call_timeout_s:g} s",
                reason="timed-out",
                retryable=True,
            )
        except ModelError as error:
            return error

    async def _reserve(self, asked: _Question) -> Reservation | None:
        if self._budget is None or self.price is None:
            return None
        return await self._budget.reserve(self.price.most(asked.input_tokens, asked.prompt.max_output_tokens))

    def _settle(
        self, asked: _Question, reservation: Reservation | None, outcome: Completion | ModelError | None
    ) -> None:
        """Count an attempt; a cancelled one has no outcome and may be billed all the same."""
        usage = outcome.usage if outcome else None
        asked.add(usage or Usage(calls=1))
        if reservation:
            # An answer without any token was not reported, rather than free.
            unknown = usage is None or (not isinstance(outcome, ModelError) and not usage.input_tokens)
            reservation.settle(None if unknown or usage is None else self.cost_usd(usage))

    def _record(
        self, asked: _Question, outcome: Completion | ModelError | None, *, queued_s: float, latency_s: float
    ) -> None:
        if self._trace is None:
            return
        usage = (outcome.usage if outcome else None) or Usage(calls=1)
        self._trace.write(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "seat": asked.caller.seat,
                "spec": self.spec,
                "prompt": asked.prompt.digest,
                "prompt_characters": len(asked.prompt.instructions) + len(asked.prompt.data),
                "correcting": bool(asked.prompt.correction),
                "attempt": asked.attempts,
                **_traced(outcome),
                "usage": usage.model_dump(),
                "cost_usd": self.cost_usd(usage),
                "queued_s": round(queued_s, 4),
                "latency_s": round(latency_s, 4),
            }
        )

    def _report(self, asked: _Question, state: Any, detail: str = "") -> None:  # noqa: ANN401 - a CallState
        usage = asked.usage
        asked.caller.report(
            state, detail, tokens=usage.input_tokens + usage.output_tokens, cost_usd=self.cost_usd(usage)
        )


def _push_back(slot: Slot, error: ModelError) -> None:
    if error.reason in _PUSHED_BACK and error.retryable:
        slot.pushed_back(PUSH_BACK_S if error.retry_after_s is None else error.retry_after_s)


def _traced(outcome: Completion | ModelError | None) -> dict[str, Any]:
    if outcome is None:
        return {"outcome": "cancelled"}
    if isinstance(outcome, ModelError):
        return {
            "outcome": outcome.reason,
            "message": outcome.message,
            "status": outcome.status,
            "retryable": outcome.retryable,
            "retry_after_s": outcome.retry_after_s,
            "request_id": outcome.request_id,
        }
    return {
        "outcome": outcome.finish,
        "mode": outcome.mode,
        "request_id": outcome.request_id,
        "served_model": outcome.served_model,
        "answer": digest(outcome.text),
        "answer_characters": len(outcome.text),
    }


def unpriced_error(spec: str) -> SettingsError:
    """Make the error of a budget that nobody could keep, since a model has no known price."""
    return SettingsError(
        f"no price is known for {spec}, so its budget cannot be kept",
        "Leave the budget out, choose a model with a known price, or let it run uncounted: --allow-unpriced.",
    )
