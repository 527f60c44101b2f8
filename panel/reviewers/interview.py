"""What is put to a model that plays a persona, and what its reply comes to; nobody is called here.

A vote comes only from an answer of the right form, however it came back: at once, or later with a batch.
Everything else a model or its provider may do is an abstention that tells what happened and what it took.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeAlias

from panel.answer import CHECKING_VERSION, Malformed, read_answer, schema_digest, support_findings
from panel.answer.schema import INSUFFICIENT
from panel.errors import ModelError
from panel.prompting import render_prompt, templates_digest
from panel.reviewers.findings import form_findings
from panel.text import clip, visible
from panel.value import digest
from panel.verdict import Abstention, Provenance, Usage, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.answer import Answer
    from panel.persona import Persona
    from panel.prompt import Completion, Prompt
    from panel.tool import Tool
    from panel.verdict import FailureReason, Outcome

    Price = Callable[[str, str | None, Usage], float | None]
    """From the spec asked for, the model served and the usage to US dollars; None when not known."""
    Reply: TypeAlias = "Answer | Malformed | Failure"

DETAIL = 400
"""Characters kept of what a provider says about a failure."""
_IDENTITY = 200
_PROMPTS_KEPT = 256
"""Prompts remembered between the making of their key and their call."""


class Asked(Protocol):
    """A language model, as far as the keys of its answers are concerned; no key of a provider is needed."""

    @property
    def spec(self) -> str:
        """As it was asked for."""
        ...

    @property
    def provider(self) -> str:
        """Who answers."""
        ...

    def parameters(self) -> dict[str, Any]:
        """Name what besides the prompt shapes the answer."""
        ...


class Failure(NamedTuple):
    """Why a seat has no answer."""

    reason: FailureReason
    detail: str


@dataclass
class Calls:
    """What became known of a seat's calls, one after the other."""

    started: float = field(default_factory=time.perf_counter)
    usage: Usage = field(default_factory=Usage)
    request_id: str | None = None
    served_model: str | None = None
    corrected: bool = False
    """Whether the last one asked again after a broken form."""
    batch: str | None = None
    """The provider's batch that they came with."""

    def note(self, call: Completion | ModelError) -> None:
        """Add a call, failed or not."""
        if call.usage is not None:
            self.usage = _sum(self.usage, call.usage)
        self.request_id = _identity(call.request_id) or self.request_id
        if not isinstance(call, ModelError):
            self.served_model = _identity(call.served_model) or self.served_model


class Interview:
    """The questions to one model, and the reading of its replies.

    Args:
        asked: the model.
        secret: the run's own random bytes, from which the markers around untrusted text are made.
        price: what a usage costs; without it no cost is known.
    """

    def __init__(self, asked: Asked, secret: bytes, price: Price | None = None) -> None:
        self.spec = asked.spec
        self._asked = asked
        self._secret = secret
        self._price = price
        self._rendered: OrderedDict[tuple[str, str], Prompt] = OrderedDict()

    def prompt(self, persona: Persona, tool: Tool) -> Prompt:
        """Render a question, once for its key and its call."""
        place = persona.digest, tool.digest
        prompt = self._rendered.pop(place, None) or render_prompt(persona, tool, self._secret)
        self._rendered[place] = prompt
        if len(self._rendered) > _PROMPTS_KEPT:
            self._rendered.popitem(last=False)
        return prompt

    def key_inputs(self, persona: Persona, prompt: Prompt) -> dict[str, Any]:
        """Name what an answer depends on: the model and its parameters, and all that it is sent."""
        return {
            "engine": self._asked.provider,
            "engine_version": engine_version(),
            "spec": self.spec,
            "parameters": self._asked.parameters(),
            "prompt": prompt.digest,
            "response_schema": schema_digest(persona),
        }

    def read(self, persona: Persona, prompt: Prompt, call: Completion | ModelError) -> Reply:
        """Take a model at its word, or say which rules its reply broke, or why there is none."""
        if isinstance(call, ModelError):
            said = call.message.rstrip(". ")
            return Failure(call.reason, _detail(f"{said}. {call.hint}"))
        if call.finish == "truncated":
            limit = f"The answer was cut off; {prompt.max_output_tokens:,} tokens were allowed."
            return Failure("truncated", _detail(f"{limit} {call.detail}"))
        if call.finish == "refused":
            return Failure("refused", _detail(f"The model declined to answer. {call.detail}"))
        return read_answer(persona, call.text, call.mode)

    def conclude(
        self, persona: Persona, tool: Tool, prompt: Prompt, reply: Reply, calls: Calls, *, sample: int = 0
    ) -> Outcome:
        """Turn the last reply into the seat's verdict or abstention.

        Args:
            persona: who was played.
            tool: what was judged.
            prompt: what was asked first.
            reply: what came of it in the end; a broken form is an abstention.
            calls: the calls it took.
            sample: which repeat of the question it answers.
        """
        provenance = self._provenance(persona, prompt, calls, sample)
        if isinstance(reply, Malformed):
            reply = Failure("unreadable", _broken(reply, corrected=calls.corrected))
        if isinstance(reply, Failure):
            return Abstention(
                persona=persona.id, reason=reply.reason, detail=reply.detail, provenance=provenance
            )
        if reply.decision == INSUFFICIENT:
            return Abstention(
                persona=persona.id,
                reason=INSUFFICIENT,
                detail=clip(reply.quote, DETAIL),
                missing=reply.missing,
                provenance=provenance,
            )
        score = persona.score({criterion.id: criterion.score for criterion in reply.criteria})
        return Verdict(
            persona=persona.id,
            decision=reply.decision,
            score=score,
            moves=reply.moves,
            criteria=reply.criteria,
            conditions=reply.conditions,
            missing=reply.missing,
            quote=reply.quote,
            findings=(
                *form_findings(persona.id, reply.decision, score, reply.quote),
                *support_findings(persona, tool, reply),
            ),
            provenance=provenance,
        )

    def _provenance(self, persona: Persona, prompt: Prompt, calls: Calls, sample: int) -> Provenance:
        cost = self._price(self.spec, calls.served_model, calls.usage) if self._price else None
        return Provenance(
            engine=self._asked.provider,
            engine_version=engine_version(),
            spec=self.spec,
            served_model=calls.served_model,
            persona_digest=persona.digest,
            prompt_digest=prompt.digest,
            request_id=calls.request_id,
            batch=calls.batch,
            usage=calls.usage,
            cost_usd=cost,
            latency_s=round(time.perf_counter() - calls.started, 6),
            sample=sample,
            created_at=datetime.now(UTC),
        )


@cache
def engine_version() -> str:
    """Digest of what is asked and how answers are read, as 12 hexadecimal digits."""
    return digest({"templates": templates_digest(), "checking": CHECKING_VERSION})[:12]


def _broken(reply: Malformed, *, corrected: bool) -> str:
    opening = "Asked twice, and the form was still broken" if corrected else "The form was broken"
    return clip(f"{opening}: {'; '.join(map(str, reply.violations))}", DETAIL)


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(**{name: getattr(one, name) + getattr(other, name) for name in Usage.model_fields})


def _detail(text: str) -> str:
    """Keep what a provider said, on one line."""
    return clip(visible(" ".join(text.split())), DETAIL)


def _identity(text: str | None) -> str | None:
    return clip(visible(text), _IDENTITY) if text else None
