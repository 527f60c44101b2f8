"""The review itself: review × roster (→ confer → rebut × roster) → tally, wired with LangGraph.

The one place that knows LangGraph. No node raises while its siblings still work: a reviewer's fault is an
abstention, and a ledger that cannot be written is reported after every seat has answered.
"""

from __future__ import annotations

import asyncio
import operator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime  # noqa: TC002 - LangGraph reads the annotation
from langgraph.types import Send

from panel import __version__
from panel.errors import PanelError
from panel.figures import contradictions
from panel.ledger import key_inputs, rebuttal_place, reference, verdict_key
from panel.llm.call import asking
from panel.reviewers import reviewer_for
from panel.reviewers.progress import Event, Relay, ending, state_of
from panel.reviewers.rebuttal import Exchange, exchanges
from panel.scorecard import Scorecard, tally
from panel.scribe import Scribe
from panel.suspicion import suspicions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from langgraph.graph.state import CompiledStateGraph

    from panel.ledger import Enrolment, Ledger
    from panel.persona import Persona, Roster
    from panel.reviewers import Reviewer
    from panel.tool import Tool
    from panel.verdict import Finding, Outcome


__all__ = ["Event", "review_tool"]


@dataclass(frozen=True)
class Question:
    """One seat asked once."""

    seat: int
    sample: int
    inputs: dict[str, Any]
    key: str
    exchange: Exchange | None = None
    """What it reads of the others; only in the second round."""


@dataclass(frozen=True)
class Answer:
    """What came back for a question."""

    question: Question
    outcome: Outcome
    reused: bool = False
    error: PanelError | None = None
    """Why the ledger could not take the outcome."""


@dataclass
class Review:
    """Everything a run needs and never changes hands: it travels beside the state, not in it."""

    tool: Tool
    roster: Roster
    reviewers: tuple[Reviewer, ...]
    findings: tuple[Finding, ...]
    scribe: Scribe | None
    repeat: int
    fresh: bool
    rebuttal: bool
    gate: AbstractAsyncContextManager[Any]
    explicit_slug: bool
    watch: Callable[[Event], None]
    hear: Callable[[str, int, Outcome], None]
    obtained: Mapping[str, Sequence[Outcome]]
    run: str | None
    enrolment: Enrolment | None = None
    standing: dict[str, Outcome] = field(default_factory=dict)


class Progress(TypedDict, total=False):
    """The state that flows through the graph."""

    questions: list[Question]
    answers: Annotated[list[Answer], operator.add]
    card: Scorecard


class _Asked(TypedDict):
    question: Question


async def review_tool(
    tool: Tool,
    roster: Roster,
    *,
    findings: Sequence[Finding] | None = None,
    ledger: Ledger | Scribe | None = None,
    repeat: int = 1,
    fresh: bool = False,
    rebuttal: bool = False,
    gate: AbstractAsyncContextManager[Any] | None = None,
    explicit_slug: bool = False,
    reviewers: Callable[[str], Reviewer] = reviewer_for,
    watch: Callable[[Event], None] | None = None,
    hear: Callable[[str, int, Outcome], None] | None = None,
    obtained: Mapping[str, Sequence[Outcome]] | None = None,
    run: str | None = None,
) -> Scorecard:
    """Have a panel review a tool.

    Args:
        tool: what to review.
        roster: who sits on the panel, and which reviewer plays each persona.
        findings: what the intake noticed in the submission; looked for here when None.
        ledger: where verdicts are looked up and kept; a `Scribe` when several reviews share one; nothing is
            kept without it.
        repeat: how often each seat is asked, from 1; only the first answer votes.
        fresh: ask anew even where a verdict stands; the answers count as further samples.
        rebuttal: show every model on a divided panel the other verdicts, once and without names, and keep
            what it then says beside its vote, which stands.
        gate: held while a seat is asked, in either round; a semaphore that several reviews share bounds how
            many are asked at once.
        explicit_slug: whether the submission states its slug itself (see `Ledger.enrol`).
        reviewers: spec → reviewer.
        watch: called with every change of a seat's state; must not raise.
        hear: called with persona, repeat from 0 and outcome of every answer that stands, in roster order,
            before the votes are counted; must not raise.
        obtained: key → what was paid for beforehand to answer it in this review, as a batch does: the answer
            that stands, and failures on the way to it. It counts as this run's, not as re-used.
        run: the id under which the run is recorded; a fresh one when None.

    Returns:
        The scorecard, with verdicts in roster order however they arrived.

    Raises:
        SettingsError: a seat asks for a reviewer that does not exist or cannot be had; nothing was asked.
        ModelError: a model's key is missing; nothing was asked.
        LedgerError: the ledger could not be read or written; every seat had answered by then.
    """
    noticed = suspicions(tool) if findings is None else findings
    review = Review(
        tool=tool,
        roster=roster,
        reviewers=tuple(reviewers(seat.spec) for seat in roster.seats),
        findings=tuple(dict.fromkeys((*noticed, *contradictions(tool)))),
        scribe=Scribe(ledger) if ledger is not None and not isinstance(ledger, Scribe) else ledger,
        repeat=repeat,
        fresh=fresh,
        rebuttal=rebuttal,
        gate=nullcontext() if gate is None else gate,
        explicit_slug=explicit_slug,
        watch=watch or (lambda _: None),
        hear=hear or (lambda *_: None),
        obtained=obtained or {},
        run=run,
    )
    questions = await brief(review)
    # What has to be found first is found before the graph: every step of it costs as much as a seat.
    done = await _graph(rebuttal=rebuttal).ainvoke({"questions": questions, "answers": []}, context=review)
    card: Scorecard = done["card"]
    return card


async def brief(review: Review) -> list[Question]:
    """List what to ask; find the tool's place in the ledger, and what has been answered already."""
    for seat in review.roster.seats:
        review.watch(Event(seat.persona.id, "waiting"))
    if review.scribe is None:
        return _questions(review, None)
    if review.fresh:
        questions = await asyncio.to_thread(_questions, review, review.scribe.ledger)
    else:
        questions = _questions(review, None)
    keys = [] if review.fresh else [question.key for question in questions]
    review.enrolment, review.standing = await review.scribe.look_up(
        review.tool, keys, explicit_slug=review.explicit_slug
    )
    return questions


async def ask(state: _Asked, *, runtime: Runtime[Review]) -> Progress:
    """Have one seat answer one question, and write the answer down."""
    review, question = runtime.context, state["question"]
    persona = review.roster.seats[question.seat].persona
    standing = review.standing.get(question.key)
    if standing is not None:
        review.watch(Event(persona.id, "reused", state_of(standing)))
        return {"answers": [Answer(question, standing, reused=question.key not in review.obtained)]}
    outcome = await _put(review, question, persona)
    error = None
    if review.scribe is not None:
        try:
            outcome = await review.scribe.keep(question.inputs, outcome)
        except PanelError as problem:
            error = problem
    review.watch(ending(outcome, question.exchange.own if question.exchange else None))
    return {"answers": [Answer(question, outcome, error=error)]}


async def confer(state: Progress, *, runtime: Runtime[Review]) -> Progress:
    """Call a second round when the first has divided the panel."""
    review = runtime.context
    first = {answer.question.seat: answer.outcome for answer in reversed(_in_order(state["answers"]))}
    answered = [first[seat] for seat in range(len(first))]
    apart = exchanges(review.roster, review.reviewers, answered)
    return {"questions": await asyncio.to_thread(_second_questions, review, apart) if apart else []}


async def count_votes(state: Progress, *, runtime: Runtime[Review]) -> Progress:
    """Add the answers up, and record the run."""
    review = runtime.context
    answers = _in_order(state["answers"])
    for answer in answers:
        if answer.error is not None:
            raise answer.error
    by_seat = {
        seat.persona.id: [
            answer for answer in answers if answer.question.seat == at and not answer.question.exchange
        ]
        for at, seat in enumerate(review.roster.seats)
    }
    for persona, given in by_seat.items():
        for repeat, answer in enumerate(given):
            review.hear(persona, repeat, answer.outcome)
    card = tally(
        review.tool if review.enrolment is None else _enrolled(review.tool, review.enrolment),
        review.roster,
        {persona: [answer.outcome for answer in given] for persona, given in by_seat.items()},
        reviewed_at=datetime.now(UTC),
        version=__version__,
        findings=review.findings,
        rebuttals=[answer.outcome for answer in answers if answer.question.exchange],
        revision=review.enrolment.revision if review.enrolment else None,
        run=_run_id(review),
        reused=[persona for persona, given in by_seat.items() if all(answer.reused for answer in given)],
    )
    if review.scribe is not None:
        references = {
            persona: [reference(answer.question.inputs, answer.outcome) for answer in given]
            for persona, given in by_seat.items()
        }
        references |= {
            rebuttal_place(answer.outcome.persona): [reference(answer.question.inputs, answer.outcome)]
            for answer in answers
            if answer.question.exchange
        }
        own = {answer.question.key: () if answer.reused else (answer.outcome,) for answer in answers}
        paid = [outcome for outcomes in {**own, **review.obtained}.values() for outcome in outcomes]
        await review.scribe.record(card, references, paid)
    return {"card": card}


async def _put(review: Review, question: Question, persona: Persona) -> Outcome:
    """Put a question to its reviewer, when it is its turn."""
    # How long an answer may take is for the reviewer to say, once its turn has come.
    async with review.gate:
        review.watch(Event(persona.id, "reading the others" if question.exchange else "reading"))
        with asking(persona.id, Relay(persona.id, review.watch), timeout_s=None):
            if question.exchange:
                return await question.exchange.answer(review.tool, question.sample)
            reviewer = review.reviewers[question.seat]
            return await reviewer.review(persona, review.tool, question.sample)


def _questions(review: Review, next_from: Ledger | None) -> list[Question]:
    """List what to ask, in roster order; from the next free sample on when a ledger is given."""
    questions = []
    for at, (seat, reviewer) in enumerate(zip(review.roster.seats, review.reviewers, strict=True)):
        engine = reviewer.key_inputs(seat.persona, review.tool)
        first = 0
        if next_from is not None:
            first = next_from.next_sample(key_inputs(review.tool, seat.persona, engine, 0))
        for sample in range(first, first + review.repeat):
            inputs = key_inputs(review.tool, seat.persona, engine, sample)
            questions.append(Question(at, sample, inputs, verdict_key(inputs)))
    return questions


def _second_questions(review: Review, apart: Sequence[Exchange]) -> list[Question]:
    """List what to ask in the second round, and find what of it stands."""
    ledger = review.scribe.ledger if review.scribe else None
    questions = []
    for exchange in apart:
        inputs = exchange.inputs(review.tool)
        if ledger is not None and review.fresh:
            inputs["sample"] = ledger.next_sample(inputs)
        questions.append(Question(exchange.seat, inputs["sample"], inputs, verdict_key(inputs), exchange))
    if ledger is not None and not review.fresh:
        review.standing |= ledger.find([question.key for question in questions])
    return questions


def _in_order(answers: Sequence[Answer]) -> list[Answer]:
    return sorted(answers, key=lambda answer: (answer.question.seat, answer.question.sample))


def _fan_out(state: Progress) -> list[Send]:
    return [Send("review", {"question": question}) for question in state["questions"]]


def _fan_out_again(state: Progress) -> list[Send] | str:
    return [Send("rebut", {"question": question}) for question in state["questions"]] or "tally"


def _enrolled(tool: Tool, enrolment: Enrolment) -> Tool:
    return tool if tool.slug == enrolment.slug else tool.model_copy(update={"slug": enrolment.slug})


@cache
def _graph(*, rebuttal: bool = False) -> CompiledStateGraph[Progress, Review, Progress, Progress]:
    """Wire the graph, once per process and form."""
    builder = StateGraph(Progress, context_schema=Review)
    builder.add_node("review", ask, input_schema=_Asked)
    builder.add_node("tally", count_votes)
    builder.add_conditional_edges(START, _fan_out, ["review"])
    if rebuttal:
        builder.add_node("confer", confer)
        builder.add_node("rebut", ask, input_schema=_Asked)
        builder.add_edge("review", "confer")
        builder.add_conditional_edges("confer", _fan_out_again, ["rebut", "tally"])
        builder.add_edge("rebut", "tally")
    else:
        builder.add_edge("review", "tally")
    builder.add_edge("tally", END)
    return builder.compile()


def _run_id(review: Review) -> str | None:
    if review.scribe is None or review.run is not None:
        return review.run
    from panel.ledger import new_run_id  # noqa: PLC0415 - loads the database, which a ledger already has

    return new_run_id()
