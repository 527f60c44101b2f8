"""Leniency: where on the 0–100 score a persona's ship should begin, fitted on one split, shown on another.

Thresholds are reported beside the raw decisions and never applied to a review. A threshold is fitted per
persona and reviewer: another model is lenient elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import ConfigDict, Field

from panel.errors import InputError
from panel.evaluation import figures
from panel.evaluation.answers import AnswerSet
from panel.evaluation.intervals import METHOD, RESAMPLES, Resampling, approximate_note
from panel.evaluation.paired import METHOD_OF_DIFFERENCES, agreement_difference
from panel.evaluation.report import Agreement, Figure
from panel.evaluation.table import SHIP, make_table
from panel.value import Value, published

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from panel.evaluation.answers import Answer
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.statistics import Floats
    from panel.evaluation.table import Table

NEUTRAL = 50.0


class SeatCalibration(Value):
    """The threshold of one persona as one reviewer plays it, and what it does."""

    persona: str
    spec: str
    """The reviewer, as it was asked for; empty when the answers do not say."""
    threshold: float | None
    """Ship from this score on; None when the fitting split has no scored votes of both classes."""
    note: str = ""
    """Why there is no threshold; empty when there is one."""
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
    """Thresholds of a panel, seat by seat."""

    schema_id: Literal["shippanel.calibration/1"] = Field(default="shippanel.calibration/1", alias="schema")
    answers: str
    answers_digest: str
    golden: str
    golden_digest: str
    fitted_on: str
    shown_on: str
    seats: tuple[SeatCalibration, ...]
    """In gold's order of personas; several for a persona whose answers come from several reviewers."""
    notes: tuple[str, ...]
    """What a reader must know first, as plain sentences."""
    seed: int
    resamples: int
    method: str = f"{METHOD} {METHOD_OF_DIFFERENCES}"

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
        answers: what was said on both, by one reviewer or by several.
        fit_on: the split to fit on.
        show_on: the split to report on.
        seed: where the draws of the resampling start.
        resamples: how many draws.

    Raises:
        InputError: a split is empty or unanswered, both are the same, or no vote has a score.
    """
    if fit_on == show_on:
        raise InputError(
            f"a threshold fitted on {fit_on!r} cannot be judged on it", "Name two different splits."
        )
    splits = (golden.only(fit_on), golden.only(show_on))
    for split in splits:
        _need_scores(answers, split)
    drawn = Resampling(seed, resamples)
    seats: list[SeatCalibration] = []
    shown = splits[1].cases
    rough = approximate_note(len(shown), len({case.family for case in shown}))
    notes = [rough] if rough else []
    for persona in golden.personas:
        reviewers = _by_reviewer(answers, persona)
        for spec, own in reviewers.items():
            # Who answered a part of the cases beside others is held to that part.
            fitting, showing = splits if len(reviewers) == 1 else (_answered(part, own) for part in splits)
            absent = [split.split for split in (fitting, showing) if not _answered(split, own).cases]
            if absent:
                reviewer = f" by {spec}" if spec else ""
                notes.append(f"{persona}{reviewer}: left out, with no answer on the split {absent[0]!r}.")
            else:
                seats.append(_seat(persona, spec, (fitting, showing), own, drawn))
    if not seats:
        raise InputError(
            f"{answers.name}: nobody answered both {fit_on!r} and {show_on!r}",
            "Ask one reviewer about the whole set: shippanel eval run SET --split all --answers FILE.",
        )
    return Calibration(
        answers=answers.name,
        answers_digest=answers.digest,
        golden=golden.name,
        golden_digest=golden.digest,
        fitted_on=fit_on,
        shown_on=show_on,
        seats=tuple(seats),
        notes=tuple(notes),
        seed=seed,
        resamples=resamples,
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


def calibration_schema() -> dict[str, Any]:
    """Describe the JSON form of a calibration, as JSON Schema draft 2020-12."""
    return published("calibration", Calibration.model_json_schema(by_alias=True, mode="serialization"))


def _need_scores(answers: AnswerSet, split: GoldenSet) -> None:
    """Refuse answers that say nothing about a split, or give it no score to hold a threshold to."""
    ids = {case.id for case in split.cases}
    met = [answer for answer in answers.answers if answer.case in ids and answer.persona in split.personas]
    if not met:
        raise InputError(
            f"{answers.name}: answers no case of the split {split.split!r} of {split.name}",
            "Ask about the whole set: shippanel eval run SET --split all --answers FILE.",
        )
    if all(answer.score is None for answer in met):
        raise InputError(
            f"{answers.name}: no answer to the split {split.split!r} has a score",
            "A threshold is a point on the scores from 0 to 100; without them there is nothing to set.",
        )


def _by_reviewer(answers: AnswerSet, persona: str) -> dict[str, AnswerSet]:
    """Sort the answers of one persona by who was asked, in order of appearance."""
    found: dict[str, list[Answer]] = {}
    for answer in answers.answers:
        if answer.persona == persona:
            found.setdefault(answer.spec, []).append(answer)
    return {
        spec: AnswerSet.model_construct(name=answers.name, digest=answers.digest, answers=tuple(own))
        for spec, own in found.items()
    }


def _answered(split: GoldenSet, own: AnswerSet) -> GoldenSet:
    ids = {answer.case for answer in own.answers}
    return split.model_copy(update={"cases": tuple(case for case in split.cases if case.id in ids)})


def _seat(
    persona: str, spec: str, splits: tuple[GoldenSet, GoldenSet], own: AnswerSet, drawn: Resampling
) -> SeatCalibration:
    fitting, showing = (make_table(split, own, [persona]) for split in splits)
    scores, ships = _scored(fitting)
    threshold = fit_threshold(scores, ships)
    fit, shifted = None, showing
    if threshold is not None:
        fit = float(((scores >= threshold)[ships].mean() + (scores < threshold)[~ships].mean()) / 2)
        shifted = make_table(splits[1], apply_thresholds(own, {persona: threshold}), [persona])
    before, after = showing.agreement_cells([0]), shifted.agreement_cells([0])
    rates = [
        figures.share_figure(table.share_cells(table.said == SHIP, table.voted), drawn, "no votes")
        for table in (showing, shifted)
    ]
    return SeatCalibration(
        persona=persona,
        spec=spec,
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


def _scored(table: Table) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the scores of the votes where gold decides, and whether it ships them; one persona a table."""
    used = table.decided[0] & table.voted[0] & ~np.isnan(table.scores[0])
    return table.scores[0, used], table.gold[0, used] == SHIP
