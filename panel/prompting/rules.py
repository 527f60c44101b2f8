"""Our own text: the rules of a review, what follows the data, and what is said about a broken form.

The templates stand in `prompts/`. They are filled from the persona and from our own rules, in one pass, so
that a dollar sign or a brace in a persona stays what it is.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from string import Template
from typing import TYPE_CHECKING

from panel.derived import by_digest
from panel.resources import folder
from panel.verdict import QUOTE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from panel.persona import Criterion, Move, Persona

TEMPLATES = ("reviewer", "reminder", "correction", "rebuttal")


@lru_cache(maxsize=len(TEMPLATES))
def template_text(name: str) -> str:
    """Read one of our templates."""
    return (folder("prompts") / f"{name}.md").read_text("utf-8").strip()


@lru_cache(maxsize=1)
def templates_digest() -> str:
    """SHA-256 of all templates: what is asked, and how it is asked again."""
    texts = [f"{name}\n{template_text(name)}" for name in TEMPLATES]
    return hashlib.sha256("\n\n".join(texts).encode()).hexdigest()


@by_digest(64)
def write_rules(persona: Persona) -> str:
    """Write the rules that a persona reviews by; the same for every tool."""
    shortest, longest = QUOTE_WORDS
    return Template(template_text("reviewer")).substitute(
        name=persona.name,
        motto=persona.motto,
        excited_by=_bullets(persona.excited_by),
        tired_of=_bullets(persona.tired_of),
        voice=persona.voice,
        moves="\n".join(_move(place, move) for place, move in enumerate(persona.moves, 1)),
        criteria="\n\n".join(_criterion(criterion) for criterion in persona.criteria),
        ship_when=_bullets(persona.ship_when),
        skip_when=_bullets(persona.skip_when),
        shortest=shortest,
        longest=longest,
    )


def correction_text(violations: Iterable[tuple[str, str]]) -> str:
    """Say which field broke which rule, and ask again."""
    problems = _bullets(f"{field} {rule}" for field, rule in violations)
    return Template(template_text("correction")).substitute(problems=problems)


def _move(place: int, move: Move) -> str:
    form = {"text": "", "list": " (a list)", "choice": f" (one of: {', '.join(move.choices)})"}[move.kind]
    return f"{place}. `{move.id}`{form}: {move.name}. {move.ask}"


def _criterion(criterion: Criterion) -> str:
    anchors = criterion.anchors
    return "\n".join(
        (
            f"`{criterion.id}` ({criterion.name}; weight {criterion.weight}): {criterion.ask}",
            f"- 0: {anchors.zero}",
            f"- 2: {anchors.two}",
            f"- 4: {anchors.four}",
            f"- A low score would rise if the tool were to {criterion.remedy}.",
        )
    )


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)
