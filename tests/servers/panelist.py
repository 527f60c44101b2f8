"""A server that sits on panels: it speaks all three wires and gives valid answers, over real sockets.

Every answer is made by a `ScriptedModel` from the prompt that arrived, so that a verdict is one of the
persona that was asked. Latency is fixed; what was asked is kept. As a program it serves until it is
stopped and prints its port first: `python tests/servers/panelist.py LATENCY_S`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent.parent
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from panel.answer import response_schema
from panel.intake.personas import load_personas
from panel.prompt import Prompt
from panel.testing import Script, ScriptedModel, read
from servers.wires import ANTHROPIC, COMPAT, OPENAI, Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P = TypeVar("P", bound="Panelist")
WIRE_OF: dict[str, Wire] = {"responses": OPENAI, "messages": ANTHROPIC, "completions": COMPAT}


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    persona: str

    @property
    def corrected(self) -> bool:
        """Whether it asks again after a broken form."""
        return "You have answered this once already." in self.question

    @property
    def question(self) -> str:
        """What follows the instructions."""
        if "input" in self.body:
            return str(self.body["input"])
        return str(self.body["messages"][-1]["content"])


@dataclass
class Panelist:
    """A running server, what it answers with, and what it was asked."""

    latency_s: float = 0.0
    scripts: dict[str, Script] = field(default_factory=dict)
    """Persona → how to answer as it; everybody else ships."""
    second: dict[str, Script] = field(default_factory=dict)
    """The same, after reading the others."""
    before: Callable[[Asked, int], tuple[int, dict[str, Any]] | None] = lambda _asked, _nth: None
    """May answer a request otherwise: a status and a body; told how many came before."""
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The base URL for OpenAI's SDK and for `compat:`."""
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def home(self) -> str:
        """The base URL for Anthropic's SDK."""
        return f"http://127.0.0.1:{self.port}"

    async def respond(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """Answer one request."""
        self.asked.append(asked)
        other = self.before(asked, len(self.asked) - 1)
        await asyncio.sleep(self.latency_s)
        if other:
            return other
        wire = WIRE_OF[asked.path.rsplit("/", 1)[-1]]
        rebuts = "<other-verdicts-" in asked.question
        script = (self.second if rebuts else self.scripts).get(asked.persona, Script())
        return 200, wire.good(await answer_of(script, asked.persona, asked.question))


async def answer_of(script: Script, persona: str, question: str) -> str:
    """Have a scripted model answer a question that came over a wire."""
    return (await ScriptedModel({persona: script}).complete(prompt_of(persona, question))).text


def prompt_of(persona: str, question: str) -> Prompt:
    """Make the prompt anew that a question came from, as far as an answer needs it."""
    return Prompt(
        instructions="",
        data=question,
        nonce="NONCE",
        schema_name=f"verdict-{persona}",
        response_schema=_schemas()[persona],
        max_output_tokens=8000,
    )


@contextmanager
def serving(panelist: P) -> Iterator[P]:
    """Run the server in a thread of its own as long as the block lasts."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(_listen(panelist), loop).result()
    try:
        yield panelist
    finally:
        asyncio.run_coroutine_threadsafe(_stop(server), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _listen(panelist: Panelist) -> asyncio.Server:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _exchange(panelist, reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the server ends
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0, backlog=1024)
    panelist.port = server.sockets[0].getsockname()[1]
    return server


async def _stop(server: asyncio.Server) -> None:
    server.close()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _exchange(panelist: Panelist, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    """Answer one request of a connection; return whether there may be another."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines if ": " in line)
    headers = {name.lower(): value for name, value in headers.items()}
    body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
    asked = Asked(first.split(" ")[1], headers, body, persona_of(json.dumps(body)))
    status, reply = await panelist.respond(asked)
    written, name = json.dumps(reply).encode(), f"req-{len(panelist.asked)}"
    writer.write(
        f"HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\nx-request-id: {name}\r\n"
        f"request-id: {name}\r\ncontent-length: {len(written)}\r\n\r\n".encode()
        + written
    )
    await writer.drain()
    return True


@lru_cache(maxsize=1)
def _schemas() -> dict[str, dict[str, Any]]:
    return {persona.id: response_schema(persona) for persona in load_personas()}


def persona_of(body: str) -> str:
    """Find whose instructions a request carries, by the ids of the persona's moves."""
    for persona, schema in _schemas().items():
        if all(f"`{move}`" in body for move in schema["properties"]["moves"]["properties"]):
            return persona
    return "unknown"


class Quick(Panelist):
    """Makes each answer once for all tools that begin alike, so that the server is never what is measured."""

    def __init__(self, latency_s: float) -> None:
        super().__init__(latency_s)
        self.begun = 0
        """Requests that arrived."""
        self.answered = 0
        """Requests that were answered."""
        self._made: dict[tuple[str, str], str] = {}

    async def respond(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """Answer one request; of it, no more than the number is kept."""
        self.begun += 1
        started = asyncio.get_running_loop().time()
        beginning = " ".join(
            str(read(prompt_of(asked.persona, asked.question)).submission.get("description", "")).split()[:8]
        )
        place = asked.persona, beginning
        if place not in self._made:
            self._made[place] = await answer_of(Script(), asked.persona, asked.question)
        body = WIRE_OF[asked.path.rsplit("/", 1)[-1]].good(self._made[place])
        await asyncio.sleep(max(self.latency_s - (asyncio.get_running_loop().time() - started), 0))
        self.answered += 1
        return 200, body


async def _serve(latency_s: float) -> None:
    panelist = Quick(latency_s)
    server = await _listen(panelist)
    sys.stdout.write(f"{panelist.port}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
