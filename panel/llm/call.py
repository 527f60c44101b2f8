"""Who is asking, while a call is under way: the seat, who watches it, and until when.

It travels in a context variable, so that a reviewer sets it once around its questions and the `Model` port
stays as small as it is.
"""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REVIEW_S = 600.0
"""The longest a seat may take with all its questions, waits and retries, in seconds."""

CallState = Literal["waiting", "asking", "re-asking", "retry", "answered", "failed"]


@dataclass(frozen=True)
class CallEvent:
    """What a seat's call is doing, for a live board."""

    state: CallState
    detail: str = ""
    """For people, such as `retry 2/3 in 4 s`; holds nothing of prompt, answer or key."""
    seat: str = ""
    tokens: int = 0
    """Consumed so far by this question, retries included."""
    cost_usd: float | None = None
    """Likewise; None when the price is not known."""


@dataclass(frozen=True)
class Caller:
    """Who asks."""

    seat: str = ""
    on_event: Callable[[CallEvent], None] | None = None
    deadline: float | None = None
    """On the running loop's clock; None when only the call itself is bounded."""

    def report(
        self, state: CallState, detail: str = "", *, tokens: int = 0, cost_usd: float | None = None
    ) -> None:
        """Tell the watcher, if there is one."""
        if self.on_event:
            self.on_event(CallEvent(state, detail, self.seat, tokens, cost_usd))


_caller: ContextVar[Caller] = ContextVar("caller", default=Caller())  # noqa: B039 - frozen


def current_caller() -> Caller:
    """Return who asks, an unnamed caller outside `asking`."""
    return _caller.get()


@contextmanager
def asking(
    seat: str = "",
    on_event: Callable[[CallEvent], None] | None = None,
    timeout_s: float | None = REVIEW_S,
) -> Iterator[None]:
    """Name the caller of every model call made inside, and bound all of them together.

    Args:
        seat: the persona.
        on_event: told of every change of state, in the event loop; must not block or raise.
        timeout_s: seconds for everything inside; a call that exceeds them ends as a `ModelError`.
    """
    deadline = None if timeout_s is None else asyncio.get_running_loop().time() + timeout_s
    token = _caller.set(Caller(seat, on_event, deadline))
    try:
        yield
    finally:
        _caller.reset(token)
