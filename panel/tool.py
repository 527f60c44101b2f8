"""The tool under review, and the evidence that came with it.

A `Tool` is untrusted content in a trusted shape: every string in it was written by somebody who may
want a verdict. It is never an instruction, a path or a template.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field

from panel.value import Value, digest

PricingModel = Literal["free", "freemium", "open-source", "paid", "unknown"]
EvidenceKind = Literal["vendor", "independent", "user"]

RECOMMENDED_FACTS = {
    "deployment": "where it runs: cloud, self-hosted, on-device",
    "platforms": "languages, operating systems or clients it supports",
    "integrations": "what it plugs into",
    "latency": "response time, with the unit and how it was measured",
    "model_size": "parameters or download size",
    "memory": "memory it needs at run time",
    "context_window": "how much input it takes at once",
    "rate_limits": "calls or tokens per minute",
    "data_retention": "what is kept of the user's data, and for how long",
    "support": "who answers, and how fast",
    "first_release": "when it first shipped",
    "maturity": "preview, beta or generally available",
}
"""Fact keys that a comparison can line up; other keys are welcome and compared by name."""


class Pricing(Value):
    """What the tool costs to start with."""

    model: PricingModel = "unknown"
    entry: str = ""
    """The entry price in the submission's words, with currency and period; empty when not said."""
    verified_at: date | None = None
    """The day somebody looked the price up; None when nobody did."""


class Fact(Value):
    """One stated property of the tool, as text with its unit and where it was stated."""

    value: str
    unit: str = ""
    source: str = ""
    as_of: date | None = None


class Evidence(Value):
    """A passage somebody attached to the submission, to be cited by its id."""

    id: str = Field(pattern=r"^E[1-9][0-9]{0,2}$")
    title: str = ""
    source: str = ""
    date: str = ""
    """When the passage was published, as written there (a year is enough); empty when unknown."""
    kind: EvidenceKind = "user"
    text: str


class Submission(Value):
    """What was submitted about a tool: what it is said to be, and on what evidence."""

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)
    """Stable identity in addresses and in the ledger."""
    name: str
    tagline: str = ""
    category: str = ""
    pricing: Pricing = Pricing()
    licence: str = ""
    """SPDX identifier where there is one, otherwise the submission's words; empty when not said."""
    url: str = ""
    description: str
    facts: dict[str, Fact] = Field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()


class Tool(Submission):
    """A submission that can be reviewed, known by the digest of its content."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything a reviewer can read; the slug is an address, not content."""
        return digest(self.model_dump(mode="json", exclude={"slug"}))
