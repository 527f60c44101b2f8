"""Figures in prose: find them, and notice when two of them about the same thing disagree.

Only durations, sizes of memory and prices are compared, because their units can be told apart and a
submission and its evidence often state them twice. No judgement is made about which one is right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.text import clip
from panel.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from panel.tool import Submission

_UNITS = {
    "latency": {
        "ms": 1.0,
        "millisecond": 1.0,
        "milliseconds": 1.0,
        "s": 1000.0,
        "second": 1000.0,
        "seconds": 1000.0,
    },
    "memory": {"mb": 1.0, "gb": 1024.0, "mib": 1.0, "gib": 1024.0},
}
"""Topic → unit → factor to the topic's smallest unit (milliseconds, megabytes)."""
_TOPICS = {
    "latency": re.compile(
        r"\b(?:latenc\w*|delay\w*|respon\w+ time\w*|end to end|end-to-end|answers? in)\b", re.IGNORECASE
    ),
    "memory": re.compile(r"\b(?:v?ram|memory)\b", re.IGNORECASE),
}
_FIGURE = re.compile(
    r"(?P<bound>(?:under|below|less than|at most|up to|over|above|more than|at least|sub-|<|>)\s*)?"
    r"(?P<low>\d+(?:[.,]\d+)?)\s*(?:(?:–|-|to)\s*(?P<high>\d+(?:[.,]\d+)?)\s*)?-?"
    r"(?P<unit>milliseconds?|seconds?|ms|s|[MG]i?B)\b(?!\s*per\b|/)",
    re.IGNORECASE,
)
_CURRENCIES = "$€£"
_PRICE = re.compile(
    rf"(?P<bound>(?:under|below|up to|from|over|about)\s+)?(?P<currency>[{_CURRENCIES}])\s?"
    r"(?P<amount>\d+(?:[.,]\d+)*)\s*(?P<unit>(?:(?:(?:per|an?|each)\s+|/\s*)[a-z]+\s*){1,3})",
    re.IGNORECASE,
)
_UNIT_WORD = re.compile(r"\b(?!per\b|an?\b|each\b)[a-z]+", re.IGNORECASE)
_UPPER = ("under", "below", "less than", "at most", "up to", "sub-", "<")
_LOWER = ("over", "above", "more than", "at least", ">")
_EXCERPT = 160


@dataclass(frozen=True)
class Measurement:
    """A figure with its unit, as an interval."""

    topic: str
    low: float
    high: float
    """In the topic's smallest unit; 0 and infinity stand for an open side."""
    words: str
    """The figure as it was written."""
    source: str
    sentence: str

    def apart(self, other: Measurement) -> bool:
        """Whether the two intervals do not meet; open ends that touch do not."""
        first, second = sorted((self, other), key=lambda measured: (measured.low, measured.high))
        if first.high == second.low:
            return first.low < first.high and second.low < second.high
        return first.high < second.low


def measurements(texts: Iterable[tuple[str, str]]) -> Iterator[Measurement]:
    """Find the durations and memory sizes in sentences that speak of latency or memory.

    Args:
        texts: pairs of source and text.
    """
    for source, text in texts:
        yield from _prices(text, source)
        # Most texts mention nothing of the kind, and need not be taken apart to find that out.
        topics = {
            topic: mention
            for topic, mention in _TOPICS.items()
            if source == f"facts.{topic}" or mention.search(text)
        }
        for sentence in re.split(r"(?<=[.!?;])\s+", text) if topics else ():
            for topic, mention in topics.items():
                if mention.search(sentence) or source == f"facts.{topic}":
                    yield from _figures(topic, sentence, source)


def contradictions(tool: Submission) -> tuple[Finding, ...]:
    """Report where the evidence gives figures that cannot hold together with the submission's own.

    Two figures on one topic contradict each other when their intervals do not meet. Each topic is
    reported once, with both passages.
    """
    own = list(measurements(_own_texts(tool)))
    others = list(measurements((item.id, item.text) for item in tool.evidence))
    found: dict[str, Finding] = {}
    for said in own:
        for other in others:
            if said.topic == other.topic and said.topic not in found and said.apart(other):
                found[said.topic] = Finding(
                    rule="contradictory-figures",
                    field=other.source,
                    excerpt=clip(other.sentence.rstrip(";"), _EXCERPT),
                    detail=(
                        f"On {said.topic}, {said.source} says “{said.words}” and {other.source} says "
                        f"“{other.words}”; they cannot both describe the same thing."
                    ),
                )
    return tuple(found.values())


def _own_texts(tool: Submission) -> Iterator[tuple[str, str]]:
    yield "tagline", tool.tagline
    yield "pricing", tool.pricing.entry
    yield "description", tool.description
    for key, fact in tool.facts.items():
        yield f"facts.{key}", f"{fact.value} {fact.unit}".strip()


def _figures(topic: str, sentence: str, source: str) -> Iterator[Measurement]:
    for match in _FIGURE.finditer(sentence):
        factor = _UNITS[topic].get(match["unit"].lower())
        if factor is None:
            continue
        bound = (match["bound"] or "").strip().lower()
        low = _number(match["low"]) * factor
        high = _number(match["high"]) * factor if match["high"] else low
        if bound in _UPPER:
            low = 0.0
        if bound in _LOWER:
            high = float("inf")
        yield Measurement(topic, low, high, match.group().strip(), source, sentence.strip())


def _prices(text: str, source: str) -> Iterator[Measurement]:
    """Find amounts of money with what they are paid for; bounded amounts are left out."""
    if not any(sign in text for sign in _CURRENCIES):
        return
    for match in _PRICE.finditer(text):
        unit = " ".join(word.lower().rstrip("s") for word in _UNIT_WORD.findall(match["unit"]))
        if match["bound"] or not unit:
            continue
        amount = float(match["amount"].replace(",", ""))
        yield Measurement(
            f"the price in {match['currency']} per {unit}",
            amount,
            amount,
            match.group().strip(),
            source,
            text,
        )


def _number(text: str) -> float:
    return float(text.replace(",", "."))
