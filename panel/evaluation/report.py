"""The report of an evaluation: every figure with its interval, and what stands behind it.

Values only; `panel.evaluation.measuring` fills them, renderers read nothing else. A figure that is not
defined is null and says why; NaN never appears.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from panel.evaluation.answers import Said
from panel.evaluation.cases import Expected
from panel.value import Value


class Figure(Value):
    """A statistic with its 95 % interval."""

    value: float | None
    """None when it is not defined; `note` says why."""
    low: float | None = None
    high: float | None = None
    """Both None when the figure has no interval."""
    n: int = 0
    """How many answers (or tools, or pairs) it rests on."""
    note: str = ""
    """Why there is no value or interval, or what kind of rater makes it degenerate; empty otherwise."""


class Agreement(Value):
    """How well decisions match gold, over the cases where gold says ship or skip.

    No vote where gold has one is an error in every figure but `coverage` and the two `_when_voting`.
    Names follow scikit-learn.
    """

    balanced_accuracy: Figure
    """The mean of ship recall and skip recall; 0.5 for whoever always says the same."""
    mcc: Figure
    """Matthews correlation: 0 for whoever always says the same."""
    kappa: Figure
    """Cohen's kappa: agreement beyond chance."""
    ship_recall: Figure
    """Of the cases to ship, the share shipped."""
    skip_recall: Figure
    """Of the cases to skip, the share skipped."""
    accuracy: Figure
    """The share of all cases decided as gold does: beside its baseline it says little."""


class Baseline(Agreement):
    """The same figures for an answer that costs nothing, on the same cases."""

    name: str
    """`majority` (always what gold says most often), or the name of the answers given."""


class MoveFigure(Value):
    """How often an answer makes one of its persona's moves."""

    id: str
    present: Figure
    """Share of verdicts that answer it with more than an empty phrase."""
    kept: Figure | None = None
    """Share whose answer passes the move's own check; None for a move that has none."""
    check: str = ""
    """What the check looks for, as a noun phrase; empty when the move has none."""


class Band(Value):
    """The verdicts whose score lies in one band, and how many of them gold would ship."""

    low: int
    high: int
    """The band is low ≤ score < high; the last one includes 100."""
    n: int
    mean_score: float | None
    shipped: Figure
    """The share that gold ships."""


class Reliability(Value):
    """Whether a score of 80 ships four times in five."""

    bands: tuple[Band, ...]
    brier: Figure
    """Mean of (score/100 - gold)², gold being 1 for ship; 0.25 for a constant 50."""
    expected_calibration_error: Figure
    """Σ (n in band / n) · |mean score/100 - share shipped|."""


class Counts(Value):
    """Where every answer went."""

    cases: int
    """Cases of the set."""
    scored: int
    """Cases where gold says ship or skip."""
    gold_abstain: int
    missing_gold: int
    """Cases whose label is null or absent."""
    ships: int
    skips: int
    abstained: int
    failed: dict[str, int]
    """Failure reason → how many; malformed answers are `unreadable`."""
    malformed: int
    unanswered: int
    """Cases without an answer; errors in the figures where gold says ship or skip."""
    repeats: int
    """The most answers any case has."""


class Confusion(Value):
    """How often gold said one thing and the panel another."""

    expected: Expected
    ship: int
    skip: int
    abstain: int
    failed: int
    unanswered: int


class Spending(Value):
    """What the answers took, repeats and failures included."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """US dollars; None when any of it has no known price."""
    cost_known: int
    """Answers with a known cost."""
    latency_s: dict[str, float]
    """`p50`, `p90`, `p99` and `max` in seconds, over the answers that say how long they took."""


class PersonaReport(Agreement):
    """How one persona did."""

    ship_rate: Figure
    """Share of ships among votes, whatever gold says."""
    gold_ship_rate: Figure
    """The same share in gold."""
    coverage: Figure
    """Share of cases with a vote where gold says ship or skip."""
    balanced_accuracy_when_voting: Figure
    """Over votes alone: says what an abstention costs, and never stands alone."""
    abstain_recall: Figure
    """Of the cases that say too little, the share on which it abstained."""
    flip_rate: Figure
    """Share of pairs of repeats that disagree, mean over cases with two votes or more."""
    move_coverage: Figure
    """Mean over verdicts of the share of moves made."""
    unsupported_figure_rate: Figure
    """Share of verdicts with at least one figure that the submission does not bear out."""
    moves: tuple[MoveFigure, ...] = ()
    reliability: Reliability | None = None
    """None when no vote has a score."""
    confusion: tuple[Confusion, ...]
    baselines: dict[str, Baseline]
    """`majority` first."""
    counts: Counts
    spending: Spending
    specs: tuple[str, ...] = ()
    persona_digest: str = ""


class PairAgreement(Value):
    """How far two personas go together."""

    a: str
    b: str
    agree: Figure
    """Share of tools on which both vote and say the same."""
    kappa: Figure
    error_correlation: Figure
    """Pearson correlation of their errors against gold (phi)."""


class PanelReport(Agreement):
    """How the panel did: its four verdicts pooled, intervals by cluster."""

    mean_balanced_accuracy: Figure
    """The mean over personas: a persona with few cases weighs as much as another."""
    mean_skip_recall: Figure
    mean_ship_recall: Figure
    ship_rate: Figure
    gold_ship_rate: Figure
    coverage: Figure
    abstain_recall: Figure
    flip_rate: Figure
    """Within-persona disagreement: the mean of the personas' pairs of repeats."""
    between_disagreement: Figure
    """Between-persona disagreement: share of pairs of personas that vote differently on a tool."""
    distinctiveness: Figure
    """Between minus within; above 0 when personas differ by more than their own noise."""
    error_correlation: Figure
    """r̄, the mean over pairs of personas."""
    effective_votes: Figure
    """k / (1 + (k - 1)·r̄)."""
    move_coverage: Figure
    unsupported_figure_rate: Figure
    panel_pct_error: Figure
    """Mean absolute difference of the panel's ship percentage and gold's, in points."""
    panel_pct_error_always_100: Figure
    """The same for whoever says 100 % each time."""
    label_accuracy: Figure
    """Share of tools that get the label (Ship, Mixed, Skip) gold gives them."""
    panel_pct_missing: int
    """Tools without a percentage because too few personas voted; not in the three figures above."""
    pairs: tuple[PairAgreement, ...]
    baselines: dict[str, Baseline]
    spending: Spending


class Disagreement(Value):
    """A case on which a persona did not say what gold says."""

    case: str
    tool: str
    persona: str
    expected: Expected
    decision: Said | Literal["unanswered"]
    score: float | None
    reason: str
    """Why there was no vote; empty for a vote."""
    quote: str
    gold_reason: str
    source: str
    difficulty: str = ""
    language: str = ""


class Group(Value):
    """The same figures over part of the cases."""

    by: Literal["language", "difficulty", "split"]
    name: str
    cases: int
    personas: dict[str, GroupFigures]
    panel: GroupFigures


class GroupFigures(Value):
    """What is worth saying about a few cases."""

    balanced_accuracy: Figure
    ship_recall: Figure
    skip_recall: Figure
    ship_rate: Figure
    coverage: Figure
    abstained: int


class SetCard(Value):
    """Which cases were used."""

    name: str
    digest: str
    split: str | None
    cases: int
    clusters: int
    personas: tuple[str, ...]
    sources: tuple[str, ...]


class Provenance(Value):
    """How the report came to be."""

    version: str
    """The version of shippanel that measured."""
    measured_at: datetime
    answers: str
    """What the answers are called."""
    answers_digest: str
    specs: tuple[str, ...]
    engines: tuple[str, ...]
    served_models: tuple[str, ...]
    persona_digests: dict[str, str]
    baselines: dict[str, str]
    """Name → digest of the answers given for comparison."""
    seed: int
    resamples: int
    confidence: float
    method: str
    """How the intervals were made, in a sentence."""


class Report(Value):
    """What an evaluation found."""

    schema_id: Literal["shippanel.evaluation/1"] = Field(default="shippanel.evaluation/1", alias="schema")
    name: str
    state: Literal["complete", "partial"]
    """`partial` when an answer failed or is absent: the figures then understate the system."""
    notes: tuple[str, ...]
    """What a reader must know first, as plain sentences."""
    golden: SetCard
    personas: dict[str, PersonaReport]
    panel: PanelReport
    groups: tuple[Group, ...]
    disagreements: tuple[Disagreement, ...]
    unknown_cases: dict[str, int]
    """Ids that no case of the set has → how many answers came for them; not in any figure."""
    unknown_personas: dict[str, int]
    """Personas that gold says nothing about → how many answers they gave; not in any figure."""
    provenance: Provenance

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    @property
    def headline(self) -> str:
        """The result as one line, the state first."""
        mean = self.panel.mean_balanced_accuracy
        skip = self.panel.mean_skip_recall
        parts = [
            self.state.upper(),
            f"balanced accuracy {_shown(mean)}",
            f"skip recall {_shown(skip)}",
            f"{self.golden.cases} cases",
        ]
        return " · ".join(parts)


def _shown(figure: Figure) -> str:
    if figure.value is None:
        return "not defined"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} ({figure.low:.2f}–{figure.high:.2f})"


Group.model_rebuild()
