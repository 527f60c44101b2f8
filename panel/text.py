"""Text that shows what it holds: visible characters, slugs, identities, excerpts.

Untrusted text passes through `visible` before anybody stores, prints or judges it. The rules look at
the context of a character, because Persian, Hindi and emoji need joiners that elsewhere only hide
something. Nothing here knows what the text means, and nothing here is a security boundary: every sink
still escapes for itself.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

MARKER = re.compile(r"<U\+([0-9A-F]{4,6})>")
"""How `visible` shows a character that cannot be seen or does not belong where it stands."""

ZWNJ, ZWJ = "\u200c", "\u200d"
TEXT_STYLE, EMOJI_STYLE = "\ufe0e", "\ufe0f"
KEYCAP = "\u20e3"
FLAG = re.compile(
    "\U0001f3f4(?:{})".format(
        "|".join(
            "".join(chr(0xE0000 + ord(letter)) for letter in region) + "\U000e007f"
            for region in ("gbeng", "gbsct", "gbwls")
        )
    )
)
"""The three subdivision flags: a black flag, five tag letters and the cancel tag."""

FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Blank glyphs that Unicode does not call control characters."""
MARKS_KEPT = 8
"""Combining marks a letter may carry; Vietnamese, Hebrew and Tibetan need fewer."""
_MARKS_NORMALISED = 32
"""Longest run of marks handed to the normaliser, whose time grows with the square of the run."""

_PLAIN = " -~\u00a0-\u00ac\u00ae-\u017f\u2010-\u2015\u2018-\u2026\u2190-\u2193\u20ac\u2122\u2212"
"""What most texts are made of: characters that are visible and normal whatever stands beside them."""
_PLAIN_LINE, _PLAIN_LINES = re.compile(f"[{_PLAIN}]*"), re.compile(f"[{_PLAIN}\n\t]*")

_HIDDEN_CATEGORIES = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))
_ARABIC = ((0x0600, 0x08FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFE))
_INDIC = (
    (0x0900, 0x0DFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x1CD0, 0x1CFF),
    (0xA8E0, 0xA8FF),
    (0x11000, 0x11DAF),
)
_EMOJI = (
    (0x2194, 0x21AA),
    (0x231A, 0x23FF),
    (0x25AA, 0x25FE),
    (0x2600, 0x27BF),
    (0x2934, 0x2935),
    (0x2B05, 0x2B55),
    (0x1F000, 0x1FAFF),
)
_SINGLE_EMOJI = frozenset("\u00a9\u00ae\u203c\u2049\u2122\u2139\u24c2\u3030\u303d\u3297\u3299")
_SELECTORS = ((0xFE00, 0xFE0D), (0xE0100, 0xE01EF))
_TAG_LETTERS = "".join(chr(code) for code in range(0xE0020, 0xE007F))
_KEYS = frozenset("0123456789#*")

_RESERVED_SLUGS = frozenset(
    (
        *("con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in range(10))),
        *("404", "about", "api", "assets", "category", "compare", "digest", "feed", "favicon", "health"),
        *("index", "llms", "new", "panel", "reviewer", "robots", "search", "sitemap", "static", "submit"),
        *("tool", "tools"),
    )
)
"""Names that a file system or a published site keeps for itself."""
SLUG_LENGTH = 80

_LATIN_TWINS = dict(
    zip(
        "АВЕЅІЈКМНОРСТХҮаеорсухѕіјһԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυχ",
        "ABESIJKMHOPCTXYaeopcyxsijhdqwABEZHIKMNOPTYXaivopux",
        strict=True,
    )
)
LATIN_TWINS = str.maketrans(_LATIN_TWINS)
"""Cyrillic and Greek letters that a reader takes for Latin ones, and the Latin ones."""


_LOOKALIKE_SCRIPTS = frozenset(("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU"))


class Hidden(NamedTuple):
    """A character that cannot be seen, or does not belong where it stands."""

    at: int
    """Where it stands in the text, in code points."""
    code: str
    """Its code point, as `U+200B`."""


def visible(text: str, *, multiline: bool = False) -> str:
    """Show every hidden character of `text` as `<U+XXXX>`, and normalise the rest to NFC.

    Kept in context: joiners between Arabic or Indic letters, joiners and style selectors inside emoji,
    the three subdivision flags, up to eight combining marks on one letter. Applying it twice changes
    nothing more.

    Args:
        text: anything, lone surrogates included.
        multiline: keep newlines and tabs, and take a carriage return and newline for a newline. In a
            single line they too are shown as `<U+000A>` and `<U+0009>`: a name that held two lines
            must not look like one that held a space.
    """
    if _is_plain(text, multiline=multiline):
        return text
    if multiline:
        text = text.replace("\r\n", "\n")
    normal = unicodedata.normalize("NFC", _show(text, _excess_marks(text, _MARKS_NORMALISED)))
    hidden = (found.at for found in hidden_characters(normal, multiline=multiline))
    return unicodedata.normalize("NFC", _show(normal, hidden))


def hidden_characters(text: str, *, multiline: bool = True) -> tuple[Hidden, ...]:
    """Find the characters that `visible` would show, in order."""
    if _is_plain(text, multiline=multiline):
        return ()
    kept = _flag_indexes(text)
    piled = set(_excess_marks(text, MARKS_KEPT))
    found = []
    before = ""
    for index, character in enumerate(text):
        plain = character.isascii() and character.isprintable()
        if plain or index in kept:
            before = character
            continue
        after = "" if index + 1 in piled else text[index + 1 : index + 2]
        if index in piled or _is_hidden(character, before, after, multiline=multiline):
            found.append(Hidden(index, _code(character)))
            before = ""
        else:
            before = character
    return tuple(found)


def clip(text: str, limit: int) -> str:
    """Shorten `text` to at most `limit` characters, the last an ellipsis when something was cut.

    A cut never leaves half a `<U+XXXX>` or a joiner without its second half.
    """
    if len(text) <= limit:
        return text
    kept = re.sub(r"<(?:U(?:\+[0-9A-F]{0,6})?)?$", "", text[: max(limit - 1, 0)])
    return kept.rstrip(f"{ZWJ}{ZWNJ}{_TAG_LETTERS} \t\n") + "…"


def slug_of(name: str) -> str:
    """Derive the address of a tool from its name: lower-case ASCII words joined by hyphens.

    Different names may share a slug (C, C++ and C#): whoever stores them resolves that by
    `identity_of`. In a name of mixed scripts, letters that are not Latin appear as code points, so that
    it never takes the address of the name it resembles.
    """
    from slugify import slugify  # noqa: PLC0415 - its transliteration tables cost 30 ms to load

    plain = unicodedata.normalize("NFKC", name)
    if mixed_scripts(name):
        plain = "".join(c if _script(c) in {"", "LATIN"} else f"u{ord(c):04x}" for c in plain)
    slug = slugify(plain, entities=False, decimal=False, hexadecimal=False, backend="text-unidecode")
    mark = hashlib.sha256(identity_of(name).encode("utf-8", "surrogatepass")).hexdigest()[:8]
    if not slug:
        return f"tool-{mark}"
    if slug in _RESERVED_SLUGS:
        return f"{slug}-{mark}"
    if len(slug) > SLUG_LENGTH:
        return f"{slug[: SLUG_LENGTH - 9].rstrip('-')}-{mark}"
    return slug


def identity_of(name: str) -> str:
    """Reduce a name to what makes two names the same tool: NFC, case and white space folded."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.split())


def mixed_scripts(name: str) -> bool:
    """Tell whether a name mixes look-alike scripts: Latin with Cyrillic, Greek and their kin.

    Inside one word any such mixture counts, except Greek letters that resemble no Latin one (λ, π). A
    whole word counts when it is spelt in look-alikes only and stands beside Latin words. Japanese,
    Korean and Chinese names may hold Latin words, as they do in print.
    """
    words = re.findall(r"[^\W\d_]+", unicodedata.normalize("NFKC", name))
    scripts = [_word_scripts(word) for word in words]
    if any(len(found) > 1 for found in scripts):
        return True
    latin = any(found == {"LATIN"} for found in scripts)
    disguised = (
        found and found != {"LATIN"} and all(letter in _LATIN_TWINS for letter in word)
        for word, found in zip(words, scripts, strict=True)
    )
    return latin and any(disguised)


def _is_plain(text: str, *, multiline: bool) -> bool:
    """Tell quickly whether nothing in a text needs to be looked at one by one."""
    if text.isascii() and text.isprintable():
        return True
    return bool((_PLAIN_LINES if multiline else _PLAIN_LINE).fullmatch(text))


def _word_scripts(word: str) -> set[str]:
    scripts = {_script(letter) for letter in word} - {""}
    if scripts == {"LATIN", "GREEK"} and not any(letter in _LATIN_TWINS for letter in word):
        return {"LATIN"}
    return scripts


def _script(letter: str) -> str:
    """Name the script of a letter that has look-alikes in another; empty for all others."""
    if not letter.isalpha():
        return ""
    script = unicodedata.name(letter, "").partition(" ")[0]
    return script if script in _LOOKALIKE_SCRIPTS else ""


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"


def _show(text: str, indexes: Iterable[int]) -> str:
    pieces = []
    start = 0
    for index in indexes:
        pieces += [text[start:index], f"<{_code(text[index])}>"]
        start = index + 1
    return "".join([*pieces, text[start:]])


def _flag_indexes(text: str) -> frozenset[int]:
    if "\U0001f3f4" not in text:
        return frozenset()
    return frozenset(index for flag in FLAG.finditer(text) for index in range(*flag.span()))


def _excess_marks(text: str, limit: int) -> list[int]:
    """Find the combining marks beyond `limit` on one letter; joiners do not begin a new letter."""
    found = []
    run = 0
    for index, character in enumerate(text):
        if character.isascii():
            run = 0
        elif unicodedata.category(character)[0] == "M":
            run += 1
            if run > limit:
                found.append(index)
        elif character not in {ZWJ, ZWNJ}:
            run = 0
    return found


def _is_hidden(character: str, before: str, after: str, *, multiline: bool) -> bool:
    """Judge one character between its neighbours, which are empty where they are hidden themselves."""
    if character in {ZWJ, ZWNJ}:
        return not _joins(before, after, emoji=character == ZWJ)
    if character in {TEXT_STYLE, EMOJI_STYLE}:
        return not (_is_emoji(before) or (after == KEYCAP and before in _KEYS))
    if character in "\n\t":
        return not multiline
    if character in FILLERS or _is_between(character, _SELECTORS):
        return True
    category = unicodedata.category(character)
    # Pictographs newer than this Python's tables are unassigned here, and visible to a reader.
    return category in _HIDDEN_CATEGORIES and not (category == "Cn" and _is_between(character, _EMOJI[-1:]))


def _joins(before: str, after: str, *, emoji: bool) -> bool:
    if emoji and (_is_emoji(before) or before == EMOJI_STYLE) and _is_emoji(after):
        return True
    return any(_is_letter(before, family) and _is_letter(after, family) for family in (_ARABIC, _INDIC))


def _is_letter(character: str, family: tuple[tuple[int, int], ...]) -> bool:
    return _is_between(character, family) and unicodedata.category(character)[0] in "LM"


def _is_emoji(character: str) -> bool:
    return character in _SINGLE_EMOJI or _is_between(character, _EMOJI) if character else False


def _is_between(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    return bool(character) and any(first <= ord(character) <= last for first, last in ranges)
