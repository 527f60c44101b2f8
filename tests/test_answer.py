"""What a model may answer: strict form, nothing dug out of prose, and citations that are looked up."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from answers import QUOTE, make_answer, written
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from panel.answer import (
    Answer,
    Malformed,
    Violation,
    read_answer,
    response_schema,
    schema_digest,
    schema_name,
)
from panel.answer.parsing import DEPTH, LIMIT_BYTES
from panel.intake.personas import load_personas
from panel.persona import Move

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from panel.persona import Persona
    from panel.prompt import AnswerMode

PERSONAS = load_personas()
DX, COMPETITIVE, FUTURIST, BUSINESS = PERSONAS
CANARY = "canary7f3a"
each_persona = pytest.mark.parametrize("persona", PERSONAS, ids=lambda persona: persona.id)


def violations(text: str, persona: Persona = DX, mode: AnswerMode = "json_schema") -> tuple[Violation, ...]:
    """Read a reply that has to be refused."""
    reply = read_answer(persona, text, mode)
    assert isinstance(reply, Malformed)
    return reply.violations


def accepted(content: dict[str, Any], persona: Persona = DX) -> Answer:
    """Read a reply that has to be taken."""
    reply = read_answer(persona, written(content))
    assert isinstance(reply, Answer), reply
    return reply


def nodes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Walk over a schema."""
    yield schema
    for inner in (*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])):
        yield from nodes(inner)


@each_persona
def test_the_schema_is_of_the_strict_dialect(persona: Persona) -> None:
    """Every property is required, nothing else is allowed, and no keyword is used that a provider ignores."""
    schema = response_schema(persona)
    Draft202012Validator.check_schema(schema)
    for node in nodes(schema):
        if node["type"] == "object":
            assert node["required"] == list(node["properties"])
            assert node["additionalProperties"] is False
            assert node.keys() == {"type", "properties", "required", "additionalProperties"}
        else:
            assert node.keys() <= {"type", "items", "enum"}


@each_persona
def test_reasons_come_before_the_decision(persona: Persona) -> None:
    """The order of properties is the order of writing, and moves and criteria are the persona's own."""
    schema = response_schema(persona)["properties"]
    assert list(schema) == ["moves", "criteria", "missing", "decision", "conditions", "quote"]
    assert list(schema["moves"]["properties"]) == [move.id for move in persona.moves]
    assert list(schema["criteria"]["properties"]) == [criterion.id for criterion in persona.criteria]
    for criterion in schema["criteria"]["properties"].values():
        assert list(criterion["properties"]) == ["quotes", "because", "score"]


def test_a_schema_is_worked_out_once_and_known_by_its_digest() -> None:
    """Equal personas share one schema; personas with other moves, or the same in another order, do not."""
    same = DX.model_copy(update={"motto": DX.motto})
    assert response_schema(DX) is response_schema(same)
    turned = DX.model_copy(update={"moves": DX.moves[::-1]})
    assert len({schema_digest(persona) for persona in (DX, same, turned, BUSINESS)}) == 3
    assert schema_name(DX) == "verdict-dx"


@each_persona
def test_a_whole_answer_is_taken_as_it_is(persona: Persona) -> None:
    """Moves and criteria come back in the persona's order, lists as one line."""
    answer = accepted(make_answer(persona), persona)
    assert list(answer.moves) == [move.id for move in persona.moves]
    assert [criterion.id for criterion in answer.criteria] == [c.id for c in persona.criteria]
    assert answer.quote == QUOTE
    for move in persona.moves:
        assert answer.moves[move.id] == ("First; Second" if move.kind == "list" else "One sentence.")


def test_a_choice_takes_one_of_its_words() -> None:
    """A move of kind choice is held to its choices."""
    timing = Move(id="timing", name="Timing", ask="When?", kind="choice", choices=("early", "late"))
    persona = FUTURIST.model_copy(update={"moves": (timing, *FUTURIST.moves[:3])})
    assert accepted(make_answer(persona), persona).moves["timing"] == "early"
    wrong = make_answer(persona)
    wrong["moves"]["timing"] = "never"
    assert violations(written(wrong), persona) == (Violation("moves.timing", "must be one of early, late"),)


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    *parents, last = path.split(".")

    def change(answer: dict[str, Any]) -> None:
        for name in parents:
            answer = answer[name]
        answer[last] = value

    return change


def _drop(path: str) -> Callable[[dict[str, Any]], None]:
    *parents, last = path.split(".")

    def change(answer: dict[str, Any]) -> None:
        for name in parents:
            answer = answer[name]
        del answer[last]

    return change


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        (_set("decision", "SHIP"), "decision", "must be one of ship, skip, insufficient-information"),
        (_set("decision", ["ship"]), "decision", "must be text"),
        (_set("decision", None), "decision", "must be text"),
        (_set("criteria.docs.score", 5), "criteria.docs.score", "must be one of 0, 1, 2, 3, 4"),
        (_set("criteria.docs.score", -1), "criteria.docs.score", "must be one of 0, 1, 2, 3, 4"),
        (_set("criteria.docs.score", 2.0), "criteria.docs.score", "must be a whole number"),
        (_set("criteria.docs.score", True), "criteria.docs.score", "must be a whole number"),  # noqa: FBT003
        (_set("criteria.docs.score", "3"), "criteria.docs.score", "must be a whole number"),
        (_set("criteria.docs.because", " \u200b\n"), "criteria.docs.because", "must not be blank"),
        (_set("criteria.docs.quotes", "no"), "criteria.docs.quotes", "must be a list"),
        (_set("criteria.docs.quotes", [{"text": "a"}]), "criteria.docs.quotes[1].source", "is missing"),
        (_drop("criteria.docs"), "criteria.docs", "is missing"),
        (_drop("moves.dx-bet"), "moves.dx-bet", "is missing"),
        (_set("moves.dx-bet", ""), "moves.dx-bet", "must not be blank"),
        (_set("moves", []), "moves", "must be an object"),
        (_set("quote", "\u2800"), "quote", "must not be blank"),
        (_drop("quote"), "quote", "is missing"),
        (_set("missing", "a price"), "missing", "must be a list"),
        (_set("conditions", [1]), "conditions[1]", "must be text"),
    ],
)
def test_what_is_wrong_is_named_by_field_and_rule(
    change: Callable[[dict[str, Any]], None], field: str, rule: str
) -> None:
    """Every fault of form is one violation that says where it is and what was expected."""
    answer = make_answer(DX)
    change(answer)
    assert violations(written(answer)) == (Violation(field, rule),)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "must not be empty"),
        (" \n ", "must not be empty"),
        ("ship", "one complete JSON object"),
        ("null", "must be a JSON object"),
        ("[]", "must be a JSON object"),
        ('"ship"', "must be a JSON object"),
        ('{"decision": "ship"', "one complete JSON object"),
        ('{"decision": "ship"} {"decision": "skip"}', "one complete JSON object"),
        ('{"decision": "skip", "decision": "ship"}', "the same key twice"),
        ('{"a": {"b": 1, "b": 2}}', "the same key twice"),
        ('{"score": NaN}', "no NaN"),
        ('{"score": -Infinity}', "no NaN"),
        ('{"score": 1' + "0" * 5_000 + "}", "one complete JSON object"),
        ("[" * 50_000, f"deeper than {DEPTH}"),
        ('{"a":' * 9 + "1" + "}" * 9, f"deeper than {DEPTH}"),
        ('{"quote": "' + "x" * LIMIT_BYTES + '"}', "no longer than"),
        ("\ufeff{}", "one complete JSON object"),
    ],
    ids=lambda text: text[:24],
)
def test_anything_but_one_json_object_is_refused(text: str, rule: str) -> None:
    """Prose, other JSON, twice the same key, NaN, depth and size are refused as a whole."""
    [violation] = violations(text)
    assert violation.field == "the answer"
    assert rule in violation.rule


def test_brackets_inside_a_text_are_no_depth() -> None:
    """Only structure counts as nesting."""
    assert accepted(make_answer(DX, quote=QUOTE + ' [[[[[[[[[[ {{{{{{{{{{ \\" {')).quote.endswith('\\" {')


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "prompt"])
@pytest.mark.parametrize(
    ("before", "after", "modes"),
    [
        ("", "", {"json_schema", "json_object", "prompt"}),
        ("\n  ", "\n", {"json_schema", "json_object", "prompt"}),
        ("```json\n", "\n```", {"prompt"}),
        ("```\n", "\n```\n", {"prompt"}),
        ("```JSON\n", "\n  ```", {"prompt"}),
        ("Here it is:\n```json\n", "\n```", set()),
        ("```json\n", "\n```\nI hope this helps.", set()),
        ("```json\n```json\n", "\n```\n```", set()),
        ("My verdict: ", "", set()),
        ("", " Thanks.", set()),
        ("<think>hm</think>", "", set()),
        ("```python\n", "\n```", set()),
    ],
)
def test_only_a_model_that_was_merely_asked_may_use_one_fence(
    before: str, after: str, modes: set[str], mode: AnswerMode
) -> None:
    """Nothing is dug out of prose: the object fills the message, or stands in the one fence allowed."""
    reply = read_answer(DX, f"{before}{written(make_answer(DX))}{after}", mode)
    assert isinstance(reply, Answer) == (mode in modes)


def test_a_violation_never_repeats_the_answer() -> None:
    """What goes back to the model and onto the card holds no word that the reply chose."""
    wrong = make_answer(DX, decision=CANARY, quote="")
    wrong[CANARY] = CANARY
    wrong["moves"][CANARY] = "x"
    wrong["criteria"]["docs"]["score"] = CANARY
    wrong["criteria"]["docs"]["quotes"] = [{"text": "a", "source": "b", CANARY: CANARY}]
    told = violations(written(wrong))
    assert {violation.field for violation in told} == {
        *("the answer", "moves", "decision", "criteria.docs.score", "criteria.docs.quotes[1]")
    }
    assert CANARY not in str(told)
    assert CANARY not in str(violations(f'{{"{CANARY}": 1, "{CANARY}": 2}}'))
    assert CANARY not in str(violations(f"{CANARY} {{"))


def test_only_so_many_violations_are_told() -> None:
    """A reply in which nothing is right is answered with the first few faults."""
    assert len(violations("{}")) == 6
    assert len(violations('{"moves": {}, "criteria": {}}')) == 8


@given(
    st.text(max_size=400)
    | st.sampled_from(["{", "}", '"', "[", "\\", "\ud83d", "```json\n"]).map(lambda c: c * 9)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Reading raises for no text at all, in any mode."""
    for mode in ("json_schema", "json_object", "prompt"):
        assert isinstance(read_answer(DX, text, mode), Malformed)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 6) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
PATHS = [
    *("moves", "moves.dx-bet", "criteria", "criteria.docs", "criteria.docs.score", "criteria.docs.quotes"),
    *("criteria.docs.because", "missing", "decision", "conditions", "quote", "surplus", "moves.surplus"),
]


@given(st.dictionaries(st.sampled_from(PATHS), JSON, max_size=3))
def test_what_is_accepted_is_valid_by_the_schema_that_was_sent(changes: dict[str, Any]) -> None:
    """Our own check and a foreign validator agree, but for blanks and for 2.0, which is no score of ours."""
    answer = make_answer(DX)
    for path, value in sorted(changes.items()):
        try:
            _set(path, value)(answer)
        except (TypeError, KeyError):
            continue
    text = json.dumps(answer)
    valid = Draft202012Validator(response_schema(DX)).is_valid(answer)
    reply = read_answer(DX, text)
    if isinstance(reply, Answer):
        assert valid
        assert all(0 <= criterion.score <= 4 for criterion in reply.criteria)
    elif valid:
        score = answer["criteria"]["docs"]["score"]
        told = {violation.rule for violation in reply.violations}
        assert told == {"must not be blank"} or type(score) is float or "missing" in str(reply.violations)


def test_insufficient_information_needs_what_is_missing_and_nothing_else() -> None:
    """A reviewer that declines says what it lacked; it need not argue a case."""
    content = make_answer(DX, decision="insufficient-information", quote="")
    content["moves"]["dx-bet"] = ""
    assert accepted(content).missing == ("a published price",)
    [violation] = violations(written({**content, "missing": [" "]}))
    assert violation.field == "missing"


def test_the_prose_of_a_reviewer_is_made_visible() -> None:
    """Control characters and hidden ones are shown, line breaks become spaces, half characters are marked."""
    content = make_answer(
        DX, quote="Red \x1b[31m and \u202eback\u202c.\n\nNew\tline \u200bhere", missing=["a\x07b", " "]
    )
    content["criteria"]["docs"]["quotes"] = [{"text": "\x9b0m", "source": "E1\x00"}]
    answer = read_answer(DX, json.dumps(content).replace("here", "here \\ud83d"))
    assert isinstance(answer, Answer)
    assert answer.quote == "Red <U+001B>[31m and <U+202E>back<U+202C>. New line <U+200B>here <U+D83D>"
    assert answer.missing == ("a<U+0007>b",)
    [quote] = next(criterion for criterion in answer.criteria if criterion.id == "docs").quotes
    assert (quote.text, quote.source) == ("<U+009B>0m", "E1<U+0000>")
