"""A batch as one self-contained HTML page, in the frame and style of the other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.batch.render.content import HEAD, arrange_batch
from panel.render.html import render_page

if TYPE_CHECKING:
    from panel.batch.report import BatchReport


def render_batch_html(report: BatchReport) -> str:
    """Write a batch as a page."""
    sheet = arrange_batch(report)
    return render_page("batch.html", sheet=sheet, head=HEAD, version=sheet.version)
