"""A comparison as one self-contained HTML page, in the frame and style of a scorecard's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.render.comparison.content import arrange_comparison
from panel.render.html import render_page

if TYPE_CHECKING:
    from panel.comparison import Comparison


def render_comparison_html(comparison: Comparison, *, encoding: str = "utf-8") -> str:
    """Write a comparison as a page, in full.

    Args:
        comparison: what to show.
        encoding: what the stream can carry; to one that is not UTF-8 the page is written in ASCII.
    """
    return render_page("comparison.html", encoding=encoding, sheet=arrange_comparison(comparison))
