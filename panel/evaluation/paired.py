"""Two systems on the same cases: what changed, and whether it can be told from chance.

Differences are the second system minus the first. Each system's interval is resampled over clusters, and the
two are joined with the correlation that comes of answering the same tools. McNemar's exact test takes one
verdict per tool: it is made persona by persona.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydantic import ConfigDict, Field

from panel.errors import InputError
from panel.evaluation import figures, statistics
from panel.evaluation.intervals import (
    RESAMPLES,
    Resampling,
    approximate_note,
    difference_bounds,
    interval,
    share_interval,
)
from panel.evaluation.panel_figures import mean_over_personas, pooled_bounds
from panel.evaluation.report import Figure
from panel.evaluation.table import SHIP, make_table
from panel.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.intervals import Bounds
    from panel.evaluation.statistics import Floats, Statistic
    from panel.evaluation.table import Table

SIGNIFICANT = 0.05
METHOD_OF_CHANGES = (
    "Of differences: each side's own interval, resampled over clusters of related tools, joined by squaring "
    "and adding with their correlation (Newcombe 1998)."
)
METHOD_OF_DIFFERENCES = (
    "95 % intervals of differences: each system's own interval, resampled over clusters of related tools, "
    "joined by squaring and adding with their correlation (Newcombe 1998)."
)
Outcome = Literal["first is better", "second is better", "no difference shown"]
_SAID = ("ship", "skip", "abstain", "failed", "unanswered")


class Changed(Value):
    """A case on which the two systems do not say the same."""

    case: str
    tool: str
    persona: str
    expected: str | None
    first: str
    second: str
    effect: Literal["fixed", "broken", "other"]
    """`fixed` when only the second is right, `broken` when only the first is."""


class Differences(Value):
    """Second minus first, over the cases where gold says ship or skip."""

    balanced_accuracy: Figure
    mcc: Figure
    kappa: Figure
    ship_recall: Figure
    skip_recall: Figure
    accuracy: Figure
    ship_rate: Figure
    coverage: Figure


class McNemar(Value):
    """The exact test on one verdict per tool."""

    only_first: int
    """Cases that only the first system gets right."""
    only_second: int
    p_value: float
    p_adjusted: float
    """Adjusted over personas by Holm's procedure."""


class PairedPersona(Differences):
    """One persona, compared."""

    mcnemar: McNemar
    outcome: Outcome
    """Read off the adjusted p value."""


class PairedPanel(Differences):
    """The panel, compared: votes pooled, and means over personas."""

    mean_balanced_accuracy: Figure
    mean_ship_recall: Figure
    mean_skip_recall: Figure


class PairedReport(Value):
    """What changed between two systems."""

    schema_id: Literal["shippanel.paired/1"] = Field(default="shippanel.paired/1", alias="schema")
    first: str
    second: str
    golden: str
    golden_digest: str
    split: str | None
    cases: int
    outcome: Outcome
    """Read off the interval of the mean balanced accuracy's difference."""
    personas: dict[str, PairedPersona]
    panel: PairedPanel
    changed: tuple[Changed, ...]
    notes: tuple[str, ...]
    seed: int
    resamples: int
    method: str = f"{METHOD_OF_DIFFERENCES} Exact McNemar test for each persona, adjusted by Holm."

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    @property
    def headline(self) -> str:
        """The result as one line."""
        difference = self.panel.mean_balanced_accuracy
        if difference.value is None:
            return f"{self.outcome} · {difference.note}"
        ends = "" if difference.low is None else f" ({difference.low:+.3f} to {difference.high:+.3f})"
        return f"{self.outcome} · mean balanced accuracy {difference.value:+.3f}{ends}"


def compare_answers(
    golden: GoldenSet, first: AnswerSet, second: AnswerSet, *, seed: int = 0, resamples: int = RESAMPLES
) -> PairedReport:
    """Compare two systems on the same cases.

    Args:
        golden: the cases.
        first: the system that stands.
        second: the one that would replace it.
        seed: where the draws of the resampling start.
        resamples: how many draws.

    Raises:
        InputError: no persona of the set was answered for by both.
    """
    given = {answer.persona for answer in first.answers} & {answer.persona for answer in second.answers}
    shared = tuple(persona for persona in golden.personas if persona in given)
    if not shared:
        raise InputError(
            f"{first.name} and {second.name} share no persona of {golden.name}",
            f"Personas of the set: {', '.join(map(repr, golden.personas))}.",
        )
    tables = (make_table(golden, first, shared), make_table(golden, second, shared))
    drawn = Resampling(seed, resamples)
    personas = _personas(tables, drawn)
    panel = PairedPanel(**_differences(tables, list(range(len(shared))), drawn), **_means(tables, drawn))
    return PairedReport(
        first=first.name,
        second=second.name,
        golden=golden.name,
        golden_digest=golden.digest,
        split=golden.split,
        cases=len(golden.cases),
        outcome=_outcome(panel.mean_balanced_accuracy),
        personas=personas,
        panel=panel,
        changed=_changed(tables),
        notes=_notes(tables, golden),
        seed=seed,
        resamples=resamples,
    )


def difference_figure(
    first: Floats,
    second: Floats,
    statistic: Statistic,
    alone: Callable[[Floats], Bounds | None],
    *,
    n: int | None = None,
    undefined: str = "not defined for these cases",
) -> Figure:
    """Return the difference of one statistic, from clusters × counts of two systems on the same cases.

    Args:
        first: clusters × counts of the first system.
        second: the same of the second.
        statistic: counts in the last axis → value.
        alone: the interval of the statistic for one system.
        n: how many answers it rests on; the sum of the counts when None.
        undefined: why there may be no value.
    """
    n = int(second.sum()) if n is None else n
    values = (float(statistic(first.sum(0))), float(statistic(second.sum(0))))
    if any(np.isnan(value) for value in values):
        return figures.undefined(undefined, n)
    if np.array_equal(first, second):
        return Figure(value=0.0, low=0.0, high=0.0, n=n, note="the same counts in every cluster")
    before, after = alone(first), alone(second)
    bounds = None
    if before and after:
        bounds = difference_bounds(values, (before, after), _correlation(first, second, statistic))
    return figures.figure(values[1] - values[0], bounds, n, "", "")


def _correlation(first: Floats, second: Floats, statistic: Statistic) -> float:
    """Correlate the two figures over what each becomes with one cluster left out; 0 where one never moves."""
    left_out = np.stack([statistic(cells.sum(0) - cells) for cells in (first, second)])
    known = ~np.isnan(left_out).any(0)
    away = left_out[:, known] - left_out[:, known].mean(1, keepdims=True)
    spread = float((away[0] ** 2).sum() * (away[1] ** 2).sum())
    return float((away[0] * away[1]).sum()) / spread**0.5 if spread > 1e-24 else 0.0


def agreement_difference(first: Floats, second: Floats, name: str, drawn: Resampling) -> Figure:
    """Return the difference of a statistic of agreement, from clusters × the six counts of two systems."""

    def alone(cells: Floats) -> Bounds | None:
        return figures.agreement_bounds(name, cells, drawn)

    return difference_figure(first, second, getattr(statistics, name), alone)


def mean_cells(table: Table) -> Floats:
    """Return clusters × (personas · six): the counts of agreement of each persona, side by side."""
    return np.concatenate([table.agreement_cells([at]) for at in range(len(table.personas))], 1)


def mean_statistic(name: str) -> Statistic:
    """Return the mean over personas of a statistic of agreement, as a function of `mean_cells`."""
    mean = mean_over_personas(getattr(statistics, name))

    def of(counts: Floats) -> Floats:
        return mean(counts.reshape(*counts.shape[:-1], -1, 6))

    return of


def _personas(tables: tuple[Table, Table], drawn: Resampling) -> dict[str, PairedPersona]:
    names = tables[0].personas
    right = [table.decided & ~table.wrong for table in tables]
    only_first = (right[0] & ~right[1]).sum(1).tolist()
    only_second = (right[1] & ~right[0]).sum(1).tolist()
    raw = [statistics.mcnemar(a, b) for a, b in zip(only_first, only_second, strict=True)]
    adjusted = statistics.holm(raw)
    found = {}
    for at, persona in enumerate(names):
        shown = adjusted[at] < SIGNIFICANT
        better: Outcome = "second is better" if only_second[at] > only_first[at] else "first is better"
        found[persona] = PairedPersona(
            **_differences(tables, [at], drawn),
            mcnemar=McNemar(
                only_first=only_first[at],
                only_second=only_second[at],
                p_value=raw[at],
                p_adjusted=adjusted[at],
            ),
            outcome=better if shown else "no difference shown",
        )
    return found


def _differences(tables: tuple[Table, Table], rows: list[int], drawn: Resampling) -> dict[str, Figure]:
    first, second = (table.agreement_cells(rows) for table in tables)
    found = {name: agreement_difference(first, second, name, drawn) for name in figures.AGREEMENT}
    shares = {
        "ship_rate": [t.share_cells((t.said == SHIP)[rows], t.voted[rows]) for t in tables],
        "coverage": [t.share_cells((t.voted & t.decided)[rows], t.decided[rows]) for t in tables],
    }
    for name, (before, after) in shares.items():
        found[name] = difference_figure(
            before, after, statistics.share, lambda cells: share_interval(cells, drawn)
        )
    return found


def _means(tables: tuple[Table, Table], drawn: Resampling) -> dict[str, Figure]:
    found = {}
    for name in ("balanced_accuracy", "ship_recall", "skip_recall"):
        mean = mean_statistic(name)

        def alone(cells: Floats, name: str = name, mean: Statistic = mean) -> Bounds | None:
            found = interval(cells, mean, drawn)
            if found is not None:
                return found
            pooled = cells.reshape(len(cells), -1, 6).sum(1)
            return pooled_bounds(name, pooled, float(mean(cells.sum(0))), drawn)

        first, second = (mean_cells(table) for table in tables)
        found[f"mean_{name}"] = difference_figure(first, second, mean, alone)
    return found


def _outcome(difference: Figure) -> Outcome:
    if difference.low is not None and difference.low > 0:
        return "second is better"
    if difference.high is not None and difference.high < 0:
        return "first is better"
    return "no difference shown"


def _changed(tables: tuple[Table, Table]) -> tuple[Changed, ...]:
    first, second = tables
    found = []
    for column, case in enumerate(first.cases):
        for at, persona in enumerate(first.personas):
            before, after = _SAID[first.said[at, column]], _SAID[second.said[at, column]]
            if before == after:
                continue
            expected = case.expected.get(persona)
            effect: Literal["fixed", "broken", "other"] = "other"
            if expected is not None and expected in {before, after}:
                effect = "fixed" if expected == after else "broken"
            found.append(
                Changed(
                    case=case.id,
                    tool=case.tool.name,
                    persona=persona,
                    expected=expected,
                    first=before,
                    second=after,
                    effect=effect,
                )
            )
    return tuple(found)


def _notes(tables: tuple[Table, Table], golden: GoldenSet) -> tuple[str, ...]:
    found = []
    clusters = int(tables[0].clusters.max()) + 1
    if rough := approximate_note(len(golden.cases), clusters):
        found.append(rough)
    if clusters < len(golden.cases):
        found.append("McNemar's test takes related tools for independent; the intervals do not.")
    absent = [persona for persona in golden.personas if persona not in tables[0].personas]
    if absent:
        found.append(f"Not compared, because not both answered: {', '.join(absent)}.")
    return tuple(found)
