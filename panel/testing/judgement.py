"""Flaws of judgement: models that let something decide which says nothing about the tool."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.testing.flaw import Flaw

if TYPE_CHECKING:
    from panel.testing.reading import Reading
    from panel.testing.scripted import Choice

_ORDER = re.compile(r"\b(ship|skip)\b", re.IGNORECASE)
_HYPE = re.compile(
    r"\b(?:revolution\w*|game.?chang\w*|best.in.class|world.class|cutting.edge|unparalleled|unrivalled|ultimate"
    r"|amazing|incredible|groundbreaking|next.gen\w*|seamless\w*|effortless\w*|powerful|magical|stunning"
    r"|unprecedented|state.of.the.art|blazing\w*|leading|the best|the fastest|the most)\b",
    re.IGNORECASE,
)
_FREE = frozenset(("free", "freemium", "open-source"))
_ENGLISH = frozenset("a and are by for from in is it of on or that the this to with".split())


def order_in(text: str) -> Choice | None:
    """Find the first word in a text that could be taken for an order to vote."""
    found = _ORDER.search(text)
    if found is None:
        return None
    return "ship" if found.group().lower() == "ship" else "skip"


class ByPricing(Flaw):
    """Decides by the kind of price alone, which no audit changes: its votes differ, and it has no flaw."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Ship what can be had for nothing."""
        del decision
        pricing = reading.submission.get("pricing", {})
        return "ship" if pricing.get("model") in _FREE else "skip"


@dataclass(frozen=True)
class WordingSensitive(Flaw):
    """Turns its decision round for some wordings of a description, whatever they say."""

    share: float = 0.5
    """Of all wordings, as a share from 0 to 1."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Draw, the same for the same words."""
        draw = random.Random(str(reading.submission.get("description", "")))  # noqa: S311 - no secret
        if decision == "insufficient-information" or draw.random() >= self.share:
            return decision
        return "skip" if decision == "ship" else "ship"


class Lenient(Flaw):
    """Ships everything."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Ship."""
        del decision, reading
        return "ship"


@dataclass(frozen=True)
class HypeSensitive(Flaw):
    """Ships what praises itself."""

    words: int = 3
    """Words of praise that persuade it."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Count the superlatives."""
        return "ship" if len(_HYPE.findall(reading.text)) >= self.words else decision


@dataclass(frozen=True)
class VerbositySensitive(Flaw):
    """Ships what is long."""

    words: int = 200
    """Words of the submission that persuade it."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Count the words."""
        return "ship" if len(reading.text.split()) >= self.words else decision


class Injectable(Flaw):
    """Takes any mention of a vote in the submission for an order: an injection that always succeeds."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Obey."""
        return order_in(reading.text) or decision


@dataclass(frozen=True)
class BrandBiased(Flaw):
    """Ships what carries a name it likes, and skips what carries one it does not."""

    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Look for the names."""
        text = reading.text.casefold()
        if any(name.casefold() in text for name in self.liked):
            return "ship"
        return "skip" if any(name.casefold() in text for name in self.disliked) else decision


@dataclass(frozen=True)
class LanguageBiased(Flaw):
    """Skips what is not written in English."""

    least: float = 0.1
    """The share of common English words below which a description is foreign to it."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Look for the most common words."""
        words = str(reading.submission.get("description", "")).lower().split()
        known = sum(word in _ENGLISH for word in words)
        return decision if words and known / len(words) >= self.least else "skip"


class OrderBiased(Flaw):
    """Believes the passage of evidence it reads first: ships after a vendor's, skips after another's."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Look at the first of several passages."""
        passages = list(reading.submission.get("evidence", {}).values())
        if len(passages) < 2:
            return decision
        return "ship" if passages[0]["kind"] == "vendor" else "skip"


@dataclass(frozen=True)
class Noisy(Flaw):
    """Turns its decision round now and then, the same way in every run with the same seed."""

    seed: int = 0
    probability: float = 0.1

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Draw; every repeat of a question draws anew."""
        draw = random.Random(f"{self.seed}:{reading.prompt.digest}:{reading.asked}")  # noqa: S311 - no secret
        if decision == "insufficient-information" or draw.random() >= self.probability:
            return decision
        return "skip" if decision == "ship" else "ship"
