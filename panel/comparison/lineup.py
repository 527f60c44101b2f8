"""The scorecards that are compared, and how sentences speak of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from panel.errors import InputError
from panel.text import identity_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.scorecard import Scorecard

FEWEST, MOST = 2, 5


@dataclass(frozen=True)
class Lineup:
    """The scorecards in the order asked for.

    Sentences that name several tools take them in the order of their slugs, so that they read the same
    whichever tool was named first.
    """

    cards: tuple[Scorecard, ...]

    @cached_property
    def titles(self) -> dict[str, str]:
        """Slug → what to call the tool: its name, with the slug where another one is called the same."""
        names = Counter(identity_of(card.tool.name) for card in self.cards)
        return {
            card.tool.slug: card.tool.name
            if names[identity_of(card.tool.name)] == 1
            else f"{card.tool.name} ({card.tool.slug})"
            for card in self.cards
        }

    @cached_property
    def sorted(self) -> tuple[Scorecard, ...]:
        """The cards in the order of their slugs."""
        return tuple(sorted(self.cards, key=lambda card: card.tool.slug))

    @property
    def two(self) -> bool:
        """Whether there are only two of them."""
        return len(self.cards) == 2

    def title(self, card: Scorecard) -> str:
        """What to call the tool of a card."""
        return self.titles[card.tool.slug]

    def others(self, card: Scorecard) -> tuple[Scorecard, ...]:
        """All cards but one, in the order of their slugs."""
        return tuple(other for other in self.sorted if other is not card)


def check_contenders(slugs: Sequence[str]) -> None:
    """Refuse what cannot be compared, before anything is reviewed.

    Args:
        slugs: the slugs of the tools.

    Raises:
        InputError: there are too few or too many of them, or one stands there twice.
    """
    if not FEWEST <= len(slugs) <= MOST:
        hint = "Name two to five tools, as files or by their slugs."
        given = "one tool was given" if len(slugs) == 1 else f"{len(slugs)} tools were given"
        raise InputError(f"a comparison takes {FEWEST} to {MOST} tools: {given}", hint)
    repeated = [slug for slug, count in Counter(slugs).items() if count > 1]
    if repeated:
        raise InputError(
            f"the same tool is named twice: {repeated[0]!r}",
            "Name each tool once; two tools whose names lead to one slug need a `slug` of their own.",
        )


def series(names: Sequence[str], conjunction: str = "and") -> str:
    """Join names as a sentence does; empty for none."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {conjunction} {names[-1]}"
