"""What a comparison of two runs says, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from panel import __version__
from panel.evaluation.render.sheet import Cell, Entries, Entry, Prose, Section, Sheet, Table, Terms
from panel.evaluation.render.wording import LABELS, MEANINGS, cell, plural, shown, word
from panel.render.content import map_text, prose
from panel.render.sheet import Item
from panel.render.wording import short
from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.evaluation.paired import Changed, PairedPersona, PairedReport
    from panel.evaluation.render.sheet import Tone

FIGURES = ("balanced_accuracy", "skip_recall", "ship_recall", "mcc", "kappa", "ship_rate", "coverage")
_TONES: dict[str, Tone] = {
    "second is better": "ship",
    "first is better": "skip",
    "no difference shown": "mixed",
}
_KINDS = {
    "broken": "Right in the first run, wrong in the second",
    "fixed": "Wrong in the first run, right in the second",
    "other": "Changed, and neither or no gold decides",
}


def arrange_paired(paired: PairedReport, names: Mapping[str, str]) -> Sheet:
    """Lay a comparison of two runs out as content, with every string made visible on one line."""
    sheet = Sheet(
        headline=paired.headline,
        tone=_TONES[paired.outcome],
        title=f"{paired.second} against {paired.first}",
        about=(
            f"Two runs on the same {plural(paired.cases, 'case')} of the set {paired.golden}. Figures are "
            f"the second run ({paired.second}) minus the first ({paired.first}); both answered the same "
            "tools, so that chance differences between tools cancel out."
        ),
        answers=(_answer(paired),),
        caveats=paired.notes,
        sections=(
            _differences(paired, names),
            _tests(paired, names),
            _changed(paired, names),
            _provenance(paired),
        ),
        version=__version__,
    )
    return map_text(sheet, lambda text: visible(prose(text)))


def _answer(paired: PairedReport) -> str:
    change = shown(paired.panel.mean_balanced_accuracy, "change")
    told = {
        "second is better": "The second run is better",
        "first is better": "The first run is better",
        "no difference shown": "No difference shown",
    }[paired.outcome]
    if not paired.changed:
        return "No difference shown: both runs say the same throughout."
    return f"{told}. Mean balanced accuracy changed by {change}."


def _differences(paired: PairedReport, names: Mapping[str, str]) -> Section:
    panel = paired.panel
    rows = [(Cell(names.get(persona, persona)), *_figures(part)) for persona, part in paired.personas.items()]
    rows.append((Cell("All votes pooled", mark="strong"), *_figures(panel)))
    return Section(
        "differences",
        "What changed",
        "Above 0 the second run has the larger figure. An interval that holds 0 shows no difference.",
        (
            Terms(
                tuple(
                    Item(LABELS[name], shown(getattr(panel, name), "change"))
                    for name in ("mean_balanced_accuracy", "mean_skip_recall", "mean_ship_recall")
                )
            ),
            Table("Second minus first", ("Persona", *(LABELS[name] for name in FIGURES)), tuple(rows)),
        ),
    )


def _figures(part: Any) -> tuple[Cell, ...]:  # noqa: ANN401 - a persona's differences or the panel's
    return tuple(cell(getattr(part, name), "change") for name in FIGURES)


def _tests(paired: PairedReport, names: Mapping[str, str]) -> Section:
    return Section(
        "tests",
        "Persona by persona",
        "McNemar's exact test looks at the cases on which only one of the two runs is right. The adjusted "
        "p allows for several personas being tested (Holm); below 0.05 the difference is called shown.",
        (
            Table(
                "One verdict for each tool",
                ("Persona", "Only the first right", "Only the second right", "p", "p adjusted", "Outcome"),
                tuple(_test(names.get(persona, persona), part) for persona, part in paired.personas.items()),
            ),
        ),
    )


def _test(name: str, part: PairedPersona) -> tuple[Cell, ...]:
    test = part.mcnemar
    return (
        Cell(name),
        Cell(f"{test.only_first:,}"),
        Cell(f"{test.only_second:,}"),
        Cell(f"{test.p_value:.4f}"),
        Cell(f"{test.p_adjusted:.4f}"),
        Cell(part.outcome),
    )


def _changed(paired: PairedReport, names: Mapping[str, str]) -> Section:
    blocks: list[Any] = []
    for effect, title in _KINDS.items():
        own = tuple(_entry(each, names) for each in paired.changed if each.effect == effect)
        if own:
            blocks.append(Entries(f"{title}: {len(own):,}", own))
    if not blocks:
        blocks.append(Prose("None: both runs say the same throughout.", "quiet"))
    return Section("changed", f"Cases that changed ({len(paired.changed):,})", "", tuple(blocks))


def _entry(each: Changed, names: Mapping[str, str]) -> Entry:
    gold = f"gold says {each.expected}" if each.expected else "gold says nothing"
    return Entry(
        title=each.tool,
        about=f"{each.case} · {names.get(each.persona, each.persona)} · {gold}",
        first_label="first",
        first=word(each.first),
        second_label="second",
        second=word(each.second),
    )


def _provenance(paired: PairedReport) -> Section:
    split = f", split {paired.split}" if paired.split else ""
    return Section(
        "provenance",
        "How this was made",
        "",
        (
            Terms(
                (
                    Item("Golden set", f"{paired.golden} {short(paired.golden_digest)}{split}"),
                    Item("Intervals", f"{paired.method} {paired.resamples:,} resamples, seed {paired.seed}."),
                    Item("Balanced accuracy", MEANINGS["Balanced accuracy"]),
                )
            ),
        ),
    )
