"""A result as plain text, for pipes, files and terminals.

Without a width every paragraph is one line and every table has its columns, so that `grep` and `cut` find
what they look for. Plots are left out: a table beside each says the same.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal

from panel.evaluation.render.sheet import Drawings, Entries, Points, Prose, Table, Terms
from panel.render.content import map_text
from panel.render.lines import Line, Span, cells, line, pad, spell, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from panel.evaluation.render.sheet import Block, Cell, Entry, Mark, Section, Sheet, Tone, Word
    from panel.render.lines import Style
    from panel.render.sheet import Item

Detail = Literal["brief", "full"]
"""`brief` leaves out quotes, gold's reasons and the explanation of terms."""

_BLANK = Line(())
_TONES: dict[Tone, Style] = {"ship": "ship", "skip": "skip", "mixed": "abstained", "none": "strong"}
_MARKS: dict[Mark, Style] = {
    "": "",
    "ship": "ship",
    "skip": "skip",
    "abstained": "abstained",
    "failed": "failed",
    "strong": "strong",
    "quiet": "quiet",
}
_GAP = 2
_ASIDE = 15
"""Cells up to which an aside stays in one row: an interval does, a reason need not."""


def render_plain(
    sheet: Sheet, width: int | None = None, *, encoding: str = "utf-8", detail: Detail = "full"
) -> str:
    """Write a result as plain text.

    Args:
        sheet: what to show.
        width: where to wrap, in terminal cells; None leaves every paragraph on one line.
        encoding: what the stream can carry; signs it lacks are spelled in ASCII.
        detail: how much to show.
    """
    rows = (row for content in lay_out(sheet, width, encoding, detail) for row in wrap(content, width))
    return "".join("".join(span.text for span in row).rstrip() + "\n" for row in rows)


def lay_out(sheet: Sheet, width: int | None, encoding: str, detail: Detail) -> Iterator[Line]:
    """Lay a result out as styled lines, in characters that the encoding has."""
    spelled = map_text(sheet, lambda text: spell(text, encoding))
    for content in _sheet(spelled, width, full=detail == "full"):
        yield replace(
            content,
            spans=tuple(Span(spell(text, encoding), style) for text, style in content.spans),
            lead=tuple(Span(spell(text, encoding), style) for text, style in content.lead),
        )


def _sheet(sheet: Sheet, width: int | None, *, full: bool) -> Iterator[Line]:
    yield line(Span(sheet.headline, _TONES[sheet.tone]))
    yield _BLANK
    yield line(Span(sheet.title, "strong"))
    if sheet.about:
        yield line(Span(sheet.about, "quiet"))
    if sheet.answers:
        yield _BLANK
        yield from (line(text) for text in sheet.answers)
    if sheet.caveats:
        yield _BLANK
        yield line(Span("Read this first", "alert"))
        yield from (line(text, lead="  - ", hang="    ") for text in sheet.caveats)
    for section in sheet.sections:
        if full or section.anchor != "glossary":
            yield from _section(section, width, full=full)


def _section(section: Section, width: int | None, *, full: bool) -> Iterator[Line]:
    yield _BLANK
    yield line(Span(section.title, "strong"))
    if section.lead and full:
        yield line(Span(section.lead, "quiet"), lead="  ")
    for block in section.blocks:
        yield from _block(block, width, full=full)


def _block(block: Block, width: int | None, *, full: bool) -> Iterator[Line]:
    if isinstance(block, Drawings):
        return
    if isinstance(block, Table):
        yield _BLANK
        yield line(Span(block.caption, "quiet"), lead="  ")
        yield from _table(block, width)
    elif isinstance(block, Prose):
        yield line(Span(block.text, _MARKS[block.mark]), lead="  ")
    elif isinstance(block, Points):
        yield from (line(text, lead="  - ", hang="    ") for text in block.texts)
    elif isinstance(block, Terms):
        yield from _terms(block.items, width)
    elif isinstance(block, Entries):
        yield _BLANK
        yield line(Span(block.title, "strong"), lead="  ")
        for entry in block.entries:
            yield from _entry(entry, full=full)


def _table(table: Table, width: int | None) -> Iterator[Line]:
    rows = [[_joined(cell) for cell in row] for row in table.rows]
    broad = [max(cells(row[column]) for row in [table.head, *rows]) for column in range(len(table.head))]
    if width is not None and sum(broad) + _GAP * len(broad) > width:
        narrow = _narrow(table)
        fits = sum(narrow) + _GAP * len(narrow) <= width
        yield from _grid(table, narrow) if fits else _stacked(table)
        return
    yield Line((), (Span("  " + _row(table.head, broad), "quiet"),))
    for row, texts in zip(table.rows, rows, strict=True):
        spans = [Span("  ")]
        for at, (cell, text, size) in enumerate(zip(row, texts, broad, strict=True)):
            last = at == len(row) - 1
            spans.append(Span(text if last else pad(text, size + _GAP), _MARKS[cell.mark]))
        yield Line((), tuple(spans))


def _row(texts: Sequence[str], broad: Sequence[int]) -> str:
    padded = [pad(text, size) for text, size in zip(texts, broad, strict=True)]
    return (" " * _GAP).join(padded).rstrip()


def _narrow(table: Table) -> list[int]:
    """Work out how broad columns are when heads, first cells and asides are broken at spaces."""
    widths = []
    for column, title in enumerate(table.head):
        cell_widths = [cells(word) for word in title.split(" ")]
        for row in table.rows:
            cell = row[column]
            cell_widths += map(cells, cell.text.split(" ") if column == 0 else [cell.text])
            cell_widths += map(cells, cell.aside.split(" ") if len(cell.aside) > _ASIDE else [cell.aside])
        widths.append(max(cell_widths))
    return widths


def _grid(table: Table, widths: Sequence[int]) -> Iterator[Line]:
    """Set cells side by side, each over as many rows as it needs."""
    yield from _side_by_side([[line(Span(title, "quiet"))] for title in table.head], widths)
    for row in table.rows:
        blocks = [
            [
                line(Span(cell.text, _MARKS[cell.mark])),
                *([line(Span(cell.aside, "quiet"))] if cell.aside else []),
            ]
            for cell in row
        ]
        yield from _side_by_side(blocks, widths)


def _side_by_side(blocks: Sequence[Sequence[Line]], widths: Sequence[int]) -> Iterator[Line]:
    broken = [
        [row for part in block for row in _broken(part, width)]
        for block, width in zip(blocks, widths, strict=True)
    ]
    for rows in zip_longest(*broken, fillvalue=()):
        spans = [Span("  ")]
        for row, width in zip(rows, widths, strict=True):
            spans += [*row, Span(" " * (width + _GAP - sum(cells(span.text) for span in row)))]
        yield Line((), tuple(spans))


def _broken(part: Line, width: int) -> Iterator[tuple[Span, ...]]:
    """Break a cell at spaces; `wrap` is for lines and knows no width this small."""
    for span in part.spans:
        row = ""
        for word in span.text.split(" "):
            if row and cells(f"{row} {word}") > width:
                yield (Span(row, span.style),)
                row = word
            else:
                row = f"{row} {word}".strip()
        yield (Span(row, span.style),)


def _stacked(table: Table) -> Iterator[Line]:
    for first, *others in table.rows:
        yield line(Span(_joined(first), "strong"), lead="  ", hang="    ")
        for title, cell in zip(table.head[1:], others, strict=True):
            told = Span(_joined(cell), _MARKS[cell.mark])
            yield line(Span(f"{title}: ", "quiet"), told, lead="    ", hang="      ")


def _joined(cell: Cell) -> str:
    return f"{cell.text} ({cell.aside})" if cell.aside else cell.text


def _terms(items: Iterable[Item], width: int | None) -> Iterator[Line]:
    listed = list(items)
    broad = max((cells(item.term) for item in listed), default=0)
    stacked = width is not None and broad + 30 > width
    for item in listed:
        if stacked:
            yield line(Span(f"{item.term}: ", "quiet"), item.text, lead="  ", hang="    ")
            continue
        lead = Span(f"  {pad(item.term, broad)}  ", "quiet")
        yield line(item.text, lead=(lead,), hang=" " * (broad + 4))


def _entry(entry: Entry, *, full: bool) -> Iterator[Line]:
    yield line(
        Span(entry.title, "strong"),
        f": {entry.first_label} ",
        _word(entry.first),
        f", {entry.second_label} ",
        _word(entry.second),
        Span(f"  ({entry.about})", "quiet"),
        lead="  - ",
        hang="    ",
    )
    if full and entry.because:
        yield line(f"{entry.first_label}: {entry.because}", lead="    ")
    if full and entry.quote:
        yield line(Span(f"\u201c{entry.quote}\u201d", "quote"), lead="    ")


def _word(word: Word) -> Span:
    return Span(f"{word.glyph} {word.text}", _MARKS[word.mark])
