"""Run a batch: decide for every submission whether it is to be reviewed, and have that done.

What stands is not asked for again. A review stands when the newest one of the same content answers the
questions that this panel would ask now; so a batch that was cut short, or a file of which three lines have
changed, costs what is new in it. A tool has one place in a batch: what repeats an earlier submission is
passed over, and a second one with other content is refused, since nobody could say which of them holds.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from panel.batch.inputs import Unusable
from panel.batch.report import BatchRow, Ending, row_of_card, row_of_error, row_of_standing
from panel.canary import check_canary
from panel.errors import BudgetError, InputError, LedgerError
from panel.ledger import key_inputs, question_of
from panel.runner import Job, run_reviews
from panel.text import identity_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from panel.batch.inputs import Entry, Submitted
    from panel.canary import Canary, CanaryCheck
    from panel.graph import Event
    from panel.ledger import Enrolment, Ledger, Standing
    from panel.runner import Plan, Result
    from panel.tool import Tool

SETTLED = frozenset(("refused", "truncated", "unreadable"))
"""Failures that were paid for and are likely to come again, so they are asked for anew only on demand. The
others (a limit, an outage, a refused key, a spent budget, an interrupt) say nothing about the submission."""


@dataclass(frozen=True)
class Rules:
    """Which submissions are reviewed."""

    limit: int | None = None
    """How many at most in this run; those that stand are not counted."""
    since: datetime | None = None
    """Reviews older than this are out of date: their tools are asked about anew."""
    retry_failed: bool = False
    """Take up reviews again whose answers were refused, cut off or unreadable."""


@dataclass
class Stand:
    """How far a batch is."""

    done: int = 0
    """Submissions dealt with, of whatever fate."""
    ship: int = 0
    mixed: int = 0
    skip: int = 0
    undecided: int = 0
    """Reviews without a quorum."""
    failed: int = 0
    """Reviews of which a seat failed, and submissions that cannot be used."""
    cost_usd: float = 0.0
    """As far as prices are known."""

    def add(self, row: BatchRow) -> None:
        """Count a row."""
        self.done += 1
        self.ship += row.label == "Ship"
        self.mixed += row.label == "Mixed"
        self.skip += row.label == "Skip"
        self.undecided += row.state == "no-quorum"
        self.failed += row.fate == "unusable" or row.failed > 0
        self.cost_usd += row.cost_usd or 0.0


@dataclass(frozen=True)
class Outcome:
    """What a batch came to."""

    rows: tuple[BatchRow, ...]
    """In the order of the submissions; those not begun have none."""
    ending: Ending
    canaries: tuple[CanaryCheck, ...] = ()
    error: LedgerError | None = None
    """Why the ledger could not be used, when that ended the batch."""


class _Place(NamedTuple):
    """Where in the batch a tool stands."""

    place: str
    digest: str


class Places:
    """The tools of a batch by name and stated slug: each has one place in it."""

    def __init__(self) -> None:
        self._taken: dict[str, _Place] = {}

    def claim(self, entry: Submitted) -> BatchRow | None:
        """Take a tool's place; return what becomes of the submission when another one has it already."""
        tool = entry.tool
        marks = [f"name {identity_of(tool.name)}", *([f"slug {tool.slug}"] if entry.slug_stated else [])]
        earlier = next((self._taken[mark] for mark in marks if mark in self._taken), None)
        if earlier is None:
            self._taken |= dict.fromkeys(marks, _Place(entry.place, tool.digest))
            return None
        if earlier.digest != tool.digest:
            problem = f"says other things about the tool with the slug {tool.slug!r} than {earlier.place}"
            return row_of_error(entry.place, InputError(problem), tool.name)
        same = f"the same as {earlier.place}"
        return BatchRow(place=entry.place, fate="repeated", detail=same, slug=tool.slug, name=tool.name)


@dataclass
class Spent:
    """What the answers to one job took."""

    calls: int = 0
    cost: float | None = 0.0

    def add(self, event: Event) -> None:
        """Count what a seat's answer took."""
        self.calls += event.calls
        if event.calls:
            self.cost = None if self.cost is None or event.cost_usd is None else self.cost + event.cost_usd


@dataclass
class Batch:
    """A batch at work: it hands out jobs in one thread, while their results come back in another."""

    plan: Plan
    ledger: Ledger
    rules: Rules
    progress: Callable[[Stand], None]
    canaries: Mapping[str, Canary] = field(default_factory=dict)
    """Job id → a submission that has to be skipped."""
    checks: list[CanaryCheck] = field(default_factory=list)
    rows: dict[int, BatchRow] = field(default_factory=dict)
    places: Places = field(default_factory=Places)
    entries: dict[str, tuple[int, Submitted, bool]] = field(default_factory=dict)
    """Job id → its number, its submission, and whether the tool was known with other content."""
    spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    stand: Stand = field(default_factory=Stand)
    ending: Ending = "finished"
    error: LedgerError | None = None

    def jobs(self, entries: Iterable[Entry]) -> Iterator[Job]:
        """Hand out what has to be reviewed, and write down what has not."""
        for name, canary in self.canaries.items():
            yield Job(name, canary.tool, slug_stated=True, kept=False)
        begun = 0
        for number, entry in enumerate(entries):
            if self.plan.stop.is_set():
                return
            if isinstance(entry, Unusable):
                self.note(number, row_of_error(entry.place, entry.error))
                continue
            refused = self.places.claim(entry)
            if refused is not None:
                self.note(number, refused)
                continue
            try:
                job = self._job(number, entry)
            except LedgerError as error:
                self.fail(error)
                return
            if job is None:
                continue
            if self.rules.limit is not None and begun >= self.rules.limit:
                self.ending = "limit"
                return
            begun += 1
            yield job

    def _job(self, number: int, entry: Submitted) -> Job | None:
        """Decide about a tool: a job, or a row and None when its review stands."""
        tool = entry.tool
        enrolment = self.ledger.enrol(tool, explicit_slug=entry.slug_stated)
        standing = self._standing(tool, enrolment)
        if standing is not None and not self._outdated(standing):
            self.note(number, row_of_standing(entry.place, enrolment.slug, enrolment.revision, standing))
            return None
        job = Job(
            id=str(number),
            tool=tool,
            slug_stated=entry.slug_stated,
            fresh=standing is not None and self._expired(standing),
        )
        self.entries[job.id] = (number, entry, enrolment.revision > 1 and not enrolment.known)
        return job

    def _standing(self, tool: Tool, enrolment: Enrolment) -> Standing | None:
        if not enrolment.known or self.plan.fresh or self.plan.rebuttal:
            return None
        questions = {
            seat.persona.id: question_of(
                key_inputs(tool, seat.persona, self.plan.reviewers(seat.spec).key_inputs(seat.persona, tool))
            )
            for seat in self.plan.roster.seats
        }
        found = self.ledger.standing(enrolment.slug, enrolment.revision, questions, self.plan.repeat)
        return found if found and found.quorum == self.plan.roster.quorum else None

    def _outdated(self, standing: Standing) -> bool:
        failures = set(standing.failures)
        return (
            self._expired(standing)
            or bool(failures - SETTLED)
            or (self.rules.retry_failed and bool(failures))
        )

    def _expired(self, standing: Standing) -> bool:
        return self.rules.since is not None and standing.reviewed_at < self.rules.since

    def take(self, result: Result) -> None:
        """Write a result down; end the batch when nothing more can be kept or paid for."""
        spent = self.spent.pop(result.job.id, Spent())
        canary = self.canaries.get(result.job.id)
        if canary is not None:
            self._hold(canary, result, spent)
            return
        number, entry, changed = self.entries.pop(result.job.id)
        if isinstance(result.error, LedgerError):
            self.fail(result.error)
        elif isinstance(result.error, BudgetError):
            self.ending = "budget"
            self.plan.stop.set()
        elif result.error is not None:
            self.note(number, row_of_error(entry.place, result.error, entry.tool.name))
        elif result.card is not None:
            row = row_of_card(entry.place, result.card, changed=changed, calls=spent.calls, cost=spent.cost)
            self.note(number, row)
            if "over-budget" in row.failures:
                self.ending = "budget"
                self.plan.stop.set()

    def _hold(self, canary: Canary, result: Result, spent: Spent) -> None:
        """Hold a canary to what has to become of it."""
        if result.card is not None:
            self.checks.append(check_canary(canary, result.card))
            row = row_of_card("canary", result.card, calls=spent.calls, cost=spent.cost, fate="canary")
            self.rows[-len(self.checks)] = row

    def note(self, number: int, row: BatchRow) -> None:
        """Write down what became of a submission."""
        self.rows[number] = row
        self.stand.add(row)
        self.progress(self.stand)

    def fail(self, error: LedgerError) -> None:
        """Begin nothing more: whatever else is asked for could not be kept."""
        self.error = self.error or error
        self.ending = "ledger"
        self.plan.stop.set()


async def run_batch(
    entries: Iterable[Entry],
    plan: Plan,
    ledger: Ledger,
    *,
    rules: Rules | None = None,
    canaries: Sequence[Canary] = (),
    progress: Callable[[Stand], None] = lambda _: None,
    review: Callable[[Iterable[Job], Plan], AsyncIterator[Result]] = run_reviews,
) -> Outcome:
    """Review what of a batch has not been reviewed.

    Setting `plan.stop` ends it in good order: reviews at work are finished, no further one is begun.

    Args:
        entries: the submissions.
        plan: who reviews, and how; its scribe writes to `ledger`, and its `watch` is told as well.
        ledger: where reviews stand and are kept.
        rules: which submissions are reviewed; all that have not been when None.
        canaries: submissions that ride along and have to be skipped; they are asked about each time, and
            no ledger keeps what is said of them.
        progress: called after every submission, from more than one thread; must not raise.
        review: has the jobs reviewed: in this process, or by a fleet (`QueuedReviews`).

    Returns:
        The rows so far, and why it ended. A ledger that failed is told there rather than raised, since
        reviews at work had to be finished first.

    Raises:
        PanelError: a seat cannot be played; nothing was asked.
    """
    for seat in plan.roster.seats:
        plan.reviewers(seat.spec)
    riding = {f"canary:{canary.id}": canary for canary in canaries}
    batch = Batch(plan, ledger, rules or Rules(), progress, riding)

    def count(job: Job, event: Event) -> None:
        batch.spent[job.id].add(event)
        plan.watch(job, event)

    async for result in review(batch.jobs(entries), replace(plan, watch=count)):
        batch.take(result)
    if batch.ending in {"finished", "limit"} and plan.stop.is_set():
        batch.ending = "interrupted"
    if batch.ending == "finished" and batch.entries:
        batch.ending = "queued"
    rows = tuple(batch.rows[number] for number in sorted(batch.rows))
    return Outcome(rows, batch.ending, tuple(batch.checks), batch.error)
