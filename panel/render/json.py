"""A scorecard as JSON, and the JSON Schema it keeps to.

The text is strict JSON. Characters that a terminal would not show as themselves are written as
escapes, so that the output is inert on a screen and still carries every character to a parser.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from panel.render.lines import encodes
from panel.scorecard import Scorecard
from panel.value import published

if TYPE_CHECKING:
    from panel.value import Value

_PLACES = {"cost_usd": 6, "latency_s": 3}
_PLACES_ELSEWHERE = 4
_NOT_ASCII = re.compile(r"[^\n\x20-\x7e]")


def render_json(card: Value, *, encoding: str = "utf-8", indent: int | None = 2) -> str:
    """Write a scorecard, or any other result of the panel, as JSON.

    Args:
        card: what to show; its serialised form names its schema.
        encoding: what the stream can carry; characters it lacks are written as escapes.
        indent: spaces for each level; None writes it on one line.
    """
    content = _rounded(card.model_dump(mode="json", by_alias=True))
    text = json.dumps(content, indent=indent, ensure_ascii=False, allow_nan=False)
    return _NOT_ASCII.sub(lambda match: _escaped(match[0], encoding), text) + "\n"


def scorecard_schema() -> dict[str, Any]:
    """Describe what `render_json` writes for a scorecard, as JSON Schema draft 2020-12."""
    return published("scorecard", Scorecard.model_json_schema(by_alias=True, mode="serialization"))


def _rounded(content: Any, key: str = "") -> Any:  # noqa: ANN401  # any JSON value
    if isinstance(content, float):
        return round(content, _PLACES.get(key, _PLACES_ELSEWHERE))
    if isinstance(content, dict):
        return {name: _rounded(value, name) for name, value in content.items()}
    if isinstance(content, list):
        return [_rounded(value) for value in content]
    return content


def _escaped(character: str, encoding: str) -> str:
    shown = character.isprintable() and encodes(character, encoding)
    return character if shown else json.dumps(character)[1:-1]
