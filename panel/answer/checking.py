"""From a reply to an `Answer`, or to the list of rules it broke.

The schema that was sent is the one that is checked, so that asking and checking cannot drift apart. Field
names in a violation come from the schema, never from the reply: a violation is shown to the model again
and to the reader, and must carry nothing that the reply chose.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from panel.answer.parsing import NotAnObjectError, parse_object
from panel.answer.schema import INSUFFICIENT, response_schema
from panel.text import MARKER, visible
from panel.value import Value
from panel.verdict import Citation, CriterionScore, Decision

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from panel.persona import Persona
    from panel.prompt import AnswerMode

VIOLATIONS = 8
"""Violations reported at once; more would not help anybody to mend the answer."""
WHOLE = "the answer"
"""The field of a violation that concerns the reply as a whole."""

_KINDS: dict[str, tuple[type, str]] = {
    "object": (dict, "an object"),
    "array": (list, "a list"),
    "string": (str, "text"),
    "integer": (int, "a whole number"),
}
_SPACE = re.compile(r"[ \t\r\n]+")


class Violation(NamedTuple):
    """A rule that a reply broke."""

    field: str
    rule: str

    def __str__(self) -> str:
        return f"{self.field}: {self.rule}"


class Malformed(NamedTuple):
    """A reply that is no answer."""

    violations: tuple[Violation, ...]


class Answer(Value):
    """A reply that has the form asked for. Whether it is right is another matter."""

    moves: dict[str, str]
    criteria: tuple[CriterionScore, ...]
    missing: tuple[str, ...]
    decision: Decision | Literal["insufficient-information"]
    conditions: tuple[str, ...]
    quote: str


def read_answer(persona: Persona, text: str, mode: AnswerMode = "json_schema") -> Answer | Malformed:
    """Read the reply of the model that plays `persona`.

    Args:
        persona: whose moves and criteria must be there.
        text: the whole reply.
        mode: how the form was asked for.
    """
    try:
        content = parse_object(text, mode)
    except NotAnObjectError as error:
        return Malformed((Violation(WHOLE, str(error)),))
    broken = tuple(_broken(response_schema(persona), content, ""))
    if not broken:
        content = _lined(content)
        broken = tuple(_blank(content))
    return Malformed(broken[:VIOLATIONS]) if broken else _answer(persona, content)


def _broken(schema: Mapping[str, Any], value: object, path: str) -> Iterator[Violation]:
    """Walk over schema and value together; the schema is one of `response_schema`."""
    kind, described = _KINDS[schema["type"]]
    if type(value) is not kind:
        yield Violation(path or WHOLE, f"must be {described}")
    elif "enum" in schema and value not in schema["enum"]:
        yield Violation(path, f"must be one of {', '.join(map(str, schema['enum']))}")
    elif isinstance(value, dict):
        yield from _broken_object(schema["properties"], value, path)
    elif isinstance(value, list):
        for place, item in enumerate(value, 1):
            yield from _broken(schema["items"], item, f"{path}[{place}]")


def _broken_object(properties: Mapping[str, Any], value: Mapping[str, Any], path: str) -> Iterator[Violation]:
    for name, schema in properties.items():
        inner = f"{path}.{name}" if path else name
        if name in value:
            yield from _broken(schema, value[name], inner)
        else:
            yield Violation(inner, "is missing")
    if value.keys() - properties.keys():
        yield Violation(path or WHOLE, f"may hold only these fields: {', '.join(properties)}")


def _blank(content: Mapping[str, Any]) -> Iterator[Violation]:
    """Find what has the right form and says nothing."""
    if content["decision"] == INSUFFICIENT:
        if all(map(_says_nothing, content["missing"])):
            yield Violation("missing", f"must name at least one fact when the decision is {INSUFFICIENT}")
        return
    for name, move in content["moves"].items():
        parts = move if isinstance(move, list) else [move]
        if all(map(_says_nothing, parts)):
            yield Violation(f"moves.{name}", "must not be blank")
    for name, criterion in content["criteria"].items():
        if _says_nothing(criterion["because"]):
            yield Violation(f"criteria.{name}.because", "must not be blank")
    if _says_nothing(content["quote"]):
        yield Violation("quote", "must not be blank")


def _answer(persona: Persona, content: Mapping[str, Any]) -> Answer:
    """Take over a reply that broke no rule, in the persona's order."""
    moves = {move.id: content["moves"][move.id] for move in persona.moves}
    return Answer(
        moves={
            name: "; ".join(_spoken(move)) if isinstance(move, list) else move for name, move in moves.items()
        },
        criteria=tuple(
            _criterion(criterion.id, content["criteria"][criterion.id]) for criterion in persona.criteria
        ),
        missing=_spoken(content["missing"]),
        decision=content["decision"],
        conditions=_spoken(content["conditions"]),
        quote=content["quote"],
    )


def _criterion(name: str, content: Mapping[str, Any]) -> CriterionScore:
    return CriterionScore(
        id=name,
        score=content["score"],
        because=content["because"],
        quotes=tuple(Citation(text=quote["text"], source=quote["source"]) for quote in content["quotes"]),
    )


def _spoken(texts: list[str]) -> tuple[str, ...]:
    """Take over a list of sentences; an entry without a word in it is none."""
    return tuple(text for text in texts if not _says_nothing(text))


def _lined(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """Put every text on one line, and make visible what it hides."""
    if isinstance(value, str):
        if value.isascii() and value.isprintable():
            # Most texts are plain, and hold nothing to be taken out but spaces.
            return _SPACE.sub(" ", value).strip() if "  " in value else value.strip()
        return visible(_SPACE.sub(" ", value).strip())
    if isinstance(value, list):
        return [_lined(item) for item in value]
    return {name: _lined(item) for name, item in value.items()} if isinstance(value, dict) else value


def _says_nothing(text: str) -> bool:
    return not MARKER.sub("", text).strip()
