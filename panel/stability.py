"""How one persona answers the same question several times: counts, and the share of pairs that disagree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from panel.value import Value
from panel.verdict import Abstention, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.verdict import Outcome


class Stability(Value):
    """How one persona answered the same question several times."""

    samples: int = Field(ge=1)
    ships: int = 0
    skips: int = 0
    abstained: int = 0
    failed: int = 0
    flip_rate: float | None = None
    """Share of pairs of votes that disagree, 0–1; None with fewer than two votes."""


def flip_rate(ships: int, skips: int) -> float | None:
    """Return the share of pairs of votes that disagree: ships·skips / C(n, 2), from 0 to 1."""
    votes = ships + skips
    return None if votes < 2 else round(ships * skips / (votes * (votes - 1) / 2), 4)


def stability_of(outcomes: Sequence[Outcome]) -> Stability:
    """Count one persona's answers to the same question."""
    decisions = [o.decision for o in outcomes if isinstance(o, Verdict)]
    ships, skips = decisions.count("ship"), decisions.count("skip")
    failed = sum(isinstance(o, Abstention) and o.failed for o in outcomes)
    return Stability(
        samples=len(outcomes),
        ships=ships,
        skips=skips,
        abstained=len(outcomes) - len(decisions) - failed,
        failed=failed,
        flip_rate=flip_rate(ships, skips),
    )
