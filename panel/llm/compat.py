"""Any server that speaks Chat Completions: Ollama, vLLM, llama.cpp, OpenRouter and their like.

Not every one of them holds a model to a schema. The form of the answer is asked for as strictly as the
server takes it, json_schema, then json_object, then words alone; what it took is remembered for the
process and told with every answer.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import openai

from panel.errors import ModelError
from panel.llm import clients, transport
from panel.llm.chat import chat_request, read_chat
from panel.llm.failures import Endpoint
from panel.llm.keys import get_key, key_hint
from panel.llm.redaction import Redactor

if TYPE_CHECKING:
    import httpx2

    from panel.llm.spec import Spec
    from panel.prompt import AnswerMode, Completion, Prompt
    from panel.verdict import Usage

STEPS: tuple[AnswerMode, ...] = ("json_schema", "json_object", "prompt")

_taken: dict[tuple[str, str], AnswerMode] = {}
"""(URL, model) → the strictest form that the server took."""

_ABOUT_THE_FORM = re.compile(
    r"response[_ ]?format|json[_ ]?schema|json[_ ]?object|structured|guided|grammar|schema", re.IGNORECASE
)
_STATUSES = (400, 415, 422, 500, 501)
_NO_KEY = "none"
"""The SDK wants a key; without one the header is taken off again."""
_OPENAI_ONLY = ("openai-organization", "openai-project", "authorization")
_NEEDED = ("host", "content-type", "content-length", "accept", "accept-encoding", "connection")


class CompatModel:
    """A model behind any base URL."""

    provider = "compat"

    def __init__(self, spec: Spec, *, through: httpx2.AsyncBaseTransport | None = None) -> None:
        """Find the key, if there is one; nothing is called.

        Raises:
            SettingsError: the key file cannot be used.
        """
        if spec.url is None:
            raise ValueError("a compat spec always has a URL")
        self.spec = str(spec)
        self.url = spec.url
        self._model = spec.model
        self._key = get_key("compat")
        self._through = through
        redact = Redactor([self._key] if self._key else [])
        self._endpoint = Endpoint(f"the server at {spec.url}", spec.model, key_hint("compat"), redact)

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer."""
        return {"api": "chat.completions", "url": self.url}

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once, a step less strictly where the server does not take the form asked for.

        Raises:
            ModelError: no answer came.
        """
        place = (self.url, self._model)
        refused = 0
        for mode in STEPS[STEPS.index(_taken.get(place, STEPS[0])) :]:
            try:
                completion = await self._ask(prompt, mode)
            except ModelError as error:
                error.usage = _with_calls(error.usage, refused)
                if mode == STEPS[-1] or not self._is_about_the_form(error):
                    raise
                refused += 1
                continue
            _taken[place] = mode
            return completion.model_copy(update={"usage": _with_calls(completion.usage, refused)})
        raise AssertionError("the last step returns or raises")

    async def _ask(self, prompt: Prompt, mode: AnswerMode) -> Completion:
        call = self._client().chat.completions.with_raw_response.create(
            model=self._model, **chat_request(prompt, mode)
        )
        body, request = await clients.fetch(call, self._endpoint)
        return read_chat(body, request, self._endpoint, mode)

    def _is_about_the_form(self, error: ModelError) -> bool:
        said = error.message.removeprefix(self._endpoint.provider)
        return error.status in _STATUSES and bool(_ABOUT_THE_FORM.search(said))

    def _client(self) -> openai.AsyncOpenAI:
        return clients.client_for(
            ("compat", self.url, self._key, self._through),
            lambda: openai.AsyncOpenAI(
                api_key=self._key.get_secret_value() if self._key else _NO_KEY,
                base_url=self.url,
                max_retries=0,
                timeout=transport.timeout(),
                http_client=transport.http_client(openai, self._through, self._keep_private),
            ),
        )

    async def _keep_private(self, request: httpx2.Request) -> None:
        """Take off what the SDK adds from the environment and what is meant for OpenAI alone."""
        lines = os.environ.get("OPENAI_CUSTOM_HEADERS", "").splitlines()
        ambient = {line.partition(":")[0].strip().lower() for line in lines}
        for name in ambient.union(_OPENAI_ONLY).difference(_NEEDED):
            request.headers.pop(name, None)
        if self._key:
            request.headers["authorization"] = f"Bearer {self._key.get_secret_value()}"


def forget_forms() -> None:
    """Forget which servers took which form, as a new process would."""
    _taken.clear()


def _with_calls(usage: Usage | None, more: int) -> Usage | None:
    """Count the calls that were refused for their form; they consumed nothing else."""
    return usage.model_copy(update={"calls": usage.calls + more}) if usage and more else usage
