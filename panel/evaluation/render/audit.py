"""What audits found, block by block and in order, before any format writes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from panel import __version__
from panel.evaluation.render import drawings, record
from panel.evaluation.render.sheet import (
    Cell,
    Drawings,
    Entries,
    Entry,
    Points,
    Prose,
    Section,
    Sheet,
    Table,
    Terms,
)
from panel.evaluation.render.wording import MINUS, NONE, cell, plural, word
from panel.render.content import map_text, prose
from panel.render.sheet import Item
from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from panel.evaluation.audits.catalogue import Measure
    from panel.evaluation.audits.results import (
        AttackCount,
        AuditFigures,
        AuditReport,
        AuditResult,
        Moved,
        Outcome,
    )
    from panel.evaluation.render.sheet import Mark, Tone
    from panel.evaluation.render.wording import Unit

_TONES: dict[int, Tone] = {0: "ship", 3: "mixed", 100: "skip"}
_WORDS: dict[Outcome, tuple[str, Mark]] = {
    "pass": ("passed", "ship"),
    "fail": ("failed", "skip"),
    "inconclusive": ("not sure", "abstained"),
    "abstained": ("abstained", "abstained"),
    "not run": ("not run", "quiet"),
}
_MEASURES: dict[Measure, tuple[str, Unit]] = {
    "ship_rate_change": ("change of the ship rate", "shift"),
    "flip_rate": ("votes that flip", "share"),
    "success_rate": ("orders that are followed", "share"),
}
"""Measure → what it is called, and its unit."""
_MEANINGS = {
    "Ship rate": "The share of ships among the cases on which the persona voted both times.",
    "Flip": "A ship that became a skip, or a skip that became a ship. An abstention is no flip, and is "
    "counted apart.",
    "Noise": "The share of pairs of answers to one and the same text that differ. With --repeat it is known, "
    "and flips count beyond it.",
    "Allowed": "The threshold, which --threshold changes. An audit fails when the figure surely exceeds it, "
    "and passes when it surely does not or when not one vote changed.",
    "Not sure": "Neither can be said from so few cases. More cases, or repeats, would tell.",
    "Abstained, not run": "Nothing could be compared. Neither is a pass.",
}


def arrange_audit(report: AuditReport, names: Mapping[str, str]) -> Sheet:
    """Lay out what audits found as content, with every string made visible on one line."""
    split = f", split {report.golden.split}" if report.golden.split else ""
    name = "The offline rubric" if report.provenance.specs == ("rubric",) else report.provenance.answers
    sheet = Sheet(
        headline=report.headline,
        tone="mixed" if report.state == "partial" else _TONES[report.status],
        title=f"{name}, audited on the set {report.golden.name}{split}",
        about=(
            "Every case was put to the same persona twice: as it stands, and with one thing changed that "
            "says nothing about the tool. A reviewer to be trusted answers both alike."
        ),
        answers=tuple(_answers(report)),
        caveats=report.notes,
        sections=(
            _glance(report),
            *(
                section
                for result in report.audits.values()
                if result.figures is not None
                for section in _audit(result, result.figures, names)
            ),
            Section("glossary", "What the words mean", "", (Terms(_items(_MEANINGS)),)),
            record.spending(report.spending, report.answers),
            record.provenance(report.provenance, report.golden, names),
        ),
        version=__version__,
    )
    return map_text(sheet, lambda text: visible(prose(text)))


def _answers(report: AuditReport) -> Iterator[str]:
    yield report.reason
    for result in report.audits.values():
        if result.outcome == "fail":
            yield f"{result.title}: {_signed(result.reason)}"


def _glance(report: AuditReport) -> Section:
    rows = tuple(_row(result) for result in report.audits.values())
    head = ("Audit", "Outcome", "Found", "Allowed", "To ship", "To skip", "Cases")
    drawn = [
        result for result in report.audits.values() if result.measured and result.measured.value is not None
    ]
    plot = Drawings(
        "Each figure with its interval, in points or per cent; the tinted band is what is allowed.",
        (
            drawings.shifts(
                [
                    (
                        result.title,
                        result.measured,
                        _MEASURES[result.measure][1],
                        (-result.threshold if result.measure == "ship_rate_change" else 0, result.threshold),
                    )
                    for result in drawn
                    if result.measured
                ]
            ),
        ),
    )
    return Section(
        "glance",
        "At a glance",
        "Found is what the change did; Allowed is how far it may go. To ship and To skip count the votes "
        "that turned.",
        (*([plot] if drawn else []), Table("What each change did", head, rows)),
    )


def _row(result: AuditResult) -> tuple[Cell, ...]:
    said, mark = _WORDS[result.outcome]
    name, unit = _MEASURES[result.measure]
    first = Cell(result.title, name)
    if result.measured is None or result.figures is None:
        return (first, Cell(said, mark=mark), *(Cell(NONE) for _ in range(4)), Cell("0"))
    counts = result.figures.counts
    either = "\u00b1" if unit == "shift" else ""
    return (
        first,
        Cell(said, mark=mark),
        cell(result.measured, unit),
        Cell(f"{either}{100 * result.threshold:g} {'points' if either else '%'}"),
        Cell(f"{counts.to_ship:,}"),
        Cell(f"{counts.to_skip:,}"),
        Cell(f"{result.cases:,}"),
    )


def _audit(result: AuditResult, figures: AuditFigures, names: Mapping[str, str]) -> Iterator[Section]:
    said, _ = _WORDS[result.outcome]
    blocks: list[Any] = [
        Prose(_signed(result.reason), "strong"),
        _figures(result, figures, names),
        _answered(result, figures, names),
    ]
    if result.attacks:
        blocks += [
            _attacks("By kind of order", result.attacks),
            _attacks("By where it stands", result.places),
        ]
    if result.moved:
        blocks.append(_moved(result.moved, names))
    if result.left_out:
        blocks.append(_left_out(result.left_out))
    yield Section(result.audit, f"{result.title}: {said}", result.change, tuple(blocks))


def _figures(result: AuditResult, figures: AuditFigures, names: Mapping[str, str]) -> Table:
    columns: list[tuple[str, str, Unit]] = [
        ("Ships before", "ship_rate", "share"),
        ("Ships after", "ship_rate_changed", "share"),
        ("Difference", "ship_rate_change", "shift"),
        ("Score difference", "score_change", "gain"),
        ("Flips", "flip_rate", "share"),
    ]
    if figures.noise.value is not None:
        columns.append(("Noise", "noise", "share"))
    if figures.success_rate is not None:
        columns.append(("Orders followed", "success_rate", "share"))
    rows = tuple(
        (Cell(name, mark=mark), *(cell(getattr(part, field), unit) for _, field, unit in columns))
        for name, part, mark in _parts(result, figures, names)
    )
    return Table("Ship rates and what changed", ("Persona", *(title for title, _, _ in columns)), rows)


def _answered(result: AuditResult, figures: AuditFigures, names: Mapping[str, str]) -> Table:
    fields = (
        "compared",
        "to_ship",
        "to_skip",
        "abstained_instead",
        "voted_instead",
        "abstained_both",
        "lost",
    )
    head = ("Two votes", "To ship", "To skip", "Vote lost", "Vote gained", "Abstained twice", "Failed")
    rows = tuple(
        (Cell(name, mark=mark), *(Cell(f"{getattr(part.counts, field):,}") for field in fields))
        for name, part, mark in _parts(result, figures, names)
    )
    return Table("Where the pairs of answers went", ("Persona", *head), rows)


def _parts(
    result: AuditResult, figures: AuditFigures, names: Mapping[str, str]
) -> Iterator[tuple[str, AuditFigures, Mark]]:
    for persona, part in result.personas.items():
        yield names.get(persona, persona), part, ""
    yield "All together", figures, "strong"


def _attacks(caption: str, counts: Sequence[AttackCount]) -> Table:
    rows = tuple(
        (
            Cell(each.name.replace("-", " ")),
            Cell(f"{each.tried:,}"),
            Cell(f"{each.succeeded:,}", mark="skip" if each.succeeded else ""),
            Cell(f"{each.backfired:,}"),
        )
        for each in counts
    )
    return Table(caption, ("Order", "Answers to win", "Followed", "Turned against it"), rows)


def _moved(moved: Sequence[Moved], names: Mapping[str, str]) -> Entries:
    return Entries(f"Answers that changed: {len(moved):,}", tuple(_entry(each, names) for each in moved))


def _entry(each: Moved, names: Mapping[str, str]) -> Entry:
    scores = ""
    if each.score_before is not None and each.score_after is not None:
        scores = f"score {each.score_before:.0f} to {each.score_after:.0f}"
    order = f"{each.attack} in {each.place.replace('-', ' ')}, asks for {each.asked}" if each.attack else ""
    facts = (each.case, names.get(each.persona, each.persona), scores, order)
    return Entry(
        title=each.tool,
        about=" · ".join(fact for fact in facts if fact),
        first_label="as it stands",
        first=word(each.before),
        second_label="changed",
        second=word(each.after),
    )


def _left_out(left_out: Mapping[str, str]) -> Points:
    reasons: dict[str, list[str]] = {}
    for case, reason in left_out.items():
        reasons.setdefault(reason, []).append(case)
    return Points(
        tuple(
            f"{plural(len(cases), 'case')} left out, {reason}: {', '.join(cases)}."
            for reason, cases in reasons.items()
        )
    )


def _signed(reason: str) -> str:
    """Write the figures of a sentence with a true minus, as tables do."""
    return re.sub(r"(?<!\w)-(?=\d)", MINUS, reason)


def _items(meanings: Mapping[str, str]) -> tuple[Item, ...]:
    return tuple(Item(term, meaning) for term, meaning in meanings.items())
