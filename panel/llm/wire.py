"""What a provider sent, read without trust: strict JSON, and fields that are what they should be.

A 200 may hold anything. Nothing here raises for a field of the wrong type; it reads as absent.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

from panel.text import clip, visible
from panel.verdict import Usage

_MOST_TOKENS = 10**9
_LABEL = 200
"""Characters of an id or a name that are kept."""


class WireError(ValueError):
    """A body is not the one JSON object it should be. The message says why and repeats none of it."""


def read_object(content: bytes) -> dict[str, Any]:
    """Read a body that has to be one JSON object.

    Raises:
        WireError: it is not, holds a key twice, NaN or an unpaired surrogate, or is nested too deeply.
    """
    if not content.strip():
        raise WireError("the answer is empty")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise WireError("the answer is not UTF-8") from None
    try:
        read = json.loads(text, object_pairs_hook=_once, parse_constant=_refuse_constant)
    except WireError:
        raise
    except RecursionError:
        raise WireError("the answer is nested too deeply") from None
    except ValueError:
        kind = "a web page" if text.lstrip()[:1] == "<" else "not JSON"
        raise WireError(f"the answer is {kind}") from None
    if not isinstance(read, dict):
        raise WireError("the answer is JSON, but no object")
    return read


def section(content: object, name: str) -> dict[str, Any]:
    """Return the object under `name`, empty when there is none."""
    found = content.get(name) if isinstance(content, dict) else None
    return found if isinstance(found, dict) else {}


def entries(content: object, name: str) -> list[dict[str, Any]]:
    """Return the objects of the list under `name`."""
    found = content.get(name) if isinstance(content, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def words(content: object, name: str) -> str:
    """Return the text under `name`, empty when there is none.

    Raises:
        WireError: the text holds half a character, which nothing can store.
    """
    found = content.get(name) if isinstance(content, dict) else None
    if not isinstance(found, str):
        return ""
    try:
        found.encode("utf-8")
    except UnicodeEncodeError:
        raise WireError(f"{name!r} holds an unpaired surrogate") from None
    return found


def label(content: object, name: str) -> str | None:
    """Return a short name or id under `name`, made visible; None when there is none."""
    found = content.get(name) if isinstance(content, dict) else None
    return clip(visible(found[: 4 * _LABEL]), _LABEL) if isinstance(found, str) and found else None


def count(content: object, *names: str) -> int:
    """Return the sum of the token counts under `names`; what is no count is 0."""
    found = (content.get(name) if isinstance(content, dict) else None for name in names)
    return sum(
        min(number, _MOST_TOKENS)
        for number in found
        if isinstance(number, int) and not isinstance(number, bool) and number > 0
    )


def usage_of(
    read: int,
    written: int,
    *,
    reported: bool,
    cached: int = 0,
    cache_write: int = 0,
    read_excludes_cache: bool = False,
) -> Usage | None:
    """Put together what one call consumed; None when the provider did not report it.

    Args:
        read: input tokens as reported.
        written: output tokens.
        reported: whether there was a report at all.
        cached: input tokens that came from a cache.
        cache_write: input tokens that were written to it.
        read_excludes_cache: whether `read` leaves out both of these.
    """
    if not reported:
        return None
    total = cached + cache_write
    return Usage(
        calls=1,
        input_tokens=read + total if read_excludes_cache else max(read, total),
        cached_tokens=cached,
        cache_write_tokens=cache_write,
        output_tokens=written,
    )


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise WireError("the answer holds a key twice")
    return content


def _refuse_constant(name: str) -> NoReturn:
    raise WireError(f"the answer holds {name}, which is not JSON")
