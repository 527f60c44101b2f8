"""Which tool to ship with, why, and what the panel does not know.

The tool with the better label wins, and between equal labels the one that more personas prefer; a tie, a
label and personas that disagree, a panel without quorum or reviews by different standards leave no
clear winner. A tool that the panel skips is never recommended.
"""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import TYPE_CHECKING

from panel.comparison import reading
from panel.comparison.attributes import name_of, unstated
from panel.comparison.choices import strengths
from panel.comparison.lineup import series
from panel.comparison.values import Recommendation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.comparison.lineup import Lineup
    from panel.comparison.values import PersonaRow, Rivalry
    from panel.scorecard import Label, Scorecard

_RANKS: dict[Label | None, int] = {"Ship": 2, "Mixed": 1, "Skip": 0, None: -1}

MOST_STRENGTHS = 3
"""Criteria named for each tool in the answer's reasons."""


def recommend(lineup: Lineup, rows: Sequence[PersonaRow]) -> Recommendation:
    """Say which tool to ship with, or why there is no clear winner."""
    rivals = rivalry(lineup)
    wins = Counter(row.winner for row in rows if row.winner)
    winner, obstacle = _winner(lineup, rows, wins)
    answer = _answer(lineup, winner, rivals)
    shippable = any(_RANKS[card.label] > 0 for card in lineup.cards)
    return Recommendation(
        outcome="winner" if winner else "no-clear-winner" if shippable else "neither",
        tool=winner.tool.slug if winner else None,
        answer=answer,
        why=" ".join(
            filter(None, (obstacle, _labels(lineup), _preferences(lineup, rows), _strengths(lineup)))
        ),
        rivals=rivals,
        caveats=tuple(_caveats(lineup, rivals)),
    )


def rivalry(lineup: Lineup) -> Rivalry:
    """Tell whether the submissions show the tools to be alternatives of each other.

    Two tools are when one submission names the other tool, or when both name the same alternative.
    """
    named = {c.tool.slug: {n.casefold() for n in reading.alternatives(c)[0]} for c in lineup.cards}
    pairs = {
        frozenset((a.tool.slug, b.tool.slug))
        for a, b in combinations(lineup.cards, 2)
        if named[a.tool.slug] & named[b.tool.slug]
        or reading.mentions(a.tool, b.tool.name)
        or reading.mentions(b.tool, a.tool.name)
    }
    if all(any(card.tool.slug in pair for pair in pairs) for card in lineup.cards):
        return "yes"
    return "no" if not pairs and all(named.values()) else "unknown"


def _winner(lineup: Lineup, rows: Sequence[PersonaRow], wins: Counter[str]) -> tuple[Scorecard | None, str]:
    """Find the winner; without one, the sentence that says why there is none."""
    if not any(_RANKS[card.label] > 0 for card in lineup.cards):
        return None, ""
    mute = [lineup.title(card) for card in lineup.sorted if card.label is None]
    if mute:
        return None, f"The panel has no verdict on {series(mute)}."
    if any(row.basis == "not-comparable" for row in rows):
        return (
            None,
            "The tools were reviewed by different standards or reviewers: review them anew, together.",
        )
    ranks = {card.tool.slug: (_RANKS[card.label], wins[card.tool.slug]) for card in lineup.sorted}
    best = max(ranks.values())
    leaders = [card for card in lineup.sorted if ranks[card.tool.slug] == best]
    if len(leaders) > 1:
        return None, f"Neither label nor personas set {series([lineup.title(c) for c in leaders])} apart."
    preferred = [card for card in lineup.sorted if wins[card.tool.slug] > best[1]]
    if preferred:
        names = series([lineup.title(card) for card in preferred])
        return (
            None,
            f"The panel's label favours {lineup.title(leaders[0])}, but more personas prefer {names}.",
        )
    return leaders[0], ""


def _answer(lineup: Lineup, winner: Scorecard | None, rivals: Rivalry) -> str:
    if winner is None:
        shippable = any(_RANKS[card.label] > 0 for card in lineup.cards)
        if shippable:
            return "There is no clear winner: choose by the conditions below."
        skipped = all(card.label == "Skip" for card in lineup.cards)
        why = "the panel skips" if skipped else "the panel would not ship"
        return f"Neither: {why} both." if lineup.two else f"None of them: {why} every one."
    name = lineup.title(winner)
    if winner.label == "Mixed":
        return (
            f"Rather {name} than {'the other' if lineup.two else 'the others'}, though its panel is divided."
        )
    if rivals == "no":
        return f"If {'either' if lineup.two else 'any of them'} would do your job, ship with {name}."
    return f"Ship with {name}."


def _labels(lineup: Lineup) -> str:
    """Say what the panel made of each tool."""
    said = [
        f"{lineup.title(card)}: {card.label or 'no verdict'} ({card.ships} ship, {card.skips} skip"
        + "".join(
            f", {n} {word}" for n, word in ((card.abstained, "abstained"), (card.failed, "failed")) if n
        )
        + ")."
        for card in lineup.sorted
    ]
    return " ".join(said)


def _preferences(lineup: Lineup, rows: Sequence[PersonaRow]) -> str:
    """Say which personas prefer which tool."""
    said = []
    for card in lineup.sorted:
        names = [row.name for row in rows if row.winner == card.tool.slug]
        if names:
            said.append(f"{series(names)} {'prefers' if len(names) == 1 else 'prefer'} {lineup.title(card)}")
    undecided = [row.name for row in rows if row.winner is None]
    if undecided:
        verb = "sees" if len(undecided) == 1 else "see"
        said.append(f"{series(undecided)} {verb} no clear winner")
    return f"{'; '.join(said)}."


def _strengths(lineup: Lineup) -> str:
    """Say on which criteria each tool is furthest ahead."""
    said = []
    for card in lineup.sorted:
        names = [f"“{name}”" for name in strengths(card, lineup)[:MOST_STRENGTHS]]
        if names:
            said.append(f"{lineup.title(card)} is furthest ahead on {series(names)}.")
    return " ".join(said)


def _caveats(lineup: Lineup, rivals: Rivalry) -> Iterator[str]:
    """Say what stands between the answer and a decision, the weightiest first."""
    for card in lineup.sorted:
        if card.state != "complete" or card.abstained:
            yield f"{lineup.title(card)}: {card.headline}."
    if rivals == "no":
        pair = "neither submission names the other" if lineup.two else "no submission names another of them"
        yield (
            f"They may not be substitutes: {pair}, and they name no alternative in common. "
            f"Check first that {'both' if lineup.two else 'each'} would do your job."
        )
    if rivals == "unknown":
        yield "The submissions do not say whether these tools do the same job."
    for card in lineup.sorted:
        for finding in card.findings:
            if finding.rule == "suspected-injection" or finding.rule.startswith("contradict"):
                yield f"{lineup.title(card)}: {finding.detail or finding.rule}"
    yield from _unstated(lineup)
    proven = [c for c in lineup.sorted if any(item.kind == "independent" for item in c.tool.evidence)]
    if not proven:
        yield f"No independent evidence is attached to {'either' if lineup.two else 'any'} submission."


def _unstated(lineup: Lineup) -> Iterator[str]:
    missing = {card.tool.slug: unstated(card) for card in lineup.sorted}
    first, *rest = missing.values()
    shared = [key for key in first if all(key in keys for keys in rest)]
    said = [
        f"{lineup.titles[slug]} states no {series([_noun(k) for k in keys if k not in shared], 'or')}"
        for slug, keys in missing.items()
        if any(key not in shared for key in keys)
    ]
    if shared:
        who = "neither submission states" if lineup.two else "no submission states"
        said.append(f"{who} {series([_noun(key) for key in shared], 'or')}")
    if said:
        text = "; ".join(said)
        yield f"{text[0].upper()}{text[1:]}."


def _noun(key: str) -> str:
    return name_of(key).lower()
