"""Pick out what a submission says of itself: what it is, whom it is for, whom it names as rivals.

Patterns of English prose only; no list of products, vendors or markets.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from panel.reviewers.rubric.phrases import PhraseTree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from panel.reviewers.rubric.statements import Statement
    from panel.tool import Submission

FUNCTION_WORDS = frozenset(
    """
    the a an and or of to in for with on by from is are was it its that this as at be without no not into your
    you can which when than their they has have does each one after all any but if we our over
    """.split()
)
ENGLISH_SHARE = 0.2
"""Least share of function words in English prose; running English text has 0.3 to 0.5, other languages
that use the Latin alphabet stay under 0.15."""
_VERBS = (
    "lets gives provides turns runs adds offers records generates checks helps brings watches finds converts "
    "compiles stores reads takes makes keeps can"
).split()
_READERS = (
    "developers? engineers? teams? compan(?:y|ies) researchers? analysts? agenc(?:y|ies) startups? "
    "enterprises? designers? hospitals? banks? operators? administrators? managers? maintainers? editors? "
    "writers? lawyers? firms? departments? scientists? students? teachers? clinics? retailers? "
    "organi[sz]ations? businesses shops? buyers? customers? groups? owners? leads? labs? schools? people"
).split()
_DEFINES = re.compile(rf"\b(?:is|are)\s+(?=(?:an?|the|one|our|[\w-]+['’]s)\s)|\b(?=(?:{'|'.join(_VERBS)})\s)")
_AUDIENCE = re.compile(
    r"\b(?:(?:meant\s+for|aimed\s+at|aims\s+at|targets|used\s+by|sold\s+to|sells\s+to)|(?:for|to|by|at|with)"
    rf"(?=\s+(?:[\w-]+\s+){{0,5}}?(?:{'|'.join(_READERS)})\b))\s+"
)
_LISTING = (
    "alternative* … include*;alternative* to;alternative* are;compet* … with;competitor* … include*;"
    "competitor* … are;compet* against;rival* … include*;rival* … are;rivals such as;rivals like;"
    "compared with;compared to;in contrast to;versus;vs;unlike;instead of;replacement for;replaces;"
    "better than;faster than;cheaper than;similar to;against;tools like;tools such as;products like"
)
_RIVAL_CUES = PhraseTree((cue, cue) for cue in _LISTING.split(";"))
_NAME = (
    r"(?<![\w-])(?:[a-z]{3,}\.(?:io|ai|dev|com|org|net|sh|js)|[A-Z][\w.+#'’-]*|[a-z]+\d[\w.-]*|"
    r"[a-z]+[A-Z]\w*)"
)
_NAME_LIST = re.compile(rf"{_NAME}(?:\s+(?:{_NAME}|\d[\w.-]*))*")
_LIST_ENDS = re.compile(r"[;:(]|\.\s|,?\s(?:which|who|that|but|while)\b")
_BETWEEN_NAMES = re.compile(r",|\band\b|\bor\b")
_NOT_A_RIVAL = frozenset(
    "AI API APIs SDK LLM LLMs CLI SaaS UI I It The This That These Reviews Its In On For".split()
)
LONGEST_LIST = 6
LONGEST_ITEM = 6
"""Words in one entry of a list of names, articles and epithets included."""


def is_english(statements: Iterable[Statement]) -> bool:
    """Whether the prose is in the language that the signals know."""
    words = [w.folded for s in statements if "text" in s.scopes for w in s.words if w.folded[0].isalpha()]
    known = sum(word in FUNCTION_WORDS for word in words)
    return bool(words) and known >= ENGLISH_SHARE * len(words)


def definition(statements: Iterable[Statement]) -> str:
    """Find the words that say what the tool is; verbatim, up to 22 words, empty when there is no prose."""
    prose = [s for s in statements if s.source == "description"]
    for statement in prose[:3]:
        found = _DEFINES.search(statement.text)
        if found and found.start() < 90:
            named = found.group() != ""
            return statement.passage(found.end() if named else 0, 22)
    return prose[0].passage(0, 22) if prose else ""


def audience(statements: Iterable[Statement]) -> str:
    """Find the words that say whom it is for; verbatim, up to 16 words, empty when nobody is named."""
    for statement in statements:
        if not statement.scopes & {"text", "facts"}:
            continue
        found = _AUDIENCE.search(statement.text)
        said = statement.passage(found.end(), 16) if found else ""
        if len(said.split()) > 1:
            return said
    return ""


def rivals(tool: Submission, statements: Iterable[Statement]) -> tuple[str, ...]:
    """Find the products that the submission names as its alternatives, as it spells them."""
    own = {word.casefold() for word in re.findall(r"\w+", tool.name)}
    for statement in statements:
        if statement.scopes & {"text", "evidence", "facts"}:
            names = _names_after(statement, own)
            if names:
                return names
    return ()


def _names_after(statement: Statement, own: set[str]) -> tuple[str, ...]:
    words = statement.words
    for _, at, end in _RIVAL_CUES.find(words):
        if end < len(words) and not statement.denies(at, end):
            names = _names_from(statement.text[words[end].start :], own)
            if names:
                return names
    return ()


def _names_from(text: str, own: set[str]) -> tuple[str, ...]:
    """Read a list of names: capitalised runs joined by commas and conjunctions, up to the next clause."""
    names: list[str] = []
    for piece in _BETWEEN_NAMES.split(_LIST_ENDS.split(text)[0]):
        found = _NAME_LIST.search(piece.strip(" ."))
        if not found or len(piece.split()) > LONGEST_ITEM:
            break
        name = re.sub(r"['’]s$", "", found.group().rstrip(".,'’"))
        parts = {part.casefold() for part in re.findall(r"\w+", name)}
        if name not in _NOT_A_RIVAL and not parts <= own:
            names.append(name)
    return tuple(dict.fromkeys(names))[:LONGEST_LIST]
