"""Two to five scorecards side by side: which tool to ship with, why, and what the panel does not know.

Derived from the scorecards alone by fixed rules: no model takes part, nothing is read or written. The
order of the cards decides the order of the columns and nothing else, so that comparing A with B mirrors
comparing B with A.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel import __version__
from panel.comparison import checks, reading
from panel.comparison.attributes import attribute_rows
from panel.comparison.choices import choices
from panel.comparison.lineup import Lineup, check_contenders
from panel.comparison.recommendation import recommend
from panel.comparison.seats import persona_rows, splits
from panel.comparison.values import Alternatives, Comparison, Contender

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.scorecard import Scorecard, State

__all__ = ["Comparison", "check_contenders", "compare"]

_WORST: tuple[State, ...] = ("no-quorum", "partial", "complete")


def compare(cards: Sequence[Scorecard]) -> Comparison:
    """Put two to five scorecards side by side.

    Args:
        cards: the scorecards, in the order their columns are to have; of different tools.

    Returns:
        The comparison. `compare([a, b])` and `compare([b, a])` say the same, with the columns exchanged.

    Raises:
        InputError: there are too few or too many cards, or two of the same tool.
    """
    check_contenders([card.tool.slug for card in cards])
    lineup = Lineup(tuple(cards))
    rows = persona_rows(lineup)
    return Comparison(
        state=min((card.state for card in cards), key=_WORST.index),
        tools=tuple(_contender(card, lineup) for card in cards),
        recommendation=recommend(lineup, rows),
        personas=rows,
        splits=splits(rows, lineup),
        attributes=attribute_rows(lineup),
        choices=choices(lineup),
        alternatives=tuple(_alternatives(card) for card in cards),
        limits=checks.limits(lineup),
        unknowns=checks.unknowns(lineup),
        checklists=checks.checklists(lineup),
        disclosure=tuple(dict.fromkeys(text for card in lineup.sorted for text in card.disclosure)),
        version=__version__,
    )


def _contender(card: Scorecard, lineup: Lineup) -> Contender:
    tool, made = card.tool, card.provenance
    shared = (
        *("headline", "state", "label", "ship_pct", "ships", "skips", "abstained", "failed"),
        *("seats", "quorum", "mean_score", "split"),
    )
    return Contender(
        **{field: getattr(card, field) for field in shared},
        **{
            field: getattr(tool, field) for field in ("slug", "name", "tagline", "category", "url", "pricing")
        },
        title=lineup.title(card),
        licence=tool.licence,
        best_for=reading.audience(card),
        reviewed_at=made.reviewed_at,
        revision=tool.revision,
        run=made.run,
        digest=tool.digest,
        engines=made.engines,
    )


def _alternatives(card: Scorecard) -> Alternatives:
    names, citations = reading.alternatives(card)
    return Alternatives(tool=card.tool.slug, names=names, citations=citations)
