"""A comparison as Markdown (CommonMark with tables), safe to paste where Markdown is rendered.

Every text passes `panel.render.markdown.escape`, so that a hostile submission adds nothing to the outline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.render.comparison.content import arrange_comparison
from panel.render.lines import refer
from panel.render.markdown import bullets, escape, link, strong, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.comparison import Comparison
    from panel.render.comparison.sheet import Cell, Column, CompareSheet, Point, Row, Section, Table


def render_comparison_markdown(comparison: Comparison, *, encoding: str = "utf-8") -> str:
    """Write a comparison as Markdown, in full.

    Args:
        comparison: what to show.
        encoding: what the stream can carry; characters it lacks are written as references.
    """
    text = "\n\n".join(block for block in _sheet(arrange_comparison(comparison)) if block) + "\n"
    return refer(text, encoding)


def _sheet(sheet: CompareSheet) -> Iterator[str]:
    yield f"# {escape(sheet.headline)}"
    yield strong(sheet.versus)
    yield f"*{escape(sheet.engine_note)}*" if sheet.engine_note else ""
    yield " ".join(part for part in (strong(sheet.answer), escape(sheet.why)) if part)
    if sheet.caveats:
        yield "## Before you decide"
        yield bullets(escape(text) for text in sheet.caveats)
    yield from _table(sheet.decision, sheet.columns)
    yield bullets(_tool(column) for column in sheet.columns if column.tagline or column.link.text)
    yield from _table(sheet.personas, sheet.columns)
    yield "## Where the panels split"
    yield bullets(escape(text) for text in sheet.splits)
    yield from _table(sheet.attributes, sheet.columns)
    for section in sheet.sections:
        yield from _section(section)
    yield from _quotes(sheet.quotes, sheet.columns)
    yield from _table(sheet.provenance, sheet.columns)
    yield "## Disclosure"
    yield from (escape(text) for text in sheet.disclosure)


def _tool(column: Column) -> str:
    said = (escape(column.tagline), link(column.link) if column.link.text else "")
    return f"{strong(column.title)}: {' · '.join(part for part in said if part)}"


def _table(content: Table, columns: Sequence[Column]) -> Iterator[str]:
    yield f"## {content.title}"
    yield table(
        ["", *(escape(column.title) for column in columns), *([content.remarks] if content.remarks else [])],
        [
            [_term(row), *map(_cell, row.cells), *([escape(row.remark)] if content.remarks else [])]
            for row in content.rows
        ],
    )


def _term(row: Row) -> str:
    return f"{strong(row.term)} *({row.relation})*" if row.relation else strong(row.term)


def _cell(cell: Cell) -> str:
    word = f"{cell.glyph} {cell.word} · " if cell.word else ""
    aside = f" *({escape(cell.aside)})*" if cell.aside else ""
    notes = "".join(f" **Note:** {escape(note)}" for note in cell.notes)
    return f"{word}{escape(cell.text)}{aside}{notes}"


def _section(section: Section) -> Iterator[str]:
    yield f"## {section.title}"
    yield escape(section.opening)
    for group in section.groups:
        yield f"### {escape(group.heading)}"
        yield bullets(_point(point) for point in group.points)


def _point(point: Point) -> str:
    detail = f". {escape(point.detail)}" if point.detail else ""
    cited = "; ".join(f"“{escape(cited.text)}” ({escape(cited.source)})" for cited in point.cited)
    return f"{escape(point.text)}{detail}{f' {cited}' if cited else ''}"


def _quotes(content: Table, columns: Sequence[Column]) -> Iterator[str]:
    yield f"## {content.title}"
    for row in content.rows:
        yield f"### {escape(row.term)}"
        words = [f"{cell.glyph} {cell.word} · {escape(cell.aside)}" for cell in row.cells]
        quotes = [f"“{escape(cell.text)}”" if cell.text else "" for cell in row.cells]
        yield table([escape(column.title) for column in columns], [words, quotes])
