"""The queue of a fleet and the workers on it: the one place that knows DBOS.

An order becomes a workflow of DBOS on PostgreSQL, known by the order's id, so that nothing is queued twice.
It calls the same `review_tool` as the command line with the same ledger. DBOS sees one step of it, which the
ledger makes safe to take again. Finished workflows are of no consequence: what was reviewed stands in the
ledger.

Importing this module takes most of a second.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Self

import psycopg
from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer

from panel.batch.fleet import QUEUE_SCHEMA, WORKFLOW
from panel.batch.orders import CRASHES, Order, Receipt, fleet_version
from panel.errors import LedgerGoneError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence

APPLICATION = "shippanel"
QUEUE = "reviews"
POLL_S = 0.2
"""How often a worker that has room looks for orders."""
_SENDERS = 8
_PAGE = 500

_WAITING, _RUNNING = "ENQUEUED", "PENDING"
_FINISHED = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


@dataclass(frozen=True)
class Known:
    """What the queue knows of an order."""

    id: str
    batch: str
    finished: bool
    receipt: Receipt | None = None
    """What became of it; None while it is unfinished, and when it failed."""
    failure: str = ""
    """Why it could not be carried out."""


class Queue:
    """The orders of a fleet, as seen by whoever gives or counts them."""

    def __init__(self, url: str, location: str) -> None:
        """Connect to a queue that `set_up` has made.

        Raises:
            LedgerGoneError: there is no connection to the server.
        """
        self.location = location
        with _reaching(location):
            self._client = DBOSClient(
                system_database_url=url,
                dbos_system_schema=QUEUE_SCHEMA,
                serializer=DBOSPortableJSONSerializer(),
                system_database_pool_size=_SENDERS + 1,
                application_name=APPLICATION,
                retry_connection_errors=False,
            )
        self._senders = ThreadPoolExecutor(_SENDERS, "orders")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        self._senders.shutdown()
        self._client.destroy()

    def send(self, orders: Mapping[str, Order], version: str) -> None:
        """Queue orders, each under its id; one that is queued already is left as it is.

        Args:
            orders: order id → order.
            version: `fleet_version` of the workers that are to carry them out.
        """
        with _reaching(self.location):
            list(self._senders.map(partial(self._send, version), orders.items()))

    def _send(self, version: str, entry: tuple[str, Order]) -> None:
        place, order = entry
        self._client.enqueue(
            {
                "workflow_name": WORKFLOW,
                "queue_name": QUEUE,
                "workflow_id": place,
                "app_version": version,
                "attributes": {"batch": order.batch},
            },
            order.model_dump(mode="json"),
        )

    def find(self, places: Sequence[str], *, finished_only: bool = False) -> dict[str, Known]:
        """Return what is known of orders: id → state; those that nobody gave are left out."""
        found: dict[str, Known] = {}
        for start in range(0, len(places), _PAGE):
            with _reaching(self.location):
                rows = self._client.list_workflows(
                    workflow_ids=list(places[start : start + _PAGE]),
                    status=list(_FINISHED) if finished_only else None,
                    load_input=False,
                )
            found |= {row.workflow_id: _known(row) for row in rows}
        return found

    def forget(self, places: Sequence[str]) -> None:
        """Delete the records of orders; the ledger keeps what came of them."""
        for start in range(0, len(places), _PAGE):
            with _reaching(self.location):
                self._client.delete_workflows(list(places[start : start + _PAGE]))

    def prune(self, before: datetime, *, unfinished: bool = False) -> int:
        """Delete the records of orders finished before a moment, and return how many.

        Args:
            before: the moment.
            unfinished: those as well that were given before it, and have been waiting since.
        """
        moment = before.astimezone(UTC).isoformat()
        wanted: list[dict[str, Any]] = [{"status": list(_FINISHED), "completed_before": moment}]
        if unfinished:
            wanted.append({"status": [_WAITING], "end_time": moment})
        count = 0
        with _reaching(self.location):
            for conditions in wanted:
                while rows := self._client.list_workflows(
                    **conditions, name=WORKFLOW, limit=_PAGE, load_input=False, load_output=False
                ):
                    self._client.delete_workflows([row.workflow_id for row in rows])
                    count += len(rows)
        return count

    def in_hand(self, workers: Iterable[str] | None = None) -> dict[str, list[str]]:
        """Return the orders that workers have in hand: worker → order ids.

        Args:
            workers: whose; everybody's when None.
        """
        with _reaching(self.location):
            rows = self._client.list_workflows(
                status=_RUNNING,
                name=WORKFLOW,
                executor_id=None if workers is None else list(workers),
                load_input=False,
                load_output=False,
            )
        held: dict[str, list[str]] = {}
        for row in rows:
            held.setdefault(row.executor_id or "", []).append(row.workflow_id)
        return held

    def give_up(self, places: Sequence[str]) -> None:
        """End orders that no worker shall take up again."""
        if places:
            with _reaching(self.location):
                self._client.cancel_workflows(list(places))

    def put_back(self, places: Sequence[str]) -> None:
        """Let orders that a worker has in hand wait in the queue again, for any worker."""
        if places:
            with _reaching(self.location):
                self._client.resume_workflows(list(places), queue_name=QUEUE)


def set_up(url: str, location: str) -> None:
    """Make the tables of the queue where they are missing.

    Raises:
        LedgerGoneError: there is no connection to the server.
    """
    _quieten()
    with _reaching(location):
        DBOS.migrate(url, schema=QUEUE_SCHEMA)


@dataclass(frozen=True)
class Limits:
    """How much is taken up at once; kept with the queue, so that it holds for every worker of the fleet.

    What is None stays as it is kept.
    """

    per_worker: int | None = None
    """Reviews that a worker has in hand at most."""
    fleet: int | None = None
    """Reviews that all workers together have in hand at most; 0 for any number."""
    per_minute: int | None = None
    """Reviews that all workers together begin in a minute at most; 0 for any number."""


class Engine:
    """This process's part in carrying orders out. One at a time, and for the event loop it is launched in.

    Args:
        url: the queue's database.
        name: the worker, unique among those at work.
        carry_out: carries an order out.
    """

    def __init__(self, url: str, name: str, carry_out: Callable[[Order], Awaitable[Receipt]]) -> None:
        self._at_work: set[asyncio.Task[Any]] = set()

        async def work(content: dict[str, Any]) -> dict[str, Any]:
            if task := asyncio.current_task():
                self._at_work.add(task)
                task.add_done_callback(self._at_work.discard)
            return (await carry_out(Order.model_validate(content))).model_dump(mode="json")

        _quieten()
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": url,
                "dbos_system_schema": QUEUE_SCHEMA,
                "serializer": DBOSPortableJSONSerializer(),
                "executor_id": name,
                "application_version": fleet_version(),
                "sys_db_pool_size": 6,
                "log_level": "CRITICAL",
                "run_migrations": False,
            }
        )
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)(work)

    async def launch(self, limits: Limits, *, enough: int) -> Limits:
        """Begin to take orders; they are carried out in the loop that is running.

        Args:
            limits: what this worker was told of the limits.
            enough: reviews in hand that keep this worker busy, for when it was not told.

        Returns:
            The limits that hold.
        """
        DBOS.listen_queues([QUEUE])
        DBOS.launch()
        kept = await DBOS.retrieve_queue_async(QUEUE)
        held = Limits() if kept is None else await _kept(kept)
        fleet = held.fleet if limits.fleet is None else limits.fleet or None
        per_minute = held.per_minute if limits.per_minute is None else limits.per_minute or None
        per_worker = limits.per_worker or max(enough, held.per_worker or 0)
        holding = Limits(min(per_worker, fleet or per_worker), fleet, per_minute)
        await DBOS.register_queue_async(
            QUEUE,
            worker_concurrency=holding.per_worker,
            global_concurrency=fleet,
            limiter={"limit": per_minute, "period": 60.0} if per_minute else None,
            polling_interval_sec=POLL_S,
            on_conflict="always_update",
        )
        return holding

    async def stop(self, grace_s: float, hurry: asyncio.Event) -> None:
        """Take no more orders, let those in hand be finished, and leave.

        Args:
            grace_s: how long they may take; what is unfinished then is broken off.
            hurry: set it to break off at once.
        """
        # It counts in seconds, and looks once in a second.
        leaving = asyncio.create_task(
            asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=max(1, round(grace_s)))
        )
        hurrying = asyncio.create_task(hurry.wait())
        await asyncio.wait({leaving, hurrying}, return_when=asyncio.FIRST_COMPLETED)
        broken_off = list(self._at_work)
        for task in broken_off:
            task.cancel()
        await asyncio.gather(*broken_off, return_exceptions=True)
        hurrying.cancel()
        await leaving


async def _kept(queue: Any) -> Limits:  # noqa: ANN401 - its class is exported as a type only
    limiter = await queue.get_limiter_async()
    return Limits(
        await queue.get_worker_concurrency_async(),
        await queue.get_global_concurrency_async(),
        limiter and int(limiter["limit"]),
    )


def _known(row: Any) -> Known:  # noqa: ANN401 - its class is not exported
    finished = row.status in _FINISHED
    failure = ""
    if finished and row.status != "SUCCESS":
        given_up = f"given up after {CRASHES} workers were lost with it in hand"
        failure = str(row.error) if row.status == "ERROR" else given_up
    receipt = Receipt.model_validate(row.output) if row.status == "SUCCESS" else None
    return Known(row.workflow_id, str((row.attributes or {}).get("batch", "")), finished, receipt, failure)


def _quieten() -> None:
    """Keep the engine's own log off the terminal; what a person should know is said elsewhere."""
    logging.getLogger("dbos").setLevel(logging.CRITICAL)


@contextmanager
def _reaching(location: str) -> Iterator[None]:
    """Turn what the driver raises when the server is away into a `LedgerGoneError`."""
    try:
        yield
    except Exception as error:
        cause = getattr(error, "orig", None)
        if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
            raise
        said = next(iter(str(cause).strip().splitlines()), "the connection ended")
        raise LedgerGoneError(
            f"{location}: no connection to the server: {said}.",
            "Check the address of the queue; run the same command again when the server is back.",
        ) from None
