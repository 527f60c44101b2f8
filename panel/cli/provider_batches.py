"""`batch submit`, `collect`, `status`, `cancel`, `export` and `import`: answers that come with batches."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from panel.cli import options
from panel.cli.batch import Limit, RetryFailed, Sources

if TYPE_CHECKING:
    from panel.cli.batches.sending import Request

Provider = Literal["openai", "anthropic"]

MaxRequests = Annotated[
    int | None,
    typer.Option(
        "--max-requests",
        min=1,
        metavar="N",
        help="Questions in one batch at most, below the provider's limit.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be sent and at what cost; write nothing.")
]
For = Annotated[
    Provider | None,
    typer.Option(
        "--for",
        metavar="PROVIDER",
        help="Whose form the lines have, and whose seats are exported: openai or anthropic.",
    ),
]
Requests = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Write the lines here; further batches go into FILE-2, FILE-3, …"
    ),
]
Replies = Annotated[
    str, typer.Argument(metavar="FILE|-", help="Replies, one a line, as a provider writes them.")
]
Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="[BATCH]...", help="Only these batches, by our id or the provider's."),
]
Chosen = Annotated[
    list[str], typer.Argument(metavar="BATCH...", help="Batches, by our id or the provider's.")
]


def submit(
    sources: Sources,
    *,
    personas: options.Personas = None,
    persona: options.Only = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    quorum: options.Quorum = None,
    budget_usd: options.Budget = None,
    allow_unpriced: options.AllowUnpriced = False,
    db: options.Db = None,
    limit: Limit = None,
    retry_failed: RetryFailed = False,
    max_requests: MaxRequests = None,
    dry_run: DryRun = False,
    shown_as: options.PlainOrJson = None,
    out: options.Out = None,
    quiet: options.Quiet = False,
) -> int:
    """Send the questions of many reviews to the providers' batch interfaces, at half the price.

    Answers come within a day; `batch collect` fetches them and makes the scorecards. The same command again
    sends only what is missing. The budget is held against the most that the batches can cost.
    """
    from panel.cli.batches import sending  # noqa: PLC0415 - loads the settings

    request = _request(
        sources,
        db=db,
        personas=personas,
        persona=persona,
        model=model,
        persona_models=persona_model,
        quorum=quorum,
        budget_usd=budget_usd,
        allow_unpriced=allow_unpriced or None,
        limit=limit,
        retry_failed=retry_failed,
        max_requests=max_requests,
    )
    target = sending.target_of(shown_as, out)
    return sending.submit(request, target, dry_run=dry_run, quiet=quiet)


def export(
    sources: Sources,
    *,
    provider: For = None,
    personas: options.Personas = None,
    persona: options.Only = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    quorum: options.Quorum = None,
    db: options.Db = None,
    limit: Limit = None,
    retry_failed: RetryFailed = False,
    max_requests: MaxRequests = None,
    dry_run: DryRun = False,
    out: Requests = None,
    shown_as: options.PlainOrJson = None,
    quiet: options.Quiet = False,
) -> int:
    """Write the same questions to a file in a provider's batch form, for somebody else to answer.

    No key is needed. `batch import` takes the replies.
    """
    from panel.cli.batches import sending  # noqa: PLC0415 - loads the settings

    request = _request(
        sources,
        db=db,
        personas=personas,
        persona=persona,
        model=model,
        persona_models=persona_model,
        quorum=quorum,
        limit=limit,
        retry_failed=retry_failed,
        max_requests=max_requests,
        provider=provider,
    )
    target = sending.target_of(shown_as, None)
    return sending.export(request, out, target, dry_run=dry_run, quiet=quiet)


def collect(
    batches: Ids = None,
    *,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
    out: options.Out = None,
    quiet: options.Quiet = False,
) -> int:
    """Fetch the answers of batches that have ended, and make the scorecards that are complete.

    It may be run at any time and any number of times. Questions without an answer are listed; `batch submit`
    sends them again.
    """
    from panel.cli.batches import fetching, sending  # noqa: PLC0415 - loads the settings

    return fetching.collect(batches or (), db, sending.target_of(shown_as, out), quiet=quiet)


def status(
    batches: Ids = None,
    *,
    queue: options.Queue = None,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
    out: options.Out = None,
) -> int:
    """Show every batch that was sent or exported, and which questions have to be sent again.

    With a queue, show what waits there, runs and is done, what it cost, and which workers are at work.
    """
    from panel.cli import fleet  # noqa: PLC0415 - loads the settings
    from panel.cli.batches import fetching, sending  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    settings = load_settings({"queue": queue})
    if queue or (settings.queue and not (batches or db)):
        return fleet.status(settings, sending.target_of(shown_as, out))
    return fetching.status(batches or (), db, sending.target_of(shown_as, out))


def cancel(
    batches: Chosen,
    *,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
    out: options.Out = None,
) -> int:
    """Have batches stop; what is answered by then can still be collected.

    An exported file is given up: its questions can be exported or sent anew.
    """
    from panel.cli.batches import fetching, sending  # noqa: PLC0415 - loads the settings

    return fetching.cancel(batches, db, sending.target_of(shown_as, out))


def import_(
    replies: Replies,
    *,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
    out: options.Out = None,
    quiet: options.Quiet = False,
) -> int:
    """Take replies to exported questions, each validated as if it had come over the wire.

    A line that cannot be taken is reported with its number, and the others are taken. The same file again
    changes nothing.
    """
    from panel.cli.batches import fetching, sending  # noqa: PLC0415 - loads the settings

    return fetching.import_replies(replies, db, sending.target_of(shown_as, out), quiet=quiet)


def _request(
    sources: list[str],
    *,
    persona: list[str] | None,
    limit: int | None,
    retry_failed: bool,
    max_requests: int | None,
    provider: Provider | None = None,
    **flags: object,
) -> "Request":
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.batches.sending import Request  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    settings = load_settings(panelists.flags(**flags))  # type: ignore[arg-type]  # as typer read them
    return Request(
        sources=sources,
        roster=panelists.seat_panel(settings, persona or ()),
        settings=settings,
        limit=limit,
        retry_failed=retry_failed,
        max_requests=max_requests,
        provider=provider,
    )
