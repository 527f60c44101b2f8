"""The statistics, as functions of counts: no model, no I/O, no opinion about what is good.

Every function takes counts in its last axis, so that one call serves a point estimate, a jackknife or
thousands of resamples. What is not defined comes out as NaN here, and as null with a reason in a report.

The counts of agreement are six: gold ship then gold skip, each answered by ship, skip or no vote. No vote
is a third answer that gold never gives, hence an error; formulas are those for several classes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtr

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Statistic = Callable[[Floats], Floats]

CELLS = 6
"""ship→ship, ship→skip, ship→none, skip→ship, skip→skip, skip→none."""


def ship_recall(counts: Floats) -> Floats:
    """Of the cases that gold ships, the share that is shipped (scikit-learn's `recall_score`)."""
    return ratio(counts[..., 0], counts[..., 0:3].sum(-1))


def skip_recall(counts: Floats) -> Floats:
    """Of the cases that gold skips, the share that is skipped (scikit-learn's `recall_score`)."""
    return ratio(counts[..., 4], counts[..., 3:6].sum(-1))


def balanced_accuracy(counts: Floats) -> Floats:
    """Return the mean of the two recalls; NaN unless gold has both classes.

    scikit-learn's `balanced_accuracy_score` passes over an absent class, which would let whoever always
    ships score 1.0 on a set without skips.
    """
    return (ship_recall(counts) + skip_recall(counts)) / 2


def accuracy(counts: Floats) -> Floats:
    """Return the share of cases decided as gold does."""
    return ratio(counts[..., 0] + counts[..., 4], counts.sum(-1))


def mcc(counts: Floats) -> Floats:
    """Matthews correlation for several classes (Gorodkin 2004, as scikit-learn's `matthews_corrcoef`).

    0 for answers that never vary; NaN unless gold has both classes.
    """
    correct, total, gold, said = _margins(counts)
    covariance = correct * total - (gold * said).sum(-1)
    spread = (total**2 - (said**2).sum(-1)) * (total**2 - (gold**2).sum(-1))
    both = (gold[..., :2] > 0).all(-1)
    value = np.where(spread > 0, ratio(covariance, np.sqrt(np.maximum(spread, 0.0))), 0.0)
    return np.where(both, value, np.nan)


def kappa(counts: Floats) -> Floats:
    """Cohen's kappa: (observed - chance) / (1 - chance); NaN unless gold has both classes."""
    correct, total, gold, said = _margins(counts)
    chance = (gold * said).sum(-1)
    both = (gold[..., :2] > 0).all(-1)
    return np.where(both, ratio(correct * total - chance, total**2 - chance), np.nan)


def share(counts: Floats) -> Floats:
    """Return hits / trials, the two counts given; NaN without a trial."""
    return ratio(counts[..., 0], counts[..., 1])


def correlation(sums: Floats) -> Floats:
    """Pearson correlation of two variables from n, Σx, Σy, Σxy, Σx², Σy²; NaN when one never varies."""
    n, x, y, xy, xx, yy = np.moveaxis(sums, -1, 0)
    spread = (n * xx - x**2) * (n * yy - y**2)
    return np.where(spread > 0, ratio(n * xy - x * y, np.sqrt(np.maximum(spread, 0.0))), np.nan)


def mean_correlation(sums: Floats) -> Floats:
    """Mean of the correlations of several pairs, six sums a pair; pairs without one are passed over."""
    pairs = correlation(sums.reshape(*sums.shape[:-1], -1, 6))
    known = ~np.isnan(pairs)
    return ratio(np.where(known, pairs, 0.0).sum(-1), known.sum(-1).astype(np.float64))


def effective_votes(correlations: Floats, votes: int) -> Floats:
    """How many independent votes are worth as much as `votes` correlated ones: k / (1 + (k - 1)·r̄).

    Kish's design effect, on errors against gold. NaN where the formula's denominator is not positive.
    """
    spread = 1 + (votes - 1) * correlations
    return np.where(spread > 0, ratio(np.full_like(spread, votes), spread), np.nan)


def pair_disagreement(ships: Floats, skips: Floats) -> Floats:
    """Return the share of pairs of votes that differ: ships·skips / C(n, 2); NaN below two votes."""
    votes = ships + skips
    return np.where(votes >= 2, ratio(ships * skips, votes * (votes - 1) / 2), np.nan)


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the exact two-sided p of McNemar's test: 2·P(X ≤ min), X ~ Binomial(n, ½), at most 1.

    Args:
        only_first: cases that only the first system gets right.
        only_second: cases that only the second does.
    """
    changed = only_first + only_second
    if changed == 0:
        return 1.0
    return float(min(1.0, 2 * bdtr(min(only_first, only_second), changed, 0.5)))


def holm(p_values: list[float]) -> list[float]:
    """Adjust p values of several tests by Holm's step-down procedure (1979)."""
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for rank, at in enumerate(order):
        running = max(running, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = running
    return adjusted


def ratio(above: Floats, below: Floats) -> Floats:
    """Divide, with NaN where the divisor is 0."""
    out = np.full(np.broadcast_shapes(np.shape(above), np.shape(below)), math.nan)
    np.divide(above, below, out=out, where=np.asarray(below) != 0)
    return out


def _margins(counts: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what is correct, the total, and how often gold and the answers say ship, skip and no vote."""
    ship, skip = counts[..., 0:3], counts[..., 3:6]
    gold = np.stack([ship.sum(-1), skip.sum(-1), np.zeros(counts.shape[:-1])], -1)
    return counts[..., 0] + counts[..., 4], counts.sum(-1), gold, ship + skip
