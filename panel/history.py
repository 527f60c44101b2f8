"""What moved between two scorecards of a tool, and what may have moved it.

Arithmetic only: no model, nothing read or written. The order is before, after: two runs, two revisions,
or last week and this one. The words quoted from a card are as untrusted as they were on it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from panel.tool import Evidence, Fact
from panel.value import Value
from panel.verdict import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from panel.scorecard import Scorecard, SeatCard
    from panel.verdict import Outcome

Cause = Literal["submission", "persona", "reviewer", "sample"]
"""Why an answer may differ: other content, other standards, another reviewer or version of it, or
nothing but asking again."""


class CardRef(Value):
    """Which review one side of the change is."""

    run: str | None
    revision: int | None
    reviewed_at: datetime
    headline: str


class Shift(Value):
    """One field that differs, as text; None where it is absent."""

    field: str
    before: str | None
    after: str | None


class CriterionShift(Value):
    """A criterion whose score moved, or that only one of the two personas has."""

    id: str
    name: str
    before: int | None
    after: int | None
    because: str
    """The new reason; the old one when the criterion is gone."""


class SeatShift(Value):
    """What moved at one seat of the panel."""

    persona: str
    name: str
    before: str | None
    """`ship`, `skip` or the reason of an abstention; None when the persona did not sit."""
    after: str | None
    score_before: float | None
    """From 0 to 100; None without a verdict."""
    score_after: float | None
    criteria: tuple[CriterionShift, ...]
    causes: tuple[Cause, ...]

    @property
    def score_delta(self) -> float | None:
        """How far the score moved, up or down; None unless both sides have one."""
        if self.score_before is None or self.score_after is None:
            return None
        return round(self.score_after - self.score_before, 1)

    @property
    def turned(self) -> bool:
        """Whether the persona's answer is another one than before."""
        return self.before != self.after


class Changes(Value):
    """Everything that differs between two scorecards, in the order a reader asks for it."""

    before: CardRef
    after: CardRef
    result: tuple[Shift, ...]
    """State, label, percentage, quorum and mean score."""
    seats: tuple[SeatShift, ...]
    """Personas whose answer moved or whose standards or reviewer changed, in roster order."""
    submission: tuple[Shift, ...]
    """Fields of the submission, one entry per fact (`facts.KEY`) and passage (`evidence.ID`)."""
    findings_gained: tuple[Finding, ...]
    findings_lost: tuple[Finding, ...]

    @property
    def nothing(self) -> bool:
        """Whether nothing moved: neither the submission, nor who judged it, nor what they said."""
        return not (
            self.result or self.seats or self.submission or self.findings_gained or self.findings_lost
        )

    @property
    def summary(self) -> tuple[str, ...]:
        """What moved, as sentences, the result first."""
        if self.nothing:
            return ("Nothing moved.",)
        return tuple(_sentences(self))


def changes(before: Scorecard, after: Scorecard) -> Changes:
    """Compare two scorecards of the same tool.

    Args:
        before: the older card.
        after: the newer card.
    """
    resubmitted = before.tool.digest != after.tool.digest
    gained, lost = _unmatched(after.findings, before.findings), _unmatched(before.findings, after.findings)
    return Changes(
        before=_ref(before),
        after=_ref(after),
        result=tuple(_result(before, after)),
        seats=tuple(_seats(before, after, resubmitted=resubmitted)),
        submission=tuple(_submission(before, after)),
        findings_gained=gained,
        findings_lost=lost,
    )


def _ref(card: Scorecard) -> CardRef:
    return CardRef(
        run=card.provenance.run,
        revision=card.tool.revision,
        reviewed_at=card.provenance.reviewed_at,
        headline=card.headline,
    )


def _result(before: Scorecard, after: Scorecard) -> Iterator[Shift]:
    for field in ("state", "label", "ship_pct", "quorum", "mean_score"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            yield Shift(field=field, before=_shown(old), after=_shown(new))


def _seats(before: Scorecard, after: Scorecard, *, resubmitted: bool) -> Iterator[SeatShift]:
    old_seats = {seat.persona: seat for seat in before.roster}
    new_seats = {seat.persona: seat for seat in after.roster}
    old_answers, new_answers = _answers(before), _answers(after)
    for persona in dict.fromkeys((*new_seats, *old_seats)):
        seats = (old_seats.get(persona), new_seats.get(persona))
        answers = (old_answers.get(persona), new_answers.get(persona))
        shift = SeatShift(
            persona=persona,
            name=next(seat.name for seat in reversed(seats) if seat),
            before=_said(answers[0]),
            after=_said(answers[1]),
            score_before=answers[0].score if isinstance(answers[0], Verdict) else None,
            score_after=answers[1].score if isinstance(answers[1], Verdict) else None,
            criteria=tuple(_criteria(seats, answers)),
            causes=(),
        )
        moved = shift.turned or bool(shift.score_delta or shift.criteria)
        causes = _causes(seats, answers, resubmitted=resubmitted)
        if moved or set(causes) - {"submission"}:
            yield shift.model_copy(update={"causes": causes or ("sample",)})


def _answers(card: Scorecard) -> dict[str, Outcome]:
    outcomes: tuple[Outcome, ...] = (*card.verdicts, *card.abstentions)
    return {outcome.persona: outcome for outcome in outcomes}


def _said(answer: Outcome | None) -> str | None:
    if answer is None:
        return None
    return answer.decision if isinstance(answer, Verdict) else answer.reason


def _criteria(
    seats: tuple[SeatCard | None, SeatCard | None], answers: tuple[Outcome | None, Outcome | None]
) -> Iterator[CriterionShift]:
    """Compare criterion by criterion; without a verdict on both sides there is nothing to compare."""
    before, after = answers
    if not (isinstance(before, Verdict) and isinstance(after, Verdict)):
        return
    names = {criterion.id: criterion.name for seat in seats if seat for criterion in seat.criteria}
    old = {criterion.id: criterion for criterion in before.criteria}
    new = {criterion.id: criterion for criterion in after.criteria}
    for id_ in dict.fromkeys((*new, *old)):
        was, is_ = old.get(id_), new.get(id_)
        if was and is_ and was.score == is_.score:
            continue
        latest = is_ or was
        yield CriterionShift(
            id=id_,
            name=names.get(id_, id_),
            before=was.score if was else None,
            after=is_.score if is_ else None,
            because=latest.because if latest else "",
        )


def _causes(
    seats: tuple[SeatCard | None, SeatCard | None],
    answers: tuple[Outcome | None, Outcome | None],
    *,
    resubmitted: bool,
) -> tuple[Cause, ...]:
    """Name what differed before the persona answered; empty when nothing did."""
    causes: list[Cause] = ["submission"] if resubmitted else []
    if not (seats[0] and seats[1] and answers[0] and answers[1]):
        return (*causes, "persona")
    old, new = answers[0].provenance, answers[1].provenance
    if (seats[0].persona_digest, old.persona_digest) != (seats[1].persona_digest, new.persona_digest):
        causes.append("persona")
    # A prompt carries submission and persona: its digest speaks of the reviewer while those are the same.
    fields = ("engine", "engine_version", "spec", "served_model", *(() if causes else ("prompt_digest",)))
    pairs = [(getattr(old, field), getattr(new, field)) for field in fields]
    # A failed call may not know which model or version would have answered.
    if any(was != is_ for was, is_ in pairs if was and is_):
        causes.append("reviewer")
    return tuple(causes)


def _submission(before: Scorecard, after: Scorecard) -> Iterator[Shift]:
    old, new = _fields(before), _fields(after)
    for field in sorted({*old, *new}, key=_field_order):
        was, is_ = old.get(field), new.get(field)
        if was != is_:
            yield Shift(field=field, before=_shown(was), after=_shown(is_))
    order = [[passage.id for passage in card.tool.evidence] for card in (before, after)]
    if order[0] != order[1] and Counter(order[0]) == Counter(order[1]):
        yield Shift(field="evidence", before=", ".join(order[0]), after=", ".join(order[1]))


def _fields(card: Scorecard) -> dict[str, object]:
    """Flatten what a reviewer could read; an empty field is an absent one."""
    tool = card.tool
    plain = ("name", "tagline", "category", "licence", "url", "description")
    fields: dict[str, object] = {field: getattr(tool, field) for field in plain}
    fields |= {f"pricing.{name}": getattr(tool.pricing, name) for name in ("model", "entry", "verified_at")}
    fields |= {f"facts.{key}": fact for key, fact in tool.facts.items()}
    passages: dict[str, tuple[Evidence, ...]] = {}
    for passage in tool.evidence:
        field = f"evidence.{passage.id}"
        passages[field] = (*passages.get(field, ()), passage)
    return {field: value for field, value in {**fields, **passages}.items() if value not in {"", None}}


_FIELDS = ("name", "tagline", "category", "pricing", "licence", "url", "description", "facts", "evidence")


def _field_order(field: str) -> tuple[int, int, str]:
    """Sort as a submission is written; E10 after E9."""
    head, _, rest = field.partition(".")
    return (_FIELDS.index(head), len(rest) if head == "evidence" else 0, rest)


def _shown(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, Fact):
        stated = " ".join(part for part in (value.value, value.unit) if part)
        origin = ", ".join(part for part in (value.source, str(value.as_of or "")) if part)
        return f"{stated} ({origin})" if origin else stated
    if isinstance(value, tuple):
        return "\n".join(_passage(passage) for passage in value)
    return str(value)


def _passage(passage: Evidence) -> str:
    origin = ", ".join(part for part in (passage.title, passage.source, passage.date, passage.kind) if part)
    return f"{passage.text} ({origin})"


def _unmatched(findings: Iterable[Finding], others: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings that the others lack, repeated ones counted."""
    left = Counter(finding.model_dump_json() for finding in others)
    unmatched = []
    for finding in findings:
        text = finding.model_dump_json()
        if left[text]:
            left[text] -= 1
        else:
            unmatched.append(finding)
    return tuple(unmatched)


def _sentences(changed: Changes) -> Iterator[str]:
    if any(shift.field != "mean_score" for shift in changed.result):
        yield f"The panel went from {changed.before.headline} to {changed.after.headline}."
    for seat in changed.seats:
        yield _seat_sentence(seat)
    if changed.submission:
        yield f"The submission changed: {'; '.join(_touched(changed.submission))}."
    for word, findings in (("new", changed.findings_gained), ("gone", changed.findings_lost)):
        if findings:
            rules = ", ".join(dict.fromkeys(finding.rule for finding in findings))
            yield f"{_counted(len(findings), 'finding')} {word}: {rules}."


def _seat_sentence(seat: SeatShift) -> str:
    scores = ""
    if seat.score_delta:
        scores = f", {seat.score_before:.1f} → {seat.score_after:.1f}"
    if seat.before is None:
        start = f"{seat.name} joined the panel: {seat.after}"
    elif seat.after is None:
        start = f"{seat.name} left the panel (it said {seat.before})"
    elif seat.turned:
        start = f"{seat.name} turned from {seat.before} to {seat.after}{scores}"
    else:
        start = f"{seat.name} still says {seat.after}{scores or ', with the same score'}"
    moved = ", ".join(f"{c.name} {_figure(c.before)} → {_figure(c.after)}" for c in seat.criteria)
    why = "" if None in {seat.before, seat.after} else f" {_why(seat.causes)}"
    return f"{start}{f' ({moved})' if moved else ''}.{why}"


def _why(causes: tuple[Cause, ...]) -> str:
    if causes == ("sample",):
        return "Nothing that it was given differed."
    return f"What differed: {', '.join(f'the {cause}' for cause in causes)}."


def _touched(shifts: Sequence[Shift]) -> Iterator[str]:
    for shift in shifts:
        if shift.before is None:
            yield f"{shift.field} is new"
        elif shift.after is None:
            yield f"{shift.field} is gone"
        else:
            yield shift.field


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun} is" if number == 1 else f"{number} {noun}s are"


def _figure(score: int | None) -> str:
    return "–" if score is None else str(score)
