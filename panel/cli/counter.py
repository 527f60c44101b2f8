"""A line on a terminal's standard error that counts rows for as long as something large is read through."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def counting(doing: str, *, quiet: bool = False) -> Iterator[Callable[[str, int], None]]:
    """Show how far a command is where somebody would see it move; it leaves nothing behind.

    Args:
        doing: what is done, as `Checking`.
        quiet: whether to show nothing.

    Returns:
        What takes a table's name and its rows so far.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _table, _rows: None
        return
    from rich.console import Console  # noqa: PLC0415 - no pipeline needs it
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415 - likewise

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(doing)
        yield lambda table, rows: shown.update(task, description=f"{doing} {table}: {rows:,} rows")
