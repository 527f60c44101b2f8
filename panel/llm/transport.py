"""HTTP beneath the SDKs: their clients' client, and exceptions that came without a response → `ModelError`.

No redirect is followed (one could carry the key to another host), and no more of an answer is read than an
answer can hold.
"""

from __future__ import annotations

import importlib.util
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx2

from panel.errors import ModelError
from panel.llm.failures import CONSUMED_NOTHING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from types import ModuleType

    from panel.llm.failures import Endpoint

CONNECT_S = 10.0
READ_S = 1800.0
"""Longest silence of a server that is thinking; the gateway bounds the whole call, and most much sooner."""

LIMIT_BYTES = 4 * 1024 * 1024
"""The longest body read; an answer of ours has some thousand characters."""
LIMIT_COMPRESSED = 64 * 1024
"""The same before it is unpacked, which can make a thousand times as much of it."""

_CONNECTIONS = httpx2.Limits(max_connections=1000, max_keepalive_connections=256)


_UNREACHED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.ProxyError)
_LOST = ("ServerDisconnectedError", "ClientOSError", "ClientConnectionResetError")
"""What aiohttp raises once a request may have arrived; its transport calls them connection timeouts."""


class OversizedAnswerError(httpx2.RequestError):
    """A server sent more than an answer can hold."""


def http_client(
    sdk: ModuleType,
    transport: httpx2.AsyncBaseTransport | None = None,
    on_request: Callable[[httpx2.Request], Awaitable[None]] | None = None,
    limit: int = LIMIT_BYTES,
) -> httpx2.AsyncClient:
    """Build the HTTP client of an SDK client, over aiohttp where its extra is installed.

    Args:
        sdk: `openai` or `anthropic`.
        transport: replaces the network, in tests.
        on_request: sees every request last.
        limit: bytes that are read of a body at most.
    """
    hooks: dict[str, list[Any]] = {
        "response": [partial(_bound, limit=limit)],
        "request": [on_request] if on_request else [],
    }
    common: dict[str, Any] = {
        "follow_redirects": False,
        "event_hooks": hooks,
        "limits": _CONNECTIONS,
        "timeout": timeout(),
    }
    if transport is None and has_aiohttp():
        fast: httpx2.AsyncClient = sdk.DefaultAioHttpClient(**common)
        return fast
    plain: httpx2.AsyncClient = sdk.DefaultAsyncHttpxClient(transport=transport, **common)
    return plain


def has_aiohttp() -> bool:
    """Tell whether the extra is installed that makes many calls at once cheaper."""
    return importlib.util.find_spec("aiohttp") is not None


def timeout() -> httpx2.Timeout:
    """Return the bounds of one request's phases."""
    return httpx2.Timeout(READ_S, connect=CONNECT_S)


def broken_call(error: Exception, endpoint: Endpoint) -> ModelError:
    """Read an exception of an SDK or of HTTP that came without a response."""
    cause = _http_cause(error)
    name = type(cause).__name__
    if isinstance(cause, OversizedAnswerError):
        return ModelError(
            f"{endpoint.provider}: the answer is larger than any verdict; the rest was not read",
            reason="unreadable",
            status=200,
        )
    if isinstance(cause, _UNREACHED) and type(cause.__cause__).__name__ not in _LOST:
        return ModelError(
            endpoint.redact(f"{endpoint.provider} cannot be reached: {cause or name}"),
            "Check the base URL, the network and whether the server runs.",
            reason="unreachable",
            retryable=not isinstance(cause, httpx2.UnsupportedProtocol),
            usage=CONSUMED_NOTHING,
        )
    if isinstance(cause, httpx2.PoolTimeout):
        return ModelError(
            f"{endpoint.provider}: no connection was free in time",
            "Lower the number of calls in flight.",
            reason="timed-out",
            retryable=True,
            usage=CONSUMED_NOTHING,
        )
    if isinstance(cause, httpx2.TimeoutException) and type(cause.__cause__).__name__ not in _LOST:
        return ModelError(f"{endpoint.provider} took too long ({name})", reason="timed-out", retryable=True)
    if isinstance(cause, httpx2.TransportError | OSError | EOFError):
        return ModelError(
            endpoint.redact(f"{endpoint.provider}: the connection was lost: {cause or name}"),
            reason="unreachable",
            retryable=True,
        )
    # What is left went wrong on the way to or from JSON: an encoding, a header, a body of no known kind.
    return ModelError(
        endpoint.redact(f"{endpoint.provider}: the call failed with {name}: {cause}"), reason="unreadable"
    )


async def _bound(response: httpx2.Response, limit: int) -> None:
    """Have the body end where it grows beyond all measure."""
    if isinstance(response.stream, httpx2.AsyncByteStream):
        packed = response.headers.get("content-encoding", "identity") != "identity"
        # What is packed may be as much smaller as an answer is.
        share = LIMIT_BYTES // LIMIT_COMPRESSED if packed else 1
        response.stream = _Bounded(response.stream, limit // share)


class _Bounded(httpx2.AsyncByteStream):
    """A body that breaks off after so many bytes."""

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream = stream
        self._limit = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        seen = 0
        async for chunk in self._stream:
            seen += len(chunk)
            if seen > self._limit:
                raise OversizedAnswerError("the answer is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _http_cause(error: BaseException) -> BaseException:
    """Return the exception of HTTP that an SDK wrapped, or the error itself."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, httpx2.HTTPError | OSError):
        cause = cause.__cause__
    return cause or error
