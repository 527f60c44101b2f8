"""Persona files: loading a panel's personas, and saying what is wrong with one.

A persona pack comes from strangers too. It is data: a file may not name another file, hold a template
or carry a key, and a key the persona does not have is refused by name.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from panel.document import (
    closest,
    display_name,
    known_fields,
    parse_document,
    problems_of,
    read_bytes,
    refusal,
    validate,
)
from panel.errors import InputError
from panel.intake.schema import persona_schema
from panel.persona import Persona
from panel.resources import folder
from panel.text import clip, hidden_characters, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["check_persona", "load_persona", "load_personas", "persona_schema"]

ORDER = ("dx", "competitive", "futurist", "business")
"""The built-in personas in the order they sit; others follow by id."""

SOURCES = (
    *("text", "description", "tagline", "pricing", "pricing.entry", "pricing.model", "licence", "facts"),
    *("evidence", "evidence.vendor", "evidence.independent", "evidence.user"),
)
"""Where a signal can be told to look, besides single facts (`facts.latency`); `text` is prose."""

_FORBIDDEN = (
    (re.compile(r"\$[A-Za-z_{(]|[{}]|<%|%>"), "template markers are not allowed; a persona is plain text"),
    (
        re.compile(r"\.\.[/\\]|file:|(?:^|\s)~?/\w+/|\b[A-Za-z]:\\"),
        "a path is not allowed; a persona names no file",
    ),
    (
        re.compile(
            r"\b(?:sk|pk|ghp|gho|xox[abp])[-_]\w{8,}|\bAKIA[0-9A-Z]{12,}|-----BEGIN|\b(?=\w*\d)\w{32,}"
        ),
        "this looks like a key; a persona holds no secret",
    ),
)


def load_persona(path: Path) -> Persona:
    """Load one persona file.

    Raises:
        InputError: it cannot be used; every problem is listed, naming its key.
    """
    name = display_name(path)
    content = parse_document(read_bytes(path), name=name, form="yaml")
    problems = _own_problems(path, content)
    if not problems:
        return validate(Persona, content, name=name)
    problems = [*problems_of(Persona, content), *problems]
    raise refusal(name, problems, hint=known_fields(Persona, problems))


def load_personas(places: Sequence[Path] | None = None) -> tuple[Persona, ...]:
    """Load the personas of several places, the built-in order first and the others by id.

    Args:
        places: folders of `*.yaml` files, or single files; a persona in a later place replaces the
            one of the same id in an earlier. The built-in folder when None.

    Raises:
        InputError: a place does not exist or holds no persona, or a file cannot be used.
    """
    found: dict[str, Persona] = {}
    for place in [folder("personas")] if places is None else places:
        for path in _files(place):
            persona = load_persona(path)
            found[persona.id] = persona
    rank = {name: place for place, name in enumerate(ORDER)}
    return tuple(sorted(found.values(), key=lambda persona: (rank.get(persona.id, len(rank)), persona.id)))


def check_persona(path: Path) -> tuple[str, ...]:
    """List everything wrong with a persona file, each problem naming its key; empty when it may sit.

    Raises:
        InputError: the file cannot be read as a document at all.
    """
    content = parse_document(read_bytes(path), name=display_name(path), form="yaml")
    return (*problems_of(Persona, content), *_own_problems(path, content))


def _files(place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    name = display_name(place)
    if not place.is_dir():
        raise InputError(
            f"{name}: no such folder of personas", "Name a folder that holds persona files (*.yaml)."
        )
    files = sorted(path for path in place.iterdir() if path.suffix in {".yaml", ".yml"} and path.is_file())
    if not files:
        raise InputError(f"{name}: holds no persona file", "A persona is a file such as security.yaml.")
    return files


def _own_problems(path: Path, content: dict[str, Any]) -> list[str]:
    """Find what a persona file must not hold, besides what its form already rules out."""
    problems: list[str] = []
    name = content.get("id")
    if isinstance(name, str) and name != path.stem:
        problems.append(f"id: is {clip(visible(name), 60)!r}, and the file is called {visible(path.name)!r}")
    for place, text in _texts(content, ""):
        if hidden_characters(text):
            problems.append(f"{place}: holds characters that cannot be seen")
        problems += [f"{place}: {reason}" for pattern, reason in _FORBIDDEN if pattern.search(text)]
    for place, signal in _signals(content):
        problems += _signal_problems(place, signal)
    return problems


def _texts(node: object, place: str) -> Iterator[tuple[str, str]]:
    """Walk over the texts of a document, each with the path of its key."""
    if isinstance(node, str):
        yield place, node
    elif isinstance(node, dict):
        for key, value in node.items():
            label = clip(visible(key), 60)
            yield from _texts(value, f"{place}.{label}" if place else label)
    elif isinstance(node, list):
        for number, value in enumerate(node, 1):
            name = value.get("id") if isinstance(value, dict) else None
            yield from _texts(
                value, f"{place}.{clip(visible(name), 60) if isinstance(name, str) else f'#{number}'}"
            )


def _signals(content: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Walk over the signals of a persona, each with its path; what is no signal is passed over."""
    for number, criterion in enumerate(_entries(content.get("criteria")), 1):
        for place, signal in enumerate(_entries(criterion.get("signals")), 1):
            owner = visible(str(criterion.get("id", f"#{number}")))
            yield f"criteria.{owner}.signals.{visible(str(signal.get('id', f'#{place}')))}", signal


def _entries(items: object) -> list[dict[str, Any]]:
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _signal_problems(place: str, signal: dict[str, Any]) -> list[str]:
    """Find what keeps a signal from ever matching."""
    finds, unless, only_in = (
        [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
        for listed in (signal.get("finds"), signal.get("unless"), signal.get("only_in"))
    )
    problems = [
        f"{place}: {clip(visible(phrase), 60)!r} {reason}"
        for phrase in finds + unless
        if (reason := _phrase_problem(phrase))
    ]
    problems += [
        f"{place}: {clip(visible(phrase), 60)!r} stands under finds and under unless, so it never counts"
        for phrase in finds
        if phrase.casefold() in {other.casefold() for other in unless}
    ]
    for source in only_in:
        if source not in SOURCES and not source.startswith("facts."):
            near = closest(source, SOURCES)
            advice = f"; did you mean {near!r}?" if near else ""
            problems.append(f"{place}.only_in: {clip(visible(source), 60)!r} is nowhere to look{advice}")
    return problems


def _phrase_problem(phrase: str) -> str:
    pieces = phrase.split()
    if not any(character.isalnum() or character in "#@$€£¥%" for character in phrase):
        return "holds no word to look for"
    if "…" in {pieces[0], pieces[-1]}:
        return "needs words on both sides of …"
    if any("*" in piece[:-1] or len(piece) < 3 for piece in pieces if "*" in piece):
        return "may use * only after the first letters of a word, two at least"
    return ""
