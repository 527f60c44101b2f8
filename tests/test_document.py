import io
import json
import os
import time
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from panel.document import (
    LIMIT_BYTES,
    closest,
    parse_document,
    parse_jsonl,
    problems_of,
    read_bytes,
    validate,
    yaml_events,
)
from panel.errors import InputError
from panel.tool import Tool
from panel.value import Value


class Part(Value):
    """A part, for tests."""

    id: str = ""
    colour: Literal["red", "green"] = "red"
    size: int = Field(default=1, ge=1, le=5)


class Thing(Value):
    """A thing, for tests."""

    name: str
    licence: str = ""
    made: date | None = None
    parts: tuple[Part, ...] = ()
    lid: Part = Part()


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test on libyaml and on the parser that is always there."""
    monkeypatch.setattr(yaml_events, "_LOADER", getattr(yaml, request.param))
    return str(request.param)


REFUSED_YAML = {
    "alias": ("name: &n T\ndescription: *n\n", "line 1: the anchor &n is not allowed"),
    "alias bomb": ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "the anchor &a"),
    "tag": ("name: !!python/object/apply:os.system [ls]\n", "line 1: the tag"),
    "local tag": ("a: 1\nname: !secret x\n", "line 2: the tag '!secret'"),
    "merge key": ("<<: {a: b}\n", "the merge key <<"),
    "duplicate key": ("name: a\nname: b\n", "line 2: 'name' stands there twice"),
    "nested duplicate": ("pricing:\n  entry: a\n  entry: b\n", "line 3: 'entry' stands there twice"),
    "complex key": ("? [a, b]\n: c\n", "a key must be a word"),
    "null key": ("~: c\n", "a key must be a word"),
    "deep": ("[" * 600, "nested more than 12 levels deep"),
    "deep mapping": ("".join(f"{' ' * n}a:\n" for n in range(60)), "nested more than 12 levels deep"),
    "many": ("- a\n" * 6_000, "more than 5,000 parts"),
    "two documents": ("a: 1\n---\nb: 2\n", "line 2: a second document begins"),
    "list": ("- a\n", "holds a list, not a mapping"),
    "text": ("just words\n", "holds plain text, not a mapping"),
    "null": ("null\n", "holds nothing (null)"),
    "comment": ("# nothing here\n", "holds nothing (null)"),
    "surrogate": ('name: "\\ud83d"\n', "x.yaml: line 1: "),
    "control": ("a: b\nname: \x1b[31m\n", "line 2: the character U+001B is not allowed"),
    "colons": ("a: b: c\n", "line 1: not valid YAML"),
    "tab": ("a:\n\tb: c\n", "line 2: not valid YAML"),
    "unclosed": ('a: "b\n', "not valid YAML"),
}
REFUSED_JSON = {
    "duplicate key": ('{"name":"a","name":"b"}', "'name' stands there twice"),
    "nested duplicate": ('{"pricing":{"entry":1,"entry":2}}', "'entry' stands there twice"),
    "NaN": ('{"a":NaN}', "NaN is not JSON"),
    "infinity": ('{"a":-Infinity}', "-Infinity is not JSON"),
    "deep": ("[" * 60_000, "nested more than 12 levels deep"),
    "deep objects": ('{"a":' * 9_000, "nested more than 12 levels deep"),
    "many": ("[" + "1," * 6_000 + "1]", "more than 5,000 parts"),
    "surrogate": ('{"a":{"b":["x","\\ud83d"]}}', "a.b[2]: holds half a surrogate pair"),
    "surrogate key": ('{"\\udc00":1}', "holds half a surrogate pair"),
    "trailing comma": ('{"a":"b",}', "x.json: not valid JSON"),
    "control": ('{"a":"\x07"}', "not valid JSON"),
    "rest": ('{"a":1} x', "not valid JSON"),
    "null": ("null", "holds nothing (null)"),
    "list": ("[]", "holds a list"),
    "escape": ('{"a":"\\x41"}', "not valid JSON"),
}
REFUSED_BYTES = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\t\n", "is empty"),
    "bom only": (b"\xef\xbb\xbf", "is empty"),
    "utf-16": ("name: T".encode("utf-16"), "is UTF-16 text, not UTF-8"),
    "utf-16 fragment": (b"\xff\xfe\x00n\x00a", "is UTF-16 text"),
    "binary": (b"\x7fELF\x02\x01\x01\x00", "NUL bytes"),
    "bad utf-8": (b"a: b\nname: caf\xe9\n", "line 2: byte 0xE9 is not UTF-8"),
    "bad utf-8 behind a mark": (b"\xef\xbb\xbfname: \xff", "line 1: byte 0xFF"),
    "surrogate bytes": (b"name: \xed\xa0\x80", "is not UTF-8"),
    "large": (b"x" * (LIMIT_BYTES + 1), "is longer than 65,536 bytes"),
}


def refused(data: bytes, name: str) -> InputError:
    """Return the error of a document that must be refused, well formed and in time."""
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        parse_document(data, name=name)
    assert time.perf_counter() - start < 2
    assert caught.value.message.startswith(name)
    assert "\n" not in caught.value.message
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize("case", REFUSED_YAML)
def test_yaml_that_hides_something_is_refused(case: str, loader: str) -> None:
    """Aliases, tags, merges, duplicates, depth and broken syntax get one line with the place."""
    assert loader
    text, expected = REFUSED_YAML[case]
    assert expected in refused(text.encode(), "x.yaml").message


@pytest.mark.parametrize("case", REFUSED_JSON)
def test_json_that_hides_something_is_refused(case: str) -> None:
    """Duplicates, NaN, depth, surrogates and broken syntax get one line with the place."""
    text, expected = REFUSED_JSON[case]
    assert expected in refused(text.encode(), "x.json").message


@pytest.mark.parametrize("case", REFUSED_BYTES)
@pytest.mark.parametrize("name", ["x.yaml", "x.json", "x.md", "standard input"])
def test_what_is_not_utf8_text_is_refused(case: str, name: str) -> None:
    """Empty, binary, oversized and wrongly encoded files are named for what they are."""
    data, expected = REFUSED_BYTES[case]
    assert expected in refused(data, name).message


def test_yaml_scalars_stay_text(loader: str) -> None:
    """Nothing turns into a boolean, a date or a number of minutes; only null is nothing."""
    assert loader
    text = "a: no\nb: 12:30\nc: 2026-01-02\nd: 0x1F\ne: 1_000\nf: ~\ng:\nh: ''\ni: 'null'\nj: [1, yes]\n"
    text += "k: 1.50\n"
    assert parse_document(text.encode(), name="x.yaml") == {
        "a": "no",
        "b": "12:30",
        "c": "2026-01-02",
        "d": "0x1F",
        "e": "1_000",
        "f": None,
        "g": None,
        "h": "",
        "i": "null",
        "j": ["1", "yes"],
        "k": "1.50",
    }


def test_json_numbers_keep_their_spelling() -> None:
    """Figures are the text that was written; true, false and null are themselves."""
    text = '{"a": 16, "b": 1.50, "c": 1e400, "d": true, "e": null, "f": "\\ud83d\\ude00", "g": %s}' % (
        "9" * 5_000
    )
    content = parse_document(text.encode(), name="x.json")
    assert content == {
        "a": "16",
        "b": "1.50",
        "c": "1e400",
        "d": True,
        "e": None,
        "f": "😀",
        "g": "9" * 5_000,
    }


def test_a_byte_order_mark_is_tolerated() -> None:
    """Editors that write one do not make a file unreadable."""
    assert parse_document(b"\xef\xbb\xbfname: T\n", name="x.yaml") == {"name": "T"}
    assert parse_document(b'\xef\xbb\xbf{"name":"T"}', name="x.json") == {"name": "T"}


def test_front_matter_holds_the_fields_and_the_body_the_description() -> None:
    """Markdown needs no field for its own text."""
    text = "---\r\nname: T\r\npricing:\r\n  entry: Free\r\n---\r\n\r\n# T\r\n\r\nIt compares.\r\n"
    assert parse_document(text.encode(), name="x.md") == {
        "name": "T",
        "pricing": {"entry": "Free"},
        "description": "# T\n\nIt compares.",
    }
    assert parse_document(b"Only prose.", name="x.md") == {"description": "Only prose."}
    assert parse_document(b"---\n---\nProse.", name="x.md") == {"description": "Prose."}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nname: T\ndescription: a\n---\nb\n", "description: stands in the front matter and as the body"),
        ("---\nname: T\n", "the front matter is not closed"),
        ("---\n- a\n---\nb\n", "holds a list"),
        ("---\nname: T\nname: U\n---\nb\n", "line 3: 'name' stands there twice"),
    ],
)
def test_bad_front_matter_is_refused(text: str, expected: str) -> None:
    """Two descriptions, an open end, or anything that is no mapping; lines count from the file's first."""
    assert expected in refused(text.encode(), "x.md").message


def test_the_form_is_guessed_where_the_name_is_silent() -> None:
    """Standard input may be any of the three forms."""
    assert parse_document(b'{"name": "T"}', name="standard input") == {"name": "T"}
    assert parse_document(b"---\nname: T\n", name="standard input") == {"name": "T"}
    assert parse_document(b"---\nname: T\n---\nBody", name="standard input")["description"] == "Body"


@given(st.binary(max_size=300), st.sampled_from(["x.yaml", "x.json", "x.md", "x"]))
def test_any_bytes_give_fields_or_one_error(data: bytes, name: str) -> None:
    """Whatever comes in, only an `InputError` comes out, and only plain types."""
    try:
        content = parse_document(data, name=name)
    except InputError:
        return
    assert is_plain(content)


@given(
    st.dictionaries(
        st.text(st.characters(categories=["L"]), min_size=1, max_size=5),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
        max_size=4,
    )
)
def test_text_survives_json(content: dict[str, str]) -> None:
    """Fields come out as they were written."""
    assert parse_document(json.dumps(content).encode(), name="x.json") == content


def is_plain(node: object) -> bool:
    """Tell whether a node is text, a boolean, None, or lists and mappings of those."""
    if isinstance(node, dict):
        return all(type(key) is str and is_plain(value) for key, value in node.items())
    if isinstance(node, list):
        return all(is_plain(item) for item in node)
    return type(node) in {str, bool, type(None)}


def test_files_are_read_within_the_limit(tmp_path: Path) -> None:
    """A file of ten megabytes is refused without being read whole."""
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(10 * 1024 * 1024)
    with pytest.raises(InputError, match=r"big\.yaml: is longer than 65,536 bytes"):
        read_bytes(path)
    small = tmp_path / "small.yaml"
    small.write_bytes(b"name: T")
    assert read_bytes(small) == b"name: T"
    assert read_bytes(str(small), limit=7) == b"name: T"


def test_an_endless_file_is_not_read_to_its_end() -> None:
    """A device that never ends costs one read of the limit."""
    if not Path("/dev/zero").exists():
        pytest.skip("this system has no endless device")
    with pytest.raises(InputError, match="is longer than"):
        read_bytes("/dev/zero")


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    """A missing file, a folder and a name no system accepts are input errors."""
    with pytest.raises(InputError, match=r"none\.yaml: no such file"):
        read_bytes(tmp_path / "none.yaml")
    with pytest.raises(InputError, match="is a folder, not a file"):
        read_bytes(tmp_path)
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes("a\0b")
    if os.geteuid():
        closed = tmp_path / "closed.yaml"
        closed.touch(mode=0o000)
        with pytest.raises(InputError, match="cannot be read: Permission denied"):
            read_bytes(closed)


def test_standard_input_is_a_dash(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads standard input, within the same limit."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"name: T")))
    assert read_bytes("-") == b"name: T"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x" * 70_000)))
    with pytest.raises(InputError, match="standard input: is longer than"):
        read_bytes("-")


def test_a_stream_survives_its_bad_lines() -> None:
    """Each line stands for itself: errors are yielded with their number, the rest goes on."""
    lines = [
        b'\xef\xbb\xbf{"name": "A"}',
        b"",
        b"{oops",
        b"[1]",
        b'{"a": "' + b"x" * 70_000 + b'"}',
        b'{"name": "B"}',
    ]
    found = dict(parse_jsonl(io.BytesIO(b"\n".join(lines)), name="x.jsonl"))
    assert list(found) == [1, 3, 4, 5, 6]
    assert found[1] == {"name": "A"}
    assert found[6] == {"name": "B"}
    messages = {number: error.message for number, error in found.items() if isinstance(error, InputError)}
    assert messages[3].startswith("x.jsonl, line 3: not valid JSON")
    assert messages[4] == "x.jsonl, line 4: holds a list, not a mapping of fields"
    assert messages[5] == "x.jsonl, line 5: is longer than 65,536 bytes"


def test_a_line_of_exactly_the_limit_is_accepted() -> None:
    """The limit counts the text of the line, not its end."""
    line = b'{"a":"' + b"x" * (LIMIT_BYTES - 8) + b'"}'
    assert len(line) == LIMIT_BYTES
    for end in (b"", b"\n", b"\r\n"):
        [(number, content)] = parse_jsonl(io.BytesIO(line + end), name="x.jsonl")
        assert number == 1
        assert isinstance(content, dict)


PROBLEMS: list[tuple[dict[str, Any], str]] = [
    ({}, "name: is required"),
    ({"name": None}, "name: is empty"),
    ({"name": {"a": "b"}}, "name: must be text, not a mapping"),
    ({"name": ["a"]}, "name: must be text, not a list"),
    ({"name": True}, "name: must be text, not true or false"),
    ({"name": "T", "license": "MIT"}, "license: is not a known field; did you mean 'licence'?"),
    ({"name": "T", "colour": "red"}, "colour: is not a known field; did you mean 'lid.colour'?"),
    ({"name": "T", "zzzz": ""}, "zzzz: is not a known field"),
    ({"name": "T", "lid": {"color": ""}}, "lid.color: is not a known field; did you mean 'colour'?"),
    (
        {"name": "T", "lid": {"colour": "gren"}},
        "lid.colour: 'gren' is not one of red, green; did you mean 'green'?",
    ),
    ({"name": "T", "lid": "x"}, "lid: must be a mapping of fields, not text"),
    ({"name": "T", "parts": "x"}, "parts: must be a list, not text"),
    (
        {"name": "T", "parts": [{"id": "P9", "size": "six"}]},
        "parts.P9.size: must be a whole number, not 'six'",
    ),
    ({"name": "T", "parts": [{}, {"size": "6"}]}, "parts.#2.size: must be at most 5, and is 6"),
    ({"name": "T", "made": "soon"}, "made: must be a date such as 2026-05-31, not 'soon'"),
    ({"name": "T", "a\x1bb": ""}, "a<U+001B>b: is not a known field"),
]


@pytest.mark.parametrize(("content", "expected"), PROBLEMS)
def test_a_problem_is_one_plain_sentence(content: dict[str, Any], expected: str) -> None:
    """It names the field, says what is wrong and, where it can, what was meant."""
    with pytest.raises(InputError) as caught:
        validate(Thing, content, name="x.yaml")
    assert caught.value.message == f"x.yaml: {expected}"
    assert caught.value.problems == ()
    assert problems_of(Thing, content) == (expected,)


def test_all_problems_are_reported_at_once() -> None:
    """The message counts them, the list names them."""
    with pytest.raises(InputError) as caught:
        validate(Thing, {"nam": "T", "licence": ["MIT"], "made": "x"}, name="x.yaml", aliases={"nam": "name"})
    assert caught.value.message == "x.yaml: 4 problems"
    assert set(caught.value.problems) == {
        "name: is required",
        "nam: is not a known field; did you mean 'name'?",
        "licence: must be text, not a list",
        "made: must be a date such as 2026-05-31, not 'x'",
    }
    assert caught.value.hint == "Known fields: name, licence, made, parts, lid."


def test_no_problem_speaks_the_language_of_the_library() -> None:
    """Readers meet neither links nor the library's own words."""
    content = {
        "slug": "A b",
        "name": 1,
        "facts": {"a": "x"},
        "evidence": [{"id": "Q"}],
        "pricing": {"model": "?"},
    }
    text = " ".join(problems_of(Tool, content)).lower()
    assert "slug: 'A b'".lower() in text
    for word in ("http", "pydantic", "input should", "value error", "type="):
        assert word not in text


def test_fields_become_a_value() -> None:
    """Text becomes what the field is for."""
    thing = validate(Thing, {"name": "T", "made": "2026-01-02", "parts": [{"size": "3"}]}, name="x")
    assert thing == Thing(name="T", made=date(2026, 1, 2), parts=(Part(size=3),))


def test_the_closest_option_is_suggested() -> None:
    """A near spelling or a beginning counts; a stranger does not."""
    assert closest("license", ["licence", "name"]) == "licence"
    assert closest("desc", ["name", "description"]) == "description"
    assert closest("NAME", ["name"]) == "name"
    assert closest("x", ["name", "licence"]) is None
    assert closest("z" * 100_000, ["name"]) is None
