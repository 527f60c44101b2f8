"""The scorecard: what the panel's answers add up to.

Arithmetic only. No model takes part, nothing is read or written, and the order in which answers
arrive never changes the card.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from panel.derived import by_digest
from panel.stability import Stability, stability_of
from panel.tool import Submission, Tool
from panel.value import Value, digest
from panel.verdict import Abstention, Finding, Outcome, Usage, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from panel.persona import Persona, Roster

State = Literal["complete", "partial", "no-quorum"]
Label = Literal["Ship", "Mixed", "Skip"]


class ReviewedTool(Submission):
    """The tool as it was reviewed, with its place in the ledger."""

    digest: str
    """SHA-256 of the content that was reviewed."""
    revision: int | None = None
    """1 for the first content seen under this identity; None when no ledger was used."""


class CriterionCard(Value):
    """A criterion as the scorecard shows it."""

    id: str
    name: str
    weight: int


class MoveCard(Value):
    """A move as the scorecard shows it."""

    id: str
    name: str


class SeatCard(Value):
    """Who sat on the panel, and what it weighs: enough to read the card without the persona file."""

    persona: str
    name: str
    motto: str
    spec: str
    persona_digest: str
    criteria: tuple[CriterionCard, ...]
    moves: tuple[MoveCard, ...]


class Totals(Value):
    """What the whole panel consumed, failures included."""

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    """US dollars; None when any of it has no known price."""


class CardProvenance(Value):
    """How the card came to be."""

    version: str
    """The version of shippanel that counted the votes."""
    engines: tuple[str, ...]
    reviewed_at: datetime
    run: str | None = None
    """The id of the run in the ledger; None when no ledger was used."""
    reused: tuple[str, ...] = ()
    """Personas whose verdict already stood in the ledger and was not asked for again."""
    roster_digest: str


class Scorecard(Value):
    """Four verdicts and what they come to."""

    schema_id: Literal["shippanel.scorecard/1"] = Field(default="shippanel.scorecard/1", alias="schema")
    tool: ReviewedTool
    state: State
    label: Label | None
    ship_pct: float | None
    """100 · ships / (ships + skips), rounded to 0.1; None without quorum."""
    seats: int
    ships: int
    skips: int
    abstained: int
    failed: int
    quorum: int
    mean_score: float | None
    """Mean of the verdicts' scores, 0–100; None without a verdict."""
    split: str
    """Who stands against the majority, as a sentence; empty when nobody does."""
    roster: tuple[SeatCard, ...]
    verdicts: tuple[Verdict, ...]
    abstentions: tuple[Abstention, ...]
    findings: tuple[Finding, ...]
    stability: dict[str, Stability] | None = None
    rebuttals: tuple[Outcome, ...] = ()
    """What models of a divided panel said after reading the others; no votes."""
    disclosure: tuple[str, ...]
    provenance: CardProvenance
    totals: Totals

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    @model_validator(mode="after")
    def _counts_agree(self) -> Self:
        if self.seats != self.ships + self.skips + self.abstained + self.failed:
            raise ValueError("seats must equal ships + skips + abstained + failed")
        return self

    @property
    def headline(self) -> str:
        """The result as one line, the state first: every renderer opens with it."""
        votes = f"{self.ships} ship, {self.skips} skip"
        silent = [
            f"{count} {word}"
            for count, word in ((self.abstained, "abstained"), (self.failed, "failed"))
            if count
        ]
        counts = ", ".join([votes, *silent])
        state = self.state.replace("-", " ").upper()
        if self.label is None:
            need = f"{self.ships + self.skips} of {self.quorum} votes needed"
            return f"{state} · no verdict · {need} ({counts})"
        return f"{state} · {self.label} · {self.ship_pct:.1f}% ship ({counts})"


def label_of(ships: int, skips: int) -> Label:
    """Name the result of at least one vote: Ship from 75 %, Skip up to 25 %, Mixed between.

    The comparison is made on the exact fraction, never on the rounded percentage.
    """
    share = Fraction(ships, ships + skips)
    if share >= Fraction(3, 4):
        return "Ship"
    return "Skip" if share <= Fraction(1, 4) else "Mixed"


def split_line(verdicts: Sequence[Verdict], names: Mapping[str, str]) -> str:
    """Say who stands against the majority, or that there is none."""
    ships = [names[v.persona] for v in verdicts if v.decision == "ship"]
    skips = [names[v.persona] for v in verdicts if v.decision == "skip"]
    if not ships or not skips:
        return ""
    if len(ships) == len(skips):
        return f"Evenly split: {_series(ships)} would ship; {_series(skips)} would skip."
    minority = min(ships, skips, key=len)
    verb = "dissents" if len(minority) == 1 else "dissent"
    wish = "ship" if minority is ships else "skip"
    return f"{_series(minority)} {verb} and would {wish}."


def tally(
    tool: Tool,
    roster: Roster,
    samples: Mapping[str, Sequence[Outcome]],
    *,
    reviewed_at: datetime,
    version: str,
    findings: Iterable[Finding] = (),
    rebuttals: Sequence[Outcome] = (),
    revision: int | None = None,
    run: str | None = None,
    reused: Iterable[str] = (),
) -> Scorecard:
    """Count the panel's answers.

    Args:
        tool: what was reviewed.
        roster: the panel, in order.
        samples: persona id → its answers, sample 0 first; at least one for every seat. Only sample 0
            votes; further samples feed `stability` and the totals.
        reviewed_at: when the review was made.
        version: the version of shippanel that counts.
        findings: what was noticed in the submission itself.
        rebuttals: what was said in a second round; of it, only the cost counts.
        revision: the tool's revision in the ledger.
        run: the id of the run in the ledger.
        reused: personas whose verdict was not asked for again.

    Returns:
        The scorecard, with verdicts and abstentions in roster order.
    """
    seats = tuple(_seat_of(seat.persona).model_copy(update={"spec": seat.spec}) for seat in roster.seats)
    order = [seat.persona for seat in seats]
    submitted = {field: getattr(tool, field) for field in Submission.model_fields}
    first = [samples[persona][0] for persona in order]
    verdicts = [outcome for outcome in first if isinstance(outcome, Verdict)]
    return Scorecard(
        **count(seats, roster.quorum, samples, rebuttals),
        tool=ReviewedTool(**submitted, digest=tool.digest, revision=revision),
        roster=seats,
        findings=(*findings, *(finding for v in verdicts for finding in v.findings)),
        rebuttals=tuple(rebuttals),
        disclosure=_disclosure(roster, rebutted=bool(rebuttals)),
        provenance=CardProvenance(
            version=version,
            engines=tuple(dict.fromkeys(outcome.provenance.engine for outcome in first)),
            reviewed_at=reviewed_at,
            run=run,
            reused=tuple(persona for persona in order if persona in set(reused)),
            roster_digest=roster_digest(roster),
        ),
    )


def count(
    seats: Sequence[SeatCard],
    quorum: int,
    samples: Mapping[str, Sequence[Outcome]],
    rebuttals: Sequence[Outcome] = (),
) -> dict[str, Any]:
    """Compute every field of a scorecard that is arithmetic on the answers.

    The ledger recomputes a stored card with it, from the seats that the card names.
    """
    asked = [outcome for seat in seats for outcome in samples[seat.persona]]
    first = [samples[seat.persona][0] for seat in seats]
    verdicts = tuple(o for o in first if isinstance(o, Verdict))
    abstentions = tuple(o for o in first if isinstance(o, Abstention))
    ships = sum(v.decision == "ship" for v in verdicts)
    skips = len(verdicts) - ships
    failed = sum(a.failed for a in abstentions)
    state: State = "partial" if failed else "complete"
    if ships + skips < quorum:
        state = "no-quorum"
    return {
        "state": state,
        "label": label_of(ships, skips) if state != "no-quorum" else None,
        "ship_pct": round(100 * ships / (ships + skips), 1) if state != "no-quorum" else None,
        "seats": len(seats),
        "ships": ships,
        "skips": skips,
        "abstained": len(abstentions) - failed,
        "failed": failed,
        "quorum": quorum,
        "mean_score": round(sum(v.score for v in verdicts) / len(verdicts), 1) if verdicts else None,
        "split": split_line(verdicts, {seat.persona: seat.name for seat in seats}),
        "verdicts": verdicts,
        "abstentions": abstentions,
        "stability": None if len(asked) == len(first) else _stability(seats, samples),
        "totals": _totals([*asked, *rebuttals]),
    }


def _stability(seats: Sequence[SeatCard], samples: Mapping[str, Sequence[Outcome]]) -> dict[str, Stability]:
    return {seat.persona: stability_of(samples[seat.persona]) for seat in seats}


def roster_digest(roster: Roster) -> str:
    """SHA-256 of who sat on the panel, played by what, under which quorum."""
    seats = [[seat.persona.offline_digest, seat.spec] for seat in roster.seats]
    return digest({"seats": seats, "quorum": roster.quorum})


def _series(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


@by_digest(64)
def _seat_of(persona: Persona) -> SeatCard:
    return SeatCard(
        persona=persona.id,
        name=persona.name,
        motto=persona.motto,
        spec="",
        persona_digest=persona.digest,
        criteria=tuple(CriterionCard(id=c.id, name=c.name, weight=c.weight) for c in persona.criteria),
        moves=tuple(MoveCard(id=m.id, name=m.name) for m in persona.moves),
    )


def _disclosure(roster: Roster, *, rebutted: bool) -> tuple[str, ...]:
    specs = list(dict.fromkeys(seat.spec for seat in roster.seats))
    lines = []
    if "rubric" in specs:
        lines.append(
            "Offline rubric, no language model: these verdicts were composed by fixed rules from the "
            "words of the submission. Nothing was looked up, tried or measured."
        )
    models = [spec for spec in specs if spec != "rubric"]
    if models:
        lines.append(
            f"Language models wrote these verdicts ({', '.join(models)}); code checked their form, "
            "counted the votes and computed every score."
        )
    if rebutted:
        lines.append("On this divided panel the models read the others once, without names; no vote changed.")
    lines.append("A submission is its author's account. The panel did not run the tool.")
    return tuple(lines)


def _totals(outcomes: Sequence[Outcome]) -> Totals:
    usages = [outcome.provenance.usage for outcome in outcomes]
    costs = [outcome.provenance.cost_usd for outcome in outcomes]
    known = [cost for cost in costs if cost is not None]
    sums = {field: sum(getattr(usage, field) for usage in usages) for field in Usage.model_fields}
    return Totals(**sums, cost_usd=round(sum(known), 6) if len(known) == len(costs) else None)
