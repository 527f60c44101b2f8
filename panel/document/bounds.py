"""How large and how deep a document may be, whatever form it is written in."""

from __future__ import annotations

import re

from panel.errors import InputError
from panel.text import clip, visible

DEPTH = 12
"""Mappings and lists inside one another, the document itself included."""
NODES = 5_000
"""Mappings, lists, keys and scalars of one document."""
_SURROGATE = re.compile("[\ud800-\udfff]")


def check_surrogates(text: str, path: str, name: str) -> None:
    """Refuse half a surrogate pair, which JSON can write and UTF-8 cannot.

    Raises:
        InputError: `text`, found at the field `path`, holds one.
    """
    if not text.isascii() and _SURROGATE.search(text):
        field = f"{clip(visible(path), 80)}: " if path else ""
        raise InputError(
            f"{name}: {field}holds half a surrogate pair, which is not a character",
            "Write the character itself.",
        )


def too_deep(name: str) -> InputError:
    """Refuse a document nested beyond `DEPTH`."""
    return InputError(f"{name}: nested more than {DEPTH} levels deep", "A submission needs four levels.")


def too_many(name: str) -> InputError:
    """Refuse a document of more than `NODES` parts."""
    return InputError(f"{name}: has more than {NODES:,} parts", "Keep to what a reviewer needs.")


def quoted(text: str) -> str:
    """Quote a word from the document, visible and clipped, for a message."""
    return repr(clip(visible(text), 60))
