"""A result as JSON in full precision, and the JSON Schema of a report.

ASCII throughout, so that it is inert on a screen and the same everywhere.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import Field

from panel.canary import CanaryCheck  # noqa: TC001 - pydantic reads the annotations
from panel.evaluation.audits.results import AuditReport
from panel.evaluation.gate import Gate  # noqa: TC001 - likewise
from panel.evaluation.paired import PairedReport  # noqa: TC001 - likewise
from panel.evaluation.report import Agreement, Figure, Report
from panel.value import Value, published

if TYPE_CHECKING:
    from panel.evaluation.measured import Apart, Measured


class ApartReport(Value):
    """The chief figures without the languages in which the offline rubric gives no verdict."""

    languages: tuple[str, ...]
    """The languages left out."""
    cases: int
    """The cases kept."""
    personas: dict[str, Agreement]
    panel: Agreement
    mean_balanced_accuracy: Figure
    mean_skip_recall: Figure


class ReportDocument(Report):
    """A report, and what stands beside it."""

    gate: Gate | None = Field(default=None)
    """What the gate decided; null when none was asked for."""
    against_rubric: PairedReport | None = None
    """The answers minus the offline rubric's; null when the rubric gave them itself."""
    apart: ApartReport | None = None
    """Null when the rubric votes in every language of the set."""
    canaries: tuple[CanaryCheck, ...] = ()
    """What became of the canaries that rode along; in no figure."""


def render_report_json(measured: Measured) -> str:
    """Write a report as JSON."""
    fields = {name: getattr(measured.report, name) for name in Report.model_fields}
    apart = _apart(measured.apart) if measured.apart else None
    document = ReportDocument.model_construct(
        **fields,
        gate=measured.gate,
        against_rubric=measured.against_rubric,
        apart=apart,
        canaries=measured.canaries,
    )
    return render_json(document)


def render_json(value: Value) -> str:
    """Write any result as indented JSON."""
    content = value.model_dump(mode="json", by_alias=True)
    return json.dumps(content, indent=2, allow_nan=False).replace("\x7f", "\\u007f") + "\n"


def evaluation_schema() -> dict[str, Any]:
    """Describe what `render_report_json` writes, as JSON Schema draft 2020-12."""
    return published("evaluation", ReportDocument.model_json_schema(by_alias=True, mode="serialization"))


def audit_schema() -> dict[str, Any]:
    """Describe the JSON of `eval audit`, as JSON Schema draft 2020-12."""
    return published("audit", AuditReport.model_json_schema(by_alias=True, mode="serialization"))


def _apart(apart: Apart) -> ApartReport:
    report = apart.report
    return ApartReport(
        languages=apart.languages,
        cases=report.golden.cases,
        personas={persona: _agreement(part) for persona, part in report.personas.items()},
        panel=_agreement(report.panel),
        mean_balanced_accuracy=report.panel.mean_balanced_accuracy,
        mean_skip_recall=report.panel.mean_skip_recall,
    )


def _agreement(part: Agreement) -> Agreement:
    return Agreement(**{name: getattr(part, name) for name in Agreement.model_fields})
