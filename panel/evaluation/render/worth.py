"""The sections of a report on what scores, members and quotes are worth."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, Any

from panel.evaluation.render import drawings
from panel.evaluation.render.sheet import (
    Cell,
    Drawings,
    Prose,
    Section,
    Table,
    Terms,
)
from panel.evaluation.render.wording import (
    NONE,
    cell,
    number,
    plural,
    shown,
)
from panel.render.sheet import Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.evaluation.measured import Measured


def scores(measured: Measured) -> Section:
    """Show what scores are worth."""
    report, votes = measured.report, measured.first
    cases = {case.id: case for case in measured.golden.cases}
    scored = [persona for persona, part in report.personas.items() if part.reliability is not None]
    lead = (
        "Every verdict has a score from 0 to 100. It is worth something when tools that deserve a ship score "
        "higher than others, and when the score can be read as a chance."
    )
    if not scored:
        return Section("scores", "What the scores are worth", lead, (Prose("No vote has a score.", "quiet"),))
    plots = tuple(
        drawings.reliability(measured.names[persona], found)
        for persona in scored
        if (found := report.personas[persona].reliability) is not None
    )
    strips = tuple(
        drawings.strips(
            measured.names[persona],
            [(cases[case], a) for (who, case), a in votes.items() if who == persona and case in cases],
            persona,
        )
        for persona in scored
    )
    return Section(
        "scores",
        "What the scores are worth",
        lead,
        (
            Drawings(
                "Each dot is a verdict: green where it shipped, red and hollow where it skipped.", strips
            ),
            Drawings(
                "From left to right the score, from bottom to top the share that gold ships; the number of "
                "cases stands beside each dot. On the dashed line a score is a true chance.",
                plots,
            ),
            Table(
                "Scores, and what gold says of the cases that got them",
                (
                    "Persona",
                    "Median score of gold's ships",
                    "Of its skips",
                    "Brier score",
                    "Calibration error",
                ),
                tuple(_score_row(measured, persona) for persona in scored),
            ),
            _bands(measured, scored),
            Prose(
                "The Brier score is 0 for a prophet and 0.25 for whoever always says 50. The calibration "
                "error is the mean distance between the score of a band and the share of it that gold ships.",
                "quiet",
            ),
        ),
    )


def percentage(measured: Measured) -> Section:
    """Show how far the panel's percentage and label are gold's."""
    panel = measured.report.panel
    missing = panel.panel_pct_missing
    without = f" {plural(missing, 'tool')} had too few votes and no percentage." if missing else ""
    return Section(
        "percentage",
        "The panel's percentage",
        "Readers of a scorecard see one number: the share of votes to ship. This is how far it is from "
        f"what gold's votes give, over {plural(panel.panel_pct_error.n, 'tool')}.{without}",
        (
            Terms(
                (
                    Item("Mean error", shown(panel.panel_pct_error, "points")),
                    Item("Always saying 100 %", shown(panel.panel_pct_error_always_100, "points")),
                    Item("Same label (Ship, Mixed, Skip)", shown(panel.label_accuracy, "share")),
                )
            ),
        ),
    )


def members(measured: Measured) -> Section:
    """Show whether the panel is several reviewers or one."""
    panel, names = measured.report.panel, measured.names
    blocks: list[Any] = [
        Terms(
            (
                Item("The same persona asked twice disagrees", shown(panel.flip_rate, "share")),
                Item("Two personas on one tool disagree", shown(panel.between_disagreement, "share")),
                Item("The second minus the first", shown(panel.distinctiveness, "score")),
                Item("Correlation of their errors", shown(panel.error_correlation, "score")),
                Item(
                    "Votes the panel is worth",
                    f"{shown(panel.effective_votes, 'plain')} from {len(names)}",
                ),
            )
        )
    ]
    if panel.pairs:
        blocks[:0] = [
            Drawings(
                "The share of tools on which two personas vote the same; the fuller, the more alike. "
                "Personas with different standards should not all be full.",
                (drawings.heat_map(panel, names),),
            )
        ]
        blocks.append(
            Table(
                "Personas two by two",
                ("Pair", "Say the same", "Kappa", "Error correlation"),
                tuple(
                    (
                        Cell(f"{names[pair.a]} and {names[pair.b]}"),
                        cell(pair.agree, "share"),
                        cell(pair.kappa, "score"),
                        cell(pair.error_correlation, "score"),
                    )
                    for pair in panel.pairs
                ),
            )
        )
    return Section(
        "members",
        "Several reviewers, or one several times",
        "A panel is worth its price when its members differ by their standards and not by chance, and when "
        "they do not all err on the same tools.",
        tuple(blocks),
    )


def moves(measured: Measured) -> Iterator[Section]:
    """Show whether quotes do what their persona promises; nothing when answers carry no moves."""
    rows = [
        (
            Cell(move.id.replace("-", " "), measured.names[persona]),
            cell(move.present, "share"),
            cell(move.kept, "share") if move.kept else Cell(NONE, mark="quiet"),
            Cell(move.check or NONE, mark="" if move.check else "quiet"),
        )
        for persona, part in measured.report.personas.items()
        for move in part.moves
    ]
    if rows:
        yield Section(
            "moves",
            "What every verdict has to say",
            "Each persona answers the same questions every time. Counted is how often an answer is more than "
            "an empty phrase and, where a program can check it, whether the quote shows it too.",
            (
                Table(
                    "Moves of each persona",
                    ("Move", "Answered", "Shown in the quote", "Checked for"),
                    tuple(rows),
                ),
                Terms(
                    (
                        Item("Moves made", shown(measured.report.panel.move_coverage, "share")),
                        Item(
                            "Verdicts with a figure that the submission does not bear out",
                            shown(measured.report.panel.unsupported_figure_rate, "share"),
                        ),
                    )
                ),
            ),
        )


def _bands(measured: Measured, scored: Sequence[str]) -> Table:
    """Lay out the share that gold ships, band by band."""
    found = {persona: measured.report.personas[persona].reliability for persona in scored}
    head = next(part.bands for part in found.values() if part is not None)
    rows = tuple(
        (
            Cell(measured.names[persona]),
            *(
                Cell(number(band.shipped.value, "share"), plural(band.n, "case"))
                if band.shipped.value is not None
                else Cell(NONE, mark="quiet")
                for band in part.bands
            ),
        )
        for persona, part in found.items()
        if part is not None
    )
    return Table(
        "Of the cases whose score lies in a band, the share that gold ships",
        ("Persona", *(f"{band.low}{NONE}{band.high}" for band in head)),
        rows,
    )


def _score_row(measured: Measured, persona: str) -> tuple[Cell, ...]:
    found = measured.report.personas[persona].reliability
    heaps: dict[str, list[float]] = {"ship": [], "skip": []}
    for case in measured.golden.cases:
        answer = measured.first.get((persona, case.id))
        gold = case.expected.get(persona)
        if answer and answer.score is not None and answer.decision in heaps and gold in heaps:
            heaps[gold].append(answer.score)
    medians = (
        Cell(f"{median(heap):.0f}", plural(len(heap), "case")) if heap else Cell(NONE)
        for heap in heaps.values()
    )
    if found is None:
        return (Cell(measured.names[persona]), *medians, Cell(NONE), Cell(NONE))
    return (
        Cell(measured.names[persona]),
        *medians,
        cell(found.brier, "score"),
        Cell(NONE if (e := found.expected_calibration_error.value) is None else number(e, "score")),
    )
