"""Passages that a reader of the rendered page would not see.

Hidden elements, comments and alternative texts are ordinary in a web page. Words about judging in them
are not: whoever hides a sentence from people and addresses a reviewer in it means the machine.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_STYLE = (
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0+)?\s*[;\"'}]|"
    r"font-size\s*:\s*[01](?:\.\d+)?(?:px|pt|em|rem|%)?\s*[;\"'}]|"
    r"color\s*:\s*(?:#fff(?:fff)?\b|white\b|transparent\b|rgba?\(\s*255)|(?:left|top|"
    r"text-indent)\s*:\s*-\d{3,}|(?:width|height|max-height)\s*:\s*[01](?:px)?\s*[;\"'}]|"
    r"clip(?:-path)?\s*:|line-height\s*:\s*0"
)
_HIDDEN_TAG = re.compile(
    rf"<(\w{{1,20}})\b(?=[^<>]{{0,400}}(?:{_STYLE}|\bhidden\b|\baria-hidden\b|\bsr-only\b|"
    rf"visually-hidden|\binvisible\b))[^<>]{{0,400}}>([^<]{{0,2000}})"
)
_OTHER = (
    re.compile(r"<!--([\s\S]{0,4000}?)(?:-->|$)"),
    re.compile(
        "<(?:template|noscript|title|desc|metadata|details|object|iframe|"
        r"textarea)\b[^<>]{0,200}>([^<]{0,2000})"
    ),
    re.compile(
        r"\b(?:alt|title|aria-label|aria-description|content|summary|placeholder|value|"
        r"data-[\w-]{1,30})\s*=\s*\"([^\"]{8,2000})\""
    ),
    re.compile(
        r"\b(?:alt|title|aria-label|aria-description|content|summary|placeholder|value|"
        r"data-[\w-]{1,30})\s*=\s*'([^']{8,2000})'"
    ),
    re.compile(r"!\[([^\]]{8,2000})\]\("),
    re.compile(r"(?:^|\n)\s{0,3}\[[^\]]{1,40}\]:\s*\S{0,200}\s*[(\"']([^\n]{8,2000})"),
    re.compile(r"\{\\color\{white\}([^}]{8,2000})"),
    re.compile(r"<script\b[^<>]{0,200}>([^<]{0,4000})|<style\b[^<>]{0,200}>([^<]{0,4000})"),
)

_JUDGE = re.compile(
    r"\b(?:ai|llms?|gpts?|language models?|assistants?|reviewers?|judges?|panel|panell?ists|"
    r"evaluators?|graders?|orchestrators?|"
    r"reviewing|agents?|personas?|models?|summari[sz]ing|you(?:r)?)\b"
)
_JUDGEMENT = re.compile(
    r"\b(?:ship|skip|verdicts?|vote|scores?|rate|rating|mark|approve|recommend|ignore|disregard|"
    r"instructions?|prompt|rubric|criteri\w+|"
    r"treat|consider|trusted|excellent|best|positive(?:ly)?|highly|favou?rabl[ey]|must|should|"
    r"always|never|do not|don't|full marks|"
    r"count|report|describe|say|state|conclude|evidence|weakness\w*|drawbacks?|deduct)\b"
)

_VERDICT_WORD = re.compile(
    r"\b(?:ship|skip|verdict|vote|rate|score|mark|approve|recommend|ignore|disregard|instructions|"
    r"prompt|rubric|criteri|trusted|"
    r"full marks|deduct|weakness)"
)


def concealed_passages(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield what is hidden in a text in lower case, each with its place."""
    for found in _HIDDEN_TAG.finditer(text):
        yield found[2], *found.span(2)
    for pattern in _OTHER:
        for found in pattern.finditer(text):
            group = found.lastindex or 0
            yield found[group], *found.span(group)


def addresses_a_judge(passage: str) -> bool:
    """Tell whether a hidden passage speaks to somebody who judges, or of little but judging."""
    if _JUDGE.search(passage) and _JUDGEMENT.search(passage):
        return True
    return len({found[0][:5] for found in _VERDICT_WORD.finditer(passage)}) > 1
