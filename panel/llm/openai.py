"""OpenAI, through the Responses API of its own SDK.

Nothing is stored at the provider, the instructions lead so that they are cached, and the answer is held to
the schema while it is written. No temperature is sent: current models refuse one.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import openai

from panel.llm import clients, transport
from panel.llm.dialect import cache_key, portable, question
from panel.llm.failures import Endpoint, accounted, reported_failure
from panel.llm.keys import key_hint, require_key
from panel.llm.redaction import Redactor
from panel.llm.spec import base_url
from panel.llm.wire import WireError, count, entries, label, section, usage_of, words
from panel.prompt import Completion
from panel.verdict import Usage

if TYPE_CHECKING:
    import httpx2

    from panel.llm.spec import Spec
    from panel.prompt import FinishReason, Prompt

HOME = "https://api.openai.com/v1"


class OpenAIModel:
    """A model of OpenAI, or of a server that `OPENAI_BASE_URL` names and that speaks the Responses API."""

    provider = "openai"

    def __init__(self, spec: Spec, *, through: httpx2.AsyncBaseTransport | None = None) -> None:
        """Find the key; nothing is called.

        Raises:
            ModelError: there is no key.
            SettingsError: the base URL or the key file cannot be used.
        """
        self.spec = str(spec)
        self.url = address()
        self._model = spec.model
        self._key = require_key("openai")
        self._through = through
        self._endpoint = Endpoint("openai", spec.model, key_hint("openai"), Redactor([self._key]))

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer."""
        return parameters_at(self.url)

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once.

        Raises:
            ModelError: no answer came.
        """
        call = self._client().responses.with_raw_response.create(**request_body(self._model, prompt))
        body, request = await clients.fetch(call, self._endpoint)
        return read_response(body, request, self._endpoint)

    def _client(self) -> openai.AsyncOpenAI:
        identity = ("openai", self.url, self._key, self._through)
        return clients.client_for(
            identity,
            lambda: openai.AsyncOpenAI(
                api_key=self._key.get_secret_value(),
                base_url=self.url,
                max_retries=0,
                timeout=transport.timeout(),
                http_client=transport.http_client(openai, self._through),
            ),
        )


def address() -> str:
    """Return the base URL: OpenAI's own, or the one that `OPENAI_BASE_URL` names.

    Raises:
        SettingsError: it is no address.
    """
    return base_url(os.environ.get("OPENAI_BASE_URL") or HOME, "OPENAI_BASE_URL")


def parameters_at(url: str) -> dict[str, Any]:
    """Name what besides the prompt shapes an answer from `url`."""
    return {"api": "responses", "url": url}


def request_body(model: str, prompt: Prompt) -> dict[str, Any]:
    """Write the request for one answer, as the Responses API takes it."""
    return {
        "model": model,
        "instructions": prompt.instructions,
        "input": question(prompt),
        "store": False,
        "max_output_tokens": prompt.max_output_tokens,
        "prompt_cache_key": cache_key(prompt),
        "text": {
            "format": {
                "type": "json_schema",
                "name": prompt.schema_name,
                "strict": True,
                "schema": portable(prompt.response_schema),
            }
        },
    }


def read_response(body: dict[str, Any], request: str | None, endpoint: Endpoint) -> Completion:
    """Read the body of a 200 of the Responses API.

    Raises:
        ModelError: the provider reports a failure, or there is no answer in the body.
    """
    usage = _usage(body)
    return accounted(
        lambda: _read(body, request, endpoint, usage), usage, request or label(body, "id"), endpoint
    )


def _read(body: dict[str, Any], request: str | None, endpoint: Endpoint, usage: Usage | None) -> Completion:
    status = words(body, "status")
    reason = words(section(body, "incomplete_details"), "reason")
    if status == "failed" or (section(body, "error") and status != "completed"):
        error = section(body, "error")
        raise reported_failure(words(error, "code"), words(error, "message"), endpoint)
    if status not in ("completed", "incomplete"):
        raise WireError(f"the answer has no usable status ({status[:40]!r})")
    parts = [part for item in entries(body, "output") for part in entries(item, "content")]
    text = "".join(words(part, "text") for part in parts if part.get("type") == "output_text")
    declined = " ".join(words(part, "refusal") for part in parts if part.get("type") == "refusal")
    finish: FinishReason = "complete"
    detail = ""
    if declined or reason == "content_filter":
        finish, text, detail = "refused", "", declined or "stopped by the provider's content filter"
    elif status == "incomplete":
        finish, detail = "truncated", reason or "the provider gives no reason"
    elif not text:
        raise WireError("the answer holds no text")
    return Completion(
        text=text,
        finish=finish,
        detail=endpoint.redact(detail),
        served_model=label(body, "model"),
        request_id=request or label(body, "id"),
        usage=usage or Usage(calls=1),
    )


def _usage(body: dict[str, Any]) -> Usage | None:
    report = section(body, "usage")
    details = section(report, "input_tokens_details")
    return usage_of(
        count(report, "input_tokens"),
        count(report, "output_tokens"),
        reported=bool(report),
        cached=count(details, "cached_tokens"),
        cache_write=count(details, "cache_write_tokens"),
    )
