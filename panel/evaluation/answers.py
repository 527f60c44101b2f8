"""Recorded answers: what anybody's panel said about the cases of a golden set.

Our own runs and those of any other system, people included, become the same rows. A foreign file needs
three fields a line, `{"case", "persona", "decision"}`; what else it knows is welcome.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from panel.document import display_name, known_fields, parse_jsonl, problems_of, read_bytes
from panel.errors import InputError
from panel.evaluation.cases import LIMIT_SET_BYTES, line_problems
from panel.value import Value, canonical_json, published
from panel.verdict import Finding, Usage, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from panel.scorecard import Scorecard
    from panel.verdict import Outcome

Said = Literal["ship", "skip", "abstain", "failed"]


class Answer(Value):
    """One answer of one persona to one case."""

    case: str = Field(min_length=1, max_length=100)
    """The id of the case."""
    persona: str = Field(min_length=1, max_length=100)
    decision: Said
    """`abstain` for too little information, `failed` for a reviewer that gave no usable answer."""
    score: float | None = Field(default=None, ge=0, le=100)
    """How much speaks for shipping, 0–100; None when the system has no such figure."""
    repeat: int = Field(default=0, ge=0, le=9_999)
    """Which repeat of the same question this answers; only repeat 0 votes."""
    reason: str = ""
    """Why there is no vote, as an abstention names it (`unreadable`, `timed-out`, …)."""
    quote: str = ""
    moves: dict[str, str] = Field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    spec: str = ""
    """The reviewer asked for (`rubric`, `openai:MODEL`); empty when not said."""
    engine: str = ""
    """The engine and its version; empty when not said."""
    served_model: str | None = None
    persona_digest: str = ""
    cost_usd: float | None = Field(default=None, ge=0)
    """US dollars; None when not known."""
    latency_s: float | None = Field(default=None, ge=0)
    usage: Usage | None = None

    @field_validator("score", mode="before")
    @classmethod
    def _score_is_a_number(cls, score: object) -> object:
        """Refuse NaN, infinity and what lies outside, in whatever spelling they arrive."""
        try:
            possible = score is None or 0 <= float(score) <= 100  # type: ignore[arg-type]
        except (TypeError, ValueError):
            return score
        if not possible:
            raise ValueError(f"{score} is not a score from 0 to 100")
        return score


class AnswerSet(Value):
    """The answers of one system, each question answered at most once per repeat."""

    name: str
    """What to call the system in a report: a file's name, or a model's."""
    digest: str = ""
    """SHA-256 of the file, or of the canonical answers when there is none."""
    answers: tuple[Answer, ...]

    @model_validator(mode="after")
    def _answered_once(self) -> Self:
        seen: set[tuple[str, str, int]] = set()
        for answer in self.answers:
            question = (answer.case, answer.persona, answer.repeat)
            if question in seen:
                raise ValueError(f"answers: {_question(answer)} is answered twice")
            seen.add(question)
        return self

    @property
    def persona_digests(self) -> dict[str, str]:
        """Persona id → the digest of the persona that answered, where it is known and the same throughout."""
        found: dict[str, set[str]] = {}
        for answer in self.answers:
            found.setdefault(answer.persona, set()).add(answer.persona_digest)
        return {persona: next(iter(of)) for persona, of in found.items() if len(of) == 1 and "" not in of}


def answer_of(case: str, outcome: Outcome, *, repeat: int = 0) -> Answer:
    """Make a row of what a reviewer said.

    Args:
        case: the id of the case.
        outcome: the verdict or the abstention.
        repeat: which repeat it is in this run; the ledger may count its samples from elsewhere.
    """
    provenance = outcome.provenance
    said: dict[str, Any] = {
        "case": case,
        "persona": outcome.persona,
        "repeat": repeat,
        "spec": provenance.spec,
        "engine": f"{provenance.engine} {provenance.engine_version}".strip(),
        "served_model": provenance.served_model,
        "persona_digest": provenance.persona_digest,
        "cost_usd": provenance.cost_usd,
        "latency_s": provenance.latency_s,
        "usage": provenance.usage,
    }
    if isinstance(outcome, Verdict):
        return Answer(
            **said,
            decision=outcome.decision,
            score=outcome.score,
            quote=outcome.quote,
            moves=outcome.moves,
            findings=outcome.findings,
        )
    decision: Said = "failed" if outcome.failed else "abstain"
    return Answer(**said, decision=decision, reason=outcome.reason, quote=outcome.detail)


def answers_of(
    case: str, card: Scorecard, samples: Mapping[str, Sequence[Outcome]] | None = None
) -> tuple[Answer, ...]:
    """Make rows of a scorecard, in roster order.

    Args:
        case: the id of the case that was reviewed.
        card: the scorecard; it holds repeat 0 of every seat.
        samples: persona id → all its answers in the run, repeat 0 first; the card's own when None.
    """
    if samples is None:
        shown: tuple[Outcome, ...] = (*card.verdicts, *card.abstentions)
        samples = {outcome.persona: (outcome,) for outcome in shown}
    return tuple(
        answer_of(case, outcome, repeat=repeat)
        for seat in card.roster
        for repeat, outcome in enumerate(samples.get(seat.persona, ()))
    )


def answer_set(name: str, answers: Iterable[Answer]) -> AnswerSet:
    """Gather answers, in an order that does not depend on when they arrived."""
    rows = tuple(sorted(answers, key=lambda answer: (answer.case, answer.persona, answer.repeat)))
    text = hashlib.sha256("".join(map(_line, rows)).encode()).hexdigest()
    return AnswerSet(name=name, digest=text, answers=rows)


def read_answers(path: str | Path) -> AnswerSet:
    """Read recorded answers from a JSONL file.

    Raises:
        InputError: with every problem of the file, each naming its line.
    """
    name = display_name(path)
    data = read_bytes(path, LIMIT_SET_BYTES)
    rows: list[Answer] = []
    problems: list[str] = []
    lines: dict[tuple[str, str, int], int] = {}
    for number, content in parse_jsonl(io.BytesIO(data), name=name):
        if isinstance(content, InputError):
            problems += line_problems(content, name, number)
            continue
        found = problems_of(Answer, content)
        if found:
            problems += [f"line {number}: {problem}" for problem in found]
            continue
        answer = Answer.model_validate(content)
        first = lines.setdefault((answer.case, answer.persona, answer.repeat), number)
        if first != number:
            problems.append(f"line {number}: answers {_question(answer)} again, after line {first}")
        rows.append(answer)
    if not rows and not problems:
        problems.append("holds no answer")
    if problems:
        hint = known_fields(Answer, problems) or "The form of an answer: shippanel schema answer."
        message = problems[0] if len(problems) == 1 else f"{len(problems)} problems"
        raise InputError(f"{name}: {message}", hint, tuple(problems) if len(problems) > 1 else ())
    digest = hashlib.sha256(data).hexdigest()
    return AnswerSet.model_construct(name=name, digest=digest, answers=tuple(rows))


def write_answers(answers: AnswerSet) -> str:
    """Write answers as the JSONL that `read_answers` reads; what is not known is left out."""
    return "".join(map(_line, answers.answers))


def answer_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of a file of answers."""
    return published("answer", Answer.model_json_schema())


def _line(answer: Answer) -> str:
    return canonical_json(answer.model_dump(mode="json", exclude_defaults=True)) + "\n"


def _question(answer: Answer) -> str:
    repeat = f", repeat {answer.repeat}" if answer.repeat else ""
    return f"case {answer.case!r} for {answer.persona!r}{repeat}"
