"""What became of questions that were sent together: shapes for the commands that send, look and collect.

Shapes only. A scorecard itself stands in the ledger under its run.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from panel.batch.parcels import Estimate
from panel.ledger import BatchItem, BatchRoute, SentBatch
from panel.scorecard import Label, State
from panel.value import Value, published


class SubmissionAccount(Value):
    """What was sent, or written to a file; or what would be."""

    schema_id: Literal["shippanel.batch-submission/1"] = Field(
        default="shippanel.batch-submission/1", alias="schema"
    )
    route: BatchRoute
    """Whether questions go to their provider or into a file."""
    dry_run: bool
    submissions: int
    """Reviews that wait for what was sent, or for what was sent before."""
    asked: int
    """Questions sent now."""
    standing: int
    """Answers that stand in the ledger."""
    waiting: int
    """Questions that were on their way already."""
    given_up: int
    """Questions whose answer was refused, cut off or broken twice; `--retry-failed` sends them again."""
    problems: tuple[str, ...]
    """Submissions that cannot be used, and why; batches that were not taken, and why."""
    estimate: Estimate
    budget_usd: float | None = None
    sent: tuple[SentBatch, ...] = ()
    file: str | None = None
    """Where the lines were written."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


class CountedCard(Value):
    """A review whose answers were all there."""

    slug: str
    name: str
    run: str
    state: State
    label: Label | None
    ship_pct: float | None


class CollectionAccount(Value):
    """What came back."""

    schema_id: Literal["shippanel.batch-collection/1"] = Field(
        default="shippanel.batch-collection/1", alias="schema"
    )
    batches: tuple[SentBatch, ...]
    """Those that were looked at, as they are now."""
    answered: int = 0
    malformed: int = 0
    """Answers of a broken form; the questions are to be sent once more, with a correction."""
    failed: int = 0
    """Questions that have no answer."""
    repeated: int = 0
    """Replies that had been dealt with before."""
    refused: int = 0
    """Lines that could not be taken; `problems` says why, of the first hundred."""
    cost_usd: float | None = 0.0
    """What the replies cost, in US dollars; None when any of it is not known."""
    problems: tuple[str, ...] = ()
    """Lines that were refused, and batches about which nothing could be learnt."""
    unanswered: tuple[BatchItem, ...] = ()
    """The questions behind `malformed` and `failed`."""
    cards: tuple[CountedCard, ...] = ()
    waiting: int = 0
    """Reviews that still wait for answers."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


class StatusAccount(Value):
    """Where everything is that was ever sent."""

    schema_id: Literal["shippanel.batch-status/1"] = Field(default="shippanel.batch-status/1", alias="schema")
    batches: tuple[SentBatch, ...]
    unanswered: tuple[BatchItem, ...] = ()
    """Questions of these batches that have to be sent again."""
    waiting: int = 0
    """Reviews that wait for answers."""
    problems: tuple[str, ...] = ()

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


def submission_account_schema() -> dict[str, Any]:
    """Describe the JSON of `batch submit` and `batch export`."""
    return _schema(SubmissionAccount, "batch-submission")


def collection_account_schema() -> dict[str, Any]:
    """Describe the JSON of `batch collect`, `batch cancel` and `batch import`."""
    return _schema(CollectionAccount, "batch-collection")


def status_account_schema() -> dict[str, Any]:
    """Describe the JSON of `batch status`."""
    return _schema(StatusAccount, "batch-status")


def _schema(account: type[Value], name: str) -> dict[str, Any]:
    return published(name, account.model_json_schema(by_alias=True, mode="serialization"))
