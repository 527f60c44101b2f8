"""A batch as Markdown, safe to paste where Markdown is rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.batch.render.content import HEAD, arrange_batch
from panel.render.markdown import bullets, escape, strong, table

if TYPE_CHECKING:
    from panel.batch.report import BatchReport


def render_batch_markdown(report: BatchReport) -> str:
    """Write a batch as Markdown."""
    sheet = arrange_batch(report)
    rows = [
        [strong(row.word), escape(row.share), escape(row.name), escape(row.about), escape(row.place)]
        for row in sheet.lines
    ]
    blocks = [
        f"# {escape(sheet.headline)}",
        *(escape(text) for text in sheet.about),
        bullets(escape(text) for text in sheet.caveats),
        table(HEAD, rows, figures=[1]) if rows else "",
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"
