"""The tree of commands."""

from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import (
    audit,
    batch,
    calibration,
    compare,
    config,
    doctor,
    evaluation,
    export,
    fleet,
    history,
    init,
    keys,
    ledger,
    personas,
    prompts,
    provider_batches,
    providers,
    review,
    schedule,
    schema,
    worker,
)

if TYPE_CHECKING:
    from collections.abc import Callable

GROUPS: "dict[str, tuple[str, dict[str, Callable[..., int]]]]" = {
    "batch": (
        "Many submissions in one go.",
        {
            "run": batch.run,
            "submit": provider_batches.submit,
            "collect": provider_batches.collect,
            "status": provider_batches.status,
            "cancel": provider_batches.cancel,
            "export": provider_batches.export,
            "import": provider_batches.import_,
            "prune": fleet.prune,
        },
    ),
    "personas": (
        "The reviewers: list, read, write and check them.",
        {"list": personas.show_all, "show": personas.show, "new": personas.new, "check": personas.check},
    ),
    "history": (
        "What was reviewed, and what has moved since.",
        {"list": history.show_tools, "show": history.show, "diff": history.diff},
    ),
    "ledger": (
        "The record of every verdict.",
        {
            "verify": ledger.verify,
            "stats": ledger.stats,
            "export": ledger.export,
            "import": ledger.take_in,
        },
    ),
    "schedule": ("A batch that runs by itself.", {"export": schedule.export}),
    "prompts": ("What model reviewers are sent.", {"show": prompts.show}),
    "keys": (
        "The keys of model providers; never shown.",
        {"set": keys.store, "list": keys.show_all, "path": keys.show_path},
    ),
    "eval": (
        "Measure the panel against golden verdicts.",
        {
            "run": evaluation.run,
            "score": evaluation.score,
            "compare": evaluation.compare,
            "calibrate": calibration.calibrate,
            "audit": audit.audit,
            "check": evaluation.check,
            "power": evaluation.power,
            "export": export.export,
        },
    ),
    "config": ("The settings that hold here.", {"show": config.show}),
}


def show_version(*, asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        from panel import __version__  # noqa: PLC0415 - only this flag needs it

        typer.echo(f"shippanel {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version and exit.")
]


def root(*, version: Version = False) -> None:
    """Review AI and developer tools: four personas, one scorecard, reasons you can check."""
    del version  # the callback has seen it


def program() -> typer.Typer:
    """Build the program."""
    app = _branch()
    app.callback()(root)
    app.command()(review.review)
    app.command()(compare.compare)
    for name, (summary, commands) in GROUPS.items():
        branch = _branch()
        for word, command in commands.items():
            branch.command(word)(command)
        app.add_typer(branch, name=name, help=summary)
    for command in (worker.worker, providers.models, init.init, doctor.doctor, schema.schema):
        app.command()(command)
    return app


def _branch() -> typer.Typer:
    # Rich markup would take longer to load than all the rest that --help needs.
    return typer.Typer(
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
