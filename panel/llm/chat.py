"""Chat Completions as servers really speak it: what is sent, and what a 200 says.

Shared by `compat`, which sends it over HTTP, and `local`, which hands it to llama.cpp in the same process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from panel.llm.dialect import instructions, portable, question
from panel.llm.failures import accounted, reported_failure
from panel.llm.wire import WireError, count, entries, label, section, usage_of, words
from panel.prompt import Completion
from panel.verdict import Usage

if TYPE_CHECKING:
    from panel.llm.failures import Endpoint
    from panel.prompt import AnswerMode, FinishReason, Prompt

_FINISH: dict[str, FinishReason] = {
    "stop": "complete",
    "eos": "complete",
    "length": "truncated",
    "content_filter": "refused",
}


def chat_request(prompt: Prompt, mode: AnswerMode) -> dict[str, Any]:
    """Return the fields of a request that do not depend on the server."""
    request: dict[str, Any] = {
        "messages": [
            {"role": "system", "content": instructions(prompt, mode)},
            {"role": "user", "content": question(prompt)},
        ],
        # The older name, which every one of these servers knows.
        "max_tokens": prompt.max_output_tokens,
    }
    if mode == "json_schema":
        schema = portable(prompt.response_schema)
        request["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": prompt.schema_name, "strict": True, "schema": schema},
        }
    elif mode == "json_object":
        request["response_format"] = {"type": "json_object"}
    return request


def read_chat(body: dict[str, Any], request: str | None, endpoint: Endpoint, mode: AnswerMode) -> Completion:
    """Read the body of a 200.

    Raises:
        ModelError: the server reports a failure, or there is no answer in the body.
    """
    usage = _usage(body)
    return accounted(
        lambda: _read(body, request, endpoint, mode, usage), usage, request or label(body, "id"), endpoint
    )


def _read(
    body: dict[str, Any], request: str | None, endpoint: Endpoint, mode: AnswerMode, usage: Usage | None
) -> Completion:
    choices = entries(body, "choices")
    if not choices:
        error = section(body, "error")
        if error or words(body, "error"):
            said = words(error, "message") or words(body, "error")
            raise reported_failure(f"{error.get('type')} {error.get('code')}", said, endpoint)
        raise WireError("the answer holds no choice")
    message = section(choices[0], "message")
    reason = words(choices[0], "finish_reason")
    finish = _FINISH.get(reason)
    if finish is None:
        raise WireError(f"the answer stopped for no usable reason ({reason[:40]!r})")
    text, declined = words(message, "content"), words(message, "refusal")
    detail = reason if finish == "truncated" else ""
    if declined or finish == "refused":
        finish, text, detail = "refused", "", declined or "stopped by the provider's content filter"
    elif finish == "complete" and not text:
        raise WireError("the answer holds no text")
    return Completion(
        text=text,
        finish=finish,
        detail=endpoint.redact(detail),
        mode=mode,
        served_model=label(body, "model"),
        request_id=request or label(body, "id"),
        usage=usage or Usage(calls=1),
    )


def _usage(body: dict[str, Any]) -> Usage | None:
    report = section(body, "usage")
    details = section(report, "prompt_tokens_details")
    return usage_of(
        count(report, "prompt_tokens"),
        count(report, "completion_tokens"),
        reported=bool(report),
        cached=count(details, "cached_tokens"),
        cache_write=count(details, "cache_write_tokens"),
    )
