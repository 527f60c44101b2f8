"""What a watcher may show while a panel works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.llm.call import CallEvent
    from panel.verdict import Outcome


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


def state_of(outcome: Outcome) -> str:
    """Name what an answer is, as an event does."""
    if isinstance(outcome, Verdict):
        return outcome.decision
    return "failed" if outcome.failed else "abstained"


def ending(outcome: Outcome, own: Verdict | None = None) -> Event:
    """Tell how a seat ended.

    Args:
        outcome: the answer.
        own: the seat's vote, which stands, when the answer was given after reading the others.
    """
    made = outcome.provenance
    tokens = made.usage.input_tokens + made.usage.output_tokens
    if own:
        detail = f"then {state_of(outcome)}, after reading the others"
    else:
        detail = f"{outcome.score:.1f}" if isinstance(outcome, Verdict) else outcome.reason
    state = state_of(own or outcome)
    return Event(outcome.persona, state, detail, tokens, made.cost_usd, made.usage.calls)


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
