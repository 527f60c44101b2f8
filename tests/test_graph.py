"""The review from a tool to a scorecard."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS, make_abstention, make_persona, make_tool, make_verdict

from panel.errors import LedgerError, SettingsError
from panel.graph import Event, review_tool
from panel.ledger import open_ledger
from panel.persona import Roster, Seat
from panel.reviewers import reviewer_for
from panel.scribe import Scribe
from panel.tool import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from panel.ledger import Ledger
    from panel.persona import Persona
    from panel.reviewers import Reviewer
    from panel.tool import Tool
    from panel.verdict import Outcome


@dataclass
class Scripted:
    """A reviewer that answers as it is told, once all are asked if need be, and counts the questions."""

    kinds: dict[str, str] = field(default_factory=dict)
    together: asyncio.Barrier | None = None
    version: str = "1"
    spec: str = "rubric"
    asked: list[tuple[str, int]] = field(default_factory=list)

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """The version stands for everything an answer depends on."""
        del persona, tool
        return {"engine": "scripted", "version": self.version}

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Answer as scripted."""
        del tool
        self.asked.append((persona.id, sample))
        if self.together is not None:
            await self.together.wait()
        kind = self.kinds.get(persona.id, "ship")
        if kind in ("ship", "skip"):
            return make_verdict(persona.id, kind)  # type: ignore[arg-type]
        return make_abstention(persona.id, kind)  # type: ignore[arg-type]

    def __call__(self, spec: str) -> Reviewer:
        """Play every seat."""
        del spec
        return self


@pytest.fixture
def roster() -> Roster:
    """Seat the four personas."""
    seats = [{"persona": make_persona(name)} for name in PERSONAS]
    return Roster.model_validate({"seats": seats})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a ledger of the test's own."""
    with open_ledger(tmp_path / "ledger.db") as opened:
        yield opened


async def test_seats_answer_at_once_and_order_is_kept(roster: Roster) -> None:
    """No seat waits for another, and the card is in roster order whoever answers first."""
    together = asyncio.Barrier(len(PERSONAS))
    scripted = Scripted({"business": "skip"}, together=together)
    card = await asyncio.wait_for(review_tool(make_tool(), roster, reviewers=scripted), timeout=20)
    assert [verdict.persona for verdict in card.verdicts] == list(PERSONAS)
    assert card.split == "Business dissents and would skip."


async def test_a_failed_reviewer_is_an_abstention(roster: Roster) -> None:
    """One failure leaves a partial card; it never becomes a vote or an exception."""
    card = await review_tool(make_tool(), roster, reviewers=Scripted({"dx": "timed-out"}))
    assert (card.state, card.failed, card.ships) == ("partial", 1, 3)
    assert card.abstentions[0].persona == "dx"


async def test_a_second_review_asks_nobody(roster: Roster, ledger: Ledger) -> None:
    """The same question is answered from the ledger, and the card says so."""
    scripted = Scripted({"business": "insufficient-information"})
    first = await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger)
    second = await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger)
    assert len(scripted.asked) == 4
    assert first.provenance.reused == ()
    assert second.provenance.reused == PERSONAS
    assert second.verdicts == first.verdicts
    assert second.provenance.run != first.provenance.run


async def test_a_failure_is_asked_again(roster: Roster, ledger: Ledger) -> None:
    """Failures never block a later verdict; what stood is not asked for twice."""
    await review_tool(make_tool(), roster, reviewers=Scripted({"dx": "overloaded"}), ledger=ledger)
    scripted = Scripted()
    card = await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger)
    assert scripted.asked == [("dx", 0)]
    assert card.state == "complete"


@pytest.mark.parametrize("change", ["tool", "engine", "persona"])
async def test_what_changed_is_asked_again(roster: Roster, ledger: Ledger, change: str) -> None:
    """New content, new rules or an edited persona do not re-use what they changed."""
    tool, scripted = make_tool(), Scripted()
    await review_tool(tool, roster, reviewers=scripted, ledger=ledger)
    expected = list(PERSONAS)
    if change == "tool":
        tool = make_tool(description="Another description of the same log reader, for the same people.")
    elif change == "engine":
        scripted.version = "2"
    else:
        edited = make_persona("dx").model_copy(update={"motto": "Something else."})
        roster = Roster(seats=(Seat(persona=edited), *roster.seats[1:]), quorum=3)
        expected = ["dx"]
    scripted.asked.clear()
    await review_tool(tool, roster, reviewers=scripted, ledger=ledger)
    assert [persona for persona, _ in scripted.asked] == expected


async def test_fresh_answers_are_further_samples(roster: Roster, ledger: Ledger) -> None:
    """Asking anew takes the next free sample index and leaves the old answers standing."""
    scripted = Scripted()
    await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger)
    await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger, fresh=True)
    assert sorted(sample for _, sample in scripted.asked) == [0, 0, 0, 0, 1, 1, 1, 1]
    assert ledger.stats().verdicts == 8
    assert ledger.verify().problems == ()


async def test_repeats_are_samples_that_do_not_vote(roster: Roster, ledger: Ledger) -> None:
    """Three samples a seat give stability, and a longer run re-uses the shorter one."""
    scripted = Scripted()
    await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger)
    card = await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger, repeat=3)
    assert len(scripted.asked) == 12
    assert card.ships == 4
    assert card.stability is not None
    assert card.stability["dx"].samples == 3


async def test_a_review_writes_at_most_six_commits(roster: Roster, ledger: Ledger) -> None:
    """Place, verdicts and run: verdicts that arrive together share a commit."""
    commits: list[int] = []
    keep_many = ledger.keep_many

    def counted(pairs: Any) -> list[Outcome]:  # noqa: ANN401 - as the original
        pairs = list(pairs)
        commits.append(len(pairs))
        return keep_many(pairs)

    ledger.keep_many = counted  # type: ignore[method-assign]
    await review_tool(make_tool(), roster, reviewers=Scripted(), ledger=ledger)
    assert sum(commits) == 4
    assert len(commits) <= 4


async def test_a_ledger_that_fails_is_reported_after_everybody_answered(
    roster: Roster, ledger: Ledger
) -> None:
    """A write that fails cancels no sibling, and ends the review with the ledger's error."""

    def full(_: object) -> list[Outcome]:
        raise LedgerError("the disk is full")

    ledger.keep_many = full  # type: ignore[method-assign,assignment]
    scripted = Scripted()
    with pytest.raises(LedgerError, match="disk is full"):
        await review_tool(make_tool(), roster, reviewers=scripted, ledger=ledger)
    assert len(scripted.asked) == 4


async def test_reviews_can_share_a_scribe(roster: Roster, ledger: Ledger) -> None:
    """Several reviews at once write through one scribe, and everything verifies."""
    scribe = Scribe(ledger)
    tools = [make_tool(slug=f"tool-{n}", name=f"Tool {n}") for n in range(8)]
    cards = await asyncio.gather(
        *(review_tool(tool, roster, reviewers=Scripted(), ledger=scribe) for tool in tools)
    )
    assert {card.tool.slug for card in cards} == {tool.slug for tool in tools}
    assert ledger.stats().verdicts == 32
    assert ledger.verify().problems == ()


async def test_watchers_see_every_seat_change(roster: Roster, ledger: Ledger) -> None:
    """A seat waits, reads and decides; a standing verdict is shown as re-used."""
    seen: list[Event] = []
    await review_tool(make_tool(), roster, reviewers=Scripted(), ledger=ledger, watch=seen.append)
    assert [event.state for event in seen if event.persona == "dx"] == ["waiting", "reading", "ship"]
    seen.clear()
    await review_tool(make_tool(), roster, reviewers=Scripted(), ledger=ledger, watch=seen.append)
    assert [event.state for event in seen if event.persona == "dx"] == ["waiting", "reused"]


async def test_the_panel_adds_its_own_findings(roster: Roster) -> None:
    """Contradictory figures are found without anybody asking, once each."""
    evidence = Evidence(id="E1", text="We measured a latency of 900 ms.")
    tool = make_tool(description="It promises a latency below 500 ms.", evidence=(evidence,))
    card = await review_tool(tool, roster, reviewers=Scripted())
    again = await review_tool(tool, roster, reviewers=Scripted(), findings=card.findings)
    assert [finding.rule for finding in card.findings] == ["contradictory-figures"]
    assert again.findings == card.findings


def test_an_unknown_reviewer_is_refused() -> None:
    """A spec that nobody answers to is refused before anything is read."""
    with pytest.raises(SettingsError, match="no reviewer is called 'oracle'"):
        reviewer_for("oracle")
