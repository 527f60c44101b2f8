"""Replies of batches, read as if each had come over the wire, and written down one by one.

A line is refused, and said to be, when it cannot be read, names no question that was asked this way, comes
from another model, or answers a question that would be put differently today. The others are unharmed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from panel.answer import Malformed
from panel.ledger import BatchItem, Settlement
from panel.llm.batches import LINE_BYTES, ForeignAnswerError, name_in
from panel.llm.prices import total_usd
from panel.llm.wire import WireError, read_object
from panel.prompting import corrected
from panel.reviewers.interview import Calls, Failure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from panel.batch.asked import BatchReviewer, BatchReviewers
    from panel.ledger import BatchQuestion, BatchReview, BatchRoute, ItemState, Ledger
    from panel.llm.batches import Delivered

_AT_ONCE = 100
"""Replies looked up and written together."""
PROBLEMS = 100
"""Refused lines that are named; the others are counted."""
STALE = "its rules or its submission have changed since it was sent"


class _Line(NamedTuple):
    """One line of replies."""

    number: int
    content: bytes


class _Read(NamedTuple):
    """A reply that can be dealt with."""

    number: int
    batch: str
    settlement: Settlement


@dataclass
class Gathered:
    """What lines of replies came to."""

    answered: int = 0
    malformed: int = 0
    failed: int = 0
    repeated: int = 0
    cost_usd: float | None = 0.0
    refused: int = 0
    """Lines that were not taken."""
    problems: list[str] = field(default_factory=list)
    """Why, for as many of them as anybody will read."""
    unanswered: list[BatchItem] = field(default_factory=list)

    def count(self, read: _Read, question: BatchQuestion) -> None:
        """Count a reply that was taken."""
        settled = read.settlement
        self.cost_usd = total_usd((self.cost_usd, settled.outcome.provenance.cost_usd))
        if settled.state == "answered":
            self.answered += 1
            return
        self.malformed += settled.state == "malformed"
        self.failed += settled.state == "failed"
        outcome = settled.outcome
        self.unanswered.append(
            BatchItem(
                batch=read.batch,
                key=settled.key,
                slug=question.slug,
                persona=question.persona,
                state=settled.state,
                reason=getattr(outcome, "reason", None),
                detail=getattr(outcome, "detail", ""),
            )
        )


@dataclass
class Desk:
    """Deals with the replies of one batch, or of a file in which anybody may have written them.

    Args:
        ledger: where questions stand and answers are kept.
        reviewers: who reads them.
        batch: the batch they came with; None for a file.
        origin: what an answer is said to have come with.
        name: what to call the source in a problem.
    """

    ledger: Ledger
    reviewers: BatchReviewers
    batch: str | None
    origin: str
    name: str
    gathered: Gathered = field(default_factory=Gathered)
    _refused: dict[int, str] = field(default_factory=dict)

    def take(self, path: Path) -> None:
        """Read every line of a file, and write down what it comes to.

        Raises:
            LedgerError: it cannot be written; what was written stands, and the file can be read again.
        """
        some: list[_Line] = []
        for line in _lines(path):
            some.append(line)
            if len(some) == _AT_ONCE:
                self._take(some)
                some = []
        self._take(some)

    def _take(self, some: list[_Line]) -> None:
        bodies: dict[int, dict[str, Any]] = {}
        keys: dict[int, str] = {}
        for line in some:
            try:
                body = read_object(line.content)
                keys[line.number] = name_in(body)
                bodies[line.number] = body
            except WireError as error:
                self._refuse(line.number, str(error).replace("the answer", "the line"))
        waiting = self.ledger.waiting
        questions = waiting.questions(list(keys.values()))
        reviews = waiting.reviews([question.review for question in questions.values()])
        places = self.ledger.batches.places(list(questions))
        ready: list[_Read] = []
        for number, body in bodies.items():
            question = questions.get(keys[number])
            batch = self._batch_of(number, question, places)
            if question is None or batch is None:
                continue
            try:
                seat = self.reviewers.seat(question.inputs["reviewer"]["spec"])
                delivered = seat.batches.read(body)
                ready.append(
                    _Read(
                        number, batch, self._settlement(question, reviews[question.review], seat, delivered)
                    )
                )
            except (WireError, _RefusedError) as error:
                self._refuse(number, str(error))
        self._write(ready, questions)
        self._report()

    def _batch_of(
        self,
        number: int,
        question: BatchQuestion | None,
        places: Mapping[str, list[tuple[str, BatchRoute, ItemState]]],
    ) -> str | None:
        """Find the batch in which a reply's question waits, or was dealt with; None when it is refused."""
        went = places.get(question.key, []) if question else []
        if self.batch is not None:
            if any(batch == self.batch for batch, _, _ in went):
                return self.batch
            self._refuse(number, "its custom_id names no question of this batch")
            return None
        exported = [(batch, state) for batch, route, state in went if route == "file"]
        if exported:
            return next((batch for batch, state in exported if state == "waiting"), exported[0][0])
        sent = "was sent to its provider, not exported" if went else "was never exported from this ledger"
        self._refuse(number, f"its custom_id names a question that {sent}")
        return None

    def _settlement(
        self, question: BatchQuestion, review: BatchReview, seat: BatchReviewer, delivered: Delivered
    ) -> Settlement:
        """Validate a reply exactly as one that came over the wire."""
        persona = next(place.persona for place in review.roster.seats if place.persona.id == question.persona)
        interview, prompt = seat.interview, seat.interview.prompt(persona, review.tool)
        today = interview.key_inputs(persona, prompt)
        then = question.inputs["reviewer"]
        if any(today[name] != then[name] for name in ("prompt", "engine_version", "response_schema")):
            raise _RefusedError(
                f"the question {question.slug}/{question.persona} cannot be answered any more: {STALE} "
                f"(prompt {then['prompt'][:12]}, now {today['prompt'][:12]})"
            )
        if self.batch is None and isinstance(delivered.call, ForeignAnswerError):
            raise _RefusedError(delivered.call.message)
        asked = corrected(prompt, question.correction) if question.correction else prompt
        calls = Calls(corrected=bool(question.correction), batch=self.origin)
        calls.note(delivered.call)
        reply = interview.read(persona, asked, delivered.call)
        outcome = interview.conclude(
            persona, review.tool, prompt, reply, calls, sample=question.inputs["sample"]
        )
        first = isinstance(reply, Malformed) and not question.correction
        unanswered: ItemState = "malformed" if first else "failed"
        return Settlement(
            key=question.key,
            inputs=question.inputs,
            outcome=outcome,
            state=unanswered if isinstance(reply, Malformed | Failure) else "answered",
            correction=reply.violations if first and isinstance(reply, Malformed) else (),
        )

    def _write(self, ready: list[_Read], questions: Mapping[str, BatchQuestion]) -> None:
        by_batch: dict[str, list[_Read]] = {}
        for read in ready:
            by_batch.setdefault(read.batch, []).append(read)
        for batch, some in by_batch.items():
            taken = self.ledger.batches.settle(batch, [read.settlement for read in some])
            for read, new in zip(some, taken, strict=True):
                if new:
                    self.gathered.count(read, questions[read.settlement.key])
                else:
                    self.gathered.repeated += 1

    def _report(self) -> None:
        """Tell what was refused, in the order of the lines."""
        for number in sorted(self._refused):
            self.gathered.refused += 1
            if self.gathered.refused <= PROBLEMS:
                self.gathered.problems.append(f"{self.name}, line {number}: {self._refused[number]}")
        self._refused.clear()

    def _refuse(self, number: int, why: str) -> None:
        self._refused[number] = why


class _RefusedError(ValueError):
    """A reply that is not taken; says why."""


def _lines(path: Path) -> Iterator[_Line]:
    """Read the lines of a file; of one that is too long, only as much as shows it."""
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LINE_BYTES + 1):
            number += 1
            long = len(line) > LINE_BYTES and not line.endswith(b"\n")
            while long and (rest := file.readline(LINE_BYTES)):
                long = not rest.endswith(b"\n")
            if line.strip():
                yield _Line(number, line if len(line) <= LINE_BYTES else b"the line is longer than any reply")
