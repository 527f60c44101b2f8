"""A server that answers batches: the files and batches of OpenAI, the message batches of Anthropic.

Answers are made by a `ScriptedModel` from the requests that arrived. What becomes of each request is for the
test to say, and so is when a batch ends; results come in another order than the requests.
"""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

from panel.testing import Script
from servers.panelist import answer_of, persona_of
from servers.wires import ANTHROPIC, OPENAI, TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Fate = Literal[
    "answer", "malformed", "truncated", "refused", "error", "expired", "cancelled", "missing", "foreign"
]


@dataclass(frozen=True)
class Wanted:
    """One request of a batch."""

    key: str
    persona: str
    body: dict[str, Any]

    @property
    def question(self) -> str:
        """What follows the instructions."""
        return str(self.body["input"] if "input" in self.body else self.body["messages"][-1]["content"])

    @property
    def corrected(self) -> bool:
        """Whether it asks again after a broken form."""
        return "You have answered this once already." in self.question


@dataclass
class Taken:
    """A batch that arrived."""

    id: str
    provider: Literal["openai", "anthropic"]
    requests: list[Wanted]
    metadata: dict[str, Any] = field(default_factory=dict)
    status: str = "in_progress"
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    lines: list[bytes] = field(default_factory=list)
    errors: list[bytes] = field(default_factory=list)


@dataclass
class BatchServer:
    """A running server, and what it was asked."""

    fate: Callable[[Wanted], Fate] = lambda _wanted: "answer"
    """What becomes of a request when its batch ends."""
    scripts: dict[str, Script] = field(default_factory=dict)
    refuse: Callable[[str, str, int], tuple[int, dict[str, str]] | None] = lambda *_: None
    """May refuse a request by status and headers: told its method, its path and how often it came before."""
    hang_up: Callable[[str, str, int], bool] = lambda *_: False
    """Whether the connection is dropped after the request was carried out."""
    port: int = 0
    batches: dict[str, Taken] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    results_at: str = ""
    """Where Anthropic's results are said to stand; at this server when empty."""

    @property
    def home(self) -> str:
        """The base URL for Anthropic's SDK; OpenAI's has /v1 behind it."""
        return f"http://127.0.0.1:{self.port}"

    def end(self, status: str = "completed", *, twice: bool = False, extra: tuple[bytes, ...] = ()) -> None:
        """End every batch that is at work: with OpenAI's word for it, and the results in another order."""
        for batch in self.batches.values():
            if batch.status not in {"in_progress", "cancelling"}:
                continue
            wire = _openai_line if batch.provider == "openai" else _anthropic_line
            for wanted in reversed(batch.requests):
                fate = self.fate(wanted)
                line = None if fate == "missing" else wire(wanted, fate, self._answer(wanted, fate))
                if line is not None:
                    failed = batch.provider == "openai" and fate in {"error", "expired", "cancelled"}
                    (batch.errors if failed else batch.lines).append(json.dumps(line).encode())
            batch.lines += [*(batch.lines if twice else ()), *extra]
            batch.status = status

    def _answer(self, wanted: Wanted, fate: Fate) -> str:
        if fate == "malformed":
            return json.dumps({"decision": "ship"})
        if wanted.persona == "unknown":
            return TEXT
        script = self.scripts.get(wanted.persona, Script())
        # In a thread of its own: the test that ends a batch may be inside a loop.
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, answer_of(script, wanted.persona, wanted.question)).result()

    def take(
        self,
        provider: Literal["openai", "anthropic"],
        lines: list[dict[str, Any]],
        metadata: dict[str, Any] | None = None,
    ) -> Taken:
        """Take a batch in."""
        name = ("batch_" if provider == "openai" else "msgbatch_") + str(len(self.batches) + 1)
        requests = [
            Wanted(
                line["custom_id"],
                persona_of(json.dumps(line)),
                line["body"] if provider == "openai" else line["params"],
            )
            for line in lines
        ]
        self.batches[name] = Taken(name, provider, requests, metadata or {})
        return self.batches[name]

    def respond(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any]:  # noqa: ANN401 - JSON
        """Carry a request out."""
        parts = path.partition("?")[0].strip("/").split("/")[1:]
        if parts[0] == "messages":
            return 200, self._anthropic(method, parts[2:], body)
        if parts == ["files"]:
            message = BytesParser(policy=HTTP).parsebytes(
                f"content-type: {headers['content-type']}\r\n\r\n".encode() + body
            )
            content = {
                part.get_param("name", header="content-disposition"): bytes(part.get_content(), "utf-8")
                if part.get_content_type() == "text/plain"
                else part.get_content()
                for part in message.iter_parts()
            }
            assert content["purpose"] == b"batch"
            name = f"file-{len(self.files) + 1}"
            self.files[name] = content["file"]
            return 200, {"id": name, "object": "file"}
        if parts[0] == "files":
            return 200, self.files[parts[1]]
        return 200, self._openai(method, parts[1:], body)

    def _openai(self, method: str, parts: list[str], body: bytes) -> dict[str, Any]:
        if not parts and method == "GET":
            return {"object": "list", "data": [self._openai_batch(each) for each in self.batches.values()]}
        if not parts:
            asked = json.loads(body)
            assert (asked["endpoint"], asked["completion_window"]) == ("/v1/responses", "24h")
            lines = [json.loads(line) for line in self.files[asked["input_file_id"]].splitlines()]
            return self._openai_batch(self.take("openai", lines, metadata=asked["metadata"]))
        batch = self.batches[parts[0]]
        if parts[1:] == ["cancel"]:
            batch.status = "cancelling"
        return self._openai_batch(batch)

    def _openai_batch(self, batch: Taken) -> dict[str, Any]:
        ended = batch.status not in {"in_progress", "cancelling"}
        files = {}
        for kind, lines in (("output_file_id", batch.lines), ("error_file_id", batch.errors)):
            if ended and lines:
                files[kind] = f"file-{batch.id}-{kind}"
                self.files[files[kind]] = b"\n".join(lines) + b"\n"
        failed = [{"code": "invalid", "message": "line 1 is no request"}] if batch.status == "failed" else []
        return {
            "id": batch.id,
            "object": "batch",
            "status": batch.status,
            "metadata": batch.metadata,
            "errors": {"object": "list", "data": failed},
            "request_counts": {
                "total": len(batch.requests),
                "completed": len(batch.lines) if ended else 0,
                "failed": len(batch.errors) if ended else 0,
            },
            **files,
        }

    def _anthropic(self, method: str, parts: list[str], body: bytes) -> Any:  # noqa: ANN401 - JSON or lines
        if not parts and method == "GET":
            return {"data": [self._anthropic_batch(each) for each in self.batches.values()]}
        if not parts:
            return self._anthropic_batch(self.take("anthropic", json.loads(body)["requests"]))
        batch = self.batches[parts[0]]
        if parts[1:] == ["results"]:
            return b"\n".join(batch.lines) + b"\n"
        if parts[1:] == ["cancel"]:
            batch.status = "cancelling"
        return self._anthropic_batch(batch)

    def _anthropic_batch(self, batch: Taken) -> dict[str, Any]:
        ended = batch.status not in {"in_progress", "cancelling"}
        word = {"in_progress": "in_progress", "cancelling": "canceling"}.get(batch.status, "ended")
        at = self.results_at or f"{self.home}/v1/messages/batches/{batch.id}/results"
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": word,
            "created_at": batch.created_at.isoformat(),
            "expires_at": batch.created_at.isoformat(),
            "request_counts": {
                "processing": 0 if ended else len(batch.requests),
                "succeeded": len(batch.lines) if ended else 0,
                "errored": 0,
                "canceled": 0,
                "expired": 0,
            },
            "results_url": at if ended else None,
        }


def _openai_line(wanted: Wanted, fate: Fate, text: str) -> dict[str, Any]:
    head = {"id": f"batch_req_{wanted.key[:8]}", "custom_id": wanted.key}
    if fate in {"expired", "cancelled"}:
        error = {"code": f"batch_{fate}", "message": "This request was not executed."}
        return {**head, "response": None, "error": error}
    body = {
        "truncated": OPENAI.truncated,
        "refused": OPENAI.refused,
        "error": OPENAI.error("server_error", "The server had an error."),
    }.get(fate, OPENAI.good(text))
    if fate == "foreign":
        body = {**body, "model": "gpt-4-else"}
    response = {"status_code": 500 if fate == "error" else 200, "request_id": "req-b", "body": body}
    return {**head, "response": response, "error": None}


def _anthropic_line(wanted: Wanted, fate: Fate, text: str) -> dict[str, Any]:
    if fate in {"expired", "cancelled"}:
        return {"custom_id": wanted.key, "result": {"type": fate.replace("ll", "l")}}
    if fate == "error":
        return {"custom_id": wanted.key, "result": {"type": "errored", "error": ANTHROPIC.failed}}
    message = {"truncated": ANTHROPIC.truncated, "refused": ANTHROPIC.refused}.get(fate, ANTHROPIC.good(text))
    if fate == "foreign":
        message = {**message, "model": "claude-else"}
    return {"custom_id": wanted.key, "result": {"type": "succeeded", "message": message}}


@contextmanager
def serving(server: BatchServer) -> Iterator[BatchServer]:
    """Run the server in a thread of its own as long as the block lasts."""
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            with turn:
                self._reply(body)

        do_GET = do_POST = _do  # noqa: N815 - as the base class calls them

        def _reply(self, body: bytes) -> None:
            path = self.path.partition("?")[0]
            asked = self.command, path
            before = server.asked.count(asked)
            server.asked.append(asked)
            refused = server.refuse(*asked, before)
            headers: dict[str, str] = {}
            if refused:
                status, headers = refused
                content: Any = OPENAI.error("refused", "No.")
            else:
                status, content = server.respond(*asked, self.headers, body)
                if server.hang_up(*asked, before):
                    self.close_connection = True
                    return
            data = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:  # noqa: ANN401 - as the original
            """Say nothing."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.port = listening.server_address[1]
    thread = threading.Thread(target=lambda: listening.serve_forever(0.05), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()
