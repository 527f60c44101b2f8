"""Send questions to the providers' batch interfaces, each batch written down before it goes.

A batch whose sending ended without a word may have arrived. It stays `sending` in the ledger, its questions
count as on their way, and whoever collects looks for it at the provider before anything is sent again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from panel.errors import ModelError
from panel.ledger import SentBatch, new_run_id
from panel.llm.batches import Sought

if TYPE_CHECKING:
    from collections.abc import Iterable

    from panel.batch.asked import BatchReviewers
    from panel.batch.parcels import Parcel, Parcels
    from panel.ledger import BatchRoute, Ledger


def check_keys(roster_specs: Iterable[str], reviewers: BatchReviewers) -> None:
    """See that there is a key for every provider, before anything is written.

    Raises:
        ModelError: there is none.
    """
    for spec in roster_specs:
        reviewers.seat(spec).batches.require()


async def send_parcels(parcels: Parcels, ledger: Ledger) -> tuple[list[SentBatch], list[ModelError]]:
    """Send everything; after a provider has refused one batch, it is sent no other.

    Returns:
        The batches that went, with the provider's ids; and what kept others from going.
    """
    ledger.waiting.enlist(parcels.reviews, parcels.questions)
    sent: list[str] = []
    errors: list[ModelError] = []
    shut: set[str] = set()
    for parcel in parcels.filled:
        provider = parcel.seat.batches.provider
        if provider in shut:
            continue
        batch = write_down(parcel, ledger, "api")
        try:
            remote = await parcel.seat.batches.send(parcel.path, sought(batch, ledger))
        except ModelError as error:
            shut.add(provider)
            errors.append(error)
            if error.usage is not None:
                # Refused, or never reached: there is nothing at the provider to wait for.
                ledger.batches.close(batch.id, error.reason, error.message)
                ledger.batches.note(batch.id, "lost", detail=error.message)
            continue
        ledger.batches.note(batch.id, "open", remote=remote)
        sent.append(batch.id)
    return ledger.batches.batches(ids=sent) if sent else [], errors


def sought(batch: SentBatch, ledger: Ledger) -> Sought:
    """Say how a batch is found at its provider when its id is not known."""
    known = ledger.batches.remotes(batch.provider)
    return Sought(batch.id, batch.created_at, batch.requests, known=known)


def write_down(parcel: Parcel, ledger: Ledger, route: BatchRoute) -> SentBatch:
    """Write a batch into the ledger before it goes anywhere; a file is waited for at once."""
    batch = SentBatch(
        id=new_run_id(),
        provider=parcel.seat.batches.provider,
        spec=parcel.seat.spec,
        route=route,
        state="sending" if route == "api" else "open",
        requests=len(parcel.keys),
        created_at=datetime.now(UTC),
    )
    ledger.batches.begin(batch, parcel.keys)
    return batch
