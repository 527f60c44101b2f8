"""How many cases a wanted margin needs.

Two systems on the same cases are told apart by the cases that change. With discordant share ψ (cases on
which exactly one of them is right) and difference δ in the share right, McNemar's test needs about

    n = (z_level · √ψ + z_power · √(ψ - δ²))² / δ²          (Miettinen 1968; Connor 1987, Biometrics 43:207)

cases, times the design effect 1 + (m - 1)·ρ where m cases share a cluster and correlate by ρ (Kish 1965).
"""

from __future__ import annotations

import math

from pydantic import Field
from scipy.special import ndtr, ndtri

from panel.errors import InputError
from panel.value import Value


class Power(Value):
    """What a wanted margin takes."""

    margin: float = Field(gt=0)
    """The difference to be noticed, as a share of cases (0.05 is five points)."""
    discordant: float
    """ψ: the share of cases on which exactly one of the two systems is right."""
    power: float
    alpha: float
    design_effect: float
    cases: int
    """Cases where gold says ship or skip, for each persona."""
    sentence: str


def cases_needed(
    margin: float,
    *,
    discordant: float = 0.2,
    power: float = 0.8,
    alpha: float = 0.05,
    cluster_size: float = 1.0,
    correlation: float = 0.0,
) -> Power:
    """Work out how many cases show a difference of `margin` between two systems.

    Args:
        margin: the difference in the share of right answers, between 0 and 1. On a set with as many ships
            as skips it is the difference in balanced accuracy.
        discordant: the share of cases on which exactly one of the two is right; an earlier `eval compare`
            tells. Not below the margin.
        power: the chance to notice a difference that is there.
        alpha: the chance, on both sides, to notice one that is not.
        cluster_size: cases in a cluster, on average.
        correlation: how far cases of a cluster err together, from 0 to 1.

    Raises:
        InputError: the figures cannot hold together.
    """
    _check(margin, discordant, power, alpha)
    if cluster_size < 1 or not 0 <= correlation <= 1:
        raise InputError(
            "cluster_size must be at least 1 and correlation from 0 to 1",
            "One case in a cluster, and a correlation of 0, is the plain case.",
        )
    effect = 1 + (cluster_size - 1) * correlation
    reach = float(ndtri(1 - alpha / 2)) * math.sqrt(discordant)
    reach += float(ndtri(power)) * math.sqrt(discordant - margin**2)
    cases = math.ceil(effect * (reach / margin) ** 2)
    return Power(
        margin=margin,
        discordant=discordant,
        power=power,
        alpha=alpha,
        design_effect=effect,
        cases=cases,
        sentence=(
            f"To notice a difference of {100 * margin:g} points with {power:.0%} certainty, when the two "
            f"differ on {discordant:.0%} of cases, takes about {cases:,} cases."
        ),
    )


def power_of(cases: int, margin: float, *, discordant: float = 0.2, alpha: float = 0.05) -> float:
    """Return the chance that `cases` show a difference of `margin`: the same formula, solved for power."""
    _check(margin, discordant, 0.5, alpha)
    reach = margin * math.sqrt(cases) - float(ndtri(1 - alpha / 2)) * math.sqrt(discordant)
    spread = math.sqrt(discordant - margin**2)
    return float(ndtr(reach / spread)) if spread else float(reach > 0)


def smallest_margin(cases: int, *, discordant: float = 0.2, power: float = 0.8, alpha: float = 0.05) -> float:
    """Return the smallest difference that `cases` show with the wanted power, to four decimals."""
    low, high = 0.0, discordant
    if power_of(cases, high, discordant=discordant, alpha=alpha) < power:
        raise InputError(
            f"{cases} cases show no difference with {power:.0%} certainty when systems differ on "
            f"{discordant:.0%} of cases",
            "Collect more cases.",
        )
    while high - low > 1e-5:
        middle = (low + high) / 2
        enough = power_of(cases, middle, discordant=discordant, alpha=alpha) >= power
        low, high = (low, middle) if enough else (middle, high)
    return round(high, 4)


def _check(margin: float, discordant: float, power: float, alpha: float) -> None:
    if not 0 < margin <= discordant <= 1:
        raise InputError(
            f"a margin of {margin:g} needs a discordant share between it and 1, and {discordant:g} was given",
            "Two systems cannot differ by more than the share of cases on which one of them is right alone.",
        )
    if not (0 < power < 1 and 0 < alpha < 1):
        raise InputError("power and alpha lie between 0 and 1", "Common choices are 0.8 and 0.05.")
