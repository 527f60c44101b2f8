"""From a document, flags or standard input to a `Tool`, with what was noticed on the way.

The order is size, form, field lengths, counts, then everything else; no text is normalised before its
length is known. Text is stored as `panel.text.visible` shows it, so that no later sink meets a control
character, and what that changed is a finding.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, Any

from panel.document import (
    decode,
    display_name,
    known_fields,
    parse_document,
    problems_of,
    read_bytes,
    refusal,
    validate,
)
from panel.errors import InputError
from panel.intake.fields import check_limits, check_slug, check_url, length_problem, shown
from panel.suspicion import suspicions
from panel.text import slug_of
from panel.tool import Tool
from panel.value import Value
from panel.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ALIASES = {
    "about": "description",
    "body": "description",
    "cost": "pricing",
    "homepage": "url",
    "link": "url",
    "price": "pricing",
    "sources": "evidence",
    "spdx": "licence",
    "subtitle": "tagline",
    "summary": "tagline",
    "text": "description",
    "title": "name",
    "website": "url",
}
"""Words people use for our fields; suggested, never accepted."""

_EVIDENCE_SUFFIXES = (".txt", ".md", ".markdown")
_COMMAND_LINE = "command line"


class Intake(Value):
    """A tool as it came in, and what a reader should know about its text."""

    tool: Tool
    findings: tuple[Finding, ...] = ()
    slug_stated: bool = False
    """Whether the submission names its slug itself, rather than leaving it to be made from the name."""


def load_tool(source: str | Path) -> Tool:
    """Read a submission from a file, or from standard input for `-`.

    Raises:
        InputError: it cannot be used; every problem is listed.
    """
    return read_submission(source).tool


def read_submission(
    source: str | Path | None,
    *,
    overrides: Mapping[str, Any] | None = None,
    evidence: Sequence[Path] = (),
) -> Intake:
    """Read a submission and what was said about it on the command line.

    Args:
        source: a YAML, JSON or Markdown file; `-` for standard input; None when `overrides` say it all.
        overrides: fields that replace those of the document; mappings (`pricing`, `facts`) are merged.
        evidence: text files appended as further evidence, in order.

    Raises:
        InputError: naming file and field; nothing was called or written.
    """
    name = _COMMAND_LINE
    content: dict[str, Any] = {}
    if source is not None:
        name = display_name(source)
        content = parse_document(read_bytes(source), name=name)
    for field, value in (overrides or {}).items():
        standing = content.get(field)
        merged = isinstance(standing, dict) and isinstance(value, dict)
        content[field] = {**standing, **value} if merged else value  # type: ignore[dict-item]
    if evidence:
        content["evidence"] = [*_listed(content.get("evidence")), *(_passage(path) for path in evidence)]
    return submission_of(content, name=name)


def submission_of(content: Mapping[str, Any], *, name: str) -> Intake:
    """Make a tool of a submission's fields, and look for what is suspicious in it.

    Raises:
        InputError: as `tool_of`.
    """
    tool, slug_stated = tool_of(content, name=name)
    return Intake(tool=tool, findings=suspicions(tool), slug_stated=slug_stated)


def tool_of(content: Mapping[str, Any], *, name: str) -> tuple[Tool, bool]:
    """Make a tool of a submission's fields.

    Args:
        content: the fields, as the strict loader gives them.
        name: what to call the submission in messages.

    Returns:
        The tool, and whether the submission names its slug itself.

    Raises:
        InputError: with every problem at once.
    """
    fields = _completed(content)
    problems = (
        *check_limits(fields),
        *check_url(fields.get("url")),
        *check_slug(fields.get("slug")),
        *problems_of(Tool, {"slug": "tool", **fields}, ALIASES),
    )
    if problems:
        raise refusal(name, problems, hint=known_fields(Tool, problems))
    plain = shown(fields)
    tool = validate(Tool, {"slug": slug_of(plain["name"]), **plain}, name=name)
    return tool, "slug" in plain


def _completed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Write a submission in its long form: texts trimmed, short forms spelt out, evidence numbered."""
    fields: dict[str, Any] = {field: _trimmed(value) for field, value in content.items() if value is not None}
    if isinstance(fields.get("pricing"), str):
        fields["pricing"] = {"entry": fields["pricing"]}
    if isinstance(fields.get("facts"), dict):
        fields["facts"] = {
            key: {"value": fact} if isinstance(fact, str) else fact for key, fact in fields["facts"].items()
        }
    if isinstance(fields.get("evidence"), list):
        fields["evidence"] = _numbered(fields["evidence"])
    return fields


def _numbered(evidence: Sequence[object]) -> list[object]:
    """Give every passage an id: its own, or else the next free number."""
    passages = [{"text": item} if isinstance(item, str) else item for item in evidence]
    taken = {item["id"] for item in passages if isinstance(item, dict) and isinstance(item.get("id"), str)}
    free = (candidate for number in count(1) if (candidate := f"E{number}") not in taken)
    return [
        {"id": next(free), **item} if isinstance(item, dict) and "id" not in item else item
        for item in passages
    ]


def _trimmed(value: object) -> object:
    """Trim texts, and leave out what a mapping leaves empty (`unit:` without a value)."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: _trimmed(item) for key, item in value.items() if item is not None}
    return [_trimmed(item) for item in value] if isinstance(value, list) else value


def _listed(evidence: object) -> list[Any]:
    """Take the evidence of a document as a list; what is none is left for the checks to name."""
    if evidence is None:
        return []
    return evidence if isinstance(evidence, list) else [evidence]


def _passage(path: Path) -> dict[str, str]:
    """Read a text file as evidence: titled by its first heading, or by its own name."""
    name = display_name(path)
    if path.suffix.lower() not in _EVIDENCE_SUFFIXES:
        raise InputError(f"{name}: evidence must be a .txt or .md file", "Save the passage as plain text.")
    text = decode(read_bytes(path), name=name).strip()
    heading = re.search(r"^#{1,6}[ \t]+(\S.*)$", text, re.MULTILINE)
    passage = {"text": text, "source": path.name, "title": heading[1].strip() if heading else path.stem}
    labelled = {f"evidence.*.{key}": value for key, value in passage.items()}
    problems = tuple(
        problem
        for rule, value in labelled.items()
        if (problem := length_problem(rule.rpartition(".")[2], rule, value))
    )
    if problems:
        raise refusal(name, problems)
    return passage
