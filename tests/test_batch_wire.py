"""The batch interfaces of both providers, step by step, through their own SDKs."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sendings import KEY, SPECS
from servers.faults import Time
from servers.wires import ANTHROPIC, OPENAI, TEXT, Wire, make_prompt

from panel.errors import ModelError, SettingsError
from panel.llm.anthropic import request_body as message_body
from panel.llm.batches import Batches, ForeignAnswerError, Sought, batches_for, serves
from panel.llm.clients import close_clients
from panel.llm.openai import request_body as response_body
from panel.llm.spec import parse_spec
from panel.llm.wire import WireError
from panel.prompt import Completion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from servers.batch_server import BatchServer

pytest_plugins = ["running", "batches"]

NAME = "0193f2a0" * 4
STEPS = {
    "openai": {
        "upload": ("POST", "/v1/files"),
        "create": ("POST", "/v1/batches"),
        "look": ("GET", "/v1/batches/batch_1"),
        "results": ("GET", "/v1/files/file-batch_1-output_file_id/content"),
        "cancel": ("POST", "/v1/batches/batch_1/cancel"),
    },
    "anthropic": {
        "create": ("POST", "/v1/messages/batches"),
        "look": ("GET", "/v1/messages/batches/msgbatch_1"),
        "results": ("GET", "/v1/messages/batches/msgbatch_1/results"),
        "cancel": ("POST", "/v1/messages/batches/msgbatch_1/cancel"),
    },
}
PLACES = [(provider, step) for provider, steps in STEPS.items() for step in steps]


class Sent:
    """A batch of two questions on its way to the server."""

    def __init__(self, provider: str, folder: Path) -> None:
        self.time = Time()
        self.batches: Batches = batches_for(parse_spec(SPECS[provider]), sleep=self.time.sleep)
        self.folder = folder
        self.path = folder / "requests.jsonl"
        self.keys = ["a" * 64, "b" * 64]
        lines = (json.dumps(self.batches.line(key, make_prompt())) for key in self.keys)
        self.path.write_text("".join(f"{line}\n" for line in lines), "utf-8")

    def sought(self, **changes: Any) -> Sought:  # noqa: ANN401 - fields of `Sought`
        """Say how it would be found."""
        return Sought(**{"name": NAME, "since": datetime.now(UTC), "requests": 2, **changes})

    async def whole_way(self, server: BatchServer) -> list[str]:
        """Send, look, fetch and cancel, and return the keys that came back."""
        batch = await self.batches.send(self.path, self.sought())
        await self.batches.cancel(batch)
        server.end()
        standing = await self.batches.look(batch)
        files = await self.batches.fetch(standing, self.folder)
        lines = [line for file in files for line in file.read_bytes().splitlines()]
        return [self.batches.read(json.loads(line)).key for line in lines]


@pytest.fixture
async def sent(tmp_path: Path) -> AsyncIterator[Callable[[str], Sent]]:
    """Return what makes a batch for a provider."""
    yield lambda provider: Sent(provider, tmp_path)
    await close_clients()


@pytest.mark.parametrize("provider", SPECS)
def test_a_line_asks_what_a_call_would(
    sent: Callable[[str], Sent], server: BatchServer, provider: str
) -> None:
    """A question in a batch has the body of a call of its own, byte for byte."""
    prompt = make_prompt()
    line = sent(provider).batches.line("k" * 64, prompt)
    assert server.asked == []
    assert line["custom_id"] == "k" * 64
    if provider == "openai":
        assert (line["method"], line["url"]) == ("POST", "/v1/responses")
        assert line["body"] == response_body("gpt-6-luna", prompt)
    else:
        assert line["params"] == message_body("claude-haiku-5-5", prompt)


@pytest.mark.parametrize("provider", SPECS)
async def test_a_batch_goes_and_comes_back(
    sent: Callable[[str], Sent], server: BatchServer, provider: str
) -> None:
    """What was sent is answered under its keys, in whatever order."""
    mine = sent(provider)
    assert sorted(await mine.whole_way(server)) == mine.keys
    assert [wanted.key for wanted in server.batches[next(iter(server.batches))].requests] == mine.keys


@pytest.mark.parametrize(("provider", "step"), PLACES)
@pytest.mark.parametrize("status", [429, 500, 529])
async def test_a_step_that_fails_is_tried_again(
    sent: Callable[[str], Sent], server: BatchServer, provider: str, step: str, status: int
) -> None:
    """Whatever the step, it is tried again as the server asks, and no second batch is made."""
    place = STEPS[provider][step]
    headers = {"retry-after": "7"}
    server.refuse = lambda method, path, before: (
        (status, headers) if (method, path) == place and not before else None
    )
    mine = sent(provider)
    assert sorted(await mine.whole_way(server)) == mine.keys
    assert len(mine.time.slept) == 1
    assert mine.time.slept[0] >= 7
    assert len(server.batches) == 1


@pytest.mark.parametrize(("provider", "step"), PLACES)
async def test_a_refused_key_ends_a_step_at_once(
    sent: Callable[[str], Sent], server: BatchServer, provider: str, step: str
) -> None:
    """A wrong key is told as such, without its characters, and nothing is tried again."""
    place = STEPS[provider][step]
    server.refuse = lambda method, path, _: (401, {}) if (method, path) == place else None
    mine = sent(provider)
    with pytest.raises(ModelError) as caught:
        await mine.whole_way(server)
    assert caught.value.reason == "unauthorised"
    assert KEY not in f"{caught.value.message} {caught.value.hint}"
    assert mine.time.slept == []


@pytest.mark.parametrize("provider", SPECS)
async def test_a_batch_is_not_made_twice(
    sent: Callable[[str], Sent], server: BatchServer, provider: str
) -> None:
    """When the answer to its making is lost, the batch that was made is found."""
    place = STEPS[provider]["create"]
    server.hang_up = lambda method, path, before: (method, path) == place and not before
    mine = sent(provider)
    assert await mine.batches.send(mine.path, mine.sought()) == next(iter(server.batches))
    assert len(server.batches) == 1


@pytest.mark.parametrize("provider", SPECS)
async def test_another_batch_is_not_taken_for_it(
    sent: Callable[[str], Sent], server: BatchServer, provider: str
) -> None:
    """A batch with another name, of another size, too old or known already is not the one looked for."""
    del server
    mine = sent(provider)
    batch = await mine.batches.send(mine.path, mine.sought())
    later = mine.sought(name="else", since=datetime.now(UTC) + timedelta(hours=1))
    others = [later, mine.sought(name="else", requests=3), mine.sought(name="else", known=frozenset([batch]))]
    assert [await mine.batches.find(other) for other in others] == [None, None, None]
    assert await mine.batches.find(mine.sought()) == batch


async def test_results_are_not_fetched_from_elsewhere(
    sent: Callable[[str], Sent], server: BatchServer
) -> None:
    """A provider that names another host for the results is not followed there with the key."""
    mine = sent("anthropic")
    server.results_at = f"http://localhost:{server.port}/v1/messages/batches/msgbatch_1/results"
    with pytest.raises(ModelError, match="another address"):
        await mine.whole_way(server)
    assert not any(path.endswith("/results") for _, path in server.asked)


def _line(provider: str, body: dict[str, Any]) -> dict[str, Any]:
    if provider == "openai":
        return {"custom_id": "k", "response": {"status_code": 200, "request_id": "r", "body": body}}
    return {"custom_id": "k", "result": {"type": "succeeded", "message": body}}


@pytest.mark.parametrize("wire", [OPENAI, ANTHROPIC], ids=lambda wire: wire.provider)
def test_a_reply_is_read_as_over_the_wire(
    sent: Callable[[str], Sent], wire: Wire, server: BatchServer
) -> None:
    """Answers, cuts, refusals and failures inside a 200 are what they are over the wire."""
    del server
    batches = sent(wire.provider).batches
    good = batches.read(_line(wire.provider, wire.good())).call
    assert isinstance(good, Completion)
    assert (good.text, good.finish, good.usage.input_tokens) == (TEXT, "complete", 1000)
    for body, finish in ((wire.truncated, "truncated"), (wire.refused, "refused")):
        call = batches.read(_line(wire.provider, body)).call
        assert isinstance(call, Completion)
        assert call.finish == finish
    for body in (wire.failed, wire.misshapen):
        assert isinstance(batches.read(_line(wire.provider, body)).call, ModelError)
    other = batches.read(_line(wire.provider, {**wire.good(), "model": "gpt-6-luna-mini"})).call
    assert isinstance(other, ForeignAnswerError)
    assert other.usage is not None


@pytest.mark.parametrize("provider", SPECS)
@pytest.mark.parametrize(
    "body",
    [{}, {"custom_id": 7}, {"custom_id": "k"}, {"custom_id": "k", "response": {}, "result": {"type": "new"}}],
)
def test_a_line_that_is_no_reply_is_refused(
    sent: Callable[[str], Sent], server: BatchServer, provider: str, body: dict[str, Any]
) -> None:
    """A line without a name or without a result says so."""
    del server
    with pytest.raises(WireError):
        sent(provider).batches.read(body)


def test_a_model_may_answer_by_its_dated_name() -> None:
    """The name that was asked for, or that of a version of it; not that of a sibling."""
    assert serves("gpt-6-luna", "gpt-6-luna")
    assert serves("gpt-6-luna", "gpt-6-luna-2026-08-01")
    assert serves("claude-haiku-latest", "claude-haiku-5-5-20260901")
    assert not serves("gpt-6", "gpt-6-luna")
    assert not serves("gpt-6-luna", "gpt-6")
    assert not serves("gpt-6-luna-2026-08-01", "gpt-6-luna-2026-09-01")


def test_other_providers_have_no_batches() -> None:
    """What is known about a provider is said before anything is sent."""
    with pytest.raises(SettingsError, match="has no batches"):
        batches_for(parse_spec("compat:tiny@http://127.0.0.1:9/v1"))
