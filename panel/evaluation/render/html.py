"""A result as one self-contained HTML page: no script, no request, plots as inline SVG.

The frame and the style are those of a scorecard's page; every value is escaped by the template.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.render.html import render_page

if TYPE_CHECKING:
    from panel.evaluation.render.sheet import Sheet


def render_html(sheet: Sheet, *, encoding: str = "utf-8") -> str:
    """Write a result as a page, in full.

    Args:
        sheet: what to show.
        encoding: what the stream can carry; to one that is not UTF-8 the page is written in ASCII.
    """
    return render_page("evaluation.html", encoding=encoding, sheet=sheet)
