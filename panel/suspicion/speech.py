"""What a sentence does to its reader, in English.

A sentence is suspicious for what it does, not for a word in it: it withdraws the reader's instructions,
names a verdict, redefines what is judged, speaks to the panel or asks for what the reader was told. A
tool that defends against such sentences may quote them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from panel.suspicion import audience, instructions, leaks, rules, verdicts
from panel.suspicion.vocabulary import IMPERATIVE

if TYPE_CHECKING:
    from panel.suspicion.vocabulary import Act

FAMILIES: tuple[tuple[str, tuple[Act, ...]], ...] = tuple(
    (family.TRIGGER, family.ACTS) for family in (instructions, verdicts, rules, audience, leaks)
)
"""What every sentence of a family needs, and the family."""

_DEFENCE = re.compile(
    "detect|block|catch|flag|scan|prevent|guard|protect|defen[cds]|attack|attempt|jailbreak|"
    r"injection|red.?team|payload|filter|saniti[sz]|malicious|adversarial|exploit|phrases?\b|"
    r"such as|\beg\b|example|resist|\bwarn|strings? like|hostile|untrusted"
)
"""What tools that deal with hostile text do, and what they call it."""
_OUR_BUSINESS = re.compile(
    r"\bship\b(?! (?:it|code|faster))|full marks|\b(?:this|our) (?:tool|submission|entry|product|"
    r"vendor)\b|top scores?|highest scores?|dear "
)
"""What no example of an attack would mention, and an attack on this panel would."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first needed: honest texts need few of them."""
    return re.compile(pattern)


def suspicious_act(sentence: str) -> str:
    """Say what a sentence does to its reader, or nothing when it only describes a tool.

    Args:
        sentence: one sentence in lower case.
    """
    for trigger, groups in _grouped():
        if not _compiled(trigger).search(sentence):
            continue
        for gate, phrasings in groups:
            if gate and not _compiled(gate).search(sentence):
                continue
            for pattern, act in phrasings:
                found = _compiled(pattern).search(sentence)
                if found and not (act.quotable and _is_reported(sentence, found.start(), found.end())):
                    return act.reason
    return ""


@cache
def _grouped() -> tuple[tuple[str, tuple[tuple[str, tuple[tuple[str, Act], ...]], ...]], ...]:
    """Group the phrasings of each family by how they begin, each group behind one joint pattern.

    The joint pattern tries the common beginning once for all of them, which is most of the work in the
    sentences that hold none of them: nearly all.
    """
    families = []
    for trigger, acts in FAMILIES:
        phrasings = [(pattern, act) for act in acts for pattern in _alternatives(act.pattern)]
        groups = []
        for opening in (IMPERATIVE, r"\b", ""):
            members = tuple(pair for pair in phrasings if _opening(pair[0]) == opening)
            rests = "|".join(f"(?:{pattern[len(opening) :]})" for pattern, _ in members)
            if members:
                groups.append((f"{opening}(?:{rests})" if opening else "", members))
        families.append((trigger, tuple(groups)))
    return tuple(families)


def _opening(pattern: str) -> str:
    return next((opening for opening in (IMPERATIVE, r"\b") if pattern.startswith(opening)), "")


def _alternatives(pattern: str) -> list[str]:
    """Split a pattern at every `|` that stands outside groups and classes."""
    parts, depth, start = [], 0, 0
    for token in re.finditer(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]", pattern):
        depth += (token[0] == "(") - (token[0] == ")")
        if token[0] == "|" and not depth:
            parts.append(pattern[start : token.start()])
            start = token.end()
    return [*parts, pattern[start:]]


def _is_reported(sentence: str, start: int, end: int) -> bool:
    """Tell whether words are mentioned as something that others do, rather than said to the reader."""
    if _OUR_BUSINESS.search(sentence):
        return False
    before = sentence[:start]
    opened = re.search(r"[\"'“`«]\W*$", sentence[: start + 2])
    if opened or before.count('"') % 2:
        return bool(_DEFENCE.search(sentence))
    nearby = before[-120:].rpartition(";")[2]
    if re.search(r"[.:!]\W*$", nearby):
        return False
    return bool(_DEFENCE.search(nearby + sentence[start : min(end, start + 2)]))
