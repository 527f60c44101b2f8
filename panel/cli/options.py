"""The flags that several commands share, each declared once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

OutputFormat = Literal["auto", "text", "plain", "json", "md", "html"]
ListFormat = Literal["auto", "plain", "json"]


def complete_personas(incomplete: str) -> list[str]:
    """Offer the ids of the built-in personas to a shell."""
    from panel.resources import folder  # noqa: PLC0415 - runs in a shell, at a press of the tab key

    return [
        path.stem for path in sorted(folder("personas").glob("*.yaml")) if path.stem.startswith(incomplete)
    ]


Db = Annotated[
    str | None,
    typer.Option("--db", metavar="PATH|URL", help="The ledger: an SQLite file or a postgresql:// address."),
]
Personas = Annotated[
    list[str] | None,
    typer.Option(
        "--personas", metavar="DIR", help="Further personas to seat: a folder or a file. Repeatable."
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--persona",
        metavar="ID",
        help="Seat only this persona. Repeatable.",
        autocompletion=complete_personas,
    ),
]
Model = Annotated[
    str | None,
    typer.Option("--model", metavar="SPEC", help="The reviewer of every seat: rubric, the offline one."),
]
PersonaModels = Annotated[
    list[str] | None,
    typer.Option("--persona-model", metavar="ID=SPEC", help="The reviewer of one seat. Repeatable."),
]
Quorum = Annotated[
    int | None,
    typer.Option("--quorum", min=1, metavar="N", help="Votes needed; all seats but one by default."),
]
Format = Annotated[
    OutputFormat | None,
    typer.Option("--format", "-f", metavar="FORMAT", help="auto, text, plain, json, md or html."),
]
PlainOrJson = Annotated[
    ListFormat | None, typer.Option("--format", "-f", metavar="FORMAT", help="plain or json.")
]
Out = Annotated[
    Path | None,
    typer.Option("--out", "-o", metavar="FILE", help="Write the result here; its suffix tells the format."),
]
Full = Annotated[bool, typer.Option("--full", help="On a terminal, show the reasons and cited words too.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the result and errors.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there.")]
