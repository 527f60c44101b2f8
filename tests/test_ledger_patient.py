"""A ledger that outlasts its server: PostgreSQL that is cut off, and one that seems to be away."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from typing import TYPE_CHECKING

import pytest
from cards import PERSONAS, make_persona, make_tool, make_verdict
from reviews import ask, review
from sqlalchemy import create_engine, make_url, text

from panel.errors import LedgerGoneError
from panel.graph import review_tool
from panel.ledger import Ledger, open_ledger, reference
from panel.ledger.patient import PatientLedger, open_patiently
from panel.ledger.store import open_store
from panel.persona import Roster, Seat
from panel.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from panel.ledger.store import Store
    from panel.scorecard import Scorecard

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


def test_a_review_outlasts_its_server_at_every_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a review asks of the ledger, and reviews side by side together, waits and is done once."""
    store = open_store(tmp_path / "ledger.db")
    draw = random.Random(7)  # noqa: S311 - when the server is away
    refused: list[str] = []

    def refusing(name: str, real: Callable[[], object]) -> Callable[[], object]:
        def refuse_now_and_then() -> object:
            if draw.random() < 0.4:
                refused.append(name)
                raise LedgerGoneError("the server is away")
            return real()

        return refuse_now_and_then

    async def review_side_by_side(ledger: Ledger) -> list[Scorecard]:
        scribe = Scribe(ledger)
        roster = Roster(seats=tuple(Seat(persona=make_persona(id_)) for id_ in PERSONAS))
        tools = [make_tool(name=f"Tool {number}") for number in range(3)]
        return await asyncio.gather(*(review_tool(tool, roster, ledger=scribe) for tool in tools))

    monkeypatch.setattr("panel.ledger.patient._LONGEST_WAIT_S", 0.2)
    with PatientLedger(store, outage_s=30) as ledger:
        for name in ("reading", "writing"):
            monkeypatch.setattr(store, name, refusing(name, getattr(store, name)))
        cards = asyncio.run(review_side_by_side(ledger))
        monkeypatch.undo()
        # So little is said of these tools that every seat abstains, which is an answer; none has failed.
        reasons = [seat.reason for card in cards for seat in card.abstentions]
        assert reasons == ["insufficient-information"] * 3 * len(PERSONAS)
        assert (ledger.stats().runs, ledger.stats().verdicts) == (3, 3 * len(PERSONAS))
    assert {"reading", "writing"} <= set(refused)


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
        keep_runs = Ledger.keep_runs
        lost: list[str] = []

        def write_and_vanish(self: Ledger, *arguments: object) -> None:
            keep_runs(self, *arguments)  # type: ignore[arg-type]
            if not lost:
                lost.append("confirmation")
                raise LedgerGoneError("the server is away")

        monkeypatch.setattr(Ledger, "keep_runs", write_and_vanish)
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
