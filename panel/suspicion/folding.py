"""The ways one text can be read once its disguises are taken off.

A reading is the text as a model might understand it: compatibility forms folded, invisible characters
gone, look-alike letters and figures put back, encodings undone. Each is made only where the text gives
cause for it, in time proportional to its length.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from panel.text import LATIN_TWINS, MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator


class Reading(NamedTuple):
    """One way to read a text."""

    text: str
    disguise: str
    """What had to be undone, as a noun phrase; empty for the text as it stands."""


_FIGURES_AS_I = str.maketrans("013457@$!|8", "oieastasiib")
_FIGURES_AS_L = str.maketrans("013457@$!|8", "oleastaslib")
_MIXED = re.compile(r"(?<![^\W_])(?=[^\W_]*[a-z])(?=[^\W_]*[\u0370-\u052f])[^\W_]+", re.IGNORECASE)
_LEET = re.compile(
    r"(?<!\S)(?=[^\s\w]*\w*[0-9@$!|])(?=\S*[a-z])[a-z0-9@$!|]{3,24}(?![a-z0-9])", re.IGNORECASE
)
_SPACED = re.compile(r"(?<![^\W_])[^\W\d_](?:([ ._*·-])[^\W\d_])(?:\1[^\W\d_])+(?![^\W_])")
_SPLIT = re.compile(r"(?<=[^\W\d_])[-._*·](?=[^\W\d_])")
_TWICE_SPLIT = re.compile(r"[^\W\d_]{1,4}(?:[-._*·][^\W\d_]{1,4}){2,}|\b[^\W\d_]{1,3}[-.*·_][^\W\d_]{2,6}\b")
_GLUED = re.compile(
    "(ignore|disregard|forget|override|previous|prior|above|earlier|instructions?|rubric|prompt|criteria|"
    "system|verdict|vote|ship|answer|give|full|marks|score|tool|reviewer|all|the|and|your|this|with|for)",
    re.IGNORECASE,
)
"""Words to look for where letters were set apart so evenly that the spaces between words are lost."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}[ :]?){10,}", re.IGNORECASE)
_BINARY = re.compile(r"(?:[01]{8}\s?){6,}")
_ESCAPES = re.compile(r"(?:\\u00|\\x)([0-9a-fA-F]{2})")
_HINTS = ("ignore", "instruction", "verdict", "vote ship", "prompt", "rubric", "disregard", "reviewer")
_REVERSED = tuple(hint[::-1] for hint in _HINTS)
_ROTATED = tuple(codecs.encode(hint, "rot13") for hint in _HINTS)


def readings(text: str) -> Iterator[Reading]:
    """Yield the text as it stands, then what it becomes when each disguise it may wear is removed."""
    plain = plain_reading(text)
    yield Reading(plain, "")
    twins = _translated(_MIXED, plain, LATIN_TWINS)
    if twins != plain:
        yield Reading(twins, "look-alike letters")
    if _LEET.search(twins):
        for table in (_FIGURES_AS_I, _FIGURES_AS_L):
            yield Reading(_translated(_LEET, twins, table), "figures for letters")
    if _SPACED.search(twins) or _TWICE_SPLIT.search(twins):
        yield Reading(_rejoined(twins), "split words")
    yield from _decoded(plain)
    folded = plain.casefold()
    if any(hint in folded for hint in _REVERSED):
        yield Reading(plain[::-1], "reversed text")
    if any(hint in folded for hint in _ROTATED):
        yield Reading(codecs.encode(plain, "rot13"), "rotated letters")


def plain_reading(text: str) -> str:
    """Fold compatibility forms, entities, accents on Latin letters and invisible characters."""
    folded = unicodedata.normalize("NFKC", html.unescape(MARKER.sub(_unmarked, text)))
    if not folded.isascii():
        apart = unicodedata.normalize("NFD", folded.translate({0x2019: "'", 0x2018: "'"}))
        folded = unicodedata.normalize("NFC", re.sub(r"(?<=[A-Za-z])[\u0300-\u036f]+", "", apart))
    return folded


def _translated(words: re.Pattern[str], text: str, table: dict[int, int] | dict[int, str]) -> str:
    return words.sub(lambda word: word[0].translate(table), text)


def _unmarked(marker: re.Match[str]) -> str:
    """Read a shown character as what it hid: a tag as its letter, a line break as a space."""
    code = int(marker[1], 16)
    if 0xE0020 <= code <= 0xE007E:
        return chr(code - 0xE0000)
    return " " if code in {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029} else ""


def _rejoined(text: str) -> str:
    """Join single letters set apart, and words broken by hyphens or dots."""
    joined = _SPACED.sub(lambda run: _GLUED.sub(r" \1 ", run[0].replace(run[1], "")), text)
    return _SPLIT.sub("", joined)


def _decoded(text: str) -> Iterator[Reading]:
    for run in _BASE64.finditer(text):
        yield from _as_text(_from_base64(run[0]), "base64")
    for run in _HEX.finditer(text):
        digits = re.sub(r"[ :]", "", run[0])
        yield from _as_text(bytes.fromhex(digits[: len(digits) // 2 * 2]), "hexadecimal")
    for run in _BINARY.finditer(text):
        octets = re.findall(r"[01]{8}", run[0])
        yield from _as_text(bytes(int(octet, 2) for octet in octets), "binary digits")
    if text.count("%") >= 3 and (unquoted := unquote(text)) != text:
        yield Reading(unquoted, "percent encoding")
    if _ESCAPES.search(text):
        yield Reading(_ESCAPES.sub(lambda code: chr(int(code[1], 16)), text), "character escapes")


def _from_base64(run: str) -> bytes:
    standard = run.rstrip("=").translate({ord("-"): "+", ord("_"): "/"})
    try:
        return base64.b64decode(
            standard[: len(standard) // 4 * 4 + len(standard) % 4] + "=" * (-len(standard) % 4)
        )
    except (binascii.Error, ValueError):
        return b""


def _as_text(data: bytes, disguise: str) -> Iterator[Reading]:
    """Yield bytes that turn out to be prose: printable, with letters and spaces."""
    decoded = data.decode("utf-8", "ignore").strip()
    if len(decoded) >= 8 and decoded.isprintable() and " " in decoded:
        yield Reading(decoded, disguise)
