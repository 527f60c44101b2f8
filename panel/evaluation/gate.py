"""The gate: hold a report to a committed baseline and to floors, and say pass, regression or not sure.

    100  a figure fell by more than the margin and surely fell, or is surely below its floor
    3    not sure, or the run is incomplete: more cases would tell (see `panel.evaluation.power`)
    0    surely within the margin, and surely above the floor

An incomplete run ends in 3 whatever its figures: a failed answer counts as an error, so that a provider's
bad hour would look like a regression.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field

from panel.document import closest
from panel.errors import InputError
from panel.evaluation.intervals import RESAMPLES
from panel.evaluation.paired import compare_answers
from panel.evaluation.report import Figure
from panel.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.baseline import GateBaseline
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.paired import PairedReport
    from panel.evaluation.report import Report

Status = Literal[0, 3, 100]
PASS: Status = 0
INCONCLUSIVE: Status = 3
REGRESSION: Status = 100
COMPARED = ("panel.mean_balanced_accuracy", "panel.mean_skip_recall")
"""Figures that are held to a baseline when nobody names others."""
MARGIN = 0.05
_FLOOR = re.compile(r"(?P<figure>[a-z0-9._-]+)\s*(?:=|>=)\s*(?P<floor>-?[0-9.]+)")


class Check(Value):
    """One figure, held to its floor or to the baseline."""

    figure: str
    """`PERSONA.STATISTIC` or `panel.STATISTIC`."""
    against: Literal["floor", "baseline"]
    now: Figure
    """The figure, or its change against the baseline."""
    limit: float
    """The floor, or minus the margin."""
    status: Status
    reason: str
    """What was found, in a sentence."""


class Gate(Value):
    """What the gate decided, and why."""

    schema_id: Literal["shippanel.gate/1"] = Field(default="shippanel.gate/1", alias="schema")
    status: Status
    reason: str
    checks: tuple[Check, ...]
    baseline: str | None
    """The name of the baseline; None when only floors were given."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


def check_gate(
    report: Report,
    golden: GoldenSet,
    answers: AnswerSet,
    *,
    baseline: GateBaseline | None = None,
    margin: float = MARGIN,
    compared: Sequence[str] = COMPARED,
    floors: Mapping[str, float] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
) -> Gate:
    """Decide whether a run is good enough.

    Args:
        report: the run's report.
        golden: the cases it was made on.
        answers: the run's answers, to be paired with the baseline's.
        baseline: what stands; None when only floors are asked for.
        margin: how much a figure may fall, 0 or more.
        compared: figures held to the baseline.
        floors: figure → the least it must be.
        seed: where the draws of the resampling start.
        resamples: how many draws.

    Raises:
        InputError: a figure is not known, nothing is asked for, or the baseline is of another set or persona.
    """
    checks: list[Check] = []
    if baseline is None and not floors:
        raise InputError("the gate has nothing to check", "Give a baseline, or a floor such as dx.kappa=0.4.")
    if margin < 0:
        raise InputError(f"a margin of {margin:g} is negative", "Say how much a figure may fall: 0 or more.")
    for name, floor in (floors or {}).items():
        checks.append(floor_check(name, figure_of(report, name), floor))
    if baseline is not None:
        baseline.check_comparable(golden, answers)
        paired = compare_answers(golden, baseline.answer_set(), answers, seed=seed, resamples=resamples)
        checks += [change_check(name, figure_of(paired, name), margin) for name in compared]
    status, reason = _decide(report, checks)
    return Gate(
        status=status, reason=reason, checks=tuple(checks), baseline=baseline.name if baseline else None
    )


def floor_check(name: str, now: Figure, floor: float) -> Check:
    """Hold a figure to its floor: 100 when surely below, 0 when surely not, 3 between."""
    shown = _shown(now)
    status: Status
    if now.value is None:
        status, reason = INCONCLUSIVE, f"is not defined: {now.note}"
    elif now.low is None or now.high is None:
        status, reason = INCONCLUSIVE, f"{shown} has no interval: {now.note}"
    elif now.high < floor:
        status, reason = REGRESSION, f"{shown} is below its floor of {floor:g}"
    elif now.low >= floor:
        status, reason = PASS, f"{shown} is not below its floor of {floor:g}"
    else:
        status, reason = INCONCLUSIVE, f"{shown} cannot be told from its floor of {floor:g}"
    return Check(figure=name, against="floor", now=now, limit=floor, status=status, reason=f"{name} {reason}")


def change_check(name: str, change: Figure, margin: float) -> Check:
    """Hold a change to its margin: 100 when surely a fall and beyond it, 0 when surely within, 3 between."""
    shown = _shown(change, signed=True)
    status: Status
    if change.value is None:
        status, reason = INCONCLUSIVE, f"change is not defined: {change.note}"
    elif change.low is None or change.high is None:
        status, reason = INCONCLUSIVE, f"change {shown} has no interval: {change.note}"
    elif change.value < -margin and change.high < 0:
        status, reason = REGRESSION, f"changed by {shown}: a fall beyond the margin of {margin:g}"
    elif change.low >= -margin:
        status, reason = PASS, f"changed by {shown}: within the margin of {margin:g}"
    else:
        status, reason = INCONCLUSIVE, f"changed by {shown}: a fall beyond {margin:g} cannot be ruled out"
    return Check(
        figure=name, against="baseline", now=change, limit=-margin, status=status, reason=f"{name} {reason}"
    )


def read_floors(texts: Iterable[str]) -> dict[str, float]:
    """Read floors as a command line gives them: `dx.balanced_accuracy=0.6`.

    A statistic without a persona is the panel's.

    Raises:
        InputError: a floor is not written like that.
    """
    found: dict[str, float] = {}
    for text in texts:
        match = _FLOOR.fullmatch(text.strip())
        try:
            if match is None:
                raise ValueError(text)  # noqa: TRY301 - one refusal for both ways to be wrong
            floor = float(match["floor"])
        except ValueError:
            raise InputError(
                f"{text!r} is not a floor", "Write FIGURE=NUMBER, as in dx.balanced_accuracy=0.6."
            ) from None
        name = match["figure"]
        found[name if "." in name else f"panel.{name}"] = floor
    return found


def figure_of(report: Report | PairedReport, name: str) -> Figure:
    """Look up a figure by its name, `PERSONA.STATISTIC` or `panel.STATISTIC`.

    Raises:
        InputError: the report has no such figure.
    """
    owner, _, statistic = name.rpartition(".")
    known = dict(_figures(report))
    if name not in known:
        near = closest(name, known)
        hint = (
            f"Did you mean {near!r}?" if near else f"The report knows {', '.join(sorted(report.personas))}."
        )
        raise InputError(f"no figure is called {name!r}", hint)
    found: Any = known[f"{owner}.{statistic}"]
    return Figure.model_validate(found)


def _figures(report: Report | PairedReport) -> Iterator[tuple[str, Figure]]:
    for owner, part in (*report.personas.items(), ("panel", report.panel)):
        for statistic, value in part:
            if isinstance(value, Figure):
                yield f"{owner}.{statistic}", value


def _decide(report: Report, checks: Sequence[Check]) -> tuple[Status, str]:
    if report.state == "partial":
        return INCONCLUSIVE, "Inconclusive: the run is incomplete."
    for status, word in ((REGRESSION, "Failed"), (INCONCLUSIVE, "Inconclusive")):
        found = [check for check in checks if check.status == status]
        if found:
            more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
            return found[0].status, f"{word}: {found[0].reason}{more}."
    return PASS, "Passed: every figure holds."


def _shown(figure: Figure, *, signed: bool = False) -> str:
    form = "{:+.3f}" if signed else "{:.3f}"
    if figure.value is None or figure.low is None or figure.high is None:
        return "undefined" if figure.value is None else form.format(figure.value)
    return f"{form.format(figure.value)} ({form.format(figure.low)} to {form.format(figure.high)})"
