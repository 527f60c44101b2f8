"""What a comparison holds, block by block.

Everything that belongs to one tool stands in a tuple in the order of the tools compared, or names its
tool by slug. Everything else reads the same whatever that order is. Words quoted from a card are as
untrusted here as they were there.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict, Field

from panel.scorecard import Label, State
from panel.tool import Pricing
from panel.value import Value
from panel.verdict import Citation

AnswerKind = Literal["ship", "skip", "abstained", "failed", "absent"]
"""`absent` when the persona did not sit on that tool's panel."""
WinnerBasis = Literal["decision", "margin", "too-close", "no-vote", "not-comparable"]
"""A winner by its decision or by its score; none because the scores are close, because a vote is missing,
or because the answers were given by different standards."""
Relation = Literal["same", "differs", "unknown"]
"""`unknown` when at least one side does not say."""
Outcome = Literal["winner", "no-clear-winner", "neither"]
Rivalry = Literal["yes", "no", "unknown"]
ReasonBasis = Literal["job", "deployment", "platforms", "licence", "price", "criterion"]
CheckBasis = Literal["contradiction", "claim", "bill", "attribute", "missing", "condition"]


class Contender(Value):
    """One of the tools compared: its column of the decision table, and which review it comes from."""

    slug: str
    name: str
    title: str
    """The name, with the slug behind it where two of the tools share the name."""
    tagline: str
    category: str
    url: str
    headline: str
    """The scorecard's headline, the state first."""
    state: State
    label: Label | None
    ship_pct: float | None
    """From 0 to 100; None without quorum."""
    ships: int
    skips: int
    abstained: int
    failed: int
    seats: int
    quorum: int
    mean_score: float | None
    """From 0 to 100; None without a verdict."""
    community: float | None = None
    """Share of visitors who would ship it, from 0 to 100; None as long as nobody has voted."""
    pricing: Pricing
    licence: str
    best_for: Citation | None
    """Whom the submission says it is for, in its words; None when it does not say."""
    split: str
    """Who stands against the majority of its panel; empty when nobody does."""
    reviewed_at: datetime
    revision: int | None
    run: str | None
    digest: str
    """SHA-256 of the content that was reviewed."""
    engines: tuple[str, ...]


class SeatAnswer(Value):
    """What one persona said of one tool."""

    kind: AnswerKind
    score: float | None = None
    """From 0 to 100; None without a vote."""
    reason: str = ""
    """Why there is no vote; empty when there is one."""
    quote: str = ""


class PersonaRow(Value):
    """One persona's answers side by side, and which tool it prefers."""

    persona: str
    name: str
    answers: tuple[SeatAnswer, ...]
    """In the order of the tools."""
    winner: str | None
    """The slug of the tool that beats each other one; None when there is no clear winner."""
    basis: WinnerBasis
    why: str
    """The basis as a sentence."""


class Split(Value):
    """A persona that would ship some of the tools and skip others."""

    persona: str
    name: str
    ship: tuple[str, ...]
    skip: tuple[str, ...]


class AttributeCell(Value):
    """What one submission states of an attribute."""

    value: str | None
    """None when it does not say."""
    unit: str = ""
    source: str = ""
    as_of: date | None = None
    notes: tuple[str, ...] = ()
    """Findings that concern it, as sentences."""


class AttributeRow(Value):
    """An attribute across the tools."""

    key: str
    name: str
    relation: Relation
    cells: tuple[AttributeCell, ...]
    """In the order of the tools."""


class Reason(Value):
    """A condition under which a reader should choose a tool, and what it rests on."""

    basis: ReasonBasis
    condition: str
    """Completes "Choose it if …"."""
    because: str = ""
    """What sets it apart from the others, as sentences."""
    citations: tuple[Citation, ...] = ()


class Choice(Value):
    """When to choose one tool rather than the others."""

    tool: str
    reasons: tuple[Reason, ...]


class Alternatives(Value):
    """What a submission names beside its own tool."""

    tool: str
    names: tuple[str, ...]
    """As the submission spells them; empty when it names none."""
    citations: tuple[Citation, ...] = ()


class Limit(Value):
    """Something a tool does not do, or does badly, on the submission's own words."""

    because: str = ""
    """A persona's reading of the words; empty when they speak for themselves."""
    persona: str | None = None
    citations: tuple[Citation, ...]


class Limits(Value):
    """The structural limits of one tool."""

    tool: str
    limits: tuple[Limit, ...]


class MissingFacts(Value):
    """What one persona looked for and did not find."""

    persona: str
    name: str
    facts: tuple[str, ...]


class Unknowns(Value):
    """What the panel does not know of one tool."""

    tool: str
    attributes: tuple[str, ...]
    """Names of attributes that matter to most buyers and that the submission does not state."""
    missing: tuple[MissingFacts, ...]


class Check(Value):
    """Something to test or ask before committing."""

    basis: CheckBasis
    todo: str
    citations: tuple[Citation, ...] = ()


class Checklist(Value):
    """What to test of one tool."""

    tool: str
    checks: tuple[Check, ...]


class Recommendation(Value):
    """Which tool to ship with, why, and what stands between that answer and a decision."""

    outcome: Outcome
    tool: str | None
    """The slug of the winner."""
    answer: str
    """The answer as one sentence."""
    why: str
    rivals: Rivalry
    """Whether the submissions show the tools to be alternatives of each other."""
    caveats: tuple[str, ...]
    """What the panel does not know, the weightiest first."""


class Comparison(Value):
    """Two to five scorecards side by side, and what can be said of them together."""

    schema_id: Literal["shippanel.comparison/1"] = Field(default="shippanel.comparison/1", alias="schema")
    state: State
    """The worst state among the scorecards."""
    tools: tuple[Contender, ...] = Field(min_length=2, max_length=5)
    recommendation: Recommendation
    personas: tuple[PersonaRow, ...]
    splits: tuple[Split, ...]
    attributes: tuple[AttributeRow, ...]
    choices: tuple[Choice, ...]
    alternatives: tuple[Alternatives, ...]
    limits: tuple[Limits, ...]
    unknowns: tuple[Unknowns, ...]
    checklists: tuple[Checklist, ...]
    disclosure: tuple[str, ...]
    version: str
    """The version of shippanel that compared them."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    @property
    def versus(self) -> str:
        """The tools' names in the order compared."""
        return " vs ".join(tool.title for tool in self.tools)

    @property
    def headline(self) -> str:
        """The result as one line, the state first: every renderer opens with it."""
        said = {
            "winner": self.recommendation.answer.removesuffix("."),
            "no-clear-winner": "No clear winner",
            "neither": "Neither" if len(self.tools) == 2 else "None of them",
        }[self.recommendation.outcome]
        return f"{self.state.replace('-', ' ').upper()} · {said}"
