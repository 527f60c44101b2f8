"""A comparison as plain text, for pipes, files and terminals without style.

Where the width allows it the tools stand side by side; below that, and without a width, one below the
other. `lay_out_comparison` is shared with the terminal renderer, which adds colour to the same lines.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from panel.render.comparison.content import arrange_comparison
from panel.render.content import map_text
from panel.render.lines import NARROW, Line, Span, cells, line, spell, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from panel.comparison import Comparison
    from panel.render.comparison.sheet import Cell, Column, CompareSheet, Group, Mark, Point, Row, Table
    from panel.render.lines import Style
    from panel.render.sheet import Tone

GAP = 2
"""Cells between two columns."""
READABLE = 34
"""The least width, in cells, of a column that holds a quote."""
_BLANK = Line(())
_MARKS: dict[Mark, Style] = {
    "": "",
    "ship": "ship",
    "skip": "skip",
    "abstained": "abstained",
    "failed": "failed",
    "absent": "quiet",
    "unknown": "quiet",
}
_TONES: dict[Tone, Style] = {"ship": "ship", "skip": "skip", "mixed": "abstained", "none": "failed"}


def render_comparison_plain(
    comparison: Comparison, width: int | None = None, *, encoding: str = "utf-8"
) -> str:
    """Write a comparison as plain text.

    Args:
        comparison: what to show.
        width: where to wrap, in terminal cells; None leaves every paragraph on one line.
        encoding: what the stream can carry; signs it lacks are spelled in ASCII.
    """
    laid_out = lay_out_comparison(comparison, width, encoding)
    rows = (row for content in laid_out for row in wrap(content, width))
    return "".join("".join(span.text for span in row) + "\n" for row in rows)


def lay_out_comparison(comparison: Comparison, width: int | None, encoding: str) -> Iterator[Line]:
    """Lay a comparison out as styled lines, in characters that the encoding has."""
    sheet = map_text(arrange_comparison(comparison), lambda text: spell(text, encoding))
    for content in _sheet(sheet, width):
        yield replace(
            content,
            spans=tuple(Span(spell(text, encoding), style) for text, style in content.spans),
            lead=tuple(Span(spell(text, encoding), style) for text, style in content.lead),
        )


def _sheet(sheet: CompareSheet, width: int | None) -> Iterator[Line]:
    yield from _head(sheet)
    yield from _table(sheet.decision, sheet.columns, width)
    yield from _table(sheet.personas, sheet.columns, width)
    yield from _title("Where the panels split")
    yield from (line(text, lead="  - ", hang="    ") for text in sheet.splits)
    yield from _table(sheet.attributes, sheet.columns, width)
    for section in sheet.sections:
        yield from _title(section.title)
        if section.opening:
            yield line(section.opening, lead="  ")
        for place, group in enumerate(section.groups):
            if place:
                yield _BLANK
            yield from _group(group)
    yield from _quotes(sheet.quotes, sheet.columns, width)
    yield from _table(sheet.provenance, sheet.columns, width)
    yield from _title("Disclosure")
    yield from (line(text, lead="  ") for text in sheet.disclosure)


def _head(sheet: CompareSheet) -> Iterator[Line]:
    yield line(Span(sheet.headline, _TONES[sheet.tone]))
    yield _BLANK
    yield line(Span(sheet.versus, "strong"))
    if sheet.engine_note:
        yield line(Span(sheet.engine_note, "quiet"))
    yield _BLANK
    yield line(Span(sheet.answer, "strong"), f" {sheet.why}")
    if sheet.caveats:
        yield _BLANK
        yield line(Span("Before you decide", "alert"))
        yield from (line(text, lead="  - ", hang="    ") for text in sheet.caveats)


def _title(text: str) -> Iterator[Line]:
    yield _BLANK
    yield line(Span(text, "strong"))


def _table(table: Table, columns: Sequence[Column], width: int | None) -> Iterator[Line]:
    yield from _title(table.title)
    broad = _column_width(len(columns), width, NARROW + GAP)
    if broad < NARROW:
        for row in table.rows:
            yield from _stacked(row, columns)
        return
    widths = [NARROW, *[broad] * len(columns)]
    yield from _grid([[], *([line(Span(column.title, "quiet"))] for column in columns)], widths)
    for row in table.rows:
        term = [line(row.term), *([line(Span(row.relation, "quiet"))] if row.relation else [])]
        yield from _grid([term, *(list(_cell(cell)) for cell in row.cells)], widths)
        if row.remark:
            yield line(Span(row.remark, "quiet"), lead=" " * (NARROW + GAP))


def _column_width(count: int, width: int | None, before: int) -> int:
    """How many cells each of `count` columns gets after what stands `before` them; 0 without a width."""
    return 0 if width is None else (width - before - GAP * (count - 1)) // count


def _grid(parts: Sequence[Sequence[Line]], widths: Sequence[int]) -> Iterator[Line]:
    """Set blocks of lines side by side."""
    blocks = [
        [row for content in part for row in wrap(content, width)]
        for part, width in zip(parts, widths, strict=True)
    ]
    for rows in zip_longest(*blocks, fillvalue=()):
        spans: list[Span] = []
        for row, width in zip(rows, widths, strict=True):
            spans += [*row, Span(" " * (width + GAP - sum(cells(span.text) for span in row)))]
        while spans and not spans[-1].text.strip():
            spans.pop()
        yield Line((), tuple(spans))


def _cell(cell: Cell) -> Iterator[Line]:
    style = _MARKS[cell.mark]
    if cell.word:
        yield line(Span(f"{cell.glyph} {cell.word}", style), f"  {cell.text}")
    else:
        yield line(Span(cell.text, style))
    if cell.aside:
        yield line(Span(f"({cell.aside})", "quiet"))
    yield from (line(Span("! ", "alert"), note, hang="  ") for note in cell.notes)


def _stacked(row: Row, columns: Sequence[Column]) -> Iterator[Line]:
    remark = row.remark or row.relation
    yield line(row.term, *([Span(f" · {remark}", "quiet")] if remark else []), lead="  ", hang="    ")
    for column, cell in zip(columns, row.cells, strict=True):
        word: list[Span | str] = (
            [Span(f"{cell.glyph} {cell.word}", _MARKS[cell.mark]), "  "] if cell.word else []
        )
        said = Span(cell.text, "" if word else _MARKS[cell.mark])
        aside = [Span(f" ({cell.aside})", "quiet")] if cell.aside else []
        yield line(Span(f"{column.title}: ", "quiet"), *word, said, *aside, lead="    ", hang="      ")
        yield from (line(Span("! ", "alert"), note, lead="      ", hang="        ") for note in cell.notes)


def _group(group: Group) -> Iterator[Line]:
    yield line(Span(group.heading, "strong"), lead="  ")
    for point in group.points:
        yield from _point(point)


def _point(point: Point) -> Iterator[Line]:
    detail = [f". {point.detail}"] if point.detail else []
    yield line(point.text, *detail, lead="  - ", hang="    ")
    for cited in point.cited:
        yield line(Span(f"“{cited.text}”", "quote"), f" ({cited.source})", lead="      ")


def _quotes(table: Table, columns: Sequence[Column], width: int | None) -> Iterator[Line]:
    yield from _title(table.title)
    broad = _column_width(len(columns), width, 0)
    for place, row in enumerate(table.rows):
        if place:
            yield _BLANK
        yield line(Span(row.term, "strong"))
        blocks = [list(_quote(column, cell)) for column, cell in zip(columns, row.cells, strict=True)]
        if broad < READABLE:
            yield from _indented(part for block in blocks for part in block)
        else:
            yield from _grid(blocks, [broad] * len(columns))


def _quote(column: Column, cell: Cell) -> Iterator[Line]:
    yield line(Span(column.title, "quiet"))
    yield line(Span(f"{cell.glyph} {cell.word}", _MARKS[cell.mark]), f"  {cell.aside}")
    if cell.text:
        yield line(Span(f"“{cell.text}”", "quote"))


def _indented(content: Iterable[Line]) -> Iterator[Line]:
    for part in content:
        yield replace(part, lead=(Span("  "), *part.lead), hang=f"  {part.hang}")
