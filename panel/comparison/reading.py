"""Sentences of a submission that bear on a choice, found by patterns of English and cited whole.

What a tool is for, what it is said not to do, what is claimed, how it is billed, and what it is compared
with. Nothing is inferred: a sentence is cited with its source or left alone.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from panel.text import clip
from panel.verdict import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.scorecard import Scorecard
    from panel.tool import Submission

LONGEST = 320
"""Characters of a cited sentence; the rest becomes an ellipsis."""
_MOST_SENTENCES = 400
"""Sentences read of one submission."""
_BREAK = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9“\"'(])")
_AUDIENCE_MOVE = "buyer"
_RIVALS_MOVE = "direct-competitors"

_AUDIENCE = tuple(
    re.compile(rf"\b(?:{cue})\s+(?:to\s+be\s+used\s+by\s+)?([^.;:\n]{{3,240}})", re.IGNORECASE)
    for cue in (
        r"(?:meant|intended|aimed)\s+(?:for|at)|aims\s+at|is\s+for|are\s+for|targets",
        r"(?:made|built|designed|written)\s+for|used\s+by",
    )
)
_LIMIT = re.compile(
    r"(?<!no )(?<!rate )(?<!without )\b(?:limits?|limitations?)\b(?!\s+of\s+\d)"
    r"|\blimited\b(?!\s+(?:memory|hardware|resources|compute))"
    r"|\b(?:cannot|can't|unsupported|buffering|broken sessions?)\b"
    r"|\b(?:does|do|is|are)\s+not\s+(?:yet\s+)?"
    r"(?:support\w*|run|work|offer\w*|meet|handle|scale|available|include\w*|cover\w*)\b"
    r"|\bneeds?\s+that\s+it\s+does\s+not\b"
    r"|\b(?:there\s+is|there\s+are|has|have|comes?\s+with|with)\s+no\s+"
    r"(?:deployment|support|official|public|product|documentation|on-prem\w*|option|guarantee\w*|free\s+tier)\b"
    r"|(?:^|[;,]\s+)no\s+(?:commercial|official|public|on-prem\w*|private|support|documentation)\b"
    r"|\b(?:offers?|gave|gives?)\s+neither\b|\bas\s+hard\b|\bis\s+hard\b|\bthemselves\b|\bpoorly\b",
    re.IGNORECASE,
)
_CLAIM = re.compile(
    r"\b(?:claims?|claimed|reportedly|allegedly|(?:is|are)\s+said\s+to|promises|according\s+to\s+(?:the|its)\s+"
    r"(?:vendor|maker|publisher)s?)\b",
    re.IGNORECASE,
)
_METERED = re.compile(
    r"\b(?:usage|credits?|metered|pay[- ]as[- ]you[- ]go|token\s+rates?|(?:by|per)\s+(?:the\s+)?(?:session-)?"
    r"(?:minute|token|call|request|image|second|frame|seat|user|page|document|GB|gigabyte|hour|thousand|million))\b",
    re.IGNORECASE,
)
_MONEY = re.compile(r"\b(?:bill\w*|pric\w+|cost\w*|charg\w+|credits?|fees?)\b", re.IGNORECASE)
_RIVAL_CUE = re.compile(
    r"\b(?:alternatives?|rivals?|competitors?)\b[^.;:\n]{0,60}?\b(?:include|includes|including|are|is|to|names?)\b"
    r"|\b(?:competes?\s+with|compared\s+(?:with|to)|instead\s+of|rivals?\s+such\s+as|tools\s+(?:like|such\s+as)|versus)\b",
    re.IGNORECASE,
)
_RIVAL_LIST_END = re.compile(r"[;:(]|\.\s|,?\s(?:which|who|that|but|while|all|both)\b")
_NAME = re.compile(
    r"(?:[A-Z][\w.+#'’-]*|[a-z]+\d[\w.-]*|[a-z]+[A-Z]\w*)(?:\s+(?:[A-Z][\w.+#'’-]*|\d[\w.-]*))*"
)
_NOT_A_NAME = frozenset(
    "AI API SDK LLM CLI GB GPU The It Its This These That Alternatives Rivals Competitors Reviews".split()
)


def sentences(tool: Submission) -> Iterator[Citation]:
    """Take a submission's prose apart: the description first, then each fact and each passage of evidence."""
    texts = [
        ("description", tool.description),
        *((f"facts.{key}", fact.value) for key, fact in tool.facts.items()),
        *((item.id, item.text) for item in tool.evidence),
    ]
    found = 0
    for source, text in texts:
        for sentence in _BREAK.split(text):
            said = sentence.strip()
            if said and found < _MOST_SENTENCES:
                found += 1
                yield Citation(text=clip(said, LONGEST), source=source)


def audience(card: Scorecard) -> Citation | None:
    """Find whom the submission says the tool is for: in its sentences, else in words that a persona cites."""
    for cue in _AUDIENCE:
        for sentence in sentences(card.tool):
            found = cue.search(sentence.text) if sentence.source == "description" else None
            if found and len(found[1].split()) > 1:
                return Citation(text=found[1].strip(" ,"), source=sentence.source)
    for verdict in card.verdicts:
        for said in re.findall(r"[“\"]([^”\"]{6,})[”\"]", verdict.moves.get(_AUDIENCE_MOVE, "")):
            if said in card.tool.description:
                return Citation(text=clip(said, LONGEST), source="description")
    return None


def stated_limits(tool: Submission) -> tuple[Citation, ...]:
    """Find what the submission itself says the tool does not do, or does badly.

    Facts stand in a table of their own; they count here when the prose names no limit.
    """
    found = [s for s in sentences(tool) if _LIMIT.search(s.text) and not _RIVAL_CUE.search(s.text)]
    return tuple([s for s in found if not s.source.startswith("facts.")] or found)


def claims(tool: Submission) -> tuple[Citation, ...]:
    """Find what is claimed rather than shown: hedged sentences, and facts whose source is a claim."""
    prose = [s for s in sentences(tool) if _CLAIM.search(s.text) and not s.source.startswith("facts.")]
    facts = [
        Citation(text=clip(f"{fact.value} {fact.unit}".strip(), LONGEST), source=f"facts.{key}")
        for key, fact in tool.facts.items()
        if _CLAIM.search(fact.source)
    ]
    return (*prose, *facts)


def metered_billing(tool: Submission) -> Citation | None:
    """Find the sentence that says the bill grows with use."""
    for sentence in sentences(tool):
        if _METERED.search(sentence.text) and _MONEY.search(sentence.text):
            return sentence
    if _METERED.search(tool.pricing.entry):
        return Citation(text=tool.pricing.entry, source="pricing")
    return None


def alternatives(card: Scorecard) -> tuple[tuple[str, ...], tuple[Citation, ...]]:
    """Find the products that the submission names beside its own, and the sentences that name them.

    Names that a persona gives count only where the submission has them too.
    """
    names: dict[str, str] = {}
    cited = []
    for sentence in sentences(card.tool):
        found = [n for cue in _RIVAL_CUE.finditer(sentence.text) for n in _listed(sentence.text[cue.end() :])]
        rivals = [name for name in found if not _own(name, card.tool)]
        if rivals:
            cited.append(sentence)
            names.update({name.casefold(): name for name in rivals if name.casefold() not in names})
    for verdict in card.verdicts:
        for name in _names(verdict.moves.get(_RIVALS_MOVE, "")):
            known = _mentions(card.tool, name) and not _own(name, card.tool)
            if known and not any(name.casefold() in other for other in names):
                names[name.casefold()] = name
    return tuple(names.values()), tuple(cited)


def mentions(tool: Submission, name: str) -> bool:
    """Whether a submission names a product, in any case, in its prose."""
    return _mentions(tool, name, re.IGNORECASE)


def _mentions(tool: Submission, name: str, flags: int = 0) -> bool:
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", flags)
    return any(pattern.search(text) for text in (tool.description, *(item.text for item in tool.evidence)))


def _listed(text: str) -> list[str]:
    """Read a list of names joined by commas and conjunctions, one from each part, up to the next clause."""
    parts = re.split(r",|\band\b|\bor\b", _RIVAL_LIST_END.split(text)[0])
    return [name for part in parts for name in _names(part)[:1]]


def _names(text: str) -> list[str]:
    """Find runs of capitalised words, and words with a figure or a capital inside."""
    found = (re.sub(r"['’]s$", "", match.rstrip(".-'’")) for match in _NAME.findall(text))
    return [name for name in found if len(name) > 1 and name not in _NOT_A_NAME]


def _own(name: str, tool: Submission) -> bool:
    """Whether a name is only a part of the tool's own."""
    parts = set(re.findall(r"\w+", name.casefold()))
    return parts <= set(re.findall(r"\w+", tool.name.casefold()))
