"""Every fault a provider can answer with, and what has to come of it; as a program, writes docs/faults.md.

A fault is a list of steps, one a request; the last one repeats. A step returns a response or raises what the
network would. The expectations stand here, so that the page cannot drift from what is tested.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import sys
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "faults.md"
if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from panel.errors import ModelError  # noqa: E402
from panel.llm.budget import Budget  # noqa: E402
from panel.llm.clients import close_clients  # noqa: E402
from panel.llm.compat import forget_forms  # noqa: E402
from panel.llm.gateway import Gateway  # noqa: E402
from panel.llm.limits import Limiter, Limits  # noqa: E402
from panel.llm.making import make_model  # noqa: E402
from panel.llm.prices import Price  # noqa: E402
from servers.wires import TEXT, WIRES, Wire, make_prompt  # noqa: E402 - found once the path is set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from panel.prompt import Completion

    Step = Callable[[httpx2.Request], httpx2.Response]

PRICE = Price(input=2.0, cached=0.2, output=10.0, cache_write=2.5)
KEY = "sk-canary-3f9a+/7c2d=="
"""Sent to every fake provider; must never come out again."""


@dataclass(frozen=True)
class Fault:
    """One fault, and what has to come of it with every provider."""

    name: str
    steps: Callable[[Wire], Sequence[Step]]
    outcome: str
    """How the answer finished, or the reason of the error."""
    retries: int = 0
    paid: str = "nothing"
    """`all`: what every answer reported; `nothing`; `held`: unknown, so the reservation counts as spent."""
    waits: tuple[float, ...] = ()
    """The least seconds before each retry, where the server named them."""
    says: str = ""
    """What the message or the hint has to hold."""
    unlike: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Provider → fields that differ there."""


@dataclass(frozen=True)
class Result:
    """What came of a fault."""

    outcome: str
    retries: int
    requests: int
    spent_usd: float
    unconfirmed_usd: float
    waits: tuple[float, ...]
    answer: Completion | ModelError


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.slept.append(seconds)
        self.now += seconds


async def suffer(fault: Fault, wire: Wire) -> Result:
    """Ask a provider that has this fault, through everything a real call goes through."""
    forget_forms()
    steps = list(fault.steps(wire))
    requests: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        requests.append(request)
        return steps[min(len(requests), len(steps)) - 1](request)

    time, budget = Time(), Budget(cap_usd=10.0)
    gateway = Gateway(
        make_model(wire.spec, transport=httpx2.MockTransport(handle)),
        limiter=Limiter(Limits(), clock=time),
        budget=budget,
        price=PRICE,
        sleep=time.sleep,
        clock=time,
        call_timeout_s=0.05 if "slow" in fault.name else 30.0,
    )
    answer: Completion | ModelError
    try:
        answer = await gateway.complete(make_prompt())
        outcome: str = answer.finish
    except ModelError as error:
        answer, outcome = error, error.reason
    await close_clients()
    return Result(
        outcome=outcome,
        retries=len(time.slept),
        requests=len(requests),
        spent_usd=budget.spent_usd,
        unconfirmed_usd=budget.unconfirmed_usd,
        waits=tuple(time.slept),
        answer=answer,
    )


def says(status: int, kind: str = "", message: str = "", **headers: str) -> Callable[[Wire], list[Step]]:
    """Answer every request with an error."""
    return lambda wire: [lambda _: wire.responds(status, wire.error(kind, message), **headers)]


def then_good(status: int, kind: str = "", **headers: str) -> Callable[[Wire], list[Step]]:
    """Answer the first request with an error and the next one well."""
    return lambda wire: [
        lambda _: wire.responds(status, wire.error(kind, "Try again."), **headers),
        lambda _: wire.answers(),
    ]


def sends(body: Callable[[Wire], object]) -> Callable[[Wire], list[Step]]:
    """Answer every request with a 200 and this JSON."""
    return lambda wire: [lambda _: wire.responds(200, body(wire))]


def sends_bytes(
    content: Callable[[Wire], bytes], kind: str = "application/json", status: int = 200, **headers: str
) -> Callable[[Wire], list[Step]]:
    """Answer every request with these bytes."""
    named = {"content-type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda _wire: [lambda _: httpx2.Response(status, content=content(_wire), headers=named)]


def streams(content: Callable[[Wire], bytes], **headers: str) -> Callable[[Wire], list[Step]]:
    """Answer every request with a 200 and these bytes, not read before the SDK reads them."""
    named = {"content-type": "application/json", **{n.replace("_", "-"): v for n, v in headers.items()}}

    def steps(wire: Wire) -> list[Step]:
        body = content(wire)
        return [lambda _: httpx2.Response(200, stream=Halting(body), headers=named)]

    return steps


def breaks(error: type[httpx2.TransportError], message: str = "it broke") -> Callable[[Wire], list[Step]]:
    """Fail in the network."""

    def step(request: httpx2.Request) -> httpx2.Response:
        raise error(message, request=request)

    return lambda _: [step]


def breaks_midway(error: type[httpx2.TransportError]) -> Callable[[Wire], list[Step]]:
    """Send half of a good answer and fail."""

    def step(wire: Wire, request: httpx2.Request) -> httpx2.Response:
        whole = json.dumps(wire.good()).encode()
        return httpx2.Response(200, stream=Halting(whole[: len(whole) // 2], error("lost", request=request)))

    return lambda wire: [lambda request: step(wire, request)]


class Halting(httpx2.AsyncByteStream):
    """A body that comes in pieces and may end in an exception, or never."""

    def __init__(self, start: bytes, end: Exception | None = None, *, silent: bool = False) -> None:
        self._start = start
        self._end = end
        self._silent = silent

    async def __aiter__(self) -> Any:  # noqa: ANN401 - an iterator of bytes
        """Send the start, then fail or fall silent."""
        for place in range(0, len(self._start), 16_384):
            yield self._start[place : place + 16_384]
        if self._end:
            raise self._end
        if self._silent:
            await asyncio.sleep(60)


def duplicated(wire: Wire) -> bytes:
    """A good answer with an evil twin of its first field."""
    return b'{"id":"x",' + json.dumps(wire.good()).encode()[1:]


def skewed(seconds: float) -> dict[str, str]:
    """A date to wait until, by a server whose clock is eleven years slow."""
    then = 1_430_000_000
    return {"retry_after": formatdate(then + seconds, usegmt=True), "date": formatdate(then, usegmt=True)}


FAULTS: tuple[Fault, ...] = (
    Fault("no fault", lambda wire: [lambda _: wire.answers()], "complete", paid="all"),
    Fault(
        "an answer of 200 KB", lambda wire: [lambda _: wire.answers("x" * 200_000)], "complete", paid="all"
    ),
    Fault(
        "JSON sent as text/plain",
        sends_bytes(lambda wire: json.dumps(wire.good()).encode(), "text/plain"),
        "complete",
        paid="all",
    ),
    Fault("usage not reported", sends(lambda wire: wire.ok(TEXT, None)), "complete", paid="held"),
    Fault(
        "usage that is no count", sends(lambda wire: wire.ok(TEXT, wire.nonsense)), "complete", paid="held"
    ),
    Fault("answer cut at the token limit", sends(lambda wire: wire.truncated), "truncated", paid="all"),
    Fault(
        "the model refuses", sends(lambda wire: wire.refused), "refused", paid="all", says="I cannot help."
    ),
    Fault("an answer without text", sends(lambda wire: wire.good("")), "unreadable", paid="all"),
    Fault("an unknown stop reason", sends(lambda wire: wire.unknown_stop), "unreadable", paid="all"),
    Fault("half a character in the text", sends(lambda wire: wire.good("\ud83d")), "unreadable", paid="all"),
    Fault("fields of the wrong type", sends(lambda wire: wire.misshapen), "unreadable", paid="held"),
    Fault(
        "an internal error inside a 200",
        sends(lambda wire: wire.failed),
        "unreachable",
        retries=3,
        paid="all",
        unlike={"anthropic": {"paid": "held"}, "compat": {"paid": "held"}},
    ),
    Fault("an empty body", sends_bytes(lambda _: b""), "unreadable", retries=3, paid="held"),
    Fault(
        "JSON cut in the middle",
        sends_bytes(lambda wire: json.dumps(wire.good()).encode()[:-20]),
        "unreadable",
        retries=3,
        paid="held",
    ),
    Fault(
        "a web page instead of JSON",
        sends_bytes(lambda _: b"<!DOCTYPE html><p>Welcome", "text/html"),
        "unreadable",
        paid="held",
        says="base URL",
    ),
    Fault("a key that stands twice", sends_bytes(duplicated), "unreadable", paid="held", says="twice"),
    Fault("a list instead of an object", sends_bytes(lambda _: b"[1]"), "unreadable", paid="held"),
    Fault("NaN", sends_bytes(lambda _: b'{"id":NaN}'), "unreadable", paid="held"),
    Fault(
        "100,000 levels of nesting",
        sends_bytes(lambda _: b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        "unreadable",
        paid="held",
        says="nested",
    ),
    Fault("a body that is not UTF-8", sends_bytes(lambda _: b'{"id":"\xff"}'), "unreadable", paid="held"),
    Fault(
        "a body of 5 MB",
        streams(lambda wire: json.dumps(wire.good("x" * 5_000_000)).encode()),
        "unreadable",
        paid="held",
        says="larger",
    ),
    Fault(
        "a body that claims to be gzip",
        streams(lambda _: b"not gzip", content_encoding="gzip"),
        "unreadable",
        paid="held",
    ),
    Fault(
        "a gzip bomb",
        streams(lambda _: gzip.compress(b" " * 200_000_000, 9), content_encoding="gzip"),
        "unreadable",
        paid="held",
        says="larger",
    ),
    Fault("400, a bad request", says(400, "invalid_request_error", "Bad field."), "unreachable"),
    Fault(
        "400, the prompt is too long",
        says(400, "context_length_exceeded", "This model's maximum context length is 8192 tokens."),
        "unreachable",
        says="Shorten the submission",
    ),
    Fault("400, against the policy", says(400, "invalid_prompt", "Flagged."), "refused"),
    Fault(
        "401, a wrong key", says(401, "authentication_error", f"Wrong key {KEY}"), "unauthorised", says="Set "
    ),
    Fault("402, nothing paid in", says(402, "billing_error", "Payment required."), "out-of-credit"),
    Fault("403, not allowed", says(403, "permission_error", "Not for you."), "unauthorised"),
    Fault("404, no such model", says(404, "not_found_error", "No such model."), "unreachable", says="name"),
    Fault("408, the server gave up", then_good(408, "timeout"), "complete", retries=1, paid="all"),
    Fault("409, a conflict", then_good(409, "conflict_error"), "complete", retries=1, paid="all"),
    Fault(
        "413, the request is too large",
        says(413, "request_too_large", "Too large."),
        "unreachable",
        says="Short",
    ),
    Fault("422, not processable", says(422, "invalid_request_error", "No."), "unreachable"),
    Fault(
        "429, then well; Retry-After: 7",
        then_good(429, "rate_limit_error", retry_after="7"),
        "complete",
        retries=1,
        paid="all",
        waits=(7.0,),
    ),
    Fault(
        "429, then well; retry-after-ms: 2500",
        then_good(429, "rate_limit_error", retry_after_ms="2500", retry_after="9"),
        "complete",
        retries=1,
        paid="all",
        waits=(2.5,),
    ),
    Fault(
        "429, then well; Retry-After as a date, clocks apart",
        then_good(429, "rate_limit_error", **skewed(12)),
        "complete",
        retries=1,
        paid="all",
        waits=(12.0,),
    ),
    Fault(
        "429, then well; Retry-After: soon",
        then_good(429, "rate_limit_error", retry_after="soon"),
        "complete",
        retries=1,
        paid="all",
        waits=(1.0,),
    ),
    Fault("429 without end", says(429, "rate_limit_error", "Slow down."), "rate-limited", retries=3),
    Fault(
        "429, wait for an hour",
        says(429, "rate_limit_error", "Slow down.", retry_after="3600"),
        "rate-limited",
        says="3,600 s",
    ),
    Fault(
        "429, no credit left", says(429, "insufficient_quota", "You exceeded your quota."), "out-of-credit"
    ),
    Fault("500, then well", then_good(500, "api_error"), "complete", retries=1, paid="all"),
    Fault("500 without end", says(500, "api_error", "Oops."), "unreachable", retries=3),
    Fault(
        "500, and x-should-retry: false",
        says(500, "api_error", "Oops.", x_should_retry="false"),
        "unreachable",
    ),
    Fault(
        "502, a web page",
        sends_bytes(lambda _: b"<html>Bad gateway</html>", "text/html", 502),
        "unreachable",
        retries=3,
    ),
    Fault("503 without end", says(503, "overloaded", "Busy."), "overloaded", retries=3),
    Fault("504 without end", says(504, "timeout", "Too slow."), "timed-out", retries=3, paid="held"),
    Fault("529 without end", says(529, "overloaded_error", "Overloaded."), "overloaded", retries=3),
    Fault(
        "307, a redirect to another host",
        says(307, location="https://elsewhere.example/v1"),
        "unreachable",
        says="redirect",
    ),
    Fault("connection refused", breaks(httpx2.ConnectError), "unreachable", retries=3),
    Fault("no connection in time", breaks(httpx2.ConnectTimeout), "unreachable", retries=3),
    Fault("no answer in time", breaks(httpx2.ReadTimeout), "timed-out", retries=3, paid="held"),
    Fault("connection lost before the answer", breaks(httpx2.RemoteProtocolError), "unreachable", 3, "held"),
    Fault("connection lost inside the answer", breaks_midway(httpx2.ReadError), "unreachable", 3, "held"),
    Fault(
        "a slow answer that never ends",
        lambda _: [lambda _request: httpx2.Response(200, stream=Halting(b'{"id":', silent=True))],
        "timed-out",
        retries=3,
        paid="held",
    ),
)


def expected(fault: Fault, wire: Wire) -> Fault:
    """Return what is expected of one provider."""
    differing = fault.unlike.get(wire.provider, {})
    return Fault(**{**fault.__dict__, **differing, "unlike": {}})


def page(results: dict[tuple[str, str], Result]) -> str:
    """Write the table of faults, by provider."""
    lines = [
        "# Faults, and what comes of them",
        "",
        "Written by `python tests/servers/faults.py` from what the tests measure; do not edit it by hand.",
        "",
        "Every fault is sent to the provider's own SDK over a transport in memory, and goes through all that",
        "a real call goes through: its turn, the budget, the time limits and the retries. A cell says how",
        "the seat ends, after how many retries, and what is recorded as spent.",
        "",
        "- `complete`, `truncated` and `refused` are answers, to be checked further; everything else is the",
        "  reason under which the seat abstains. None of them ever becomes a vote.",
        "- *paid*: every token the provider reported, of failed attempts too.",
        "- *held*: nobody can know whether the provider bills the call, so all that was reserved for it",
        "  counts as spent.",
        "",
        f"{len(FAULTS)} faults × {len(WIRES)} adapters.",
        "",
        "| fault | " + " | ".join(f"`{wire.provider}`" for wire in WIRES) + " |",
        "| --- |" + " --- |" * len(WIRES),
    ]
    for fault in FAULTS:
        cells = [_cell(results[fault.name, wire.provider]) for wire in WIRES]
        lines.append(f"| {fault.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _cell(result: Result) -> str:
    tries = {0: "", 1: ", 1 retry"}.get(result.retries, f", {result.retries} retries")
    confirmed = result.spent_usd - result.unconfirmed_usd
    cost = "held" if result.unconfirmed_usd else f"${confirmed:.4f} paid" if confirmed else "$0"
    return f"{result.outcome}{tries}, {cost}"


async def suffer_all() -> dict[tuple[str, str], Result]:
    """Go through every fault with every provider."""
    return {(fault.name, wire.provider): await suffer(fault, wire) for fault in FAULTS for wire in WIRES}


if __name__ == "__main__":
    os.environ.update({"OPENAI_API_KEY": KEY, "ANTHROPIC_API_KEY": KEY, "SHIPPANEL_COMPAT_API_KEY": KEY})
    PAGE.write_text(page(asyncio.run(suffer_all())), encoding="utf-8")
