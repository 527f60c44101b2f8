"""What the panel does not know, where a tool stops, and what to test before committing to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from panel.comparison import reading
from panel.comparison.attributes import name_of, unstated
from panel.comparison.lineup import series
from panel.comparison.values import Check, Checklist, Limit, Limits, MissingFacts, Unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.comparison.lineup import Lineup
    from panel.scorecard import Scorecard
    from panel.verdict import Citation, Outcome

LOW = 1
"""The highest score of 4 at which a criterion's cited words count as a limit."""
MOST = 6
"""Limits, and claims, given for one tool."""
_CLAIMED = "claimed rather than shown"
"""How a criterion's reason says that what it rests on was not shown."""
_FIGURE = re.compile(r"(\d[\d.,–-]*)\s*(ms|milliseconds?|s|seconds?|[MG]i?B)\b", re.IGNORECASE)


def limits(lineup: Lineup) -> tuple[Limits, ...]:
    """List for each tool what it does not do, or does badly, on the submission's own words."""
    return tuple(Limits(tool=card.tool.slug, limits=tuple(_limits(card))[:MOST]) for card in lineup.cards)


def unknowns(lineup: Lineup) -> tuple[Unknowns, ...]:
    """List for each tool what the panel looked for and did not find."""
    return tuple(
        Unknowns(
            tool=card.tool.slug,
            attributes=tuple(name_of(key) for key in unstated(card)),
            missing=tuple(_missing(card)),
        )
        for card in lineup.cards
    )


def checklists(lineup: Lineup) -> tuple[Checklist, ...]:
    """List for each tool what to test or ask before committing to it."""
    return tuple(Checklist(tool=card.tool.slug, checks=tuple(_checks(card, lineup))) for card in lineup.cards)


def _limits(card: Scorecard) -> Iterator[Limit]:
    """Give the stated limits, with a persona's reading where it rests on them, then what scored low."""
    names = {seat.persona: seat.name for seat in card.roster}
    low = [(v.persona, s) for v in card.verdicts for s in v.criteria if s.score <= LOW]
    stated = reading.stated_limits(card.tool)
    for citation in stated:
        reader = next(((p, s.because) for p, s in low if any(_within(q, citation) for q in s.quotes)), None)
        persona, because = reader or (None, "")
        yield Limit(because=because, persona=persona and names.get(persona), citations=(citation,))
    for persona, score in low:
        quotes = tuple(q for q in score.quotes if not any(_within(q, citation) for citation in stated))
        if any(not quote.source.startswith("pricing") for quote in quotes):
            yield Limit(because=score.because, persona=names.get(persona, persona), citations=quotes)


def _within(quote: Citation, whole: Citation) -> bool:
    return quote.source == whole.source and quote.text in whole.text


def _missing(card: Scorecard) -> Iterator[MissingFacts]:
    answers: tuple[Outcome, ...] = (*card.verdicts, *card.abstentions)
    facts = {answer.persona: answer.missing for answer in answers}
    for seat in card.roster:
        if facts.get(seat.persona):
            yield MissingFacts(persona=seat.persona, name=seat.name, facts=facts[seat.persona])


def _checks(card: Scorecard, lineup: Lineup) -> Iterator[Check]:
    contradicted = [f.detail for f in card.findings if f.rule.startswith("contradict") and f.detail]
    for detail in contradicted:
        todo = f"{detail} Measure it yourself, under your own conditions."
        yield Check(basis="contradiction", todo=todo)
    yield from _claims(card, " ".join(contradicted))
    billing = reading.metered_billing(card.tool)
    if billing:
        todo = "Work out the bill for the volume you expect, and for ten times as much."
        yield Check(basis="bill", todo=todo, citations=(billing,))
    yield from _to_ask(card, lineup)
    for missing in _missing(card):
        todo = f"Find out what {missing.name} looked for in vain: {'; '.join(missing.facts)}."
        yield Check(basis="missing", todo=todo)
    yield from _conditions(card)


def _claims(card: Scorecard, contradicted: str) -> Iterator[Check]:
    """Ask for a test of each claim, unless a contradiction about the same figure asks for it already.

    A criterion that counts something as claimed points at its words only where it cites one passage.
    """
    scores = [score for verdict in card.verdicts for score in verdict.criteria]
    read = [s.quotes[0] for s in scores if _CLAIMED in s.because and len(s.quotes) == 1]
    kept: list[Citation] = []
    for claim in (*reading.claims(card.tool), *read):
        known = any(claim.text in other.text for other in kept)
        if not known and not _figures(claim.text) & _figures(contradicted):
            kept.append(claim)
    if kept:
        these = "this claim" if len(kept) == 1 else "these claims"
        yield Check(basis="claim", todo=f"Put {these} to a test of your own.", citations=tuple(kept[:MOST]))


def _figures(text: str) -> set[tuple[str, str]]:
    """Find the figures in a text, so that "below 500 milliseconds" is known again as "under 500 ms"."""
    short = {"mil": "ms", "sec": "s"}
    return {(value, short.get(unit[:3].lower(), unit.lower())) for value, unit in _FIGURE.findall(text)}


def _to_ask(card: Scorecard, lineup: Lineup) -> Iterator[Check]:
    asked = []
    for key in unstated(card):
        known = [
            f"{lineup.title(other)}: {fact.value}{f' {fact.unit}' if fact.unit else ''}"
            for other in lineup.others(card)
            if (fact := other.tool.facts.get(key))
        ]
        asked.append(name_of(key).lower() + (f" ({'; '.join(known)})" if known else ""))
    if asked:
        yield Check(basis="attribute", todo=f"Ask for what the submission does not state: {series(asked)}.")


def _conditions(card: Scorecard) -> Iterator[Check]:
    """Name what would turn the personas that skip, and of those that ship the one nearest to turning."""
    names = {seat.persona: seat.name for seat in card.roster}
    skips = [verdict for verdict in card.verdicts if verdict.decision == "skip"]
    ships = sorted((v for v in card.verdicts if v.decision == "ship"), key=lambda verdict: verdict.score)
    for verdict in (*skips, *ships[:1]):
        name = names.get(verdict.persona, verdict.persona)
        for condition in verdict.conditions[:1]:
            todo = f"Watch for what would turn {name}, now a {verdict.decision}. {condition}"
            yield Check(basis="condition", todo=todo)
