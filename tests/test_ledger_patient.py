"""A ledger that outlasts its server: PostgreSQL that is cut off, and one that seems to be away."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from cards import make_tool, make_verdict
from reviews import ask, review
from sqlalchemy import create_engine, make_url, text

from panel.errors import LedgerGoneError
from panel.ledger import Ledger, open_ledger, reference
from panel.ledger.patient import PatientLedger, open_patiently
from panel.ledger.store import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from panel.ledger.store import Store

pytest_plugins = ["databases"]


def away(store: Store, monkeypatch: pytest.MonkeyPatch, times: int) -> list[int]:
    """Let the server seem away for so many transactions."""
    left = [times]
    writing = store.writing

    def refuse() -> object:
        if left[0]:
            left[0] -= 1
            raise LedgerGoneError("the server is away")
        return writing()

    monkeypatch.setattr(store, "writing", refuse)
    return left


def test_an_answer_waits_until_the_server_is_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written then, and the outage is told once, and its end once."""
    said: list[str] = []
    store = open_store(tmp_path / "ledger.db")
    with PatientLedger(store, tell=said.append) as ledger:
        away(store, monkeypatch, 2)
        verdict = make_verdict("dx", "ship")
        assert ledger.keep(ask("dx"), verdict) == verdict
        assert ledger.stats().verdicts == 1
    assert [line.partition(": ")[2] for line in said] == [
        "the server does not answer; waiting for it. Nothing is lost.",
        "the server answers again.",
    ]


def test_patience_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the longest outage it waits for, or when it is told to give up, the error comes out."""
    store = open_store(tmp_path / "ledger.db")
    with PatientLedger(store, outage_s=0.3) as ledger:
        away(store, monkeypatch, 1_000)
        with pytest.raises(LedgerGoneError):
            ledger.keep(ask("dx"), make_verdict("dx", "ship"))
    with PatientLedger(store) as ledger:
        threading.Timer(0.3, ledger.give_up).start()
        started = time.monotonic()
        with pytest.raises(LedgerGoneError):
            ledger.enrol(make_tool())
        assert time.monotonic() - started < 5


def test_a_run_whose_confirmation_was_lost_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server wrote it and went away before it could say so."""
    tool = make_tool()
    with open_ledger(tmp_path / "first.db") as first:
        card = review(first, tool)
    keys = {verdict.persona: [reference(ask(verdict.persona), verdict)] for verdict in card.verdicts}
    store = open_store(tmp_path / "ledger.db")
    with PatientLedger(store) as ledger:
        ledger.enrol(tool)
        keep_run = Ledger.keep_run
        lost: list[str] = []

        def write_and_vanish(self: Ledger, *arguments: object) -> None:
            keep_run(self, *arguments)  # type: ignore[arg-type]
            if not lost:
                lost.append("confirmation")
                raise LedgerGoneError("the server is away")

        monkeypatch.setattr(Ledger, "keep_run", write_and_vanish)
        ledger.keep_run(card, keys)
        assert lost
        assert ledger.stats().runs == 1


def test_postgresql_that_ends_every_connection_is_outlasted(postgres: str) -> None:
    """The next statement finds its connection dead, is told so by class, and done on another."""
    admin = create_engine(make_url(postgres).set(drivername="postgresql+psycopg"))
    cut_all = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )

    def write_while_it_is_cut(store: Store) -> None:
        with store.writing() as connection, admin.connect() as other:
            other.execute(cut_all)
            connection.execute(text("SELECT 1"))

    with open_patiently(postgres) as ledger, open_ledger(postgres) as hasty:
        ledger.enrol(make_tool())
        with pytest.raises(LedgerGoneError, match="the server ended the connection"):
            write_while_it_is_cut(hasty._store)  # noqa: SLF001 - in the middle of a transaction
        assert ledger.enrol(make_tool()).known
    admin.dispose()
