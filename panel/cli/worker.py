"""`worker`: review what is queued, until told to stop."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import options
from panel.cli.output import note

if TYPE_CHECKING:
    from panel.batch.timetable import Timetable
    from panel.settings import Settings

Name = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="What to call this worker, unlike any other; the machine's name by default.",
    ),
]
Reviews = Annotated[
    int | None,
    typer.Option(
        "--reviews",
        min=1,
        max=1000,
        metavar="N",
        help="Reviews that each worker of the fleet has in hand; by default what keeps its calls busy.",
    ),
]
FleetReviews = Annotated[
    int | None,
    typer.Option(
        "--fleet-reviews", min=0, metavar="N", help="Reviews in hand in the whole fleet; 0 for any number."
    ),
]
FleetRate = Annotated[
    int | None,
    typer.Option(
        "--fleet-rate",
        min=0,
        metavar="N",
        help="Reviews begun in a minute in the whole fleet; 0 for any number.",
    ),
]
Grace = Annotated[
    float,
    typer.Option(
        "--grace", min=1, metavar="S", help="Seconds that reviews in hand may take after a signal to stop."
    ),
]
Keep = Annotated[
    float,
    typer.Option(
        "--keep", min=0, metavar="DAYS", help="How long records of finished orders are kept; 0 for ever."
    ),
]
UntilEmpty = Annotated[bool, typer.Option("--until-empty", help="Stop when no order is left in the queue.")]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="CRON", help="Queue --submissions at these times, in UTC: '0 2 * * *'."),
]
Submissions = Annotated[
    Path | None,
    typer.Option("--submissions", metavar="FILE|DIR", help="What to queue at the times of --at."),
]


def worker(
    *,
    queue: options.Queue = None,
    name: Name = None,
    calls: options.Calls = None,
    reviews: Reviews = None,
    fleet_reviews: FleetReviews = None,
    fleet_rate: FleetRate = None,
    grace: Grace = 120.0,
    keep: Keep = 30.0,
    until_empty: UntilEmpty = False,
    at: At = None,
    submissions: Submissions = None,
    personas: options.Personas = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    trace: options.Trace = None,
    quiet: options.Quiet = False,
) -> int:
    """Review what `batch run --queue` has queued, on this machine, together with others.

    Who reviews comes with each batch; the keys of its models have to be on this machine. SIGTERM or an
    interrupt ends it in good order; whatever else ends it, its orders are taken up by others. Personas and
    models named here are those of --submissions.
    """
    import asyncio  # noqa: PLC0415 - a tenth of what --help costs

    from panel.cli import panelists, terms  # noqa: PLC0415 - loads the settings
    from panel.cli.fleet import need_extra, queue_of  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    given = panelists.flags(
        queue=queue, calls=calls, personas=personas, model=model, persona_models=persona_model
    )
    settings = load_settings(given)
    need_extra()
    address = queue_of(settings)
    called = worker_name(name)
    from panel.batch.shift import Duty, Shift  # noqa: PLC0415 - loads the engine
    from panel.batch.worker import Limits  # noqa: PLC0415 - likewise
    from panel.reviewers.run import Reviewers  # noqa: PLC0415 - likewise

    duty = Duty(
        name=called,
        calls=settings.calls,
        limits=Limits(reviews, fleet_reviews, fleet_rate),
        review_timeout_s=settings.review_timeout_s,
        call_timeout_s=settings.call_timeout_s,
        grace_s=grace,
        keep_days=keep,
        until_empty=until_empty,
    )
    with terms.traced(trace) as record:
        shift = Shift(
            address,
            duty,
            # Whoever gave a batch a budget has made sure that it can be kept.
            lambda budget: Reviewers(terms.terms_of(settings, budget, record, allow_unpriced=bool(budget))),
            lambda line: note(line, quiet=quiet),
            _timetable(at, submissions, settings),
        )
        asyncio.run(shift.work())
    return 0


def worker_name(given: str | None) -> str:
    """Return what a worker is called: what it was told, or else the name of its machine.

    Raises:
        SettingsError: the name holds something else than letters, digits, `.`, `_` and `-`, or is too long.
    """
    import re  # noqa: PLC0415 - only this command needs it
    import socket  # noqa: PLC0415 - likewise

    from panel.batch.orders import NAME_LENGTH  # noqa: PLC0415 - loads the rules
    from panel.errors import SettingsError  # noqa: PLC0415 - loads pydantic

    name = given
    if name is None:
        name = re.sub(r"[^A-Za-z0-9._-]", "-", socket.gethostname())[:NAME_LENGTH] or "worker"
    if not re.fullmatch(r"[A-Za-z0-9._-]+", name) or len(name) > NAME_LENGTH:
        raise SettingsError(
            f"--name {name!r}: a worker's name has letters, digits, `.`, `_` and `-`, {NAME_LENGTH} at most",
            "Name it after its machine, with a number when there are several: --name alder-2.",
        )
    return name


def _timetable(at: str | None, submissions: Path | None, settings: "Settings") -> "Timetable | None":
    """Make the timetable that the flags ask for.

    Raises:
        SettingsError: one of the two flags is missing, or the times cannot be read.
        InputError: the submissions are not there, or a seat cannot be had.
    """
    from panel.errors import SettingsError  # noqa: PLC0415 - loads pydantic

    if at is None and submissions is None:
        return None
    if at is None or submissions is None:
        raise SettingsError("--at and --submissions go together", "Write --at '0 2 * * *' --submissions DIR.")
    from panel.batch.timetable import Timetable  # noqa: PLC0415 - only a timetable needs it
    from panel.cli.batches import asking, queueing  # noqa: PLC0415 - likewise

    order = queueing.plain_order(settings)
    with asking.submitted([str(submissions)]):
        pass  # refused now rather than in the night
    return Timetable(
        at, str(submissions), lambda: queueing.queue_quietly([str(submissions)], order, settings)
    )
