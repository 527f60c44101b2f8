"""Batches of Anthropic: the requests go up in one body, the replies come down as lines."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

import anthropic

from panel.errors import ModelError
from panel.llm import clients, transport
from panel.llm.anthropic import address, parameters_at, read_message, request_body
from panel.llm.batches import (
    LIMIT_BYTES,
    Batches,
    Delivered,
    Limits,
    Sought,
    Standing,
    name_in,
    without_answer,
)
from panel.llm.failures import reported_failure
from panel.llm.wire import WireError, count, entries, section, words

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from panel.prompt import Prompt

_LISTED = 100
_SKEW = timedelta(minutes=10)
"""How far the clocks of the provider and of this machine may be apart."""
_OUTCOMES = ("processing", "succeeded", "errored", "canceled", "expired")


class AnthropicBatches(Batches):
    """The batches of a model of Anthropic, or of a server that `ANTHROPIC_BASE_URL` names."""

    provider = "anthropic"
    limits: ClassVar[Limits] = Limits(requests=100_000, size=256_000_000)

    def address(self) -> str:
        """Return the base URL that the environment asks for."""
        return address()

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer."""
        return parameters_at(self.url)

    def line(self, key: str, prompt: Prompt) -> dict[str, Any]:
        """Write one request as a batch takes it."""
        return {"custom_id": key, "params": request_body(self.model.model, prompt)}

    def read(self, body: dict[str, Any]) -> Delivered:
        """Read a line of the results.

        Raises:
            WireError: it names no request, or is no result.
        """
        key, endpoint = name_in(body), self._endpoint
        result = section(body, "result")
        kind = words(result, "type")
        if kind == "succeeded":
            message = section(result, "message")
            return Delivered(key, self._answer(lambda: read_message(message, None, endpoint)))
        if kind == "errored":
            told = section(result, "error")
            error = section(told, "error") or told
            failure = reported_failure(words(error, "type"), words(error, "message"), endpoint)
            failure.request_id = words(told, "request_id") or None
            return Delivered(key, failure)
        if kind in {"expired", "canceled"}:
            return Delivered(key, without_answer("", endpoint, cancelled=kind == "canceled"))
        raise WireError("the line holds no result")

    async def _create(self, requests: Path, name: str) -> str:
        del name
        lines = (await asyncio.to_thread(requests.read_bytes)).splitlines()
        asked = [json.loads(line) for line in lines]
        made = await self._ask(self._client().messages.batches.with_raw_response.create(requests=asked))
        return self._id(made)

    async def _find(self, sought: Sought) -> str | None:
        """Find a batch by its age and size: this provider takes no name.

        Taking up another one would do no harm: its replies answer none of our questions.
        """
        listed = await self._ask(self._client().messages.batches.with_raw_response.list(limit=_LISTED))
        for entry in entries(listed, "data"):
            created = _moment(words(entry, "created_at"))
            young = created is not None and created >= sought.since - _SKEW
            if young and _size(entry) == sought.requests and words(entry, "id") not in sought.known:
                return self._id(entry)
        return None

    async def _look(self, batch: str) -> Standing:
        return self._standing(
            await self._ask(self._client().messages.batches.with_raw_response.retrieve(batch))
        )

    async def _cancel(self, batch: str) -> Standing:
        return self._standing(
            await self._ask(self._client().messages.batches.with_raw_response.cancel(batch))
        )

    def _standing(self, body: dict[str, Any]) -> Standing:
        counts, status = section(body, "request_counts"), words(body, "processing_status")
        ended = status == "ended"
        return Standing(
            id=self._id(body),
            state="ended" if ended else "running",
            status=status[:40],
            answered=count(counts, "succeeded"),
            failed=count(counts, "errored", "canceled", "expired"),
            results=(words(body, "results_url"),) if ended and words(body, "results_url") else (),
        )

    def _pieces(self, standing: Standing, name: str) -> AsyncGenerator[bytes]:
        """Read the results, unless the provider sends us elsewhere for them: our key would go there."""
        if _origin(name) != _origin(self.url):
            raise ModelError(
                "anthropic: the results stand at another address than the API, and stay there",
                "Put that address into ANTHROPIC_BASE_URL if it is right.",
                reason="unreachable",
            )
        results = self._client().messages.batches.with_streaming_response.results(standing.id)
        return clients.pieces(results, self._endpoint)

    def _client(self) -> anthropic.AsyncAnthropic:
        key = self._key()
        return clients.client_for(
            ("anthropic batches", self.url, key),
            lambda: anthropic.AsyncAnthropic(
                api_key=key.get_secret_value(),
                base_url=self.url,
                max_retries=0,
                timeout=transport.timeout(),
                http_client=transport.http_client(anthropic, limit=LIMIT_BYTES),
            ),
        )


def _size(entry: dict[str, Any]) -> int:
    return count(section(entry, "request_counts"), *_OUTCOMES)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


BATCHES = AnthropicBatches
