"""Many questions in one file: the batches that providers answer within a day, at half the price.

A question's line and a reply's line have the same form whether a provider's own interface carries them or
somebody carries the file by hand. No ledger here, and no panel: keys and prompts go in, replies come out.
"""

from __future__ import annotations

import asyncio
import importlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal, get_args

from panel.errors import ModelError, SettingsError
from panel.llm import clients
from panel.llm.failures import Endpoint
from panel.llm.keys import get_key, key_hint, require_key
from panel.llm.redaction import Redactor
from panel.llm.retry import ResultT, RetryPolicy, retrying
from panel.llm.wire import WireError, words

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable
    from datetime import datetime
    from pathlib import Path

    from pydantic import SecretStr

    from panel.llm.spec import Spec
    from panel.prompt import Completion, Prompt

BatchProvider = Literal["openai", "anthropic"]
BATCH_PROVIDERS: tuple[BatchProvider, ...] = get_args(BatchProvider)
"""The providers that answer batches."""

SHARE = 0.5
"""What an answer in a batch costs of the list price, with either provider."""
LIMIT_BYTES = 4 * 1024**3
"""The longest file of replies that is read."""
LINE_BYTES = 4 * 1024**2
"""The longest line of it; an answer of ours has some thousand characters."""

_ID = re.compile(r"[\w.:-]{1,200}")
_DATED = re.compile(r"[-@:]v?\d[\d.:-]*")
"""What follows the name of a model in that of one of its versions."""


@dataclass(frozen=True)
class Limits:
    """What a provider takes in one batch."""

    requests: int
    size: int
    """In bytes."""


@dataclass(frozen=True)
class Sought:
    """A batch whose id is not known."""

    name: str
    """Our own name for it, which goes along where the provider takes one."""
    since: datetime
    """When it was written down, by the clock of this machine."""
    requests: int
    known: frozenset[str] = frozenset()
    """The provider's ids of other batches."""


@dataclass(frozen=True)
class Standing:
    """How far a batch is, at the provider."""

    id: str
    state: Literal["running", "ended"]
    status: str
    """The provider's own word."""
    answered: int = 0
    failed: int = 0
    """Requests that ended without an answer, those among them that the provider did not begin."""
    detail: str = ""
    """What the provider says went wrong with the batch as a whole, on one line."""
    results: tuple[str, ...] = ()
    """What holds the replies, when there are any."""


class ForeignAnswerError(ModelError):
    """An answer of another model than the one that was asked."""


@dataclass(frozen=True)
class Delivered:
    """One reply out of a batch."""

    key: str
    call: Completion | ModelError


@dataclass
class Batches:
    """The batches of one model. Making it calls nobody and needs no key; what talks to the provider does.

    Every step is tried again as any other call is. Only the one that creates a batch is not repeated before
    it is clear that the first attempt created none.
    """

    provider: ClassVar[BatchProvider]
    limits: ClassVar[Limits]

    model: Spec
    policy: RetryPolicy = field(default_factory=RetryPolicy)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    def __post_init__(self) -> None:
        """Find the base URL."""
        self.spec = str(self.model)
        self.url = self.address()

    def address(self) -> str:
        """Return the base URL that the environment asks for."""
        raise NotImplementedError

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer; the same as for a call on its own."""
        raise NotImplementedError

    def line(self, key: str, prompt: Prompt) -> dict[str, Any]:
        """Write one request in the form in which the provider takes it."""
        raise NotImplementedError

    def read(self, body: dict[str, Any]) -> Delivered:
        """Read one reply.

        Raises:
            WireError: it names no request, or is no reply.
        """
        raise NotImplementedError

    async def send(self, requests: Path, sought: Sought) -> str:
        """Send a batch, and return the provider's id of it.

        Args:
            requests: the file of lines.
            sought: how it would be found, should its sending end without a word.

        Raises:
            ModelError: it was not taken; or, where no usage is known, nobody can say whether it was.
        """
        tried = unclear = False

        async def attempt() -> str:
            nonlocal tried, unclear
            found = await self._find(sought) if tried else None
            tried = True
            try:
                return found or await self._create(requests, sought.name)
            except ModelError as error:
                unclear = unclear or error.usage is None
                raise

        try:
            return await retrying(self.policy, attempt, sleep=self.sleep)
        except ModelError as error:
            if unclear:
                # Whatever failed last, an earlier attempt may have made the batch.
                error.usage = None
            raise

    async def find(self, sought: Sought) -> str | None:
        """Look for a batch of which only the sending is known; None when the provider has none.

        Raises:
            ModelError: the provider does not say.
        """
        return await self._again(lambda: self._find(sought))

    async def look(self, batch: str) -> Standing:
        """Ask how far a batch is.

        Raises:
            ModelError: the provider does not say.
        """
        return await self._again(lambda: self._look(batch))

    async def cancel(self, batch: str) -> Standing:
        """Have a batch stop; what is answered by then stays to be collected.

        Raises:
            ModelError: the provider does not let it.
        """
        return await self._again(lambda: self._cancel(batch))

    async def fetch(self, standing: Standing, into: Path) -> list[Path]:
        """Download the replies of a batch that has ended, one file for each that the provider has.

        Raises:
            ModelError: they cannot be had.
        """
        files = []
        for number, name in enumerate(standing.results):
            path = into / f"{number}.jsonl"

            async def attempt(path: Path = path, name: str = name) -> None:
                size = 0
                with path.open("wb") as file:
                    async for piece in self._pieces(standing, name):
                        size += len(piece)
                        if size > LIMIT_BYTES:
                            raise ModelError(
                                f"{self.provider}: the replies are longer than any batch has",
                                reason="unreadable",
                            )
                        file.write(piece)

            await self._again(attempt)
            files.append(path)
        return files

    def require(self) -> None:
        """Find out whether there is a key.

        Raises:
            ModelError: there is none.
        """
        self._key()

    async def _create(self, requests: Path, name: str) -> str:
        raise NotImplementedError

    async def _find(self, sought: Sought) -> str | None:
        raise NotImplementedError

    async def _look(self, batch: str) -> Standing:
        raise NotImplementedError

    async def _cancel(self, batch: str) -> Standing:
        raise NotImplementedError

    def _pieces(self, standing: Standing, name: str) -> AsyncGenerator[bytes]:
        raise NotImplementedError

    async def _again(self, attempt: Callable[[], Awaitable[ResultT]]) -> ResultT:
        return await retrying(self.policy, attempt, sleep=self.sleep)

    async def _ask(self, call: Awaitable[Any]) -> dict[str, Any]:
        body, _ = await clients.fetch(call, self._endpoint)
        return body

    def _id(self, body: dict[str, Any]) -> str:
        """Return the id of what the provider has made."""
        found = words(body, "id")
        if not _ID.fullmatch(found):
            raise ModelError(f"{self.provider}: the answer has no usable id", reason="unreadable", status=200)
        return found

    def _answer(self, read: Callable[[], Completion]) -> Completion | ModelError:
        """Read an answer; where there is none in the body, that is the reply."""
        try:
            completion = read()
        except ModelError as error:
            return error
        if completion.served_model and not serves(self.model.model, completion.served_model):
            return ForeignAnswerError(
                f"{self.provider}: {completion.served_model!r} answered, and {self.model.model!r} was asked",
                reason="unreadable",
                usage=completion.usage,
                request_id=completion.request_id,
                status=200,
            )
        return completion

    def _key(self) -> SecretStr:
        return require_key(self.provider)

    @cached_property
    def _endpoint(self) -> Endpoint:
        """Whom a call goes to. A file is read without a key as well."""
        key = get_key(self.provider)
        return Endpoint(
            self.provider, self.model.model, key_hint(self.provider), Redactor([key] if key else [])
        )


def batches_for(spec: Spec, **ways: Any) -> Batches:  # noqa: ANN401 - fields of `Batches`
    """Return the batches of a model.

    Raises:
        SettingsError: its provider has none, or a package is missing.
    """
    if spec.provider not in BATCH_PROVIDERS:
        raise SettingsError(
            f"`{spec.provider}:` has no batches", f"Batches are answered by: {', '.join(BATCH_PROVIDERS)}."
        )
    try:
        module = importlib.import_module(f"panel.llm.batches.{spec.provider}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("panel"):
            raise
        raise SettingsError(
            f"`{spec.provider}:` needs the package {error.name!r}",
            f"Run `pip install 'shippanel[{spec.provider}]'`.",
        ) from None
    made: Batches = module.BATCHES(spec, **ways)
    return made


def serves(asked: str, served: str) -> bool:
    """Tell whether a model that answered is the one that was asked: by that name, or by its dated one."""
    name = asked.removesuffix("-latest")
    return served in {asked, name} or bool(
        _DATED.fullmatch(served.removeprefix(name)) and served.startswith(name)
    )


def name_in(body: dict[str, Any]) -> str:
    """Return the key that a reply's line names.

    Raises:
        WireError: it names none.
    """
    key = words(body, "custom_id")
    if not key:
        raise WireError("the line has no custom_id")
    return key


def without_answer(message: str, endpoint: Endpoint, *, cancelled: bool) -> ModelError:
    """Describe a request that the provider did not get to."""
    said = "was cancelled before it was answered" if cancelled else "was not answered within a day"
    return ModelError(
        endpoint.redact(f"{endpoint.provider}: the request {said}" + (f": {message}" if message else "")),
        reason="cancelled" if cancelled else "timed-out",
        retryable=True,
    )
