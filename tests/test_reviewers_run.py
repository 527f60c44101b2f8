"""Reviews by models without the command line: a run's reviewers, a seat's events, the second round."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from cards import make_persona, make_tool, make_verdict
from servers.panelist import Panelist, serving

from panel import review_tool
from panel.errors import ModelError, SettingsError
from panel.intake.personas import load_personas
from panel.ledger import open_ledger
from panel.llm.budget import Budget
from panel.llm.clients import close_clients
from panel.llm.gateway import Gateway
from panel.persona import Roster, Seat
from panel.reviewers import offline_reviewer, reviewer_for
from panel.reviewers.model import ModelReviewer
from panel.reviewers.rebuttal import exchanges
from panel.reviewers.run import Reviewers, Terms
from panel.runner import Job, Plan, run_reviews
from panel.scribe import Scribe
from panel.testing import MALFORMED_ONCE, Fails, Script, ScriptedModel, Slow
from panel.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from panel.ledger import Ledger
    from panel.reviewers import Reviewer
    from panel.reviewers.progress import Event
    from panel.scorecard import Scorecard
    from panel.verdict import Outcome

PERSONAS = load_personas()
TOOL = make_tool()
LUNA = "openai:gpt-6-luna"


@pytest.fixture
def panelist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Panelist]:
    """Run a server that speaks for OpenAI."""
    with serving(Panelist()) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "of-the-test")
        yield server


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a ledger of the test's own."""
    with open_ledger(tmp_path / "ledger.db") as opened:
        yield opened


def seated(spec: str = "scripted:model") -> Roster:
    """Seat the four personas behind one spec."""
    return Roster(seats=tuple(Seat(persona=persona, spec=spec) for persona in PERSONAS))


def played_by(model: Any, **options: Any) -> Callable[[str], Reviewer]:  # noqa: ANN401 - any model and options
    """Have one model play every seat."""
    reviewer = ModelReviewer(model, b"secret of the test", **options)
    return lambda _: reviewer


async def test_a_library_needs_nothing_but_a_spec(panelist: Panelist) -> None:
    """`review_tool` with a model's spec asks that model, with no terms, no ledger and no command line."""
    card = await review_tool(TOOL, seated(LUNA))
    assert (card.state, card.ships) == ("complete", 4)
    assert {verdict.provenance.spec for verdict in card.verdicts} == {LUNA}
    assert len(panelist.asked) == 4
    assert reviewer_for(LUNA) is reviewer_for(LUNA)
    await close_clients()


async def test_a_missing_key_is_an_error_before_any_call(
    panelist: Panelist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A panel that cannot be seated whole is not started."""
    monkeypatch.delenv("OPENAI_API_KEY")
    seats = (Seat(persona=PERSONAS[0]), *seated(LUNA).seats[1:])
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        await review_tool(TOOL, Roster(seats=seats))
    assert panelist.asked == []


async def test_all_models_of_a_run_share_its_budget(panelist: Panelist) -> None:
    """What one spends the others cannot."""
    budget = Budget(cap_usd=0.0048)
    reviewers = Reviewers(Terms(budget=budget))
    card = await review_tool(TOOL, seated(LUNA), reviewers=reviewers)
    await reviewers.close()
    assert 1 <= len(panelist.asked) < 4
    assert {abstention.reason for abstention in card.abstentions} == {"over-budget"}
    assert budget.spent_usd == pytest.approx(card.totals.cost_usd)
    assert budget.stopped


@pytest.mark.parametrize(
    ("spec", "meant"),
    [("rubrick", "'rubric'"), ("opnai", "'openai:MODEL'"), ("anthropik", "'anthropic:MODEL'")],
)
def test_a_mistyped_spec_is_answered_with_what_was_meant(spec: str, meant: str) -> None:
    """Nobody has to look up how a model is written."""
    with pytest.raises(SettingsError, match=f"did you mean {meant}") as caught:
        Reviewers()(spec)
    assert "openai:MODEL" in caught.value.hint


async def test_a_seat_tells_what_its_calls_are_doing() -> None:
    """Waiting, asking, trying again and asking anew reach the watcher, with tokens that add up."""
    model = ScriptedModel(
        default=Script(flaws=(MALFORMED_ONCE,)),
        scripts={"business": Script(flaws=(Fails(retryable=True, attempts=2),))},
    )

    async def at_once(_: float) -> None:
        return None

    seen: list[Event] = []
    card = await review_tool(
        TOOL, seated(), reviewers=played_by(Gateway(model, sleep=at_once)), watch=seen.append
    )
    states = [event.state for event in seen if event.persona == "dx"]
    assert states == ["waiting", "reading", "waiting", "asking", "waiting", "re-asking", "ship"]
    tokens = [event.tokens for event in seen if event.persona == "dx"]
    assert tokens == sorted(tokens)
    usage = card.verdicts[0].provenance.usage
    assert tokens[-1] == usage.input_tokens + usage.output_tokens
    assert 0 < tokens[-2] < tokens[-1]
    retries = [event.state for event in seen if event.persona == "business" and "retry" in event.state]
    assert [state.partition(" in ")[0] for state in retries] == ["retry 1/3", "retry 2/3", "retry 3/3"]
    assert seen[-1].state in ("ship", "failed")


async def test_a_seat_s_time_begins_when_it_is_asked() -> None:
    """A seat that takes too long abstains; the others are not held up by it."""
    model = ScriptedModel({"dx": Script(flaws=(Slow(30),))})
    started = time.monotonic()
    card = await review_tool(TOOL, seated(), reviewers=played_by(Gateway(model), timeout_s=0.2))
    assert time.monotonic() - started < 10
    assert [(a.persona, a.reason) for a in card.abstentions] == [("dx", "timed-out")]
    assert card.ships == 3


class Wavering(ScriptedModel):
    """Skips as the business persona, and gives in once it has read the others."""

    def parameters(self) -> dict[str, Any]:
        """Stay one model, whatever it says."""
        return {}

    async def complete(self, prompt: Any) -> Any:  # noqa: ANN401 - as the port has it
        """Answer by whether there are other verdicts to read."""
        giving_in = "<other-verdicts-" in prompt.data
        self.scripts = {"business": Script("ship" if giving_in else "skip")}
        return await super().complete(prompt)


async def review_twice(ledger: Ledger, **options: Any) -> tuple[Scorecard, Scorecard]:  # noqa: ANN401 - of review_tool
    """Review the same tool twice with a model that wavers."""
    reviewers = played_by(Wavering())
    cards = [
        await review_tool(TOOL, seated(), ledger=ledger, rebuttal=True, reviewers=reviewers, **options)
        for _ in range(2)
    ]
    return cards[0], cards[1]


@dataclass
class Crowded(Wavering):
    """Counts how many it answers at once, in each round."""

    working: int = 0
    most: Counter[bool] = field(default_factory=Counter)

    async def complete(self, prompt: Any) -> Any:  # noqa: ANN401 - as the port has it
        """Answer after a moment."""
        again = "<other-verdicts-" in prompt.data
        self.working += 1
        self.most[again] = max(self.most[again], self.working)
        await asyncio.sleep(0.01)
        self.working -= 1
        return await super().complete(prompt)


async def test_many_reviews_have_their_second_rounds_within_the_same_bound() -> None:
    """Every divided panel of a plan rebuts, and no more seats are asked at once than in the first round."""
    model = Crowded()
    plan = Plan(seated(), calls_in_flight=3, rebuttal=True, reviewers=played_by(model))
    jobs = [Job(f"{n}", make_tool(slug=f"tool-{n}", name=f"Tool {n}")) for n in range(4)]
    cards = [result.card async for result in run_reviews(jobs, plan)]
    assert [len(card.rebuttals) for card in cards if card] == [4] * 4
    assert model.most == {False: 3, True: 3}


async def test_a_rebuttal_stands_beside_the_votes(ledger: Ledger) -> None:
    """It changes no vote and no percentage, counts into the cost, and is found again in the ledger."""
    plain = await review_tool(TOOL, seated(), ledger=ledger, reviewers=played_by(Wavering()))
    first, again = await review_twice(ledger)
    assert plain.rebuttals == ()
    assert (
        (first.ships, first.skips, first.ship_pct)
        == (plain.ships, plain.skips, plain.ship_pct)
        == (3, 1, 75.0)
    )
    assert first.verdicts == plain.verdicts
    assert [answer.persona for answer in first.rebuttals] == [persona.id for persona in PERSONAS]
    last = first.rebuttals[-1]
    assert isinstance(last, Verdict)
    assert (last.decision, [finding.rule for finding in last.findings]) == ("ship", ["flip-without-evidence"])
    assert first.totals.calls == plain.totals.calls + 4
    assert again.rebuttals == first.rebuttals
    assert any("divided" in line for line in first.disclosure)
    assert not ledger.verify().problems
    assert ledger.stats().spend[0].calls == 8


async def test_a_fresh_rebuttal_takes_the_next_sample(ledger: Ledger) -> None:
    """Asking anew asks the second round anew as well, and keeps what stood."""
    first, again = await review_twice(ledger, fresh=True)
    assert [answer.provenance.sample for answer in first.rebuttals] == [0] * 4
    assert {answer.provenance.created_at for answer in first.rebuttals}.isdisjoint(
        answer.provenance.created_at for answer in again.rebuttals
    )
    assert ledger.stats().verdicts == 16


def test_whoever_cannot_answer_again_is_only_read() -> None:
    """The offline reviewer and a seat without a vote take no part; the rest read every other verdict."""
    roster = Roster(seats=tuple(Seat(persona=make_persona(name)) for name in ("dx", "business", "futurist")))
    model = ModelReviewer(ScriptedModel(), b"secret of the test")
    first: list[Outcome] = [make_verdict(name, vote) for name, vote in (("dx", "ship"), ("business", "skip"))]  # type: ignore[arg-type]  # both are decisions
    third = make_verdict("futurist", "ship")
    apart = exchanges(roster, (model, offline_reviewer(), model), [*first, third])
    assert [exchange.persona.id for exchange in apart] == ["dx", "futurist"]
    assert {peer.persona for peer in apart[0].peers} == {"business", "futurist"}
    assert exchanges(roster, (model, model, model), [first[0], make_verdict("business", "ship"), third]) == []


async def test_what_arrives_while_a_commit_is_interrupted_is_written(ledger: Ledger) -> None:
    """An interrupt cancels the writer; verdicts that queued behind its commit are written all the same."""
    kept: list[int] = []
    original = ledger.keep_many

    class Slowly:
        """A ledger whose first commit takes a while."""

        def keep_many(self, pairs: Any) -> Any:  # noqa: ANN401 - as the ledger has it
            """Count what is written."""
            kept.append(len(pairs))
            if len(kept) == 1:
                time.sleep(0.3)
            return original(pairs)

    scribe = Scribe(Slowly())  # type: ignore[arg-type]  # all of a ledger that a scribe uses
    inputs = {name: {"persona": name, "tool": "t", "sample": 0} for name in ("dx", "business")}
    keeping = [asyncio.create_task(scribe.keep(inputs["dx"], make_verdict("dx", "ship")))]
    await asyncio.sleep(0.1)
    keeping.append(asyncio.create_task(scribe.keep(inputs["business"], make_verdict("business", "skip"))))
    await asyncio.sleep(0)
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    await asyncio.gather(*keeping, return_exceptions=True)
    await asyncio.sleep(0.4)
    assert kept == [1, 1]
    assert ledger.stats().verdicts == 2
