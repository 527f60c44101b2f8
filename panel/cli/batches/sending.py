"""How `batch submit` and `batch export` find what is to be asked, and how they send it."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from panel.batch import Places, Rules, Unusable
from panel.batch.accounts import SubmissionAccount
from panel.batch.asked import AT_ONCE, BatchReviewers, check_seats, find_questions
from panel.batch.exchange import export_parcels
from panel.batch.parcels import Parcels
from panel.batch.run import Batch
from panel.batch.submitting import check_keys, send_parcels
from panel.cli.batches import telling
from panel.cli.batches.asking import submitted
from panel.cli.exits import worst
from panel.cli.output import destination, note, write_file
from panel.cli.record import located, opened
from panel.ledger import open_ledger
from panel.llm.batches import SHARE
from panel.runner import Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from panel.batch import Submissions
    from panel.batch.parcels import Parcel
    from panel.cli.output import Destination
    from panel.errors import ModelError
    from panel.ledger import BatchRoute, Ledger, SentBatch
    from panel.llm.batches import BatchProvider
    from panel.persona import Roster
    from panel.settings import Settings
    from panel.tool import Tool

HELD = "provider-batch"
"""What a ledger is held for while batches are sent, collected or cancelled."""


@dataclass(frozen=True)
class Request:
    """What is to be sent."""

    sources: Sequence[str]
    roster: Roster
    settings: Settings
    limit: int | None = None
    retry_failed: bool = False
    max_requests: int | None = None
    provider: BatchProvider | None = None
    """Whose seats; all of them when None."""


def target_of(shown_as: str | None, out: Path | None) -> Destination:
    """Decide how the account of a command is shown.

    Raises:
        OutputError: the file could not be written later.
    """
    return destination(shown_as or ("auto" if out else "plain"), out)


@contextmanager
def holding(db: str | None, *, create: bool = True) -> Iterator[Ledger]:
    """Open the ledger for one command about batches at a time.

    Raises:
        LedgerBusyError: another one is at work.
        LedgerError: it cannot be opened.
    """
    with open_ledger(located(db), create=create) as ledger, ledger.hold(HELD):
        yield ledger


def submit(request: Request, target: Destination, *, dry_run: bool, quiet: bool) -> int:
    """Send what is missing, or say what would be sent.

    Raises:
        BudgetError: it could cost more than is allowed; nothing was sent.
        ModelError: there is no key; nothing was written.
        SettingsError: a seat cannot be played by batches.
    """
    settings = request.settings
    reviewers = BatchReviewers(SHARE)
    specs = check_seats(request.roster)
    with _work(request, reviewers, specs) as work:
        if dry_run:
            return _foresee(work, target, "api")
        check_keys(specs, reviewers)
        parcels = work.parcels
        with holding(settings.db) as ledger:
            problems = _pack(work, ledger)
            parcels.keep_within(settings.budget_usd, allow_unpriced=settings.allow_unpriced)
            sent, errors = asyncio.run(_sent(parcels, ledger))
    told = (*problems, *(f"A batch was not taken: {error.message}. {error.hint}".strip() for error in errors))
    account = _account(request, parcels, told, "api", sent=sent)
    telling.show(account, target, telling.submission_lines(account))
    if sent:
        note("`shippanel batch collect` fetches the answers, within a day.", quiet=quiet)
    return worst((*telling.statuses_of_errors(errors), 2 if problems else 0))


def export(request: Request, out: Path | None, target: Destination, *, dry_run: bool, quiet: bool) -> int:
    """Write what is missing to files, or say what would be written.

    Raises:
        OutputError: a file cannot be written.
        SettingsError: a seat cannot be played by batches.
    """
    reviewers = BatchReviewers(None)
    specs = check_seats(request.roster, request.provider)
    lines = destination("json", out)
    with _work(request, reviewers, specs) as work:
        if dry_run:
            return _foresee(work, target, "file")
        parcels = work.parcels
        with holding(request.settings.db) as ledger:
            problems = _pack(work, ledger)
            sent = export_parcels(parcels, ledger, lambda number, parcel: _write(lines, number, parcel))
    account = _account(request, parcels, problems, "file", sent=sent, file=str(out) if out else None)
    if out:
        telling.show(account, target, telling.submission_lines(account))
    else:
        for line in telling.submission_lines(account):
            note(line, quiet=quiet)
    return 2 if problems else 0


@dataclass(frozen=True)
class _Work:
    """A request while it is seen to."""

    request: Request
    given: Submissions
    parcels: Parcels
    reviewers: BatchReviewers
    specs: Sequence[str]

    def pack(self, tools: Iterable[tuple[Tool, bool]], ledger: Ledger | None) -> None:
        """Gather the questions about these tools that are still to be sent."""
        request, begun = self.request, 0
        for found in find_questions(
            tools,
            request.roster,
            self.reviewers,
            ledger,
            specs=self.specs,
            retry_failed=request.retry_failed,
            at_once=AT_ONCE if request.limit is None else 1,
        ):
            # What stands or is on its way is not counted, so that the same limit goes further each time.
            begun += bool(found.questions)
            if request.limit is not None and begun > request.limit:
                return
            self.parcels.add(found)


@contextmanager
def _work(request: Request, reviewers: BatchReviewers, specs: Sequence[str]) -> Iterator[_Work]:
    with (
        submitted(request.sources) as given,
        tempfile.TemporaryDirectory(prefix="shippanel-") as folder,
    ):
        parcels = Parcels(Path(folder), max_requests=request.max_requests)
        yield _Work(request, given, parcels, reviewers, specs)


async def _sent(parcels: Parcels, ledger: Ledger) -> tuple[list[SentBatch], list[ModelError]]:
    from panel.llm.clients import close_clients  # noqa: PLC0415 - loads HTTP

    try:
        return await send_parcels(parcels, ledger)
    finally:
        await close_clients()


def _pack(work: _Work, ledger: Ledger) -> tuple[str, ...]:
    """Gather what is to be sent of the submissions that a batch would review, and return what is wrong."""
    request = work.request
    rules = Rules(retry_failed=request.retry_failed)
    plan = Plan(roster=request.roster, reviewers=work.reviewers)
    batch = Batch(plan, ledger, rules, lambda _stand: None)
    work.pack(((job.tool, job.slug_stated) for job in batch.jobs(work.given)), ledger)
    if batch.error is not None:
        raise batch.error
    return tuple(
        row.detail if row.place in row.detail else f"{row.place}: {row.detail}"
        for _, row in sorted(batch.rows.items())
        if row.fate == "unusable"
    )


def _foresee(work: _Work, target: Destination, route: BatchRoute) -> int:
    """Say what would be sent, without a key and without writing anything."""
    request = work.request
    problems: list[str] = []

    def tools() -> Iterator[tuple[Tool, bool]]:
        places = Places()
        for entry in work.given:
            if isinstance(entry, Unusable):
                problems.append(entry.error.message)
                continue
            refused = places.claim(entry)
            if refused is not None:
                problems.extend([f"{entry.place}: {refused.detail}"] if refused.fate == "unusable" else [])
            else:
                yield entry.tool, entry.slug_stated

    with opened(located(request.settings.db), create=False) as ledger:
        work.pack(tools(), ledger)
    account = _account(request, work.parcels, problems, route, dry_run=True)
    telling.show(account, target, telling.submission_lines(account))
    return 2 if problems else 0


def _account(
    request: Request,
    parcels: Parcels,
    problems: Sequence[str],
    route: BatchRoute,
    *,
    sent: Sequence[SentBatch] = (),
    file: str | None = None,
    dry_run: bool = False,
) -> SubmissionAccount:
    gone = sum(batch.requests for batch in sent)
    return SubmissionAccount(
        route=route,
        dry_run=dry_run,
        submissions=len(parcels.reviews),
        asked=parcels.estimate.calls if dry_run else gone,
        standing=parcels.standing,
        waiting=parcels.waiting,
        given_up=parcels.given_up,
        problems=tuple(problems),
        estimate=parcels.estimate,
        budget_usd=request.settings.budget_usd,
        sent=tuple(sent),
        file=file,
    )


def _write(lines: Destination, number: int, parcel: Parcel) -> None:
    with parcel.path.open("rb") as file:
        if lines.path is None:
            lines.send_parts(line.decode() for line in file)
            return
        path = lines.path
        write_file(path if not number else path.with_stem(f"{path.stem}-{number + 1}"), file)
