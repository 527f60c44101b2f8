"""A server that is wrong on purpose, over real sockets: for what a transport in memory cannot do.

The first part of the path names the fault, so one server shows them all: `http://127.0.0.1:PORT/reset/v1`.
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING

from servers.wires import ANTHROPIC, COMPAT, OPENAI, Wire

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

WIRE_OF = {"responses": OPENAI, "messages": ANTHROPIC, "completions": COMPAT}
"""Last part of the path → who is spoken there."""
STORM = 2
"""Refusals before a storm is over, for every address anew."""
SKEW_S = 11 * 365 * 86400
"""By how much the server's clock is slow."""
LATENCY_S = 0.05


@dataclass
class FaultServer:
    """A running server, and what was asked of it."""

    port: int
    asked: list[str] = field(default_factory=list)
    """The paths, in order."""

    def url(self, fault: str) -> str:
        """The base URL at which the server has a fault."""
        return f"http://127.0.0.1:{self.port}/{fault}"


@asynccontextmanager
async def serve() -> AsyncIterator[FaultServer]:
    """Run the server as long as the block lasts."""
    state = FaultServer(port=0)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _answer(state, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client went away first
        finally:
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    state.port = server.sockets[0].getsockname()[1]
    try:
        yield state
    finally:
        server.close()


async def _answer(state: FaultServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    lines = head.split("\r\n")
    path = lines[0].split(" ")[1]
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    await reader.readexactly(int(headers.get("content-length", "0")))
    state.asked.append(path)
    fault, wire = path.split("/")[1], WIRE_OF[path.rsplit("/", 1)[-1]]
    before = state.asked.count(path) - 1
    await FAULTS[fault](writer, wire, before)


async def _send(writer: asyncio.StreamWriter, body: bytes, status: str = "200 OK", **headers: str) -> None:
    """Send a whole response and close the connection."""
    named = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "connection": "close",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    written = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    writer.write(f"HTTP/1.1 {status}\r\n{written}\r\n".encode() + body)
    await writer.drain()


def _good(wire: Wire) -> bytes:
    return json.dumps(wire.good()).encode()


async def _well(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    del before
    await asyncio.sleep(LATENCY_S)
    await _send(writer, _good(wire), **{wire.id_header: "req-live"})


async def _drip(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    """Send a byte now and then, so that no silence is ever long."""
    del before
    body = _good(wire)
    writer.write(
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    )
    for byte in body:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.05)


async def _reset(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    """Send half of the body and tear the connection down."""
    del before
    body = _good(wire)
    writer.write(
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    )
    writer.write(body[: len(body) // 2])
    await writer.drain()
    await asyncio.sleep(0.02)
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _hang_up(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    """Close without a word."""
    del wire, before
    writer.transport.abort()


async def _page(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    del wire, before
    await _send(writer, b"<!DOCTYPE html><title>Sign in</title>", content_type="text/html; charset=utf-8")


async def _broken(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    del before
    await _send(writer, _good(wire)[:-9])


async def _twice(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    del before
    await _send(writer, b'{"id":"evil",' + _good(wire)[1:])


async def _long(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    del before
    await _send(writer, json.dumps(wire.good("x" * 200_000)).encode())


async def _endless(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    """Send chunks of a text that never ends, until the client has enough."""
    del wire, before
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    for _ in range(1000):
        writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
        await writer.drain()


async def _skewed(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    """Ask once to wait nine seconds, by a clock that is eleven years slow."""
    if before:
        await _send(writer, _good(wire))
        return
    now = asyncio.get_running_loop().time() + 1_790_000_000 - SKEW_S
    await _send(
        writer,
        json.dumps(wire.error("rate_limit_error", "Slow down.")).encode(),
        "429 Too Many Requests",
        retry_after=formatdate(now + 9, usegmt=True),
        date=formatdate(now, usegmt=True),
    )


async def _storm(writer: asyncio.StreamWriter, wire: Wire, before: int) -> None:
    """Refuse the first callers, then answer."""
    if before < STORM:
        body = json.dumps(wire.error("rate_limit_error", "Slow down.")).encode()
        await _send(writer, body, "429 Too Many Requests", retry_after="1")
    else:
        await _send(writer, _good(wire))


FAULTS: dict[str, Callable[[asyncio.StreamWriter, Wire, int], Awaitable[None]]] = {
    "well": _well,
    "drip": _drip,
    "reset": _reset,
    "hang-up": _hang_up,
    "page": _page,
    "broken": _broken,
    "twice": _twice,
    "long": _long,
    "endless": _endless,
    "skewed": _skewed,
    "storm": _storm,
}
