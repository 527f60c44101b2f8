"""Questions divided into batches: by model, and by what a provider takes in one.

The lines stand in files of a folder of one's own until they are sent, so that no more than one batch is ever
held in memory, and nothing is sent before the whole is known to fit its budget.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from panel.errors import BudgetError
from panel.llm.batches import SHARE
from panel.llm.gateway import unpriced_error
from panel.llm.prices import total_usd
from panel.prompting import ANSWER_TOKENS, estimate_input
from panel.value import Value
from panel.verdict import Usage

if TYPE_CHECKING:
    from pathlib import Path

    from panel.batch.asked import BatchReviewer, Found, Question
    from panel.ledger import BatchQuestion, BatchReview


class Estimate(Value):
    """What questions would cost, before anybody has counted."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    """In batches, at half the list price; None when a model has no known price."""
    most_usd: float | None = 0.0
    """The most they can cost, with every answer as long as it may be."""
    list_usd: float | None = 0.0
    """What the same calls would cost one by one."""


@dataclass
class Parcel:
    """The lines of one batch."""

    seat: BatchReviewer
    path: Path
    keys: list[str] = field(default_factory=list)
    size: int = 0
    """In bytes."""


@dataclass
class Parcels:
    """Everything that is to be sent."""

    folder: Path
    max_requests: int | None = None
    """A narrower limit than the providers'."""
    max_size: int | None = None
    """Likewise, in bytes."""
    filled: list[Parcel] = field(default_factory=list)
    reviews: list[BatchReview] = field(default_factory=list)
    questions: list[BatchQuestion] = field(default_factory=list)
    estimate: Estimate = field(default_factory=Estimate)
    most_usd: float = 0.0
    """The most it can cost as far as prices are known."""
    standing: int = 0
    waiting: int = 0
    given_up: int = 0
    _open: dict[str, Parcel] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def add(self, found: Found) -> None:
        """Take in questions, and what waits for their answers."""
        self.reviews += found.reviews
        self.standing += found.standing
        self.waiting += found.waiting
        self.given_up += found.given_up
        for question in found.questions:
            if question.asked.key not in self._seen:
                self._seen.add(question.asked.key)
                self._put(question)

    def keep_within(self, cap_usd: float | None, *, allow_unpriced: bool) -> None:
        """See that all of it fits under a cap: a batch that was sent cannot be stopped by its cost.

        Raises:
            BudgetError: it does not.
            SettingsError: there is a cap, and nobody knows what a model costs.
        """
        if cap_usd is None:
            return
        unpriced = next((parcel.seat.spec for parcel in self.filled if parcel.seat.price is None), None)
        if unpriced and not allow_unpriced:
            raise unpriced_error(unpriced)
        if self.most_usd > cap_usd:
            raise BudgetError(
                f"the batches could cost up to ${self.most_usd:.4f}, and the budget is ${cap_usd:.4f}; "
                "nothing was sent",
                "Raise --budget-usd, or send fewer submissions with --limit.",
            )

    def _put(self, question: Question) -> None:
        seat = question.seat
        line = json.dumps(seat.batches.line(question.asked.key, question.prompt)).encode() + b"\n"
        parcel = self._open.get(seat.spec)
        if parcel is None or self._is_full(parcel, len(line)):
            parcel = Parcel(seat, self.folder / f"{len(self.filled)}.jsonl")
            self._open[seat.spec] = parcel
            self.filled.append(parcel)
        with parcel.path.open("ab") as file:
            file.write(line)
        parcel.keys.append(question.asked.key)
        parcel.size += len(line)
        self.questions.append(question.asked)
        self._count(question)

    def _is_full(self, parcel: Parcel, more: int) -> bool:
        limits = parcel.seat.batches.limits
        requests = min(limits.requests, self.max_requests or limits.requests)
        size = min(limits.size, self.max_size or limits.size)
        return len(parcel.keys) >= requests or parcel.size + more > size

    def _count(self, question: Question) -> None:
        estimate, price = self.estimate, question.seat.price
        read = estimate_input(question.prompt)
        usage = Usage(calls=1, input_tokens=read, output_tokens=ANSWER_TOKENS)
        cost = price.cost(usage) if price else None
        most = price.most(read, question.prompt.max_output_tokens) * SHARE if price else None
        self.most_usd += most or 0.0
        self.estimate = Estimate(
            calls=estimate.calls + 1,
            input_tokens=estimate.input_tokens + read,
            output_tokens=estimate.output_tokens + ANSWER_TOKENS,
            cost_usd=total_usd((estimate.cost_usd, cost and cost * SHARE)),
            most_usd=total_usd((estimate.most_usd, most)),
            list_usd=total_usd((estimate.list_usd, cost)),
        )
