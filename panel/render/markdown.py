"""A scorecard as Markdown (CommonMark with tables), safe to paste where Markdown is rendered.

Text of the card never becomes structure: `escape` disarms every character that could start a block,
an element, a link or a template tag, so that a hostile card has the outline of a harmless one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from panel.render import wording
from panel.render.content import arrange
from panel.render.lines import refer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from panel.render.sheet import Bar, Item, Link, Note, Reply, SeatBlock, Sheet, Source, StabilityRow
    from panel.scorecard import Scorecard

_ENTITIES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;", "{": "&#123;", "}": "&#125;"},
)
_ACTIVE = re.compile(r"[\\`*_\[\]#~$]")
_OPENING = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))")
_JOINER = "&#8288;"
"""A word joiner, written as an entity: it has no width and no processor links an address across it.

A backslash would not do: some processors look for addresses after they have resolved escapes.
"""
_ADDRESS = re.compile(
    r"(?<=/)(?=/)|(?<=www)(?=\.)|(?<=@)(?=\w)"
    r"|(?<=\w\.)(?!js|ts|go)(?=(?:[^\W\d_]{2}|com|net|org|edu|gov|biz|pro|web|xxx|info|name|shop|"
    r"aero|asia|coop|museum)\b)",
    re.IGNORECASE,
)
"""The places where a processor may see an address: `//`, `www.`, `@`, and a dot before what could be a
top-level domain (file names in `.md` and `.py` among them; `.js`, `.ts` and `.go` are none)."""


def render_markdown(card: Scorecard, *, encoding: str = "utf-8") -> str:
    """Write a scorecard as Markdown, in full.

    Args:
        card: what to show.
        encoding: what the stream can carry; characters it lacks are written as references.
    """
    text = "\n\n".join(block for block in _sheet(arrange(card)) if block) + "\n"
    return refer(text, encoding)


def escape(text: str) -> str:
    """Write one line of untrusted text so that Markdown shows it and does nothing else with it."""
    flat = " ".join(text.split())
    plain = _ACTIVE.sub(r"\\\g<0>", flat).translate(_ENTITIES)
    plain = _OPENING.sub(lambda match: f"{match[1]}\\" if match[1].isdigit() else f"\\{match[1]}", plain)
    return _ADDRESS.sub(_JOINER, plain)


def strong(text: str) -> str:
    """Escape and embolden a text; nothing when it is empty."""
    shown = escape(text)
    return f"**{shown}**" if shown else ""


def link(address: Link) -> str:
    """Write an address, as a link when it may be one."""
    return f"<{address.href}>" if address.href else escape(address.text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, figures: Iterable[int] = ()) -> str:
    """Write a table of cells that are Markdown already.

    Args:
        head: one title per column.
        rows: the cells.
        figures: the columns that hold figures, aligned to the right.
    """
    right = set(figures)
    rule = ["---:" if column in right else "---" for column in range(len(head))]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def bullets(texts: Iterable[str]) -> str:
    """Write a list of texts that are Markdown already."""
    return "\n".join(f"- {text}" for text in texts)


def _sheet(sheet: Sheet) -> Iterator[str]:
    yield from _head(sheet)
    for seat in sheet.seats:
        yield from _seat(seat)
    yield "## Mean score"
    yield escape(sheet.mean_score)
    yield from _section("Findings", [_note(note) for note in sheet.notes])
    if sheet.replies:
        yield f"## {wording.AFTERWARDS}"
        yield wording.NO_VOTES
        yield bullets(_reply(reply) for reply in sheet.replies)
    if sheet.stability:
        yield "## Stability"
        yield _stability(sheet.stability)
    yield from _section("Evidence", [_source(source) for source in sheet.sources])
    yield from _section("Provenance", [_item(item) for item in sheet.provenance])
    yield from _section("Totals", [_item(item) for item in sheet.totals])
    yield "## Disclosure"
    yield from (escape(text) for text in sheet.disclosure)


def _head(sheet: Sheet) -> Iterator[str]:
    yield f"# {escape(sheet.headline)}"
    yield ": ".join(part for part in (strong(sheet.name), escape(sheet.tagline)) if part)
    yield " · ".join(escape(phrase) for phrase in sheet.about)
    yield link(sheet.link)
    yield f"*{escape(sheet.engine_note)}*" if sheet.engine_note else ""
    yield escape(sheet.split)
    yield strong(sheet.state_note)
    yield bullets(f"Read first: {_note(note)}" for note in sheet.alerts)


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield f"## {title}"
        yield bullets(lines)


def _seat(seat: SeatBlock) -> Iterator[str]:
    figure = "no vote" if seat.score is None else f"{seat.score:.1f} of 100"
    yield f"## {seat.glyph} {seat.word} · {escape(seat.name)} · {figure}"
    yield f"*Verdict {wording.REUSED}.*" if seat.reused else ""
    yield strong(seat.reason)
    yield escape(seat.detail)
    yield f"> “{escape(seat.quote)}”" if seat.quote else ""
    yield bullets(_item(move) for move in seat.moves)
    for title, texts in ((wording.FLIPS, seat.flips), (wording.MISSING, seat.missing)):
        if texts:
            yield f"### {title}"
            yield bullets(escape(text) for text in texts)
    if seat.bars:
        yield "### Criteria"
        head = ("Criterion", "Weight", "Score", "Because", "Cited words")
        yield table(head, [_bar(bar) for bar in seat.bars], figures=[1])


def _bar(bar: Bar) -> tuple[str, ...]:
    cited = "; ".join(f"“{escape(cited.text)}” ({escape(cited.source)})" for cited in bar.cited)
    score = f"{wording.bar(bar.score)} {bar.score} of 4"
    return (escape(bar.name), str(bar.weight), score, escape(bar.because), cited)


def _note(note: Note) -> str:
    detail = f": {escape(note.detail)}" if note.detail else ""
    excerpt = f" “{escape(note.excerpt)}”" if note.excerpt else ""
    return f"{strong(note.rule)} ({escape(note.where)}){detail}{excerpt}"


def _reply(reply: Reply) -> str:
    quote = f" “{escape(reply.quote)}”" if reply.quote else ""
    notes = "".join(f" ({_note(note)})" for note in reply.notes)
    return f"{strong(reply.name)}: {escape(reply.said)}.{quote}{notes}"


def _stability(rows: Iterable[StabilityRow]) -> str:
    head = ("Persona", *(column.capitalize() for column in wording.STABILITY))
    cells = [(escape(row.name), *map(str, row.counts), escape(row.flip_rate)) for row in rows]
    return table(head, cells, figures=range(1, len(head)))


def _source(source: Source) -> str:
    facts = ", ".join(part for part in (link(source.link), source.kind, escape(source.date)) if part)
    return f"{strong(source.id)} {escape(source.title)} ({facts})"


def _item(item: Item) -> str:
    return f"{strong(item.term)}: {escape(item.text)}"
