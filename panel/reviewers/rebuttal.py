"""The second round of a divided panel: who is shown whose verdicts, once and without names.

What comes of it stands beside the first verdicts and never votes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from panel.ledger import key_inputs
from panel.value import digest
from panel.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from panel.persona import Persona, Roster
    from panel.reviewers import Reviewer
    from panel.tool import Tool
    from panel.verdict import Outcome


@runtime_checkable
class Rebutter(Protocol):
    """A reviewer that can read the others and answer once more; the offline one cannot."""

    def rebuttal_key_inputs(
        self, persona: Persona, tool: Tool, own: Verdict, peers: Sequence[Verdict]
    ) -> dict[str, Any]:
        """Name what the second answer depends on, as `Reviewer.key_inputs` does for the first."""
        ...

    async def rebut(
        self, persona: Persona, tool: Tool, own: Verdict, peers: Sequence[Verdict], sample: int = 0
    ) -> Outcome:
        """Answer once more; never raises for a model's fault."""
        ...


@dataclass(frozen=True)
class Exchange:
    """What one seat reads in the second round."""

    seat: int
    persona: Persona
    reviewer: Rebutter
    own: Verdict
    peers: tuple[Verdict, ...]
    """Every other verdict, in the order in which it is shown: one that tells nothing of who sits where."""

    def inputs(self, tool: Tool, sample: int = 0) -> dict[str, Any]:
        """Name everything the second answer depends on, for the ledger's key."""
        engine = self.reviewer.rebuttal_key_inputs(self.persona, tool, self.own, self.peers)
        shown = [digest(peer.model_dump(mode="json")) for peer in self.peers]
        return key_inputs(tool, self.persona, engine, sample, shown)

    async def answer(self, tool: Tool, sample: int) -> Outcome:
        """Have the seat answer once more."""
        return await self.reviewer.rebut(self.persona, tool, self.own, self.peers, sample)


def exchanges(roster: Roster, reviewers: Sequence[Reviewer], first: Sequence[Outcome]) -> list[Exchange]:
    """List what the second round consists of; nothing unless there are both ships and skips.

    Args:
        roster: the panel.
        reviewers: who plays its seats.
        first: every seat's first answer, in roster order.
    """
    from panel.prompting import anonymised  # noqa: PLC0415 - loads the templates, which most reviews lack

    verdicts = [(seat, outcome) for seat, outcome in enumerate(first) if isinstance(outcome, Verdict)]
    if len({verdict.decision for _, verdict in verdicts}) < 2:
        return []
    return [
        Exchange(
            seat,
            roster.seats[seat].persona,
            reviewer,
            own,
            anonymised([peer for other, peer in verdicts if other != seat]),
        )
        for seat, own in verdicts
        if isinstance(reviewer := reviewers[seat], Rebutter)
    ]
