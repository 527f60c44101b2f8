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
Queue = Annotated[
    str | None,
    typer.Option(
        "--queue",
        metavar="URL",
        help="The postgresql:// database of a fleet of workers: its queue and its ledger.",
    ),
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
    typer.Option(
        "--model",
        metavar="SPEC",
        help="The reviewer of every seat: rubric (offline), openai:MODEL, anthropic:MODEL, "
        "compat:MODEL@URL or local:PATH.gguf.",
    ),
]
PersonaModels = Annotated[
    list[str] | None,
    typer.Option("--persona-model", metavar="ID=SPEC", help="The reviewer of one seat. Repeatable."),
]
Budget = Annotated[
    float | None,
    typer.Option("--budget-usd", metavar="USD", help="What model calls may cost at most; exit 5 at the cap."),
]
AllowUnpriced = Annotated[
    bool, typer.Option("--allow-unpriced", help="Let models without a known price run under a budget.")
]
Calls = Annotated[
    int | None,
    typer.Option("--calls", "-j", min=1, max=1000, metavar="N", help="Model calls in flight per provider."),
]
Trace = Annotated[
    Path | None,
    typer.Option(
        "--trace", metavar="FILE", help="Append one JSON line for each model call; no prompt, no key."
    ),
]
Rebuttal = Annotated[
    bool,
    typer.Option(
        "--rebuttal", help="On a divided panel, have the models read each other once; no vote changes."
    ),
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
