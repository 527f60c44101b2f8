"""Real inference: llama.cpp with a tiny model, through the `openai` client and inside this process."""

from __future__ import annotations

import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from servers.gguf_model import make_model_file
from servers.wires import SCHEMA, make_prompt

from panel.errors import ModelError
from panel.llm.call import asking
from panel.llm.clients import close_clients
from panel.llm.compat import forget_forms
from panel.llm.gateway import Gateway
from panel.llm.making import connect, make_model
from panel.llm.retry import RetryPolicy

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from panel.prompt import Completion

pytest.importorskip("gguf", reason="gguf is not installed: no model can be made")
llama = pytest.importorskip("xllamacpp", reason="xllamacpp is not installed: there is no llama.cpp")

KEY = "sk-of-the-server"
LIST_SCHEMA = {
    "type": "object",
    "properties": {
        "moves": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "maxItems": 3}
    },
    "required": ["moves"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model, made once."""
    return make_model_file(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(scope="module")
def address(model_file: Path) -> str:
    """A llama.cpp server on a free port, with a key."""
    settings = llama.CommonParams()
    settings.model.path = str(model_file)
    settings.n_ctx, settings.n_parallel, settings.warmup, settings.verbosity = 8192, 2, False, -1
    settings.hostnames, settings.port, settings.api_keys = ["127.0.0.1"], 0, [KEY]
    server = llama.Server(settings)
    _SERVERS.append(server)
    listening: str = server.listening_address
    return listening


_SERVERS: list[Any] = []
"""Kept for as long as the tests run: a server that is collected stops."""


@pytest.fixture(autouse=True)
async def _fresh(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Have the server's key, remember no form, and leave no client open."""
    monkeypatch.setenv("SHIPPANEL_COMPAT_API_KEY", KEY)
    forget_forms()
    yield
    await close_clients()


def holds(completion: Completion, schema: dict[str, Any]) -> None:
    """The answer is what the schema asks for, and was counted."""
    assert completion.finish == "complete"
    jsonschema.validate(json.loads(completion.text), schema)
    assert completion.usage.calls == 1
    assert completion.usage.input_tokens > 50
    assert completion.usage.output_tokens > 10


@pytest.mark.parametrize("schema", [SCHEMA, LIST_SCHEMA], ids=["enum", "list"])
async def test_server_holds_even_nonsense_to_the_schema(address: str, schema: dict[str, Any]) -> None:
    """Random weights answer in valid JSON, because the schema arrives and is obeyed."""
    model = make_model(f"compat:tiny@{address}/v1")
    completion = await model.complete(make_prompt(response_schema=schema, max_output_tokens=600))
    holds(completion, schema)
    assert completion.mode == "json_schema"
    assert completion.request_id
    assert completion.served_model


async def test_schema_the_server_cannot_take_is_asked_for_in_another_form(address: str) -> None:
    """The server's own refusal of a schema is recognised, and the next form is asked for."""
    odd = {"type": "object", "properties": {"a": {"type": "nonsense"}}, "required": ["a"]}
    seen: list[str] = []
    model = make_model(f"compat:tiny@{address}/v1")
    # Random weights stray even from "any JSON" now and then, and the server reports that as its own error.
    gateway = Gateway(model, policy=RetryPolicy(attempts=20, first_wait_s=0.0))
    with asking("dx", lambda event: seen.append(event.state)):
        completion = await gateway.complete(make_prompt(response_schema=odd, max_output_tokens=40))
    assert completion.mode == "json_object"
    assert completion.usage.calls == 2 * seen.count("asking")


async def test_answer_without_room_is_truncated(address: str) -> None:
    """An answer that the token limit cut is told apart from a whole one."""
    completion = await make_model(f"compat:tiny@{address}/v1").complete(make_prompt(max_output_tokens=5))
    assert completion.finish == "truncated"
    assert completion.usage.output_tokens == 5


async def test_prompt_beyond_the_context_is_final(address: str) -> None:
    """Too long a prompt is not tried again, and the hint says what to shorten."""
    with pytest.raises(ModelError) as failure:
        await make_model(f"compat:tiny@{address}/v1").complete(make_prompt(data="Why? " * 4000))
    assert not failure.value.retryable
    assert "Shorten the submission" in failure.value.hint


async def test_wrong_key_is_named_and_not_shown(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real server's refusal of a key ends as unauthorised."""
    monkeypatch.setenv("SHIPPANEL_COMPAT_API_KEY", "sk-canary-wrong")
    with pytest.raises(ModelError) as failure:
        await make_model(f"compat:tiny@{address}/v1").complete(make_prompt())
    assert failure.value.reason == "unauthorised"
    assert "shippanel keys set compat" in failure.value.hint
    assert "canary" not in f"{failure.value.message}{failure.value.hint}"


async def test_file_answers_inside_this_process(model_file: Path) -> None:
    """`local:` needs no server and no key, costs nothing, and is held to the schema all the same."""
    gateway = connect(f"local:{model_file}")
    completion = await gateway.complete(make_prompt(max_output_tokens=600))
    holds(completion, SCHEMA)
    assert gateway.cost_usd(completion.usage) == 0.0
    with pytest.raises(ModelError, match="too long") as failure:
        await gateway.complete(make_prompt(data="Why? " * 8000))
    assert not failure.value.retryable


async def test_file_that_is_no_model_is_an_error(tmp_path: Path) -> None:
    """A broken file ends as an error that names it, not as a crash of the process."""
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelError, match=r"broken\.gguf"):
        await make_model(f"local:{broken}").complete(make_prompt())


def test_weights_are_part_of_what_shapes_an_answer(model_file: Path, tmp_path: Path) -> None:
    """Another file under the same name is another model; the same file elsewhere is the same one."""
    copy, other = tmp_path / "tiny.gguf", tmp_path / "other.gguf"
    copy.write_bytes(model_file.read_bytes())
    other.write_bytes(model_file.read_bytes()[:-1] + b"\x01")
    original, same, changed = (
        make_model(f"local:{file}").parameters()["weights"] for file in (model_file, copy, other)
    )
    assert original == same != changed


async def test_loop_goes_on_while_the_model_thinks(model_file: Path) -> None:
    """Inference runs beside the event loop, so that the board and other seats stay alive."""
    model = make_model(f"local:{model_file}")
    task = asyncio.create_task(model.complete(make_prompt(max_output_tokens=400)))
    longest, last = 0.0, time.perf_counter()
    while not task.done():
        await asyncio.sleep(0.005)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    await task
    assert longest < 0.5
