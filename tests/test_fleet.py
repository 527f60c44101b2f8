"""What the workers of a fleet share, on a real PostgreSQL: names, batches, budgets, timetables."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import psycopg
import pytest
from cards import PERSONAS, make_persona, make_tool

from panel.batch.fleet import Fleet, postgres_url, worker_title
from panel.batch.orders import Terms, fleet_version, order_id
from panel.batch.purse import SharedBudget
from panel.batch.timetable import Timetable
from panel.batch.worker import set_up
from panel.errors import LedgerGoneError, ModelError, SettingsError
from panel.persona import Roster, Seat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.llm.budget import Reservation

pytest_plugins = ["databases"]

TERMS = Terms(
    version="1",
    roster=Roster(seats=tuple(Seat(persona=make_persona(name), spec="rubric") for name in PERSONAS)),
)


@pytest.fixture
def fleet(postgres: str) -> Iterator[Fleet]:
    """Return a fleet's connection, with its tables made."""
    connected = Fleet(postgres, "the fleet", title=worker_title("alder", "1"))
    set_up(postgres, "the fleet")
    connected.set_up()
    yield connected
    connected.close()


@pytest.fixture
def other(postgres: str) -> Iterator[Fleet]:
    """Return the connection of another worker."""
    connected = Fleet(postgres, "the fleet", title=worker_title("birch", "1"))
    yield connected
    connected.close()


def test_a_name_belongs_to_one_worker_as_long_as_it_is_connected(fleet: Fleet, other: Fleet) -> None:
    """Nobody else can take it; when the connection ends it is free, and its worker is at work no more."""
    assert fleet.take_name("alder")
    assert not other.take_name("alder")
    assert [(worker.name, worker.version) for worker in other.present()] == [("alder", "1")]
    assert fleet.holds_name("alder")
    assert not other.holds_name("alder")
    fleet.close()
    assert other.present() == []
    assert other.take_name("alder")


def test_who_sweeps_up_after_a_worker_is_not_taken_for_it(fleet: Fleet, other: Fleet) -> None:
    """Holding a dead worker's name keeps it from coming back, and does not make it present."""
    assert other.take_name("birch")
    assert other.take_name("alder")
    assert [worker.name for worker in fleet.present()] == ["birch"]
    assert not fleet.take_name("alder")
    other.leave_name("alder")
    assert fleet.take_name("alder")


def test_a_connection_that_ends_is_told_and_made_anew(fleet: Fleet, postgres: str) -> None:
    """One call fails with a line about the server; the next one works, and the name has to be taken again."""
    fleet.take_name("alder")
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%alder%'"
        )
    with pytest.raises(LedgerGoneError, match="the fleet: no connection to the server"):
        fleet.present()
    assert not fleet.holds_name("alder")
    assert fleet.take_name("alder")


def test_terms_come_back_as_they_were_given(fleet: Fleet, other: Fleet) -> None:
    """A worker reviews with the very personas of whoever gave the batch: their digests agree."""
    fleet.open_batch("b1", TERMS, 2.5)
    found = other.batch("b1")
    assert found is not None
    assert found.terms == TERMS
    assert found.terms.digest == TERMS.digest
    assert [seat.persona.digest for seat in found.terms.roster.seats] == [
        seat.persona.digest for seat in TERMS.roster.seats
    ]
    assert other.batch("b2") is None


def test_an_order_is_known_by_what_is_asked_about_what() -> None:
    """The same tool under the same terms has one id; another text, panel or stated slug has another."""
    tool = make_tool()
    known = order_id(TERMS, tool, slug_stated=False)
    assert known == order_id(TERMS.model_copy(), tool.model_copy(), slug_stated=False)
    others = {
        order_id(TERMS, make_tool(description="Something else altogether."), slug_stated=False),
        order_id(TERMS, tool, slug_stated=True),
        order_id(TERMS.model_copy(update={"repeat": 2}), tool, slug_stated=False),
        order_id(TERMS.model_copy(update={"version": "2"}), tool, slug_stated=False),
    }
    assert len(others | {known}) == 5


def test_a_version_names_what_has_to_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes with the prompts and checks, although the program's version does not."""
    before = fleet_version()
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{8}", before)
    monkeypatch.setattr("panel.reviewers.interview.engine_version", lambda: "other")
    fleet_version.cache_clear()
    try:
        assert fleet_version().partition("+")[0] == before.partition("+")[0]
        assert fleet_version() != before
    finally:
        fleet_version.cache_clear()


def test_a_batch_taken_up_again_keeps_what_it_spent(fleet: Fleet) -> None:
    """Its cap is the new one if one is given, and holds for all it ever spent."""
    fleet.open_batch("b1", TERMS, 1.0)
    assert fleet.draw("b1", 0.8)
    assert not fleet.draw("b1", 0.3)
    fleet.open_batch("b1", TERMS, None)
    assert not fleet.draw("b1", 0.3)
    fleet.open_batch("b1", TERMS, 2.0)
    assert fleet.draw("b1", 0.3)
    fleet.settle("b1", 0.5, 0.3)
    purse = fleet.purse("b1")
    assert (purse.cap_usd, round(purse.drawn_usd, 9), purse.settled_usd) == (2.0, 0.6, 0.3)


def test_spend_without_a_price_is_not_known(fleet: Fleet) -> None:
    """Calls are counted all the same."""
    fleet.open_batch("b1", TERMS, None)
    fleet.count_spent("b1", 4, 0.5)
    assert fleet.spent(30) == (4, 0.5)
    fleet.count_spent("b1", 1, None)
    assert fleet.spent(30) == (5, None)


def purse_of(fleet: Fleet, longest_call_s: float = 60.0) -> SharedBudget:
    """Return a worker's view of the budget of batch b1."""
    return SharedBudget(1.0, fleet=fleet, batch="b1", longest_call_s=longest_call_s)


async def test_two_workers_never_set_more_aside_than_the_cap(fleet: Fleet, other: Fleet) -> None:
    """Calls of both at once stay under it; what they do not use makes room for others."""
    fleet.open_batch("b1", TERMS, 1.0)
    mine, theirs = purse_of(fleet), purse_of(other)
    highest = 0.0

    async def call(budget: SharedBudget) -> bool:
        nonlocal highest
        try:
            reservation: Reservation = await budget.reserve(0.3)
        except ModelError:
            return False
        highest = max(highest, fleet.purse("b1").drawn_usd)
        await asyncio.sleep(0.05)
        reservation.settle(0.06)
        return True

    done = await asyncio.gather(*(call(budget) for budget in (mine, theirs) for _ in range(8)))
    await mine.settled()
    await theirs.settled()
    assert highest <= 1.0
    # Twelve cost 0.72; a thirteenth may cost 0.30 more, which no longer fits.
    assert done.count(True) == 12
    assert fleet.purse("b1").drawn_usd == pytest.approx(0.72)


async def test_what_a_killed_worker_had_set_aside_stays_spent(fleet: Fleet, other: Fleet) -> None:
    """Others wait for it as long as a call may last, and then count it as spent."""
    fleet.open_batch("b1", TERMS, 1.0)
    await purse_of(other).reserve(0.8)
    budget = purse_of(fleet, longest_call_s=1.2)
    with pytest.raises(ModelError, match=r"the budget of \$1\.0000 has no room"):
        await budget.reserve(0.3)
    assert budget.stopped


def test_a_time_that_passed_is_made_up_for_once() -> None:
    """However many times went by, the latest is due, and after it none."""
    table = Timetable("0 2 * * *", "tools", lambda: "")
    night = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
    assert table.due(night - timedelta(days=9), night + timedelta(hours=7)) == night
    assert table.due(night, night + timedelta(hours=7)) is None
    assert table.due(night - timedelta(minutes=1), night) == night
    assert table.due(night, night + timedelta(days=1, seconds=30)) == night + timedelta(days=1)


@pytest.mark.parametrize("times", ["", "0 2 * *", "61 2 * * *", "every night"])
def test_times_that_are_none_are_refused(times: str) -> None:
    """The mistake is told when the worker starts, not in the night."""
    with pytest.raises(SettingsError, match="--at"):
        Timetable(times, "tools", lambda: "")


async def test_a_timetable_is_followed_from_where_the_fleet_left_off(fleet: Fleet) -> None:
    """The first start waits for the next time; a later one makes up for what was missed in between, once."""
    queued: list[str] = []

    def queue_all() -> str:
        queued.append("once")
        return "queued"

    table = Timetable("* * * * *", "tools", queue_all)
    said: list[str] = []

    async def follow_for_a_moment() -> None:
        task = asyncio.create_task(table.follow(fleet, said.append))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    await follow_for_a_moment()
    assert queued == []
    with psycopg.connect(fleet._url, autocommit=True) as admin:  # noqa: SLF001 - time is moved from outside
        admin.execute("UPDATE shippanel_fleet.timetable SET last_at = last_at - interval '1 hour'")
    await follow_for_a_moment()
    await follow_for_a_moment()
    assert queued == ["once"]
    assert [line for line in said if "queued" in line] == said
    assert len(said) == 1


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ledger.db", "its address names a file"),
        ("sqlite:///ledger.db", "its address names 'sqlite'"),
        ("mysql://user:secret@host/base", "its address names 'mysql'"),
        ("postgresql://host:port:more/base?x", "cannot be read"),
    ],
)
def test_a_queue_stands_on_postgresql(address: str, said: str) -> None:
    """Any other address is refused in one line, which does not repeat it: it may hold a password."""
    with pytest.raises(SettingsError, match=said) as caught:
        postgres_url(address)
    assert "secret" not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_spelling_of_an_address_is_read(scheme: str) -> None:
    """What the ledger takes, the queue takes."""
    assert postgres_url(f"{scheme}://u:p@h:5/d?sslmode=require") == "postgresql://u:p@h:5/d?sslmode=require"
