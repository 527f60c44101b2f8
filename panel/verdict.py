"""What one reviewer says about one tool: a verdict, or an honest abstention.

A failed reviewer is an `Abstention`, never a vote and never an exception: a panel that lost a member
must look like one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from panel.value import Value

Decision = Literal["ship", "skip"]
FailureReason = Literal[
    "refused",
    "truncated",
    "unreadable",
    "timed-out",
    "rate-limited",
    "overloaded",
    "unreachable",
    "unauthorised",
    "out-of-credit",
    "over-budget",
    "cancelled",
]
AbstentionReason = Literal["insufficient-information"] | FailureReason

QUOTE_WORDS = (110, 170)
"""The length of a reviewer's quote, in words, both ends included."""


class Citation(Value):
    """Words taken verbatim from the submission."""

    text: str
    source: str
    """Where they stand: a field (`description`, `pricing`, `facts.latency`, …) or an evidence id."""


class CriterionScore(Value):
    """How one criterion of the persona was answered."""

    id: str
    score: int = Field(ge=0, le=4)
    because: str
    quotes: tuple[Citation, ...] = ()


class Finding(Value):
    """Something a reader should know before trusting the text beside it."""

    rule: str
    """What was broken, as a stable identifier (`unsupported-figure`, `suspected-injection`, …)."""
    field: str
    """Where it was seen: a field of the submission, an evidence id, or a part of the verdict."""
    excerpt: str = ""
    detail: str = ""
    persona: str | None = None
    """The persona whose verdict is concerned; None when it is the submission itself."""


class Usage(Value):
    """What a reviewer consumed, failed and repeated calls included."""

    calls: int = Field(default=0, ge=0)
    input_tokens: int = Field(default=0, ge=0)
    """All tokens read by the model, cached ones included."""
    cached_tokens: int = Field(default=0, ge=0)
    """Those of them that came from the provider's cache."""
    cache_write_tokens: int = Field(default=0, ge=0, exclude_if=lambda tokens: not tokens)
    """Those of them that were written to it, at a price of their own. Left out where there are none, so that
    an outcome from before they were counted reads, and digests, as it did."""
    output_tokens: int = Field(default=0, ge=0)


class Provenance(Value):
    """Who answered, from what inputs, at what cost."""

    engine: str
    """`rubric`, or the provider of the model (`openai`, `anthropic`, …)."""
    engine_version: str = ""
    spec: str
    """The reviewer asked for, as written on the command line (`rubric`, `openai:MODEL`)."""
    served_model: str | None = None
    persona_digest: str
    prompt_digest: str | None = None
    request_id: str | None = None
    batch: str | None = Field(default=None, exclude_if=lambda batch: batch is None)
    """The provider's batch that brought the answer, or `file` for one that was imported; None, and left out,
    when it was asked for on its own."""
    usage: Usage = Usage()
    cost_usd: float | None = None
    """US dollars; None when a model's price is not known; 0 for the offline rubric."""
    latency_s: float = Field(default=0.0, ge=0)
    sample: int = Field(default=0, ge=0)
    """Which repeat of the same question this answers."""
    created_at: datetime


class Verdict(Value):
    """One persona's answer: ship or skip, with reasons a reader can check."""

    persona: str
    decision: Decision
    score: float = Field(ge=0, le=100)
    """Weighted criterion scores on 0–100, computed in code (see `Persona.score`)."""
    moves: dict[str, str]
    """The persona's structured answers, in its own order."""
    criteria: tuple[CriterionScore, ...]
    conditions: tuple[str, ...] = ()
    """What would flip the decision, one sentence each."""
    missing: tuple[str, ...] = ()
    """Facts the reviewer looked for and did not find."""
    quote: str
    """110–170 words in the persona's voice."""
    findings: tuple[Finding, ...] = ()
    provenance: Provenance


class Abstention(Value):
    """A seat without a vote, and why."""

    persona: str
    reason: AbstentionReason
    detail: str = ""
    missing: tuple[str, ...] = ()
    provenance: Provenance

    @property
    def failed(self) -> bool:
        """Whether the reviewer failed, rather than declined for want of information."""
        return self.reason != "insufficient-information"


Outcome = Verdict | Abstention
