"""What a watcher may show while a panel works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.llm.call import CallEvent


@dataclass(frozen=True)
class Event:
    """A change of one seat's state."""

    persona: str
    state: str
    """`waiting`, `reading`, `asking`, `re-asking`, `retry 1/3 in 4 s`, then `ship`, `skip`, `abstained` or
    `failed`; `reused` when it already stood."""
    detail: str = ""
    tokens: int = 0
    """What the seat has consumed so far, retries included."""
    cost_usd: float | None = None
    """Likewise, in US dollars; None when it is not known, or nothing was called."""
    calls: int = 0
    """Model calls of an answer, once it is there."""


class Relay:
    """Passes a seat's model calls on as events, counted over all its questions."""

    def __init__(self, persona: str, watch: Callable[[Event], None]) -> None:
        self._persona = persona
        self._watch = watch
        self._tokens = 0
        self._cost: float | None = 0.0

    def __call__(self, call: CallEvent) -> None:
        """Take what became known of a call."""
        tokens = self._tokens + call.tokens
        cost = None if self._cost is None or call.cost_usd is None else self._cost + call.cost_usd
        if call.state in ("answered", "failed"):
            # The seat goes on: the answer is checked, and perhaps asked for once more.
            self._tokens, self._cost = tokens, cost
            return
        self._watch(Event(self._persona, call.detail or call.state, tokens=tokens, cost_usd=cost))
