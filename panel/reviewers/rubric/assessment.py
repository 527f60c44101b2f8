"""Turn what was found into criterion scores, a decision and the conditions that would flip it.

Every number here is arithmetic on the persona's weights; every score names the words it rests on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from panel.verdict import Citation, CriterionScore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from panel.persona import Criterion, Persona
    from panel.reviewers.rubric.matching import Hit
    from panel.verdict import Decision

MIDDLE = 2
TOP = 4
CITED_PER_CRITERION = 3


@dataclass(frozen=True)
class Assessment:
    """One persona's reading of one tool, before it is put into words."""

    persona: Persona
    scores: Mapping[str, int]
    hits: Mapping[str, tuple[Hit, ...]]
    """Criterion id → its signals, the weightiest first; empty where the submission is silent."""
    score: float
    decision: Decision

    @property
    def silent(self) -> tuple[Criterion, ...]:
        """The criteria on which the submission says nothing."""
        return tuple(c for c in self.persona.criteria if not self.hits[c.id])

    @property
    def why(self) -> str:
        """Which criterion decided alone, as a sentence; empty when none did."""
        zeros = [c for c in self.persona.criteria if c.decisive and self.scores[c.id] == 0]
        return f"“{zeros[0].name}” scored 0, which decides alone." if zeros else ""

    def pull(self, criterion: Criterion) -> float:
        """How far a criterion pulls the score towards the decision, in weighted points."""
        toward = 1 if self.decision == "ship" else -1
        return toward * criterion.weight * (self.scores[criterion.id] - MIDDLE)


def assess(persona: Persona, hits: Sequence[Hit]) -> Assessment:
    """Score every criterion of a persona that works offline."""
    found = {criterion.id: _weightiest(criterion, hits) for criterion in persona.criteria}
    scores = {criterion.id: _score(criterion, found[criterion.id]) for criterion in persona.criteria}
    return Assessment(persona, scores, found, persona.score(scores), decide(persona, scores))


def decide(persona: Persona, scores: Mapping[str, int]) -> Decision:
    """Ship from the persona's threshold on, unless a decisive criterion scores 0."""
    refused = any(criterion.decisive and scores[criterion.id] == 0 for criterion in persona.criteria)
    threshold = persona.offline.ship_at if persona.offline else 50
    return "skip" if refused or persona.score(scores) < threshold else "ship"


def criterion_scores(assessment: Assessment) -> tuple[CriterionScore, ...]:
    """Report each criterion with the reading and the cited words it rests on."""
    return tuple(
        CriterionScore(
            id=criterion.id,
            score=assessment.scores[criterion.id],
            because=_because(criterion, assessment.hits[criterion.id]),
            quotes=_citations(assessment.hits[criterion.id]),
        )
        for criterion in assessment.persona.criteria
    )


def turning_points(assessment: Assessment) -> tuple[Criterion, ...]:
    """Find the fewest criteria whose change alone would flip the decision, the cheapest first.

    Under a skip a criterion would rise to 4, under a ship it would fall to 0. Up to three are tried
    together; empty when not even that would do.
    """
    target = TOP if assessment.decision == "skip" else 0
    movable = [c for c in assessment.persona.criteria if assessment.scores[c.id] != target]
    movable.sort(key=lambda c: (not c.decisive, -c.weight * abs(assessment.scores[c.id] - target)))
    for size in (1, 2, 3):
        for group in combinations(movable, size):
            changed = {**assessment.scores, **{criterion.id: target for criterion in group}}
            if decide(assessment.persona, changed) != assessment.decision:
                return group
    return ()


def conditions(assessment: Assessment) -> tuple[str, ...]:
    """Say what would flip the decision, from the persona's own remedies and anchors."""
    group = turning_points(assessment)
    if not group:
        return ("Several criteria would have to change together to flip this verdict.",)
    if assessment.decision == "skip":
        return tuple(f"Ship if its makers {criterion.remedy}." for criterion in group)
    return tuple(f"Skip if {fall(criterion)}" for criterion in group)


def fall(criterion: Criterion) -> str:
    """Say what a criterion's worst answer would be, as a clause that ends a sentence."""
    return f"“{criterion.name}” came down to this: {_lower(criterion.anchors.zero)}"


def _weightiest(criterion: Criterion, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Keep each signal once, at its strongest, so that saying a thing twice counts once."""
    best: dict[str, Hit] = {}
    for hit in hits:
        if hit.criterion.id != criterion.id:
            continue
        standing = best.get(hit.signal.id)
        if standing is None or abs(hit.points) > abs(standing.points):
            best[hit.signal.id] = hit
    return tuple(sorted(best.values(), key=lambda hit: -abs(hit.points)))


def _score(criterion: Criterion, hits: Sequence[Hit]) -> int:
    if not hits:
        return criterion.silence.score if criterion.silence else MIDDLE
    total = MIDDLE + sum(hit.points for hit in hits)
    return max(0, min(TOP, math.floor(total) if total > MIDDLE else math.ceil(total)))


def _because(criterion: Criterion, hits: Sequence[Hit]) -> str:
    if not hits:
        return criterion.silence.reading if criterion.silence else ""
    parts = []
    for hit in hits[:CITED_PER_CRITERION]:
        parts.append(hit.reading)
        if hit.hedged:
            parts.append("It is claimed rather than shown, so it counts half.")
    return " ".join(dict.fromkeys(parts))


def _citations(hits: Sequence[Hit]) -> tuple[Citation, ...]:
    cited = [
        Citation(text=hit.statement.excerpt(hit.start, hit.end, limit=30), source=hit.statement.source)
        for hit in hits[:CITED_PER_CRITERION]
    ]
    return tuple(dict.fromkeys(cited))


def _lower(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]
