"""What the workers of a fleet share beside their queue: the batches, their budgets, and who is at work.

It stands in the queue's PostgreSQL database, in a schema of its own. A worker is at work as long as it holds
the lock of its name. The server gives that back when the worker's connection ends, so nobody has to guess
from the time of a last sign of life; and a worker of that name cannot start while somebody sweeps up after
its predecessor.
"""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors

from panel.batch.orders import CRASHES, RATE_S, Count, Present, Purse, QueuedBatch, Terms
from panel.errors import LedgerGoneError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from panel.batch.orders import State

QUEUE_SCHEMA = "shippanel_queue"
"""Where the engine keeps its own tables. Its `workflow_status` is read here to count; nothing is written."""
WORKFLOW = "shippanel.review"
"""What an order is called there. The statements below spell both out, since SQL is not put together."""
_NAMES = 745_011
"""The first half of every worker's advisory lock; the second is made of its name."""
_TITLE = "shippanel worker"
_STATES: dict[str, State] = {"ENQUEUED": "waiting", "PENDING": "running", "SUCCESS": "done"}
_SETUP = """
CREATE SCHEMA IF NOT EXISTS shippanel_fleet;
CREATE TABLE IF NOT EXISTS batch (
    id text PRIMARY KEY,
    terms text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    cap_usd double precision,
    drawn_usd double precision NOT NULL DEFAULT 0,
    settled_usd double precision NOT NULL DEFAULT 0,
    calls bigint NOT NULL DEFAULT 0,
    spent_usd double precision NOT NULL DEFAULT 0,
    unpriced boolean NOT NULL DEFAULT false
);
CREATE TABLE IF NOT EXISTS crash (
    order_id text PRIMARY KEY,
    times integer NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS timetable (
    id text PRIMARY KEY,
    last_at timestamptz NOT NULL
);
"""


class Fleet:
    """One connection to what a fleet shares, safe to use from several threads.

    A connection that was lost is made anew by the next call; the lock of a name has to be taken again.

    Args:
        url: the queue's database.
        location: the same, fit to be shown.
        title: what the server lists the connection as.
    """

    def __init__(self, url: str, location: str, *, title: str = "shippanel") -> None:
        self.location = location
        self._url = url
        self._title = title
        self._turn = RLock()
        self._connection: psycopg.Connection | None = None

    def set_up(self) -> None:
        """Make the tables where they are missing.

        Raises:
            LedgerGoneError: there is no connection to the server.
        """
        with self._asking() as connection:
            # Two who make the same schema at once would both fail on its name.
            connection.execute("SELECT pg_advisory_lock(%s, 0)", [_NAMES])
            try:
                connection.execute(_SETUP)
            finally:
                connection.execute("SELECT pg_advisory_unlock(%s, 0)", [_NAMES])

    def close(self) -> None:
        """End the connection, and with it the lock of a name."""
        with self._turn:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def open_batch(self, batch: str, terms: Terms, cap_usd: float | None) -> None:
        """Write a batch down; one that is known keeps what it spent, and takes a new cap if one is given."""
        with self._asking() as connection:
            connection.execute(
                "INSERT INTO batch AS known (id, terms, cap_usd) VALUES (%s, %s, %s) "
                "ON CONFLICT (id) DO UPDATE SET cap_usd = coalesce(excluded.cap_usd, known.cap_usd)",
                [batch, terms.model_dump_json(), cap_usd],
            )

    def batch(self, batch: str) -> QueuedBatch | None:
        """Return a batch; None when it is not known."""
        with self._asking() as connection:
            row = connection.execute("SELECT terms, cap_usd FROM batch WHERE id = %s", [batch]).fetchone()
        return None if row is None else QueuedBatch(batch, Terms.model_validate_json(row[0]), row[1])

    def draw(self, batch: str, most_usd: float) -> bool:
        """Set money of a batch aside for one call; False when that much is not left."""
        with self._asking() as connection:
            taken = connection.execute(
                "UPDATE batch SET drawn_usd = drawn_usd + %(most)s WHERE id = %(batch)s "
                "AND (cap_usd IS NULL OR drawn_usd + %(most)s <= cap_usd)",
                {"batch": batch, "most": most_usd},
            )
            return taken.rowcount == 1

    def settle(self, batch: str, unused_usd: float, cost_usd: float) -> None:
        """Give back what calls did not use of the money set aside for them, and count what they cost."""
        with self._asking() as connection:
            connection.execute(
                "UPDATE batch SET drawn_usd = drawn_usd - %s, settled_usd = settled_usd + %s WHERE id = %s",
                [unused_usd, cost_usd, batch],
            )

    def purse(self, batch: str) -> Purse:
        """Return how the budget of a batch stands.

        Raises:
            LookupError: there is no such batch.
        """
        with self._asking() as connection:
            row = connection.execute(
                "SELECT cap_usd, drawn_usd, settled_usd FROM batch WHERE id = %s", [batch]
            ).fetchone()
        if row is None:
            raise LookupError(batch)
        return Purse(*row)

    def count_spent(self, batch: str, calls: int, cost_usd: float | None) -> None:
        """Add up what a review took."""
        with self._asking() as connection:
            connection.execute(
                "UPDATE batch SET calls = calls + %s, spent_usd = spent_usd + %s, "
                "unpriced = unpriced OR %s WHERE id = %s",
                [calls, cost_usd or 0.0, cost_usd is None, batch],
            )

    def spent(self, days: int) -> tuple[int, float | None]:
        """Sum up calls and cost of the batches begun in the last days; None where a price is missing."""
        with self._asking() as connection:
            row = connection.execute(
                "SELECT coalesce(sum(calls), 0), coalesce(sum(spent_usd), 0), "
                "coalesce(bool_or(unpriced), false) FROM batch "
                "WHERE begun_at > now() - make_interval(days => %s)",
                [days],
            ).fetchone()
        calls, cost, unpriced = row or (0, 0.0, False)
        return int(calls), None if unpriced else float(cost)

    def forget_batches(self, before: datetime) -> int:
        """Delete batches begun before a moment, but for those that still have orders; return how many."""
        with self._asking() as connection:
            return connection.execute(
                "DELETE FROM batch b WHERE begun_at < %s AND NOT EXISTS (SELECT 1 FROM "
                "shippanel_queue.workflow_status o WHERE o.status IN ('ENQUEUED', 'PENDING') "
                "AND o.name = 'shippanel.review' AND o.attributes->>'batch' = b.id)",
                [before],
            ).rowcount

    def count_crashes(self, places: Sequence[str]) -> list[str]:
        """Count that orders were in hand when their worker was lost; return those that it cost too many."""
        with self._asking() as connection:
            rows = connection.execute(
                "INSERT INTO crash AS known (order_id) SELECT unnest(%s::text[]) "
                "ON CONFLICT (order_id) DO UPDATE SET times = known.times + 1 RETURNING order_id, times",
                [list(places)],
            ).fetchall()
        return [place for place, times in rows if times >= CRASHES]

    def pardon(self, places: Sequence[str]) -> None:
        """Forget that orders were in hand when their worker was lost."""
        with self._asking() as connection:
            connection.execute("DELETE FROM crash WHERE order_id = ANY(%s)", [list(places)])

    def waits(self, version: str) -> bool:
        """Tell whether orders for workers of a version wait or are in hand."""
        with self._asking() as connection:
            row = connection.execute(
                "SELECT 1 FROM shippanel_queue.workflow_status WHERE status IN ('ENQUEUED', 'PENDING') "
                "AND name = 'shippanel.review' AND application_version = %s LIMIT 1",
                [version],
            ).fetchone()
        return row is not None

    def counts(self) -> list[Count]:
        """Count the orders that are waiting, in hand or still on record."""
        with self._asking() as connection:
            rows = connection.execute(
                "SELECT status, application_version, coalesce(executor_id, ''), count(*), count(*) FILTER "
                "(WHERE completed_at > extract(epoch FROM now()) * 1000 - %s) "
                "FROM shippanel_queue.workflow_status WHERE name = 'shippanel.review' "
                "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
                [RATE_S * 1000],
            ).fetchall()
        return [Count(_STATES.get(state, "failed"), version or "", *rest) for state, version, *rest in rows]

    def last_run(self, timetable: str) -> datetime | None:
        """Return when a timetable was last followed; None when it never was."""
        with self._asking() as connection:
            row = connection.execute("SELECT last_at FROM timetable WHERE id = %s", [timetable]).fetchone()
        return None if row is None else row[0]

    def note_run(self, timetable: str, moment: datetime) -> None:
        """Write down that a timetable was followed; an earlier moment than is known changes nothing."""
        with self._asking() as connection:
            connection.execute(
                "INSERT INTO timetable AS known (id, last_at) VALUES (%s, %s) "
                "ON CONFLICT (id) DO UPDATE SET last_at = greatest(known.last_at, excluded.last_at)",
                [timetable, moment],
            )

    def take_name(self, name: str) -> bool:
        """Take the lock of a worker's name; False when somebody else has it."""
        with self._asking() as connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", [_NAMES, _half(name)]).fetchone()
        return bool(row and row[0])

    def leave_name(self, name: str) -> None:
        """Give the lock of a name back."""
        with self._asking() as connection:
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", [_NAMES, _half(name)])

    def holds_name(self, name: str) -> bool:
        """Tell whether this very connection still holds the lock of a name."""
        with self._asking() as connection:
            row = connection.execute(
                "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid() "
                "AND classid = %s AND objid = %s",
                [_NAMES, _half(name) % 2**32],
            ).fetchone()
        return row is not None

    def present(self) -> list[Present]:
        """List the workers that are at work, by name."""
        with self._asking() as connection:
            rows = connection.execute(
                "SELECT a.application_name, a.backend_start, l.objid FROM pg_locks l "
                "JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.granted "
                "AND l.classid = %s AND l.database = (SELECT oid FROM pg_database "
                "WHERE datname = current_database())",
                [_NAMES],
            ).fetchall()
        found = []
        for title, since, half in rows:
            name, _, version = title.removeprefix(f"{_TITLE} ").partition(" ")
            # Who sweeps up after another holds that one's lock besides its own.
            if _half(name) % 2**32 == half:
                found.append(Present(name, version, since))
        return sorted(found, key=lambda worker: worker.name)

    @contextmanager
    def _asking(self) -> Iterator[psycopg.Connection]:
        with self._turn:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = self._connect()
                yield self._connection
            except (psycopg.OperationalError, errors.AdminShutdown) as error:
                self.close()
                said = next(iter(str(error).strip().splitlines()), "the connection ended")
                raise LedgerGoneError(
                    f"{self.location}: no connection to the server: {said}.",
                    "Run the same command again when it is back; nothing was lost.",
                ) from None

    def _connect(self) -> psycopg.Connection:
        options: dict[str, Any] = {"application_name": self._title, "connect_timeout": 10}
        connection = psycopg.connect(self._url, autocommit=True, **options)
        connection.execute("SET search_path = shippanel_fleet")
        # The server should notice within a minute that a machine has gone, not after the usual two hours.
        for setting, seconds in (("idle", 20), ("interval", 10), ("count", 3)):
            connection.execute(f"SET tcp_keepalives_{setting} = {seconds}")
        return connection


def worker_title(name: str, version: str) -> str:
    """Return what the connection of a worker is listed as."""
    return f"{_TITLE} {name} {version}"


def postgres_url(text: str) -> str:
    """Return the address of a queue's database in the form that every driver reads.

    Raises:
        SettingsError: it is no address of a PostgreSQL database. It may hold a password and is not repeated.
    """
    scheme, mark, rest = text.partition("://")
    if not mark or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        kind = f"{scheme!r}" if mark else "a file"
        raise SettingsError(
            f"the queue needs a PostgreSQL database, and its address names {kind}",
            "Write --queue postgresql://USER@HOST/DATABASE; one machine needs no queue.",
        )
    try:
        psycopg.conninfo.conninfo_to_dict(f"postgresql://{rest}")
    except psycopg.ProgrammingError:
        raise SettingsError(
            "the address of the queue cannot be read", "Write --queue postgresql://USER@HOST/DATABASE."
        ) from None
    return f"postgresql://{rest}"


def _half(name: str) -> int:
    """Make the second half of a lock of a name: a signed number of 32 bits."""
    number = zlib.crc32(name.encode())
    return number - 2**32 if number >= 2**31 else number
