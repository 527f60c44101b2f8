"""The reviewers that can sit on a panel, and the one contract they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import Outcome


class Reviewer(Protocol):
    """Plays a persona: reads a tool alone and answers ship, skip or an abstention."""

    spec: str
    """How it was asked for (`rubric`, `openai:MODEL`)."""

    def key_inputs(self, persona: Persona, tool: Tool) -> dict[str, Any]:
        """Name everything besides tool, persona and sample that the answer depends on.

        The ledger's key is made from it: engine and its version, the digests of prompt and response
        schema, parameters. JSON-compatible values only.
        """
        ...

    async def review(self, persona: Persona, tool: Tool, sample: int = 0) -> Outcome:
        """Answer for one persona. Never raises for a model's fault: that is an `Abstention`."""
        ...
