"""Choose A if, choose B if: what sets each tool apart on its own words and on the panel's criteria.

A reason is given only for what the other tools do not share. What a submission leaves out never counts
against another tool; a missing licence is said to be missing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from panel.comparison.lineup import series
from panel.comparison.seats import same_standards
from panel.comparison.values import Choice, Reason
from panel.verdict import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.comparison.lineup import Lineup
    from panel.scorecard import Scorecard
    from panel.tool import PricingModel
    from panel.verdict import CriterionScore

AHEAD = 2
"""Levels of 4 by which a criterion must lead to be a reason."""
MOST_CRITERIA = 5
"""Criteria given as reasons for one tool, those that weigh most first."""

_OPEN_LICENCES = re.compile(
    r"^(?:apache-2\.0|mit(?:-0)?|bsd-[\w-]+|0bsd|isc|zlib|unlicense|cc0-1\.0|cc-by(?:-sa)?-4\.0|mpl-2\.0|epl-2\.0"
    r"|eupl-1\.2|bsl-1\.0|postgresql|(?:a|l)?gpl-[\d.]+(?:-only|-or-later)?)$",
    re.IGNORECASE,
)
_FREE_TO_START: tuple[PricingModel, ...] = ("free", "freemium", "open-source")
_OWN_MACHINES = re.compile(
    r"\b(?:on[- ]device|self[- ]host\w*|on[- ]prem\w*|local(?:ly)?|offline|edge|air[- ]gapped"
    r"|own\s+(?:servers?|hardware))\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\b(?:cloud|saas|managed|served\s+by)\b|(?<!self-)(?<!self )\bhosted\b", re.IGNORECASE
)
_DENIAL = re.compile(r"\b(?:no|not|without|never|neither)\b", re.IGNORECASE)


class _Lead(NamedTuple):
    """A criterion on which one tool is clearly ahead."""

    weight: int
    """The criterion's weight times the levels it leads by."""
    name: str
    reason: Reason


def choices(lineup: Lineup) -> tuple[Choice, ...]:
    """Say for each tool when to choose it."""
    return tuple(Choice(tool=card.tool.slug, reasons=tuple(_reasons(card, lineup))) for card in lineup.cards)


def strengths(card: Scorecard, lineup: Lineup) -> tuple[str, ...]:
    """Name the criteria on which a tool is clearly ahead of each other one, those that weigh most first."""
    return tuple(dict.fromkeys(lead.name for lead in _leads(card, lineup)))


def _reasons(card: Scorecard, lineup: Lineup) -> Iterator[Reason]:
    for reason in (_job, _deployment, _platforms, _licence, _price):
        found = reason(card, lineup)
        if found:
            yield found
    yield from (lead.reason for lead in _leads(card, lineup)[:MOST_CRITERIA])


def _job(card: Scorecard, lineup: Lineup) -> Reason | None:
    tagline = card.tool.tagline
    if not tagline or any(other.tool.tagline == tagline for other in lineup.others(card)):
        return None
    cited = (Citation(text=tagline, source="tagline"),)
    return Reason(basis="job", condition="your job is the one it describes", citations=cited)


def _deployment(card: Scorecard, lineup: Lineup) -> Reason | None:
    here = _where(card)
    there = [_where(other) for other in lineup.others(card)]
    others = [(other, other.tool.facts.get("deployment")) for other in lineup.others(card)]
    if here == {"own"} and all(where == {"elsewhere"} for where in there):
        condition = "it has to run on your own devices or servers"
    elif here == {"elsewhere"} and all(where == {"own"} for where in there):
        condition = "somebody else should run it for you"
    else:
        return None
    because = " ".join(f"{lineup.title(other)}: “{fact.value}”." for other, fact in others if fact)
    cited = (Citation(text=card.tool.facts["deployment"].value, source="facts.deployment"),)
    return Reason(basis="deployment", condition=condition, because=because, citations=cited)


def _where(card: Scorecard) -> set[str]:
    """Where a tool runs: `own` machines, `elsewhere`, both, or nothing that can be told."""
    fact = card.tool.facts.get("deployment")
    clauses = [c for c in re.split(r"[;,.]", fact.value if fact else "") if not _DENIAL.search(c)]
    places = (("own", _OWN_MACHINES), ("elsewhere", _ELSEWHERE))
    return {place for place, words in places if any(words.search(clause) for clause in clauses)}


def _platforms(card: Scorecard, lineup: Lineup) -> Reason | None:
    fact = card.tool.facts.get("platforms")
    others = [other.tool.facts.get("platforms") for other in lineup.others(card)]
    if fact is None or any(other is None or other.value == fact.value for other in others):
        return None
    cited = (Citation(text=fact.value, source="facts.platforms"),)
    return Reason(basis="platforms", condition="you build on what it supports", citations=cited)


def _licence(card: Scorecard, lineup: Lineup) -> Reason | None:
    others = lineup.others(card)
    if not _is_open(card) or any(_is_open(other) for other in others):
        return None
    stated = [(other, other.tool.licence) for other in others]
    because = " ".join(
        f"{lineup.title(other)}: {f'“{words}”' if words else 'no licence is stated'}."
        for other, words in stated
    )
    cited = (Citation(text=card.tool.licence, source="licence"),)
    return Reason(basis="licence", condition="you need an open licence", because=because, citations=cited)


def _is_open(card: Scorecard) -> bool:
    return bool(_OPEN_LICENCES.match(card.tool.licence.strip()))


def _price(card: Scorecard, lineup: Lineup) -> Reason | None:
    others = lineup.others(card)
    if card.tool.pricing.model not in _FREE_TO_START or any(o.tool.pricing.model != "paid" for o in others):
        return None
    because = " ".join(
        f"{lineup.title(other)}: paid{f', “{entry}”' if (entry := other.tool.pricing.entry) else ''}."
        for other in others
    )
    entry = card.tool.pricing.entry
    cited = (Citation(text=entry, source="pricing"),) if entry else ()
    return Reason(
        basis="price", condition="you want to start without paying", because=because, citations=cited
    )


def _leads(card: Scorecard, lineup: Lineup) -> list[_Lead]:
    return sorted(_found_leads(card, lineup), key=lambda lead: -lead.weight)


def _found_leads(card: Scorecard, lineup: Lineup) -> Iterator[_Lead]:
    for seat in card.roster:
        if not same_standards(lineup.cards, seat.persona):
            continue
        mine = _scores(card, seat.persona)
        theirs = [(other, _scores(other, seat.persona)) for other in lineup.others(card)]
        for criterion in seat.criteria:
            own = mine.get(criterion.id)
            against = [(other, scores[criterion.id]) for other, scores in theirs if criterion.id in scores]
            if own is None or len(against) < len(theirs):
                continue
            lead = min(own.score - score.score for _, score in against)
            if lead >= AHEAD:
                reason = _criterion(seat.name, criterion.name, own, against, lineup)
                yield _Lead(lead * criterion.weight, criterion.name, reason)


def _scores(card: Scorecard, persona: str) -> dict[str, CriterionScore]:
    return {score.id: score for v in card.verdicts if v.persona == persona for score in v.criteria}


def _criterion(
    persona: str,
    name: str,
    own: CriterionScore,
    against: list[tuple[Scorecard, CriterionScore]],
    lineup: Lineup,
) -> Reason:
    behind = series([f"{score.score} for {lineup.title(other)}" for other, score in against])
    weightiest = own.because.split(". ")[0].rstrip(".")
    return Reason(
        basis="criterion",
        condition=f"“{name}” matters most to you",
        because=f"{persona} gives it {own.score} of 4, against {behind}. {weightiest}.",
        citations=own.quotes,
    )
