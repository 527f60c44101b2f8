"""A table as comma-separated values that a spreadsheet shows and does not run.

A cell that begins as a formula does gets an apostrophe in front, which spreadsheets take for "this is text".
Quoting alone would not stop them.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_FORMULA = re.compile(r"\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
"""What begins a formula, in half width and in full."""
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def render_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write rows under a header, as RFC 4180 has it; texts are made visible and inert."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(head)
    for row in rows:
        writer.writerow([_inert(cell) for cell in row])
    return file.getvalue()


def _inert(cell: str) -> str:
    shown = visible(cell)
    return f"'{shown}" if _FORMULA.match(shown) and not _NUMBER.fullmatch(shown) else shown
