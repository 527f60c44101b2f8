"""Reads and writes a ledger for reviews that run side by side: what they want at the same time, they share.

The first request is answered at once. While the ledger is busy with it, and for a moment after, the next ones
gather and are then answered together: one look-up, one commit. Every caller waits until its own is done; no
verdict waits for one that is still being given.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from panel.errors import LedgerBusyError
from panel.ledger.rows import Record

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from panel.ledger import Enrolment, Ledger
    from panel.scorecard import Scorecard
    from panel.tool import Tool
    from panel.verdict import Outcome

    _Wanted = tuple[Tool, bool, Sequence[str]]
    _Found = tuple[Enrolment, dict[str, Outcome]]

LINGER_S = 0.02
"""How long a group gathers that follows so soon upon another, in seconds; an answer takes seconds itself."""

RequestT = TypeVar("RequestT")
ReplyT = TypeVar("ReplyT")


class Scribe:
    """One ledger's reader and writer within one event loop."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._sought: _Group[_Wanted, _Found] = _Group(self._look_up)
        self._kept: _Group[tuple[Mapping[str, Any], Outcome], Outcome] = _Group(ledger.keep_many)
        self._recorded: _Group[Record, None] = _Group(self._record)

    async def look_up(
        self, tool: Tool, keys: Sequence[str], *, explicit_slug: bool = False
    ) -> tuple[Enrolment, dict[str, Outcome]]:
        """Find or make a submission's place, and find what stands under keys (see `Ledger.enrol`, `find`).

        Raises:
            LedgerError: it could not be read or written.
        """
        return await self._sought.ask((tool, explicit_slug, keys))

    async def keep(self, inputs: Mapping[str, Any], outcome: Outcome) -> Outcome:
        """Write one answer and return the one that stands.

        Raises:
            LedgerError: it could not be written.
        """
        return await self._kept.ask((inputs, outcome))

    async def record(
        self, card: Scorecard, keys: Mapping[str, Sequence[str]], paid: Sequence[Outcome]
    ) -> None:
        """Record a review and what it cost (see `Ledger.keep_run`).

        Raises:
            LedgerError: it could not be written.
        """
        await self._recorded.ask(Record(card, keys, paid))

    def _look_up(self, wanted: Sequence[_Wanted]) -> list[_Found]:
        places = self.ledger.enrol_many([(tool, explicit_slug) for tool, explicit_slug, _ in wanted])
        found = self.ledger.find([key for _, _, keys in wanted for key in keys])
        return [
            (place, {key: found[key] for key in keys if key in found})
            for place, (_, _, keys) in zip(places, wanted, strict=True)
        ]

    def _record(self, records: Sequence[Record]) -> list[None]:
        self.ledger.keep_runs(records)
        return [None] * len(records)


class _Group(Generic[RequestT, ReplyT]):
    """Requests of one kind: those that arrive while a group is being answered make up the next one."""

    def __init__(self, answer: Callable[[Sequence[RequestT]], Sequence[ReplyT]]) -> None:
        self._answer = answer
        self._pending: list[tuple[RequestT, asyncio.Future[ReplyT]]] = []
        self._answering: asyncio.Task[None] | None = None
        self._answered = -math.inf
        """When the last group was, on the running loop's clock."""

    async def ask(self, request: RequestT) -> ReplyT:
        """Wait for the reply to a request."""
        reply: asyncio.Future[ReplyT] = asyncio.get_running_loop().create_future()
        self._pending.append((request, reply))
        if self._answering is None:
            self._answering = asyncio.create_task(self._answer_all())
        return await reply

    async def _answer_all(self) -> None:
        while self._pending:
            try:
                if asyncio.get_running_loop().time() - self._answered < LINGER_S:
                    await asyncio.sleep(LINGER_S)
                group, self._pending = self._pending, []
                replies = await asyncio.to_thread(self._settle, [request for request, _ in group])
            except asyncio.CancelledError:
                # Whoever interrupts the run has paid for what came in while that group was under way.
                if self._pending:
                    self._settle([request for request, _ in self._pending])
                raise
            for (_, future), reply in zip(group, replies, strict=True):
                if future.done():
                    continue
                if isinstance(reply, Exception):
                    future.set_exception(reply)
                else:
                    future.set_result(reply)
            self._answered = asyncio.get_running_loop().time()
        self._answering = None

    def _settle(self, requests: Sequence[RequestT]) -> list[ReplyT | Exception]:
        """Answer a group together, or one by one where one of them spoils it for the others.

        When two have failed alone, or one because somebody else holds the ledger, the rest are told the same.
        """
        try:
            return list(self._answer(requests))
        except Exception as error:  # noqa: BLE001 - whoever waits is told, whatever it was
            if len(requests) == 1:
                return [error]
        replies: list[ReplyT | Exception] = []
        failures: list[Exception] = []
        for request in requests:
            hopeless = len(failures) > 1 or any(isinstance(error, LedgerBusyError) for error in failures)
            [reply] = failures[-1:] if hopeless else self._settle([request])
            if isinstance(reply, Exception):
                failures.append(reply)
            replies.append(reply)
        return replies
