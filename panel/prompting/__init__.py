"""What a reviewer is sent: our own rules, and one block of data for each text that is not ours.

The rules depend on the persona alone, so that a provider can cache them; the data comes last. Nothing from
a submission, and nothing from the environment, ever enters the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from panel.answer import response_schema, schema_name
from panel.prompt import Prompt
from panel.prompting.block import fence, submission_line
from panel.prompting.rebuttal import anonymised, peers_line, verdict_line
from panel.prompting.rules import correction_text, template_text, templates_digest, write_rules
from panel.prompting.tokens import estimate_input, estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import Verdict

__all__ = [
    "ANSWER_TOKENS",
    "MAX_OUTPUT_TOKENS",
    "anonymised",
    "corrected",
    "estimate_input",
    "estimate_tokens",
    "render_prompt",
    "render_rebuttal",
    "templates_digest",
]

MAX_OUTPUT_TOKENS = 8_000
"""Tokens a model may write for one answer, its silent reasoning included; the answer has about 1,500."""

ANSWER_TOKENS = 1_500
"""What an answer is taken to have when nobody has counted: the form filled in, without silent reasoning."""


def render_prompt(persona: Persona, tool: Tool, secret: bytes) -> Prompt:
    """Write what the reviewer that plays `persona` is sent about `tool`.

    Args:
        persona: whose standards apply.
        tool: what is judged.
        secret: the run's own random bytes, from which the markers of the data are made.

    Raises:
        InputError: two passages of evidence have one id.
    """
    return _prompt(persona, {"submission": submission_line(tool)}, "reminder", secret)


def render_rebuttal(
    persona: Persona, tool: Tool, own: Verdict, peers: Sequence[Verdict], secret: bytes
) -> Prompt:
    """Write what a reviewer on a divided panel is sent after the vote.

    Args:
        persona: whose standards apply.
        tool: what was judged.
        own: the persona's first verdict.
        peers: the other verdicts; they are shown without names, in the order of `anonymised`.
        secret: the run's own random bytes.
    """
    blocks = {
        "submission": submission_line(tool),
        "your-verdict": verdict_line(own),
        "other-verdicts": peers_line(peers),
    }
    return _prompt(persona, blocks, "rebuttal", secret)


def corrected(prompt: Prompt, violations: Iterable[tuple[str, str]]) -> Prompt:
    """Ask again, saying which field broke which rule; nothing of the answer goes back.

    Args:
        prompt: what was sent first.
        violations: field and rule, both in our own words.
    """
    return prompt.model_copy(update={"correction": correction_text(violations)})


def _prompt(persona: Persona, lines: Mapping[str, str], closing: str, secret: bytes) -> Prompt:
    blocks, nonce = fence(lines, secret)
    return Prompt(
        instructions=write_rules(persona),
        data=f"{blocks}\n\n{template_text(closing)}",
        nonce=nonce,
        schema_name=schema_name(persona),
        response_schema=response_schema(persona),
        max_output_tokens=MAX_OUTPUT_TOKENS,
    )
