"""From the text of a reply to one JSON object, or the rule it broke.

JSON as Python reads it is too kind: it accepts NaN, keys that stand there twice and any depth. Here a
reply is one object and nothing else. Only where the provider could not be asked for JSON at all may the
object stand in one fence. No rule ever repeats a word of the reply.
"""

from __future__ import annotations

import json
import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from panel.prompt import AnswerMode

LIMIT_BYTES = 64 * 1024
"""Size of an answer; a full one has about 6 KB."""
DEPTH = 8
"""Objects and lists inside one another; the form of an answer has five levels."""

_NO_STRUCTURE = re.compile(r'(?:"(?:[^"\\]++|\\.)*+"?|[^][{}"]++)++', re.DOTALL)
"""Strings, whatever they hold, and all else that opens and closes nothing."""
_STEPS = {"{": 1, "[": 1, "}": -1, "]": -1}
_FENCE = re.compile(r"\s*```(?:json)?[ \t]*\n(?P<inside>.*)\n[ \t]*```\s*", re.DOTALL | re.IGNORECASE)


class NotAnObjectError(ValueError):
    """A reply is not one JSON object; the message is the rule it broke, in our own words."""


def parse_object(text: str, mode: AnswerMode) -> dict[str, Any]:
    """Parse a reply.

    Args:
        text: the whole reply.
        mode: how the form was asked for; only under `prompt` may one fence stand around the object.

    Raises:
        NotAnObjectError: the reply is anything but one JSON object.
    """
    if len(text.encode("utf-8", "surrogatepass")) > LIMIT_BYTES:
        raise NotAnObjectError(f"must be no longer than {LIMIT_BYTES:,} bytes")
    if not text.strip():
        raise NotAnObjectError("must not be empty")
    fenced = _FENCE.fullmatch(text) if mode == "prompt" else None
    body = fenced["inside"] if fenced else text
    _check_depth(body)
    try:
        content = json.loads(body, object_pairs_hook=_object, parse_constant=_refuse_constant)
    except NotAnObjectError:
        raise
    except ValueError:
        raise NotAnObjectError(
            "must be one complete JSON object, with nothing before it and nothing after it"
        ) from None
    if not isinstance(content, dict):
        raise NotAnObjectError("must be a JSON object, not another JSON value")
    return content


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        raise NotAnObjectError("must not hold the same key twice in one object")
    return content


def _refuse_constant(_: str) -> NoReturn:
    raise NotAnObjectError("must hold no NaN and no Infinity")


def _check_depth(text: str) -> None:
    """Refuse deep nesting before the parser, which recurses, sees it."""
    steps = map(_STEPS.__getitem__, _NO_STRUCTURE.sub("", text))
    if max(accumulate(steps), default=0) > DEPTH:
        raise NotAnObjectError(f"must not nest deeper than {DEPTH} levels")
