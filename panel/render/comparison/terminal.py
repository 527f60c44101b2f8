"""A comparison on a terminal: the lines of the plain renderer, with weight and colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.render.comparison.plain import lay_out_comparison
from panel.render.terminal import print_lines

if TYPE_CHECKING:
    from rich.console import Console

    from panel.comparison import Comparison

MEASURE = 120
"""The widest a line gets, in cells: two columns of prose, however wide the terminal is."""


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print a comparison on a console, laid out for its width."""
    width = min(console.width, MEASURE)
    print_lines(lay_out_comparison(comparison, width, console.encoding), console, width)
