"""Seats that batches play: what each would be asked, and which questions are still to be sent.

A question has the key that its answer would have had from a call of its own. So whatever stands already, or
is on its way, is not asked again, and what a batch brings is found by every later review.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from panel.batch.run import SETTLED
from panel.errors import SettingsError
from panel.ledger import BatchQuestion, BatchReview, key_inputs, review_id, verdict_key
from panel.llm.batches import BATCH_PROVIDERS, batches_for
from panel.llm.prices import price_of
from panel.llm.spec import parse_spec
from panel.prompting import corrected
from panel.reviewers import OFFLINE, offline_reviewer
from panel.reviewers.interview import Interview
from panel.reviewers.run import run_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from panel.ledger import Ledger
    from panel.llm.batches import Batches
    from panel.llm.prices import Price
    from panel.persona import Persona, Roster
    from panel.prompt import Prompt
    from panel.reviewers import Reviewer
    from panel.tool import Tool
    from panel.verdict import Outcome

AT_ONCE = 50
"""Submissions whose questions are looked up together."""


@dataclass
class BatchReviewer:
    """Plays a seat whose answers come with batches: it knows the question, and is never called."""

    spec: str
    batches: Batches
    interview: Interview
    price: Price | None
    """The list price of a call of its own."""

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Name what an answer depends on; the same as for a call of its own."""
        return self.interview.key_inputs(persona, self.interview.prompt(persona, tool))

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Refuse: nobody may be called where answers come with batches."""
        raise AssertionError((persona.id, tool.slug, sample))


class BatchReviewers:
    """Makes the reviewer of each spec once. It calls nobody, and needs no key.

    Args:
        share: what an answer costs of the list price; None when nobody knows.
    """

    def __init__(self, share: float | None) -> None:
        self._share = share
        self._made: dict[str, BatchReviewer] = {}

    def __call__(self, spec: str) -> Reviewer:
        """Return the reviewer that a spec asks for.

        Raises:
            SettingsError: its provider answers no batches, or a package is missing.
        """
        return offline_reviewer() if spec == OFFLINE else self.seat(spec)

    def seat(self, spec: str) -> BatchReviewer:
        """Return the reviewer of a model's seat.

        Raises:
            SettingsError: its provider answers no batches, or a package is missing.
        """
        if spec not in self._made:
            model = parse_spec(spec)
            batches, price, share = batches_for(model), price_of(model), self._share

            def cost(_spec: str, _served: str | None, usage: Any) -> float | None:  # noqa: ANN401 - a Usage
                return None if price is None or share is None else price.cost(usage) * share

            interview = Interview(batches, run_secret(), cost)
            self._made[spec] = BatchReviewer(spec, batches, interview, price)
        return self._made[spec]


def check_seats(roster: Roster, provider: str | None = None) -> tuple[str, ...]:
    """Return the specs of a panel that batches can play.

    Args:
        roster: the panel; seats of the offline reviewer are played when the answers are there.
        provider: leave out the seats of any other.

    Raises:
        SettingsError: a seat can be played neither way, or none is left.
    """
    specs = []
    for seat in roster.seats:
        if seat.spec == OFFLINE:
            continue
        played_by = parse_spec(seat.spec).provider
        if played_by not in BATCH_PROVIDERS:
            raise SettingsError(
                f"the seat {seat.persona.id!r} is played by {seat.spec}: `{played_by}:` answers no batches",
                "Give it an openai: or anthropic: model, or rubric; or review with `shippanel batch run`.",
            )
        if provider in {None, played_by}:
            specs.append(seat.spec)
    if not specs:
        raise SettingsError(
            f"no seat is played by a model of {provider or 'a provider that answers batches'}",
            "Name one with --model openai:MODEL or --model anthropic:MODEL.",
        )
    return tuple(dict.fromkeys(specs))


@dataclass(frozen=True)
class Question:
    """A question to be sent."""

    asked: BatchQuestion
    prompt: Prompt
    """With the correction, where the first answer had a broken form."""
    seat: BatchReviewer


@dataclass
class Found:
    """What is to be sent, and how many questions are not."""

    reviews: list[BatchReview] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    standing: int = 0
    """Answers that stand in the ledger."""
    waiting: int = 0
    """Questions that are on their way."""
    given_up: int = 0
    """Questions whose answer was refused, cut off or broken twice, and that nobody asked to try again."""


def find_questions(
    submitted: Iterable[tuple[Tool, bool]],
    roster: Roster,
    reviewers: BatchReviewers,
    ledger: Ledger | None,
    *,
    specs: Sequence[str],
    retry_failed: bool = False,
    at_once: int = AT_ONCE,
) -> Iterator[Found]:
    """Find the questions of submissions that are still to be sent, some submissions at a time.

    Args:
        submitted: tools, and whether they state their slug themselves.
        roster: who reviews them.
        reviewers: who plays the seats.
        ledger: where answers stand and questions wait; it is only read. None where there is none yet.
        specs: the seats whose questions are looked for.
        retry_failed: ask again where an answer was refused, cut off or broken twice.
        at_once: submissions that are looked up together.
    """
    some: list[tuple[Tool, bool]] = []
    for each in submitted:
        some.append(each)
        if len(some) == at_once:
            yield _find(some, roster, reviewers, ledger, specs=specs, retry_failed=retry_failed)
            some = []
    if some:
        yield _find(some, roster, reviewers, ledger, specs=specs, retry_failed=retry_failed)


def _find(
    some: Sequence[tuple[Tool, bool]],
    roster: Roster,
    reviewers: BatchReviewers,
    ledger: Ledger | None,
    *,
    specs: Sequence[str],
    retry_failed: bool,
) -> Found:
    found = Found()
    asked: dict[str, Question] = {}
    for tool, slug_stated in some:
        review, questions = _review(tool, roster, reviewers, slug_stated=slug_stated)
        found.reviews.append(review)
        asked |= {question.asked.key: question for question in questions}
    keys = list(asked)
    standing = set(ledger.find(keys)) if ledger else set()
    newest = ledger.batches.newest_items(keys) if ledger else {}
    broken = [key for key, (state, _) in newest.items() if state == "malformed"]
    corrections = ledger.waiting.questions(broken) if ledger and broken else {}
    for key, question in asked.items():
        if question.seat.spec not in specs:
            continue
        state, reason = newest.get(key, (None, None))
        if key in standing:
            found.standing += 1
        elif state == "waiting":
            found.waiting += 1
        elif state == "failed" and reason in SETTLED and not retry_failed:
            found.given_up += 1
        else:
            found.questions.append(_corrected(question, corrections.get(key)))
    return found


def _review(
    tool: Tool, roster: Roster, reviewers: BatchReviewers, *, slug_stated: bool
) -> tuple[BatchReview, list[Question]]:
    """Say what a review has to have answered, in roster order."""
    name = review_id({"tool": tool.digest, "slug": tool.slug, "slug_stated": slug_stated}, roster)
    questions = []
    for place in roster.seats:
        if place.spec == OFFLINE:
            continue
        seat, persona = reviewers.seat(place.spec), place.persona
        prompt = seat.interview.prompt(persona, tool)
        inputs = key_inputs(tool, persona, seat.interview.key_inputs(persona, prompt))
        asked = BatchQuestion(
            key=verdict_key(inputs), inputs=inputs, review=name, persona=persona.id, slug=tool.slug
        )
        questions.append(Question(asked, prompt, seat))
    keys = tuple(question.asked.key for question in questions)
    review = BatchReview(id=name, tool=tool, slug_stated=slug_stated, roster=roster, keys=keys)
    return review, questions


def _corrected(question: Question, known: BatchQuestion | None) -> Question:
    if known is None or not known.correction:
        return question
    return Question(question.asked, corrected(question.prompt, known.correction), question.seat)
