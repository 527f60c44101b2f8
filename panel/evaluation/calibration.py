"""Leniency: where on the 0–100 score a persona's ship should begin, fitted on one split, shown on another.

Thresholds are reported beside the raw decisions and never applied to a review. A threshold is fitted per
persona and reviewer: another model is lenient elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import ConfigDict, Field

from panel.errors import InputError
from panel.evaluation import figures
from panel.evaluation.answers import AnswerSet
from panel.evaluation.intervals import RESAMPLES, Resampling
from panel.evaluation.paired import agreement_difference
from panel.evaluation.report import Agreement, Figure
from panel.evaluation.table import SHIP, make_table
from panel.value import Value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.statistics import Floats
    from panel.evaluation.table import Table

NEUTRAL = 50.0


class PersonaCalibration(Value):
    """One persona's threshold, and what it does."""

    threshold: float | None
    """Ship from this score on; None when the fitting split has no scored votes of both classes."""
    note: str = ""
    fitted: int
    """Votes the threshold was fitted on."""
    fit_balanced_accuracy: float | None
    """On the split it was fitted on, over scored votes: too good by construction."""
    raw: Agreement
    """The reviewer's own decisions, on the other split."""
    calibrated: Agreement
    """The same answers with ship from the threshold on; what has no score keeps its decision."""
    gain: Figure
    """Balanced accuracy, calibrated minus raw, on the other split."""
    ship_rate_raw: Figure
    ship_rate_calibrated: Figure


class Calibration(Value):
    """Thresholds of one reviewer."""

    schema_id: Literal["shippanel.calibration/1"] = Field(default="shippanel.calibration/1", alias="schema")
    answers: str
    specs: tuple[str, ...]
    fitted_on: str
    shown_on: str
    golden_digest: str
    personas: dict[str, PersonaCalibration]

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


def calibrate(
    golden: GoldenSet,
    answers: AnswerSet,
    *,
    fit_on: str = "development",
    show_on: str = "held",
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Calibration:
    """Fit thresholds on one split and report them on another.

    Args:
        golden: the whole set, both splits in it.
        answers: what one reviewer said on both.
        fit_on: the split to fit on.
        show_on: the split to report on.
        seed: where the draws of the resampling start.
        resamples: how many draws.

    Raises:
        InputError: a split is empty, or both are the same.
    """
    if fit_on == show_on:
        raise InputError(
            f"a threshold fitted on {fit_on!r} cannot be judged on it", "Name two different splits."
        )
    fitting = make_table(golden.only(fit_on), answers)
    showing = make_table(golden.only(show_on), answers, fitting.personas)
    thresholds = {
        persona: fit_threshold(*_scored(fitting, at)) for at, persona in enumerate(fitting.personas)
    }
    known = {persona: at for persona, at in thresholds.items() if at is not None}
    shifted = make_table(golden.only(show_on), apply_thresholds(answers, known), fitting.personas)
    drawn = Resampling(seed, resamples)
    return Calibration(
        answers=answers.name,
        specs=tuple(dict.fromkeys(answer.spec for answer in answers.answers if answer.spec)),
        fitted_on=fit_on,
        shown_on=show_on,
        golden_digest=golden.digest,
        personas={
            persona: _persona(persona, thresholds[persona], (fitting, showing, shifted), drawn)
            for persona in fitting.personas
        },
    )


def fit_threshold(scores: Floats, ships: NDArray[np.bool_]) -> float | None:
    """Return the score from which shipping agrees best with gold, by balanced accuracy.

    Candidates lie half-way between neighbouring scores, and at 0 and above 100 for always and never. Of
    equally good ones the nearest to 50 is taken, then the higher: the change that assumes least, then the
    stricter.

    Args:
        scores: 0–100.
        ships: whether gold ships, for each score.

    Returns:
        The threshold; None unless gold has both classes.
    """
    if not ships.any() or ships.all():
        return None
    values = np.unique(scores)
    candidates = np.concatenate([[0.0], (values[1:] + values[:-1]) / 2, [100.5]])
    if values[0] < NEUTRAL <= values[-1]:
        below, above = values[values < NEUTRAL][-1], values[values >= NEUTRAL][0]
        # 50 lies in one of the gaps; there it stands for the gap.
        candidates = np.append(candidates[(candidates <= below) | (candidates > above)], NEUTRAL)
    shipped = scores[None, :] >= candidates[:, None]
    quality = shipped[:, ships].mean(1) + (~shipped[:, ~ships]).mean(1)
    best = candidates[np.isclose(quality, quality.max(), rtol=0, atol=1e-12)]
    return float(min(best, key=lambda candidate: (abs(candidate - NEUTRAL), -candidate)))


def apply_thresholds(answers: AnswerSet, thresholds: Mapping[str, float]) -> AnswerSet:
    """Decide votes anew by their scores; abstentions, failures and votes without a score stay."""
    rows = []
    for answer in answers.answers:
        at = thresholds.get(answer.persona)
        if at is None or answer.score is None or answer.decision not in {"ship", "skip"}:
            rows.append(answer)
        else:
            decision = "ship" if answer.score >= at else "skip"
            rows.append(answer.model_copy(update={"decision": decision}))
    return AnswerSet(name=f"{answers.name}, calibrated", digest=answers.digest, answers=tuple(rows))


def _scored(table: Table, at: int) -> tuple[Floats, NDArray[np.bool_]]:
    used = table.decided[at] & table.voted[at] & ~np.isnan(table.scores[at])
    return table.scores[at, used], table.gold[at, used] == SHIP


def _persona(
    persona: str, threshold: float | None, tables: tuple[Table, Table, Table], drawn: Resampling
) -> PersonaCalibration:
    fitting, showing, shifted = tables
    at = fitting.personas.index(persona)
    scores, ships = _scored(fitting, at)
    fit = None
    if threshold is not None:
        fit = float(((scores >= threshold)[ships].mean() + (scores < threshold)[~ships].mean()) / 2)
    before, after = showing.agreement_cells([at]), shifted.agreement_cells([at])
    rates = [
        figures.share_figure(table.share_cells(table.said[at] == SHIP, table.voted[at]), drawn, "no votes")
        for table in (showing, shifted)
    ]
    return PersonaCalibration(
        threshold=threshold,
        note="" if threshold is not None else "no scored votes of both classes to fit on",
        fitted=len(scores),
        fit_balanced_accuracy=fit,
        raw=Agreement(**figures.agreement_figures(before, drawn)),
        calibrated=Agreement(**figures.agreement_figures(after, drawn)),
        gain=agreement_difference(before, after, "balanced_accuracy", drawn),
        ship_rate_raw=rates[0],
        ship_rate_calibrated=rates[1],
    )
