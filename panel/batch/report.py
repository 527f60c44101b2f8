"""What became of a batch: one row for every submission, in the order they came in, and the sums.

Shapes and arithmetic only. A row holds what a table shows; the scorecard itself stands in the ledger under
the row's run.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field

from panel.canary import CanaryCheck
from panel.scorecard import Label, State
from panel.value import Value, published
from panel.verdict import FailureReason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.errors import PanelError
    from panel.ledger import Standing
    from panel.scorecard import Scorecard

Fate = Literal["reviewed", "stood", "repeated", "unusable", "canary"]
"""What became of a submission: reviewed now; reviewed before, and standing; the same as an earlier one of
the batch; or refused, with the reason. A canary is none: it rode along to be skipped, and is not counted."""

Ending = Literal["finished", "queued", "limit", "interrupted", "budget", "ledger"]
"""Why a batch ended: all was done; it was left to a fleet; the limit was reached; a signal; the budget; the
ledger failed."""


class BatchRow(Value):
    """One submission of a batch, and what became of it."""

    place: str
    """Where it stands: `tools.jsonl, line 3`, or a file's name."""
    fate: Fate
    detail: str = ""
    """Why it was refused, or which earlier one it repeats."""
    slug: str | None = None
    name: str | None = None
    revision: int | None = None
    changed: bool = False
    """Whether the tool had been enrolled before with other content."""
    run: str | None = None
    """The run in the ledger that holds the scorecard."""
    reviewed_at: datetime | None = None
    state: State | None = None
    label: Label | None = None
    ship_pct: float | None = None
    ships: int = 0
    skips: int = 0
    abstained: int = 0
    failed: int = 0
    failures: tuple[FailureReason, ...] = ()
    """Why seats failed, one reason for each that did."""
    calls: int = 0
    """Model calls of this batch, failed ones included."""
    cost_usd: float | None = 0.0
    """What they cost, in US dollars; None when a price is not known."""


class Counts(Value):
    """How many submissions ended how."""

    submissions: int
    reviewed: int
    stood: int
    repeated: int
    unusable: int
    left: int
    """Submissions that were not begun."""
    changed: int
    ship: int
    mixed: int
    skip: int
    no_quorum: int
    partial: int
    """Reviews that lost a seat to a failure and still have a quorum."""
    calls: int
    cost_usd: float | None
    """US dollars; None when any of it has no known price."""


class BatchReport(Value):
    """A batch, as far as it came."""

    schema_id: Literal["shippanel.batch/1"] = Field(default="shippanel.batch/1", alias="schema")
    version: str
    """The version of shippanel that ran it."""
    panel: str
    """The reviewer of every seat, or seat by seat."""
    sources: tuple[str, ...]
    started_at: datetime
    ended_at: datetime
    ending: Ending
    counts: Counts
    canaries: tuple[CanaryCheck, ...] = ()
    """What became of the submissions that rode along because they have to be skipped."""
    rows: tuple[BatchRow, ...]

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)


def batch_schema() -> dict[str, Any]:
    """Describe a batch as JSON, as JSON Schema draft 2020-12."""
    return published("batch", BatchReport.model_json_schema(by_alias=True, mode="serialization"))


def row_of_card(
    place: str,
    card: Scorecard,
    *,
    calls: int,
    cost: float | None,
    fate: Fate = "reviewed",
    changed: bool = False,
) -> BatchRow:
    """Sum a review up.

    Args:
        place: where the submission stands.
        card: the scorecard.
        calls: model calls made for it now.
        cost: what they cost; None when that is not known.
        fate: what became of it.
        changed: whether the tool had been enrolled before with other content.
    """
    return BatchRow(
        place=place,
        fate=fate,
        slug=card.tool.slug,
        name=card.tool.name,
        revision=card.tool.revision,
        changed=changed,
        run=card.provenance.run,
        reviewed_at=card.provenance.reviewed_at,
        state=card.state,
        label=card.label,
        ship_pct=card.ship_pct,
        ships=card.ships,
        skips=card.skips,
        abstained=card.abstained,
        failed=card.failed,
        failures=tuple(a.reason for a in card.abstentions if a.reason != "insufficient-information"),
        calls=calls,
        cost_usd=cost,
    )


def row_of_standing(place: str, slug: str, revision: int, standing: Standing) -> BatchRow:
    """Sum up a review that stands."""
    shown = standing.model_dump(exclude={"quorum"})
    return BatchRow(place=place, fate="stood", slug=slug, revision=revision, **shown)


def row_of_error(place: str, error: PanelError, name: str | None = None) -> BatchRow:
    """Say why a submission was refused, and which tool it is about where that is known."""
    problems = "; ".join(getattr(error, "problems", ()))
    message = error.message.removeprefix(f"{place}: ")
    return BatchRow(
        place=place, fate="unusable", name=name, detail=f"{message}: {problems}" if problems else message
    )


def count_rows(rows: Sequence[BatchRow], submissions: int) -> Counts:
    """Add the rows of a batch up.

    Args:
        rows: what became of submissions.
        submissions: how many there are, those not begun included.
    """
    costs, calls = [row.cost_usd for row in rows], sum(row.calls for row in rows)
    rows = [row for row in rows if row.fate != "canary"]
    fates = Counter(row.fate for row in rows)
    labels = Counter(row.label for row in rows)
    return Counts(
        submissions=submissions,
        reviewed=fates["reviewed"],
        stood=fates["stood"],
        repeated=fates["repeated"],
        unusable=fates["unusable"],
        left=max(0, submissions - len(rows)),
        changed=sum(row.changed for row in rows),
        ship=labels["Ship"],
        mixed=labels["Mixed"],
        skip=labels["Skip"],
        no_quorum=sum(row.state == "no-quorum" for row in rows),
        partial=sum(row.state == "partial" for row in rows),
        calls=calls,
        cost_usd=None if None in costs else sum(cost for cost in costs if cost is not None),
    )
