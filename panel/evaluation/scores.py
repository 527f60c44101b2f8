"""Scores against gold: reliability of score bands, and how far scores may be read as chances to ship.

A score is a weighted sum of criterion scores, not a probability. These figures say what happens to a
reader who takes it for one (Brier 1950; expected calibration error, Naeini and others 2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from panel.evaluation import figures
from panel.evaluation.report import Band, Reliability
from panel.evaluation.statistics import ratio
from panel.evaluation.table import SHIP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from panel.evaluation.intervals import Resampling
    from panel.evaluation.statistics import Floats
    from panel.evaluation.table import Table

    _Votes = tuple[Floats, NDArray[np.bool_]]

NO_SCORES = "no vote has a score"


def reliability(table: Table, at: int, width: int, resampling: Resampling | None) -> Reliability | None:
    """Compare one persona's scores with gold, over votes where gold says ship or skip.

    Args:
        table: gold and answers.
        at: the persona's row.
        width: the width of a band; 10 or 20 divide 100 well.
        resampling: how clusters are drawn; None leaves intervals out.

    Returns:
        The bands from 0 upwards; None when no such vote has a score.
    """
    used = table.decided[at] & table.voted[at] & ~np.isnan(table.scores[at])
    if not used.any():
        return None
    scores = np.where(used, table.scores[at], 0.0)
    ships = used & (table.gold[at] == SHIP)
    bands = -(-100 // width)
    placed = np.minimum(scores // width, bands - 1).astype(np.intp)
    squares = np.where(used, (scores / 100 - ships) ** 2, 0.0)
    return Reliability(
        bands=tuple(
            _band(table, (scores, ships), used & (placed == band), (band * width, width), resampling)
            for band in range(bands)
        ),
        brier=figures.mean_figure(table.share_cells(squares, used), resampling, NO_SCORES),
        expected_calibration_error=figures.figure(
            calibration_error(scores[used], ships[used], placed[used], bands),
            None,
            used.sum(),
            "no interval: in resamples this error only grows",
            NO_SCORES,
        ),
    )


def calibration_error(
    scores: Floats, ships: NDArray[np.bool_], placed: NDArray[np.intp], bands: int
) -> float:
    """Return Σ (n in band / n) · |mean score/100 - share shipped|, from 0 to 1."""
    count = np.bincount(placed, minlength=bands).astype(np.float64)
    gap = np.bincount(placed, scores / 100, bands) - np.bincount(placed, ships, bands)
    return float(ratio(np.abs(gap).sum(), count.sum()))


def _band(
    table: Table, votes: _Votes, inside: NDArray[np.bool_], place: tuple[int, int], drawn: Resampling | None
) -> Band:
    scores, ships = votes
    low, width = place
    return Band(
        low=low,
        high=min(100, low + width),
        n=int(inside.sum()),
        mean_score=float(scores[inside].mean()) if inside.any() else None,
        shipped=figures.share_figure(
            table.share_cells(ships & inside, inside), drawn, "no score lies in this band"
        ),
    )
