"""What the check of a golden set and a question of power say, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field

from panel import __version__
from panel.evaluation.checking import Balance, ReadingAgreement
from panel.evaluation.render.sheet import Cell, Points, Prose, Section, Sheet, Table, Terms
from panel.evaluation.render.wording import NONE, language, number, plural
from panel.render.content import map_text, prose
from panel.render.sheet import Item
from panel.render.wording import short
from panel.text import visible
from panel.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from panel.evaluation.power import Power


class SetCheck(Value):
    """What a check of a golden set found."""

    schema_id: str = Field(default="shippanel.golden-check/1", alias="schema")
    balance: Balance
    weaknesses: tuple[str, ...]
    second_reading: ReadingAgreement | None = None
    """How far a second reading agrees; null when there is none."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


def arrange_check(found: SetCheck, names: Mapping[str, str]) -> Sheet:
    """Lay the check of a set out as content, with every string made visible on one line."""
    counted = found.balance
    split = f", split {counted.split}" if counted.split else ""
    weak = "no weakness found"
    if found.weaknesses:
        weak = f"{len(found.weaknesses)} {'weakness' if len(found.weaknesses) == 1 else 'weaknesses'}"
    sheet = Sheet(
        headline=f"VALID · {plural(counted.cases, 'case')} · {weak}",
        tone="mixed" if found.weaknesses else "ship",
        title=f"The golden set {counted.name}{split}",
        about=(
            f"{plural(counted.cases, 'case')} in {plural(counted.clusters, 'cluster')}, digest "
            f"{short(counted.digest)}. A set can tell a trustworthy panel from a flattering one when every "
            "persona has ships and skips in like numbers, and enough of both."
        ),
        answers=(),
        caveats=found.weaknesses,
        sections=(
            _labels(counted, names),
            _spread(counted),
            *([_reading(found.second_reading, names)] if found.second_reading else []),
        ),
        version=__version__,
    )
    return map_text(sheet, lambda text: visible(prose(text)))


def arrange_power(power: Power) -> Sheet:
    """Lay the answer to a question of power out as content."""
    return Sheet(
        headline=f"{plural(power.cases, 'case')} for a margin of {100 * power.margin:g} points",
        tone="none",
        title="How many cases a margin needs",
        about="",
        answers=(power.sentence,),
        caveats=(),
        sections=(
            Section(
                "assumptions",
                "On these assumptions",
                "",
                (
                    Terms(
                        (
                            Item("Margin", f"{power.margin:g} of the share decided as gold does"),
                            Item(
                                "Discordant",
                                f"{100 * power.discordant:g} % of cases with only one system right",
                            ),
                            Item(
                                "Power",
                                f"{100 * power.power:g} % chance to notice a difference that is there",
                            ),
                            Item("Alpha", f"{100 * power.alpha:g} % chance to notice one that is not"),
                            Item("Design effect", f"{power.design_effect:.2f}, for cases that are related"),
                        )
                    ),
                    Prose(
                        "Cases are those where gold says ship or skip, for each persona. `eval compare` "
                        "tells how often two of your own runs disagree.",
                        "quiet",
                    ),
                ),
            ),
        ),
        version=__version__,
    )


def _labels(counted: Balance, names: Mapping[str, str]) -> Section:
    rows = tuple(
        (
            Cell(names.get(persona, persona)),
            *(Cell(f"{count:,}") for count in (labels.ship, labels.skip, labels.abstain, labels.missing)),
            Cell(NONE if labels.skip_share is None else number(labels.skip_share, "share")),
            Cell(NONE if labels.always is None else number(labels.always, "share")),
        )
        for persona, labels in counted.personas.items()
    )
    head = ("Persona", "Ship", "Skip", "Abstain", "No label", "Skips", "Always the same is right in")
    return Section(
        "labels",
        "Labels of each persona",
        "Skips among ship and skip should lie between 40 and 60 %.",
        (Table("How often each label stands there", head, rows),),
    )


def _spread(counted: Balance) -> Section:
    tables: list[Any] = []
    spreads = (
        ("Votes in the personas' order", counted.patterns),
        ("Split", counted.splits),
        ("Language", {language(name): count for name, count in counted.languages.items()}),
        ("Difficulty", counted.difficulties),
        ("Source", counted.sources),
    )
    for title, counts in spreads:
        if counts:
            rows = tuple((Cell(name), Cell(f"{count:,}")) for name, count in counts.items())
            counted_are = "Labels" if "Source" in title else "Cases"
            tables.append(
                Table(f"{counted_are} by {title[0].lower()}{title[1:]}", (title, counted_are), rows)
            )
    possible = 2 ** len(counted.personas)
    return Section(
        "spread",
        "How the cases are spread",
        f"{len(counted.patterns)} of {possible} patterns of votes.",
        tuple(tables),
    )


def _reading(second: ReadingAgreement, names: Mapping[str, str]) -> Section:
    share = (
        "no label in common"
        if second.share is None
        else f"{100 * second.share:.1f} % of {second.labels:,} labels"
    )
    kappa = "not defined" if second.kappa is None else f"{second.kappa:.2f}"
    return Section(
        "reading",
        "A second reading",
        "How far two readers agree is about as much as can be asked of a reviewer.",
        (
            Terms((Item("Equal", share), Item("Kappa", kappa), *_by_persona(second, names))),
            *([Points(second.differing)] if second.differing else []),
            *([Prose(f"Not read again: {', '.join(second.unread)}.", "quiet")] if second.unread else []),
        ),
    )


def _by_persona(second: ReadingAgreement, names: Mapping[str, str]) -> Iterator[Item]:
    for persona, (equal, asked) in second.personas.items():
        yield Item(names.get(persona, persona), f"{equal:,} of {asked:,} equal")
