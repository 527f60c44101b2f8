"""What a verdict depends on, and the key made of it.

Two questions share a key exactly when nothing differs that could change the answer. Roster, quorum and
seat are left out on purpose, so that panels share verdicts. No database here.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from panel.value import digest
from panel.verdict import Abstention

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from panel.persona import Persona
    from panel.tool import Tool
    from panel.verdict import Outcome

KEY_VERSION = 1
"""Raised when the meaning of the inputs changes; verdicts of older versions are then asked for anew."""


def key_inputs(
    tool: Tool,
    persona: Persona,
    reviewer_inputs: Mapping[str, Any],
    sample: int = 0,
    peers: Sequence[str] = (),
) -> dict[str, Any]:
    """Name everything one answer depends on.

    Args:
        tool: what is reviewed; its digest covers the evidence.
        persona: whose standards apply, by what a model is told of them. What only the offline reviewer
            reads of a persona is for that reviewer to name.
        reviewer_inputs: the reviewer's own part (`Reviewer.key_inputs`): engine and version, the spec
            asked for, digests of prompt and response schema, parameters. JSON-compatible values only.
        sample: which repeat of the question this is.
        peers: digests of the verdicts a rebuttal was shown, in the order shown.
    """
    return {
        "key_version": KEY_VERSION,
        "tool": tool.digest,
        "persona": persona.digest,
        "reviewer": dict(reviewer_inputs),
        "sample": sample,
        "peers": list(peers),
    }


def verdict_key(inputs: Mapping[str, Any]) -> str:
    """Return the key of an answer: the SHA-256 of its inputs in canonical JSON, 64 hexadecimal digits."""
    return digest(dict(inputs))


def question_of(inputs: Mapping[str, Any]) -> str:
    """Return the digest of a question: its inputs without the sample index."""
    return digest({name: value for name, value in inputs.items() if name != "sample"})


def outcome_text(outcome: Outcome) -> str:
    """Write an outcome as the JSON text that the ledger stores."""
    return outcome.model_dump_json()


def seal(name: str, *texts: str) -> str:
    """Bind stored texts to the name they are stored under: SHA-256, 64 hexadecimal digits.

    It shows damage and edits by hand. It is no signature: whoever rewrites a row can seal it again.
    """
    return hashlib.sha256("\n".join((name, *texts)).encode()).hexdigest()


def is_kept(outcome: Outcome) -> bool:
    """Tell whether an outcome answers its question for good: a verdict or an honest abstention does."""
    return not (isinstance(outcome, Abstention) and outcome.failed)


def rebuttal_place(persona: str) -> str:
    """Return the name under which a run lists a persona's rebuttal; no persona can be called that."""
    return f"{persona}/rebuttal"


def is_rebuttal(place: str) -> bool:
    """Tell whether a run lists a rebuttal under a name (see `rebuttal_place`)."""
    return place.endswith("/rebuttal")


def reference(inputs: Mapping[str, Any], outcome: Outcome) -> str:
    """Return the name by which a run refers to an outcome.

    That is the key of a verdict or of an honest abstention, and the id of the attempt for a failure:
    failures have no key, since they answer nothing.
    """
    key = verdict_key(inputs)
    return key if is_kept(outcome) else seal(key, outcome_text(outcome))
