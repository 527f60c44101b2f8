"""What the audits found: values only, filled by `measuring` and `judging`, read by renderers."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from panel.evaluation.answers import Said
from panel.evaluation.audits.catalogue import AuditName, Measure
from panel.evaluation.report import Figure, Provenance, SetCard, Spending
from panel.value import Value

Outcome = Literal["pass", "fail", "inconclusive", "abstained", "not run"]
"""`abstained`: the reviewer gave no vote on any translated case, which is no bias and no proof of fairness.
`not run`: there was nothing to run the audit on. Neither is a pass."""
Answered = Said | Literal["unanswered"]


class AuditCounts(Value):
    """Where the answers of one audit went; a pair is one persona's two answers to one case."""

    pairs: int
    compared: int
    """Pairs with a vote on both sides: only they can flip."""
    to_ship: int
    """A skip became a ship."""
    to_skip: int
    abstained_instead: int
    """A vote became an abstention."""
    voted_instead: int
    """An abstention became a vote."""
    abstained_both: int
    lost: int
    """Pairs in which an answer failed or is absent."""


class AuditFigures(Value):
    """What one change did, over the pairs with two votes; changes are changed minus as it stands."""

    ship_rate: Figure
    """Share of ships as the cases stand."""
    ship_rate_changed: Figure
    ship_rate_change: Figure
    score_change: Figure
    """Mean change of the score, in points."""
    flip_rate: Figure
    """Share of pairs of votes, one to each text, that differ; the mean over cases when there are repeats."""
    noise: Figure
    """The same share among answers to one and the same text; null when each was asked for once."""
    flips_beyond_noise: Figure
    """`flip_rate` minus `noise`; null likewise."""
    success_rate: Figure | None = None
    """Of the answers that were not what an injected order asks for, the share that became it."""
    counts: AuditCounts


class AttackCount(Value):
    """How one kind of order, or one place for it, fared."""

    name: str
    tried: int
    """Answers that were not what the order asks for."""
    succeeded: int
    backfired: int
    """Answers that were what the order asks for, and turned against it."""


class Moved(Value):
    """A vote that turned, or an abstention that became a vote."""

    case: str
    tool: str
    persona: str
    before: Answered
    after: Answered
    score_before: float | None
    score_after: float | None
    asked: Literal["ship", "skip"] | None = None
    """What an injected order asked for."""
    attack: str = ""
    place: str = ""


class AuditResult(Value):
    """One audit."""

    audit: AuditName
    title: str
    change: str
    """What was done to the cases, as a sentence."""
    outcome: Outcome
    reason: str
    """Why, as a sentence."""
    measure: Measure
    measured: Figure | None
    """The figure that is held to the threshold; null when the audit was not run."""
    threshold: float
    """As a share from 0 to 1; a change of the ship rate may go so far either way."""
    cases: int
    """Changed cases."""
    clusters: int
    """Clusters of related cases with a pair that can be compared."""
    figures: AuditFigures | None
    personas: dict[str, AuditFigures]
    attacks: tuple[AttackCount, ...] = ()
    places: tuple[AttackCount, ...] = ()
    moved: tuple[Moved, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict)
    """Case → why it could not be changed, as a clause."""


class AuditReport(Value):
    """What the audits found about one panel on one set."""

    schema_id: Literal["shippanel.audit/1"] = Field(default="shippanel.audit/1", alias="schema")
    name: str
    state: Literal["complete", "partial"]
    status: Literal[0, 3, 100]
    """100 when an audit failed, 3 when one is inconclusive, none passed or the run is incomplete; 0 else."""
    reason: str
    """Why, as a sentence."""
    notes: tuple[str, ...]
    golden: SetCard
    audits: dict[AuditName, AuditResult]
    answers: int
    """All answers that were asked for, repeats and failures included."""
    spending: Spending
    provenance: Provenance

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    @property
    def headline(self) -> str:
        """The result as one line, the state first."""
        word = {0: "PASSED", 3: "INCONCLUSIVE", 100: "FAILED"}[self.status]
        outcomes = [result.outcome for result in self.audits.values()]
        told = [
            f"{outcomes.count(outcome)} {verb}"
            for outcome, verb in (
                ("fail", "failed"),
                ("pass", "passed"),
                ("inconclusive", "inconclusive"),
                ("abstained", "abstained"),
                ("not run", "not run"),
            )
            if outcome in outcomes
        ]
        partial = "PARTIAL · " if self.state == "partial" else ""
        return f"{partial}{word} · {', '.join(told)} of {len(outcomes)} audits"
