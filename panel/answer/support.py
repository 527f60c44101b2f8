"""Whether what an answer cites is there: its quotations and its figures, looked up by a program.

A quotation must stand in the submission or its evidence, up to Unicode form, case, white space and the
shape of quotation marks and dashes. A figure in the reviewer's prose must stand there too. What is not
found is reported and left as it was written.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

from panel.answer.quantities import Quantity, claims, quantities
from panel.derived import by_digest
from panel.text import MARKER, clip, visible
from panel.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.answer.checking import Answer
    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import CriterionScore

EXCERPT = 160
"""Characters quoted in a finding."""
MOST = 8
"""Findings of one rule in one answer; the last of them counts the rest."""

_TWINS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032`\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
"""Quotation marks and dashes → the one a keyboard has."""
_EDGES = " \t\"'.,;:!?()-…"
_EVIDENCE_ID = re.compile(r"\bE[1-9][0-9]{0,2}\b", re.IGNORECASE)


class _Read(NamedTuple):
    """What of a tool an answer is held against."""

    folded: dict[str, str]
    quantities: tuple[Quantity, ...]


def shown(text: str) -> str:
    """Make a text of several lines visible, as a reviewer is sent it."""
    return visible(text, multiline=True)


@by_digest(64)
def sources(tool: Tool) -> dict[str, str]:
    """Return every text a reviewer may quote, under the name it is cited by; not to be changed."""
    texts = {name: getattr(tool, name) for name in ("name", "tagline", "category", "licence", "url")}
    price = tool.pricing
    texts["pricing"] = f"{price.model}\n{price.entry}\n{price.verified_at or ''}"
    texts["description"] = tool.description
    for key, fact in tool.facts.items():
        texts[f"facts.{key}"] = f"{fact.value} {fact.unit}\n{fact.source}\n{fact.as_of or ''}"
    for passage in tool.evidence:
        texts[passage.id] = f"{passage.title}\n{passage.source}\n{passage.date}\n{passage.text}"
    return {name: shown(text) for name, text in texts.items() if text.strip()}


def supported_quotes(tool: Tool, criteria: Sequence[CriterionScore]) -> frozenset[str]:
    """Return the quotations that do stand in the submission or its evidence, folded for comparison."""
    folded = _read(tool).folded.values()
    cited = {_needle(quote.text) for criterion in criteria for quote in criterion.quotes}
    return frozenset(needle for needle in cited if needle and any(needle in text for text in folded))


def support_findings(persona: Persona, tool: Tool, answer: Answer) -> tuple[Finding, ...]:
    """Report the quotations and figures of an answer that the submission does not bear out.

    Rules: `unsupported-quote` (found nowhere), `misattributed-quote` (found, but not where the answer
    says), `unsupported-figure` (a figure in the reviewer's prose found nowhere).
    """
    quotes = list(_quote_findings(persona, tool, answer))
    return (
        *_at_most([finding for finding in quotes if finding.rule == "unsupported-quote"]),
        *_at_most([finding for finding in quotes if finding.rule == "misattributed-quote"]),
        *_at_most(list(_figure_findings(persona, tool, answer))),
    )


@by_digest(64)
def _read(tool: Tool) -> _Read:
    texts = sources(tool)
    return _Read(
        folded={name: _folded(text) for name, text in texts.items()},
        quantities=tuple(found for text in texts.values() for found in quantities(text)),
    )


@by_digest(64)
def _own_quantities(persona: Persona) -> tuple[Quantity, ...]:
    """Read the figures of the persona's own text ("the first ten minutes"), which it may repeat."""
    moves = [move.ask for move in persona.moves]
    criteria = [
        f"{c.ask} {c.anchors.zero} {c.anchors.two} {c.anchors.four} {c.remedy}" for c in persona.criteria
    ]
    names = [move.name for move in persona.moves]
    lists = (*persona.excited_by, *persona.tired_of, *persona.ship_when, *persona.skip_when)
    text = "\n".join((persona.motto, persona.voice, *names, *moves, *criteria, *lists))
    return tuple(quantities(text))


def _quote_findings(persona: Persona, tool: Tool, answer: Answer) -> Iterator[Finding]:
    folded = _read(tool).folded
    for criterion in answer.criteria:
        for quote in criterion.quotes:
            needle = _needle(quote.text)
            holders = [name for name, text in folded.items() if needle and needle in text]
            named = _named_source(quote.source, folded)
            if holders and (named is None or named in holders):
                continue
            rule, detail = "unsupported-quote", "These words stand neither in the submission nor in evidence."
            if holders:
                rule = "misattributed-quote"
                detail = f"These words stand in {holders[0]}, not in {named}."
            yield Finding(
                rule=rule,
                field=f"criteria.{criterion.id}",
                excerpt=clip(quote.text, EXCERPT),
                detail=detail,
                persona=persona.id,
            )


def _figure_findings(persona: Persona, tool: Tool, answer: Answer) -> Iterator[Finding]:
    known = (*_read(tool).quantities, *_own_quantities(persona))
    seen: set[str] = set()
    for field, text in _prose(answer):
        for sentence, quantity in claims(text):
            if quantity.words in seen or any(quantity.agrees_with(other) for other in known):
                continue
            seen.add(quantity.words)
            yield Finding(
                rule="unsupported-figure",
                field=field,
                excerpt=clip(sentence, EXCERPT),
                detail=f"“{quantity.words}” stands neither in the submission nor in its evidence.",
                persona=persona.id,
            )


def _prose(answer: Answer) -> Iterator[tuple[str, str]]:
    """Walk over what the reviewer states; conditions and missing facts state nothing."""
    yield "quote", answer.quote
    for name, move in answer.moves.items():
        yield f"moves.{name}", move
    for criterion in answer.criteria:
        yield f"criteria.{criterion.id}", criterion.because


def _at_most(findings: list[Finding]) -> list[Finding]:
    if len(findings) <= MOST:
        return findings
    last = findings[MOST - 1]
    more = f"{last.detail} There are {len(findings) - MOST} more like it."
    return [*findings[: MOST - 1], last.model_copy(update={"detail": more})]


def _named_source(source: str, known: dict[str, str]) -> str | None:
    """Find which text a citation points to; None when it names none that is known."""
    number = _EVIDENCE_ID.search(source)
    if number:
        return number.group().upper()
    words = source.strip().strip("`'\"").lower()
    parts = words.split(".")
    for name in (".".join(parts[:2]), parts[0]):
        if name in known:
            return name
    return None


def _needle(text: str) -> str:
    return _folded(text).strip(_EDGES)


def _folded(text: str) -> str:
    """Fold away what a faithful copy may change."""
    text = MARKER.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().translate(_TWINS).split())
