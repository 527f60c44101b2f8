"""Gold and answers side by side: personas × cases, as arrays.

The first repeat of each question stands in the table and makes the figures; all repeats are counted beside
it, for stability. Answers that belong to no case or no persona are kept apart and counted, never dropped.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from panel.evaluation.answers import Answer, AnswerSet
    from panel.evaluation.cases import GoldenCase, GoldenSet
    from panel.evaluation.statistics import Floats

    Codes = NDArray[np.int8]
    Flags = NDArray[np.bool_]

SHIP, SKIP, ABSTAIN, FAILED, UNANSWERED = range(5)
"""Codes of what was said; gold uses the first three, and `NO_GOLD`."""
NO_GOLD = 3
_CODES = {"ship": SHIP, "skip": SKIP, "abstain": ABSTAIN, "failed": FAILED, None: NO_GOLD}


@dataclass(frozen=True)
class Table:
    """What gold and one system say about the same cases."""

    cases: tuple[GoldenCase, ...]
    personas: tuple[str, ...]
    """Personas that gold knows and the system answered for, in gold's order."""
    gold: Codes
    """personas × cases."""
    said: Codes
    """personas × cases: the first repeat."""
    scores: Floats
    """personas × cases: the first repeat's score, NaN where there is none."""
    ships: Floats
    """personas × cases: votes to ship over all repeats."""
    skips: Floats
    rows: dict[tuple[int, int], Answer]
    """(persona, case) → the first repeat."""
    answers: tuple[tuple[Answer, ...], ...]
    """Persona → all its answers, repeats included."""
    unknown_cases: dict[str, int]
    unknown_personas: dict[str, int]
    elsewhere: int
    """Answers to cases of other splits of the set."""

    @cached_property
    def clusters(self) -> NDArray[np.intp]:
        """Case → number of its cluster, from 0."""
        numbers: dict[str, int] = {}
        return np.array([numbers.setdefault(case.family, len(numbers)) for case in self.cases], np.intp)

    @cached_property
    def first(self) -> tuple[dict[int, Answer], ...]:
        """Persona → case → the first repeat."""
        found: tuple[dict[int, Answer], ...] = tuple({} for _ in self.personas)
        for (at, column), answer in self.rows.items():
            found[at][column] = answer
        return found

    @property
    def decided(self) -> Flags:
        """Personas × cases: where gold says ship or skip."""
        return self.gold <= SKIP

    @property
    def voted(self) -> Flags:
        """Personas × cases: where the first repeat is a vote."""
        return self.said <= SKIP

    @property
    def wrong(self) -> Flags:
        """Personas × cases: where gold says ship or skip and the answer is another, or none."""
        different: Flags = self.said != self.gold
        return self.decided & different

    def by_cluster(self, cells: Floats) -> Floats:
        """Add up values of cases within clusters: cases × anything → clusters × anything."""
        flat = cells.reshape(len(cells), -1)
        count = int(self.clusters.max()) + 1
        sums = np.empty((count, flat.shape[1]))
        for column in range(flat.shape[1]):
            sums[:, column] = np.bincount(self.clusters, flat[:, column], count)
        return sums.reshape(count, *cells.shape[1:])

    def agreement_cells(self, personas: Sequence[int], among: Flags | None = None) -> Floats:
        """Count agreement by cluster, added up over personas.

        Args:
            personas: rows of the table.
            among: personas × cases; where to look, everywhere by default.

        Returns:
            clusters × the six counts of `panel.evaluation.statistics`.
        """
        count = int(self.clusters.max()) + 1
        total = np.zeros(count * 6)
        for at in personas:
            chosen = self.decided[at] if among is None else self.decided[at] & among[at]
            place = (
                self.clusters[chosen] * 6 + self.gold[at, chosen] * 3 + np.minimum(self.said[at, chosen], 2)
            )
            total += np.bincount(place, minlength=count * 6)
        cells: Floats = total.reshape(count, 6)
        return cells

    def share_cells(self, hits: Floats | Flags, trials: Floats | Flags) -> Floats:
        """Add hits and trials, both personas × cases or cases alone, up to clusters × (hits, trials)."""
        cells = np.stack([np.atleast_2d(hits).sum(0), np.atleast_2d(trials).sum(0)], 1)
        return self.by_cluster(cells.astype(np.float64))


def make_table(golden: GoldenSet, answers: AnswerSet, personas: Sequence[str] | None = None) -> Table:
    """Lay gold and answers side by side.

    Args:
        golden: the cases.
        answers: what one system said.
        personas: which personas to keep; those that both gold and the answers know when None.
    """
    wanted = {answer.persona for answer in answers.answers} if personas is None else personas
    kept = tuple(persona for persona in golden.personas if persona in wanted)
    placed = _place(golden, answers, kept)
    shape = (len(kept), len(golden.cases))
    said, scores = np.full(shape, UNANSWERED, np.int8), np.full(shape, np.nan)
    for place, answer in placed.first.items():
        said[place] = _CODES[answer.decision]
        scores[place] = np.nan if answer.score is None else answer.score
    labels = [[_CODES[case.expected.get(persona)] for case in golden.cases] for persona in kept]
    return Table(
        cases=golden.cases,
        personas=kept,
        gold=np.array(labels, np.int8).reshape(shape),
        said=said,
        scores=scores,
        ships=placed.votes[SHIP],
        skips=placed.votes[SKIP],
        rows=placed.first,
        answers=tuple(map(tuple, placed.own)),
        unknown_cases=dict(placed.unknown_cases),
        unknown_personas=dict(placed.unknown_personas),
        elsewhere=placed.elsewhere,
    )


@dataclass
class _Placed:
    """Answers by where they belong."""

    votes: Floats
    own: tuple[list[Answer], ...]
    first: dict[tuple[int, int], Answer] = field(default_factory=dict)
    unknown_cases: Counter[str] = field(default_factory=Counter)
    unknown_personas: Counter[str] = field(default_factory=Counter)
    elsewhere: int = 0


def _place(golden: GoldenSet, answers: AnswerSet, kept: Sequence[str]) -> _Placed:
    placed = _Placed(np.zeros((2, len(kept), len(golden.cases))), tuple([] for _ in kept))
    rows = {persona: at for at, persona in enumerate(kept)}
    columns = {case.id: at for at, case in enumerate(golden.cases)}
    known = frozenset(golden.personas)
    for answer in answers.answers:
        row, column = rows.get(answer.persona), columns.get(answer.case)
        if column is None:
            if answer.case in golden.elsewhere:
                placed.elsewhere += 1
            else:
                placed.unknown_cases[answer.case] += 1
        elif row is None:
            if answer.persona not in known:
                placed.unknown_personas[answer.persona] += 1
        else:
            placed.own[row].append(answer)
            standing = placed.first.get((row, column))
            if standing is None or answer.repeat < standing.repeat:
                placed.first[row, column] = answer
            code = _CODES[answer.decision]
            if code <= SKIP:
                placed.votes[code, row, column] += 1
    return placed
