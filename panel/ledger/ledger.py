"""The ledger as its users see it: open it, ask it, write to it, close it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any, Self

import platformdirs
from sqlalchemy import case, func, select, text

from panel.ledger import answers, enrolment, runs, schema
from panel.ledger.rows import LedgerStats, Record, Spend
from panel.ledger.standing import find_standing
from panel.ledger.store import PATIENCE_S, open_store
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from sqlalchemy import Connection

    from panel.ledger.batches import BatchRecord
    from panel.ledger.rows import (
        Enrolment,
        ImportReport,
        RevisionRow,
        RunRow,
        Standing,
        ToolRow,
        VerifyReport,
    )
    from panel.ledger.store import Store
    from panel.ledger.waiting import WaitingReviews
    from panel.scorecard import Scorecard
    from panel.tool import Tool
    from panel.verdict import Outcome


def default_path() -> Path:
    """Return where a user's own ledger stands: `ledger.db` in their data folder."""
    return platformdirs.user_data_path("shippanel", appauthor=False) / "ledger.db"


def open_ledger(
    target: str | Path | None = None, *, create: bool = True, patience_s: float = PATIENCE_S
) -> Ledger:
    """Open a ledger; made when it is not there, migrated when an older program wrote it.

    Args:
        target: a file path, a `sqlite:///` or `postgresql://` URL; the user's own ledger by default.
        create: whether a ledger that is not there is made.
        patience_s: how long to wait for somebody else's lock, in seconds.

    Raises:
        LedgerError: it cannot be opened, is something else, or was written by a newer program.
        LedgerBusyError: somebody else holds it.
    """
    return Ledger(open_store(target or default_path(), create=create, patience_s=patience_s))


def new_run_id() -> str:
    """Return a fresh run id: 32 hexadecimal digits that sort by time, as those of a UUID 7 do."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    version, variant = 7 << 76, 2 << 62
    low = (random & ~(0xF << 76) & ~(0x3 << 62)) | version | variant
    return f"{milliseconds:012x}{low:020x}"


class Ledger:
    """An open ledger, safe to use from several threads; not to be carried across a fork.

    Every write is on disk when its method returns. All methods raise `LedgerError` when the database
    fails, `LedgerBusyError` when somebody else holds it for too long.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        self._store.close()

    @property
    def location(self) -> str:
        """Where it is, fit to be shown: a path, or a URL without its password."""
        return self._store.location

    @property
    def batches(self) -> BatchRecord:
        """What was asked with batches, and what became of it."""
        from panel.ledger.batches import BatchRecord  # noqa: PLC0415 - no review needs it

        return BatchRecord(self._store)

    @property
    def waiting(self) -> WaitingReviews:
        """The reviews that wait for answers of batches."""
        from panel.ledger.waiting import WaitingReviews  # noqa: PLC0415 - likewise

        return WaitingReviews(self._store)

    def enrol(self, tool: Tool, *, explicit_slug: bool = False) -> Enrolment:
        """Find or make the place of a submission: one commit, none when it is known.

        Args:
            tool: the submission.
            explicit_slug: whether it states its slug itself. Only then does the slug decide which tool
                is meant, whatever its name.
        """
        return self.enrol_many([(tool, explicit_slug)])[0]

    def enrol_many(self, submissions: Sequence[tuple[Tool, bool]]) -> list[Enrolment]:
        """Do as `enrol` does for several submissions, each with its `explicit_slug`, in one commit."""
        return enrolment.enrol_many(self._store, submissions)

    def find(self, keys: Sequence[str]) -> dict[str, Outcome]:
        """Return the outcomes that stand under `keys`; one that was tampered with does not stand."""
        return answers.find(self._store, keys)

    def keep(self, inputs: Mapping[str, Any], outcome: Outcome) -> Outcome:
        """Write an answer, and return the one that stands: the first to arrive. One commit."""
        return self.keep_many([(inputs, outcome)])[0]

    def keep_many(self, pairs: Iterable[tuple[Mapping[str, Any], Outcome]]) -> list[Outcome]:
        """Do as `keep` does for several answers, in one commit."""
        return answers.keep_many(self._store, pairs)

    def next_sample(self, inputs: Mapping[str, Any]) -> int:
        """Return the first sample index that no verdict on this question has; `sample` is ignored."""
        return answers.next_sample(self._store, inputs)

    def keep_run(
        self, card: Scorecard, keys: Mapping[str, Sequence[str]], paid: Iterable[Outcome] | None = None
    ) -> None:
        """Record a review and what it cost, in one commit.

        Args:
            card: the scorecard; it names its run, and its tool with the revision from `enrol`.
            keys: persona id → what each of its samples is kept under (`reference`), sample 0 first.
            paid: the answers obtained in this run, failed ones included; by default those on the card
                that it does not call re-used.
        """
        self.keep_runs([Record(card, keys, paid)])

    def keep_runs(self, records: Iterable[Record]) -> None:
        """Do as `keep_run` does for several reviews, in one commit."""
        runs.keep_runs(self._store, records)

    def standing(
        self, slug: str, revision: int, questions: Mapping[str, str], repeat: int = 1
    ) -> Standing | None:
        """Return the newest review of a content when it answers the questions; None when it does not.

        Args:
            slug: the tool.
            revision: its content.
            questions: persona id → the digest of what it would be asked (`question_of`), for every seat.
            repeat: how often each would be asked.
        """
        return find_standing(self._store, slug, revision, questions, repeat)

    def hold(self, purpose: str) -> AbstractContextManager[None]:
        """Hold the ledger for one purpose, such as `batch`, as long as the `with` block lasts.

        Others may read and write meanwhile. A `LedgerBusyError` when a process holds it for the same.
        """
        from panel.ledger.holding import hold  # noqa: PLC0415 - only a batch needs it

        return hold(self._store, purpose)

    def tools(self, limit: int = 50, before: str | None = None, query: str = "") -> list[ToolRow]:
        """List reviewed tools, the most recently reviewed first.

        Args:
            limit: how many at most.
            before: the `cursor` of the last row of the page before, or a date as `2026-11-21`.
            query: part of a name or slug, in any case.
        """
        return runs.tools(self._store, limit, before, query)

    def runs(self, slug: str, limit: int = 50) -> list[RunRow]:
        """List the runs of a tool, newest first."""
        return runs.runs(self._store, slug, limit)

    def card(self, run: str) -> Scorecard:
        """Return the scorecard of a run; a `LedgerError` when there is no such run."""
        return runs.card(self._store, run)

    def latest_card(self, slug: str, revision: int | None = None) -> Scorecard | None:
        """Return the newest scorecard of a tool, or of one of its revisions; None when there is none."""
        return runs.latest_card(self._store, slug, revision)

    def tool(self, slug: str, revision: int | None = None) -> Tool | None:
        """Return a tool as submitted, by default most recently; None when there is no such content."""
        return runs.tool(self._store, slug, revision)

    def revisions(self, slug: str) -> list[RevisionRow]:
        """List the contents submitted for a tool, oldest first."""
        return runs.revisions(self._store, slug)

    def find_slug(self, text: str) -> str | None:
        """Return the slug that somebody who wrote `text` most likely meant; None when nothing is close."""
        return runs.find_slug(self._store, text)

    def verify(self, progress: Callable[[str, int], None] | None = None) -> VerifyReport:
        """Work out every key, digest and scorecard again, and list what does not agree.

        Args:
            progress: called after each page with a table's name and its rows checked so far.
        """
        from panel.ledger.verification import verify  # noqa: PLC0415 - no review needs it

        return verify(self._store, progress)

    def export_lines(self, progress: Callable[[str, int], None] | None = None) -> Iterator[str]:
        """Yield everything the ledger holds at this moment as lines of JSON, the same on both databases.

        Args:
            progress: called now and then with a table's name and its rows written so far.
        """
        from panel.ledger.exporting import export_lines  # noqa: PLC0415 - no review needs it

        return export_lines(self._store, progress)

    def import_lines(
        self, stream: BinaryIO, *, name: str, progress: Callable[[str, int], None] | None = None
    ) -> ImportReport:
        """Add what an export holds and this ledger lacks, each row checked first.

        What cannot be taken is reported by line and the rest goes on; a batch of lines is one commit.

        Args:
            stream: the export.
            name: what to call it in messages.
            progress: called after each commit with a table's name and the number of the last line.

        Raises:
            InputError: it is no export, or a newer program wrote it; nothing was added.
        """
        from panel.ledger.importing import import_lines  # noqa: PLC0415 - likewise

        return import_lines(self._store, stream, name=name, progress=progress)

    def stats(self) -> LedgerStats:
        """Return figures about the whole ledger; takes longer the more it holds."""
        tables = {
            "tools": schema.tool,
            "revisions": schema.tool_revision,
            "verdicts": schema.verdict,
            "attempts": schema.attempt,
            "runs": schema.run,
        }
        with self._store.reading() as connection:
            counts = {
                name: connection.scalar(select(func.count()).select_from(table)) or 0
                for name, table in tables.items()
            }
            return LedgerStats(
                location=self.location,
                **counts,
                spend=_spend(connection),
                schema_revision=connection.scalar(select(schema.version.c.version_num)) or "",
                **_files(connection, sqlite=self._store.is_sqlite),
            )


def _spend(connection: Connection) -> tuple[Spend, ...]:
    columns = schema.spend.c
    priced = func.count(columns.cost_usd) == func.count()
    statement = (
        select(
            columns.engine,
            columns.spec,
            *(func.sum(columns[name]).label(name) for name in Usage.model_fields),
            case((priced, func.sum(columns.cost_usd))).label("cost_usd"),
        )
        .group_by(columns.engine, columns.spec)
        .order_by(columns.engine, columns.spec)
    )
    return tuple(Spend(**row) for row in connection.execute(statement).mappings())


def _files(connection: Connection, *, sqlite: bool) -> dict[str, Any]:
    if not sqlite:
        size = connection.scalar(text("SELECT pg_database_size(current_database())"))
        return {"size_bytes": size, "journal_mode": "server"}
    pages = connection.scalar(text("PRAGMA page_count")) or 0
    size = connection.scalar(text("PRAGMA page_size")) or 0
    return {"size_bytes": pages * size, "journal_mode": connection.scalar(text("PRAGMA journal_mode"))}
