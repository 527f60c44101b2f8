"""YAML without surprises: a document built from the parser's events.

Events come before any object exists, so aliases, tags and depth are refused before they cost anything,
and no resolver ever turns `no` into False or 12:30 into 45045.
"""

from __future__ import annotations

from typing import Any, NoReturn

import yaml

from panel.document.bounds import DEPTH, NODES, check_surrogates, quoted, too_deep, too_many
from panel.errors import InputError
from panel.text import visible

_NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_yaml(text: str, name: str, *, first_line: int = 1) -> object:
    """Parse one YAML document into text, None, lists and mappings with text keys.

    Args:
        text: the document.
        name: what to call it in messages.
        first_line: the line of its source on which it begins, from which messages count.

    Raises:
        InputError: the text is not YAML, or uses what a submission has no need for.
    """
    return _YamlDocument(text, name, first_line).content()


class _YamlDocument:
    """One document under construction; it is built once, without recursion."""

    def __init__(self, text: str, name: str, first_line: int) -> None:
        self._text = text
        self._name = name
        self._first_line = first_line
        self._result: object = None
        self._open: list[tuple[dict[str, Any] | list[Any], list[str]]] = []
        """Containers being filled, each with the key that waits for its value."""
        self._nodes = 0
        self._documents = 0

    def content(self) -> object:
        """Take every event of the parser, and say plainly where it stopped."""
        hint = "Check indentation, colons and quotes."
        try:
            for event in yaml.parse(self._text, Loader=_LOADER):
                self._take(event)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = error.problem or error.context or "it cannot be parsed"
            self._refuse(
                f"not valid YAML: {visible(problem)}", mark.line + self._first_line if mark else 0, hint
            )
        except yaml.reader.ReaderError as error:
            line = self._text.count("\n", 0, error.position) + self._first_line
            code = error.character if isinstance(error.character, int) else ord(error.character)
            self._refuse(f"the character U+{code:04X} is not allowed in YAML", line, "Remove it.")
        except (yaml.YAMLError, ValueError):
            self._refuse("not valid YAML", 0, hint)
        return self._result

    def _take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + self._first_line if event.start_mark else 0
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse("a second document begins", line, "Keep one document in a file.")
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(f"the alias *{event.anchor} is not allowed", line, "Write the value out.")
        elif isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            self._check(event, line)
            self._add(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _check(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        self._nodes += 1
        if self._nodes > NODES:
            raise too_many(self._name)
        if event.anchor is not None:
            self._refuse(
                f"the anchor &{event.anchor} is not allowed", line, "Write values where they are used."
            )
        if event.tag is not None:
            self._refuse(
                f"the tag {quoted(event.tag)} is not allowed", line, "Leave it out: all values are text."
            )
        if isinstance(event, yaml.CollectionStartEvent) and len(self._open) >= DEPTH:
            raise too_deep(f"{self._name}: line {line}")

    def _add(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        """Put a node where it belongs, and open it when it is a collection."""
        node: dict[str, Any] | list[Any] | str | None
        if isinstance(event, yaml.ScalarEvent):
            plain = not event.style
            check_surrogates(event.value, "", f"{self._name}: line {line}")
            node = None if plain and event.value in _NULLS else event.value
            if plain and node == "<<":
                self._refuse("the merge key << is not allowed", line, "Write the fields out.")
        else:
            node = {} if isinstance(event, yaml.MappingStartEvent) else []
        if self._open:
            self._place(node, line)
        else:
            self._result = node
        if isinstance(node, (dict, list)):
            self._open.append((node, []))

    def _place(self, node: dict[str, Any] | list[Any] | str | None, line: int) -> None:
        container, waiting = self._open[-1]
        if isinstance(container, list):
            container.append(node)
        elif waiting:
            container[waiting.pop()] = node
        elif not isinstance(node, str):
            self._refuse("a key must be a word", line, "Put text with colons or braces in quotes.")
        elif node in container:
            self._refuse(f"{quoted(node)} stands there twice", line, "Keep one of the two.")
        else:
            waiting.append(node)

    def _refuse(self, problem: str, line: int, hint: str) -> NoReturn:
        place = f"line {line}: " if line else ""
        raise InputError(f"{self._name}: {place}{problem}", hint)
