"""What in a submission looks as if it were written for the reviewer rather than about the tool.

Findings inform readers and change no vote. Nothing here is a defence: those are the data block, the
strict answer and arithmetic in code. A determined author can evade these rules; an honest one should
hardly ever meet them.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from panel.suspicion.reading import injection_in
from panel.text import MARKER, clip, mixed_scripts, visible
from panel.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.suspicion.reading import Injection
    from panel.tool import Tool

EXCERPT = 160
"""Characters quoted in a finding."""


def suspicions(tool: Tool) -> tuple[Finding, ...]:
    """Report what a reader should know about the text of a submission, field by field.

    Rules: `suspected-injection`, `hidden-characters`, `mixed-script-name`. The text alone is judged, so
    one tool always has the same findings, whether it came from a file or from the ledger: a hidden
    character that the intake made visible is still reported.
    """
    texts = list(texts_of(tool))
    injections = {text: injection_in(visible(text, multiline=True)) for text in {text for _, text in texts}}
    return tuple(finding for field, text in texts for finding in _judge(field, text, injections[text]))


def texts_of(tool: Tool) -> Iterator[tuple[str, str]]:
    """Walk over every text of a tool that somebody wrote, with the field it stands in."""
    for field in ("name", "tagline", "category", "licence", "url", "description"):
        yield field, getattr(tool, field)
    yield "pricing.entry", tool.pricing.entry
    for key, fact in tool.facts.items():
        yield f"facts.{key}", fact.value
        yield f"facts.{key}.unit", fact.unit
        yield f"facts.{key}.source", fact.source
    for passage in tool.evidence:
        yield f"{passage.id}.title", passage.title
        yield f"{passage.id}.source", passage.source
        yield f"{passage.id}.date", passage.date
        yield passage.id, passage.text


def _judge(field: str, text: str, injection: Injection | None) -> Iterator[Finding]:
    if not text:
        return
    shown = visible(text, multiline=True)
    codes = list(MARKER.finditer(shown))
    if codes:
        yield _hidden(field, shown[max(0, codes[0].start() - EXCERPT // 2) :], [code[1] for code in codes])
    if field == "name" and mixed_scripts(text):
        yield _mixed(text)
    if injection is not None:
        yield Finding(
            rule="suspected-injection",
            field=field,
            excerpt=clip(visible(injection.excerpt), EXCERPT),
            detail=injection.reason,
        )


def _hidden(field: str, excerpt: str, codes: list[str]) -> Finding:
    kinds = Counter(codes).most_common(5)
    listed = ", ".join(f"U+{code} ×{times}" if times > 1 else f"U+{code}" for code, times in kinds)
    return Finding(
        rule="hidden-characters",
        field=field,
        excerpt=clip(visible(excerpt), EXCERPT),
        detail=f"Holds characters that cannot be seen, or do not belong where they stand: {listed}.",
    )


def _mixed(name: str) -> Finding:
    foreign = dict.fromkeys(letter for letter in name if letter.isalpha() and not letter.isascii())
    listed = ", ".join(
        f"{letter} is U+{ord(letter):04X} {unicodedata.name(letter, 'unnamed').lower()}" for letter in foreign
    )
    return Finding(
        rule="mixed-script-name",
        field="name",
        excerpt=clip(visible(name), EXCERPT),
        detail=clip(f"Mixes scripts whose letters look alike: {listed}.", 300),
    )
