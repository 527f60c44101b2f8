"""A batch as comma-separated values: one row for every submission, all that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.batch.report import BatchRow
from panel.render.csv import render_csv

if TYPE_CHECKING:
    from panel.batch.report import BatchReport

COLUMNS = tuple(BatchRow.model_fields)


def render_batch_csv(report: BatchReport) -> str:
    """Write a batch as a table for spreadsheets; what is not known is an empty cell."""
    return render_csv(COLUMNS, ([_cell(getattr(row, name)) for name in COLUMNS] for row in report.rows))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " ".join(map(str, value))
    return str(value)
