"""The blocks that results of an evaluation come in, in reading order: what its renderers lay out.

Plain data without syntax. Every string on a finished sheet has been made visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from panel.render.sheet import Item

Tone = Literal["ship", "mixed", "skip", "none"]
"""What a headline says at a glance: good, not sure, bad, nothing to say."""
Mark = Literal["", "ship", "skip", "abstained", "failed", "strong", "quiet"]


@dataclass(frozen=True)
class Cell:
    """One entry of a table."""

    text: str
    aside: str = ""
    """What stands beside it in small type: an interval, or why there is no figure."""
    mark: Mark = ""


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of each says what the row is about."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Prose:
    """A paragraph."""

    text: str
    mark: Mark = ""


@dataclass(frozen=True)
class Points:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """Terms and what is said of them."""

    items: tuple[Item, ...]


@dataclass(frozen=True)
class Shape:
    """One mark of a drawing, in its own units."""

    kind: Literal["rect", "line", "circle", "text"]
    x: float
    y: float
    x2: float = 0.0
    """Width of a rect, end of a line, radius of a circle."""
    y2: float = 0.0
    """Height of a rect, end of a line."""
    text: str = ""
    look: str = ""
    """Names of style rules."""
    depth: float = 1.0
    """How opaque a filled area is, from 0 to 1."""


@dataclass(frozen=True)
class Drawing:
    """A plot for formats that can draw; a table beside it says the same in figures."""

    label: str
    """What stands above it: whom or what it is about."""
    title: str
    description: str
    """What the plot shows, for who cannot see it."""
    width: int
    height: int
    shapes: tuple[Shape, ...]


@dataclass(frozen=True)
class Drawings:
    """Plots of one kind, side by side."""

    caption: str
    """How to read them."""
    drawings: tuple[Drawing, ...]


@dataclass(frozen=True)
class Word:
    """A decision as a word with its sign."""

    glyph: str
    text: str
    mark: Mark


@dataclass(frozen=True)
class Entry:
    """A case on which somebody decided otherwise than gold, or otherwise than somebody else."""

    title: str
    about: str
    first_label: str
    first: Word
    second_label: str
    second: Word
    because: str = ""
    quote: str = ""


@dataclass(frozen=True)
class Entries:
    """Cases, all of one kind."""

    title: str
    entries: tuple[Entry, ...]


Block = Table | Prose | Points | Terms | Drawings | Entries


@dataclass(frozen=True)
class Section:
    """Blocks under a title, opened by a sentence on what they tell."""

    anchor: str
    title: str
    lead: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Sheet:
    """A result in reading order."""

    headline: str
    tone: Tone
    title: str
    about: str
    answers: tuple[str, ...]
    """The result in plain sentences."""
    caveats: tuple[str, ...]
    sections: tuple[Section, ...]
    version: str
