"""Figures: a statistic with its interval, or null with the reason.

The one place where counts become `Figure` values, so that NaN never leaves the arithmetic.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from panel.evaluation import statistics
from panel.evaluation.intervals import (
    balanced_interval,
    correlation_interval,
    interval,
    recall_cells,
    share_interval,
)
from panel.evaluation.report import Figure

if TYPE_CHECKING:
    from panel.evaluation.intervals import Bounds, Resampling
    from panel.evaluation.statistics import Floats, Statistic

AGREEMENT = ("balanced_accuracy", "mcc", "kappa", "ship_recall", "skip_recall", "accuracy")
"""The statistics of `report.Agreement`."""
SHIP_ONLY = "gold never says skip"
SKIP_ONLY = "gold never says ship"
NO_LABEL = "gold says neither ship nor skip"


def figure(value: float, bounds: Bounds | None, n: float, note: str, undefined: str) -> Figure:
    """Make a figure; a NaN becomes null and takes `undefined` for its note."""
    if math.isnan(value):
        return Figure(value=None, n=int(n), note=undefined)
    if bounds is None:
        return Figure(value=value, n=int(n), note=note or "too few clusters for an interval")
    return Figure(value=value, low=bounds[0], high=bounds[1], n=int(n), note=note)


def undefined(reason: str, n: int = 0) -> Figure:
    """Make the figure of a statistic that cannot be had."""
    return Figure(value=None, n=n, note=reason)


def share_figure(cells: Floats, resampling: Resampling | None, reason: str, note: str = "") -> Figure:
    """Make a share of clusters × (hits, trials); `reason` says why there may be no trial."""
    totals = cells.sum(0)
    bounds = share_interval(cells, resampling) if resampling else None
    return figure(float(statistics.share(totals)), bounds, totals[1], note, reason)


def mean_figure(cells: Floats, resampling: Resampling | None, reason: str) -> Figure:
    """Make a mean of clusters × (sum, count), which unlike a share may lie anywhere."""
    return statistic_figure(cells, statistics.share, resampling, n=cells[:, 1].sum(), reason=reason)


def statistic_figure(
    cells: Floats,
    statistic: Statistic,
    resampling: Resampling | None,
    *,
    n: float,
    reason: str,
    note: str = "",
) -> Figure:
    """Make a figure of any statistic of the column sums of `cells`."""
    value = float(statistic(cells.sum(0)))
    bounds = interval(cells, statistic, resampling) if resampling else None
    if bounds is None and resampling and not note and not math.isnan(value):
        note = "resampling shows no spread"
    return figure(value, bounds, n, note, reason)


def agreement_figures(cells: Floats, resampling: Resampling | None) -> dict[str, Any]:
    """Make the figures of `report.Agreement` from clusters × the six counts."""
    totals = cells.sum(0)
    note, reason = rater_note(totals), class_note(totals)
    ship, skip = float(totals[0:3].sum()), float(totals[3:6].sum())
    rests_on = {"ship_recall": ship, "skip_recall": skip}
    made: dict[str, Any] = {}
    for name in AGREEMENT:
        bounds = agreement_bounds(name, cells, resampling) if resampling else None
        n = rests_on.get(name, ship + skip)
        made[name] = figure(float(getattr(statistics, name)(totals)), bounds, n, note, reason)
    return made


def agreement_bounds(name: str, cells: Floats, resampling: Resampling) -> Bounds | None:
    """Return the interval of a statistic of agreement, from clusters × the six counts."""
    if name == "balanced_accuracy":
        return balanced_interval(cells, resampling)
    if name in {"mcc", "kappa"}:
        return correlation_interval(cells, getattr(statistics, name), resampling)
    if name == "accuracy":
        return share_interval(np.stack([cells[:, 0] + cells[:, 4], cells.sum(1)], 1), resampling)
    return share_interval(recall_cells(cells, 0 if name == "ship_recall" else 1), resampling)


def rater_note(totals: Floats) -> str:
    """Name a rater that always says the same; empty for one that does not."""
    said = totals[0:3] + totals[3:6]
    habits = ("always ships", "always skips", "never votes")
    shown = [habit for habit, count in zip(habits, said, strict=True) if count]
    return f"constant: {shown[0]}" if len(shown) == 1 else ""


def class_note(totals: Floats) -> str:
    """Say what is absent when gold has not both classes; empty when it has."""
    ship, skip = totals[0:3].sum(), totals[3:6].sum()
    if ship and skip:
        return ""
    return SHIP_ONLY if ship else SKIP_ONLY if skip else NO_LABEL
