"""Find a persona's signals in statements, and weigh what their sentences deny or only claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.reviewers.rubric.phrases import PhraseTree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from panel.persona import Criterion, Persona, Signal
    from panel.reviewers.rubric.statements import Statement

PROSE = ("text", "facts", "evidence")
"""Where a signal looks that names no sources; price and licence have to be asked for."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A signal found in a statement."""

    criterion: Criterion
    signal: Signal
    statement: Statement
    start: int
    end: int
    points: float
    denied: bool
    hedged: bool

    @property
    def reading(self) -> str:
        """What the persona makes of it."""
        return self.signal.negated_reading if self.denied else self.signal.reading


class Lexicon:
    """A persona's signals, ready to be looked for."""

    def __init__(self, persona: Persona) -> None:
        signals = [(criterion, signal) for criterion in persona.criteria for signal in criterion.signals]
        self._finds = PhraseTree((text, pair) for pair in signals for text in pair[1].finds)
        self._unless = PhraseTree((text, signal.id) for _, signal in signals for text in signal.unless)

    def hits(self, statements: Iterable[Statement]) -> list[Hit]:
        """Return every place where a signal speaks, in reading order."""
        return [hit for statement in statements for hit in self._hits_in(statement)]

    def _hits_in(self, statement: Statement) -> Iterator[Hit]:
        cancelled: set[str] | None = None
        for (criterion, signal), start, end in self._finds.find(statement.words):
            if not statement.scopes.intersection(signal.only_in or PROSE):
                continue
            if signal.unless:
                if cancelled is None:
                    cancelled = {name for name, _, _ in self._unless.find(statement.words)}
                if signal.id in cancelled:
                    continue
            hit = _judge(criterion, signal, statement, start, end)
            if hit is not None:
                yield hit


def _judge(criterion: Criterion, signal: Signal, statement: Statement, start: int, end: int) -> Hit | None:
    """Weigh a match by what its sentence denies or only claims; None when that leaves nothing.

    "No API key" denies a key and not an API; what an interested party says never counts in favour.
    """
    denied = statement.denies(start, end)
    if denied and statement.goes_on(end):
        return None
    points: float = signal.negated if denied else signal.points
    if not points or (points > 0 and statement.interested):
        return None
    hedged = statement.hedges(start, end)
    if hedged:
        points /= 2
    return Hit(criterion, signal, statement, start, end, points, denied, hedged)
