"""Parsing one document, or a stream of them, into plain fields."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Literal, NoReturn

from panel.document.bounds import DEPTH, NODES, check_surrogates, quoted, too_deep, too_many
from panel.document.reading import LIMIT_BYTES, decode, within
from panel.document.yaml_events import parse_yaml
from panel.errors import InputError
from panel.text import visible

Form = Literal["yaml", "json", "markdown"]

_SUFFIXES: dict[str, Form] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
    ".md": "markdown",
    ".markdown": "markdown",
}
JSON_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
"""A string, closed or not, or a bracket: what it takes to follow the nesting of JSON."""
_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?P<fields>.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)


def parse_document(
    data: bytes, *, name: str, form: Form | None = None, limit: int = LIMIT_BYTES, first_line: int = 1
) -> dict[str, Any]:
    """Parse one document of fields.

    Args:
        data: the bytes as they were read.
        name: what to call the document in messages; its suffix tells the form when `form` is None, and
            the first characters do where the suffix is silent too.
        form: YAML, JSON, or Markdown with YAML front matter, whose body becomes `description`.
        limit: the most bytes accepted.
        first_line: where in a larger source it begins; messages about YAML count from there.

    Returns:
        Text, None, lists and mappings with text keys; booleans too, from JSON. Numbers are the text that
        was written.

    Raises:
        InputError: the document is not one mapping of such fields, with the line or the field at fault.
    """
    text = decode(within(data, limit, name=name), name=name)
    form = form or _SUFFIXES.get(Path(name).suffix.lower()) or _sniff(text)
    if form == "markdown":
        return _parse_markdown(text, name)
    content = _parse_json(text, name) if form == "json" else parse_yaml(text, name, first_line=first_line)
    return _mapping(content, name)


def _sniff(text: str) -> Form:
    start = text.lstrip()
    if start.startswith(("{", "[")):
        return "json"
    matter = _FRONT_MATTER.match(start)
    return "markdown" if matter and start[matter.end() :].strip() else "yaml"


def _mapping(content: object, name: str) -> dict[str, Any]:
    if isinstance(content, dict):
        return content
    kind = {type(None): "nothing (null)", list: "a list", bool: "true or false"}.get(
        type(content), "plain text"
    )
    raise InputError(f"{name}: holds {kind}, not a mapping of fields", "Write fields such as `name: …`.")


def _parse_markdown(text: str, name: str) -> dict[str, Any]:
    text = text.replace("\r\n", "\n").lstrip("\n")
    matter = _FRONT_MATTER.match(text)
    if matter is None:
        if text.startswith("---\n"):
            raise InputError(
                f"{name}: the front matter is not closed", "End it with a line of three hyphens."
            )
        return {"description": text.strip()}
    # The opening line stays, so that line numbers in messages are those of the file.
    fields = parse_yaml("\n" + matter["fields"], name)
    content = {} if fields is None else _mapping(fields, name)
    body = text[matter.end() :].strip()
    if body and content.get("description") is not None:
        raise InputError(
            f"{name}: description: stands in the front matter and as the body", "Keep one of the two."
        )
    return {**content, "description": body} if body else content


def _parse_json(text: str, name: str) -> object:
    def mapping(pairs: list[tuple[str, object]]) -> dict[str, object]:
        content = dict(pairs)
        if len(content) < len(pairs):
            twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
            raise InputError(f"{name}: {quoted(twice)} stands there twice", "Keep one of the two.")
        return content

    def constant(word: str) -> NoReturn:
        raise InputError(f"{name}: {word} is not JSON", "Write a number, or null.")

    _check_depth(text, name)
    try:
        content: object = json.loads(
            text, object_pairs_hook=mapping, parse_constant=constant, parse_int=str, parse_float=str
        )
    except json.JSONDecodeError as error:
        reason = error.msg[0].lower() + error.msg[1:]
        line = f"line {error.lineno}: " if "\n" in text.strip() else ""
        raise InputError(
            f"{name}: {line}not valid JSON: {visible(reason)}",
            f"Look at column {error.colno}.",
        ) from None
    _check_nodes(content, name)
    return content


def _check_depth(text: str, name: str) -> None:
    """Refuse deep nesting before the parser, which recurses, sees it."""
    depth = 0
    for token in JSON_TOKEN.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token.group(), 0)
        if depth > DEPTH:
            raise too_deep(name)


def _check_nodes(content: object, name: str) -> None:
    """Refuse lone surrogates and a document of too many parts."""
    count = 0
    waiting: list[tuple[str, object]] = [("", content)]
    while waiting:
        path, node = waiting.pop()
        count += 1
        if count > NODES:
            raise too_many(name)
        if isinstance(node, str):
            check_surrogates(node, path, name)
        elif isinstance(node, list):
            waiting += [(f"{path}[{index}]", item) for index, item in enumerate(node, 1)]
        elif isinstance(node, dict):
            for key, item in node.items():
                check_surrogates(key, path, name)
                waiting.append((f"{path}.{key}" if path else key, item))
