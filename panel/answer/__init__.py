"""What a model may answer, and whether it did.

An answer is one JSON object of a form fixed by the persona. Whatever else comes back is refused with the
field and the rule it broke; nothing is repaired, and nothing is dug out of prose. What can be checked
against the submission afterwards is reported as findings, which change no vote.
"""

from __future__ import annotations

from panel.answer.checking import Answer, Malformed, Violation, read_answer
from panel.answer.schema import response_schema, schema_digest, schema_name
from panel.answer.support import shown, sources, support_findings, supported_quotes

__all__ = [
    "CHECKING_VERSION",
    "Answer",
    "Malformed",
    "Violation",
    "read_answer",
    "response_schema",
    "schema_digest",
    "schema_name",
    "shown",
    "sources",
    "support_findings",
    "supported_quotes",
]

CHECKING_VERSION = 1
"""Raised when the same reply would be read differently; verdicts are then asked for anew."""
