"""Flaws of form: answers that arrive broken, wrapped, late, cut off or not at all."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from panel.errors import ModelError
from panel.testing.flaw import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.prompt import Completion
    from panel.testing.reading import Reading
    from panel.verdict import FailureReason, Usage


@dataclass(frozen=True)
class Mangles(Flaw):
    """Spoils the text of an answer that was in order."""

    name: str
    spoil: Callable[[str], str] = field(repr=False)
    attempts: int = 2
    """1 spoils the first answer only, 2 the corrected one too."""

    async def deliver(self, completion: Completion, reading: Reading) -> Completion:
        """Spoil it."""
        if reading.attempt > self.attempts:
            return completion
        return completion.model_copy(update={"text": self.spoil(completion.text)})


@dataclass(frozen=True)
class Slow(Flaw):
    """Takes its time."""

    seconds: float

    async def deliver(self, completion: Completion, reading: Reading) -> Completion:
        """Wait."""
        del reading
        await asyncio.sleep(self.seconds)
        return completion


@dataclass(frozen=True)
class Fails(Flaw):
    """Gives no answer at all, as a provider does that is down, busy or unpaid."""

    reason: FailureReason = "overloaded"
    message: str = "The provider is overloaded."
    retryable: bool = False
    usage: Usage | None = None
    """What the failed call consumed, where the provider said so."""
    attempts: int = 2
    """1 fails the first call only."""

    async def deliver(self, completion: Completion, reading: Reading) -> Completion:
        """Fail."""
        if reading.attempt > self.attempts:
            return completion
        raise ModelError(
            self.message,
            reason=self.reason,
            retryable=self.retryable,
            usage=self.usage,
            request_id=completion.request_id,
        )


@dataclass(frozen=True)
class Refuses(Flaw):
    """Declines to answer."""

    detail: str = "policy"

    async def deliver(self, completion: Completion, reading: Reading) -> Completion:
        """Decline."""
        del reading
        return completion.model_copy(update={"text": "", "finish": "refused", "detail": self.detail})


@dataclass(frozen=True)
class Truncates(Flaw):
    """Is cut off in the middle."""

    kept: float = 0.5
    """The share of the answer that arrives."""

    async def deliver(self, completion: Completion, reading: Reading) -> Completion:
        """Cut the answer off."""
        del reading
        text = completion.text[: int(len(completion.text) * self.kept)]
        return completion.model_copy(update={"text": text, "finish": "truncated", "detail": "length"})


def _cut(text: str) -> str:
    return text[:-2]


def _wrong_decision(text: str) -> str:
    return json.dumps({**json.loads(text), "decision": "SHIP IT"})


def _without_a_move(text: str) -> str:
    answer = json.loads(text)
    answer["moves"].popitem()
    return json.dumps(answer)


def _decided_twice(text: str) -> str:
    return f'{text[:-1]}, "decision": "ship"}}'


def _with_prose(text: str) -> str:
    return f"Here is my verdict:\n\n{text}\n\nI hope this helps."


def _fenced(text: str) -> str:
    return f"```json\n{text}\n```"


def _huge(text: str) -> str:
    answer = json.loads(text)
    return json.dumps({**answer, "quote": f"{answer['quote']} " * 250})


MALFORMED_ONCE = Mangles("malformed-once", _cut, attempts=1)
MALFORMED_ALWAYS = Mangles("malformed-always", _cut)
WRONG_ENUM = Mangles("wrong-enum", _wrong_decision)
MISSING_MOVE = Mangles("missing-move", _without_a_move)
DUPLICATE_KEYS = Mangles("duplicate-keys", _decided_twice)
HUGE = Mangles("huge", _huge)
EMPTY = Mangles("empty", lambda _: "")
PROSE_AROUND = Mangles("prose-around-json", _with_prose)
FENCED = Mangles("fenced", _fenced)
