"""SDK clients: one per provider and event loop, and the one place where a foreign call is awaited.

A client never retries: that is `retry`'s work, and theirs would not be counted.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import httpx2

from panel.llm.failures import refusal, request_id, unreadable
from panel.llm.transport import broken_call
from panel.llm.wire import WireError, read_object

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
    from contextlib import AbstractAsyncContextManager

    from panel.errors import ModelError
    from panel.llm.failures import Endpoint


class Closable(Protocol):
    """An SDK client, as far as its life is concerned."""

    async def close(self) -> None:
        """Close its connections."""
        ...


ClientT = TypeVar("ClientT", bound=Closable)

_clients: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[Hashable, Any]] = (
    weakref.WeakKeyDictionary()
)


def client_for(identity: Hashable, build: Callable[[], ClientT]) -> ClientT:
    """Return the running loop's client for `identity`, built at its first call."""
    mine = _clients.setdefault(asyncio.get_running_loop(), {})
    if identity not in mine:
        mine[identity] = build()
    client: ClientT = mine[identity]
    return client


async def close_clients() -> None:
    """Close every client of the running loop; the next call builds anew."""
    for client in _clients.pop(asyncio.get_running_loop(), {}).values():
        await client.close()


async def fetch(call: Awaitable[Any], endpoint: Endpoint) -> tuple[dict[str, Any], str | None]:
    """Await an SDK's raw response and read its body.

    Returns:
        The body, and the provider's id of the call.

    Raises:
        ModelError: there was no response, it was an error, or it is not one JSON object.
    """
    failure: ModelError
    try:
        response: httpx2.Response = (await call).http_response
    except Exception as error:  # noqa: BLE001 - whatever an SDK raises, a seat abstains and a sibling goes on
        failure = _failure(error, endpoint)
    else:
        try:
            return read_object(response.content), request_id(response.headers)
        except WireError as error:
            failure = unreadable(str(error), response.headers, endpoint)
    # Raised outside the handlers: the SDK's exception holds the request, and that holds the key.
    raise failure


async def pieces(response: AbstractAsyncContextManager[Any], endpoint: Endpoint) -> AsyncGenerator[bytes]:
    """Read the body of an SDK's streaming response piece by piece, whatever its length.

    Args:
        response: of a method under `with_streaming_response`.
        endpoint: whom was asked.

    Raises:
        ModelError: there was no response, it was an error, or it broke off.
    """
    failure: ModelError | None = None
    try:
        async with response as opened:
            async for piece in opened.http_response.aiter_bytes():
                yield piece
    except Exception as error:  # noqa: BLE001 - as in `fetch`
        failure = _failure(error, endpoint)
    if failure is not None:
        raise failure


def _failure(error: Exception, endpoint: Endpoint) -> ModelError:
    response = getattr(error, "response", None)
    if isinstance(response, httpx2.Response):
        content = response.content if response.is_closed else b""
        return refusal(response.status_code, response.headers, content, endpoint, now=time.time())
    return broken_call(error, endpoint)
