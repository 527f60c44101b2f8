"""What a batch reviews, what it leaves alone, and how it is taken up again."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS, make_abstention, make_persona, make_provenance, make_tool, make_verdict

from panel.batch import Rules, Stand, Submitted, Unusable, run_batch
from panel.batch.report import count_rows
from panel.canary import load_canaries
from panel.errors import InputError, LedgerError
from panel.ledger import open_ledger
from panel.persona import Roster
from panel.runner import Plan
from panel.scribe import Scribe
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from panel.batch import Entry
    from panel.batch.run import Outcome as BatchOutcome
    from panel.ledger import Ledger
    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import FailureReason, Outcome


@dataclass
class Paid:
    """A reviewer that counts what it is asked, at a cent an answer, and fails where it is told to."""

    spec: str = "paid"
    failing: dict[str, FailureReason] = field(default_factory=dict)
    """Tool's name → how every seat fails on it."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    before: Any = None
    """Called before every answer."""

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Nothing else matters."""
        del persona, tool
        return {"engine": "paid"}

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Ship, for a cent, or fail, which costs the same."""
        if self.before:
            self.before()
        self.asked.append((tool.name, persona.id))
        await asyncio.sleep(0.001)
        changes = {"usage": Usage(calls=1, input_tokens=10), "cost_usd": 0.01, "sample": sample}
        made = make_provenance(persona.id, spec="paid", created_at=datetime.now(UTC), **changes)
        if tool.name in self.failing:
            return make_abstention(persona.id, self.failing[tool.name], provenance=made)
        return make_verdict(persona.id, "ship", provenance=made)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a ledger of its own."""
    with open_ledger(tmp_path / "ledger.db") as ledger:
        yield ledger


def submitted(*names: str, **changes: Any) -> list[Submitted]:  # noqa: ANN401  # any field of a tool
    """Make submissions by name."""
    return [
        Submitted(f"line {n}", make_tool(name=name, slug=name.lower(), **changes))
        for n, name in enumerate(names, 1)
    ]


async def batch(
    entries: list[Any],
    ledger: Ledger,
    reviewer: Paid,
    rules: Rules | None = None,
    **plan: Any,  # noqa: ANN401  # any field of a plan
) -> BatchOutcome:
    """Run a batch with one reviewer on every seat."""
    seats = [{"persona": make_persona(name), "spec": "paid"} for name in PERSONAS]
    roster = Roster.model_validate({"seats": seats})
    made = Plan(roster=roster, scribe=Scribe(ledger), reviewers=lambda _: reviewer, **plan)
    return await run_batch(entries, made, ledger, rules=rules)


async def test_every_submission_is_reviewed_in_its_place(ledger: Ledger) -> None:
    """Rows come in the order of the submissions, each with its run, votes, calls and cost."""
    done = await batch(submitted("Aleph", "Beth", "Gimel"), ledger, Paid())
    assert [(row.name, row.fate, row.label, row.ships) for row in done.rows] == [
        ("Aleph", "reviewed", "Ship", 4),
        ("Beth", "reviewed", "Ship", 4),
        ("Gimel", "reviewed", "Ship", 4),
    ]
    assert done.ending == "finished"
    for row in done.rows:
        assert row.run is not None
        assert ledger.card(row.run).tool.name == row.name
        assert row.calls == 4
        assert row.cost_usd == pytest.approx(0.04)


async def test_the_same_batch_again_asks_nothing_and_records_nothing(ledger: Ledger) -> None:
    """What stands is listed with its run; no further run is written."""
    first = await batch(submitted("Aleph", "Beth"), ledger, Paid())
    again = Paid()
    second = await batch(submitted("Aleph", "Beth"), ledger, again)
    assert again.asked == []
    assert [(row.fate, row.run, row.ship_pct) for row in second.rows] == [
        ("stood", row.run, row.ship_pct) for row in first.rows
    ]
    assert ledger.stats().runs == 2


async def test_only_what_has_changed_is_reviewed_again(ledger: Ledger) -> None:
    """A changed line becomes a new revision of its tool; the others stand."""
    await batch(submitted("Aleph", "Beth"), ledger, Paid())
    changed = [*submitted("Aleph"), *submitted("Beth", description="It does something else now.")]
    reviewer = Paid()
    done = await batch(changed, ledger, reviewer)
    assert [(row.fate, row.changed, row.revision) for row in done.rows] == [
        ("stood", False, 1),
        ("reviewed", True, 2),
    ]
    assert {name for name, _ in reviewer.asked} == {"Beth"}


async def test_another_quorum_or_panel_is_another_review(ledger: Ledger) -> None:
    """A scorecard stands only for the panel that made it; its verdicts are re-used all the same."""
    await batch(submitted("Aleph"), ledger, Paid())
    seats = [{"persona": make_persona(name), "spec": "paid"} for name in PERSONAS]
    reviewer = Paid()
    for roster in ({"seats": seats, "quorum": 4}, {"seats": seats[:3]}):
        plan = Plan(roster=Roster.model_validate(roster), scribe=Scribe(ledger), reviewers=lambda _: reviewer)
        done = await run_batch(submitted("Aleph"), plan, ledger)
        assert done.rows[0].fate == "reviewed"
    assert reviewer.asked == []


async def test_a_tool_has_one_place_in_a_batch(ledger: Ledger) -> None:
    """The same submission twice is reviewed once; two that differ are refused from the second on."""
    aleph = submitted("Aleph", "Aleph", "Beth")
    other = Submitted("line 4", make_tool(name="ALEPH", slug="aleph-2", description="Other."))
    taken = Submitted("line 5", make_tool(name="Dalet", slug="beth", description="x"), slug_stated=True)
    stated = Submitted("line 6", make_tool(name="He", slug="beth", description="y"), slug_stated=True)
    done = await batch([*aleph, other, taken, stated], ledger, Paid())
    assert [row.fate for row in done.rows] == [
        *("reviewed", "repeated", "reviewed", "unusable", "reviewed", "unusable")
    ]
    assert done.rows[1].detail == "the same as line 1"
    assert "than line 1" in done.rows[3].detail
    assert "than line 5" in done.rows[5].detail


async def test_a_bad_entry_is_a_row_with_its_reason(ledger: Ledger) -> None:
    """What could not be read is listed where it stood."""
    bad = Unusable("line 2", InputError("line 2: 2 problems", problems=("a: x", "b: y")))
    done = await batch([*submitted("Aleph"), bad], ledger, Paid())
    assert [row.fate for row in done.rows] == ["reviewed", "unusable"]
    assert done.rows[1].detail == "2 problems: a: x; b: y"


@pytest.mark.parametrize(
    ("reason", "again"), [("unreachable", True), ("over-budget", True), ("refused", False)]
)
async def test_failures_are_taken_up_again_by_what_they_say(
    ledger: Ledger, reason: FailureReason, *, again: bool
) -> None:
    """A provider's failure is retried by the next run; a bad answer only on demand."""
    await batch(submitted("Aleph", "Beth"), ledger, Paid(failing={"Beth": reason}))
    second = Paid()
    done = await batch(submitted("Aleph", "Beth"), ledger, second)
    assert {name for name, _ in second.asked} == ({"Beth"} if again else set())
    assert done.rows[1].fate == ("reviewed" if again else "stood")
    if not again:
        assert done.rows[1].failures == (reason,) * 4
        third = Paid()
        done = await batch(submitted("Aleph", "Beth"), ledger, third, Rules(retry_failed=True))
        assert {name for name, _ in third.asked} == {"Beth"}
        assert done.rows[1].label == "Ship"


async def test_what_is_out_of_date_is_asked_about_anew(ledger: Ledger) -> None:
    """With `since`, older reviews are made again with fresh answers, which then stand."""
    await batch(submitted("Aleph"), ledger, Paid())
    later = Rules(since=datetime.now(UTC) + timedelta(microseconds=1))
    reviewer = Paid()
    done = await batch(submitted("Aleph"), ledger, reviewer, later)
    assert (done.rows[0].fate, len(reviewer.asked)) == ("reviewed", 4)
    for rules in (Rules(since=later.since), Rules()):
        done = await batch(submitted("Aleph"), ledger, reviewer, rules)
        assert (done.rows[0].fate, len(reviewer.asked)) == ("stood", 4)


async def test_a_limit_counts_what_is_reviewed(ledger: Ledger) -> None:
    """What stands takes nothing from it; the next run goes on."""
    names = [f"Tool{n}" for n in range(6)]
    reviewer = Paid()
    first = await batch(submitted(*names), ledger, reviewer, Rules(limit=2))
    assert (len(first.rows), first.ending) == (2, "limit")
    second = await batch(submitted(*names), ledger, reviewer, Rules(limit=2))
    assert [row.fate for row in second.rows] == ["stood", "stood", "reviewed", "reviewed"]
    assert count_rows(second.rows, 6).left == 2
    last = await batch(submitted(*names), ledger, reviewer, Rules(limit=2))
    assert last.ending == "finished"
    assert set(Counter(reviewer.asked).values()) == {1}


async def test_a_stop_finishes_what_is_at_work(ledger: Ledger) -> None:
    """No review is begun after it, none is cut short, and the rest is left for the next run."""
    stop = asyncio.Event()
    reviewer = Paid()
    reviewer.before = lambda: stop.set() if len(reviewer.asked) == 8 else None
    names = [f"Tool{n}" for n in range(40)]
    done = await batch(submitted(*names), ledger, reviewer, stop=stop, calls_in_flight=4)
    assert done.ending == "interrupted"
    assert 2 <= len(done.rows) < 10
    assert {row.ships for row in done.rows} == {4}
    await batch(submitted(*names), ledger, reviewer)
    assert set(Counter(reviewer.asked).values()) == {1}
    assert len(reviewer.asked) == 160


async def test_the_budget_ends_a_batch(ledger: Ledger) -> None:
    """The first answer that nobody can pay for is the last that is asked for, give or take those at work."""
    names = [f"Tool{n}" for n in range(30)]
    poor = Paid(failing=dict.fromkeys(names[3:], "over-budget"))
    done = await batch(submitted(*names), ledger, poor, calls_in_flight=4)
    assert done.ending == "budget"
    assert len(done.rows) < 10
    again = Paid()
    await batch(submitted(*names), ledger, again)
    assert {name for name, _ in again.asked} == set(names[3:])


async def test_a_ledger_that_fails_ends_a_batch(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing more is asked that could not be kept; the error is told once the others are done."""
    keep = ledger.keep_runs
    kept: list[Any] = []

    def fail(records: Sequence[Any]) -> None:
        if len(kept) + len(records) > 2:
            raise LedgerError("the disk is full.")
        kept.extend(records)
        keep(records)

    monkeypatch.setattr(ledger, "keep_runs", fail)
    reviewer = Paid()
    done = await batch(submitted(*(f"Tool{n}" for n in range(40))), ledger, reviewer, calls_in_flight=4)
    assert done.ending == "ledger"
    assert str(done.error) == "the disk is full."
    assert len(done.rows) == 2
    assert len(reviewer.asked) < 40


async def test_progress_counts_every_submission(ledger: Ledger) -> None:
    """The line of progress knows ships, failures and what has been spent."""
    seats = [{"persona": make_persona(name), "spec": "paid"} for name in PERSONAS]
    reviewer = Paid(failing={"Beth": "refused"})
    plan = Plan(
        roster=Roster.model_validate({"seats": seats}), scribe=Scribe(ledger), reviewers=lambda _: reviewer
    )
    seen: list[Stand] = []
    entries: list[Entry] = [*submitted("Aleph", "Beth"), Unusable("line 3", InputError("no"))]
    await run_batch(entries, plan, ledger, progress=seen.append)
    assert (seen[-1].done, seen[-1].ship, seen[-1].failed) == (3, 1, 2)
    assert seen[-1].cost_usd == pytest.approx(0.08)


async def test_a_canary_rides_along_and_is_not_counted(ledger: Ledger) -> None:
    """It is asked about each time, leaves no trace in the ledger, and says when the panel ships anything."""
    seats = [{"persona": make_persona(name), "spec": "paid"} for name in PERSONAS]
    canaries = load_canaries()
    reviewer = Paid()
    for asked in (1, 2):
        plan = Plan(
            roster=Roster.model_validate({"seats": seats}),
            scribe=Scribe(ledger),
            reviewers=lambda _: reviewer,
        )
        done = await run_batch(submitted("Aleph"), plan, ledger, canaries=canaries)
        assert {check.state for check in done.canaries} == {"shipped"}
        assert [row.fate for row in done.rows][: len(canaries)] == ["canary"] * len(canaries)
        counts = count_rows(done.rows, 1)
        assert (counts.submissions, counts.ship) == (1, 1)
        assert sum(name == canaries[0].tool.name for name, _ in reviewer.asked) == 4 * asked
    assert [row.slug for row in ledger.tools()] == ["aleph"]
    assert count_rows(done.rows, 1).cost_usd == pytest.approx(0.04 * len(canaries))


def test_sums_of_rows(ledger: Ledger) -> None:
    """An unknown cost makes the sum unknown, and what was not begun is counted."""
    rows = asyncio.run(batch(submitted("Aleph", "Beth"), ledger, Paid())).rows
    assert count_rows(rows, 5).left == 3
    assert count_rows(rows, 2).cost_usd == pytest.approx(0.08)
    unknown = [rows[0], rows[1].model_copy(update={"cost_usd": None})]
    assert count_rows(unknown, 2).cost_usd is None
