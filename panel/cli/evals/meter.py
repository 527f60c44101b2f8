"""The line on a terminal's standard error that says how far a run of many answers is."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from panel.evaluation.run import Progress as Stand


class Meter(AbstractContextManager["Callable[[Stand], None]"]):
    """Counts answers for as long as its `with` block runs, and leaves nothing behind.

    Args:
        console: where to show it; standard error when None.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[told]}"),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task("answers", total=None, told="")

    def __enter__(self) -> Callable[[Stand], None]:
        self._bar.start()
        return self.show

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def show(self, stand: Stand) -> None:
        """Show how far the run is."""
        told = [f"{stand.reused:,} re-used"] if stand.reused else []
        told += [f"{stand.failed:,} failed"] if stand.failed else []
        self._bar.update(self._task, completed=stand.done, total=stand.total, told=", ".join(told))
