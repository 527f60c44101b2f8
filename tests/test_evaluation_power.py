from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import InputError
from panel.evaluation import cases_needed, power_of, smallest_margin
from panel.evaluation.statistics import mcnemar


def test_the_formula_gives_the_published_example() -> None:
    """Connor (1987): discordant share 0.25 and difference 0.10 need 195 pairs for 80 % at 5 %."""
    reach = 1.959963985 * 0.25**0.5 + 0.841621234 * (0.25 - 0.01) ** 0.5

    assert cases_needed(0.1, discordant=0.25).cases == int(np.ceil((reach / 0.1) ** 2)) == 194


@pytest.mark.parametrize(("margin", "discordant"), [(0.10, 0.25), (0.15, 0.30), (0.08, 0.15)])
def test_so_many_cases_notice_the_difference_so_often(margin: float, discordant: float) -> None:
    """In simulation, the exact test notices the margin about as often as was asked for."""
    cases = cases_needed(margin, discordant=discordant, power=0.8).cases
    generator = np.random.default_rng(17)
    shares = [(discordant + margin) / 2, (discordant - margin) / 2, 1 - discordant]
    drawn = generator.multinomial(cases, shares, size=3_000)
    noticed = np.mean([mcnemar(int(b), int(c)) < 0.05 for b, c, _ in drawn])

    # The exact test is a little more cautious than the formula, which is for the uncorrected one.
    assert 0.72 <= noticed <= 0.83


@given(st.floats(0.02, 0.2), st.floats(0.2, 0.5), st.floats(0.5, 0.95))
def test_power_and_cases_agree(margin: float, discordant: float, power: float) -> None:
    """The cases needed have the power asked for, and one in ten fewer have not."""
    cases = cases_needed(margin, discordant=discordant, power=power).cases

    assert power_of(cases, margin, discordant=discordant) >= power - 1e-9
    assert power_of(int(cases * 0.9), margin, discordant=discordant) < power


def test_clusters_take_more_cases() -> None:
    """Cases that err together count for less, by Kish's design effect."""
    plain = cases_needed(0.1)
    clustered = cases_needed(0.1, cluster_size=3, correlation=0.5)

    assert clustered.design_effect == 2.0
    assert clustered.cases == pytest.approx(2 * plain.cases, abs=1)
    assert "10 points" in plain.sentence


def test_a_set_says_what_it_can_show() -> None:
    """Sixty cases notice twenty points and no less, when two systems differ on a third of them."""
    margin = smallest_margin(60, discordant=0.33)

    assert power_of(60, margin, discordant=0.33) == pytest.approx(0.8, abs=0.001)
    assert 0.18 < margin < 0.22
    with pytest.raises(InputError, match="show no difference"):
        smallest_margin(5)


@pytest.mark.parametrize(
    ("margin", "changes"),
    [(0.3, {}), (0.0, {}), (0.1, {"power": 1.0}), (0.1, {"correlation": 2.0}), (0.1, {"cluster_size": 0.5})],
)
def test_impossible_wishes_are_refused(margin: float, changes: dict[str, float]) -> None:
    """Two systems cannot differ by more than the cases on which they differ."""
    with pytest.raises(InputError):
        cases_needed(margin, **changes)
