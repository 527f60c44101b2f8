"""`schema`: the JSON Schema of what the program reads and writes."""

import json
from importlib import import_module
from typing import Annotated, Any, Literal, get_args

import typer

from panel.cli.output import destination

Name = Literal[
    "scorecard",
    "comparison",
    "submission",
    "persona",
    "golden",
    "answer",
    "evaluation",
    "calibration",
    "audit",
    "batch",
    "batch-submission",
    "batch-collection",
    "batch-status",
    "ledger",
    "import",
    "schedule",
    "error",
]

_MAKERS = {
    "scorecard": "panel.render.json.scorecard_schema",
    "comparison": "panel.render.comparison.json.comparison_schema",
    "submission": "panel.intake.submission_schema",
    "persona": "panel.intake.personas.persona_schema",
    "golden": "panel.evaluation.cases.golden_schema",
    "answer": "panel.evaluation.answers.answer_schema",
    "evaluation": "panel.evaluation.render.json.evaluation_schema",
    "calibration": "panel.evaluation.calibration.calibration_schema",
    "audit": "panel.evaluation.render.json.audit_schema",
    "batch": "panel.batch.report.batch_schema",
    "batch-submission": "panel.batch.accounts.submission_account_schema",
    "batch-collection": "panel.batch.accounts.collection_account_schema",
    "batch-status": "panel.batch.accounts.status_account_schema",
    "ledger": "panel.ledger.portable.line_schema",
    "import": "panel.ledger.rows.import_schema",
    "schedule": "panel.schedule.explanation.schedule_schema",
}
"""Document → the function that describes it; each loads its own room and no other."""


def schema(
    name: Annotated[
        Name,
        typer.Argument(
            metavar="NAME",
            help=f"One of: {', '.join(get_args(Name))}.",
        ),
    ],
) -> int:
    """Print the JSON Schema of a scorecard, a submission and more."""
    destination("json", None).send(json.dumps(_schema(name), indent=2) + "\n")
    return 0


def _schema(name: Name) -> dict[str, Any]:
    if name == "error":
        from panel.cli.complaint import ERROR_SCHEMA  # noqa: PLC0415 - only this needs it

        return ERROR_SCHEMA
    if name in {"evaluation", "calibration", "audit"}:
        from panel.cli.evals.inputs import need_extra  # noqa: PLC0415 - likewise

        need_extra()
    room, _, maker = _MAKERS[name].rpartition(".")
    described: dict[str, Any] = getattr(import_module(room), maker)()
    return described
