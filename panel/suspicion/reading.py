"""Judging one text: every reading of it, its frame, its hidden passages, its sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from panel.suspicion.combination import suspicious_combination
from panel.suspicion.concealed import addresses_a_judge, concealed_passages
from panel.suspicion.folding import readings
from panel.suspicion.forgery import forged_frame
from panel.suspicion.speech import suspicious_act
from panel.suspicion.tongues import foreign_act

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.suspicion.folding import Reading

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[\u3002\uff01\uff1f\u0964])|\n+|<[^<>]{1,200}>")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e)\.", re.IGNORECASE)
_ENDLESS = re.compile(r"[^\w\s]{41,}|\s{41,}|\w{121,}")
_LONGEST_SENTENCE = 1_000


class Injection(NamedTuple):
    """A passage that seems to address the reviewer, and why it seems so."""

    excerpt: str
    reason: str
    """A whole sentence."""


def injection_in(text: str) -> Injection | None:
    """Find the first passage of `text` that seems to address the reviewer."""
    judged: set[str] = set()
    return next((found for reading in readings(text) for found in _found_in(reading, judged)), None)


def sentences(text: str) -> Iterator[str]:
    """Split prose into sentences; line breaks and tags end one, abbreviations do not."""
    whole = _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), text)
    for piece in _SENTENCE_END.split(whole):
        sentence = " ".join(piece.split())
        for start in range(0, len(sentence), _LONGEST_SENTENCE):
            yield sentence[start : start + _LONGEST_SENTENCE]


def _found_in(reading: Reading, judged: set[str]) -> Iterator[Injection]:
    """Judge a reading; of its sentences only those that no earlier reading had."""
    text = _squeezed(reading.text)
    folded = text.lower()
    how = f", written in {reading.disguise}" if reading.disguise else ""
    reason, start, end = forged_frame(folded)
    if reason:
        yield Injection(_around(text, start, end), f"The text {reason}{how}.")
    for passage, start, end in concealed_passages(folded):
        if addresses_a_judge(passage):
            excerpt = _around(text, start, end)
            yield Injection(excerpt, f"A hidden passage addresses whoever judges{how}.")
    for sentence in sentences(text):
        folded = sentence.lower()
        if folded in judged:
            continue
        judged.add(folded)
        if act := suspicious_act(folded) or suspicious_combination(folded):
            yield Injection(sentence, f"The sentence {act}{how}.")
        elif tongue := foreign_act(folded):
            yield Injection(sentence, f"A sentence in {tongue} tells its reader how to judge{how}.")


def _squeezed(text: str) -> str:
    """Shorten endless words and runs of punctuation, which would take endless time to search."""
    return _ENDLESS.sub(lambda run: f"{run[0][:20]} {run[0][-20:]}", text)


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 20) : max(end, start + 140)].strip()
