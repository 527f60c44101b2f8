"""Batches of OpenAI: a file of requests goes up, a file of replies and one of errors come down."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import openai

from panel.llm import clients, transport
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
from panel.llm.failures import refusal, reported_failure
from panel.llm.openai import address, parameters_at, read_response, request_body
from panel.llm.wire import WireError, count, entries, label, section, words
from panel.text import clip, visible

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from panel.errors import ModelError
    from panel.llm.failures import Endpoint
    from panel.prompt import Prompt

ENDPOINT: Literal["/v1/responses"] = "/v1/responses"
_NAME = "shippanel_batch"
"""The entry of a batch's metadata that holds our own name for it."""
_ENDED = frozenset(("completed", "failed", "expired", "cancelled"))
_DETAIL = 400
"""Characters kept of what is wrong with a batch."""
_LISTED = 100
"""Batches looked at when the id of one was lost, the newest first."""


class OpenAIBatches(Batches):
    """The batches of a model of OpenAI, or of a server that `OPENAI_BASE_URL` names."""

    provider = "openai"
    limits: ClassVar[Limits] = Limits(requests=50_000, size=200_000_000)

    def address(self) -> str:
        """Return the base URL that the environment asks for."""
        return address()

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer."""
        return parameters_at(self.url)

    def line(self, key: str, prompt: Prompt) -> dict[str, Any]:
        """Write one request as the file takes it."""
        body = request_body(self.model.model, prompt)
        return {"custom_id": key, "method": "POST", "url": ENDPOINT, "body": body}

    def read(self, body: dict[str, Any]) -> Delivered:
        """Read a line of the file of replies, or of that of errors.

        Raises:
            WireError: it names no request, or is no reply.
        """
        key, endpoint = name_in(body), self._endpoint
        response, error = section(body, "response"), section(body, "error")
        status, answer = response.get("status_code"), section(response, "body")
        if error:
            return Delivered(key, _reported(error, endpoint))
        if not isinstance(status, int) or not answer:
            raise WireError("the line holds neither a response nor an error")
        request = label(response, "request_id")
        if status != 200:
            content = json.dumps(answer).encode()
            failure = refusal(status, {}, content, endpoint, now=time.time())
            failure.request_id = request
            return Delivered(key, failure)
        return Delivered(key, self._answer(lambda: read_response(answer, request, endpoint)))

    async def _create(self, requests: Path, name: str) -> str:
        client = self._client()
        content = await asyncio.to_thread(requests.read_bytes)
        uploaded = await self._ask(
            client.files.with_raw_response.create(file=(f"{name}.jsonl", content), purpose="batch")
        )
        made = await self._ask(
            client.batches.with_raw_response.create(
                input_file_id=self._id(uploaded),
                endpoint=ENDPOINT,
                completion_window="24h",
                metadata={_NAME: name},
            )
        )
        return self._id(made)

    async def _find(self, sought: Sought) -> str | None:
        listed = await self._ask(self._client().batches.with_raw_response.list(limit=_LISTED))
        for entry in entries(listed, "data"):
            if words(section(entry, "metadata"), _NAME) == sought.name:
                return self._id(entry)
        return None

    async def _look(self, batch: str) -> Standing:
        return self._standing(await self._ask(self._client().batches.with_raw_response.retrieve(batch)))

    async def _cancel(self, batch: str) -> Standing:
        return self._standing(await self._ask(self._client().batches.with_raw_response.cancel(batch)))

    def _standing(self, body: dict[str, Any]) -> Standing:
        counts, status = section(body, "request_counts"), words(body, "status")
        problems = [words(problem, "message") for problem in entries(section(body, "errors"), "data")]
        files = [words(body, name) for name in ("output_file_id", "error_file_id")]
        return Standing(
            id=self._id(body),
            state="ended" if status in _ENDED else "running",
            status=status[:40],
            answered=count(counts, "completed"),
            failed=count(counts, "failed"),
            detail=clip(visible(" ".join("; ".join(problems[:3]).split())), _DETAIL),
            results=tuple(filter(None, files)),
        )

    def _pieces(self, standing: Standing, name: str) -> AsyncGenerator[bytes]:
        del standing
        return clients.pieces(self._client().files.with_streaming_response.content(name), self._endpoint)

    def _client(self) -> openai.AsyncOpenAI:
        key = self._key()
        return clients.client_for(
            ("openai batches", self.url, key),
            lambda: openai.AsyncOpenAI(
                api_key=key.get_secret_value(),
                base_url=self.url,
                max_retries=0,
                timeout=transport.timeout(),
                http_client=transport.http_client(openai, limit=LIMIT_BYTES),
            ),
        )


def _reported(error: dict[str, Any], endpoint: Endpoint) -> ModelError:
    code, said = words(error, "code"), words(error, "message")
    if code in {"batch_expired", "batch_cancelled"}:
        return without_answer(said, endpoint, cancelled=code == "batch_cancelled")
    return reported_failure(code, said, endpoint)


BATCHES = OpenAIBatches
