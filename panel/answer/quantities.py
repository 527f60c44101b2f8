"""Figures in prose, as a reader would compare them: a number, its scale and its unit.

Not every numeral is a figure. Years, dates, numbered names ("Llama 3", "E2", "24/7") and small counts
("two calls", "3 steps") state nothing that could be looked up, so they are passed over. Nor is a forecast
a claim: what a reviewer sets a date to, or makes a condition of, is its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL_COUNT = 12
"""Bare whole numbers up to this are counting, not measuring."""

_COUNTS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty"
)
_TENS = "thirty forty fifty sixty seventy eighty ninety hundred"
_WORDS = {word: str(number) for number, word in enumerate(_COUNTS.split(), 1)}
_WORDS |= {word: str(10 * tens) for tens, word in enumerate(_TENS.split(), 3)}
_INITIALS = "".join(sorted({word[0] for word in _WORDS}))
_NUMBER_WORD = re.compile(rf"\b(?=[{_INITIALS}])(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)

_SCALES = {
    **dict.fromkeys(("thousand", "k"), 1e3),
    **dict.fromkeys(("million", "m", "mn"), 1e6),
    **dict.fromkeys(("billion", "b", "bn"), 1e9),
    **dict.fromkeys(("trillion", "tn"), 1e12),
}
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0
_YEAR = 365.25 * _DAY
_UNITS: dict[str, tuple[str, float]] = {
    **dict.fromkeys(("ms", "msec", "millisecond", "milliseconds"), ("time", 0.001)),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), ("time", 1.0)),
    **dict.fromkeys(("min", "mins", "minute", "minutes"), ("time", _MINUTE)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), ("time", _HOUR)),
    **dict.fromkeys(("day", "days"), ("time", _DAY)),
    **dict.fromkeys(("week", "weeks"), ("time", 7 * _DAY)),
    **dict.fromkeys(("month", "months"), ("time", _YEAR / 12)),
    **dict.fromkeys(("year", "years"), ("time", _YEAR)),
    **dict.fromkeys(("kb", "kib"), ("memory", 1.0)),
    **dict.fromkeys(("mb", "mib"), ("memory", 1024.0)),
    **dict.fromkeys(("gb", "gib"), ("memory", 1024.0**2)),
    **dict.fromkeys(("tb", "tib"), ("memory", 1024.0**3)),
    **dict.fromkeys(("%", "percent", "per cent"), ("share", 1.0)),
    **dict.fromkeys(("x", "×", "times", "fold"), ("factor", 1.0)),
    **dict.fromkeys(("dollar", "dollars", "usd", "euro", "euros", "eur", "pound", "pounds"), ("money", 1.0)),
}
"""Unit → what it measures, and how many of that measure's base unit it is."""

_UNIT_NAMES = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_FIGURE = re.compile(
    # A glance at the first character passes over most of a text.
    r"(?=[$€£¥\dueg])"
    r"(?:(?<![\w.,/])(?<![A-Za-z]-)|(?<=\bsub-))"
    r"(?:(?P<currency>[$€£¥]|\b(?:USD|EUR|GBP)\b)[ ]?)?"
    r"(?P<number>\d{1,3}(?:,\d{3})++(?:\.\d++)?|\d++(?:[.,]\d++)?)"
    r"(?:[ -]?(?P<scale>thousand|million|billion|trillion|bn|mn|tn|[kmb])(?![\w-]))?"
    rf"(?:[ -]?(?P<unit>{_UNIT_NAMES})(?!\w))?"
    r"(?![\w/]|[.,]\d)",
    re.IGNORECASE,
)
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = rf"(?:{'|'.join(f'{month}|{month[:3]}' for month in _MONTHS)})\.?"
_NOT_FIGURES = re.compile(
    r"https?://\S+|\b\d{4}-\d{2}(?:-\d{2})?\b|\b24/7\b|\bQ[1-4]\b|\b(?:19|20|21)\d\ds\b"
    r"|\b[A-Za-z]+\d[\w.]*(?:-[\w.]+)+"
    rf"|\b\d{{1,2}}(?:st|nd|rd|th)?\s+{_MONTH}(?:\s+\d{{4}})?\b|\b{_MONTH}\s+\d{{1,2}},\s+\d{{4}}\b"
)
"""Addresses, dates, idioms and the names of models ("VL2-8B")."""
_YEAR_NUMBER = re.compile(r"(?:19|20|21)\d\d")
_BEFORE_A_YEAR = re.compile(
    r"\b(?:in|by|of|since|until|till|before|after|during|from|to|through|and|or|late|early|mid|year|than"
    rf"|around|end|for|fy|{_MONTH})[\s-]*$|[–(]$",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\s+[a-z]+s\b")
_NAMED = re.compile(r"(?:^|\s)(?P<word>[\w.+#-]+)\s$")
_NUMBERED = frozenset("version release phase step section chapter page level layer type tier no".split())
_ORDINARY = frozenset(
    "a about above almost and around at below between but by cost costs for from in it its just least "
    "most nearly of on only or over pay priced roughly some than that the these this those to under up "
    "with".split()
)
_UNIT_REACH = 24
"""Characters behind a spelled-out number in which its scale and unit stand."""
_DIGIT = re.compile(r"[0-9]")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+")
_FORECAST = re.compile(
    r"\b(?:by|before|until|towards?)\b[^.;]{0,40}\b(?:20|21)\d\d\b|\bwithin\b[^.;]{0,30}\b(?:months?|years?)\b",
    re.IGNORECASE,
)
_CONDITION = re.compile(r"\b(?:if|unless|until|provided|once|would have to|must)\b", re.IGNORECASE)


class Quantity(NamedTuple):
    """A figure: what was written, and what it amounts to."""

    words: str
    number: float
    """The number as written, without scale and unit."""
    amount: float
    """In the base unit of its measure, scale included."""
    measure: str
    """`time`, `memory`, `share`, `factor` or `money`; empty when the unit is none of these."""

    def agrees_with(self, other: Quantity) -> bool:
        """Tell whether two figures can be the same one; one without a unit is compared by its number."""
        if self.measure == other.measure:
            return _same(self.amount, other.amount)
        if self.measure and other.measure:
            return False
        bare = other if self.measure else self
        return bare.amount == bare.number and _same(self.number, other.number)


def quantities(text: str) -> Iterator[Quantity]:
    """Find every number in a source, names and years included, and the spelled-out ones that measure."""
    for match in _FIGURE.finditer(text) if _DIGIT.search(text) else ():
        yield _quantity(match)
    for word in _NUMBER_WORD.finditer(text):
        measured = _FIGURE.match(
            _WORDS[word.group().casefold()] + text[word.end() : word.end() + _UNIT_REACH]
        )
        quantity = _quantity(measured) if measured else None
        if quantity and (quantity.measure or quantity.amount > SMALL_COUNT):
            yield quantity


def claims(text: str) -> Iterator[tuple[str, Quantity]]:
    """Find the figures a reviewer states, each with its sentence."""
    for sentence in _SENTENCE.split(text):
        if not _DIGIT.search(sentence) or _FORECAST.search(sentence):
            continue
        plain = _NOT_FIGURES.sub(lambda match: " " * len(match.group()), sentence)
        for match in _FIGURE.finditer(plain):
            if _is_claim(match, plain):
                yield sentence, _quantity(match)


def _is_claim(match: re.Match[str], sentence: str) -> bool:
    before, after = sentence[: match.start()], sentence[match.end() :]
    if _CONDITION.search(before):
        return False
    if match["currency"] or match["unit"]:
        return True
    if match["scale"]:
        return not _is_name(before)
    number = match["number"]
    if _YEAR_NUMBER.fullmatch(number):
        return not (_BEFORE_A_YEAR.search(before) or not _COUNTED.match(after))
    if number.isdigit() and int(number) <= SMALL_COUNT:
        return False
    return not (len(number) <= 4 and "," not in number and _is_name(before))


def _is_name(before: str) -> bool:
    """Tell whether the word before a number takes it as part of a name: "Python 3.11", "version 20"."""
    match = _NAMED.search(before)
    if match is None:
        return False
    word = match["word"]
    return word.lower() in _NUMBERED or (not word.islower() and word.lower() not in _ORDINARY)


def _quantity(match: re.Match[str]) -> Quantity:
    number = _number(match["number"])
    scale = _SCALES[match["scale"].casefold()] if match["scale"] else 1.0
    measure, factor = _UNITS[match["unit"].casefold()] if match["unit"] else ("", 1.0)
    if match["currency"]:
        measure = "money"
    return Quantity(match.group().strip(), number, number * scale * factor, measure)


def _number(text: str) -> float:
    if "," in text and not re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        return float(text.replace(",", "."))
    return float(text.replace(",", ""))


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-6 * max(abs(one), abs(other))
