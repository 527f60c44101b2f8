"""The form of an answer, as the JSON Schema a provider is asked to enforce.

Only what every provider's strict mode takes is used: objects whose properties are all required and
nothing else allowed, arrays, strings, integers, and `enum`. Moves and criteria are objects keyed by id
rather than arrays, so that the form itself makes each of them stand there exactly once; a score is an
`enum` of 0 to 4, because some providers ignore bounds. The order of properties is the order in which a
model writes: reasons before the decision.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, get_args

from panel.derived import by_digest
from panel.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.persona import Move, Persona

INSUFFICIENT: Final = "insufficient-information"
DECISIONS = (*get_args(Decision), INSUFFICIENT)
SCORES = (0, 1, 2, 3, 4)

_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}


@by_digest(64)
def response_schema(persona: Persona) -> dict[str, Any]:
    """Return the JSON Schema of a persona's answer, the same object each time: not to be changed."""
    return _object(
        {
            "moves": _object({move.id: _move(move) for move in persona.moves}),
            "criteria": _object({criterion.id: _criterion() for criterion in persona.criteria}),
            "missing": _TEXTS,
            "decision": {"type": "string", "enum": list(DECISIONS)},
            "conditions": _TEXTS,
            "quote": _TEXT,
        }
    )


@by_digest(64)
def schema_digest(persona: Persona) -> str:
    """SHA-256 of the schema as it is sent; the order of properties counts."""
    return hashlib.sha256(json.dumps(response_schema(persona)).encode()).hexdigest()


def schema_name(persona: Persona) -> str:
    """Name the schema for providers that want a name; it tells whose answer is asked for."""
    return f"verdict-{persona.id}"


def _move(move: Move) -> dict[str, Any]:
    if move.kind == "choice":
        return {"type": "string", "enum": list(move.choices)}
    return _TEXTS if move.kind == "list" else _TEXT


def _criterion() -> dict[str, Any]:
    quotation = _object({"text": _TEXT, "source": _TEXT})
    score = {"type": "integer", "enum": list(SCORES)}
    return _object({"quotes": {"type": "array", "items": quotation}, "because": _TEXT, "score": score})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(properties),
        "additionalProperties": False,
    }
