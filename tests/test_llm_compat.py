"""Servers of all kinds behind one base URL: how strictly they are asked, and what they are not told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from servers.wires import COMPAT, make_prompt

from panel.errors import ModelError
from panel.llm.clients import close_clients
from panel.llm.compat import forget_forms
from panel.llm.making import make_model

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from panel.prompt import Model

FIXTURES = sorted((Path(__file__).parent / "llm_wire").glob("*.json"))
EXCHANGES = [
    pytest.param(exchange, id=f"{file.stem}: {exchange['name']}")
    for file in FIXTURES
    for exchange in json.loads(file.read_text(encoding="utf-8"))["exchanges"]
]


@pytest.fixture(autouse=True)
async def _fresh() -> AsyncIterator[None]:
    """Begin without anything remembered, and end without an open client."""
    forget_forms()
    yield
    await close_clients()


def asked_of(
    answer: Callable[[httpx2.Request], httpx2.Response], spec: str = COMPAT.spec
) -> tuple[Model, list[httpx2.Request]]:
    """A model behind a function, and the requests that reach it."""
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return answer(request)

    return make_model(spec, transport=httpx2.MockTransport(handle)), seen


def form_of(request: httpx2.Request) -> str:
    """How strictly a request asks."""
    form: str = json.loads(request.content).get("response_format", {}).get("type", "prompt")
    return form


def takes(*forms: str, status: int = 400) -> Callable[[httpx2.Request], httpx2.Response]:
    """A server that takes only these forms."""

    def answer(request: httpx2.Request) -> httpx2.Response:
        if form_of(request) in forms:
            return COMPAT.answers()
        return COMPAT.responds(status, COMPAT.error("bad", "response_format is not supported here"))

    return answer


@pytest.mark.parametrize("status", [400, 422, 500])
@pytest.mark.parametrize(
    ("forms", "mode", "calls"),
    [
        (("json_schema", "json_object", "prompt"), "json_schema", 1),
        (("json_object", "prompt"), "json_object", 2),
        (("prompt",), "prompt", 3),
    ],
)
async def test_server_is_asked_as_strictly_as_it_takes(
    status: int, forms: tuple[str, ...], mode: str, calls: int
) -> None:
    """The steps go down in order, each is counted, and what was taken is told and remembered."""
    model, seen = asked_of(takes(*forms, status=status))
    first = await model.complete(make_prompt())
    assert (first.mode, first.usage.calls) == (mode, calls)
    second = await model.complete(make_prompt())
    assert (second.mode, second.usage.calls) == (mode, 1)
    assert len(seen) == calls + 1


async def test_weaker_form_puts_the_schema_into_words() -> None:
    """Where the server does not hold the model to the schema, the instructions show it; else they do not."""
    model, seen = asked_of(takes("prompt"))
    await model.complete(make_prompt())
    systems = [json.loads(request.content)["messages"][0]["content"] for request in seen]
    assert ['"enum":["ship","skip"]' in text for text in systems] == [False, True, True]


async def test_what_one_model_takes_says_nothing_of_another() -> None:
    """The memory goes by address and model."""
    model, _ = asked_of(takes("prompt"))
    await model.complete(make_prompt())
    other, seen = asked_of(takes("json_schema"), "compat:other@http://127.0.0.1:9/v1")
    assert (await other.complete(make_prompt())).mode == "json_schema"
    assert len(seen) == 1


@pytest.mark.parametrize("status", [400, 500])
async def test_other_refusal_is_not_taken_for_one_of_the_form(status: int) -> None:
    """A server whose address speaks of schemas is not asked three times for a fault of another kind."""
    refused = COMPAT.responds(status, COMPAT.error("bad", "max_tokens is too large"))
    model, seen = asked_of(lambda _: refused, "compat:tiny@http://127.0.0.1:9/schema/v1")
    with pytest.raises(ModelError):
        await model.complete(make_prompt())
    assert len(seen) == 1


async def test_server_that_takes_no_form_at_all_is_an_error() -> None:
    """When the last step is refused too, its error stands, and all calls are counted."""
    model, seen = asked_of(takes())
    with pytest.raises(ModelError) as failure:
        await model.complete(make_prompt())
    assert len(seen) == 3
    assert failure.value.usage
    assert failure.value.usage.calls == 3


@pytest.mark.parametrize("exchange", EXCHANGES)
async def test_documented_dialect_is_understood(exchange: dict[str, Any]) -> None:
    """What Ollama and vLLM answer by their documentation is read for what it is."""
    responses = iter(exchange["responses"])

    def answer(_: httpx2.Request) -> httpx2.Response:
        response = next(responses)
        return httpx2.Response(response["status"], json=response["body"])

    model, _ = asked_of(answer)
    expect = exchange["expect"]
    if "reason" in expect:
        with pytest.raises(ModelError) as failure:
            await model.complete(make_prompt())
        assert (failure.value.reason, failure.value.retryable) == (expect["reason"], expect["retryable"])
        assert expect.get("message", "") in failure.value.message
        assert expect.get("hint", "") in failure.value.hint
    else:
        completion = await model.complete(make_prompt())
        told = {**completion.model_dump(), **completion.usage.model_dump()}
        assert expect.items() <= told.items()


@pytest.mark.parametrize("file", FIXTURES, ids=lambda file: file.stem)
def test_fixture_says_where_it_is_from(file: Path) -> None:
    """A hand-written wire is labelled so and cites what it was written after."""
    content = json.loads(file.read_text(encoding="utf-8"))
    assert "not recorded" in content["label"]
    assert all(source.startswith("https://") for source in content["sources"])


async def test_secrets_of_openai_stay_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, organisation, project or header meant for OpenAI reaches another server."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-openai")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-canary-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "canary-organisation")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "canary-project")
    monkeypatch.setenv(
        "OPENAI_CUSTOM_HEADERS", "X-Team: canary-team\nAuthorization: Bearer canary\nContent-Type: x/canary"
    )
    model, seen = asked_of(lambda _: COMPAT.answers())
    await model.complete(make_prompt())
    sent = {name: value for name, value in seen[0].headers.items() if name != "content-type"}
    assert "canary" not in json.dumps(sent)
    assert "authorization" not in seen[0].headers


async def test_key_of_the_server_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compat key goes to the compat server."""
    monkeypatch.setenv("SHIPPANEL_COMPAT_API_KEY", "sk-for-the-server")
    model, seen = asked_of(lambda _: COMPAT.answers())
    await model.complete(make_prompt())
    assert seen[0].headers["authorization"] == "Bearer sk-for-the-server"
