"""A scorecard on a terminal: the lines of the plain renderer, with weight and colour.

Rich gets `Text` objects only, never markup, emoji codes or links, and every string in them has been
made visible before. Colour repeats what a word already says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from panel.render.lines import wrap
from panel.render.plain import lay_out

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from panel.render.content import Detail
    from panel.render.lines import Line, Span, Style
    from panel.scorecard import Scorecard

MEASURE = 96
"""The widest a line gets, in cells, however wide the terminal is."""

STYLES: dict[Style, str] = {
    "": "",
    "ship": "bold green",
    "skip": "bold red",
    "abstained": "bold yellow",
    "failed": "bold magenta",
    "strong": "bold",
    "quiet": "dim",
    "quote": "italic",
    "alert": "bold yellow",
}


def print_card(card: Scorecard, console: Console, *, detail: Detail = "brief") -> None:
    """Print a scorecard on a console, wrapped to its width."""
    width = min(console.width, MEASURE)
    print_lines(lay_out(card, width, console.encoding, detail), console, width)


def print_lines(content: Iterable[Line], console: Console, width: int) -> None:
    """Print laid-out lines in their styles."""
    for part in content:
        for row in wrap(part, width):
            console.print(_styled(row), soft_wrap=True, markup=False, emoji=False, highlight=False)


def _styled(row: Iterable[Span]) -> Text:
    text = Text()
    for span in row:
        text.append(span.text, STYLES[span.style])
    return text
