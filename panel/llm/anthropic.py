"""Anthropic, through the Messages API of its own SDK.

The system block carries the mark up to which the provider caches. Its structured output holds the model to
types and names but not to bounds, which the caller checks. No temperature is sent: there is none any more.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import anthropic

from panel.llm import clients, transport
from panel.llm.dialect import adapted, question
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

HOME = "https://api.anthropic.com"

_FINISH: dict[str, FinishReason] = {
    "end_turn": "complete",
    "stop_sequence": "complete",
    "max_tokens": "truncated",
    "model_context_window_exceeded": "truncated",
    "refusal": "refused",
}


class AnthropicModel:
    """A model of Anthropic, or of a server that `ANTHROPIC_BASE_URL` names."""

    provider = "anthropic"

    def __init__(self, spec: Spec, *, through: httpx2.AsyncBaseTransport | None = None) -> None:
        """Find the key; nothing is called.

        Raises:
            ModelError: there is no key.
            SettingsError: the base URL or the key file cannot be used.
        """
        self.spec = str(spec)
        self.url = address()
        self._model = spec.model
        self._key = require_key("anthropic")
        self._through = through
        self._endpoint = Endpoint("anthropic", spec.model, key_hint("anthropic"), Redactor([self._key]))

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer."""
        return parameters_at(self.url)

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once.

        Raises:
            ModelError: no answer came.
        """
        call = self._client().messages.with_raw_response.create(
            **request_body(self._model, prompt),
            # With a timeout of its own, a long answer is not refused by the SDK beforehand.
            timeout=transport.timeout(),
        )
        body, request = await clients.fetch(call, self._endpoint)
        return read_message(body, request, self._endpoint)

    def _client(self) -> anthropic.AsyncAnthropic:
        identity = ("anthropic", self.url, self._key, self._through)
        return clients.client_for(
            identity,
            lambda: anthropic.AsyncAnthropic(
                api_key=self._key.get_secret_value(),
                base_url=self.url,
                max_retries=0,
                timeout=transport.timeout(),
                http_client=transport.http_client(anthropic, self._through),
            ),
        )


def address() -> str:
    """Return the base URL: Anthropic's own, or the one that `ANTHROPIC_BASE_URL` names.

    Raises:
        SettingsError: it is no address.
    """
    return base_url(os.environ.get("ANTHROPIC_BASE_URL") or HOME, "ANTHROPIC_BASE_URL")


def parameters_at(url: str) -> dict[str, Any]:
    """Name what besides the prompt shapes an answer from `url`."""
    return {"api": "messages", "url": url}


def request_body(model: str, prompt: Prompt) -> dict[str, Any]:
    """Write the request for one answer, as the Messages API takes it."""
    schema = adapted(prompt.response_schema, anthropic.transform_schema)
    return {
        "model": model,
        "max_tokens": prompt.max_output_tokens,
        "system": [{"type": "text", "text": prompt.instructions, "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": question(prompt)}],
        "output_config": {"format": {"type": "json_schema", "schema": schema}},
    }


def read_message(body: dict[str, Any], request: str | None, endpoint: Endpoint) -> Completion:
    """Read the body of a 200 of the Messages API.

    Raises:
        ModelError: the provider reports a failure, or there is no answer in the body.
    """
    usage = _usage(body)
    return accounted(
        lambda: _read(body, request, endpoint, usage), usage, request or label(body, "id"), endpoint
    )


def _read(body: dict[str, Any], request: str | None, endpoint: Endpoint, usage: Usage | None) -> Completion:
    error = section(body, "error")
    if error:
        raise reported_failure(words(error, "type"), words(error, "message"), endpoint)
    reason = words(body, "stop_reason")
    finish = _FINISH.get(reason)
    if finish is None:
        raise WireError(f"the answer stopped for no usable reason ({reason[:40]!r})")
    text = "".join(words(part, "text") for part in entries(body, "content") if part.get("type") == "text")
    detail = ""
    if finish == "refused":
        details = section(body, "stop_details")
        text = ""
        detail = words(details, "explanation") or words(details, "category") or "the model declined to answer"
    elif finish == "truncated":
        detail = reason
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
    """Count in what was read from the cache and written to it, reported beside `input_tokens`."""
    report = section(body, "usage")
    return usage_of(
        count(report, "input_tokens"),
        count(report, "output_tokens"),
        reported=bool(report),
        cached=count(report, "cache_read_input_tokens"),
        cache_write=count(report, "cache_creation_input_tokens"),
        read_excludes_cache=True,
    )
