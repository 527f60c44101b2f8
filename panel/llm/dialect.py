"""The words and schemas that are sent: what every provider can take of a prompt.

A schema loses only bounds that a provider would reject; each goes into the field's description, and the
answer is checked against the whole schema afterwards.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from panel.derived import by_identity
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.prompt import AnswerMode, Prompt

_UNSENDABLE = ("minLength", "maxLength", "pattern", "format", "default", "examples", "uniqueItems")
"""Keywords outside the subset that strict structured output takes; long bounds also swell a grammar."""
_SILENT = ("title", "$schema", "$id", "default", "examples")
"""Of those, and besides, the ones a model needs no word about."""
_NAMED = ("properties", "$defs", "definitions")


def question(prompt: Prompt) -> str:
    """Return what follows the instructions: the data block, then the correction of a second attempt."""
    return f"{prompt.data}\n\n{prompt.correction}" if prompt.correction else prompt.data


def instructions(prompt: Prompt, mode: AnswerMode) -> str:
    """Return the instructions, with the schema in words where the server does not hold the model to it."""
    if mode == "json_schema":
        return prompt.instructions
    schema = json.dumps(prompt.response_schema, separators=(",", ":"))
    return (
        f"{prompt.instructions}\n\nAnswer with exactly one JSON object and nothing around it. "
        f"It has to be valid under this JSON Schema:\n{schema}"
    )


def portable(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema that every strict structured output takes."""
    return _cached(_portable, _in_order(schema))


def adapted(schema: dict[str, Any], transform: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """Return a schema as an SDK's own `transform` sends it, worked out once."""
    return _cached(transform, _in_order(schema))


def cache_key(prompt: Prompt) -> str:
    """Name the prefix that prompts share, so that a provider sends them to the same cache."""
    return f"shippanel-{_prefix_digest(prompt.instructions)}"


@lru_cache(maxsize=64)
def _prefix_digest(text: str) -> str:
    return digest(text)[:16]


@by_identity(64)
def _in_order(schema: dict[str, Any]) -> str:
    """Write a schema with its keys as they stand: their order is the order in which a model answers."""
    return json.dumps(schema, separators=(",", ":"))


@lru_cache(maxsize=128)
def _cached(transform: Callable[[dict[str, Any]], dict[str, Any]], written: str) -> dict[str, Any]:
    return transform(json.loads(written))


def _portable(schema: dict[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    told: list[str] = []
    for keyword, value in schema.items():
        if keyword in _SILENT:
            continue
        if keyword in _UNSENDABLE:
            told.append(f"{keyword}: {value}")
        elif keyword in _NAMED and isinstance(value, dict):
            kept[keyword] = {name: _portable(inner) for name, inner in value.items()}
        elif isinstance(value, dict):
            kept[keyword] = _portable(value)
        elif isinstance(value, list):
            kept[keyword] = [_portable(inner) if isinstance(inner, dict) else inner for inner in value]
        else:
            kept[keyword] = value
    if told:
        kept["description"] = f"{schema.get('description', '')} ({', '.join(told)})".strip()
    return kept
