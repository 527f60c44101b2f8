"""What a comparison says, block by block and in order, before any format writes it.

`arrange_comparison` turns a comparison into a `CompareSheet`, with every string made visible on one line;
escaping for Markdown, HTML or a terminal is the renderer's own part.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.render import wording
from panel.render.comparison.sections import sections
from panel.render.comparison.sheet import Cell, Column, CompareSheet, Row, Table
from panel.render.content import link_to, map_text, prose
from panel.text import visible

if TYPE_CHECKING:
    from panel.comparison.values import (
        AttributeCell,
        Comparison,
        Contender,
        PersonaRow,
        SeatAnswer,
    )
    from panel.render.sheet import Tone
    from panel.scorecard import Label

NONE = "—"
_PRICES: dict[str, str] = dict([*wording.PRICES.items()])
_TONES: dict[Label | None, Tone] = {"Ship": "ship", "Mixed": "mixed", "Skip": "skip", None: "none"}
_GLYPHS: dict[str, str] = dict([*wording.GLYPHS.items(), ("absent", "·")])
_WORDS: dict[str, str] = dict([*wording.WORDS.items(), ("absent", "NOT SEATED")])


def arrange_comparison(comparison: Comparison) -> CompareSheet:
    """Lay a comparison out as content, with every string made visible on one line."""
    verdict = comparison.recommendation
    winner = next((tool for tool in comparison.tools if tool.slug == verdict.tool), None)
    tone: Tone = "skip" if verdict.outcome == "neither" else "mixed"
    sheet = CompareSheet(
        headline=comparison.headline,
        state=comparison.state,
        tone=_TONES[winner.label] if winner else tone,
        versus=comparison.versus,
        answer=verdict.answer,
        why=verdict.why,
        caveats=tuple(prose(text) for text in verdict.caveats),
        engine_note=_engine_note(comparison),
        columns=tuple(_column(tool) for tool in comparison.tools),
        decision=_decision(comparison),
        personas=_personas(comparison),
        splits=_splits(comparison),
        attributes=_attributes(comparison),
        sections=sections(comparison),
        quotes=_quotes(comparison),
        provenance=_provenance(comparison),
        disclosure=comparison.disclosure,
        version=comparison.version,
    )
    return map_text(sheet, visible)


def _column(tool: Contender) -> Column:
    return Column(
        title=tool.title,
        tagline=prose(tool.tagline),
        link=link_to(tool.url),
        headline=tool.headline,
        tone=_TONES[tool.label],
    )


def _engine_note(comparison: Comparison) -> str:
    engines = {engine for tool in comparison.tools for engine in tool.engines}
    if engines == {"rubric"}:
        return wording.NO_MODEL
    return (
        "Some of these verdicts are the offline rubric's, without a language model"
        if "rubric" in engines
        else ""
    )


def _decision(comparison: Comparison) -> Table:
    tools = comparison.tools
    rows = (
        ("Panel verdict", [_verdict(tool) for tool in tools]),
        ("Panel ship", [Cell(NONE if t.ship_pct is None else f"{t.ship_pct:.1f}%") for t in tools]),
        ("Mean score", [Cell(NONE if t.mean_score is None else f"{t.mean_score:.1f} of 100") for t in tools]),
        ("Community", [Cell(NONE if t.community is None else f"{t.community:.1f}%") for t in tools]),
        ("Price", [Cell(wording.price(tool.pricing)) for tool in tools]),
        ("Best for", [_best_for(tool) for tool in tools]),
        ("Category", [Cell(tool.category or "not said") for tool in tools]),
        ("Reviewed on", [Cell(f"{tool.reviewed_at:%Y-%m-%d}") for tool in tools]),
    )
    return Table(
        "At a glance", "Verdict, price and audience", tuple(Row(term, tuple(cells)) for term, cells in rows)
    )


def _verdict(tool: Contender) -> Cell:
    """The label and the counts; the state first where the panel was not whole."""
    silent = [f"{n} {word}" for n, word in ((tool.abstained, "abstained"), (tool.failed, "failed")) if n]
    counts = ", ".join([f"{tool.ships} ship, {tool.skips} skip", *silent])
    state = "" if tool.state == "complete" else f"{tool.state.replace('-', ' ').upper()} · "
    marks = {"Ship": "ship", "Skip": "skip", "Mixed": "abstained", None: "failed"}
    text = f"{state}{tool.label or 'no verdict'} ({counts})"
    return Cell(text, mark=marks[tool.label])  # type: ignore[arg-type]  # a mark for each label


def _best_for(tool: Contender) -> Cell:
    return Cell(prose(tool.best_for.text)) if tool.best_for else Cell("not said", mark="unknown")


def _personas(comparison: Comparison) -> Table:
    titles = {tool.slug: tool.title for tool in comparison.tools}
    rows = tuple(
        Row(row.name, tuple(_answer(answer) for answer in row.answers), _preference(row, titles))
        for row in comparison.personas
    )
    return Table("Persona by persona", "Verdict and score of each persona", rows, remarks="What follows")


def _answer(answer: SeatAnswer, text: str | None = None) -> Cell:
    figure = answer.reason if answer.score is None else f"{answer.score:.1f} of 100"
    return Cell(
        figure if text is None else text,
        mark=answer.kind,
        glyph=_GLYPHS[answer.kind],
        word=_WORDS[answer.kind],
        aside="" if text is None else figure,
    )


def _preference(row: PersonaRow, titles: dict[str, str]) -> str:
    return f"{f'Prefers {titles[row.winner]}' if row.winner else 'No clear winner'}. {row.why}"


def _splits(comparison: Comparison) -> tuple[str, ...]:
    """Say which personas part the tools, and who dissents within a panel."""
    order = [tool.slug for tool in comparison.tools]
    titles = {tool.slug: tool.title for tool in comparison.tools}

    def named(slugs: tuple[str, ...]) -> str:
        return ", ".join(titles[slug] for slug in sorted(slugs, key=order.index))

    across = [f"{s.name} would ship {named(s.ship)} and skip {named(s.skip)}." for s in comparison.splits]
    within = [f"{tool.title}: {tool.split}" for tool in comparison.tools if tool.split]
    return (*(across or ["No persona would ship one of the tools and skip another."]), *within)


def _attributes(comparison: Comparison) -> Table:
    rows = tuple(
        Row(row.name, tuple(_attribute(row.key, cell) for cell in row.cells), relation=row.relation)
        for row in comparison.attributes
    )
    return Table("Attributes", "What the submissions state, and where it is from", rows)


def _attribute(key: str, cell: AttributeCell) -> Cell:
    notes = tuple(prose(note) for note in cell.notes)
    if cell.value is None:
        return Cell("unknown", mark="unknown", notes=notes)
    value = _PRICES.get(cell.value, cell.value) if key == "pricing-model" else cell.value
    dated = f"as of {cell.as_of}" if cell.as_of else ""
    aside = "; ".join(part for part in (prose(cell.source), dated) if part)
    return Cell(prose(f"{value} {cell.unit}"), aside=aside, notes=notes)


def _quotes(comparison: Comparison) -> Table:
    rows = tuple(
        Row(row.name, tuple(_answer(answer, prose(answer.quote)) for answer in row.answers))
        for row in comparison.personas
    )
    return Table("In the panel's words", "What each persona said of each tool", rows)


def _provenance(comparison: Comparison) -> Table:
    tools = comparison.tools
    rows = (
        ("Reviewed", [Cell(wording.moment(tool.reviewed_at)) for tool in tools]),
        ("Revision", [Cell("not recorded" if t.revision is None else str(t.revision)) for t in tools]),
        ("Run", [Cell(tool.run or "not recorded") for tool in tools]),
        ("Engines", [Cell(", ".join(map(_engine, tool.engines))) for tool in tools]),
        ("Tool digest", [Cell(wording.short(tool.digest)) for tool in tools]),
    )
    return Table("Provenance", "The reviews compared", tuple(Row(term, tuple(cells)) for term, cells in rows))


def _engine(name: str) -> str:
    return "offline rubric" if name == "rubric" else name
