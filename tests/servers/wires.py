"""The three wire formats as their providers document them: what a good answer and an error look like."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx2

from panel.prompt import Prompt
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Callable

INPUT, CACHED, CACHE_WRITES, OUTPUT = 1000, 400, 100, 200
USED = Usage(
    calls=1, input_tokens=INPUT, cached_tokens=CACHED, cache_write_tokens=CACHE_WRITES, output_tokens=OUTPUT
)
"""What a good answer reports: of all its input, some came from a cache and some was written to it."""
TEXT = '{"decision":"skip","score":3}'
SCHEMA = {
    "type": "object",
    "properties": {
        "decision": {"type": "string", "enum": ["ship", "skip"], "minLength": 1},
        "score": {"type": "integer", "minimum": 0, "maximum": 4},
    },
    "required": ["decision", "score"],
    "additionalProperties": False,
}


def make_prompt(**changes: Any) -> Prompt:  # noqa: ANN401 - fields of a prompt
    """A prompt that is short and whole."""
    fields: dict[str, Any] = {
        "instructions": "Read the block and answer in JSON.",
        "data": '<<<DATA 0123\n{"name":"Tool"}\nDATA 0123>>>\nAnswer now.',
        "nonce": "0123",
        "schema_name": "verdict-dx",
        "response_schema": SCHEMA,
        "max_output_tokens": 2000,
        **changes,
    }
    return Prompt(**fields)


@dataclass(frozen=True)
class Wire:
    """One provider's way of saying things."""

    provider: str
    spec: str
    id_header: str
    ok: Callable[[str, Any], dict[str, Any]]
    """A good answer: its text, and the report of what it consumed (None leaves it out)."""
    usage: dict[str, Any]
    nonsense: dict[str, Any]
    """A report of usage in which nothing is a count."""
    truncated: dict[str, Any]
    refused: dict[str, Any]
    unknown_stop: dict[str, Any]
    failed: dict[str, Any]
    """A 200 that reports an internal error."""
    misshapen: dict[str, Any]
    """A 200 in which every field is of the wrong type."""
    error: Callable[[str, str], dict[str, Any]]
    """An error body: its type or code, and its message."""

    def good(self, text: str = TEXT) -> dict[str, Any]:
        """A good answer."""
        return self.ok(text, self.usage)

    def answers(self, text: str = TEXT) -> httpx2.Response:
        """The response with a good answer."""
        return self.responds(200, self.good(text))

    def responds(self, status: int, body: Any, **headers: str) -> httpx2.Response:  # noqa: ANN401 - JSON
        """A response with a JSON body and an id."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        common = {"content-type": "application/json", self.id_header: "req-7"}
        return httpx2.Response(status, content=json.dumps(body).encode(), headers={**common, **named})


def _responses(text: str, usage: Any, status: str = "completed", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    content = [{"type": "output_text", "text": text, "annotations": []}]
    output = [
        {"type": "reasoning", "summary": []},
        {"type": "message", "role": "assistant", "content": content},
    ]
    body = {"id": "resp_1", "object": "response", "model": "gpt-6-luna-2026-08-01", "status": status}
    return {**body, "output": output, **({} if usage is None else {"usage": usage}), **more}


def _message(text: str, usage: Any, stop: str = "end_turn", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5-20260901"}
    content = [{"type": "thinking", "thinking": ""}, {"type": "text", "text": text}]
    told = {} if usage is None else {"usage": usage}
    return {**body, "content": content, "stop_reason": stop, **told, **more}


def _chat(text: str | None, usage: Any, stop: str = "stop", **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    choice = {"index": 0, "finish_reason": stop, "message": {"role": "assistant", "content": text, **more}}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "model": "tiny", "choices": [choice]}
    return {**body, **({} if usage is None else {"usage": usage})}


_RESPONSES_USAGE = {
    "input_tokens": INPUT,
    "input_tokens_details": {"cached_tokens": CACHED, "cache_write_tokens": CACHE_WRITES},
    "output_tokens": OUTPUT,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": INPUT + OUTPUT,
}
_MESSAGE_USAGE = {
    "input_tokens": INPUT - CACHED - CACHE_WRITES,
    "cache_creation_input_tokens": CACHE_WRITES,
    "cache_read_input_tokens": CACHED,
    "output_tokens": OUTPUT,
}
_CHAT_USAGE = {
    "prompt_tokens": INPUT,
    "prompt_tokens_details": {"cached_tokens": CACHED, "cache_write_tokens": CACHE_WRITES},
    "completion_tokens": OUTPUT,
    "total_tokens": INPUT + OUTPUT,
}


def _nonsense(report: dict[str, Any]) -> dict[str, Any]:
    odd = [-5, "many", None, True, 1.5]
    return {name: odd[place % len(odd)] for place, name in enumerate(report)}


def _openai_error(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": kind, "param": None, "code": kind}}


OPENAI = Wire(
    provider="openai",
    spec="openai:gpt-6-luna",
    id_header="x-request-id",
    ok=_responses,
    usage=_RESPONSES_USAGE,
    nonsense=_nonsense(_RESPONSES_USAGE),
    truncated=_responses(
        '{"decision":', _RESPONSES_USAGE, "incomplete", incomplete_details={"reason": "max_output_tokens"}
    ),
    refused={
        **_responses("", _RESPONSES_USAGE),
        "output": [{"type": "message", "content": [{"type": "refusal", "refusal": "I cannot help."}]}],
    },
    unknown_stop=_responses(TEXT, _RESPONSES_USAGE, "meditating"),
    failed=_responses(
        "", _RESPONSES_USAGE, "failed", error={"code": "server_error", "message": "The server had an error."}
    ),
    misshapen={"id": 7, "status": "completed", "output": [None, {"content": "text"}], "usage": "much"},
    error=_openai_error,
)
ANTHROPIC = Wire(
    provider="anthropic",
    spec="anthropic:claude-haiku-5-5",
    id_header="request-id",
    ok=_message,
    usage=_MESSAGE_USAGE,
    nonsense=_nonsense(_MESSAGE_USAGE),
    truncated=_message('{"decision":', _MESSAGE_USAGE, "max_tokens"),
    refused=_message(
        "", _MESSAGE_USAGE, "refusal", stop_details={"category": "cyber", "explanation": "I cannot help."}
    ),
    unknown_stop=_message(TEXT, _MESSAGE_USAGE, "meditating"),
    failed={"type": "error", "error": {"type": "api_error", "message": "The server had an error."}},
    misshapen={
        "id": 7,
        "stop_reason": "end_turn",
        "content": [None, {"type": "text", "text": 5}],
        "usage": [],
    },
    error=lambda kind, message: {
        "type": "error",
        "error": {"type": kind, "message": message},
        "request_id": "req-7",
    },
)
COMPAT = Wire(
    provider="compat",
    spec="compat:tiny@http://127.0.0.1:9/v1",
    id_header="x-request-id",
    ok=_chat,
    usage=_CHAT_USAGE,
    nonsense=_nonsense(_CHAT_USAGE),
    truncated=_chat('{"decision":', _CHAT_USAGE, "length"),
    refused=_chat(None, _CHAT_USAGE, refusal="I cannot help."),
    unknown_stop=_chat(TEXT, _CHAT_USAGE, "meditating"),
    failed=_openai_error("server_error", "The server had an error."),
    misshapen={"id": 7, "choices": [{"finish_reason": "stop", "message": ["text"]}], "usage": 3},
    error=_openai_error,
)
WIRES = (OPENAI, ANTHROPIC, COMPAT)
