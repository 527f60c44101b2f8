"""The blocks a comparison's content comes in, in reading order: what its renderers lay out.

Plain data without syntax. `content.arrange_comparison` fills it, and every string on it has been made
visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from panel.render.sheet import Cited, Link, Tone
    from panel.scorecard import State

Mark = Literal["", "ship", "skip", "abstained", "failed", "absent", "unknown"]
"""What a cell says at a glance; empty where it is only text."""


@dataclass(frozen=True)
class Column:
    """One of the tools."""

    title: str
    tagline: str
    link: Link
    headline: str
    tone: Tone


@dataclass(frozen=True)
class Cell:
    """What a table says of one tool."""

    text: str
    mark: Mark = ""
    glyph: str = ""
    word: str = ""
    aside: str = ""
    """Where it is from; empty when that needs no saying."""
    notes: tuple[str, ...] = ()
    """What was found about it."""


@dataclass(frozen=True)
class Row:
    """A line of a table: one cell per tool, and what they come to."""

    term: str
    cells: tuple[Cell, ...]
    remark: str = ""
    """A sentence on the whole row; empty where there is none."""
    relation: str = ""
    """Whether the cells agree, in a word; empty where that is no question."""


@dataclass(frozen=True)
class Table:
    """Rows under a title."""

    title: str
    caption: str
    rows: tuple[Row, ...]
    remarks: str = ""
    """What the remarks are, as a column's head; empty when no row has one."""


@dataclass(frozen=True)
class Point:
    """One item of a list, and the words it rests on."""

    text: str
    detail: str = ""
    cited: tuple[Cited, ...] = ()


@dataclass(frozen=True)
class Group:
    """The points that concern one tool."""

    heading: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Section:
    """A question, answered for each tool in turn."""

    title: str
    groups: tuple[Group, ...]
    """One per tool, in the order of the columns."""
    opening: str = ""


@dataclass(frozen=True)
class CompareSheet:
    """A comparison's content in reading order."""

    headline: str
    state: State
    tone: Tone
    versus: str
    answer: str
    why: str
    caveats: tuple[str, ...]
    engine_note: str
    columns: tuple[Column, ...]
    decision: Table
    personas: Table
    splits: tuple[str, ...]
    attributes: Table
    sections: tuple[Section, ...]
    quotes: Table
    provenance: Table
    disclosure: tuple[str, ...]
    version: str
