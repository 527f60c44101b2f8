"""The reviewers that can sit on a panel, and the one contract they keep."""

from __future__ import annotations

import asyncio
import weakref
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from panel.persona import Persona
    from panel.reviewers.run import Reviewers
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


_of_loops: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Reviewers] = weakref.WeakKeyDictionary()


def reviewer_for(spec: str) -> Reviewer:
    """Return the reviewer that a spec asks for, on the default terms: no budget and no trace.

    All reviews of an event loop share it. A run with terms of its own makes its own `Reviewers`
    (`panel.reviewers.run`).

    Raises:
        ModelError: the provider wants a key and there is none.
        SettingsError: the spec cannot be used, or a package or a file is missing.
    """
    if spec == OFFLINE:
        return offline_reviewer()
    from panel.reviewers.run import Reviewers  # noqa: PLC0415 - the offline reviewer needs none of it

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return Reviewers()(spec)
    return _of_loops.setdefault(loop, Reviewers())(spec)


@cache
def offline_reviewer() -> Reviewer:
    """Return the offline reviewer, one per process."""
    from panel.reviewers.rubric import RubricReviewer  # noqa: PLC0415 - loads the rules

    return RubricReviewer()
