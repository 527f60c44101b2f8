"""How `eval audit` lays out what it asks, and shows what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.cli.evals.showing import persona_names, show_sheet
from panel.cli.output import note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from panel.cli.output import Destination
    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.audits.catalogue import Audit, AuditName
    from panel.evaluation.audits.pairing import Trial
    from panel.evaluation.audits.results import AuditReport
    from panel.evaluation.cases import GoldenSet
    from panel.settings import Settings


@dataclass(frozen=True)
class Wanted:
    """Which audits are run, and how far each may go."""

    audits: tuple[Audit, ...]
    thresholds: Mapping[AuditName, float]


@dataclass(frozen=True)
class AuditPlan:
    """Everything that audits ask of a panel."""

    golden: GoldenSet
    wanted: Wanted
    trials: tuple[Trial, ...]
    questions: GoldenSet
    """The cases as they stand and changed."""


def wanted_audits(names: Sequence[str] | None, thresholds: Sequence[str] | None) -> Wanted:
    """Read which audits are asked for.

    Raises:
        InputError: a name or a threshold cannot be used.
    """
    from panel.evaluation.audits.catalogue import (  # noqa: PLC0415 - loads the parser of YAML
        named_audits,
        read_thresholds,
        thresholds_of,
    )

    audits = named_audits(names or ())
    return Wanted(audits, thresholds_of(audits, read_thresholds(thresholds or ())))


def plan_audits(golden: GoldenSet, file: Path, wanted: Wanted) -> AuditPlan:
    """Make the changed cases.

    Raises:
        InputError: texts that belong to the set cannot be used, or no audit that is asked for can be run.
    """
    from panel.errors import InputError  # noqa: PLC0415 - likewise
    from panel.evaluation.audits.pairing import pair_up, questions  # noqa: PLC0415 - loads the rubric

    trials = pair_up(golden, wanted.audits, file)
    if not any(trial.pairs for trial in trials):
        first = trials[0]
        reason = first.without or "no case of the set can be changed in this way"
        raise InputError(
            f"{golden.name}: nothing to audit: {first.audit.name}: {reason}",
            "hype, verbosity, brand and injection can be run on any set.",
        )
    return AuditPlan(golden, wanted, trials, questions(golden, trials))


def measure(plan: AuditPlan, given: AnswerSet, seed: int) -> AuditReport:
    """Measure what the changes did."""
    from panel.evaluation.audits.measuring import measure_audits  # noqa: PLC0415 - loads numpy

    return measure_audits(plan.golden, plan.trials, given, plan.wanted.thresholds, seed=seed)


def show_audits(report: AuditReport, settings: Settings, target: Destination, *, full: bool) -> None:
    """Show what audits found in the format and place that were asked for.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "json":
        from panel.evaluation.render.json import render_json  # noqa: PLC0415 - each loads its own

        target.send(render_json(report))
    elif str(target.format) == "junit":
        from panel.evaluation.render.junit import render_audit_junit  # noqa: PLC0415 - likewise

        target.send(render_audit_junit(report))
    else:
        from panel.evaluation.render.audit import arrange_audit  # noqa: PLC0415 - likewise

        show_sheet(arrange_audit(report, persona_names(settings)), target, full=full)


def note_outcome(report: AuditReport, *, quiet: bool) -> None:
    """Say on standard error what the audits come to."""
    note(report.reason, quiet=quiet)
