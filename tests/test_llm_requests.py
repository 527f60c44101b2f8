"""What each adapter sends, to whom, through which client, and what it refuses before it sends anything."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
import openai
import pytest
from servers.wires import ANTHROPIC, OPENAI, TEXT, USED, WIRES, Wire, make_prompt

from panel.errors import ModelError, SettingsError
from panel.llm import clients, transport
from panel.llm.clients import close_clients
from panel.llm.making import connect, make_model
from panel.llm.transport import http_client
from panel.verdict import Usage

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

BOUNDS = ("minLength", "maxLength", "pattern")


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every provider a key."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "sk-test-0123456789")


async def sent_by(wire: Wire, **changes: Any) -> tuple[httpx2.Request, dict[str, Any]]:  # noqa: ANN401 - of a prompt
    """Ask once, and return the request and its body."""
    seen: list[httpx2.Request] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return wire.answers()

    completion = await make_model(wire.spec, transport=httpx2.MockTransport(handle)).complete(
        make_prompt(**changes)
    )
    await close_clients()
    assert completion.text == TEXT
    assert completion.request_id == "req-7"
    assert completion.usage == USED
    return seen[0], json.loads(seen[0].content)


async def test_openai_request() -> None:
    """Nothing is stored, the schema is strict, the prefix has a cache key, and no temperature is sent."""
    request, body = await sent_by(OPENAI)
    assert str(request.url) == "https://api.openai.com/v1/responses"
    assert request.headers["authorization"] == "Bearer sk-test-0123456789"
    assert body["store"] is False
    assert body["max_output_tokens"] == 2000
    assert body["instructions"] == make_prompt().instructions
    assert body["input"] == make_prompt().data
    assert body["text"]["format"]["strict"] is True
    assert body["text"]["format"]["type"] == "json_schema"
    assert not {"temperature", "top_p"} & body.keys()
    _, other = await sent_by(OPENAI, data="another tool")
    assert other["prompt_cache_key"] == body["prompt_cache_key"]
    _, stranger = await sent_by(OPENAI, instructions="another persona")
    assert stranger["prompt_cache_key"] != body["prompt_cache_key"]


@pytest.mark.parametrize("sdk", [openai, anthropic], ids=lambda sdk: sdk.__name__)
async def test_calls_go_over_aiohttp_where_it_is_installed(
    sdk: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra `fast` is taken up by both SDKs; without it they use their own transport."""
    fast = http_client(sdk)
    assert isinstance(fast, sdk.DefaultAioHttpClient)
    assert type(fast._transport).__name__ == "AiohttpTransport"  # noqa: SLF001 - what calls go through
    monkeypatch.setattr(transport, "has_aiohttp", lambda: False)
    plain = http_client(sdk)
    assert isinstance(plain._transport, httpx2.AsyncHTTPTransport)  # noqa: SLF001 - likewise
    for client in (fast, plain):
        await client.aclose()


async def test_anthropic_request() -> None:
    """The system block is the cached prefix, the schema goes into output_config, and no sampling is set."""
    request, body = await sent_by(ANTHROPIC)
    assert str(request.url) == "https://api.anthropic.com/v1/messages"
    assert body["system"] == [
        {"type": "text", "text": make_prompt().instructions, "cache_control": {"type": "ephemeral"}}
    ]
    assert body["messages"] == [{"role": "user", "content": make_prompt().data}]
    assert body["output_config"]["format"]["type"] == "json_schema"
    assert not {"temperature", "top_p", "top_k", "tool_choice"} & body.keys()
    _, long = await sent_by(ANTHROPIC, max_output_tokens=60_000)
    assert long["max_tokens"] == 60_000


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.provider)
async def test_correction_follows_the_data(wire: Wire) -> None:
    """A second attempt differs only after everything that could be cached."""
    _, first = await sent_by(wire)
    _, second = await sent_by(wire, correction="score: must be 0 to 4.")
    one, two = json.dumps(first), json.dumps(second)
    assert "must be 0 to 4" in two
    assert two.replace("\\n\\nscore: must be 0 to 4.", "") == one


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.provider)
async def test_bounds_a_provider_refuses_are_told_in_words(wire: Wire) -> None:
    """No keyword outside the common subset is sent, and the fields keep their order, that of the answer."""
    _, body = await sent_by(wire)
    sent = json.dumps(body)
    assert not any(f'"{bound}":' in sent for bound in BOUNDS)
    assert "minLength: 1" in sent
    assert sent.index('"decision": {') < sent.index('"score": {')


async def test_base_urls_of_the_sdks_are_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server named by the SDK's own variable is asked, and the answer's key tells it from the provider."""
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    request, _ = await sent_by(OPENAI)
    assert str(request.url) == "http://127.0.0.1:9/v1/responses"
    request, _ = await sent_by(ANTHROPIC)
    assert str(request.url) == "http://127.0.0.1:9/v1/messages"
    assert make_model(OPENAI.spec).parameters()["url"] == "http://127.0.0.1:9/v1"


@pytest.mark.parametrize("variable", ["OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"])
def test_password_in_a_base_url_is_refused(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable is named, the password is not."""
    monkeypatch.setenv(variable, "http://me:canary@127.0.0.1/v1")
    with pytest.raises(SettingsError, match=variable) as refusal:
        make_model({"O": OPENAI, "A": ANTHROPIC}[variable[0]].spec)
    assert "canary" not in f"{refusal.value.message}{refusal.value.hint}"


@pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC], ids=lambda wire: wire.provider)
def test_missing_key_is_found_before_a_call(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model without its key is not made."""
    monkeypatch.delenv(f"{wire.provider.upper()}_API_KEY")
    with pytest.raises(ModelError) as failure:
        make_model(wire.spec)
    assert failure.value.exit_code == 4


@pytest.mark.parametrize(
    ("spec", "package", "extra"),
    [
        ("openai:x", "openai", "openai"),
        ("anthropic:x", "anthropic", "anthropic"),
        ("compat:x@http://127.0.0.1/v1", "openai", "openai"),
        ("local:x.gguf", "xllamacpp", "local"),
    ],
)
def test_missing_package_says_what_to_install(
    spec: str, package: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installation without the extra gets one line and the command, not a traceback."""
    monkeypatch.delitem(sys.modules, f"panel.llm.{spec.partition(':')[0]}", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SettingsError, match=package) as refusal:
        make_model(spec)
    assert refusal.value.hint == f"Run `pip install 'shippanel[{extra}]'`."


def test_missing_model_file_is_found_before_a_call(tmp_path: Path) -> None:
    """A path that leads nowhere is named."""
    pytest.importorskip("xllamacpp")
    with pytest.raises(SettingsError, match="there is no file"):
        make_model(f"local:{tmp_path / 'none.gguf'}")


def test_importing_the_package_loads_no_sdk() -> None:
    """Parsing a spec costs no second of start-up."""
    code = (
        "import sys, panel.llm; panel.llm.parse_spec('openai:x');"
        "print([name for name in ('openai', 'anthropic', 'httpx2', 'genai_prices') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_every_event_loop_has_a_client_of_its_own() -> None:
    """Two models of a provider share a client in one loop; the next loop builds its own."""
    transport = httpx2.MockTransport(lambda _: OPENAI.answers())

    async def clients_used() -> list[int]:
        for spec in ("openai:a", "openai:b", "openai:a"):
            await make_model(spec, transport=transport).complete(make_prompt())
        built = [id(client) for client in clients._clients[asyncio.get_running_loop()].values()]  # noqa: SLF001 - the cache is what is tested
        await close_clients()
        return built

    assert len(asyncio.run(clients_used())) == 1
    assert len(asyncio.run(clients_used())) == 1


def test_connected_model_knows_its_price() -> None:
    """A gateway made from a spec can tell the cost of a usage; one behind a local address cannot."""
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    assert connect("openai:gpt-6-luna").cost_usd(usage) == pytest.approx(0.10)
    assert connect("compat:tiny@http://127.0.0.1:9/v1").cost_usd(usage) is None
