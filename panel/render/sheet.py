"""The blocks a scorecard's content comes in, in reading order: what renderers lay out.

Plain data without syntax. `content.arrange` fills it, and every string on it has been made visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from panel.render import wording

if TYPE_CHECKING:
    from panel.render.wording import Kind
    from panel.scorecard import State

Tone = Literal["ship", "mixed", "skip", "none"]
"""What a label says at a glance; `none` without quorum."""


@dataclass(frozen=True)
class Item:
    """A term and what is said of it."""

    term: str
    text: str


@dataclass(frozen=True)
class Link:
    """An address as text, and as a link target when it may be one."""

    text: str
    href: str
    """Empty unless the address is plain http or https."""


@dataclass(frozen=True)
class Cited:
    """Words of the submission, and where they stand in it."""

    text: str
    source: str


@dataclass(frozen=True)
class Bar:
    """A criterion's score."""

    name: str
    weight: int
    score: int
    """From 0 to 4."""
    because: str
    cited: tuple[Cited, ...]


@dataclass(frozen=True)
class SeatBlock:
    """One reviewer's answer; the fields its kind has no use for are empty."""

    kind: Kind
    anchor: str
    """A name for addresses within the page, made from the seat's place on the panel."""
    name: str
    score: float | None
    quote: str
    reason: str
    detail: str
    flips: tuple[str, ...]
    missing: tuple[str, ...]
    moves: tuple[Item, ...]
    bars: tuple[Bar, ...]
    reused: bool

    @property
    def glyph(self) -> str:
        """The sign that stands before the word."""
        return wording.GLYPHS[self.kind]

    @property
    def word(self) -> str:
        """The decision, in capitals."""
        return wording.WORDS[self.kind]


@dataclass(frozen=True)
class Note:
    """A finding, by the name of its rule."""

    rule: str
    where: str
    excerpt: str
    detail: str
    loud: bool
    """Whether it also stands at the top."""


@dataclass(frozen=True)
class Reply:
    """What a reviewer said after reading the others; no vote."""

    name: str
    said: str
    """Whether it stays, in a few words."""
    quote: str
    notes: tuple[Note, ...]
    """What was noticed in this answer."""


@dataclass(frozen=True)
class Source:
    """A piece of evidence, as a list names it."""

    id: str
    title: str
    link: Link
    kind: str
    date: str


@dataclass(frozen=True)
class StabilityRow:
    """How often one persona answered the same."""

    name: str
    samples: int
    ships: int
    skips: int
    abstained: int
    failed: int
    flip_rate: str

    @property
    def counts(self) -> tuple[int, ...]:
        """Samples, ships, skips, abstentions, failures."""
        return (self.samples, self.ships, self.skips, self.abstained, self.failed)


@dataclass(frozen=True)
class Sheet:
    """A scorecard's content in reading order."""

    headline: str
    state: State
    tone: Tone
    name: str
    tagline: str
    about: tuple[str, ...]
    link: Link
    engine_note: str
    state_note: str
    split: str
    mean_score: str
    seats: tuple[SeatBlock, ...]
    notes: tuple[Note, ...]
    replies: tuple[Reply, ...]
    stability: tuple[StabilityRow, ...]
    sources: tuple[Source, ...]
    provenance: tuple[Item, ...]
    totals: tuple[Item, ...]
    disclosure: tuple[str, ...]

    @property
    def alerts(self) -> tuple[Note, ...]:
        """The findings a reader should see first."""
        return tuple(note for note in self.notes if note.loud)
