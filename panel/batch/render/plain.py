"""A batch as lines of text: styled on a terminal, plain off it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.batch.render.content import arrange_batch
from panel.render.lines import Line, Span, line, pad

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.batch.render.content import BatchLine
    from panel.batch.report import BatchReport

SQUARES = 10
"""Squares of the bar that shows a panel percentage."""
ROOMY = 64
"""The least width, in cells, at which a row has its bar."""
_BLANK = Line(())


def lay_out_batch(report: BatchReport, width: int | None, height: int | None = None) -> Iterator[Line]:
    """Lay a batch out as styled lines.

    Args:
        report: what to show.
        width: of the terminal, in cells; None off a terminal.
        height: of the terminal, in rows; where the table is longer, the result stands below it once more.
    """
    sheet = arrange_batch(report)
    headline = line(Span(sheet.headline, "ship" if sheet.tone == "ship" else "alert"))
    yield headline
    yield from (line(Span(text, "quiet")) for text in sheet.about)
    if sheet.caveats:
        yield _BLANK
        yield from (line(text, lead="- ", hang="  ") for text in sheet.caveats)
    yield _BLANK
    words = max((len(row.word) for row in sheet.lines), default=0)
    for row in sheet.lines:
        yield _row(row, words, roomy=width is None or width >= ROOMY)
    if height is not None and len(sheet.lines) > height:
        yield _BLANK
        yield headline


def _row(row: BatchLine, words: int, *, roomy: bool) -> Line:
    style = row.mark
    lead = [Span(pad(row.word, words), style), Span(f"  {row.share:>6}  ")]
    if roomy:
        filled = 0 if row.pct is None else round(row.pct / 100 * SQUARES)
        bar = " " * SQUARES if row.pct is None else "■" * filled + "□" * (SQUARES - filled)
        lead.append(Span(f"{bar}  ", style))
    hang = " " * (sum(len(span.text) for span in lead) if roomy else 2)
    name = [Span(row.name, "strong"), Span(" · ")] if row.name else []
    return line(*name, row.about, Span(f" · {row.place}", "quiet"), lead=tuple(lead), hang=hang)
