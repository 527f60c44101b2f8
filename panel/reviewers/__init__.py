"""The reviewers that can sit on a panel, and the one contract they keep."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from panel.errors import SettingsError

if TYPE_CHECKING:
    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import Outcome

OFFLINE = "rubric"
"""The spec of the offline reviewer."""


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


@cache
def reviewer_for(spec: str) -> Reviewer:
    """Return the reviewer that a spec asks for, one per process.

    Raises:
        SettingsError: no reviewer is called that.
    """
    if spec == OFFLINE:
        from panel.reviewers.rubric import RubricReviewer  # noqa: PLC0415 - loads the rules

        return RubricReviewer()
    raise SettingsError(
        f"no reviewer is called {spec!r}: this version knows {OFFLINE!r}, the offline reviewer",
        f"Leave the model out, or name {OFFLINE!r}.",
    )
