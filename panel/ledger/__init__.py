"""The ledger: every verdict that was ever given, by what it was given on, and every scorecard.

Append-only and content-addressed: the same question is answered once, a different question never
re-uses the answer. SQLite by default, PostgreSQL by URL, the same code for both. Synchronous: async
callers go through `asyncio.to_thread`.

SQLAlchemy loads with the first name that needs a database; the keys need none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.ledger.key import (
    KEY_VERSION,
    key_inputs,
    question_of,
    rebuttal_place,
    reference,
    verdict_key,
)

if TYPE_CHECKING:
    from panel.ledger.batch_rows import (
        BatchItem,
        BatchQuestion,
        BatchReview,
        BatchRoute,
        BatchState,
        ItemState,
        SentBatch,
        Settlement,
    )
    from panel.ledger.batches import BatchRecord
    from panel.ledger.ledger import Ledger, default_path, new_run_id, open_ledger
    from panel.ledger.rows import (
        Enrolment,
        ImportReport,
        LedgerStats,
        LineProblem,
        Problem,
        RevisionRow,
        RunRow,
        Spend,
        Standing,
        ToolRow,
        VerifyReport,
    )
    from panel.ledger.waiting import WaitingReviews, review_id

__all__ = [
    "KEY_VERSION",
    "BatchItem",
    "BatchQuestion",
    "BatchRecord",
    "BatchReview",
    "BatchRoute",
    "BatchState",
    "Enrolment",
    "ImportReport",
    "ItemState",
    "Ledger",
    "LedgerStats",
    "LineProblem",
    "Problem",
    "RevisionRow",
    "RunRow",
    "SentBatch",
    "Settlement",
    "Spend",
    "Standing",
    "ToolRow",
    "VerifyReport",
    "WaitingReviews",
    "default_path",
    "key_inputs",
    "new_run_id",
    "open_ledger",
    "question_of",
    "rebuttal_place",
    "reference",
    "review_id",
    "verdict_key",
]


def __getattr__(name: str) -> object:
    """Load what stands behind a name of this package when it is first asked for."""
    from importlib import import_module  # noqa: PLC0415 - the whole point is to import late

    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for room in ("rows", "batch_rows", "ledger", "batches", "waiting"):
        module = import_module(f"panel.ledger.{room}")
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(name)
