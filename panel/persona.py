"""Personas and the roster they sit on.

A persona is data: what it asks, how it weighs the answers, when it ships and when it skips. It holds
no code, no template, no path and no key, so that a fifth persona is a fifth file.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field, model_validator

from panel.value import Value, digest

if TYPE_CHECKING:
    from collections.abc import Mapping

MoveSource = Literal["definition", "audience", "rivals", "criteria", "decisive", "flip"]
"""Where the offline reviewer takes a move from: the sentence that says what the tool is, the words that
say whom it is for, the rivals named, the strongest finding among some criteria, the finding that weighs
most in the decision, or the change that would turn the verdict."""
IDENTIFIER = r"^[a-z][a-z0-9-]{0,39}$"


class Signal(Value):
    """A pattern the offline reviewer looks for, sentence by sentence."""

    id: str = Field(pattern=IDENTIFIER)
    finds: tuple[str, ...] = Field(min_length=1, max_length=120)
    """Phrases, matched on whole words without regard to case or hyphens. `*` ends a word stem
    (`integrat*`), `…` allows up to five words between its two sides, none of them a denial, `#` stands for
    a figure and `@` for a capitalised name."""
    unless: tuple[str, ...] = ()
    """Phrases that cancel the signal when they stand in the same sentence."""
    only_in: tuple[str, ...] = ()
    """Sources to look in (`description`, `pricing`, `licence`, `facts`, `evidence.independent`, …). Prose,
    facts and evidence when empty: price and licence have to be named."""
    points: int = Field(ge=-2, le=2)
    """What it adds to the middle score of 2; a hedged sentence counts half."""
    negated: int = Field(default=0, ge=-2, le=2)
    """What it adds when the sentence denies it ("no vendor lock-in"); 0 ignores the sentence."""
    reading: str
    """What the persona makes of it, as one sentence that holds wherever the signal was found."""
    negated_reading: str = ""
    """The same for the denial; required when `negated` is not 0."""

    @model_validator(mode="after")
    def _denial_needs_words(self) -> Self:
        if self.negated and not self.negated_reading:
            raise ValueError("negated_reading: is required when negated is not 0")
        return self


class Anchors(Value):
    """What a score of 0, 2 and 4 looks like."""

    zero: str
    two: str
    four: str


class Silence(Value):
    """What the offline reviewer makes of a submission that says nothing on a criterion."""

    score: int = Field(ge=0, le=4)
    reading: str
    missing: str
    """The fact to ask the submitter for, as a noun phrase."""


class Criterion(Value):
    """One thing the persona weighs."""

    id: str = Field(pattern=IDENTIFIER)
    name: str
    ask: str
    weight: int = Field(ge=1, le=5)
    anchors: Anchors
    remedy: str
    """What would raise a low score, completing "It would …" as an imperative: "publish a price"."""
    decisive: bool = False
    """Whether the offline reviewer takes a 0 here for a skip, whatever the rest adds up to."""
    silence: Silence | None = None
    signals: tuple[Signal, ...] = ()


class OfflineMove(Value):
    """How the offline reviewer answers a move from what it found."""

    source: MoveSource
    criteria: tuple[str, ...] = ()
    """Whose findings may answer the move; all of the persona's when empty."""
    found: str
    """An opening, followed by the finding or by the submission's own words in quotation marks."""
    found_good: str = ""
    """The opening of a finding in the tool's favour, where it differs."""
    found_skip: str = ""
    """The opening under a skip, where it differs."""
    absent: str
    """A whole sentence, said when nothing was found."""


class OfflineVerdict(Value):
    """How the offline reviewer decides, and how it opens its last sentence."""

    ship_at: int = Field(ge=40, le=60)
    """The least score, of 100, that is a ship."""
    ship: str
    skip: str


class Move(Value):
    """A structured answer the persona always gives, in order."""

    id: str = Field(pattern=IDENTIFIER)
    name: str
    ask: str
    kind: Literal["text", "list", "choice"] = "text"
    choices: tuple[str, ...] = ()
    offline: OfflineMove | None = None


class Persona(Value):
    """A reviewer's standards and voice."""

    id: str = Field(pattern=IDENTIFIER)
    name: str
    motto: str
    excited_by: tuple[str, ...] = Field(min_length=1)
    tired_of: tuple[str, ...] = Field(min_length=1)
    voice: str
    moves: tuple[Move, ...] = Field(min_length=3, max_length=8)
    criteria: tuple[Criterion, ...] = Field(min_length=3, max_length=9)
    ship_when: tuple[str, ...] = Field(min_length=1)
    skip_when: tuple[str, ...] = Field(min_length=1)
    offline: OfflineVerdict | None = None

    @model_validator(mode="after")
    def _ids_agree(self) -> Self:
        """Refuse repeated ids, and moves that draw on a criterion the persona does not have."""
        problems = []
        criteria = [criterion.id for criterion in self.criteria]
        moves = [move.id for move in self.moves]
        signals = [signal.id for criterion in self.criteria for signal in criterion.signals]
        for key, ids in (("criteria", criteria), ("moves", moves), ("signals", signals)):
            repeated = sorted({name for name in ids if ids.count(name) > 1})
            problems += [f"{key}: the id {name!r} stands there twice" for name in repeated]
        for move in self.moves:
            drawn = move.offline.criteria if move.offline else ()
            unknown = [name for name in drawn if name not in criteria]
            problems += [f"moves.{move.id}: no criterion is called {name!r}" for name in unknown]
            if (move.kind == "choice") != bool(move.choices):
                problems.append(f"moves.{move.id}: choices go with kind 'choice', and only with it")
        if problems:
            raise ValueError("; ".join(problems))
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what a model reviewer is told; what only the offline reviewer reads is left out."""
        content = self.model_dump(mode="json")
        for criterion in content["criteria"]:
            del criterion["signals"], criterion["silence"], criterion["decisive"]
        for move in content["moves"]:
            del move["offline"]
        del content["offline"]
        return digest(content)

    @cached_property
    def offline_digest(self) -> str:
        """SHA-256 of the whole persona, signals included."""
        return digest(self.model_dump(mode="json"))

    @property
    def works_offline(self) -> bool:
        """Whether the offline reviewer has signals to apply for every criterion and move."""
        criteria = all(criterion.signals and criterion.silence for criterion in self.criteria)
        return criteria and all(move.offline for move in self.moves) and self.offline is not None

    def score(self, scores: Mapping[str, int]) -> float:
        """Weigh criterion scores into one figure.

        Args:
            scores: criterion id → score from 0 to 4, for every criterion of the persona.

        Returns:
            100 · Σ weight·score / (4 · Σ weight), rounded to one decimal; from 0 to 100.
        """
        total = sum(criterion.weight for criterion in self.criteria)
        reached = sum(criterion.weight * scores[criterion.id] for criterion in self.criteria)
        return round(100 * reached / (4 * total), 1)


class Seat(Value):
    """A place on the panel: a persona and the reviewer that plays it."""

    persona: Persona
    spec: str = "rubric"
    """`rubric`, or a model (`openai:MODEL`, `anthropic:MODEL`, …)."""


class Roster(Value):
    """The personas of a panel in order, and how many votes make it speak."""

    seats: tuple[Seat, ...] = Field(min_length=1)
    quorum: int = Field(default_factory=lambda roster: max(1, len(roster["seats"]) - 1), ge=1)
    """Votes needed for a percentage and a label; by default all seats but one, at least one."""

    @model_validator(mode="before")
    @classmethod
    def _no_quorum_given(cls, content: object) -> object:
        """Take a quorum of None for none at all."""
        if isinstance(content, dict) and content.get("quorum", 0) is None:
            return {key: value for key, value in content.items() if key != "quorum"}
        return content

    @model_validator(mode="after")
    def _seats_make_a_panel(self) -> Self:
        ids = [seat.persona.id for seat in self.seats]
        if len(set(ids)) < len(ids):
            raise ValueError("seats: a persona sits on the panel once")
        if self.quorum > len(ids):
            raise ValueError(f"quorum: {self.quorum} votes cannot come from {len(ids)} seats")
        return self

    @property
    def played_by(self) -> str:
        """The reviewer of every seat, or seat by seat where they differ: `dx=SPEC, business=SPEC`."""
        specs = {seat.spec for seat in self.seats}
        if len(specs) == 1:
            return specs.pop()
        return ", ".join(f"{seat.persona.id}={seat.spec}" for seat in self.seats)
