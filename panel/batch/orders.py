"""What a fleet speaks of: the terms of a batch, an order for each review, its result, and how things stand.

Shapes only, in JSON, so that any machine can read what another wrote; no engine and no database here. An
order is known by its content: the same submission under the same terms has the same id, whoever asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Literal

from panel import __version__
from panel.persona import Roster
from panel.tool import Tool
from panel.value import Value, digest
from panel.verdict import Finding

if TYPE_CHECKING:
    from datetime import datetime

FORMAT = 1
"""Raised when workers of an older program could not read what this one writes."""
NAME_LENGTH = 32
"""Characters a worker's name may have: the server keeps 63 of what a connection is called."""

CRASHES = 10
"""How many workers may be lost with an order in hand before it is given up: it may be what they died of."""
RATE_S = 300
"""How far back the rate of finished reviews is measured, in seconds."""

State = Literal["waiting", "running", "done", "failed"]
"""How an order stands; failed is one that no worker could carry out."""
Fate = Literal["reviewed", "over-budget"]
"""A review that took place, or one not begun, or short of seats, since the budget of its batch is used up."""


@cache
def fleet_version() -> str:
    """Name what has to be the same on every machine of a fleet, so that all answer the same questions.

    It is the program's version with eight digits for prompts, rules, checks and keys: two trees of the same
    version that ask differently do not work on each other's orders.
    """
    from panel.ledger import KEY_VERSION  # noqa: PLC0415 - the rooms below load rules and templates
    from panel.reviewers import interview, rubric  # noqa: PLC0415 - likewise

    marks = {
        "format": FORMAT,
        "key": KEY_VERSION,
        "model": interview.engine_version(),
        "rubric": rubric.engine_version(),
    }
    return f"{__version__}+{digest(marks)[:8]}"


class Terms(Value):
    """How the reviews of a batch are made."""

    version: str
    """`fleet_version` of the program that asks."""
    roster: Roster
    repeat: int = 1
    rebuttal: bool = False

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that reviews under these terms have in common."""
        return digest(self.model_dump(mode="json"))


class Order(Value):
    """One tool that somebody wants reviewed."""

    batch: str
    """The batch whose terms and budget hold."""
    tool: Tool
    findings: tuple[Finding, ...] | None = None
    """What the intake noticed; looked for by the worker when None."""
    slug_stated: bool = False
    fresh: bool = False
    """Ask anew even where verdicts stand."""


class Receipt(Value):
    """What became of an order."""

    fate: Fate
    run: str | None = None
    """The run in the ledger that holds the scorecard."""
    calls: int = 0
    """Model calls made for it, failed ones included."""
    cost_usd: float | None = 0.0
    """What they cost, in US dollars; None when a price is not known."""


@dataclass(frozen=True)
class Count:
    """How many orders are in one state, for workers of one version, by one worker."""

    state: State
    version: str
    worker: str
    """Who has or had them in hand; empty where nobody has."""
    orders: int
    lately: int
    """Those of them that were finished in the last `RATE_S` seconds."""


@dataclass(frozen=True)
class QueuedBatch:
    """A batch as workers know it."""

    id: str
    terms: Terms
    cap_usd: float | None


@dataclass(frozen=True)
class Purse:
    """How the budget of a batch stands, in US dollars."""

    cap_usd: float | None
    drawn_usd: float
    """Set aside in all, what was given back left out."""
    settled_usd: float
    """The part of it that calls are known to have cost."""


@dataclass(frozen=True)
class Present:
    """A worker that is at work now."""

    name: str
    version: str
    since: datetime


def order_id(terms: Terms, tool: Tool, *, slug_stated: bool) -> str:
    """Return the id of an order: what is asked, of whom, about what; 64 hexadecimal digits."""
    slug = tool.slug if slug_stated else None
    return digest({"terms": terms.digest, "tool": tool.digest, "slug": slug})
