"""The attribute table: what each submission states, where it says so, and what it leaves out."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from panel.comparison.values import AttributeCell, AttributeRow
from panel.tool import RECOMMENDED_FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from panel.comparison.lineup import Lineup
    from panel.comparison.values import Relation
    from panel.scorecard import Scorecard
    from panel.tool import EvidenceKind
    from panel.verdict import Finding

MATTERS = (
    "entry-price",
    "licence",
    "deployment",
    "latency",
    "rate_limits",
    "data_retention",
    "support",
    "maturity",
)
"""Attributes whose absence a buyer of almost any tool should know of."""
_KINDS: dict[EvidenceKind, str] = {
    "independent": "independent",
    "user": "attached by the submitter",
    "vendor": "from a vendor",
}
_ABOUT_FIGURES = ("contradict", "unsupported-figure")
"""Rules whose findings name an attribute in their words."""


def attribute_rows(lineup: Lineup) -> tuple[AttributeRow, ...]:
    """Line the tools' attributes up: price and licence, the recommended facts, then all others by name.

    A row stands for every attribute that at least one submission states, or that a finding concerns.
    """
    rows = [
        *(_row(key, name, [read(card) for card in lineup.cards], lineup) for key, name, read in _FIXED),
        *(
            _row(key, name_of(key), [_fact(card, key) for card in lineup.cards], lineup)
            for key in _fact_keys(lineup)
        ),
    ]
    shown = (row for row in rows if row.key in MATTERS[:2] or any(c.value or c.notes for c in row.cells))
    return (*shown, _row("evidence", "Evidence attached", [_evidence(c) for c in lineup.cards], lineup))


def name_of(key: str) -> str:
    """Write an attribute's key as a heading."""
    words = key.replace("_", " ").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def unstated(card: Scorecard) -> tuple[str, ...]:
    """List the keys of attributes that matter to most buyers and that the submission does not state."""
    fixed = {key: read for key, _, read in _FIXED}
    cells = {key: fixed[key](card) if key in fixed else _fact(card, key) for key in MATTERS}
    return tuple(key for key, cell in cells.items() if cell.value is None)


def notes_on(card: Scorecard, key: str) -> tuple[str, ...]:
    """Return what was found about an attribute, as sentences."""
    return tuple(
        f.detail or f.excerpt for f in card.findings if (f.detail or f.excerpt) and _concerns(f, key)
    )


def _row(key: str, name: str, cells: list[AttributeCell], lineup: Lineup) -> AttributeRow:
    noted = tuple(
        cell.model_copy(update={"notes": notes_on(card, key)})
        for card, cell in zip(lineup.cards, cells, strict=True)
    )
    return AttributeRow(key=key, name=name, relation=_relation(noted), cells=noted)


def _relation(cells: tuple[AttributeCell, ...]) -> Relation:
    if any(cell.value is None for cell in cells):
        return "unknown"
    said = {" ".join(f"{cell.value} {cell.unit}".casefold().split()) for cell in cells}
    return "same" if len(said) == 1 else "differs"


def _fact_keys(lineup: Lineup) -> Iterator[str]:
    stated = {key for card in lineup.cards for key in card.tool.facts}
    yield from RECOMMENDED_FACTS
    yield from sorted(stated - set(RECOMMENDED_FACTS))


def _fact(card: Scorecard, key: str) -> AttributeCell:
    fact = card.tool.facts.get(key)
    if fact is None or not fact.value.strip():
        return AttributeCell(value=None)
    return AttributeCell(value=fact.value, unit=fact.unit, source=fact.source, as_of=fact.as_of)


def _pricing_model(card: Scorecard) -> AttributeCell:
    model = card.tool.pricing.model
    return AttributeCell(value=None if model == "unknown" else model)


def _entry_price(card: Scorecard) -> AttributeCell:
    pricing = card.tool.pricing
    return AttributeCell(value=pricing.entry or None, as_of=pricing.verified_at)


def _licence(card: Scorecard) -> AttributeCell:
    return AttributeCell(value=card.tool.licence or None)


def _evidence(card: Scorecard) -> AttributeCell:
    kinds = Counter(item.kind for item in card.tool.evidence)
    words = [f"{count} {_KINDS[kind]}" for kind, count in sorted(kinds.items())]
    return AttributeCell(value=", ".join(words) or "none")


_FIXED: tuple[tuple[str, str, Callable[[Scorecard], AttributeCell]], ...] = (
    ("pricing-model", "Pricing", _pricing_model),
    ("entry-price", "Entry price", _entry_price),
    ("licence", "Licence", _licence),
)


def _concerns(finding: Finding, key: str) -> bool:
    """Whether a finding is about an attribute: by its field, or by name where it is about figures."""
    fields = {key, f"facts.{key}", *(("pricing",) if key == "entry-price" else ())}
    if finding.field in fields:
        return True
    named = re.search(rf"\b{re.escape(key.replace('_', ' '))}\b", finding.detail, re.IGNORECASE)
    return finding.rule.startswith(_ABOUT_FIGURES) and named is not None
