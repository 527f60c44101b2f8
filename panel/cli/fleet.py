"""`batch status --queue` and `batch prune`: how the queue of a fleet stands, and what of it is forgotten."""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from panel.cli import options
from panel.cli.output import note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.batch.fleet import Fleet
    from panel.batch.orders import Count, Present
    from panel.batch.worker import Queue
    from panel.cli.output import Destination
    from panel.ledger import Ledger
    from panel.settings import Settings

REQUIRED = ("psycopg", "dbos")
"""The packages of the extra that a queue needs."""
SPENT_DAYS = 30
"""How far back the spend that is shown reaches, in days."""
OlderThan = Annotated[
    str,
    typer.Option("--older-than", metavar="AGE", help="How long ago an order was finished: 30d, 12h or 2w."),
]
Unfinished = Annotated[
    bool,
    typer.Option("--unfinished", help="Drop orders too that were given that long ago and still wait."),
]


@dataclass(frozen=True)
class Site:
    """The database of a fleet, open."""

    queue: "Queue"
    fleet: "Fleet"
    ledger: "Ledger"


@contextmanager
def site(settings: "Settings") -> "Iterator[Site]":
    """Open the database of a fleet; its tables are made where they are missing.

    Raises:
        SettingsError: no queue is named, its address is none of a PostgreSQL database, or the extra is not
            installed.
        LedgerError: it cannot be opened.
    """
    need_extra()
    from panel.batch.fleet import Fleet  # noqa: PLC0415 - loads the driver
    from panel.batch.worker import Queue, set_up  # noqa: PLC0415 - loads the engine
    from panel.ledger import open_ledger  # noqa: PLC0415 - loads the database

    address = queue_of(settings)
    with open_ledger(address) as ledger:
        fleet = Fleet(address, ledger.location)
        try:
            fleet.set_up()
            set_up(address, ledger.location)
            with Queue(address, ledger.location) as queue:
                yield Site(queue, fleet, ledger)
        finally:
            fleet.close()


def need_extra() -> None:
    """Make sure that the packages of a fleet are there.

    Raises:
        SettingsError: they are not.
    """
    from importlib.util import find_spec  # noqa: PLC0415 - only a fleet needs it

    from panel.errors import SettingsError  # noqa: PLC0415 - likewise

    for package in REQUIRED:
        if find_spec(package) is None:
            raise SettingsError(
                f"a queue needs the package {package!r}", "Run `pip install 'shippanel[scale]'`."
            )


def queue_of(settings: "Settings") -> str:
    """Return the address of the queue that a flag or the settings name.

    Raises:
        SettingsError: neither does, or it is no address of a PostgreSQL database.
    """
    from panel.batch.fleet import postgres_url  # noqa: PLC0415 - loads the driver
    from panel.errors import SettingsError  # noqa: PLC0415 - loads pydantic

    if not settings.queue:
        raise SettingsError(
            "no queue is named", "Write --queue postgresql://USER@HOST/DATABASE, or set SHIPPANEL_QUEUE."
        )
    return postgres_url(settings.queue)


def status(settings: "Settings", target: "Destination") -> int:
    """Show how the queue of a fleet stands.

    Raises:
        SettingsError: as `site`.
        LedgerError: the database cannot be used.
    """
    with site(settings) as here:
        show_status(here, target)
    return 0


def prune(
    *,
    queue: options.Queue = None,
    older_than: OlderThan = "30d",
    unfinished: Unfinished = False,
    quiet: options.Quiet = False,
) -> int:
    """Forget the queue's records of finished orders; verdicts and scorecards stay in the ledger.

    Workers do this by themselves (`worker --keep`).
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - only this command needs it

    from panel.cli.batch import moment_of  # noqa: PLC0415 - loads pydantic
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    moment = moment_of(older_than) or datetime.now(UTC)
    with site(load_settings({"queue": queue})) as here:
        count = here.queue.prune(moment, unfinished=unfinished)
        here.fleet.forget_batches(moment)
    note(
        f"Forgot {count:,} order{'' if count == 1 else 's'} from before {moment:%Y-%m-%d %H:%M} UTC.",
        quiet=quiet,
    )
    return 0


def show_status(here: Site, target: "Destination") -> None:
    """Show how a queue stands, as text or as JSON."""
    from panel.batch.orders import RATE_S, fleet_version  # noqa: PLC0415 - loads the rules

    counts, present = here.fleet.counts(), here.fleet.present()
    calls, cost = here.fleet.spent(SPENT_DAYS)
    states = {
        state: sum(c.orders for c in counts if c.state == state)
        for state in ("waiting", "running", "done", "failed")
    }
    rate = sum(count.lately for count in counts) * 60 / RATE_S
    elsewhere = _waiting_elsewhere(counts, present)
    workers = _workers(counts, present)
    if target.format == "json":
        target.send_json(
            "fleet",
            {
                "queue": here.fleet.location,
                "version": fleet_version(),
                **states,
                "waiting_without_worker": elsewhere,
                "finished_per_minute": round(rate, 1),
                "calls": calls,
                "cost_usd": cost,
                "spent_days": SPENT_DAYS,
                "workers": workers,
            },
        )
        return
    spent = "not known: a model has no known price" if cost is None else f"${cost:,.4f}"
    target.send_table(
        [
            ("queue", here.fleet.location),
            *((state, f"{count:,}") for state, count in states.items()),
            ("rate", f"{rate:.1f} a minute, over the last {RATE_S // 60}"),
            ("spend", f"{spent}, {calls:,} calls, by the batches of the last {SPENT_DAYS} days"),
        ]
    )
    for version, count in elsewhere.items():
        target.send_lines(
            [f"{count:,} of the waiting orders are for version {version}, of which no worker is at work."]
        )
    rows = [
        (
            w["name"],
            w["version"],
            "at work" if w["at_work"] else "gone",
            *(f"{w[k]:,}" for k in ("running", "done", "failed")),
        )
        for w in workers
    ]
    target.send_lines([""])
    target.send_table([("WORKER", "VERSION", "STATE", "RUNNING", "DONE", "FAILED"), *rows])


def _waiting_elsewhere(counts: "list[Count]", present: "list[Present]") -> dict[str, int]:
    """Count the waiting orders that nobody at work can carry out, by the version they are for."""
    versions = {worker.version for worker in present}
    return {c.version: c.orders for c in counts if c.state == "waiting" and c.version not in versions}


def _workers(counts: "list[Count]", present: "list[Present]") -> list[dict[str, Any]]:
    """List who is at work, and who has done something that is still on record."""
    at_work = {worker.name: worker for worker in present}
    names = sorted(at_work.keys() | {count.worker for count in counts if count.worker})
    return [
        {
            "name": name,
            "version": at_work[name].version if name in at_work else _last_version(counts, name),
            "at_work": name in at_work,
            "since": at_work[name].since.isoformat() if name in at_work else None,
            **{
                state: sum(c.orders for c in counts if c.worker == name and c.state == state)
                for state in ("running", "done", "failed")
            },
        }
        for name in names
    ]


def _last_version(counts: "list[Count]", name: str) -> str:
    return max((count.version for count in counts if count.worker == name), default="")
