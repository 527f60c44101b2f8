"""The only place where a call is tried again: what the error says, bounded in attempts and in time.

Waits follow the server where it names one, and otherwise double from one second with a little chance in
them, so that seats that failed together do not come back together.
"""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import tenacity

from panel.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how long a question is asked again."""

    attempts: int = 4
    """In all, the first included."""
    total_s: float = 120.0
    """From the first attempt to the start of the last one."""
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    """Of our own waits; a server's may be longer, as long as it fits into the total."""
    jitter: float = 0.25
    """Up to this share is added to every wait, a server's too."""


async def retrying(
    policy: RetryPolicy,
    attempt: Callable[[], Awaitable[ResultT]],
    *,
    on_wait: Callable[[int, float], None] = lambda _attempt, _wait: None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
    chance: Callable[[], float] = random.random,
) -> ResultT:
    """Run `attempt` until it succeeds, fails for good, or the policy's bounds are reached.

    Args:
        policy: the bounds.
        attempt: raises `ModelError` when it fails.
        on_wait: told the number of the coming retry, from 1, and the seconds until then.
        sleep: waits; replaced in tests.
        clock: seconds that only grow; replaced in tests.
        chance: a number from 0 to 1 for every wait; replaced in tests.

    Raises:
        ModelError: the last attempt's.
    """
    started = clock()
    failed: list[ModelError] = []
    try:
        # Most questions are answered at once, and what counts attempts is only made for the others.
        return await attempt()
    except ModelError as error:
        failed.append(error)

    async def once() -> ResultT:
        if failed:
            raise failed.pop()
        return await attempt()

    def wait(state: tenacity.RetryCallState) -> float:
        error = _error(state)
        hint = error.retry_after_s if error else None
        own = policy.first_wait_s * 2.0 ** (state.attempt_number - 1)
        base = min(own, policy.longest_wait_s) if hint is None else max(hint, 0.0)
        return base * (1.0 + policy.jitter * chance())

    def stop(state: tenacity.RetryCallState) -> bool:
        used = clock() - started + state.upcoming_sleep
        return state.attempt_number >= policy.attempts or used > policy.total_s

    def announce(state: tenacity.RetryCallState) -> None:
        on_wait(state.attempt_number, state.upcoming_sleep)

    controller = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception(lambda error: isinstance(error, ModelError) and error.retryable),
        wait=wait,
        stop=stop,
        before_sleep=announce,
        sleep=sleep,
        reraise=True,
    )
    return await controller(once)


def _error(state: tenacity.RetryCallState) -> ModelError | None:
    outcome = state.outcome
    error = outcome.exception() if outcome and outcome.failed else None
    return error if isinstance(error, ModelError) else None
