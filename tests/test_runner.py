"""Many reviews at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS, make_persona, make_tool, make_verdict

from panel.errors import LedgerError
from panel.ledger import open_ledger
from panel.persona import Roster
from panel.runner import Job, Plan, run_reviews
from panel.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from panel.ledger import Enrolment
    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import Outcome


@dataclass
class Counting:
    """A reviewer that counts how many are at work at once."""

    spec: str = "rubric"
    working: int = 0
    most: int = 0
    asked: list[tuple[str, str]] = field(default_factory=list)

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Nothing else matters."""
        del persona, tool
        return {"engine": "counting"}

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Ship after a moment."""
        del sample
        self.working += 1
        self.most = max(self.most, self.working)
        self.asked.append((tool.slug, persona.id))
        await asyncio.sleep(0.001)
        self.working -= 1
        return make_verdict(persona.id, "ship")


@pytest.fixture
def roster() -> Roster:
    """Seat the four personas."""
    return Roster.model_validate({"seats": [{"persona": make_persona(name)} for name in PERSONAS]})


def jobs(count: int) -> Iterator[Job]:
    """Make distinct jobs, one at a time."""
    for n in range(count):
        yield Job(f"job-{n}", make_tool(slug=f"tool-{n}", name=f"Tool {n}"))


async def test_every_job_has_one_result(roster: Roster) -> None:
    """Forty jobs bring forty results, and no more reviewers work at once than allowed."""
    counting = Counting()
    plan = Plan(roster, calls_in_flight=6, reviewers=lambda _: counting)
    found = [result async for result in run_reviews(jobs(40), plan)]
    assert sorted(result.job.id for result in found) == sorted(f"job-{n}" for n in range(40))
    assert all(result.card is not None and result.card.ships == 4 for result in found)
    assert 4 < counting.most <= 6


async def test_jobs_are_taken_as_places_become_free(roster: Roster) -> None:
    """A long stream is never read far ahead of what is at work."""
    taken = 0

    def stream() -> Iterator[Job]:
        nonlocal taken
        for job in jobs(200):
            taken += 1
            yield job

    counting = Counting()
    plan = Plan(roster, calls_in_flight=8, reviewers=lambda _: counting)
    ahead = 0
    finished = 0
    async for _ in run_reviews(stream(), plan):
        finished += 1
        ahead = max(ahead, taken - finished)
    assert finished == 200
    assert ahead <= 4


async def test_a_stop_finishes_what_is_at_work(roster: Roster) -> None:
    """After a stop no job is started, and every job that was started has its result."""
    counting = Counting()
    plan = Plan(roster, calls_in_flight=8, reviewers=lambda _: counting)
    found = []
    async for result in run_reviews(jobs(100), plan):
        found.append(result)
        if len(found) == 10:
            plan.stop.set()
    assert 10 <= len(found) < 20
    assert len(counting.asked) == 4 * len(found)


async def test_running_again_finishes_the_rest(roster: Roster, tmp_path: Path) -> None:
    """Interrupted work is resumed from the ledger: nothing is asked twice."""
    counting = Counting()
    with open_ledger(tmp_path / "ledger.db") as ledger:
        plan = Plan(roster, scribe=Scribe(ledger), reviewers=lambda _: counting)
        async for _ in run_reviews(jobs(30), plan):
            if len(counting.asked) >= 40:
                plan.stop.set()
        again = Plan(roster, scribe=Scribe(ledger), reviewers=lambda _: counting)
        found = [result async for result in run_reviews(jobs(30), again)]
    assert len(found) == 30
    assert len(counting.asked) == len(set(counting.asked)) == 120


async def test_one_error_leaves_the_others_alone(roster: Roster, tmp_path: Path) -> None:
    """A job whose record cannot be written becomes an error result."""
    counting = Counting()
    with open_ledger(tmp_path / "ledger.db") as ledger:
        enrol = ledger.enrol_many

        def refusing(submissions: Sequence[tuple[Tool, bool]]) -> list[Enrolment]:
            if any(tool.slug == "tool-3" for tool, _ in submissions):
                raise LedgerError("the row cannot be written")
            return enrol(submissions)

        ledger.enrol_many = refusing  # type: ignore[method-assign]
        plan = Plan(roster, scribe=Scribe(ledger), reviewers=lambda _: counting)
        found = {result.job.id: result async for result in run_reviews(jobs(8), plan)}
    assert isinstance(found["job-3"].error, LedgerError)
    assert sum(result.card is not None for result in found.values()) == 7
