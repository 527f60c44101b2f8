"""What an evaluation says about one persona."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from panel.evaluation import figures, moves
from panel.evaluation.report import Baseline, Confusion, Counts, MoveFigure, PersonaReport, Spending
from panel.evaluation.scores import reliability
from panel.evaluation.statistics import pair_disagreement
from panel.evaluation.table import ABSTAIN, NO_GOLD, SHIP, SKIP, UNANSWERED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from panel.evaluation.answers import Answer
    from panel.evaluation.intervals import Resampling
    from panel.evaluation.statistics import Floats
    from panel.evaluation.table import Flags, Table

NO_VOTES = "no votes"
_VOTES = ("ship", "skip")
NO_REPEATS = "no case has two votes: ask again with --repeat"
NO_MOVES = "the answers carry no moves"
NOT_CHECKED = "nobody looked for unsupported figures in these answers"


@dataclass(frozen=True)
class Study:
    """What is being measured, and how."""

    table: Table
    baselines: Mapping[str, Table]
    """Name → the same cases answered by something else."""
    moves: Mapping[str, Sequence[str]]
    """Persona id → the moves it makes; those seen in its answers when it is not there."""
    resampling: Resampling | None
    """None leaves intervals out."""
    band_width: int = 20


def persona_report(study: Study, at: int) -> PersonaReport:
    """Measure one persona, by its row in the table."""
    table, drawn = study.table, study.resampling
    decided, voted, said, gold = table.decided[at], table.voted[at], table.said[at], table.gold[at]
    when_voting = table.agreement_cells([at], table.voted)
    made = move_figures(study, at)
    digests = {answer.persona_digest for answer in table.answers[at]} - {""}
    return PersonaReport(
        **figures.agreement_figures(table.agreement_cells([at]), drawn),
        ship_rate=figures.share_figure(table.share_cells(said == SHIP, voted), drawn, NO_VOTES),
        gold_ship_rate=figures.share_figure(
            table.share_cells(gold == SHIP, decided), drawn, figures.NO_LABEL
        ),
        coverage=figures.share_figure(table.share_cells(voted & decided, decided), drawn, figures.NO_LABEL),
        balanced_accuracy_when_voting=figures.agreement_figures(when_voting, drawn)["balanced_accuracy"],
        abstain_recall=figures.share_figure(
            table.share_cells((said == ABSTAIN) & (gold == ABSTAIN), gold == ABSTAIN),
            drawn,
            "gold never says that too little is known",
        ),
        flip_rate=figures.mean_figure(flip_cells(table, [at]), drawn, NO_REPEATS),
        move_coverage=figures.mean_figure(move_cells(study, [at]), drawn, NO_MOVES),
        unsupported_figure_rate=figures.share_figure(unsupported_cells(table, [at]), drawn, NOT_CHECKED),
        moves=made,
        reliability=reliability(table, at, study.band_width, drawn),
        confusion=_confusion(table, at),
        baselines=baselines(study, [at]),
        counts=_counts(table, at),
        spending=spending(table.answers[at]),
        specs=tuple(dict.fromkeys(answer.spec for answer in table.answers[at] if answer.spec)),
        persona_digest=next(iter(digests)) if len(digests) == 1 else "",
    )


def baselines(study: Study, rows: Sequence[int]) -> dict[str, Baseline]:
    """Measure what costs nothing on the same cases: each persona's majority, then the answers given."""
    table = study.table
    majority = np.zeros((int(table.clusters.max()) + 1, 6))
    for at in rows:
        cells = table.agreement_cells([at])
        ship, skip = cells[:, 0:3].sum(1), cells[:, 3:6].sum(1)
        always = SHIP if ship.sum() >= skip.sum() else SKIP
        majority[:, always] += ship
        majority[:, 3 + always] += skip
    found = {"majority": Baseline(name="majority", **figures.agreement_figures(majority, study.resampling))}
    for name, other in study.baselines.items():
        shared = [other.personas.index(table.personas[at]) for at in rows]
        cells = other.agreement_cells(shared)
        found[name] = Baseline(name=name, **figures.agreement_figures(cells, study.resampling))
    return found


def flip_cells(table: Table, rows: Sequence[int]) -> Floats:
    """Return clusters × (sum of flip rates, cases with two votes or more)."""
    rates = pair_disagreement(table.ships[list(rows)], table.skips[list(rows)])
    known = ~np.isnan(rates)
    return table.share_cells(np.where(known, rates, 0.0), known)


def move_cells(study: Study, rows: Sequence[int]) -> Floats:
    """Return clusters × (sum over votes of the share of moves made, votes with moves)."""
    table = study.table
    shares, votes = np.zeros(table.said.shape), np.zeros(table.said.shape, np.bool_)
    for at, column, answer in _with_moves(table, rows):
        expected = _expected_moves(study, at)
        made = sum(moves.is_answered(answer, move) and moves.is_shown(answer, move) for move in expected)
        shares[at, column], votes[at, column] = made / len(expected), True
    return table.share_cells(shares[list(rows)], votes[list(rows)])


def move_figures(study: Study, at: int) -> tuple[MoveFigure, ...]:
    """Measure each move of one persona."""
    table = study.table
    voted = list(_with_moves(table, [at]))
    if not voted:
        return ()
    found = []
    for move in _expected_moves(study, at):
        present, kept = np.zeros(table.said.shape[1]), np.zeros(table.said.shape[1])
        trials = np.zeros(table.said.shape[1])
        for _, column, answer in voted:
            trials[column] = 1
            present[column] = moves.is_answered(answer, move)
            kept[column] = present[column] and moves.is_shown(answer, move)
        check = moves.CHECKS.get(move)
        shown = figures.share_figure(table.share_cells(kept, trials), study.resampling, NO_VOTES)
        found.append(
            MoveFigure(
                id=move,
                present=figures.share_figure(table.share_cells(present, trials), study.resampling, NO_VOTES),
                kept=shown if check else None,
                check=check.looks_for if check else "",
            )
        )
    return tuple(found)


def unsupported_cells(table: Table, rows: Sequence[int]) -> Floats:
    """Return clusters × (votes with a figure that the submission does not bear out, votes checked for it)."""
    hits, trials = np.zeros(table.said.shape), np.zeros(table.said.shape)
    for at in rows:
        for column, answer in table.first[at].items():
            # A foreign row says nothing about its figures; one of our own names the reviewer that was asked.
            if answer.spec and answer.decision in _VOTES:
                trials[at, column] = 1
                hits[at, column] = any(finding.rule == "unsupported-figure" for finding in answer.findings)
    return table.share_cells(hits[list(rows)], trials[list(rows)])


def spending(answers: Iterable[Answer]) -> Spending:
    """Add up what answers took, and rank how long they took."""
    given = list(answers)
    usages = [answer.usage for answer in given if answer.usage]
    costs = [answer.cost_usd for answer in given if answer.cost_usd is not None]
    latencies = [answer.latency_s for answer in given if answer.latency_s is not None]
    ranks: dict[str, float] = {}
    if latencies:
        p50, p90, p99 = np.percentile(latencies, [50, 90, 99]).tolist()
        ranks = {"p50": p50, "p90": p90, "p99": p99, "max": max(latencies)}
    return Spending(
        calls=sum(usage.calls for usage in usages),
        input_tokens=sum(usage.input_tokens for usage in usages),
        output_tokens=sum(usage.output_tokens for usage in usages),
        cost_usd=sum(costs) if given and len(costs) == len(given) else None,
        cost_known=len(costs),
        latency_s=ranks,
    )


def _with_moves(table: Table, rows: Sequence[int]) -> Iterable[tuple[int, int, Answer]]:
    for at in rows:
        for column, answer in table.first[at].items():
            if answer.moves and answer.decision in _VOTES:
                yield at, column, answer


def _expected_moves(study: Study, at: int) -> Sequence[str]:
    persona = study.table.personas[at]
    known = study.moves.get(persona)
    if known:
        return known
    return tuple(dict.fromkeys(move for answer in study.table.answers[at] for move in answer.moves))


def _confusion(table: Table, at: int) -> tuple[Confusion, ...]:
    rows = []
    for code, expected in ((SHIP, "ship"), (SKIP, "skip"), (ABSTAIN, "abstain")):
        counted: Flags = table.gold[at] == code
        said: list[int] = np.bincount(table.said[at, counted], minlength=5).tolist()
        ship, skip, abstain, failed, unanswered = said
        told: dict[str, Any] = {"expected": expected, "ship": ship, "skip": skip, "abstain": abstain}
        rows.append(Confusion(**told, failed=failed, unanswered=unanswered))
    return tuple(rows)


def _counts(table: Table, at: int) -> Counts:
    said = np.bincount(table.said[at], minlength=5).tolist()
    answers = table.answers[at]
    first = table.first[at].values()
    failed = Counter(answer.reason or "not said" for answer in first if answer.decision == "failed")
    return Counts(
        cases=len(table.cases),
        scored=int(table.decided[at].sum()),
        gold_abstain=int((table.gold[at] == ABSTAIN).sum()),
        missing_gold=int((table.gold[at] == NO_GOLD).sum()),
        ships=said[SHIP],
        skips=said[SKIP],
        abstained=said[ABSTAIN],
        failed=dict(sorted(failed.items())),
        malformed=failed["unreadable"],
        unanswered=said[UNANSWERED],
        repeats=max(Counter(answer.case for answer in answers).values(), default=0),
    )
