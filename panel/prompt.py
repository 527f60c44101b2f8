"""What a model is asked, what comes back, and the one port through which both go.

A prompt is our own instruction text plus one data block; nothing from a submission ever stands in the
instructions. No provider and no network here.
"""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache
from typing import Any, Literal, Protocol

from pydantic import Field, SkipValidation

from panel.derived import by_identity
from panel.value import Value, canonical_json, canonical_object
from panel.verdict import Usage

_written_text = lru_cache(maxsize=64)(canonical_json)
_written_schema = by_identity(64)(canonical_json)


class Prompt(Value):
    """Everything that is sent for one answer."""

    instructions: str
    """Our own text: persona, rules, form of the answer. The same for every tool, so that it can be cached."""
    data: str
    """The data block with its markers, and the reminder that follows it."""
    nonce: str
    """The HMAC in the markers; masked in `digest`, so that keys do not depend on the run's secret."""
    schema_name: str
    response_schema: SkipValidation[dict[str, Any]]
    """JSON Schema of the answer: every property required, nothing additional. Not to be changed."""
    max_output_tokens: int = Field(gt=0)
    correction: str = ""
    """For the second and last attempt: which field broke which rule. Never holds any of the answer."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that is sent, with the nonce masked."""
        # What every tool's prompt has in common is by far the longest of it, and is written once.
        written = {
            "instructions": _written_text(self.instructions),
            "response_schema": _written_schema(self.response_schema),
            "data": canonical_json(self.data.replace(self.nonce, "NONCE")),
        }
        rest = type(self).model_fields.keys() - written.keys() - {"nonce"}
        written |= {name: canonical_json(getattr(self, name)) for name in rest}
        return hashlib.sha256(canonical_object(written).encode()).hexdigest()


FinishReason = Literal["complete", "truncated", "refused"]
AnswerMode = Literal["json_schema", "json_object", "prompt"]


class Completion(Value):
    """What a model sent back, before anybody has checked it."""

    text: str
    """The whole answer; empty when it was refused."""
    finish: FinishReason = "complete"
    detail: str = ""
    """The provider's own word on a refusal or a truncation."""
    mode: AnswerMode = "json_schema"
    """How the form of the answer was asked for, after any step down."""
    served_model: str | None = None
    request_id: str | None = None
    usage: Usage = Usage()
    """What this call consumed, its retries included."""


class Model(Protocol):
    """A language model behind any provider."""

    spec: str
    """As asked for: `openai:MODEL`, `anthropic:MODEL`, `compat:MODEL@URL`, `local:PATH.gguf`."""
    provider: str

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer; part of the ledger's key."""
        ...

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask once.

        Raises:
            ModelError: no answer came, whatever the reason; nothing else is raised for a provider's fault.
        """
        ...
