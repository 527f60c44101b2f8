"""`schema`: the JSON Schema of what the program reads and writes."""

import json
from typing import Annotated, Any, Literal

import typer

from panel.cli.output import destination

Name = Literal["scorecard", "comparison", "submission", "persona", "error"]


def schema(
    name: Annotated[
        Name, typer.Argument(metavar="NAME", help="scorecard, comparison, submission, persona or error.")
    ],
) -> int:
    """Print the JSON Schema of a scorecard, a submission and more."""
    destination("json", None).send(json.dumps(_schema(name), indent=2) + "\n")
    return 0


def _schema(name: Name) -> dict[str, Any]:
    if name == "error":
        from panel.cli.complaint import ERROR_SCHEMA  # noqa: PLC0415 - each schema loads its own room

        return ERROR_SCHEMA
    if name == "comparison":
        from panel.render.comparison.json import comparison_schema  # noqa: PLC0415 - likewise

        return comparison_schema()
    if name == "persona":
        from panel.intake.personas import persona_schema  # noqa: PLC0415 - likewise

        return persona_schema()
    if name == "submission":
        from panel.intake import submission_schema  # noqa: PLC0415 - likewise

        return submission_schema()
    from panel.render.json import scorecard_schema  # noqa: PLC0415 - likewise

    return scorecard_schema()
