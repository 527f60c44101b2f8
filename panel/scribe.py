"""Writes verdicts to the ledger as they arrive, several to a commit when they arrive together.

Every caller waits until its own verdict is on disk. No verdict waits for one that is still being given.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.ledger import Ledger
    from panel.verdict import Outcome

    _Pending = tuple[Mapping[str, Any], Outcome, asyncio.Future[Outcome]]


class Scribe:
    """One ledger's writer within one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._pending: list[_Pending] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, inputs: Mapping[str, Any], outcome: Outcome) -> Outcome:
        """Write one answer and return the one that stands.

        Raises:
            LedgerError: it could not be written.
        """
        written: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._pending.append((inputs, outcome, written))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return await written

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                pairs = [(inputs, outcome) for inputs, outcome, _ in batch]
                standing = await asyncio.to_thread(self.ledger.keep_many, pairs)
            except asyncio.CancelledError:
                # Whoever interrupts the run has paid for what came in while that commit was under way.
                if self._pending:
                    self.ledger.keep_many([(inputs, outcome) for inputs, outcome, _ in self._pending])
                raise
            except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was
                for _, _, written in batch:
                    if not written.done():
                        written.set_exception(error)
            else:
                for (_, _, written), outcome in zip(batch, standing, strict=True):
                    if not written.done():
                        written.set_result(outcome)
        self._writing = None
