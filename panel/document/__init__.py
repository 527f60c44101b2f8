"""The strict loader: bytes to plain fields, fields to values, or one clear line about why not.

Submissions, personas and batches come from strangers, so nothing here guesses types, follows an alias
or reads more than it was told to. Scalars stay the text that was written; the values they are for give
them their types. Everything refused is an `InputError`.
"""

from __future__ import annotations

from panel.document.listing import ListForm, count_list, parse_jsonl, parse_list, table_columns
from panel.document.parsing import Form, parse_document
from panel.document.problems import closest, known_fields, problems_of, refusal, validate
from panel.document.reading import LIMIT_BYTES, STDIN, decode, display_name, read_bytes

__all__ = [
    "LIMIT_BYTES",
    "STDIN",
    "Form",
    "ListForm",
    "closest",
    "count_list",
    "decode",
    "display_name",
    "known_fields",
    "parse_document",
    "parse_jsonl",
    "parse_list",
    "problems_of",
    "read_bytes",
    "refusal",
    "table_columns",
    "validate",
]
