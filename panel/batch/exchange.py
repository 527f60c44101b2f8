"""The same questions and answers as files in the providers' own forms, for somebody else to carry.

Whoever answers may be a provider's console, another program or a machine without a network. What comes back
is taken like any other reply; only what it cost is not known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.batch.replies import Desk
from panel.batch.submitting import write_down

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from panel.batch.asked import BatchReviewers
    from panel.batch.parcels import Parcel, Parcels
    from panel.batch.replies import Gathered
    from panel.ledger import Ledger, SentBatch

ORIGIN = "file"
"""What an imported answer is said to have come with."""


def export_parcels(parcels: Parcels, ledger: Ledger, write: Callable[[int, Parcel], None]) -> list[SentBatch]:
    """Write every batch to where it belongs, and then down in the ledger.

    In this order, because a file that the ledger does not know yet is written anew by the same command, while
    questions without a file would be waited for in vain.

    Args:
        parcels: what is to be exported.
        ledger: where it is written down.
        write: puts a batch where it belongs, told its number from 0.

    Raises:
        OutputError: a file cannot be written.
    """
    for number, parcel in enumerate(parcels.filled):
        write(number, parcel)
    ledger.waiting.enlist(parcels.reviews, parcels.questions)
    written = [write_down(parcel, ledger, "file").id for parcel in parcels.filled]
    return ledger.batches.batches(ids=written) if written else []


def import_replies(
    path: Path, name: str, ledger: Ledger, reviewers: BatchReviewers
) -> tuple[Gathered, list[SentBatch]]:
    """Take the replies of a file, whichever exports they belong to.

    Args:
        path: the file, in the form of either provider.
        name: what to call it in a problem.
        ledger: where questions stand and answers are kept.
        reviewers: who reads them.

    Returns:
        What came of the lines; and the exports that are done with now.

    Raises:
        LedgerError: an answer could not be written; what was written stands.
    """
    desk = Desk(ledger, reviewers, None, origin=ORIGIN, name=name)
    desk.take(path)
    finished = [
        batch for batch in ledger.batches.batches(("open",)) if batch.route == "file" and not batch.waiting
    ]
    for batch in finished:
        ledger.batches.note(batch.id, "done")
    return desk.gathered, finished
