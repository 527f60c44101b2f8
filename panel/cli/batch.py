"""`batch`: many submissions in one go, taken up again where they stopped."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from panel.cli import options
from panel.cli.review import FailUnder, NoCache, Repeat, Ways
from panel.cli.terms import hired

if TYPE_CHECKING:
    from datetime import datetime

Format = Literal["auto", "text", "plain", "json", "jsonl", "csv", "md", "html"]

Sources = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE|DIR|-...",
        help="Submissions: JSON Lines, CSV, a JSON or YAML list, a folder of files, or - for standard input.",
    ),
]
Limit = Annotated[
    int | None,
    typer.Option(
        "--limit", min=1, metavar="N", help="Review at most N tools now, not counting those that stand."
    ),
]
Since = Annotated[
    str | None,
    typer.Option(
        "--since",
        metavar="DAY|AGE",
        help="Take reviews from before this day, or older than this age (30d, 12h), for out of date and "
        "review those tools anew.",
    ),
]
Here = Annotated[
    bool, typer.Option("--here", help="Review on this machine, though the settings name a queue.")
]
Detach = Annotated[
    bool,
    typer.Option("--detach", help="With a queue: leave once everything is queued, and wait for nothing."),
]
RetryFailed = Annotated[
    bool,
    typer.Option(
        "--retry-failed", help="Ask again where an answer was refused, cut off or unreadable last time."
    ),
]
Canaries = Annotated[
    bool, typer.Option("--canary", help="Add submissions known to be bad; exit 100 when one is shipped.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be asked and at what cost; write nothing.")
]
BatchFormat = Annotated[
    Format | None,
    typer.Option(
        "--format",
        "-f",
        metavar="FORMAT",
        help="auto, text, plain, json, csv, md or html for the summary; jsonl for one scorecard a line.",
    ),
]


def run(
    sources: Sources,
    *,
    personas: options.Personas = None,
    persona: options.Only = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    quorum: options.Quorum = None,
    budget_usd: options.Budget = None,
    allow_unpriced: options.AllowUnpriced = False,
    calls: options.Calls = None,
    trace: options.Trace = None,
    rebuttal: options.Rebuttal = False,
    db: options.Db = None,
    queue: options.Queue = None,
    here: Here = False,
    detach: Detach = False,
    no_cache: NoCache = False,
    repeat: Repeat = 1,
    limit: Limit = None,
    since: Since = None,
    retry_failed: RetryFailed = False,
    canary: Canaries = False,
    dry_run: DryRun = False,
    fail_under: FailUnder = None,
    shown_as: BatchFormat = None,
    out: options.Out = None,
    quiet: options.Quiet = False,
) -> int:
    """Review many tools and sum up what came of it.

    What was reviewed before is not asked again, so the same command goes on where it stopped. A submission
    that cannot be used is reported with its line, and the others are reviewed.
    """
    from panel.batch import Rules  # noqa: PLC0415 - loads LangGraph
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.batches import asking, queueing, showing  # noqa: PLC0415 - likewise
    from panel.cli.output import destination  # noqa: PLC0415 - likewise
    from panel.cli.record import located  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    settings = load_settings(
        panelists.flags(
            db=db,
            queue=None if here else queue,
            personas=personas,
            model=model,
            persona_models=persona_model,
            quorum=quorum,
            budget_usd=budget_usd,
            allow_unpriced=allow_unpriced or None,
            calls=calls,
            rebuttal=rebuttal or None,
        )
    )
    target = destination(shown_as or ("auto" if out else settings.format), out)
    roster = panelists.seat_panel(settings, persona or ())
    rules = Rules(limit, moment_of(since), retry_failed)
    ways = Ways(repeat=repeat, fresh=no_cache, rebuttal=settings.rebuttal, quiet=quiet)
    order = asking.Order(roster, rules, ways, settings.calls, asking.canaries(wanted=canary))
    queued = queueing.is_queued(settings, here=here, detach=detach, db=db, trace=trace, canary=canary)
    location = located(settings.queue if queued else settings.db)
    seated = None if dry_run or queued else roster
    with hired(settings, trace, seated) as hands, asking.submitted(sources) as given:
        reviewers = queueing.Keyless(hands.terms) if queued else hands
        if dry_run:
            from panel.cli.batches import forecasting  # noqa: PLC0415 - only a forecast needs it

            found = forecasting.foresee_batch(given, order, location, reviewers)
            forecasting.show_batch_forecast(found, target)
            return found.status
        at = queueing.held(settings, hands, detach=detach, quiet=quiet) if queued else asking.held(location)
        with at as (ledger, review):
            report, error = asking.run(given, order, ledger, reviewers, review)
            showing.show_batch(report, target, ledger)
    showing.note_outcome(report, target, fresh=no_cache, quiet=quiet)
    if error is not None:
        raise error
    return showing.status_of(report, fail_under)


def moment_of(text: str | None) -> "datetime | None":
    """Read a day or an age as the moment it stands for.

    Raises:
        InputError: it is neither.
    """
    if text is None:
        return None
    import re  # noqa: PLC0415 - only this flag needs them
    from datetime import UTC, datetime, timedelta  # noqa: PLC0415 - likewise

    from panel.errors import InputError  # noqa: PLC0415 - likewise

    now = datetime.now(UTC)
    age = re.fullmatch(r"(\d{1,5})\s*([hdw])", text.strip())
    if age:
        return now - int(age[1]) * timedelta(hours={"h": 1, "d": 24, "w": 168}[age[2]])
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"--since: {text!r} is neither a day nor an age", "Write 2026-05-31, 30d, 12h or 2w."
        ) from None
    if moment.astimezone(UTC) > now:
        raise InputError(f"--since: {text!r} lies in the future", "Name a day that has begun, or an age.")
    return moment.astimezone(UTC)
