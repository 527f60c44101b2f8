"""A scorecard as plain text, for pipes, files and terminals without style.

Without a width every paragraph is one line, so that `grep` finds whole sentences. `lay_out` is shared
with the terminal renderer, which adds colour to the same lines.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from panel.render import wording
from panel.render.content import Detail, arrange, map_text
from panel.render.lines import Line, Span, cells, line, pad, spell, wrap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from panel.render.lines import Style
    from panel.render.sheet import Bar, Item, Note, Reply, SeatBlock, Sheet, Source, StabilityRow, Tone
    from panel.scorecard import Scorecard

STACKED = 60
"""Below this width, in cells, columns become rows."""
_BLANK = Line(())


def render_plain(
    card: Scorecard, width: int | None = None, *, encoding: str = "utf-8", detail: Detail = "full"
) -> str:
    """Write a scorecard as plain text.

    Args:
        card: what to show.
        width: where to wrap, in terminal cells; None leaves every paragraph on one line.
        encoding: what the stream can carry; signs it lacks are spelled in ASCII.
        detail: how much to show.
    """
    rows = (row for content in lay_out(card, width, encoding, detail) for row in wrap(content, width))
    return "".join("".join(span.text for span in row) + "\n" for row in rows)


def lay_out(card: Scorecard, width: int | None, encoding: str, detail: Detail) -> Iterator[Line]:
    """Lay a scorecard out as styled lines, in characters that the encoding has."""
    sheet = map_text(arrange(card), lambda text: spell(text, encoding))
    for content in _sheet(sheet, width, full=detail == "full"):
        yield replace(
            content,
            spans=tuple(Span(spell(text, encoding), style) for text, style in content.spans),
            lead=tuple(Span(spell(text, encoding), style) for text, style in content.lead),
        )


def _sheet(sheet: Sheet, width: int | None, *, full: bool) -> Iterator[Line]:
    yield from _head(sheet)
    for seat in sheet.seats:
        yield _BLANK
        yield from _seat(seat, width, full=full)
    yield _BLANK
    yield line(Span("Mean score", "strong"), f" {sheet.mean_score}")
    yield from _section("Findings", (part for note in sheet.notes for part in _note(note)))
    yield from _section(wording.AFTERWARDS, _replies(sheet.replies))
    yield from _section("Stability", _stability(sheet.stability, width))
    yield from _section("Evidence", (part for source in sheet.sources for part in _source(source)))
    yield from _section("Provenance", _items(sheet.provenance, width))
    yield from _section("Totals", _items(sheet.totals, width))
    yield from _section("Disclosure", (line(text, lead="  ") for text in sheet.disclosure))


def _head(sheet: Sheet) -> Iterator[Line]:
    yield line(Span(sheet.headline, _TONE_STYLES[sheet.tone]))
    yield _BLANK
    yield line(Span(sheet.name, "strong"), *([f": {sheet.tagline}"] if sheet.tagline else []))
    yield line(Span(" · ".join(sheet.about), "quiet"))
    if sheet.link.text:
        yield line(Span(sheet.link.text, "quiet"))
    if sheet.engine_note:
        yield line(Span(sheet.engine_note, "quiet"))
    if sheet.split or sheet.state_note or sheet.alerts:
        yield _BLANK
    if sheet.split:
        yield line(sheet.split)
    if sheet.state_note:
        yield line(Span(sheet.state_note, "alert"))
    for note in sheet.alerts:
        yield line(Span(f"! {note.rule}", "alert"), f" ({note.where})", *_told(note), hang="  ")


_TONE_STYLES: dict[Tone, Style] = {"ship": "ship", "skip": "skip", "mixed": "abstained", "none": "failed"}


def _seat(seat: SeatBlock, width: int | None, *, full: bool) -> Iterator[Line]:
    yield _seat_title(seat, width)
    if seat.reason:
        yield line(Span(seat.reason, seat.kind), lead="  ")
    if seat.detail:
        yield line(seat.detail, lead="  ")
    if seat.quote:
        yield line(Span(f"“{seat.quote}”", "quote"), lead="  ")
    if full and seat.moves:
        yield _BLANK
        yield from (line(Span(f"{m.term}: ", "strong"), m.text, lead="  ", hang="    ") for m in seat.moves)
    if seat.flips or seat.missing:
        yield _BLANK
    yield from _bullets(wording.FLIPS, seat.flips)
    yield from _bullets(wording.MISSING, seat.missing)
    if seat.bars:
        yield _BLANK
        broad = max(cells(bar.name) for bar in seat.bars)
        for bar in seat.bars:
            yield from _bar(bar, broad, width, full=full)


def _seat_title(seat: SeatBlock, width: int | None) -> Line:
    figure = "no vote" if seat.score is None else f"{seat.score:.1f} of 100"
    title = f"{seat.glyph} {seat.word}"
    reused = " · re-used" if seat.reused else ""
    used = cells(f"{title}  {seat.name}  {figure}{reused}")
    rule = "" if width is None or used + 2 > width else "─" * (width - used) + " "
    return line(
        Span(title, seat.kind),
        "  ",
        Span(seat.name, "strong"),
        "  " if width is None or not rule else " ",
        Span(rule, "quiet"),
        Span(figure, "strong"),
        Span(reused, "quiet"),
    )


def _bullets(title: str, texts: Iterable[str]) -> Iterator[Line]:
    for place, text in enumerate(texts):
        if not place:
            yield line(Span(title, "strong"), lead="  ")
        yield line(text, lead="  - ", hang="    ")


def _bar(bar: Bar, broad: int, width: int | None, *, full: bool) -> Iterator[Line]:
    figure = f"{wording.bar(bar.score)}  {bar.score} of 4  "
    weight = Span(f"weight {bar.weight}", "quiet")
    if width is not None and (width < STACKED or broad + 28 > width):
        yield line(bar.name, lead="  ")
        yield line(weight, lead=(Span(f"    {figure}"),))
    else:
        yield line(weight, lead=(Span(f"  {pad(bar.name, broad)}  {figure}"),))
    if full:
        yield line(bar.because, lead="    ")
        for cited in bar.cited:
            yield line(Span(f"“{cited.text}”", "quote"), f" ({cited.source})", lead="      ")


def _section(title: str, content: Iterable[Line]) -> Iterator[Line]:
    """A titled section; nothing at all when there is nothing in it."""
    for place, part in enumerate(content):
        if not place:
            yield _BLANK
            yield line(Span(title, "strong"))
        yield part


def _note(note: Note) -> Iterator[Line]:
    style: Style = "alert" if note.loud else "strong"
    yield line(Span(note.rule, style), f" ({note.where})", *_told(note), lead="  ", hang="    ")


def _replies(replies: tuple[Reply, ...]) -> Iterator[Line]:
    if replies:
        yield line(Span(wording.NO_VOTES, "quiet"), lead="  ")
    for reply in replies:
        yield line(Span(reply.name, "strong"), f": {reply.said}", lead="  ", hang="    ")
        if reply.quote:
            yield line(Span(f"“{reply.quote}”", "quote"), lead="    ")
        for note in reply.notes:
            yield line(Span(note.rule, "alert"), *_told(note), lead="    ", hang="      ")


def _told(note: Note) -> list[Span | str]:
    told: list[Span | str] = [f": {note.detail}"] if note.detail else []
    return [*told, " ", Span(f"“{note.excerpt}”", "quote")] if note.excerpt else told


def _stability(rows: tuple[StabilityRow, ...], width: int | None) -> Iterator[Line]:
    if not rows:
        return
    head = ["", *wording.STABILITY]
    table = [[row.name, *map(str, row.counts), row.flip_rate] for row in rows]
    broad = [max(cells(row[column]) for row in [head, *table]) for column in range(len(head))]
    if width is not None and sum(broad) + 2 * len(broad) > width:
        for name, *values in table:
            said = ", ".join(f"{column} {value}" for column, value in zip(head[1:], values, strict=True))
            yield line(Span(name, "strong"), f": {said}", lead="  ", hang="    ")
        return
    for place, row in enumerate([head, *table]):
        text = "  ".join(pad(value, size) for value, size in zip(row, broad, strict=True)).rstrip()
        yield line(lead=(Span(f"  {text}", "" if place else "quiet"),))


def _source(source: Source) -> Iterator[Line]:
    facts = ", ".join(part for part in (source.link.text, source.kind, source.date) if part)
    yield line(Span(source.id, "strong"), f" {source.title} ({facts})", lead="  ", hang="     ")


def _items(items: tuple[Item, ...], width: int | None) -> Iterator[Line]:
    stacked = width is not None and width < STACKED
    broad = 0 if stacked else max(cells(item.term) for item in items)
    for item in items:
        term = Span(f"  {item.term}: " if stacked else f"  {pad(item.term, broad)}  ", "quiet")
        yield line(item.text, lead=(term,), hang=" " * (broad + 4))
