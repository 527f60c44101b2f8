"""Cut a submission into statements that can be cited, and mark what each one denies or only claims.

A statement is a sentence of the description or of the evidence, or the value of a structured field.
Nothing here knows any persona.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.tool import Submission

WORD = re.compile(r"[$€£¥%]|\d+(?:[.,:]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])[\"”’)\]]*\s+(?=[\"“(\[]?[\w`*-])|(?<=[\u3002\uff01\uff1f])|\s*\n\s*[-*•]\s+|\s*\n+\s*"
)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|etc|approx|incl|no|Inc|Ltd|Dr|St|cf)|\b[A-Z])\.[)\"”]*$")
_HARD_BREAK = re.compile(r"[;:()\[\]—–]|\s-\s")

CONTRAST = frozenset(
    """
    but although though whereas while however except unless despite
    """.split()
)
NEGATORS = frozenset(
    """
    no not never without none neither nor cannot nothing nobody lacks lack lacking lacked zero hardly
    avoids avoid removes eliminates skips instead nowhere fails refuses prohibits forbids excludes
    """.split()
)
LIST_NEGATORS = frozenset(
    """
    no without neither nor never
    """.split()
)
AFTER_NEGATION = frozenset(
    """
    not never missing unavailable absent unpublished undisclosed unknown unstated lacking nowhere
    impossible prohibited forbidden excluded unsupported
    """.split()
)
AUXILIARY = frozenset(
    """
    is are was were has have had been be do does did yet still currently so far remain remains can will
    there at all simply being itself available
    """.split()
)
REPORTED = frozenset(
    """
    claims claim claimed claiming reportedly allegedly supposedly purportedly promises promised aims
    hopes intends expects expected may might could potentially advertised advertises touts touted
    believes envisions imagines wants according
    """.split()
)
PROSPECTIVE = frozenset(
    """
    planned plans plan roadmap soon upcoming eventually someday forthcoming future intended
    """.split()
)
PAUSES = frozenset(
    """
    that which who for in with without by from on at and or so where when as than into over under
    through because if per
    """.split()
)
"""Words before which a quotation may begin or end."""
CLOSED_WORDS = AUXILIARY | PAUSES | {"of", "to", "and", "either", "needed", "required", "whatsoever", "nor"}
"""Words that do not go on a term."""
DANGLING = PAUSES | {"the", "a", "an", "of", "to", "its", "their", "is", "are", "not"}
"""Words that a quotation does not end with."""
CONJUNCTIONS = CONTRAST | {"and", "or", "so", "as"}
NOT_NAMES = frozenset(
    """
    a an the it its this that these those we our i my they their you your he she one no not nothing nobody
    each every all any some most many both either neither in on at by for from to with without of as if when
    while where what who why how there here and or but so yet only also then than now today reviews
    alternatives
    """.split()
)
"""Words that are capitalised for where they stand."""
FIGURE, NAME = "#", "@"
"""What a word can be by its shape, as phrases ask for it."""
NOT_NEGATION = {"not": frozenset({"only", "just", "merely"}), "no": frozenset({"matter", "doubt", "less"})}

NEGATION_REACH = 6
"""How many words a denial reaches forward."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a statement, with its place in the text and the clause it stands in."""

    text: str
    folded: str
    start: int
    end: int
    clause: int
    part: int
    """What stands between two hard breaks; a clause may also end at a contrast ("but")."""
    after_comma: bool
    kind: str
    """`#` for a figure, `@` for a capitalised name, empty for any other word."""

    @property
    def titled(self) -> bool:
        """Whether it is written like a name in the middle of a sentence; word stems do not match it."""
        return self.start > 0 and self.kind == NAME and self.text[1:].islower()


@dataclass(frozen=True)
class Statement:
    """Something the submission says, in its own words."""

    text: str
    source: str
    """The field or evidence id to cite."""
    scopes: frozenset[str]
    """The names under which a signal may ask for statements of this kind."""
    topic: str = ""
    """Words that belong to the field rather than to its value (a fact's key); matched, never cited."""
    second_hand: bool = False
    """Whether it was attached rather than submitted, and nobody independent says so."""
    interested: bool = False
    """Whether somebody says so who has something to sell."""

    @cached_property
    def words(self) -> tuple[Word, ...]:
        """The words to match: those of the topic first, with negative positions, then the text's."""
        return (*_words(self.topic, offset=-len(self.topic) - 1), *_words(self.text))

    def denies(self, start: int, end: int) -> bool:
        """Whether the words from `start` to `end` stand under a denial in their clause."""
        before = sum(self._reaches(at, start) for at in range(max(0, start - NEGATION_REACH), start))
        return (before % 2 == 1) != self._denied_after(end)

    def goes_on(self, end: int) -> bool:
        """Whether the word at `end` makes one term with those before it ("API" in "no API key")."""
        if end >= len(self.words):
            return False
        word, before = self.words[end], self.words[end - 1]
        if word.clause != before.clause or word.after_comma or word.folded in CLOSED_WORDS:
            return False
        return not self.text[max(before.end, 0) : max(word.start, 0)].strip()

    def hedges(self, start: int, end: int) -> bool:
        """Whether the words from `start` to `end` are claimed, planned or hoped for rather than stated."""
        if self.second_hand:
            return True
        here = {self.words[at].clause for at in range(start, end)}
        for at, word in enumerate(self.words):
            if word.folded in PROSPECTIVE and word.clause in here and not start <= at < end:
                return True
            if word.folded in REPORTED and at < start and word.clause in here:
                return True
        return False

    def excerpt(self, start: int, end: int, limit: int = 14) -> str:
        """Quote up to `limit` words around the words from `start` to `end`, verbatim, within their clause.

        It begins and ends where the sentence pauses, as far as the limit allows.
        """
        own = next((at for at, word in enumerate(self.words) if word.start >= 0), None)
        if own is None:
            return self.text
        first, after = max(start, own), max(end, own + 1)
        starts = [first]
        for at in range(first, max(own, after - limit) - 1, -1):
            if self.words[at].part != self.words[first].part:
                break
            if at == own or self._pauses_before(at):
                starts.append(at)
        longest = ""
        for at in reversed(starts):
            quote, ended = self._quote(self._past_conjunctions(at, first), after, limit)
            if ended:
                return quote
            longest = longest or quote
        return longest

    def passage(self, offset: int, limit: int) -> str:
        """Quote up to `limit` words from a place in the text on, to where the sentence pauses."""
        at = next((at for at, word in enumerate(self.words) if word.start >= offset), None)
        return "" if at is None else self._quote(at, at + 1, limit)[0]

    def _past_conjunctions(self, at: int, last: int) -> int:
        while at < last and self.words[at].folded in CONJUNCTIONS:
            at += 1
        return at

    def _quote(self, low: int, least: int, limit: int) -> tuple[str, bool]:
        """Quote from the word at `low` to the last pause within `limit` words, at least up to `least`.

        Also tell whether that pause is the end of the clause.
        """
        high, ended = least, False
        for at in range(least, min(len(self.words), low + limit) + 1):
            ended = at == len(self.words) or self.words[at].part != self.words[low].part
            if ended or self._pauses_before(at):
                high = at
            if ended:
                break
        return self.text[self.words[low].start : self._closed(self.words[high - 1].end)], ended

    def _pauses_before(self, at: int) -> bool:
        word, before = self.words[at], self.words[at - 1] if at else None
        breaks = before is None or before.part != word.part or word.after_comma
        spaced = self.text[word.start - 1].isspace() if word.start > 0 else True
        return breaks or (word.folded in PAUSES and spaced and self.words[at - 1].folded not in DANGLING)

    def _closed(self, end: int) -> int:
        """Take a sign that is glued to the last word along with it."""
        while end < len(self.text) and self.text[end] in "+#":
            end += 1
        return end

    def _reaches(self, at: int, target: int) -> bool:
        word = self.words[at]
        if word.folded not in NEGATORS and not word.folded.endswith(("n't", "n’t")):
            return False
        if word.clause != self.words[target].clause:
            return False
        following = self.words[at + 1].folded if at + 1 < len(self.words) else ""
        if following in NOT_NEGATION.get(word.folded, ()):
            return False
        if not any(self.words[k].after_comma for k in range(at + 1, target + 1)):
            return True
        rest = [w.folded for w in self.words[at + 1 :] if w.clause == word.clause]
        return word.folded in LIST_NEGATORS and ("or" in rest or "nor" in rest)

    def _denied_after(self, end: int) -> bool:
        if end < 1:
            return False
        clause = self.words[end - 1].clause
        for word in self.words[end : end + 5]:
            if word.clause != clause or word.after_comma:
                return False
            if word.folded in AFTER_NEGATION or word.folded.endswith(("n't", "n’t")):
                return True
            if word.folded not in AUXILIARY:
                return False
        return False


def statements(tool: Submission) -> tuple[Statement, ...]:
    """Read a submission into statements, description first."""
    return tuple(_read(tool))


def sentences(text: str) -> list[str]:
    """Split prose into sentences; line breaks and bullets end one, abbreviations do not."""
    parts: list[str] = []
    for piece in _SENTENCE_END.split(text):
        if parts and _ABBREVIATION.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {piece.strip()}"
        elif piece.strip():
            parts.append(piece.strip())
    return parts


def _read(tool: Submission) -> Iterator[Statement]:
    for sentence in sentences(tool.description):
        yield Statement(sentence, "description", frozenset({"text", "description"}))
    if tool.tagline:
        yield Statement(tool.tagline, "tagline", frozenset({"text", "tagline"}))
    if tool.pricing.entry:
        yield Statement(tool.pricing.entry, "pricing", frozenset({"pricing", "pricing.entry"}), "price")
    if tool.pricing.model != "unknown":
        scopes = frozenset({"pricing", "pricing.model"})
        yield Statement(tool.pricing.model, "pricing.model", scopes, "pricing model")
    if tool.licence:
        yield Statement(tool.licence, "licence", frozenset({"licence"}), "licence")
    for key, fact in tool.facts.items():
        source = f"facts.{key}"
        said = f"{fact.value} {fact.unit}".strip()
        yield Statement(said, source, frozenset({"facts", source}), key.replace("_", " "))
    for item in tool.evidence:
        scopes = frozenset({"evidence", f"evidence.{item.kind}"})
        for sentence in sentences(item.text):
            yield Statement(
                sentence,
                item.id,
                scopes,
                second_hand=item.kind != "independent",
                interested=item.kind == "vendor",
            )


def _words(text: str, offset: int = 0) -> Iterator[Word]:
    clause, part, last = 0, 0, 0
    for match in WORD.finditer(text):
        gap = text[last : match.start()]
        folded = match.group().casefold().replace("’", "'")
        broken = bool(_HARD_BREAK.search(gap))
        part += broken
        clause += broken or folded in CONTRAST
        kind = _kind(match.group()[0], folded)
        start, end = match.start() + offset, match.end() + offset
        yield Word(match.group(), folded, start, end, clause, part, "," in gap, kind)
        last = match.end()


def _kind(first: str, folded: str) -> str:
    if first.isdigit():
        return FIGURE
    return NAME if first.isupper() and folded not in NOT_NAMES else ""
