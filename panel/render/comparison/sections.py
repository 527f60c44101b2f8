"""The sections of a comparison that answer one question for each tool in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.render.comparison.sheet import Group, Point, Section
from panel.render.content import prose
from panel.render.sheet import Cited

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.comparison.values import Alternatives, Check, Comparison, Limit, Reason, Unknowns
    from panel.verdict import Citation


def sections(comparison: Comparison) -> tuple[Section, ...]:
    """Lay out when to choose which tool, what to consider instead, and what is limited, unknown, untested."""
    limits = [[_limit(limit) for limit in each.limits] for each in comparison.limits]
    checks = [[_check(check) for check in each.checks] for each in comparison.checklists]
    unknown = [_unknown(each) for each in comparison.unknowns]
    others = [_alternatives(each) for each in comparison.alternatives]
    neither = comparison.recommendation.answer if comparison.recommendation.outcome == "neither" else ""
    titles = [tool.title for tool in comparison.tools]
    instead = [f"Instead of {title}" for title in titles]
    choose = [f"Choose {title} if" for title in titles]
    return (
        Section("When to choose which", _groups(choose, _choices(comparison), "nothing sets it apart")),
        Section(
            "Consider instead", _groups(instead, others, "The submission names no alternative."), neither
        ),
        Section("Structural limits", _groups(titles, limits, "The submission states none.")),
        Section(
            "What the panel does not know", _groups(titles, unknown, "Nothing it looked for is missing.")
        ),
        Section("What to test yourself", _groups(titles, checks, "Nothing in particular.")),
    )


def _groups(headings: Sequence[str], points: Sequence[Sequence[Point]], empty: str) -> tuple[Group, ...]:
    return tuple(
        Group(heading, tuple(found) or (Point(empty),))
        for heading, found in zip(headings, points, strict=True)
    )


def _cited(citations: Sequence[Citation]) -> tuple[Cited, ...]:
    return tuple(Cited(prose(citation.text), citation.source) for citation in citations)


def _choices(comparison: Comparison) -> list[tuple[Point, ...]]:
    return [tuple(_reason(reason) for reason in choice.reasons) for choice in comparison.choices]


def _reason(reason: Reason) -> Point:
    leads_to_words = not reason.because and reason.citations
    text = f"{reason.condition}:" if leads_to_words else reason.condition
    return Point(text, prose(reason.because), _cited(reason.citations))


def _alternatives(each: Alternatives) -> tuple[Point, ...]:
    return (Point(", ".join(each.names), cited=_cited(each.citations)),) if each.names else ()


def _limit(limit: Limit) -> Point:
    if limit.persona:
        return Point(f"{limit.persona}: {prose(limit.because)}", cited=_cited(limit.citations))
    return Point("; ".join(f"“{cited.text}” ({cited.source})" for cited in _cited(limit.citations)))


def _unknown(unknowns: Unknowns) -> tuple[Point, ...]:
    stated = ", ".join(name.lower() for name in unknowns.attributes)
    attributes = (Point(f"The submission does not state: {stated}."),) if stated else ()
    missing = (Point(f"{m.name} did not find: {'; '.join(map(prose, m.facts))}.") for m in unknowns.missing)
    return (*attributes, *missing)


def _check(check: Check) -> Point:
    return Point(prose(check.todo), cited=_cited(check.citations))
