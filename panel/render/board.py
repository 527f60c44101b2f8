"""The live board on stderr while a review runs: one row per seat, from waiting to the decision.

It shows progress and nothing else: the result goes to stdout when it is complete. Off a terminal it
stays silent, or prints one line per finished seat when asked to be verbose.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from panel.render.lines import spell
from panel.render.terminal import STYLES
from panel.render.wording import GLYPHS
from panel.text import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from panel.persona import Seat
    from panel.render.lines import Style

_FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_PLAIN_FRAMES = "|/-\\"
_FRAMES_PER_SECOND = 10
_LONGEST_NAME = 26


@dataclass(frozen=True)
class _Finish:
    glyph: str
    style: Style


_FINISHES = {
    "ship": _Finish(GLYPHS["ship"], "ship"),
    "skip": _Finish(GLYPHS["skip"], "skip"),
    "abstained": _Finish(GLYPHS["abstained"], "abstained"),
    "failed": _Finish(GLYPHS["failed"], "failed"),
    "reused": _Finish("=", "quiet"),
}
"""The states in which a seat's clock stands; any other state is work in progress."""


@dataclass
class _Row:
    name: str
    state: str = "waiting"
    detail: str = ""
    since: float | None = None
    """When the seat stopped waiting, on the board's clock."""
    took: float | None = None
    """Seconds from then to the decision."""
    spent: str = ""
    """Tokens and cost so far; empty where no model was asked."""


class Board:
    """Shows how far each reviewer is, for as long as its `with` block runs.

    Args:
        seats: the panel, in order.
        console: where to show it; stderr when None.
        verbose: off a terminal, print a line for every finished seat.
        clock: seconds, for the elapsed time.
    """

    def __init__(
        self,
        seats: Sequence[Seat],
        console: Console | None = None,
        *,
        verbose: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console or Console(stderr=True)
        self._encoding = self._console.encoding
        self._clock = clock
        self._rows = {seat.persona.id: _Row(self._shown(seat.persona.name)) for seat in seats}
        longest = max((cell_len(row.name) for row in self._rows.values()), default=0)
        self._broad = min(longest, _LONGEST_NAME)
        moves = self._console.is_terminal and not self._console.is_dumb_terminal
        self._live = self._make_live() if moves else None
        self._speaks = verbose and not moves

    def __enter__(self) -> Self:
        if self._live:
            self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def update(
        self, persona_id: str, state: str, detail: str = "", *, tokens: int = 0, cost_usd: float | None = None
    ) -> None:
        """Show what a reviewer is doing.

        Args:
            persona_id: whose row; unknown ids are ignored, a board is no place to fail.
            state: `waiting`, `reading`, `ship`, `skip`, `abstained`, `failed`, `reused`, or any other
                words for work in progress (`asking`, `retry 1/3 in 4 s`, `re-asking`).
            detail: what else there is to say, in a few words.
            tokens: what the seat has consumed so far.
            cost_usd: what that costs, in US dollars; None when it is not known.
        """
        row = self._rows.get(persona_id)
        if row is None:
            return
        now = self._clock()
        row.state, row.detail = self._shown(state), self._shown(detail)
        row.spent = _spent(tokens, cost_usd)
        if row.since is None and state != "waiting":
            row.since = now
        finished = state in _FINISHES
        row.took = now - (now if row.since is None else row.since) if finished else None
        if finished and self._speaks:
            self._print(row)

    def __rich__(self) -> Group:
        """Draw the board as it stands now."""
        return Group(*(self._drawn(row) for row in self._rows.values()))

    def _make_live(self) -> Live:
        return Live(
            self,
            console=self._console,
            transient=True,
            refresh_per_second=_FRAMES_PER_SECOND,
            redirect_stdout=False,
        )

    def _print(self, row: _Row) -> None:
        self._console.print(self._drawn(row), soft_wrap=True, markup=False, emoji=False, highlight=False)

    def _drawn(self, row: _Row) -> Text:
        finish = _FINISHES.get(row.state)
        glyph = self._shown(finish.glyph) if finish else self._frame(row)
        style = STYLES[finish.style] if finish else STYLES["quiet"]
        text = Text(no_wrap=True, overflow="ellipsis" if self._live else "ignore")
        text.append(f"{glyph} ", style)
        text.append(f"{set_cell_size(row.name, self._broad)}  ")
        text.append(row.state.upper() if finish else row.state, style)
        took = self._elapsed(row)
        text.append(f"  {took:.1f} s" if took is not None and row.state != "reused" else "", STYLES["quiet"])
        for part in filter(None, (row.detail, row.spent)):
            text.append(f"  {part}", STYLES["quiet"])
        return text

    def _frame(self, row: _Row) -> str:
        if row.since is None:
            return " "
        frames = _FRAMES if spell(_FRAMES, self._encoding) == _FRAMES else _PLAIN_FRAMES
        return frames[int((self._clock() - row.since) * _FRAMES_PER_SECOND) % len(frames)]

    def _elapsed(self, row: _Row) -> float | None:
        if row.took is not None or row.since is None:
            return row.took
        return self._clock() - row.since

    def _shown(self, text: str) -> str:
        return spell(visible(text), self._encoding)


def _spent(tokens: int, cost_usd: float | None) -> str:
    if not tokens:
        return ""
    return f"{tokens:,} tokens" + (f", ${cost_usd:.4f}" if cost_usd is not None else "")
