"""What the ledger answers with: rows of the history, the result of a check, figures about the whole.

Shapes only. Nothing here reads a database, and a renderer can be handed any of them.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from panel.scorecard import Label, State
from panel.value import Value, published

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from panel.scorecard import Scorecard
    from panel.verdict import Outcome


class Record(NamedTuple):
    """A review on its way into the ledger."""

    card: Scorecard
    """It names its run, and its tool with the revision from the enrolment."""
    keys: Mapping[str, Sequence[str]]
    """Persona id → what each of its samples is kept under (`reference`), sample 0 first."""
    paid: Iterable[Outcome] | None = None
    """The answers that were obtained in this run, failed ones included. By default those on the card that it
    does not call re-used."""


class Enrolment(Value):
    """Where a submission stands in the ledger."""

    slug: str
    """The tool's address; another one than asked for when that belongs to a different tool."""
    revision: int
    """1 for the first content seen of this tool."""
    known: bool
    """Whether exactly this content had been enrolled before."""
    formerly: str = ""
    """The name the tool was first enrolled under, when the submission renames it; empty otherwise."""


class ToolRow(Value):
    """A reviewed tool, as of its latest run."""

    slug: str
    name: str
    revisions: int
    reviewed_at: datetime
    state: State
    label: Label | None
    ship_pct: float | None
    run: str
    cursor: str
    """Where the next page begins: what `tools(before=…)` takes."""


class RunRow(Value):
    """One review of one tool."""

    id: str
    slug: str
    revision: int
    reviewed_at: datetime
    state: State
    label: Label | None
    ship_pct: float | None


class Standing(Value):
    """A review that answers what would be asked now."""

    run: str
    name: str
    """The tool's, as it was reviewed."""
    reviewed_at: datetime
    state: State
    label: Label | None
    ship_pct: float | None
    ships: int
    skips: int
    abstained: int
    failed: int
    quorum: int
    failures: tuple[str, ...] = ()
    """Why seats have no answer, one reason for each that failed."""


class RevisionRow(Value):
    """One content that was submitted for a tool."""

    slug: str
    number: int
    digest: str
    created_at: datetime


class Problem(Value):
    """Something in the ledger that does not agree with itself."""

    table: str
    key: str
    detail: str
    """What differs, as a sentence."""


class VerifyReport(Value):
    """What a check of the whole ledger found."""

    checked: dict[str, int]
    """Table → rows checked."""
    problems: tuple[Problem, ...]
    """The first thousand."""
    unlisted: int = 0
    """How many more there are."""
    replaced: int
    """Rows that were found damaged earlier and answered anew; what stood there is kept aside."""

    @property
    def sound(self) -> bool:
        """Whether everything agrees."""
        return not self.problems


class LineProblem(Value):
    """Something about one line of an export that was imported."""

    line: int
    """From 1."""
    detail: str
    """What is wrong or worth knowing, as a sentence that names the table."""
    refused: bool = True
    """Whether the line was left out; else it was taken, though not as it stood there."""


class ImportReport(Value):
    """What came of an import."""

    added: dict[str, int]
    """Table → rows that were missing and are there now."""
    standing: dict[str, int]
    """Table → rows that were there already."""
    refused: int
    """Lines that were left out."""
    remarks: int
    """Lines that were taken, though not as they stood there."""
    problems: tuple[LineProblem, ...]
    """What is to be said about these lines; the first thousand."""


def import_schema() -> dict[str, Any]:
    """Describe what `ledger import --format json` writes, as JSON Schema draft 2020-12."""
    return published("import", ImportReport.model_json_schema(mode="serialization"), stamped=True)


class Spend(Value):
    """What the runs of the ledger cost with one reviewer."""

    engine: str
    spec: str
    calls: int
    input_tokens: int
    cached_tokens: int
    cache_write_tokens: int
    output_tokens: int
    cost_usd: float | None
    """US dollars; None when any of it had no known price."""


class LedgerStats(Value):
    """Figures about the whole ledger."""

    location: str
    tools: int
    revisions: int
    verdicts: int
    attempts: int
    runs: int
    spend: tuple[Spend, ...]
    size_bytes: int
    schema_revision: str
    journal_mode: str
    """SQLite's journal mode; `server` on PostgreSQL, which keeps its own."""
