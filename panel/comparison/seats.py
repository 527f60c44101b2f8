"""Persona by persona: the answers side by side, who is ahead, and where the panels split.

A clear winner beats each other tool. A ship beats a skip; between equal decisions the higher score wins by
`MARGIN` points or more. A seat without a vote, or votes given by different standards, leave no winner.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.comparison.lineup import series
from panel.comparison.values import PersonaRow, SeatAnswer, Split
from panel.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.comparison.lineup import Lineup
    from panel.comparison.values import WinnerBasis
    from panel.scorecard import Scorecard, SeatCard
    from panel.verdict import Outcome

MARGIN = 10.0
"""Points of 100 by which a score must lead. One level on a criterion of common weight moves a score by
three to five points, so that ten are more than a single close call."""

_NO_SEAT = SeatAnswer(kind="absent", reason="did not sit on this panel")


def persona_rows(lineup: Lineup) -> tuple[PersonaRow, ...]:
    """Put every persona's answers side by side, in the order of the panels' rosters."""
    seats: dict[str, SeatCard] = {}
    for card in lineup.sorted:
        for seat in card.roster:
            seats.setdefault(seat.persona, seat)
    return tuple(_row(seat, lineup) for seat in seats.values())


def splits(rows: Sequence[PersonaRow], lineup: Lineup) -> tuple[Split, ...]:
    """List the personas that would ship some of the tools and skip others."""
    found = []
    for row in rows:
        kinds = {c.tool.slug: a.kind for c, a in zip(lineup.cards, row.answers, strict=True)}
        ship, skip = (tuple(sorted(s for s, kind in kinds.items() if kind == k)) for k in ("ship", "skip"))
        if ship and skip:
            found.append(Split(persona=row.persona, name=row.name, ship=ship, skip=skip))
    return tuple(found)


def outcome_of(card: Scorecard, persona: str) -> Outcome | None:
    """Find what a persona said on a card; None when it did not sit there."""
    answers: tuple[Outcome, ...] = (*card.verdicts, *card.abstentions)
    return next((answer for answer in answers if answer.persona == persona), None)


def same_standards(cards: Sequence[Scorecard], persona: str) -> bool:
    """Whether a persona's votes can be compared: one persona text, one reviewer, one version of it."""
    made = [v.provenance for card in cards for v in card.verdicts if v.persona == persona]
    return len({(one.persona_digest, one.spec, one.engine_version) for one in made}) <= 1


def _row(seat: SeatCard, lineup: Lineup) -> PersonaRow:
    answers = tuple(_answer(outcome_of(card, seat.persona)) for card in lineup.cards)
    by_slug = {card.tool.slug: a for card, a in zip(lineup.cards, answers, strict=True)}
    winner, basis, why = _winner(seat.persona, dict(sorted(by_slug.items())), lineup)
    return PersonaRow(
        persona=seat.persona, name=seat.name, answers=answers, winner=winner, basis=basis, why=why
    )


def _answer(outcome: Outcome | None) -> SeatAnswer:
    if outcome is None:
        return _NO_SEAT
    if isinstance(outcome, Verdict):
        return SeatAnswer(kind=outcome.decision, score=outcome.score, quote=outcome.quote)
    return SeatAnswer(kind="failed" if outcome.failed else "abstained", reason=outcome.reason)


def _winner(
    persona: str, answers: dict[str, SeatAnswer], lineup: Lineup
) -> tuple[str | None, WinnerBasis, str]:
    silent = [f"{lineup.titles[slug]} ({a.reason})" for slug, a in answers.items() if a.score is None]
    if silent:
        return None, "no-vote", f"There is no vote on {series(silent)}."
    if not same_standards(lineup.cards, persona):
        return None, "not-comparable", "The votes were given by different standards or reviewers."
    ranked = sorted(answers.items(), key=lambda item: _rank(item[1]), reverse=True)
    (first, best), (_, second) = ranked[:2]
    if best.kind != second.kind:
        rest = [lineup.titles[slug] for slug in answers if slug != first]
        return first, "decision", f"It would ship {lineup.titles[first]} and skip {series(rest)}."
    ahead = round(_rank(best)[1] - _rank(second)[1], 1)
    alike = f"{best.kind.capitalize()} for {'both' if lineup.two else 'the best two'}"
    if ahead >= MARGIN:
        return first, "margin", f"{alike}; {lineup.titles[first]} leads by {ahead:.1f} points."
    apart = "with equal scores" if ahead == 0 else f"{ahead:.1f} points apart"
    return None, "too-close", f"{alike}, {apart}; it takes {MARGIN:.0f} to lead."


def _rank(answer: SeatAnswer) -> tuple[bool, float]:
    return answer.kind == "ship", answer.score or 0.0
