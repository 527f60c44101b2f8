from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr, ndtri
from scipy.stats import bootstrap
from scipy.stats import t as student
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from panel.evaluation import statistics
from panel.evaluation.intervals import (
    Resampling,
    balanced_interval,
    bca,
    correlation_interval,
    difference_bounds,
    interval,
    recall_cells,
    share_interval,
    wilson,
)
from panel.evaluation.paired import agreement_difference

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from panel.evaluation.intervals import Bounds
    from panel.evaluation.statistics import Floats

PANELS = 1_000
DRAWN = Resampling(seed=0, resamples=1_000)
INTERVALS: dict[str, Callable[[Floats], Bounds | None]] = {
    "balanced_accuracy": lambda cells: balanced_interval(cells, DRAWN),
    "mcc": lambda cells: correlation_interval(cells, statistics.mcc, DRAWN),
    "kappa": lambda cells: correlation_interval(cells, statistics.kappa, DRAWN),
    "ship_recall": lambda cells: share_interval(recall_cells(cells, 0), DRAWN),
    "skip_recall": lambda cells: share_interval(recall_cells(cells, 1), DRAWN),
}


def synthetic_panels(panels: int, tools: int, seed: int) -> Floats:
    """Make panels of four personas: panels × tools × the six counts, verdicts on a tool correlated.

    Gold ships half of all cases, and a persona errs on a quarter of them. Both depend on the tool: some
    tools are good for everybody, and some are hard for everybody (a latent correlation of 0.3 each).
    """
    generator = np.random.default_rng(seed)

    def latent() -> Floats:
        shared = generator.normal(size=(panels, tools, 1))
        return math.sqrt(0.3) * shared + math.sqrt(0.7) * generator.normal(size=(panels, tools, 4))

    gold = latent() < 0
    said = gold ^ (latent() < float(ndtri(0.25)))
    summed: Floats = _counts(gold, said).sum(2)
    return summed


def _counts(gold: NDArray[np.bool_], said: NDArray[np.bool_]) -> Floats:
    none = np.zeros_like(gold)
    cells = [gold & said, gold & ~said, none, ~gold & said, ~gold & ~said, none]
    counts: Floats = np.stack(cells, -1).astype(np.float64)
    return counts


@pytest.mark.parametrize("tools", [48, 100])
def test_intervals_cover_what_they_say(tools: int) -> None:
    """Over a thousand synthetic panels, 95 % intervals hold the truth in 93 to 97 % of them."""
    truth = synthetic_panels(200, 5_000, seed=99).sum((0, 1))
    panels = synthetic_panels(PANELS, tools, seed=tools)
    for name, make in INTERVALS.items():
        value = float(getattr(statistics, name)(truth))
        found = [make(cells) for cells in panels]
        covered = np.mean([ends is not None and ends[0] <= value <= ends[1] for ends in found])
        assert 0.93 <= covered <= 0.97, f"{name} at {tools} tools: {covered:.1%}"


@pytest.mark.parametrize(("fixed", "broken"), [(0.3, 0.05), (0.05, 0.01)], ids=["many", "few"])
def test_intervals_of_differences_cover_what_they_say(fixed: float, broken: float) -> None:
    """Also where two systems differ on few cases, the change is not mistaken for a sure one."""
    pairs = synthetic_pairs(400, 48, fixed, broken, seed=5)
    truth = synthetic_pairs(100, 5_000, fixed, broken, seed=99).sum((0, 1))
    for name in ("balanced_accuracy", "skip_recall", "mcc"):
        before, after = (float(getattr(statistics, name)(cells)) for cells in truth)
        made = [agreement_difference(pair[:, 0], pair[:, 1], name, DRAWN) for pair in pairs]
        # Where no case changed there is nothing to judge: the difference is 0, and says so.
        found = [(figure.low, figure.high) for figure in made if not figure.note]
        held = [low is not None and high is not None and low <= after - before <= high for low, high in found]
        assert len(found) > 200
        assert np.mean(held) >= 0.93, f"{name}: {np.mean(held):.1%}"


def synthetic_pairs(panels: int, tools: int, fixed: float, broken: float, seed: int) -> Floats:
    """Make two systems on the same panels: panels × tools × systems × the six counts of one persona.

    The second mends a share of the first one's errors and breaks a share of what was right.
    """
    generator = np.random.default_rng(seed)
    gold = generator.random((panels, tools)) < 0.5
    wrong = generator.random((panels, tools)) < 0.25
    luck = generator.random((panels, tools))
    later = np.where(wrong, luck >= fixed, luck < broken)
    return np.stack([_counts(gold, gold ^ error) for error in (wrong, later)], 2)


@given(st.integers(1, 500), st.data())
def test_wilson_equals_statsmodels(trials: int, data: st.DataObject) -> None:
    """The interval of a plain proportion is that of statsmodels."""
    hits = data.draw(st.integers(0, trials))
    expected = proportion_confint(hits, trials, method="wilson")

    assert wilson(hits, trials) == pytest.approx(expected, abs=1e-9)


def test_a_share_with_one_answer_in_each_cluster_is_wilsons() -> None:
    """Nothing is resampled where nothing is clustered."""
    cells = np.array([[1.0, 1.0]] * 7 + [[0.0, 1.0]] * 3 + [[0.0, 0.0]] * 5)

    assert share_interval(cells, DRAWN) == wilson(7, 10)


def test_bca_equals_scipy_on_the_same_draws() -> None:
    """From one set of draws of a skewed, biased statistic, both give the same ends at the widened level."""
    values = np.random.default_rng(3).gamma(0.5, size=40)
    # Hesterberg (2015) widens by Student's t and n/(n - 1); this is the level that comes of it.
    reach = math.sqrt(40 / 39) * float(student.ppf(0.975, 39))
    theirs = bootstrap(
        (values,),
        np.var,
        n_resamples=4_000,
        confidence_level=2 * float(ndtr(reach)) - 1,
        method="BCa",
        rng=np.random.default_rng(2),
        vectorized=True,
    )
    left_out = np.array([np.delete(values, at).var() for at in range(len(values))])
    low, high = bca(np.array([values.var()]), theirs.bootstrap_distribution[:, None], left_out[:, None])
    expected = theirs.confidence_interval

    assert (low[0], high[0]) == pytest.approx((expected.low, expected.high), rel=1e-9)
    percentile = np.quantile(theirs.bootstrap_distribution, [0.025, 0.975])
    assert abs(low[0] - percentile[0]) > 0.03 * (expected.high - expected.low)


@given(st.integers(1, 80), st.integers(1, 80), st.data())
def test_joined_intervals_equal_statsmodels(first: int, second: int, data: st.DataObject) -> None:
    """The difference of two independent proportions has Newcombe's interval (1998)."""
    hits = [data.draw(st.integers(0, trials)) for trials in (first, second)]
    shares = (hits[0] / first, hits[1] / second)
    ends = (wilson(hits[0], first), wilson(hits[1], second))
    expected = confint_proportions_2indep(hits[1], second, hits[0], first, method="newcomb", compare="diff")

    assert difference_bounds(shares, ends, 0.0) == pytest.approx(expected, abs=1e-9)


def test_clusters_widen_an_interval() -> None:
    """Ten copies of the same five tools are worth five tools, not fifty."""
    cells = np.array([[1.0, 0, 0, 0, 1, 0], [0, 1, 0, 0, 1, 0], [1, 0, 0, 1, 0, 0]] * 4)
    alone = balanced_interval(cells, DRAWN)
    copied = balanced_interval(cells * 10, DRAWN)
    spread = balanced_interval(np.tile(cells, (10, 1)), DRAWN)

    assert alone is not None
    assert copied == pytest.approx(alone)
    assert spread is not None
    assert spread[1] - spread[0] < 0.5 * (alone[1] - alone[0])


@pytest.mark.parametrize(
    ("said", "value"), [((0, 4), 1.0), ((0, 3), 0.5), ((1, 4), 0.5)], ids=["perfect", "ships", "skips"]
)
def test_a_record_without_spread_keeps_an_honest_interval(said: tuple[int, int], value: float) -> None:
    """Twenty cases right are no proof of perfection, and resampling them would say so."""
    cells = np.zeros((40, 6))
    cells[:20, said[0]] = 1
    cells[20:, said[1]] = 1
    found = balanced_interval(cells, DRAWN)
    kappa = correlation_interval(cells, statistics.kappa, DRAWN)

    assert found is not None
    assert found[0] < value <= found[1]
    assert 0.05 < found[1] - found[0] < 0.3
    assert kappa == pytest.approx((2 * found[0] - 1, 2 * found[1] - 1))


def test_one_cluster_has_no_interval() -> None:
    """A single tool says nothing about the spread between tools."""
    assert interval(np.array([[3.0, 4.0]]), statistics.share, DRAWN) is None


def test_many_clusters_are_put_together_without_losing_spread() -> None:
    """Above a thousand clusters the draws are of groups, and the interval stays what it was."""
    generator = np.random.default_rng(5)
    hits = generator.binomial(2, 0.7, size=6_000).astype(np.float64)
    cells = np.stack([hits, np.full(6_000, 2.0)], 1)
    found = interval(cells, statistics.share, Resampling(seed=0, resamples=2_000))
    half = 1.959964 * np.sqrt(0.7 * 0.3 / 12_000)

    assert found is not None
    assert found[1] - found[0] == pytest.approx(2 * half, rel=0.08)


def test_the_same_seed_gives_the_same_interval() -> None:
    """A report can be made again, figure by figure."""
    cells = synthetic_panels(1, 40, seed=1)[0]

    assert balanced_interval(cells, Resampling(7, 500)) == balanced_interval(cells, Resampling(7, 500))
    assert balanced_interval(cells, Resampling(7, 500)) != balanced_interval(cells, Resampling(8, 500))
