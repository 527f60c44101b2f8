"""The sections of a report on how far decisions are gold's."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from panel.evaluation.render import drawings
from panel.evaluation.render.sheet import (
    Cell,
    Drawings,
    Prose,
    Section,
    Table,
)
from panel.evaluation.render.wording import (
    LABELS,
    cell,
    language,
    plural,
    series,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.evaluation.measured import Measured
    from panel.evaluation.report import Agreement, Figure, GroupFigures, PersonaReport

_SAID = ("said ship", "said skip", "no vote")
AGREEMENT = ("balanced_accuracy", "skip_recall", "ship_recall", "mcc", "kappa")
CHIEF = AGREEMENT[:3]
_PANEL = "Mean of the personas"


def glance(measured: Measured) -> Section:
    """Show each persona's chief figures, and the panel's."""
    report = measured.report
    compared = not measured.is_rubric
    rows = [
        (measured.names[persona], part.balanced_accuracy, _beside(part, compared=compared))
        for persona, part in report.personas.items()
    ]
    table = Table(
        "Each persona on the cases where gold says ship or skip, with intervals of 95 %",
        ("Persona", *(LABELS[name] for name in CHIEF), "Coverage", "Ships", "Gold ships"),
        (
            *(_glance_row(measured.names[persona], part) for persona, part in report.personas.items()),
            (
                Cell(_PANEL, mark="strong"),
                cell(report.panel.mean_balanced_accuracy, "score", "strong"),
                cell(report.panel.mean_skip_recall, "score", "strong"),
                cell(report.panel.mean_ship_recall, "score", "strong"),
                cell(report.panel.coverage, "share"),
                cell(report.panel.ship_rate, "share"),
                cell(report.panel.gold_ship_rate, "share"),
            ),
        ),
    )
    caption = "Filled dot: this run, with its interval. Dashed line: always saying the same."
    other = "offline rubric" if compared and any(row[2] for row in rows) else ""
    if other:
        caption = f"{caption} Open dot: the {other}."
    return Section(
        "glance",
        "At a glance",
        "Balanced accuracy is the headline: the mean of the share of ships and the share of skips found. "
        "Skip recall shows whether a reviewer can say no. No vote where gold decides counts as an error. "
        "The shares in the last row pool the votes of all personas.",
        (Drawings(caption, (drawings.forest(rows, other=other),)), table),
    )


def beside(measured: Measured) -> Section:
    """Set the figures beside those of answers that cost nothing."""
    rows: list[tuple[Cell, ...]] = []
    parts: list[tuple[str, Any]] = [
        (measured.names[persona], part) for persona, part in measured.report.personas.items()
    ]
    parts.append(("All votes pooled", measured.report.panel))
    for name, part in parts:
        rows.append((Cell(name, mark="strong"), *_agreement(part)))
        for known, baseline in part.baselines.items():
            if known == "rubric" and measured.is_rubric:
                continue
            label = "always the more frequent answer" if known == "majority" else "the offline rubric"
            rows.append((Cell(label, mark="quiet"), *_agreement(baseline)))
    blocks: list[Any] = [
        Table(
            "Each persona in this run, and below it the same figures for answers that cost nothing",
            ("Persona", *(LABELS[name] for name in AGREEMENT)),
            tuple(rows),
        )
    ]
    if measured.is_rubric:
        blocks.append(Prose("The run is the offline rubric itself, so it is not repeated here.", "quiet"))
    return Section(
        "beside",
        "Beside what costs nothing",
        "A figure says little alone. Whoever always gives gold's more frequent answer has a balanced "
        "accuracy of 0.50 and an MCC of 0; the offline rubric is free, and "
        "whatever is not has to beat it.",
        tuple(blocks),
    )


def errors(measured: Measured) -> Section:
    """Show where answers went."""
    report = measured.report
    counts = Table(
        "Where every answer went",
        (
            *("Persona", "Cases", "Gold decides", "Gold: too little said", "No gold", "Ship", "Skip"),
            *("Abstained", "Failed", "Malformed", "No answer"),
        ),
        tuple(_counts(measured.names[persona], part) for persona, part in report.personas.items()),
    )
    return Section(
        "errors",
        "Where it goes wrong",
        "Ships where gold skips are flattery, skips where gold ships are severity, and no vote where gold "
        "decides is neither, but an error too.",
        (
            Drawings(
                "Rows are gold's decisions, columns the persona's. Green cells agree, red ones do not; the "
                "fuller the colour, the larger the share of the row.",
                tuple(
                    drawings.confusion(measured.names[persona], part)
                    for persona, part in report.personas.items()
                ),
            ),
            Table(
                "What each persona said where gold ships, and where gold skips",
                ("Persona", *(f"Gold {gold}, {said}" for gold in ("ship", "skip") for said in _SAID)),
                tuple(_confusion(measured.names[persona], part) for persona, part in report.personas.items()),
            ),
            counts,
        ),
    )


def groups(measured: Measured) -> Iterator[Section]:
    """Show parts of the set, where it has several."""
    blocks: list[Any] = []
    for by, found in groupby(measured.report.groups, lambda group: group.by):
        rows = [(group, group.panel) for group in found]
        blocks.append(
            Table(
                f"By {by}, all personas pooled",
                (
                    by.capitalize(),
                    "Cases",
                    "Balanced accuracy",
                    "Skip recall",
                    "Ship recall",
                    "Coverage",
                    "Ships",
                ),
                tuple(
                    _group_row(language(group.name) if by == "language" else group.name, group.cases, part)
                    for group, part in rows
                ),
            )
        )
    apart = measured.apart
    if apart is not None:
        names = series([language(code) for code in apart.languages])
        blocks.append(
            Table(
                f"Apart: without {names}, in which the offline rubric gives no verdict",
                ("Persona", *(LABELS[name] for name in AGREEMENT)),
                tuple(
                    (Cell(measured.names[persona]), *_agreement(part))
                    for persona, part in apart.report.personas.items()
                ),
            )
        )
    if blocks:
        yield Section(
            "groups",
            "Parts of the set",
            "Where the panel is good and where it is not. Few cases make wide intervals; read them as hints.",
            tuple(blocks),
        )


def _beside(part: PersonaReport, *, compared: bool) -> Figure | None:
    rubric = part.baselines.get("rubric")
    return rubric.balanced_accuracy if compared and rubric else None


def _glance_row(name: str, part: PersonaReport) -> tuple[Cell, ...]:
    return (
        Cell(name, part.balanced_accuracy.note if part.balanced_accuracy.value is not None else ""),
        *(cell(getattr(part, each), "score") for each in CHIEF),
        cell(part.coverage, "share"),
        cell(part.ship_rate, "share"),
        cell(part.gold_ship_rate, "share"),
    )


def _agreement(part: Agreement) -> tuple[Cell, ...]:
    return tuple(cell(getattr(part, name), "score") for name in AGREEMENT)


def _confusion(name: str, part: PersonaReport) -> tuple[Cell, ...]:
    found = {row.expected: row for row in part.confusion}
    cells = [Cell(name)]
    for expected in ("ship", "skip"):
        row = found[expected]
        silent = row.abstain + row.failed + row.unanswered
        for said, count in (("ship", row.ship), ("skip", row.skip), ("", silent)):
            cells.append(Cell(f"{count:,}", mark="strong" if said == expected else ""))
    return tuple(cells)


def _counts(name: str, part: PersonaReport) -> tuple[Cell, ...]:
    counts = part.counts
    failed = ", ".join(f"{reason} {count}" for reason, count in counts.failed.items())
    numbers = (
        *(counts.cases, counts.scored, counts.gold_abstain, counts.missing_gold),
        *(counts.ships, counts.skips, counts.abstained),
    )
    return (
        Cell(name, plural(counts.repeats, "repeat") if counts.repeats > 1 else ""),
        *(Cell(f"{count:,}") for count in numbers),
        Cell(f"{sum(counts.failed.values()):,}", failed),
        Cell(f"{counts.malformed:,}"),
        Cell(f"{counts.unanswered:,}"),
    )


def _group_row(name: str, count: int, part: GroupFigures) -> tuple[Cell, ...]:
    return (
        Cell(name),
        Cell(f"{count:,}"),
        cell(part.balanced_accuracy, "score"),
        cell(part.skip_recall, "score"),
        cell(part.ship_recall, "score"),
        cell(part.coverage, "share"),
        cell(part.ship_rate, "share"),
    )
