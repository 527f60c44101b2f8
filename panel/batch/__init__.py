"""Many tools in one go: read from files, reviewed through the ledger, summed up.

    sources → Submissions → Entry ×n → BatchRow ×n → BatchReport → renderers

A batch knows nothing that the ledger does not: whatever was reviewed stands there, so that the same command
takes up a batch where it stopped, on the same machine or another.
"""

from __future__ import annotations

from panel.batch.inputs import Entry, Submissions, Submitted, Unusable, open_submissions
from panel.batch.report import BatchReport, BatchRow, Counts
from panel.batch.run import Places, Rules, Stand, run_batch

__all__ = [
    "BatchReport",
    "BatchRow",
    "Counts",
    "Entry",
    "Places",
    "Rules",
    "Stand",
    "Submissions",
    "Submitted",
    "Unusable",
    "open_submissions",
    "run_batch",
]
