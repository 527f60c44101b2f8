"""What a provider says went wrong, and what the user can do about it: a response → `ModelError`.

The rules stand in order, and the first that applies counts. A provider's words are matched only where
neither status nor code tells. No HTTP library here: llama.cpp in this process fails in the same words.
"""

from __future__ import annotations

import email.utils
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from panel.errors import ModelError
from panel.llm.redaction import Redactor
from panel.llm.wire import WireError, read_object, section
from panel.verdict import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from panel.prompt import Completion
    from panel.verdict import FailureReason

LONGEST_HINT_S = 24 * 3600.0

CONSUMED_NOTHING = Usage(calls=1)
"""A call that consumed nothing, known because the server refused it or was never reached."""


@dataclass(frozen=True)
class Endpoint:
    """Whom a call goes to, for messages about it."""

    provider: str
    model: str
    key_hint: str = ""
    """How the key of this provider is given."""
    redact: Redactor = field(default_factory=Redactor)


class _Kind(NamedTuple):
    reason: FailureReason
    retryable: bool
    says: str
    hint: str = ""


_SHORTEN = "Shorten the submission or its evidence, or choose a model with a longer context."
_UNAUTHORISED = _Kind("unauthorised", retryable=False, says="refused the key")
_NO_CREDIT = _Kind(
    "out-of-credit",
    retryable=False,
    says="has no credit left for this key",
    hint="Add credit or raise the limit on the provider's billing page; waiting does not help.",
)
_MOVED = _Kind(
    "unreachable",
    retryable=False,
    says="answered with a redirect, which is not followed because it could carry the key elsewhere",
    hint="Put the final address into the base URL.",
)
_NO_MODEL = _Kind("unreachable", retryable=False, says="knows no such model or address")
_TOO_LONG = _Kind(
    "unreachable",
    retryable=False,
    says="found the prompt too long for this model",
    hint=_SHORTEN,
)
_POLICY = _Kind("refused", retryable=False, says="refused the prompt under its policy")
_SLOW = _Kind("timed-out", retryable=True, says="took too long")
_CONFLICT = _Kind("overloaded", retryable=True, says="was busy with a conflicting request")
_LIMITED = _Kind("rate-limited", retryable=True, says="limits how fast it may be asked")
_OVERLOADED = _Kind("overloaded", retryable=True, says="is overloaded")
_BROKEN = _Kind("unreachable", retryable=True, says="had an internal error")
_REJECTED = _Kind(
    "unreachable",
    retryable=False,
    says="did not accept the request",
    hint="Check that the model supports what is asked of it, or choose another one.",
)

_CREDIT_WORDS = re.compile(
    r"insufficient[_ ](?:quota|balance|credit|funds)|billing_(?:error|hard_limit)"
    r"|credit balance|out of credits?"
)
_LENGTH_WORDS = re.compile(
    r"context[_ ](?:length|size|window)|prompt is too long|too many (?:input )?tokens"
    r"|maximum (?:input )?length|request_too_large"
)
_POLICY_WORDS = re.compile(r"content[_ ](?:policy|filter)|invalid_prompt|moderation|policy_violation|safety")
_REFUSING = (400, 403, 413, 422)

_RULES: tuple[tuple[Callable[[int, str], bool], _Kind], ...] = (
    (lambda status, said: status == 402 or (status < 500 and bool(_CREDIT_WORDS.search(said))), _NO_CREDIT),
    (lambda status, said: status in (400, 403, 422) and bool(_POLICY_WORDS.search(said)), _POLICY),
    (lambda status, _: status in (401, 403), _UNAUTHORISED),
    (lambda status, _: 300 <= status < 400, _MOVED),
    (lambda status, _: status in (404, 405, 410), _NO_MODEL),
    (lambda status, said: status == 413 or (status < 500 and bool(_LENGTH_WORDS.search(said))), _TOO_LONG),
    (lambda status, said: status in (408, 504, 524) or "timeout_error" in said, _SLOW),
    (lambda status, _: status == 409, _CONFLICT),
    (lambda status, said: status == 429 or (status >= 500 and "rate_limit" in said), _LIMITED),
    (lambda status, said: status in (503, 529) or "overloaded" in said, _OVERLOADED),
    (lambda status, _: status >= 500, _BROKEN),
)


def refusal(
    status: int, headers: Mapping[str, str], content: bytes, endpoint: Endpoint, *, now: float
) -> ModelError:
    """Read a response that is an error by its status.

    Args:
        status: the HTTP status, 300 or more.
        headers: of the response, case-insensitive.
        content: its body.
        endpoint: whom was asked.
        now: seconds since the epoch, for a date in `Retry-After`.
    """
    said, codes = _explanation(content)
    signals = f"{codes} {said}".lower()
    kind = next((kind for applies, kind in _RULES if applies(status, signals)), _REJECTED)
    told = headers.get("x-should-retry", "").lower()
    # The server's word decides, except where trying again cannot help.
    retryable = kind.retryable if told != "false" else False
    if told == "true" and kind is _REJECTED:
        retryable = True
    return ModelError(
        endpoint.redact(f"{endpoint.provider} {kind.says} (HTTP {status}){': ' if said else ''}{said}"),
        _hint(kind, endpoint),
        reason=kind.reason,
        retryable=retryable,
        retry_after_s=retry_after(headers, now=now) if retryable else None,
        # A gateway that gave up waiting says nothing about the model behind it, which may have answered.
        usage=None if kind is _SLOW and status != 408 else CONSUMED_NOTHING,
        request_id=request_id(headers),
        status=status,
    )


def reported_failure(code: str, said: str, endpoint: Endpoint, status: int = 200) -> ModelError:
    """Read a failure that a provider reports inside a 200."""
    signals = f"{code} {said}".lower()
    if "rate_limit" in signals:
        kind = _LIMITED
    elif _LENGTH_WORDS.search(signals):
        kind = _TOO_LONG
    elif _POLICY_WORDS.search(signals):
        kind = _POLICY
    elif "overloaded" in signals:
        kind = _OVERLOADED
    else:
        kind = _BROKEN
    return ModelError(
        endpoint.redact(f"{endpoint.provider} {kind.says}: {said or code or 'no reason given'}"),
        _hint(kind, endpoint),
        reason=kind.reason,
        retryable=kind.retryable,
        status=status,
    )


def unreadable(why: str, headers: Mapping[str, str], endpoint: Endpoint) -> ModelError:
    """Describe a 200 that is not the answer it should be.

    A body that was cut or garbled on its way may come whole the next time; a web page will not turn into
    an answer.
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    foreign = bool(kind) and "json" not in kind
    garbled = not foreign and why in ("the answer is empty", "the answer is not JSON")
    return ModelError(
        endpoint.redact(f"{endpoint.provider}: {why}" + (f" (sent as {kind})" if foreign else "")),
        "Check that the base URL is that of the API: it ends in /v1 but for Anthropic's." if foreign else "",
        reason="unreadable",
        retryable=garbled,
        request_id=request_id(headers),
        status=200,
    )


def accounted(
    read: Callable[[], Completion], usage: Usage | None, request: str | None, endpoint: Endpoint
) -> Completion:
    """Read the body of a 200 so that a failure, too, tells what it consumed and which call it was.

    Raises:
        ModelError: there is no answer in the body.
    """
    try:
        return read()
    except WireError as error:
        failure = ModelError(f"{endpoint.provider}: {error}", reason="unreadable", status=200)
    except ModelError as error:
        failure = error
    failure.usage, failure.request_id = usage, request
    raise failure


def retry_after(headers: Mapping[str, str], *, now: float) -> float | None:
    """Read how long the server asks to wait, in seconds; None when it does not say.

    `retry-after-ms` comes first, then `Retry-After` as seconds, then as an HTTP date (RFC 9110, 10.2.3). A
    date is measured against the response's own `Date`, so that a wrong clock on either side does not matter.
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * unit
        except ValueError:
            continue
        if math.isfinite(seconds):
            return min(max(seconds, 0.0), LONGEST_HINT_S)
    until = _instant(headers.get("retry-after", ""))
    if until is None:
        return None
    sent = _instant(headers.get("date", ""))
    return min(max(until - (now if sent is None else sent), 0.0), LONGEST_HINT_S)


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the provider's id of a call, where a header gives one."""
    found = headers.get("request-id") or headers.get("x-request-id") or ""
    return found[:200] if found.isascii() and found.isprintable() and found else None


def _hint(kind: _Kind, endpoint: Endpoint) -> str:
    if kind is _UNAUTHORISED:
        return (
            f"The key is wrong, revoked or not allowed to use {endpoint.model!r}. {endpoint.key_hint}".strip()
        )
    if kind is _NO_MODEL:
        return f"Check the name {endpoint.model!r} and the base URL."
    return kind.hint


def _instant(text: str) -> float | None:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _explanation(content: bytes) -> tuple[str, str]:
    """Return what an error body says, and the codes it says it with."""
    try:
        body = read_object(content[:100_000])
    except WireError:
        text = content[:2_000].decode("utf-8", "replace").strip()
        return ("" if text.startswith("<") else text), ""
    inner = section(body, "error") or body
    said = next(
        (
            text
            for text in (inner.get("message"), body.get("error"), body.get("message"), body.get("detail"))
            if isinstance(text, str)
        ),
        "",
    )
    codes = (inner.get("type"), inner.get("code"), section(inner, "details").get("error_code"))
    return said, " ".join(code for code in codes if isinstance(code, str))
