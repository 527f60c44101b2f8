"""How `batch collect`, `status`, `cancel` and `import` go about it."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from panel.batch.accounts import CollectionAccount, StatusAccount
from panel.batch.asked import BatchReviewers
from panel.batch.collecting import (
    Collection,
    cancel_batch,
    collect_batches,
    count_reviews,
    find_lost,
    note_standing,
)
from panel.batch.exchange import import_replies as take_replies
from panel.cli.batches import telling
from panel.cli.batches.sending import holding
from panel.cli.exits import worst
from panel.cli.output import note
from panel.cli.record import located
from panel.document import STDIN, display_name
from panel.errors import InputError, ModelError
from panel.ledger import open_ledger
from panel.llm.batches import SHARE
from panel.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Sequence

    from panel.batch.replies import Gathered
    from panel.cli.output import Destination
    from panel.ledger import BatchItem, Ledger, SentBatch

_SHOWN = 50
"""Batches that `status` shows when none is named."""


def collect(ids: Sequence[str], db: str | None, target: Destination, *, quiet: bool) -> int:
    """Fetch what has been answered, and count what is complete.

    Raises:
        InputError: no batch has one of these ids.
    """
    reviewers = BatchReviewers(SHARE)
    collection = Collection()
    with holding(load_settings({"db": db}).db, create=False) as ledger:
        wanted = _named(ledger, ids)

        async def go() -> CollectionAccount:
            sending = [batch for batch in wanted if batch.state == "sending"]
            await find_lost(sending, reviewers, ledger, collection)
            again = ledger.batches.batches(("open",), ids=[batch.id for batch in wanted]) if wanted else []
            sent = [batch for batch in again if batch.route == "api"]
            await collect_batches(sent, reviewers, ledger, collection)
            return await _accounted(ledger, collection)

        account = asyncio.run(_closing(go()))
    telling.show(account, target, telling.collection_lines(account))
    _note_next(account, quiet=quiet)
    return telling.status_of(account, collection.errors)


def import_replies(source: str, db: str | None, target: Destination, *, quiet: bool) -> int:
    """Take the replies of a file or of standard input.

    Raises:
        InputError: the file cannot be read.
    """
    reviewers = BatchReviewers(None)
    with (
        tempfile.TemporaryDirectory(prefix="shippanel-") as folder,
        holding(load_settings({"db": db}).db, create=False) as ledger,
    ):
        path = _file(source, Path(folder))
        gathered, finished = take_replies(path, display_name(source), ledger, reviewers)
        collection = Collection(looked_at=[batch.id for batch in finished], gathered=gathered)
        account = asyncio.run(_accounted(ledger, collection))
    telling.show(account, target, telling.collection_lines(account))
    _note_next(account, quiet=quiet)
    return telling.status_of(account, [])


def status(ids: Sequence[str], db: str | None, target: Destination) -> int:
    """Show what was sent, as far as the providers say today.

    Raises:
        InputError: no batch has one of these ids.
    """
    reviewers = BatchReviewers(SHARE)
    problems: list[str] = []
    # Not held: how far everything is may be asked while somebody collects.
    with open_ledger(located(load_settings({"db": db}).db), create=False) as ledger:
        shown = ledger.batches.batches(ids=ids) if ids else ledger.batches.batches(limit=_SHOWN)
        _check(ids, shown)

        async def look() -> None:
            for batch in shown:
                if batch.state == "open" and batch.remote:
                    try:
                        standing = await reviewers.seat(batch.spec).batches.look(batch.remote)
                    except ModelError as error:
                        problems.append(f"batch {batch.remote}: {error.message}")
                    else:
                        note_standing(batch, standing, ledger)

        asyncio.run(_closing(look()))
        if shown:
            shown = ledger.batches.batches(ids=[batch.id for batch in shown])
        account = StatusAccount(
            batches=tuple(shown),
            unanswered=_unanswered(ledger, [batch.id for batch in shown]),
            waiting=ledger.waiting.count_open(),
            problems=tuple(problems),
        )
    telling.show(account, target, telling.status_lines(account))
    return 0


def cancel(ids: Sequence[str], db: str | None, target: Destination) -> int:
    """Have batches stop.

    Raises:
        InputError: no batch has one of these ids.
    """
    reviewers = BatchReviewers(SHARE)
    errors: list[ModelError] = []
    problems: list[str] = []
    with holding(load_settings({"db": db}).db, create=False) as ledger:
        wanted = [batch for batch in _named(ledger, ids) if batch.state == "open"]

        async def stop() -> None:
            for batch in wanted:
                try:
                    await cancel_batch(batch, reviewers, ledger)
                except ModelError as error:
                    errors.append(error)
                    problems.append(f"batch {batch.remote}: {error.message}")

        asyncio.run(_closing(stop()))
        account = StatusAccount(
            batches=tuple(ledger.batches.batches(ids=[batch.id for batch in wanted]) if wanted else ()),
            waiting=ledger.waiting.count_open(),
            problems=tuple(problems),
        )
    telling.show(account, target, telling.status_lines(account))
    return worst(telling.statuses_of_errors(errors))


async def _accounted(ledger: Ledger, collection: Collection) -> CollectionAccount:
    cards, waiting = await count_reviews(ledger)
    gathered: Gathered = collection.gathered
    looked_at = collection.looked_at
    batches = ledger.batches.batches(ids=looked_at) if looked_at else []
    left = [item for batch in batches for item in ledger.batches.items(batch.id, ("failed",))]
    known = {(item.batch, item.key) for item in gathered.unanswered}
    ended = [item for item in left if (item.batch, item.key) not in known] if collection.left else []
    return CollectionAccount(
        batches=tuple(batches),
        answered=gathered.answered,
        malformed=gathered.malformed,
        failed=gathered.failed + collection.left,
        repeated=gathered.repeated,
        refused=gathered.refused,
        cost_usd=gathered.cost_usd,
        problems=(*collection.problems, *gathered.problems),
        unanswered=_sorted((*gathered.unanswered, *ended)),
        cards=tuple(sorted(cards, key=lambda card: card.slug)),
        waiting=waiting,
    )


async def _closing(work: Awaitable[telling.ResultT]) -> telling.ResultT:
    from panel.llm.clients import close_clients  # noqa: PLC0415 - loads HTTP

    try:
        return await work
    finally:
        await close_clients()


def _named(ledger: Ledger, ids: Sequence[str]) -> list[SentBatch]:
    """Find the batches that are meant: those of the ids, or else all that are not done with."""
    found = ledger.batches.batches(ids=ids) if ids else ledger.batches.batches(("sending", "open"))
    _check(ids, found)
    return found


def _check(ids: Sequence[str], found: Sequence[SentBatch]) -> None:
    known = set(chain.from_iterable((batch.id, batch.remote) for batch in found))
    for wanted in ids:
        if wanted not in known:
            raise InputError(
                f"no batch in this ledger has the id {wanted!r}", "`shippanel batch status` lists them."
            )


def _sorted(items: Iterable[BatchItem]) -> tuple[BatchItem, ...]:
    return tuple(sorted(items, key=lambda item: (item.slug, item.persona, item.batch)))


def _unanswered(ledger: Ledger, batches: Sequence[str]) -> tuple[BatchItem, ...]:
    """List the questions that were left without an answer and have not been sent again since."""
    items = [item for batch in batches for item in ledger.batches.items(batch, ("malformed", "failed"))]
    keys = [item.key for item in items]
    newest, standing = ledger.batches.newest_items(keys), ledger.find(keys)
    return _sorted(
        item for item in items if item.key not in standing and newest[item.key] == (item.state, item.reason)
    )


def _file(source: str, folder: Path) -> Path:
    if source == STDIN:
        path = folder / "stdin.jsonl"
        with path.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return path
    path = Path(source)
    try:
        with path.open("rb"):
            return path
    except OSError as error:
        raise InputError(
            f"{display_name(source)}: cannot be read: {error.strerror or error}",
            "Name the file of replies that the provider or another runner has written.",
        ) from None


def _note_next(account: CollectionAccount, *, quiet: bool) -> None:
    if account.malformed or account.failed:
        note("Send what has no answer again with the same `batch submit` or `batch export`.", quiet=quiet)
