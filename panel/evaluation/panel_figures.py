"""What an evaluation says about the panel as a whole, and about groups of cases."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Literal

import numpy as np

from panel.evaluation import figures, statistics
from panel.evaluation.intervals import interval
from panel.evaluation.persona_figures import (
    NO_MOVES,
    NO_REPEATS,
    NO_VOTES,
    NOT_CHECKED,
    baselines,
    flip_cells,
    move_cells,
    spending,
    unsupported_cells,
)
from panel.evaluation.report import Group, GroupFigures, PairAgreement, PanelReport
from panel.evaluation.table import ABSTAIN, SHIP, SKIP
from panel.scorecard import label_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from panel.evaluation.intervals import Bounds, Resampling
    from panel.evaluation.persona_figures import Study
    from panel.evaluation.report import Figure
    from panel.evaluation.statistics import Floats
    from panel.evaluation.table import Flags, Table

ONE_PERSONA = "needs two personas"
NO_PAIRS = "no tool has two votes"
NO_SHARED_ERRORS = "no two personas both err on some cases and not on others"
NO_PERCENTAGE = "no tool has a quorum of votes both in gold and in the answers"


def panel_report(study: Study) -> PanelReport:
    """Measure the panel: its votes pooled, its percentage, and how its members go together."""
    table, drawn = study.table, study.resampling
    rows = range(len(table.personas))
    decided, voted, abstain = table.decided, table.voted, table.gold == ABSTAIN
    error, always, labels, missing = _percentages(study)
    return PanelReport(
        **figures.agreement_figures(table.agreement_cells(rows), drawn),
        **mean_figures(study),
        ship_rate=figures.share_figure(table.share_cells(table.said == SHIP, voted), drawn, NO_VOTES),
        gold_ship_rate=figures.share_figure(
            table.share_cells(table.gold == SHIP, decided), drawn, figures.NO_LABEL
        ),
        coverage=figures.share_figure(table.share_cells(voted & decided, decided), drawn, figures.NO_LABEL),
        abstain_recall=figures.share_figure(
            table.share_cells((table.said == ABSTAIN) & abstain, abstain),
            drawn,
            "gold never says that too little is known",
        ),
        flip_rate=figures.mean_figure(flip_cells(table, rows), drawn, NO_REPEATS),
        between_disagreement=figures.share_figure(_between_cells(table), drawn, NO_PAIRS),
        distinctiveness=_distinctiveness(study),
        error_correlation=_error_figure(study, statistics.mean_correlation),
        effective_votes=_error_figure(
            study, lambda sums: statistics.effective_votes(statistics.mean_correlation(sums), len(rows))
        ),
        move_coverage=figures.mean_figure(move_cells(study, rows), drawn, NO_MOVES),
        unsupported_figure_rate=figures.share_figure(unsupported_cells(table, rows), drawn, NOT_CHECKED),
        panel_pct_error=error,
        panel_pct_error_always_100=always,
        label_accuracy=labels,
        panel_pct_missing=missing,
        pairs=tuple(_pair(study, a, b) for a, b in combinations(rows, 2)),
        baselines=baselines(study, rows),
        spending=spending(answer for own in table.answers for answer in own),
    )


def mean_figures(study: Study) -> dict[str, Figure]:
    """Average balanced accuracy and the recalls over personas, those without a value passed over."""
    table, drawn = study.table, study.resampling
    cells = np.stack([table.agreement_cells([at]) for at in range(len(table.personas))], 1)
    pooled = cells.sum(1)
    found = {}
    for name in ("balanced_accuracy", "ship_recall", "skip_recall"):
        statistic = getattr(statistics, name)
        mean = mean_over_personas(statistic)
        value = float(mean(cells.sum(0)))
        bounds = None
        if drawn is not None and not np.isnan(value):
            bounds = interval(cells, mean, drawn) or pooled_bounds(name, pooled, value, drawn)
        reason = figures.class_note(pooled.sum(0)) or "no persona has labels of both classes"
        found[f"mean_{name}"] = figures.figure(value, bounds, pooled.sum(), "", reason)
    return found


def pooled_bounds(name: str, pooled: Floats, value: float, drawn: Resampling) -> Bounds | None:
    """Take the interval of the votes pooled for a mean that no resample changes, such as a perfect one."""
    found = figures.agreement_bounds(name, pooled, drawn)
    return None if found is None else (min(found[0], value), max(found[1], value))


def mean_over_personas(statistic: statistics.Statistic) -> statistics.Statistic:
    """Return the mean of a statistic over the second-last axis, NaN passed over."""

    def mean(counts: Floats) -> Floats:
        each = statistic(counts)
        known = ~np.isnan(each)
        return statistics.ratio(np.where(known, each, 0.0).sum(-1), known.sum(-1).astype(np.float64))

    return mean


def groups(study: Study) -> tuple[Group, ...]:
    """Measure the cases of each language, difficulty and split, where a set has several."""
    table = study.table
    kinds: tuple[Literal["language", "difficulty", "split"], ...] = ("language", "difficulty", "split")
    found = []
    for by in kinds:
        values = [getattr(case, by) for case in table.cases]
        names = sorted(set(values))
        for name in names if len(names) > 1 else ():
            inside = np.array([value == name for value in values])
            found.append(
                Group(
                    by=by,
                    name=name or "not said",
                    cases=int(inside.sum()),
                    personas={
                        persona: _group_figures(study, [at], inside)
                        for at, persona in enumerate(table.personas)
                    },
                    panel=_group_figures(study, range(len(table.personas)), inside),
                )
            )
    return tuple(found)


def _group_figures(study: Study, rows: Sequence[int], inside: Flags) -> GroupFigures:
    table, drawn = study.table, study.resampling
    own = list(rows)
    voted, decided = table.voted[own] & inside, table.decided[own] & inside
    agreement = figures.agreement_figures(
        table.agreement_cells(rows, np.broadcast_to(inside, table.said.shape)), drawn
    )
    return GroupFigures(
        **{name: agreement[name] for name in ("balanced_accuracy", "ship_recall", "skip_recall")},
        ship_rate=figures.share_figure(
            table.share_cells((table.said[own] == SHIP) & inside, voted), drawn, NO_VOTES
        ),
        coverage=figures.share_figure(table.share_cells(voted & decided, decided), drawn, figures.NO_LABEL),
        abstained=int(((table.said[own] == ABSTAIN) & inside).sum()),
    )


def _between_cells(table: Table) -> Floats:
    """Return clusters × (pairs of personas that vote differently on a tool, pairs that vote)."""
    ships = (table.said == SHIP).sum(0).astype(np.float64)
    skips = (table.said == SKIP).sum(0).astype(np.float64)
    votes = ships + skips
    return table.share_cells(ships * skips, votes * (votes - 1) / 2)


def _distinctiveness(study: Study) -> Figure:
    table = study.table
    cells = np.concatenate([_between_cells(table), flip_cells(table, range(len(table.personas)))], 1)

    def difference(sums: Floats) -> Floats:
        return statistics.share(sums[..., 0:2]) - statistics.share(sums[..., 2:4])

    reason = NO_PAIRS if not cells[:, 1].sum() else NO_REPEATS
    return figures.statistic_figure(cells, difference, study.resampling, n=cells[:, 1].sum(), reason=reason)


def _error_figure(study: Study, statistic: statistics.Statistic) -> Figure:
    table = study.table
    pairs = list(combinations(range(len(table.personas)), 2))
    if not pairs:
        return figures.undefined(ONE_PERSONA)
    cells = np.concatenate([_error_cells(table, a, b) for a, b in pairs], 1)
    return figures.statistic_figure(
        cells, statistic, study.resampling, n=len(table.cases), reason=NO_SHARED_ERRORS
    )


def _error_cells(table: Table, a: int, b: int) -> Floats:
    """Return clusters × the sums of `statistics.correlation`, over cases on which gold decides both."""
    both = table.decided[a] & table.decided[b]
    x, y = (table.wrong[a] & both).astype(np.float64), (table.wrong[b] & both).astype(np.float64)
    return table.by_cluster(np.stack([both.astype(np.float64), x, y, x * y, x * x, y * y], 1))


def _pair(study: Study, a: int, b: int) -> PairAgreement:
    table, drawn = study.table, study.resampling
    both = table.voted[a] & table.voted[b]
    first, second = table.said[a], table.said[b]
    # The first persona takes the place of gold, so that one formula serves.
    counts = np.zeros((len(table.cases), 6))
    counts[np.flatnonzero(both), first[both] * 3 + second[both]] = 1
    errors = _error_cells(table, a, b)
    return PairAgreement(
        a=table.personas[a],
        b=table.personas[b],
        agree=figures.share_figure(table.share_cells(both & (first == second), both), drawn, NO_PAIRS),
        kappa=figures.statistic_figure(
            table.by_cluster(counts), statistics.kappa, drawn, n=both.sum(), reason="one of them never varies"
        ),
        error_correlation=figures.statistic_figure(
            errors, statistics.correlation, drawn, n=errors[:, 0].sum(), reason=NO_SHARED_ERRORS
        ),
    )


def _labels(ships: NDArray[np.intp], skips: NDArray[np.intp]) -> NDArray[np.str_]:
    """Return the label of each tool, empty without a vote; there are far fewer kinds of counts than tools."""
    kinds, places = np.unique(np.stack([ships, skips], 1), axis=0, return_inverse=True)
    named = [label_of(ship, skip) if ship + skip else "" for ship, skip in kinds.tolist()]
    found: NDArray[np.str_] = np.array(named)[places]
    return found


def _percentages(study: Study) -> tuple[Figure, Figure, Figure, int]:
    """Compare the panel's ship percentage and label with gold's: error, error of 100 %, labels, missing."""
    table, drawn = study.table, study.resampling
    quorum = max(1, len(table.personas) - 1)
    counts = [((side == SHIP).sum(0), (side == SKIP).sum(0)) for side in (table.gold, table.said)]
    gold_known, known = (ships + skips >= quorum for ships, skips in counts)
    used = gold_known & known
    gold, said = (np.where(used, 100 * ships / np.maximum(ships + skips, 1), 0.0) for ships, skips in counts)
    same = used & (_labels(*counts[0]) == _labels(*counts[1]))
    return (
        figures.mean_figure(table.share_cells(np.abs(gold - said), used), drawn, NO_PERCENTAGE),
        figures.mean_figure(table.share_cells(np.where(used, 100 - gold, 0.0), used), drawn, NO_PERCENTAGE),
        figures.share_figure(table.share_cells(same, used), drawn, NO_PERCENTAGE),
        int((gold_known & ~known).sum()),
    )
