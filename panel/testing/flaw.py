"""What can be wrong with a model: its judgement, its words, or how its answer arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from panel.prompt import Completion
    from panel.testing.reading import Reading
    from panel.testing.scripted import Choice


class Flaw:
    """A model without a flaw; each flaw overrides one of the three."""

    def judge(self, decision: Choice, reading: Reading) -> Choice:
        """Change the decision."""
        del reading
        return decision

    def word(self, answer: dict[str, Any], reading: Reading) -> dict[str, Any]:
        """Change the answer before it is written as JSON."""
        del reading
        return answer

    async def deliver(self, completion: Completion, reading: Reading) -> Completion:
        """Change, delay or lose the reply.

        Raises:
            ModelError: no reply comes.
        """
        del reading
        return completion

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"
