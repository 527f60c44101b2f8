"""Valid answers of models, shared by the tests that spoil them."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from panel.persona import Persona

QUOTE = " ".join(["Reads like a tool that does one thing and says which."] * 12)
"""A paragraph of 132 words without a figure."""


def make_answer(persona: Persona, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field of an answer
    """Build an answer of the right form, in the middle of every scale; `changes` replace its fields."""
    moves: dict[str, Any] = {
        move.id: {"text": "One sentence.", "list": ["First", "Second"], "choice": (move.choices or ("",))[0]}[
            move.kind
        ]
        for move in persona.moves
    }
    criteria = {
        criterion.id: {"quotes": [], "because": "It is said plainly.", "score": 2}
        for criterion in persona.criteria
    }
    answer = {
        "moves": moves,
        "criteria": criteria,
        "missing": ["a published price"],
        "decision": "ship",
        "conditions": ["It would turn if the price doubled."],
        "quote": QUOTE,
    }
    return copy.deepcopy({**answer, **changes})


def written(answer: dict[str, Any]) -> str:
    """Write an answer as a model would send it."""
    return json.dumps(answer)
