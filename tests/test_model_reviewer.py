"""The reviewer that is a language model: a checked verdict or an honest abstention, never an exception."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from answers import make_answer, written
from cards import make_tool
from hypothesis import given
from hypothesis import strategies as st

from panel.answer import rebuttal, schema_digest
from panel.errors import ModelError
from panel.intake.personas import load_personas
from panel.prompt import Completion
from panel.prompting import render_prompt
from panel.reviewers.interview import engine_version
from panel.reviewers.model import ModelReviewer
from panel.verdict import Abstention, Citation, Usage, Verdict

if TYPE_CHECKING:
    from panel.prompt import Prompt
    from panel.verdict import FailureReason, Outcome

DX, COMPETITIVE, *_ = load_personas()
TOOL = make_tool()
SECRET = b"a secret of the test"
FIRST = Usage(calls=1, input_tokens=3_000, cached_tokens=0, output_tokens=900)
SECOND = Usage(calls=2, input_tokens=3_100, cached_tokens=2_048, output_tokens=800)
GOOD = written(make_answer(DX))


@dataclass
class Replies:
    """A model that gives these replies in turn."""

    replies: list[Completion | ModelError]
    spec: str = "openai:gpt-test"
    provider: str = "openai"
    sent: list[Prompt] = field(default_factory=list)

    def parameters(self) -> dict[str, Any]:
        """Nothing but the prompt shapes an answer."""
        return {"effort": "low"}

    async def complete(self, prompt: Prompt) -> Completion:
        """Give the next reply."""
        self.sent.append(prompt)
        reply = self.replies[len(self.sent) - 1]
        if isinstance(reply, ModelError):
            raise reply
        return reply


def says(text: str, **changes: Any) -> Completion:  # noqa: ANN401  # any field of a completion
    """A reply with a text."""
    known = {"usage": FIRST, "request_id": "req-1", "served_model": "gpt-test-2026-10"}
    return Completion(text=text, **{**known, **changes})


def ask(*replies: Completion | ModelError, model: Replies | None = None, **options: Any) -> Outcome:  # noqa: ANN401  # any option
    """Have the developer's persona answer about the tool."""
    model = model or Replies(list(replies))
    return asyncio.run(ModelReviewer(model, SECRET, **options).review(DX, TOOL, sample=2))


def abstention(outcome: Outcome) -> Abstention:
    """Expect an abstention."""
    assert isinstance(outcome, Abstention)
    return outcome


def test_a_good_answer_is_a_verdict_with_its_provenance() -> None:
    """The score is computed here, and who answered, from what, for how much stands beside it."""
    content = make_answer(DX, decision="skip", conditions=["It would turn."])
    content["criteria"]["primitive"]["score"] = 4
    verdict = ask(
        says(written(content)), price=lambda spec, served, usage: len(spec + str(served)) * usage.calls
    )
    assert isinstance(verdict, Verdict)
    assert verdict.decision == "skip"
    assert verdict.score == DX.score({c.id: 4 if c.id == "primitive" else 2 for c in DX.criteria})
    assert verdict.conditions == ("It would turn.",)
    assert verdict.missing == ("a published price",)
    seen = verdict.provenance
    assert (seen.engine, seen.spec, seen.served_model) == ("openai", "openai:gpt-test", "gpt-test-2026-10")
    assert (seen.usage, seen.request_id, seen.sample) == (FIRST, "req-1", 2)
    assert seen.persona_digest == DX.digest
    assert seen.prompt_digest == render_prompt(DX, TOOL, b"any").digest
    assert seen.engine_version == engine_version()
    assert seen.cost_usd == len("openai:gpt-testgpt-test-2026-10")
    assert seen.latency_s > 0


def test_without_a_price_no_cost_is_known() -> None:
    """Not zero: unknown."""
    assert ask(says(GOOD)).provenance.cost_usd is None


def test_findings_stand_beside_the_vote_and_change_nothing() -> None:
    """Length, a decision against its scores, invented words and figures are shown as they were written."""
    content = make_answer(DX, quote="It answers in 3 ms and has 900,000 users.")
    for criterion in content["criteria"].values():
        criterion["score"] = 0
    content["criteria"]["docs"]["quotes"] = [{"text": "never said", "source": "description"}]
    verdict = ask(says(written(content)))
    assert isinstance(verdict, Verdict)
    assert (verdict.decision, verdict.score) == ("ship", 0.0)
    assert verdict.quote == content["quote"]
    assert [finding.rule for finding in verdict.findings] == [
        *("quote-length", "decision-against-score", "unsupported-quote"),
        *("unsupported-figure", "unsupported-figure"),
    ]


def test_a_broken_answer_is_asked_for_once_more() -> None:
    """The second question names field and rule, repeats nothing, and both calls are paid for."""
    wrong = make_answer(DX, decision="SHIP-canary")
    model = Replies([says(written(wrong)), says(GOOD, usage=SECOND, request_id="req-2")])
    verdict = ask(model=model)
    assert isinstance(verdict, Verdict)
    first, second = model.sent
    assert first.correction == ""
    assert "decision must be one of ship, skip, insufficient-information" in second.correction
    assert "canary" not in second.model_dump_json()
    assert second.data == first.data
    usage = verdict.provenance.usage
    assert usage == Usage(calls=3, input_tokens=6_100, cached_tokens=2_048, output_tokens=1_700)
    assert verdict.provenance.request_id == "req-2"
    assert verdict.provenance.prompt_digest == first.digest


def test_twice_broken_is_unreadable() -> None:
    """The abstention says what was wrong in our words; the model is not asked a third time."""
    model = Replies([says("ship"), says(written(make_answer(DX, quote="")))])
    lost = abstention(ask(model=model))
    assert lost.reason == "unreadable"
    assert lost.failed
    assert lost.detail == "Asked twice, and the form was still broken: quote: must not be blank"
    assert len(model.sent) == 2
    assert lost.provenance.usage.calls == 2


@pytest.mark.parametrize(
    ("finish", "text", "words"),
    [
        ("truncated", GOOD, "The answer was cut off; 8,000 tokens were allowed. why<U+001B>"),
        ("refused", GOOD, "The model declined to answer. why<U+001B>"),
    ],
)
def test_an_answer_that_did_not_end_is_no_vote(finish: Any, text: str, words: str) -> None:  # noqa: ANN401  # a finish
    """A valid object in a truncated or refused reply is not read, and nobody asks again."""
    model = Replies([says(text, finish=finish, detail="why\x1b")])
    lost = abstention(ask(model=model))
    assert (lost.reason, lost.detail, lost.provenance.usage) == (finish, words, FIRST)
    assert len(model.sent) == 1


REASONS: tuple[FailureReason, ...] = (
    *(
        "timed-out",
        "rate-limited",
        "overloaded",
        "unreachable",
        "unauthorised",
        "out-of-credit",
        "over-budget",
    ),
    *("truncated", "refused", "unreadable", "cancelled"),
)


@pytest.mark.parametrize("reason", REASONS)
def test_a_failed_call_is_an_abstention_by_its_own_name(reason: FailureReason) -> None:
    """The provider's reason, what it said and what it cost are kept; nothing is raised."""
    error = ModelError("It\nfailed.", "Wait\x07.", reason=reason, usage=FIRST, request_id="req-9")
    lost = abstention(ask(error))
    assert (lost.reason, lost.detail) == (reason, "It failed. Wait<U+0007>.")
    assert (lost.provenance.usage, lost.provenance.request_id) == (FIRST, "req-9")


def test_a_failure_on_asking_again_keeps_what_both_calls_cost() -> None:
    """The last thing that happened names the abstention."""
    lost = abstention(ask(says("{}"), ModelError("Busy.", reason="overloaded", usage=SECOND)))
    assert lost.reason == "overloaded"
    assert lost.provenance.usage.input_tokens == 6_100
    assert lost.provenance.request_id == "req-1"
    silent = abstention(ask(says("{}"), ModelError("Gone.", reason="unreachable")))
    assert silent.provenance.usage == FIRST


def test_insufficient_information_is_an_honest_abstention() -> None:
    """The reviewer's own word is no failure; what it lacked is kept."""
    content = make_answer(DX, decision="insufficient-information", quote="I cannot tell what it is.")
    silent = abstention(ask(says(written(content))))
    assert (silent.reason, silent.failed) == ("insufficient-information", False)
    assert (silent.missing, silent.detail) == (("a published price",), "I cannot tell what it is.")


def test_a_fence_counts_only_where_the_model_was_merely_asked() -> None:
    """The mode that the adapter reports decides how a reply is read."""
    fenced = f"```json\n{GOOD}\n```"
    assert isinstance(ask(says(fenced, mode="prompt")), Verdict)
    assert abstention(ask(says(fenced), says(fenced))).reason == "unreadable"


def test_being_cancelled_is_no_answer() -> None:
    """Cancellation passes through: whoever cancels keeps what has been paid for."""

    async def cancelled() -> None:
        waiting = asyncio.Event()

        class Endless(Replies):
            async def complete(self, prompt: Prompt) -> Completion:
                await waiting.wait()
                return await super().complete(prompt)

        task = asyncio.create_task(ModelReviewer(Endless([]), SECRET).review(DX, TOOL))
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancelled())


def test_the_key_names_everything_an_answer_depends_on() -> None:
    """Engine, version, spec, parameters, prompt and schema; not the run's secret."""
    model = Replies([])
    inputs = ModelReviewer(model, SECRET).key_inputs(DX, TOOL)
    assert inputs == {
        "engine": "openai",
        "engine_version": engine_version(),
        "spec": "openai:gpt-test",
        "parameters": {"effort": "low"},
        "prompt": render_prompt(DX, TOOL, b"any").digest,
        "response_schema": schema_digest(DX),
    }
    assert json.loads(json.dumps(inputs)) == inputs
    other = ModelReviewer(model, b"another run")
    assert other.key_inputs(DX, TOOL) == inputs
    assert other.key_inputs(COMPETITIVE, TOOL) != inputs
    assert other.key_inputs(DX, make_tool(tagline="other")) != inputs


def test_a_provider_cannot_write_into_the_provenance() -> None:
    """Ids and model names come from a server: they are made visible and cut."""
    seen = ask(says(GOOD, request_id="a\x1b" * 500, served_model="m\n" * 500)).provenance
    assert seen.request_id is not None
    assert seen.served_model is not None
    assert "\x1b" not in seen.request_id
    assert len(seen.request_id) <= 200
    assert "\n" not in seen.served_model


@given(st.lists(st.text() | st.sampled_from([GOOD, GOOD[:-1], f"```\n{GOOD}\n```"]), min_size=2, max_size=2))
def test_only_a_valid_answer_is_a_vote(texts: list[str]) -> None:
    """Whatever a model says, there is a vote exactly when the first or the second reply is a whole answer."""
    outcome = ask(*(says(text) for text in texts))
    assert isinstance(outcome, Verdict) == (GOOD in [text.strip() for text in texts])
    if isinstance(outcome, Abstention):
        assert outcome.reason == "unreadable"


def verdict_by(decision: str, **cites: str) -> Verdict:
    """A verdict of the developer's persona that cites these words under these criteria."""
    content = make_answer(DX, decision=decision)
    for criterion, text in cites.items():
        content["criteria"][criterion]["quotes"] = [{"text": text, "source": "description"}]
    outcome = ask(says(written(content)))
    assert isinstance(outcome, Verdict)
    return outcome


@pytest.mark.parametrize(
    ("second", "rules"),
    [
        (verdict_by("skip", docs="command line log reader"), ["flip-without-evidence"]),
        (verdict_by("skip", docs="Command line  log reader."), ["flip-without-evidence"]),
        (verdict_by("skip", docs="words that are not there"), ["flip-without-evidence"]),
        (verdict_by("skip", docs="groups similar lines"), []),
        (verdict_by("skip", terms="groups similar lines", docs="command line log reader"), []),
        (verdict_by("ship", docs="command line log reader"), []),
    ],
)
def test_a_change_of_mind_needs_words_not_quoted_before(second: Verdict, rules: list[str]) -> None:
    """A flip that cites nothing new, or nothing that is there, is flagged; keeping one's mind never is."""
    first = verdict_by("ship", docs="command line log reader")
    assert [finding.rule for finding in rebuttal.rebuttal_findings(TOOL, first, second)] == rules


def test_a_rebuttal_is_a_second_verdict_that_leaves_the_first_alone() -> None:
    """It is asked with the others' verdicts in view, checked like any answer, and a bare flip is flagged."""
    first = verdict_by("ship", docs="command line log reader")
    peer = first.model_copy(
        update={"persona": "business", "decision": "skip", "quote": "Nobody pays for it."}
    )
    model = Replies([says(written(make_answer(DX, decision="skip")))])
    reviewer = ModelReviewer(model, SECRET)
    second = asyncio.run(reviewer.rebut(DX, TOOL, first, [peer]))
    assert isinstance(second, Verdict)
    assert second.decision == "skip"
    assert second.findings[-1].rule == "flip-without-evidence"
    assert "Nobody pays for it." in model.sent[0].data
    inputs = reviewer.rebuttal_key_inputs(DX, TOOL, first, [peer])
    assert inputs["prompt"] == model.sent[0].digest == second.provenance.prompt_digest
    assert inputs != reviewer.key_inputs(DX, TOOL)
    lost = Replies([says("no"), says("no")])
    assert abstention(asyncio.run(ModelReviewer(lost, SECRET).rebut(DX, TOOL, first, [peer]))).failed


def test_an_invented_quotation_is_no_new_evidence() -> None:
    """Only words that stand in the submission can carry a change of mind."""
    first, second = verdict_by("ship"), verdict_by("skip")
    invented = tuple(
        criterion.model_copy(update={"quotes": (Citation(text="it is wonderful", source="E1"),)})
        for criterion in second.criteria
    )
    [finding] = rebuttal.rebuttal_findings(TOOL, first, second.model_copy(update={"criteria": invented}))
    assert "ship to skip" in finding.detail
