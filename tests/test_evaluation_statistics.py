from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import pearsonr
from sklearn import metrics
from statsmodels.stats.contingency_tables import mcnemar as library_mcnemar
from statsmodels.stats.multitest import multipletests

from panel.evaluation import statistics
from panel.stability import flip_rate

if TYPE_CHECKING:
    from panel.evaluation.statistics import Floats

EXACT = 1e-9
GOLD = ("ship", "skip")
SAID = ("ship", "skip", "none")
RATERS = st.lists(st.tuples(st.sampled_from(GOLD), st.sampled_from(SAID)), min_size=2, max_size=60).filter(
    lambda pairs: {gold for gold, _ in pairs} == set(GOLD)
)


def count(gold: list[str], said: list[str]) -> Floats:
    """Count the six cells of agreement."""
    cells = np.zeros(statistics.CELLS)
    for expected, answer in zip(gold, said, strict=True):
        cells[GOLD.index(expected) * 3 + SAID.index(answer)] += 1
    return cells


@given(RATERS)
def test_agreement_equals_scikit_learn(pairs: list[tuple[str, str]]) -> None:
    """Every figure of agreement is scikit-learn's, votes missing or not."""
    gold, said = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    cells = count(gold, said)
    with warnings.catch_warnings():
        # Scikit-learn warns that no vote is a class gold never gives; that is the point here.
        warnings.simplefilter("ignore")
        expected = {
            "balanced_accuracy": metrics.balanced_accuracy_score(gold, said),
            "mcc": metrics.matthews_corrcoef(gold, said),
            "kappa": metrics.cohen_kappa_score(gold, said),
            "ship_recall": metrics.recall_score(gold, said, labels=["ship"], average="macro"),
            "skip_recall": metrics.recall_score(gold, said, labels=["skip"], average="macro"),
            "accuracy": metrics.accuracy_score(gold, said),
        }
    for name, value in expected.items():
        assert float(getattr(statistics, name)(cells)) == pytest.approx(value, abs=EXACT), name


@pytest.mark.parametrize(
    ("said", "balanced"), [("ship", 0.5), ("skip", 0.5), ("none", 0.0)], ids=["ships", "skips", "never votes"]
)
def test_a_constant_rater_has_no_correlation(said: str, balanced: float) -> None:
    """Whoever always says the same gets 0 for MCC and kappa, at any base rate."""
    cells = count(["ship"] * 6 + ["skip"], [said] * 7)

    assert float(statistics.balanced_accuracy(cells)) == balanced
    assert float(statistics.mcc(cells)) == 0.0
    assert float(statistics.kappa(cells)) == pytest.approx(0.0, abs=EXACT)


@pytest.mark.parametrize("name", ["balanced_accuracy", "mcc", "kappa"])
def test_one_class_of_gold_leaves_agreement_undefined(name: str) -> None:
    """A set without skips cannot make whoever always ships look perfect."""
    cells = count(["ship"] * 5, ["ship"] * 5)

    assert math.isnan(float(getattr(statistics, name)(cells)))


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_equals_statsmodels(first: int, second: int) -> None:
    """The exact p is that of statsmodels, and 1 when nothing changed."""
    expected = library_mcnemar([[0, first], [second, 0]], exact=True).pvalue if first + second else 1.0

    assert statistics.mcnemar(first, second) == pytest.approx(expected, abs=EXACT)


def test_mcnemar_equals_a_published_example() -> None:
    """Agresti's approval ratings (Categorical Data Analysis, table 10.1) differ beyond any doubt."""
    exact = 2 * sum(math.comb(236, k) for k in range(87)) / 2**236

    assert statistics.mcnemar(86, 150) == pytest.approx(exact, abs=EXACT)
    assert 2e-5 < exact < 5e-5


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_equals_statsmodels(p_values: list[float]) -> None:
    """Adjusted p values are those of statsmodels."""
    expected = multipletests(p_values, method="holm")[1]

    assert statistics.holm(p_values) == pytest.approx(list(expected), abs=EXACT)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=3, max_size=40))
def test_error_correlation_equals_scipy(pairs: list[tuple[bool, bool]]) -> None:
    """The correlation of two error indicators is Pearson's, and undefined for one that never varies."""
    x, y = np.array(pairs, float).T
    value = float(
        statistics.correlation(np.array([len(x), x.sum(), y.sum(), (x * y).sum(), x.sum(), y.sum()]))
    )

    if len(set(x)) < 2 or len(set(y)) < 2:
        assert math.isnan(value)
    else:
        assert value == pytest.approx(pearsonr(x, y).statistic, abs=EXACT)


def test_effective_votes_of_independent_and_equal_judges() -> None:
    """Four independent judges are four votes, four that err together are one, and nine at 0.45 about two."""
    assert float(statistics.effective_votes(np.array(0.0), 4)) == 4.0
    assert float(statistics.effective_votes(np.array(1.0), 4)) == 1.0
    assert float(statistics.effective_votes(np.array(0.45), 9)) == pytest.approx(9 / 4.6, abs=EXACT)


@given(st.integers(0, 30), st.integers(0, 30))
def test_flip_rate_is_that_of_the_scorecard(ships: int, skips: int) -> None:
    """Repeats disagree as the scorecard's stability says, before its rounding."""
    value = float(statistics.pair_disagreement(np.array(float(ships)), np.array(float(skips))))
    expected = flip_rate(ships, skips)

    assert math.isnan(value) if expected is None else round(value, 4) == expected


def test_flip_rate_does_not_grow_with_repeats() -> None:
    """A coin flips in half of all pairs, whether it is thrown ten times or a thousand."""
    few, many = (np.array(n / 2) for n in (10.0, 1000.0))

    assert float(statistics.pair_disagreement(few, few)) == pytest.approx(5 / 9, abs=EXACT)
    assert float(statistics.pair_disagreement(many, many)) == pytest.approx(500 / 999, abs=EXACT)
