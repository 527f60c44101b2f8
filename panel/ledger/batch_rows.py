"""What the ledger knows of batches: questions that went together, the reviews they belong to, and their fate.

Shapes only, as in `rows`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from panel.persona import Roster
from panel.tool import Tool
from panel.value import Value
from panel.verdict import FailureReason, Finding, Outcome

BatchRoute = Literal["api", "file"]
"""Sent to a provider's own interface, or written to a file for somebody else to answer."""
BatchState = Literal["sending", "open", "done", "lost"]
"""On its way, as far as is known; waited for; every reply dealt with; never arrived."""
ItemState = Literal["waiting", "answered", "malformed", "failed"]
"""`malformed` is to be asked once more with a correction."""


class SentBatch(Value):
    """A batch, and how many of its questions are where."""

    id: str
    """Our own name for it."""
    provider: str
    spec: str
    route: BatchRoute
    remote: str | None = None
    """The provider's id; None for a file, and until one is known."""
    state: BatchState
    status: str = ""
    """The provider's own word when it was last asked."""
    detail: str = ""
    requests: int
    created_at: datetime
    waiting: int = 0
    answered: int = 0
    malformed: int = 0
    failed: int = 0


class BatchQuestion(Value):
    """A question, under the key that its answer will have."""

    key: str
    inputs: dict[str, Any]
    review: str
    """The review it was first asked for."""
    persona: str
    slug: str
    correction: tuple[tuple[str, str], ...] = ()
    """Which field of the first answer broke which rule; empty when it is to be asked as it was."""


class BatchReview(Value):
    """A review whose answers come with batches."""

    id: str
    tool: Tool
    findings: tuple[Finding, ...] | None = None
    """None when nobody has looked yet."""
    slug_stated: bool = False
    roster: Roster
    keys: tuple[str, ...]
    """The questions that have to be answered before it can be counted."""
    run: str | None = None
    """The run that was begun for it."""


class BatchItem(Value):
    """A question in a batch, and what became of it."""

    batch: str
    key: str
    slug: str
    persona: str
    state: ItemState
    reason: FailureReason | None = None
    detail: str = ""


class Settlement(Value):
    """What a reply came to."""

    key: str
    inputs: dict[str, Any]
    outcome: Outcome
    state: ItemState
    correction: tuple[tuple[str, str], ...] = ()
