"""Judging one text: every reading of it, its structure, its sentences, its hidden passages."""

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

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？।])|\n+|<[^<>]{1,200}>")
_ABBREVIATION = re.compile(r"\b(e)\.(g)\.|\b(i)\.(e)\.", re.IGNORECASE)


class Injection(NamedTuple):
    """A passage that seems to address the reviewer, and why it seems so."""

    excerpt: str
    reason: str


def injection_in(text: str) -> Injection | None:
    """Find the first passage of `text` that seems to address the reviewer."""
    return next((found for reading in readings(text) for found in _found_in(reading)), None)


def _found_in(reading: Reading) -> Iterator[Injection]:
    folded = reading.text.lower()
    how = f", written in {reading.disguise}" if reading.disguise else ""
    reason, start, end = forged_frame(folded)
    if reason:
        yield Injection(_around(reading.text, start, end), f"The text {reason}{how}.")
    for passage, start, end in concealed_passages(folded):
        if addresses_a_judge(passage):
            yield Injection(
                _around(reading.text, start, end), f"A hidden passage addresses whoever judges{how}."
            )
    for sentence in sentences(reading.text):
        folded = sentence.lower()
        if act := suspicious_act(folded) or suspicious_combination(folded):
            yield Injection(sentence, f"The sentence {act}{how}.")
        elif tongue := foreign_act(folded):
            yield Injection(sentence, f"A sentence in {tongue} tells its reader how to judge{how}.")


def sentences(text: str) -> Iterator[str]:
    """Split prose into sentences; line breaks and tags end one, abbreviations do not."""
    whole = _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), text)
    for piece in _SENTENCE_END.split(whole):
        if sentence := " ".join(piece.split()):
            yield sentence


def _around(text: str, start: int, end: int) -> str:
    return text[max(0, start - 20) : max(end, start + 140)].strip()
