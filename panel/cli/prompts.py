"""`prompts`: what a model reviewer is sent, word for word."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from panel.cli import options
from panel.cli.output import destination
from panel.cli.record import located, opened

if TYPE_CHECKING:
    from panel.prompt import Prompt
    from panel.tool import Tool

NONCE = "NONCE"

Source = Annotated[
    str, typer.Argument(metavar="TOOL", help="A submission's file, - for standard input, or a known slug.")
]
Evidence = Annotated[
    list[str] | None,
    typer.Option("--evidence", metavar="FILE", help="A text file with evidence to be cited. Repeatable."),
]


def show(
    tool: Source,
    *,
    persona: options.Only = None,
    personas: options.Personas = None,
    evidence: Evidence = None,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
    out: options.Out = None,
) -> int:
    """Show exactly what a model would be sent about a tool, for each persona; nothing is sent.

    One thing differs: the markers around the submission carry 32 digits that are new in every run, and here
    they carry the word NONCE. The form of the answer travels beside the text as a JSON Schema, which
    --format json shows.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.prompting import estimate_input, render_prompt  # noqa: PLC0415 - loads the templates
    from panel.settings import load_settings  # noqa: PLC0415 - likewise
    from panel.text import visible  # noqa: PLC0415 - likewise

    settings = load_settings(panelists.flags(db=db, personas=personas))
    target = destination(shown_as or "plain", out)
    roster = panelists.seat_panel(settings, persona or ())
    shown = _found(tool, evidence or [], located(settings.db))
    prompts = [(s.persona.id, render_prompt(s.persona, shown, b"shown, not sent")) for s in roster.seats]
    if target.format == "json":
        content = [_described(name, prompt, estimate_input(prompt)) for name, prompt in prompts]
        target.send_json("prompts", {"tool": shown.slug, "nonce": NONCE, "prompts": content})
        return 0
    parts = []
    for name, prompt in prompts:
        parts += [
            f"=== {name}: instructions (an estimated {estimate_input(prompt):,} tokens with the input) ===",
            prompt.instructions,
            f"=== {name}: input (the markers carry {NONCE} instead of this run's digits) ===",
            prompt.data.replace(prompt.nonce, NONCE),
        ]
    target.send(visible("\n\n".join(parts), multiline=True) + "\n")
    return 0


def _described(persona: str, prompt: "Prompt", tokens: int) -> dict[str, Any]:
    return {
        "persona": persona,
        "digest": prompt.digest,
        "instructions": prompt.instructions,
        "input": prompt.data.replace(prompt.nonce, NONCE),
        "schema_name": prompt.schema_name,
        "response_schema": prompt.response_schema,
        "max_output_tokens": prompt.max_output_tokens,
        "estimated_input_tokens": tokens,
    }


def _found(name: str, evidence: list[str], location: str) -> "Tool":
    """Read the submission, or find the tool that the ledger knows by this slug."""
    from panel.cli.compare import found  # noqa: PLC0415 - loads the ledger's keys
    from panel.intake import Intake  # noqa: PLC0415 - loads the parser of YAML

    if evidence:
        from panel.cli import submission  # noqa: PLC0415 - only a file needs it

        return submission.read(name, {}, evidence).tool
    with opened(location, create=False) as ledger:
        entry = found(name, ledger)
        if isinstance(entry, Intake):
            return entry.tool
        stored = ledger.tool(entry.tool.slug) if ledger else None
    if stored is None:
        raise AssertionError("a scorecard stands beside the submission it is about")
    return stored
