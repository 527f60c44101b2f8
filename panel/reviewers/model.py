"""The reviewer that is a language model: asked, checked, asked once more, and taken at its word or not.

What is asked and how a reply is read stands in `interview`, which batches share.
"""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from panel.answer import Malformed
from panel.answer.rebuttal import rebuttal_findings
from panel.errors import ModelError
from panel.llm.call import asking, current_caller
from panel.prompting import corrected, render_rebuttal
from panel.reviewers.interview import Calls, Interview
from panel.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from panel.persona import Persona
    from panel.prompt import Model, Prompt
    from panel.reviewers.interview import Price, Reply
    from panel.tool import Tool
    from panel.verdict import Outcome


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
        self._interview = Interview(model, secret, price)
        self._secret = secret
        self._timeout_s = timeout_s

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Name what an answer depends on: the model and its parameters, and all that it is sent."""
        return self._interview.key_inputs(persona, self._interview.prompt(persona, tool))

    def rebuttal_key_inputs(
        self, persona: Persona, tool: Tool, own: Verdict, peers: Sequence[Verdict]
    ) -> dict[str, Any]:
        """Name what a rebuttal depends on; the verdicts shown are in the prompt, and so in its digest."""
        prompt = render_rebuttal(persona, tool, own, peers, self._secret)
        return self._interview.key_inputs(persona, prompt)

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Answer for one persona; a fault of the model or its provider is an abstention."""
        return await self._answer(persona, tool, self._interview.prompt(persona, tool), sample)

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

    async def _answer(self, persona: Persona, tool: Tool, prompt: Prompt, sample: int) -> Outcome:
        calls = Calls()
        with self._timed(persona):
            reply = await self._ask_twice(persona, prompt, calls)
        return self._interview.conclude(persona, tool, prompt, reply, calls, sample=sample)

    def _timed(self, persona: Persona) -> AbstractContextManager[None]:
        """Start the clock of one answer; whoever watches goes on watching."""
        if self._timeout_s is None:
            return nullcontext()
        return asking(persona.id, current_caller().on_event, self._timeout_s)

    async def _ask_twice(self, persona: Persona, prompt: Prompt, calls: Calls) -> Reply:
        """Ask, and once more when the form was broken; the second answer stands or the seat is lost."""
        reply = await self._ask(persona, prompt, calls)
        if isinstance(reply, Malformed):
            calls.corrected = True
            reply = await self._ask(persona, corrected(prompt, reply.violations), calls)
        return reply

    async def _ask(self, persona: Persona, prompt: Prompt, calls: Calls) -> Reply:
        try:
            call = await self._model.complete(prompt)
        except ModelError as error:
            calls.note(error)
            return self._interview.read(persona, prompt, error)
        calls.note(call)
        return self._interview.read(persona, prompt, call)
