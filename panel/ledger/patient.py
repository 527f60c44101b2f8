"""A ledger that outlasts a restart of its server: what cannot be written now is written when it is back.

For programs that run by themselves. An answer in hand has been paid for, and a person who could start the
command again may not be there. It waits in the thread that asked, so that whoever has nothing to write is
not held up. What writes one thing is done by what writes many, so only that is overridden here.
"""

from __future__ import annotations

import time
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, TypeVar

from panel.errors import LedgerBusyError, LedgerError, LedgerGoneError
from panel.ledger.ledger import Ledger
from panel.ledger.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from panel.ledger.rows import Enrolment, Record
    from panel.ledger.store import Store
    from panel.tool import Tool
    from panel.verdict import Outcome

OUTAGE_S = 900.0
"""The longest outage that is waited out, in seconds."""
_FIRST_WAIT_S, _LONGEST_WAIT_S = 0.2, 3.0

ResultT = TypeVar("ResultT")


class PatientLedger(Ledger):
    """An open ledger whose reviews wait while its server is away.

    Args:
        store: where it stands.
        tell: told once that the server is away, and once that it is back; called from any thread.
        outage_s: how long it waits before it raises `LedgerGoneError` after all.
    """

    def __init__(
        self, store: Store, *, tell: Callable[[str], None] = lambda _: None, outage_s: float = OUTAGE_S
    ) -> None:
        super().__init__(store)
        self._tell = tell
        self._outage_s = outage_s
        self._given_up = Event()
        self._telling = Lock()
        self._away = False

    def give_up(self) -> None:
        """Stop waiting, now and from now on."""
        self._given_up.set()

    def enrol_many(self, submissions: Sequence[tuple[Tool, bool]]) -> list[Enrolment]:
        """Do as `Ledger.enrol_many` does."""
        enrol_many = super().enrol_many
        return self._outlast(lambda: enrol_many(submissions))

    def find(self, keys: Sequence[str]) -> dict[str, Outcome]:
        """Do as `Ledger.find` does."""
        find = super().find
        return self._outlast(lambda: find(keys))

    def keep_many(self, pairs: Iterable[tuple[Mapping[str, Any], Outcome]]) -> list[Outcome]:
        """Do as `Ledger.keep_many` does."""
        keep_many, held = super().keep_many, list(pairs)
        return self._outlast(lambda: keep_many(held))

    def next_sample(self, inputs: Mapping[str, Any]) -> int:
        """Do as `Ledger.next_sample` does."""
        next_sample = super().next_sample
        return self._outlast(lambda: next_sample(inputs))

    def keep_runs(self, records: Iterable[Record]) -> None:
        """Do as `Ledger.keep_runs` does; what was written but not confirmed is not written twice."""
        keep_runs = super().keep_runs
        held = [
            record if record.paid is None else record._replace(paid=list(record.paid)) for record in records
        ]
        tried = False

        def keep() -> None:
            nonlocal tried
            # They are written in one commit: all of them stand, or none.
            if not (tried and held and self._stands(held[0].card.provenance.run)):
                tried = True
                keep_runs(held)

        self._outlast(keep)

    def _stands(self, run: str | None) -> bool:
        try:
            return run is not None and bool(self.card(run))
        except LedgerGoneError:
            raise
        except LedgerError:
            return False

    def _outlast(self, work: Callable[[], ResultT]) -> ResultT:
        """Do something, over and over while the server is away."""
        until = time.monotonic() + self._outage_s
        wait_s = _FIRST_WAIT_S
        while True:
            try:
                result = work()
            except (LedgerGoneError, LedgerBusyError):
                self.note(away=True)
                if time.monotonic() + wait_s > until or self._given_up.wait(wait_s):
                    raise
                wait_s = min(2 * wait_s, _LONGEST_WAIT_S)
            else:
                self.note(away=False)
                return result

    def note(self, *, away: bool) -> None:
        """Tell that the server is away or back, if that is news."""
        with self._telling:
            if self._away == away:
                return
            self._away = away
        self._tell(
            f"{self.location}: the server does not answer; waiting for it. Nothing is lost."
            if away
            else f"{self.location}: the server answers again."
        )


def open_patiently(
    target: str | Path, *, tell: Callable[[str], None] = lambda _: None, outage_s: float = OUTAGE_S
) -> PatientLedger:
    """Open a ledger that outlasts its server; the server has to be there now.

    Raises:
        LedgerError: as `open_ledger`.
    """
    return PatientLedger(open_store(target), tell=tell, outage_s=outage_s)
