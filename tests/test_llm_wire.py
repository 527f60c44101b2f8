"""Bodies read without trust: any JSON is an answer or a named error, and a hint to wait is understood."""

from __future__ import annotations

import json
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.wires import ANTHROPIC, COMPAT, OPENAI

from panel.errors import ModelError
from panel.llm.anthropic import read_message
from panel.llm.chat import read_chat
from panel.llm.failures import LONGEST_HINT_S, Endpoint, refusal, retry_after
from panel.llm.openai import read_response
from panel.llm.wire import WireError, read_object
from panel.prompt import Completion

ENDPOINT = Endpoint("somebody", "tiny")
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
SHAPES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@st.composite
def bent(draw: st.DrawFn, body: Any) -> Any:  # noqa: ANN401 - any JSON
    """A good body in which something was replaced."""
    if draw(st.integers(0, 7)) == 0:
        return draw(SHAPES)
    if isinstance(body, dict):
        return {key: draw(bent(value)) for key, value in body.items() if draw(st.integers(0, 9)) < 9}
    if isinstance(body, list):
        return [draw(bent(value)) for value in body]
    return body


@given(body=bent(OPENAI.good()) | bent(OPENAI.truncated) | bent(OPENAI.refused) | bent(OPENAI.failed))
def test_any_response_is_an_answer_or_an_error(body: Any) -> None:  # noqa: ANN401 - any JSON
    """The Responses reading raises nothing but `ModelError`."""
    _either(lambda: read_response(body if isinstance(body, dict) else {}, None, ENDPOINT))


@given(body=bent(ANTHROPIC.good()) | bent(ANTHROPIC.truncated) | bent(ANTHROPIC.refused))
def test_any_message_is_an_answer_or_an_error(body: Any) -> None:  # noqa: ANN401 - any JSON
    """The Messages reading raises nothing but `ModelError`."""
    _either(lambda: read_message(body if isinstance(body, dict) else {}, None, ENDPOINT))


@given(body=bent(COMPAT.good()) | bent(COMPAT.truncated) | bent(COMPAT.refused) | bent(COMPAT.failed))
def test_any_chat_is_an_answer_or_an_error(body: Any) -> None:  # noqa: ANN401 - any JSON
    """The Chat Completions reading raises nothing but `ModelError`."""
    _either(lambda: read_chat(body if isinstance(body, dict) else {}, None, ENDPOINT, "json_schema"))


def _either(read: Any) -> None:  # noqa: ANN401 - a callable
    try:
        completion = read()
    except ModelError as error:
        assert error.status == 200  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(completion, Completion)
        assert completion.usage.calls == 1
        assert completion.text or completion.finish != "complete"


@given(
    status=st.integers(300, 599), body=st.binary(max_size=60) | SHAPES.map(lambda b: json.dumps(b).encode())
)
def test_any_error_response_has_a_reason(status: int, body: bytes) -> None:
    """Whatever a status and a body say, one rule applies, and the message is one line."""
    error = refusal(status, {}, body, ENDPOINT, now=0.0)
    assert error.status == status
    assert "\n" not in error.message
    assert error.usage is None or error.usage.calls == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" \n",
        b"null",
        b"[]",
        b'"x"',
        b"{} {}",
        b'{"a":1,"a":2}',
        b'{"b":{"a":1,"a":2}}',
        b'{"a":Infinity}',
    ],
)
def test_body_that_is_not_one_object_is_refused(body: bytes) -> None:
    """Strictly one JSON object with every key once, at every depth."""
    with pytest.raises(WireError):
        read_object(body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, 9.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e300"}, LONGEST_HINT_S),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 99 Foo 2026"}, None),
        ({"retry-after": formatdate(1_030, usegmt=True)}, 30.0),
        ({"retry-after": formatdate(900, usegmt=True)}, 0.0),
        ({"retry-after": formatdate(530, usegmt=True), "date": formatdate(500, usegmt=True)}, 30.0),
        (
            {"retry-after": formatdate(9_000_030, usegmt=True), "date": formatdate(9_000_000, usegmt=True)},
            30.0,
        ),
    ],
)
def test_wait_is_read_in_all_its_forms(headers: dict[str, str], seconds: float | None) -> None:
    """Milliseconds, seconds and dates; a date by the clock of the server that wrote it."""
    assert retry_after(headers, now=1_000.0) == seconds
