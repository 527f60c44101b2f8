"""What a calibration of leniency says, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel import __version__
from panel.evaluation.render.sheet import Cell, Section, Sheet, Table, Terms
from panel.evaluation.render.wording import LABELS, MEANINGS, NONE, cell, number, plural, series
from panel.render.content import map_text, prose
from panel.render.sheet import Item
from panel.render.wording import short
from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Titles = Callable[["SeatCalibration"], str]

    from panel.evaluation.calibration import Calibration, SeatCalibration

_PAIRED = ("balanced_accuracy", "skip_recall", "ship_recall", "mcc")


def arrange_calibration(found: Calibration, names: Mapping[str, str]) -> Sheet:
    """Lay a calibration out as content, with every string made visible on one line."""
    set_ = sum(seat.threshold is not None for seat in found.seats)
    titles = _titles(found, names)
    sheet = Sheet(
        headline=f"{plural(set_, 'threshold')} · fitted on {found.fitted_on}, shown on {found.shown_on}",
        tone="none",
        title=f"Leniency of {found.answers} on the set {found.golden}",
        about=(
            "A reviewer may rank tools well and still ship too readily. For each persona and reviewer, here "
            f"is the score from which shipping agrees best with gold on the split {found.fitted_on}, and "
            f"what deciding by it would do on the split {found.shown_on}, whose labels it has not seen."
        ),
        answers=tuple(_answers(found, titles)),
        caveats=found.notes,
        sections=(_thresholds(found, titles), _beside(found, titles), _provenance(found)),
        version=__version__,
    )
    return map_text(sheet, lambda text: visible(prose(text)))


def _answers(found: Calibration, titles: Titles) -> Iterator[str]:
    heard: dict[str, list[str]] = {"better": [], "worse": [], "unclear": []}
    for seat in found.seats:
        low, high = seat.gain.low, seat.gain.high
        kind = "better" if low is not None and low > 0 else "worse" if high is not None and high < 0 else ""
        heard[kind or "unclear"].append(titles(seat))
    if heard["better"]:
        yield f"Deciding by the threshold would be better for {series(heard['better'])}."
    if heard["worse"]:
        yield f"It would be worse for {series(heard['worse'])}."
    if heard["unclear"]:
        yield f"No difference shown for {series(heard['unclear'])}."
    yield "Nothing is applied: reviews decide as they did, and every figure elsewhere is of raw decisions."


def _thresholds(found: Calibration, titles: Titles) -> Section:
    rows = tuple(
        (
            Cell(titles(seat), mark="strong"),
            Cell(NONE, seat.note, "quiet") if seat.threshold is None else Cell(f"{seat.threshold:g}"),
            Cell(f"{seat.fitted:,}"),
            Cell(NONE if seat.fit_balanced_accuracy is None else number(seat.fit_balanced_accuracy, "score")),
        )
        for seat in found.seats
    )
    return Section(
        "thresholds",
        "Where ship should begin",
        "Of equally good thresholds the one nearest to 50 is taken, then the stricter. The last column is "
        "of the split it was fitted on, hence too good by construction.",
        (
            Table(
                f"Fitted on {found.fitted_on}",
                ("Persona", "Ship from", "Scored votes", "Balanced accuracy there"),
                rows,
            ),
        ),
    )


def _beside(found: Calibration, titles: Titles) -> Section:
    rows: list[tuple[Cell, ...]] = []
    for seat in found.seats:
        for title, part, rate, change in (
            (Cell(titles(seat), "raw", "strong"), seat.raw, seat.ship_rate_raw, Cell(NONE, mark="quiet")),
            (
                Cell("by the threshold", mark="quiet"),
                seat.calibrated,
                seat.ship_rate_calibrated,
                cell(seat.gain, "change"),
            ),
        ):
            figures = (cell(getattr(part, each), "score") for each in _PAIRED)
            rows.append((title, *figures, cell(rate, "share"), change))
    return Section(
        "beside",
        "Raw beside calibrated",
        "The same answers twice: as they were given, and as their scores would decide. What has no score "
        "keeps its decision; no vote where gold decides is an error in both.",
        (
            Table(
                f"On {found.shown_on}",
                ("Persona", *(LABELS[name] for name in _PAIRED), "Ships", "Change"),
                tuple(rows),
            ),
        ),
    )


def _provenance(found: Calibration) -> Section:
    specs = dict.fromkeys(seat.spec for seat in found.seats if seat.spec)
    return Section(
        "provenance",
        "How this was made",
        "",
        (
            Terms(
                (
                    Item("Golden set", f"{found.golden} {short(found.golden_digest)}"),
                    Item("Answers", f"{found.answers} {short(found.answers_digest)}"),
                    Item("Reviewers", ", ".join(specs) or "not said"),
                    Item("Change", "Balanced accuracy, calibrated minus raw."),
                    Item("Intervals", f"{found.method} {found.resamples:,} resamples, seed {found.seed}."),
                    Item("Balanced accuracy", MEANINGS["Balanced accuracy"]),
                )
            ),
        ),
    )


def _titles(found: Calibration, names: Mapping[str, str]) -> Titles:
    """Name seats by their persona, and by the reviewer too where there are several."""
    several = len({seat.spec for seat in found.seats}) > 1

    def title(seat: SeatCalibration) -> str:
        name = names.get(seat.persona, seat.persona)
        return f"{name} ({seat.spec or 'reviewer not said'})" if several else name

    return title
