"""Asking a panel about a golden set: through the ledger, resumable, repeats as samples of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS, make_abstention, make_persona, make_verdict
from evaluations import make_set

from panel.errors import InputError, LedgerError
from panel.evaluation.run import Progress, ask_panel, ask_rubric, seats_for
from panel.intake.personas import load_personas
from panel.ledger import open_ledger
from panel.persona import Roster, Seat

if TYPE_CHECKING:
    from pathlib import Path

    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import Outcome


@dataclass
class Alternating:
    """Ships at even samples and skips at odd ones; fails where it is told to."""

    spec: str = "rubric"
    fails_on: str = ""
    stops_after: int = 10_000
    asked: list[tuple[str, str, int]] = field(default_factory=list)

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Nothing else matters."""
        del persona, tool
        return {"engine": "alternating"}

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Answer as the sample says."""
        if len(self.asked) >= self.stops_after:
            raise KeyboardInterrupt
        self.asked.append((tool.slug, persona.id, sample))
        if tool.slug == self.fails_on:
            return make_abstention(persona.id, "timed-out")
        return make_verdict(persona.id, "skip" if sample % 2 else "ship")


@pytest.fixture
def golden() -> GoldenSet:
    """Return three cases that two personas decide."""
    return make_set({"dx": "+-+", "business": "--+"})


@pytest.fixture
def roster() -> Roster:
    """Seat the four personas."""
    return Roster.model_validate({"seats": [{"persona": make_persona(name)} for name in PERSONAS]})


def rows(answers: AnswerSet) -> list[tuple[str, str, int, str]]:
    """List what was said, without its reasons."""
    return [(a.case, a.persona, a.repeat, a.decision) for a in answers.answers]


async def test_every_repeat_is_an_answer_of_its_own(golden: GoldenSet, roster: Roster) -> None:
    """Three samples of each question become repeats 0, 1 and 2, each with its own decision."""
    found = await ask_panel(golden, roster, repeat=3, reviewers=lambda _: Alternating())
    assert len(found.answers) == 3 * 2 * 3
    of_one = [row[2:] for row in rows(found) if row[:2] == ("case-0", "dx")]
    assert of_one == [(0, "ship"), (1, "skip"), (2, "ship")]


async def test_only_personas_of_the_set_are_asked(golden: GoldenSet, roster: Roster) -> None:
    """A seat that gold says nothing about would cost money and measure nothing."""
    reviewer = Alternating()
    found = await ask_panel(golden, roster, reviewers=lambda _: reviewer)
    assert {persona for _, persona, _ in reviewer.asked} == {"dx", "business"}
    assert {answer.persona for answer in found.answers} == {"dx", "business"}


async def test_a_run_goes_on_where_it_stopped(golden: GoldenSet, roster: Roster, tmp_path: Path) -> None:
    """What is in the ledger is not asked again, and comes out as it went in, repeats included."""
    first, second = Alternating(), Alternating()
    stands: list[Progress] = []
    with open_ledger(str(tmp_path / "ledger.db")) as ledger:
        part = golden.model_copy(update={"cases": golden.cases[:2]})
        await ask_panel(part, roster, ledger=ledger, repeat=2, reviewers=lambda _: first)
        whole = await ask_panel(
            golden, roster, ledger=ledger, repeat=2, reviewers=lambda _: second, progress=stands.append
        )
    assert len(first.asked) == 2 * 2 * 2
    assert {slug for slug, _, _ in second.asked} == {"case-2"}
    assert rows(whole) == rows(await ask_panel(golden, roster, repeat=2, reviewers=lambda _: Alternating()))
    assert (stands[-1].done, stands[-1].total, stands[-1].reused) == (12, 12, 8)


async def test_asking_anew_draws_further_samples(golden: GoldenSet, roster: Roster, tmp_path: Path) -> None:
    """With `fresh` nothing is re-used, and repeats are counted from 0 again."""
    reviewer = Alternating()
    with open_ledger(str(tmp_path / "ledger.db")) as ledger:
        await ask_panel(golden, roster, ledger=ledger, reviewers=lambda _: reviewer)
        again = await ask_panel(golden, roster, ledger=ledger, fresh=True, reviewers=lambda _: reviewer)
    assert {sample for _, _, sample in reviewer.asked} == {0, 1}
    assert {(answer.repeat, answer.decision) for answer in again.answers} == {(0, "skip")}


async def test_a_failure_is_an_answer_and_not_an_end(golden: GoldenSet, roster: Roster) -> None:
    """One reviewer's failure is recorded with its reason, counted, and leaves the others alone."""
    stands: list[int] = []
    found = await ask_panel(
        golden,
        roster,
        reviewers=lambda _: Alternating(fails_on="case-1"),
        progress=lambda stand: stands.append(stand.failed),
    )
    lost = [(answer.case, answer.reason) for answer in found.answers if answer.decision == "failed"]
    assert lost == [("case-1", "timed-out")] * 2
    assert stands[-1] == 2
    assert len(found.answers) == 6


async def test_a_ledger_that_cannot_be_written_is_an_error(
    golden: GoldenSet, roster: Roster, tmp_path: Path
) -> None:
    """Answers that are not kept are no result."""
    with open_ledger(str(tmp_path / "ledger.db")) as ledger:

        def refuse(*_: object) -> None:
            raise LedgerError("the disk is full")

        ledger.keep_many = refuse  # type: ignore[method-assign, assignment]  # a disk that fills up
        with pytest.raises(LedgerError, match="the disk is full"):
            await ask_panel(golden, roster, ledger=ledger, reviewers=lambda _: Alternating())


async def test_the_rubric_stands_in_for_every_persona(golden: GoldenSet) -> None:
    """The baseline is the offline reviewer's, whatever model a seat asks for."""
    seats = tuple(Seat(persona=persona, spec="openai:gpt-x") for persona in load_personas())
    found = await ask_rubric(golden, Roster(seats=seats))
    assert found.name == "rubric"
    assert {answer.spec for answer in found.answers} == {"rubric"}
    assert len(found.answers) == 6


def test_a_set_for_other_personas_is_refused(roster: Roster) -> None:
    """Nothing is asked when gold knows none of the seated."""
    with pytest.raises(InputError, match="says nothing about 'dx', 'competitive', 'futurist', 'business'"):
        seats_for(make_set({"security": "+-"}), roster)


def test_a_panel_is_called_by_its_reviewers() -> None:
    """One spec names the panel; several are told persona by persona."""
    seats = [Seat(persona=make_persona("dx"), spec="a:x"), Seat(persona=make_persona("business"), spec="a:x")]
    assert Roster(seats=tuple(seats)).played_by == "a:x"
    seats[1] = Seat(persona=make_persona("business"), spec="b:y")
    assert Roster(seats=tuple(seats)).played_by == "dx=a:x, business=b:y"
