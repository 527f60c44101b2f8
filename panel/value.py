"""Frozen values and their digests.

Every noun of the project is a `Value`: immutable, closed to unknown fields, and reducible to one
canonical JSON text, so that equal content always has an equal digest. No I/O here.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from collections.abc import Mapping


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class Value(BaseModel):
    """An immutable record that refuses fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy the value with some fields replaced; what was derived from the old fields is forgotten."""
        copied = super().model_copy(update=update, deep=deep)
        for derived in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[derived]
        return copied


def canonical_json(content: object) -> str:
    """Write JSON-compatible content in its one canonical form.

    Keys are sorted, separators are minimal, text is not ASCII-escaped, NaN is refused.
    """
    return _ENCODER.encode(content)


def canonical_object(fields: Mapping[str, str]) -> str:
    """Put an object's canonical JSON together from its fields' names and their values' canonical JSON."""
    return f"{{{','.join(f'{canonical_json(name)}:{fields[name]}' for name in sorted(fields))}}}"


def digest(content: object) -> str:
    """Return the SHA-256 of the canonical JSON of `content`, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def published(name: str, schema: Mapping[str, Any], *, stamped: bool = False) -> dict[str, Any]:
    """Give a JSON Schema its draft, and the id under which the program prints it.

    Args:
        name: what it describes, as `shippanel schema` names it.
        schema: the description.
        stamped: whether documents name it under `schema`, in a field that their class does not have.
    """
    described = dict(schema)
    if stamped:
        described["properties"] = {"schema": {"const": f"shippanel.{name}/1"}, **described["properties"]}
        described["required"] = ["schema", *described["required"]]
    draft = "https://json-schema.org/draft/2020-12/schema"
    return {"$schema": draft, "$id": f"urn:shippanel:{name}:1", **described}
