"""Lines of styled text, laid out for a width in terminal cells and for what a stream can encode.

A line is plain data: the plain renderer drops its styles, the terminal renderer colours them. Nothing
here knows a scorecard, and nothing is ever cut off: what is too long is wrapped.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Style = Literal["", "ship", "skip", "abstained", "failed", "strong", "quiet", "quote", "alert"]

NARROW = 20
"""The least width, in cells, that lines are laid out for."""

_ASCII = {
    **dict(zip("✓✗○■□─·•×«»", '+xo#---*x""', strict=True)),
    **dict(zip("\u2018\u2019\u201c\u201d\u2010\u2011\u2013\u2014\u2212", "''\"\"-----", strict=True)),
    **dict.fromkeys("\u00a0\u2009\u202f", " "),
    "…": "...",
    "→": "->",
    "≥": ">=",
    "≤": "<=",
}


class Span(NamedTuple):
    """A run of text in one style."""

    text: str
    style: Style = ""


@dataclass(frozen=True)
class Line:
    """A paragraph, and what stands before its first and its further rows."""

    spans: tuple[Span, ...]
    lead: tuple[Span, ...] = ()
    """Stands before the first row as it is: an indent, a term padded to its column."""
    hang: str = ""
    """Stands before every further row."""


def line(*spans: Span | str, lead: str | tuple[Span, ...] = "", hang: str | None = None) -> Line:
    """Build a line; a bare string is a span without style.

    Args:
        spans: the text.
        lead: what stands before it.
        hang: what stands before its further rows; a bare `lead` again when None.
    """
    first = (Span(lead),) if isinstance(lead, str) else lead
    later = hang if hang is not None else lead if isinstance(lead, str) else ""
    return Line(tuple(Span(s) if isinstance(s, str) else s for s in spans), first, later)


def cells(text: str) -> int:
    """Count the terminal cells a text takes: East Asian wide characters take two, marks none."""
    return len(text) if text.isascii() else sum(map(_cell, text))


def pad(text: str, width: int) -> str:
    """Fill a text with spaces up to a width in cells."""
    return text + " " * (width - cells(text))


def spell(text: str, encoding: str) -> str:
    """Write a text with characters the encoding has.

    Typographic signs get their ASCII form, accents are dropped, anything else becomes `<U+XXXX>`.
    """
    if encodes(text, encoding):
        return text
    return "".join(_spelled(character, encoding) for character in text)


def encodes(text: str, encoding: str) -> bool:
    """Whether a stream carries the text as it is: Shift JIS, for one, turns a yen sign into a backslash."""
    try:
        return text.encode(encoding).decode(encoding) == text
    except UnicodeError:
        return False


def refer(text: str, encoding: str) -> str:
    """Write the characters an encoding lacks as the numeric references of HTML and Markdown."""
    if encodes(text, encoding):
        return text
    return "".join(c if encodes(c, encoding) else f"&#{ord(c)};" for c in text)


def is_unicode(encoding: str) -> bool:
    """Whether an encoding is UTF-8, by any of its names."""
    return codecs.lookup(encoding).name == "utf-8"


def wrap(content: Line, width: int | None) -> Iterator[tuple[Span, ...]]:
    """Break a line into rows of at most `width` cells, at spaces where there are any.

    Args:
        content: the line.
        width: in cells; None leaves it in one row.
    """
    whole = (*content.lead, *content.spans)
    if width is None or _measure(whole) <= width:
        yield _joined(whole)
        return
    width = max(width, NARROW)
    hang, hung = Span(content.hang), cells(content.hang)
    row, used, empty = [*content.lead], _measure(content.lead), True
    for word in _words(content.spans):
        if not empty and used + 1 + _measure(word) > width:
            yield _joined(row)
            row, used, empty = [hang], hung, True
        if not empty:
            row.append(Span(" ", row[-1].style if row[-1].style == word[0].style else ""))
            used += 1
        for piece in _pieces(word):
            if used + cells(piece.text) > width and used > hung:
                yield _joined(row)
                row, used = [hang], hung
            row.append(piece)
            used += cells(piece.text)
        empty = False
    yield _joined(row)


def _measure(spans: Iterable[Span]) -> int:
    return sum(cells(span.text) for span in spans)


def _words(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """Split spans at spaces; a word keeps the styles of its parts."""
    word: list[Span] = []
    for span in spans:
        first, *rest = span.text.split(" ")
        if first:
            word.append(Span(first, span.style))
        for part in rest:
            if word:
                yield word
            word = [Span(part, span.style)] if part else []
    if word:
        yield word


def _pieces(word: list[Span]) -> Iterator[Span]:
    """Split a word into characters with their marks, so that even an address can be wrapped."""
    for span in word:
        for cluster in re.findall(r".[\u0300-\u036f\u200c\u200d\ufe0e\ufe0f]*", span.text, re.DOTALL):
            yield Span(cluster, span.style)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Merge neighbours of one style, and drop the space at the end of a row."""
    merged: list[Span] = []
    for span in spans:
        if merged and merged[-1].style == span.style:
            merged[-1] = Span(merged[-1].text + span.text, span.style)
        elif span.text:
            merged.append(span)
    if merged:
        merged[-1] = Span(merged[-1].text.rstrip(" "), merged[-1].style)
    return tuple(merged)


def _cell(character: str) -> int:
    if character == "\ufe0f":
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def _spelled(character: str, encoding: str) -> str:
    for candidate in (character, _ASCII.get(character, ""), _base(character)):
        if candidate and encodes(candidate, encoding):
            return candidate
    return f"<U+{ord(character):04X}>"


def _base(character: str) -> str:
    """The letter under an accent; empty when there is none."""
    return "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
