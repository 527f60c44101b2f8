"""JSON Schemas of what people write by hand, for editors that complete and check them."""

from __future__ import annotations

import ast
import inspect
import sys
from typing import TYPE_CHECKING, Any

from panel.intake.fields import EVIDENCE, FACTS, LIMITS
from panel.persona import Persona
from panel.tool import Tool
from panel.value import published

if TYPE_CHECKING:
    from pydantic import BaseModel


def persona_schema() -> dict[str, Any]:
    """Return the JSON Schema of a persona file."""
    return published("persona", _documented(Persona))


def submission_schema() -> dict[str, Any]:
    """Return the JSON Schema of a submission, short forms included."""
    schema = _documented(Tool)
    fields = schema["properties"]
    evidence = schema["$defs"]["Evidence"]
    schema["title"] = "Submission"
    schema["required"] = ["name", "description"]
    evidence["required"] = ["text"]
    for label, most in LIMITS.items():
        _at(schema, label)["maxLength"] = most
    fields["pricing"]["anyOf"] = [{"$ref": fields["pricing"].pop("$ref")}, {"type": "string"}]
    fields["facts"]["additionalProperties"] = {"anyOf": [{"$ref": "#/$defs/Fact"}, {"type": "string"}]}
    fields["facts"] |= {"maxProperties": FACTS, "propertyNames": {"pattern": r"^\S+$", "maxLength": 40}}
    fields["evidence"]["items"] = {"anyOf": [{"$ref": "#/$defs/Evidence"}, {"type": "string"}]}
    fields["evidence"]["maxItems"] = EVIDENCE
    return published("submission", schema)


def _at(schema: dict[str, Any], label: str) -> dict[str, Any]:
    """Find the schema of the text that a label of `LIMITS` names."""
    owners = {"pricing": "Pricing", "facts": "Fact", "evidence": "Evidence"}
    parts = label.split(".")
    owner = schema if len(parts) == 1 else schema["$defs"][owners[parts[0]]]
    found: dict[str, Any] = owner["properties"][parts[-1]]
    return found


def _documented(model: type[BaseModel]) -> dict[str, Any]:
    """Describe `model`, with the notes under its fields as descriptions."""
    schema = model.model_json_schema()
    notes = _field_notes(model)
    parts = {model.__name__: schema, **schema.get("$defs", {})}
    for owner, part in parts.items():
        bases = [base.__name__ for base in model.__mro__] if owner == model.__name__ else [owner]
        for field, described in part.get("properties", {}).items():
            found = next((notes[base][field] for base in bases if field in notes.get(base, {})), None)
            if found:
                described.setdefault("description", found)
    return schema


def _field_notes(model: type[BaseModel]) -> dict[str, dict[str, str]]:
    """Read the text under each field in the module that defines `model`: class → field → note."""
    tree = ast.parse(inspect.getsource(sys.modules[model.__module__]))
    notes: dict[str, dict[str, str]] = {}
    for owner in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        notes[owner.name] = {
            field.target.id: inspect.cleandoc(note.value.value).replace("\n", " ")
            for field, note in zip(owner.body, owner.body[1:], strict=False)
            if isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(note, ast.Expr)
            and isinstance(note.value, ast.Constant)
            and isinstance(note.value.value, str)
        }
    return notes
