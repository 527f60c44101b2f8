"""The reviewer that is a language model: asked, checked, asked once more, and taken at its word or not.

A vote comes only from an answer of the right form. Everything else a model or its provider may do ends as
an abstention that says what happened, with what it consumed.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from panel.answer import CHECKING_VERSION, Malformed, read_answer, schema_digest, support_findings
from panel.answer.rebuttal import rebuttal_findings
from panel.answer.schema import INSUFFICIENT
from panel.errors import ModelError
from panel.llm.call import asking, current_caller
from panel.prompting import corrected, render_prompt, render_rebuttal, templates_digest
from panel.reviewers.findings import form_findings
from panel.text import clip, visible
from panel.value import digest
from panel.verdict import Abstention, Provenance, Usage, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from panel.answer import Answer
    from panel.persona import Persona
    from panel.prompt import Completion, Model, Prompt
    from panel.tool import Tool
    from panel.verdict import FailureReason, Outcome

    Price = Callable[[str, str | None, Usage], float | None]
    """From the spec asked for, the model served and the usage to US dollars; None when not known."""

DETAIL = 400
"""Characters kept of what a provider says about a failure."""
_IDENTITY = 200
_PROMPTS_KEPT = 256
"""Prompts remembered between the making of their key and their call."""


class _Failure(NamedTuple):
    """Why a seat has no answer."""

    reason: FailureReason
    detail: str


@dataclass
class _Record:
    """What became known of a seat's calls, one after the other."""

    started: float = field(default_factory=time.perf_counter)
    usage: Usage = field(default_factory=Usage)
    request_id: str | None = None
    served_model: str | None = None

    def note(self, call: Completion | ModelError) -> None:
        """Add a call, failed or not."""
        if call.usage is not None:
            self.usage = _sum(self.usage, call.usage)
        self.request_id = _identity(call.request_id) or self.request_id
        if not isinstance(call, ModelError):
            self.served_model = _identity(call.served_model) or self.served_model


class ModelReviewer:
    """Plays any persona through one language model.

    Args:
        model: the port to the model.
        secret: the run's own random bytes, from which the markers around untrusted text are made.
        price: what a usage costs; without it no cost is known.
        timeout_s: seconds that one answer may take with all its questions and retries; None leaves that to
            whoever asks.
    """

    def __init__(
        self, model: Model, secret: bytes, *, price: Price | None = None, timeout_s: float | None = None
    ) -> None:
        self.spec = model.spec
        self._model = model
        self._secret = secret
        self._price = price
        self._timeout_s = timeout_s
        self._rendered: OrderedDict[tuple[str, str], Prompt] = OrderedDict()

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Name what an answer depends on: the model and its parameters, and all that it is sent."""
        return self._inputs(persona, self._prompt(persona, tool))

    def rebuttal_key_inputs(
        self, persona: Persona, tool: Tool, own: Verdict, peers: Sequence[Verdict]
    ) -> dict[str, Any]:
        """Name what a rebuttal depends on; the verdicts shown are in the prompt, and so in its digest."""
        return self._inputs(persona, render_rebuttal(persona, tool, own, peers, self._secret))

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Answer for one persona; a fault of the model or its provider is an abstention."""
        return await self._answer(persona, tool, self._prompt(persona, tool), sample)

    async def rebut(
        self, persona: Persona, tool: Tool, own: Verdict, peers: Sequence[Verdict], sample: int = 0
    ) -> Outcome:
        """Answer once more on a divided panel, having read the other verdicts without their names.

        A change of mind that cites nothing new is reported as `flip-without-evidence`.
        """
        prompt = render_rebuttal(persona, tool, own, peers, self._secret)
        outcome = await self._answer(persona, tool, prompt, sample)
        if not isinstance(outcome, Verdict):
            return outcome
        findings = (*outcome.findings, *rebuttal_findings(tool, own, outcome))
        return outcome.model_copy(update={"findings": findings})

    def _prompt(self, persona: Persona, tool: Tool) -> Prompt:
        """Render a question once for its key and its call."""
        place = persona.digest, tool.digest
        prompt = self._rendered.pop(place, None) or render_prompt(persona, tool, self._secret)
        self._rendered[place] = prompt
        if len(self._rendered) > _PROMPTS_KEPT:
            self._rendered.popitem(last=False)
        return prompt

    def _inputs(self, persona: Persona, prompt: Prompt) -> dict[str, Any]:
        return {
            "engine": self._model.provider,
            "engine_version": engine_version(),
            "spec": self.spec,
            "parameters": self._model.parameters(),
            "prompt": prompt.digest,
            "response_schema": schema_digest(persona),
        }

    async def _answer(self, persona: Persona, tool: Tool, prompt: Prompt, sample: int) -> Outcome:
        record = _Record()
        with self._timed(persona):
            reply = await self._ask_twice(persona, prompt, record)
        provenance = self._provenance(persona, prompt, record, sample)
        if isinstance(reply, _Failure):
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

    def _timed(self, persona: Persona) -> AbstractContextManager[None]:
        """Start the clock of one answer; whoever watches goes on watching."""
        if self._timeout_s is None:
            return nullcontext()
        return asking(persona.id, current_caller().on_event, self._timeout_s)

    async def _ask_twice(self, persona: Persona, prompt: Prompt, record: _Record) -> Answer | _Failure:
        """Ask, and once more when the form was broken; the second answer stands or the seat is lost."""
        reply = await self._ask(persona, prompt, record)
        if isinstance(reply, Malformed):
            reply = await self._ask(persona, corrected(prompt, reply.violations), record)
        if isinstance(reply, Malformed):
            broken = "; ".join(map(str, reply.violations))
            return _Failure(
                "unreadable", clip(f"Asked twice, and the form was still broken: {broken}", DETAIL)
            )
        return reply

    async def _ask(self, persona: Persona, prompt: Prompt, record: _Record) -> Answer | Malformed | _Failure:
        try:
            completion = await self._model.complete(prompt)
        except ModelError as error:
            record.note(error)
            return _Failure(error.reason, _detail(f"{error.message} {error.hint}"))
        record.note(completion)
        if completion.finish == "truncated":
            limit = f"The answer was cut off; {prompt.max_output_tokens:,} tokens were allowed."
            return _Failure("truncated", _detail(f"{limit} {completion.detail}"))
        if completion.finish == "refused":
            return _Failure("refused", _detail(f"The model declined to answer. {completion.detail}"))
        return read_answer(persona, completion.text, completion.mode)

    def _provenance(self, persona: Persona, prompt: Prompt, record: _Record, sample: int) -> Provenance:
        cost = self._price(self.spec, record.served_model, record.usage) if self._price else None
        return Provenance(
            engine=self._model.provider,
            engine_version=engine_version(),
            spec=self.spec,
            served_model=record.served_model,
            persona_digest=persona.digest,
            prompt_digest=prompt.digest,
            request_id=record.request_id,
            usage=record.usage,
            cost_usd=cost,
            latency_s=round(time.perf_counter() - record.started, 6),
            sample=sample,
            created_at=datetime.now(UTC),
        )


@cache
def engine_version() -> str:
    """Digest of what is asked and how answers are read, as 12 hexadecimal digits."""
    return digest({"templates": templates_digest(), "checking": CHECKING_VERSION})[:12]


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(**{name: getattr(one, name) + getattr(other, name) for name in Usage.model_fields})


def _detail(text: str) -> str:
    """Keep what a provider said, on one line."""
    return clip(visible(" ".join(text.split())), DETAIL)


def _identity(text: str | None) -> str | None:
    return clip(visible(text), _IDENTITY) if text else None
