"""The strict loader: bytes to plain fields, fields to values, or one clear line about why not.

Submissions, personas and batches come from strangers, so nothing here guesses types, follows an alias
or reads more than it was told to. Scalars stay the text that was written; the values they are for give
them their types. Everything refused is an `InputError`.
"""

from __future__ import annotations

from panel.document.parsing import Form, parse_document, parse_jsonl
from panel.document.problems import closest, known_fields, problems_of, refusal, validate
from panel.document.reading import LIMIT_BYTES, STDIN, decode, display_name, read_bytes

__all__ = [
    "LIMIT_BYTES",
    "STDIN",
    "Form",
    "closest",
    "decode",
    "display_name",
    "known_fields",
    "parse_document",
    "parse_jsonl",
    "problems_of",
    "read_bytes",
    "refusal",
    "validate",
]
