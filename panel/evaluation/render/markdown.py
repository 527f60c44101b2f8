"""A result as Markdown, safe to paste into an issue or a pull request. Plots are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.evaluation.render.sheet import Drawings, Entries, Points, Prose, Table, Terms
from panel.render.lines import refer
from panel.render.markdown import bullets, escape, strong, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.evaluation.render.sheet import Block, Cell, Entry, Sheet


def render_markdown(sheet: Sheet, *, encoding: str = "utf-8") -> str:
    """Write a result as Markdown, in full.

    Args:
        sheet: what to show.
        encoding: what the stream can carry; characters it lacks are written as references.
    """
    return refer("\n\n".join(block for block in _sheet(sheet) if block) + "\n", encoding)


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield f"# {escape(sheet.headline)}"
    yield strong(sheet.title)
    yield escape(sheet.about)
    yield from (escape(text) for text in sheet.answers)
    if sheet.caveats:
        yield "## Read this first"
        yield bullets(escape(text) for text in sheet.caveats)
    for section in sheet.sections:
        yield f"## {escape(section.title)}"
        yield escape(section.lead)
        for block in section.blocks:
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Drawings):
        return
    if isinstance(block, Table):
        yield f"*{escape(block.caption)}*"
        yield table(
            [escape(title) for title in block.head], [[_cell(cell) for cell in row] for row in block.rows]
        )
    elif isinstance(block, Prose):
        yield escape(block.text)
    elif isinstance(block, Points):
        yield bullets(escape(text) for text in block.texts)
    elif isinstance(block, Terms):
        yield bullets(f"{strong(item.term)}: {escape(item.text)}" for item in block.items)
    elif isinstance(block, Entries):
        yield f"### {escape(block.title)}"
        for entry in block.entries:
            yield from _entry(entry)


def _cell(cell: Cell) -> str:
    text = strong(cell.text) if cell.mark == "strong" else escape(cell.text)
    return f"{text} ({escape(cell.aside)})" if cell.aside else text


def _entry(entry: Entry) -> Iterator[str]:
    words = (
        f"{escape(entry.first_label)} {entry.first.glyph} {escape(entry.first.text)}, "
        f"{escape(entry.second_label)} {entry.second.glyph} {escape(entry.second.text)}"
    )
    yield f"{strong(entry.title)}: {words} ({escape(entry.about)})"
    yield f"{escape(entry.first_label.capitalize())}: {escape(entry.because)}" if entry.because else ""
    yield f"> \u201c{escape(entry.quote)}\u201d" if entry.quote else ""
