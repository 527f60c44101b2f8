"""A model in a GGUF file, run by llama.cpp inside this process: no key, no price, nothing leaves the machine.

llama.cpp cannot be interrupted: a call that is given up goes on in its thread until the answer is full.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import threading
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xllamacpp

from panel.errors import ModelError, SettingsError
from panel.llm.chat import chat_request, read_chat
from panel.llm.failures import Endpoint, refusal
from panel.llm.wire import count, section

if TYPE_CHECKING:
    from panel.llm.spec import Spec
    from panel.prompt import Completion, Prompt

CONTEXT_TOKENS = 16_384
"""Room for prompt and answer; a longer context costs memory whether or not it is used."""
_SAMPLE_BYTES = 1024 * 1024


class LocalModel:
    """A model file. It is loaded at the first question, which takes seconds for a large one."""

    provider = "local"

    def __init__(self, spec: Spec) -> None:
        """Find the file; nothing is loaded.

        Raises:
            SettingsError: there is no such file.
        """
        self.spec = str(spec)
        self._path = Path(spec.model).expanduser()
        if not self._path.is_file():
            raise SettingsError(
                f"local: there is no file {str(self._path)!r}", "Name the path of a model in the GGUF format."
            )
        self._server: Any = None
        self._loading = threading.Lock()
        self._endpoint = Endpoint("llama.cpp", self._path.name)

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer: the weights, and the room they get."""
        return {"api": "llama.cpp", "weights": self._weights, "context": CONTEXT_TOKENS}

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once.

        Raises:
            ModelError: no answer came.
        """
        body = await asyncio.to_thread(self._answer, chat_request(prompt, "json_schema"))
        error = section(body, "error")
        if error:
            status = count(error, "code") or 500
            raise refusal(status, {}, json.dumps(body).encode(), self._endpoint, now=0.0)
        return read_chat(body, None, self._endpoint, "json_schema")

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        with self._loading:
            if self._server is None:
                self._server = self._load()
        try:
            body = self._server.handle_chat_completions(request)
        except ValueError as error:
            raise ModelError(
                self._endpoint.redact(f"llama.cpp did not accept the request: {error}"),
                "Choose another model file.",
                reason="unreachable",
            ) from None
        except RuntimeError as error:
            # Another sample may come out whole: a model can stray from the form that was asked for.
            raise ModelError(
                self._endpoint.redact(f"llama.cpp: {error}"), reason="unreadable", retryable=True
            ) from None
        return body if isinstance(body, dict) else {}

    def _load(self) -> Any:  # noqa: ANN401 - llama.cpp's binding has no types
        settings = xllamacpp.CommonParams()
        settings.model.path = str(self._path)
        settings.n_ctx = CONTEXT_TOKENS
        settings.n_parallel = 1
        settings.warmup = False
        settings.verbosity = -1
        # The binding always opens a port. It stays on this machine, and nobody knows the key.
        settings.hostnames = ["127.0.0.1"]
        settings.port = 0
        settings.api_keys = [secrets.token_urlsafe(32)]
        try:
            return xllamacpp.Server(settings)
        except (RuntimeError, ValueError) as error:
            raise ModelError(
                self._endpoint.redact(f"llama.cpp cannot load {self._path.name!r}: {error}"),
                "Check that the file is whole and that the memory suffices for it.",
                reason="unreachable",
            ) from None

    @cached_property
    def _weights(self) -> str:
        """Tell files apart by size, start and end: reading tens of gigabytes for a key takes minutes."""
        size = self._path.stat().st_size
        taken = hashlib.sha256(str(size).encode())
        with self._path.open("rb") as file:
            taken.update(file.read(_SAMPLE_BYTES))
            file.seek(max(size - _SAMPLE_BYTES, 0))
            taken.update(file.read(_SAMPLE_BYTES))
        return taken.hexdigest()
