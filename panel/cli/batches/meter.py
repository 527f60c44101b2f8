"""The line on a terminal's standard error that says how far a batch is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from panel.batch import Stand


ROOMY = 60
"""The least width, in cells, at which the line has a bar, a rate and the time left."""


class Meter(AbstractContextManager["Callable[[Stand], None]"]):
    """Counts submissions for as long as its `with` block runs, and leaves nothing behind.

    Args:
        total: submissions in all.
        console: where to show it; standard error when None.
    """

    def __init__(self, total: int, console: Console | None = None) -> None:
        shown = console or Console(stderr=True)
        told = TextColumn("{task.fields[told]}")
        columns: list[ProgressColumn] = [MofNCompleteColumn(), told]
        if shown.width >= ROOMY:
            rate = TextColumn("{task.fields[rate]}")
            columns = [BarColumn(bar_width=None), MofNCompleteColumn(), rate, TimeRemainingColumn(), told]
        self._bar = Progress(*columns, console=shown, transient=True, expand=shown.width >= ROOMY)
        self._task = self._bar.add_task("submissions", total=total, rate="", told="")

    def __enter__(self) -> Callable[[Stand], None]:
        self._bar.start()
        return self.show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, stand: Stand) -> None:
        """Show how far the batch is."""
        told = [f"{stand.ship:,} ship", f"{stand.skip:,} skip"]
        told += [f"{stand.mixed:,} mixed"] if stand.mixed else []
        told += [f"{stand.undecided:,} undecided"] if stand.undecided else []
        told += [f"{stand.failed:,} failed"] if stand.failed else []
        told += [f"${stand.cost_usd:.4f}"] if stand.cost_usd else []
        speed = self._bar.tasks[0].speed
        rate = f"{speed:.1f}/s" if speed else ""
        self._bar.update(self._task, completed=stand.done, rate=rate, told=", ".join(told))
