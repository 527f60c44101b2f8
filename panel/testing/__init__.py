"""Models that answer as they are told, for tests of the panel and of whatever is built on it.

    model = ScriptedModel({"business": Script("skip"), "dx": Script("ship", flaws=(FENCED,))})
    reviewer = ModelReviewer(model, secret=b"of the test")

A flaw is something a real model does: it breaks the form of its answer, or it lets something decide that
should not. `VICTIMS` are models that read as an attacker would like them to.
"""

from __future__ import annotations

from panel.testing.delivery import (
    DUPLICATE_KEYS,
    EMPTY,
    FENCED,
    HUGE,
    MALFORMED_ALWAYS,
    MALFORMED_ONCE,
    MISSING_MOVE,
    PROSE_AROUND,
    WRONG_ENUM,
    Fails,
    Mangles,
    Refuses,
    Slow,
    Truncates,
)
from panel.testing.flaw import Flaw
from panel.testing.judgement import (
    BrandBiased,
    ByPricing,
    HypeSensitive,
    Injectable,
    LanguageBiased,
    Lenient,
    Noisy,
    OrderBiased,
    VerbositySensitive,
    WordingSensitive,
)
from panel.testing.reading import Reading, read
from panel.testing.scripted import Script, ScriptedModel
from panel.testing.victims import VICTIMS, Broken, Echo, Gullible, Leaky, Strict, Worm

__all__ = [
    "DUPLICATE_KEYS",
    "EMPTY",
    "FENCED",
    "HUGE",
    "MALFORMED_ALWAYS",
    "MALFORMED_ONCE",
    "MISSING_MOVE",
    "PROSE_AROUND",
    "VICTIMS",
    "WRONG_ENUM",
    "BrandBiased",
    "Broken",
    "ByPricing",
    "Echo",
    "Fails",
    "Flaw",
    "Gullible",
    "HypeSensitive",
    "Injectable",
    "LanguageBiased",
    "Leaky",
    "Lenient",
    "Mangles",
    "Noisy",
    "OrderBiased",
    "Reading",
    "Refuses",
    "Script",
    "ScriptedModel",
    "Slow",
    "Strict",
    "Truncates",
    "VerbositySensitive",
    "WordingSensitive",
    "Worm",
    "read",
]
