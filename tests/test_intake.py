import base64
import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from panel.errors import InputError
from panel.intake import load_tool, read_submission, submission_of, submission_schema
from panel.resources import folder
from panel.text import visible

ATTACKS = [
    json.loads(line)
    for line in Path(__file__).with_name("security").joinpath("attacks.jsonl").read_text("utf-8").splitlines()
]
SENTENCE = "A command line tool that compares two configuration files and prints the differences."
TEXT_FIELDS = {"name", "tagline", "description", "url", "evidence"}


def attacks(*classes: str, field: str = "") -> list[Any]:
    """Select attacks of the sample by class and field, as parameters."""
    return [
        pytest.param(case, id=case["id"])
        for case in ATTACKS
        if case["class"] in classes and (not field or case["field"] == field)
    ]


def submitted(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - submissions hold anything
    """Return a good submission with some fields replaced."""
    return {"name": "Differ", "description": SENTENCE, **fields}


def refused(content: dict[str, Any]) -> InputError:
    """Return the error of a submission that must be refused."""
    with pytest.raises(InputError) as caught:
        submission_of(content, name="x.yaml")
    assert caught.value.message.startswith("x.yaml: ")
    assert "\n" not in caught.value.message
    return caught.value


def test_the_smallest_submission_is_a_name_and_a_description() -> None:
    """Everything else has a default, and the slug is derived."""
    intake = submission_of(submitted(name=" Differ  2 "), name="x")
    assert intake.tool.name == "Differ  2"
    assert intake.tool.slug == "differ-2"
    assert intake.tool.pricing.model == "unknown"
    assert intake.findings == ()


def test_a_whole_submission_keeps_what_was_written(tmp_path: Path) -> None:
    """Figures stay text, dates become dates, short forms are spelt out, evidence is numbered."""
    path = tmp_path / "tool.yaml"
    path.write_text(
        f"name: Differ\ntagline:\ndescription: |\n  {SENTENCE}\n\n  It prints.\n"
        "slug: differ-cli\npricing: Free for one seat\nlicence: MIT\nurl: https://bücher.example/differ\n"
        "facts:\n  memory: {value: 16, unit: GB, as_of: 2026-05-01, source: }\n  latency: 40 ms\n"
        "evidence:\n  - text: First.\n  - {id: E1, kind: vendor, text: Second.}\n  - Third.\n"
    )
    tool = load_tool(path)
    assert tool.slug == "differ-cli"
    assert tool.tagline == ""
    assert tool.description == f"{SENTENCE}\n\nIt prints."
    assert (tool.pricing.model, tool.pricing.entry) == ("unknown", "Free for one seat")
    assert tool.url == "https://bücher.example/differ"
    assert (tool.facts["memory"].value, tool.facts["memory"].unit) == ("16", "GB")
    assert str(tool.facts["memory"].as_of) == "2026-05-01"
    assert tool.facts["latency"].value == "40 ms"
    assert [(e.id, e.kind, e.text) for e in tool.evidence] == [
        ("E2", "user", "First."),
        ("E1", "vendor", "Second."),
        ("E3", "user", "Third."),
    ]


def test_a_submission_may_come_from_standard_input_or_flags_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` is read like a file; without a source the overrides are the submission."""
    text = json.dumps(submitted(pricing={"model": "paid", "entry": "9 USD"}))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    tool = read_submission("-", overrides={"name": "Other", "pricing": {"entry": "8 USD"}}).tool
    assert (tool.name, tool.pricing.model, tool.pricing.entry) == ("Other", "paid", "8 USD")
    assert read_submission(None, overrides=submitted()).tool.name == "Differ"
    with pytest.raises(InputError, match=r"^command line: description: is required$"):
        read_submission(None, overrides={"name": "T"})


def test_evidence_files_follow_the_evidence_of_the_document(tmp_path: Path) -> None:
    """A text file becomes a passage titled by its heading, or by its name."""
    heading, plain = tmp_path / "review.md", tmp_path / "my notes.txt"
    heading.write_text("Intro\n\n## What I found\n\nIt works.\n")
    plain.write_text("Slow on Windows.\r\n")
    overrides = submitted(evidence=[{"text": "Inline."}])
    tool = read_submission(None, overrides=overrides, evidence=[heading, plain]).tool
    assert [(e.id, e.title, e.source, e.kind) for e in tool.evidence] == [
        ("E1", "", "", "user"),
        ("E2", "What I found", "review.md", "user"),
        ("E3", "my notes", "my notes.txt", "user"),
    ]
    assert tool.evidence[2].text == "Slow on Windows."


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("e.pdf", b"x", "evidence must be a .txt or .md file"),
        ("e.txt", b"", "is empty"),
        ("e.txt", b"\xff\xfex\0", "is UTF-16 text"),
        ("e.txt", b"word " * 4_000_000, "is longer than 65,536 bytes"),
        ("e.txt", b"word " * 2_000, "text: has 9,999 characters; at most 8,000 are allowed"),
        ("e.md", b"# " + b"x" * 300, "title: has 300 characters; at most 200 are allowed"),
    ],
)
def test_evidence_files_that_cannot_be_used_are_named(
    tmp_path: Path, name: str, data: bytes, expected: str
) -> None:
    """The message names the evidence file, not the submission."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_submission(None, overrides=submitted(), evidence=[path])
    assert f"{name}: {expected}" in caught.value.message


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": "T"}, "description: is required"),
    ({"name": "T", "description": None}, "description: is required"),
    ({"description": SENTENCE}, "name: is required"),
    (submitted(name="   "), "name: is empty"),
    (submitted(description=" \n "), "description: is empty"),
    (submitted(description="\u200b\u2060"), "description: is empty"),
    (submitted(name="n" * 121), "name: has 121 characters; at most 120 are allowed"),
    (submitted(name="\ufdfa" * 7), "name: has 126 characters; at most 120 are allowed"),
    (submitted(tagline="t" * 201), "tagline: has 201 characters; at most 200 are allowed"),
    (submitted(category="c" * 61), "category: has 61 characters; at most 60 are allowed"),
    (submitted(licence="l" * 121), "licence: has 121 characters; at most 120 are allowed"),
    (submitted(description="a@" * 200_000), "description: has 400,000 characters; at most 20,000"),
    (submitted(description="\u200b" * 5_000 + "x"), "description: has 40,001 characters"),
    (submitted(facts={"a": "v" * 501}), "facts.a.value: has 501 characters; at most 500 are allowed"),
    (submitted(facts={f"k{n}": "v" for n in range(61)}), "facts: has 61 entries; at most 60 are allowed"),
    (submitted(facts={"Two words": "v"}), "facts: 'Two words' is not a key; use up to 40 letters,"),
    (submitted(facts={"a": {"value": " "}}), "facts.a.value: is empty"),
    (submitted(facts=["a"]), "facts: must be a mapping of fields, not a list"),
    (submitted(evidence=["e"] * 21), "evidence: has 21 entries; at most 20 are allowed"),
    (submitted(evidence=["e" * 8_001]), "evidence.E1.text: has 8,001 characters; at most 8,000 are allowed"),
    (
        submitted(evidence=[{"id": "E1", "text": "a"}, {"id": "E1", "text": "b"}]),
        "evidence: the id 'E1' stands",
    ),
    (submitted(evidence=[{"title": "a"}]), "evidence.E1.text: is required"),
    (submitted(evidence="all of it"), "evidence: must be a list, not text"),
    (
        submitted(evidence=[{"text": "a", "kind": "vendr"}]),
        "evidence.E1.kind: 'vendr' is not one of vendor, independent, user; did you mean 'vendor'?",
    ),
    (submitted(license="MIT"), "license: is not a known field; did you mean 'licence'?"),
    (submitted(price="9"), "price: is not a known field; did you mean 'pricing'?"),
    (submitted(entry="9"), "entry: is not a known field; did you mean 'pricing.entry'?"),
    (submitted(website="x"), "website: is not a known field; did you mean 'url'?"),
    (submitted(verdict="ship"), "verdict: is not a known field"),
    (submitted(pricing={"model": "gratis"}), "pricing.model: 'gratis' is not one of free, freemium"),
    (submitted(pricing={"verified_at": "yesterday"}), "pricing.verified_at: must be a date such as"),
    (submitted(slug="con"), "slug: 'con' is reserved or too long; leave it out, or choose another"),
    (submitted(slug="../x"), "slug: '../x' does not have the form ^[a-z0-9]+(-[a-z0-9]+)*$"),
    (submitted(url="data:text/html,x"), "url: must begin with https:// or http://"),
    (submitted(url="javascript:alert(1)"), "url: must begin with https:// or http://"),
    (submitted(url="//host.example"), "url: must begin with https:// or http://"),
    (submitted(url="https://"), "url: names no host"),
    (submitted(url="https://:80/"), "url: names no host"),
    (submitted(url="https://a:b@host.example/"), "url: must not hold a user name or password"),
    (submitted(url="https://host.example:port/"), "url: is not a valid address"),
    (submitted(url="https://[::1/"), "url: is not a valid address"),
    (submitted(url="https://host.example/\u200b"), "url: holds a space, a control"),
    (submitted(url="https://host.example\\@evil.example"), "url: holds a space, a control"),
]


@pytest.mark.parametrize(("content", "expected"), BAD)
def test_a_bad_field_is_one_line(content: dict[str, Any], expected: str) -> None:
    """It names the field, what is wrong and what is allowed, quickly."""
    start = time.perf_counter()
    error = refused(content)
    assert error.message.startswith(f"x.yaml: {expected}")
    assert error.problems == ()
    assert time.perf_counter() - start < 2


def test_all_problems_of_a_submission_come_at_once() -> None:
    """Nobody mends a document one error at a time; lengths come first."""
    error = refused({"name": "n" * 200, "license": "MIT", "url": "ftp://x", "pricing": {"model": "?"}})
    assert error.message == "x.yaml: 5 problems"
    assert error.problems[0].startswith("name: has 200 characters")
    assert {problem.partition(":")[0] for problem in error.problems} == {
        *("name", "license", "url", "pricing.model", "description"),
    }
    assert "Known fields: slug, name" in error.hint


def test_long_but_allowed_text_is_accepted() -> None:
    """The limits themselves are allowed, counted in characters and not in bytes."""
    tool = submission_of(submitted(name="ü" * 120, description="語" * 20_000), name="x").tool
    assert len(tool.description) == 20_000


@pytest.mark.parametrize(
    "case", attacks("terminal", "log", "identity", "pi-invisible", "csv", "jsonld", "path", "markdown")
)
def test_hostile_text_is_accepted_visibly(case: dict[str, Any]) -> None:
    """Odd text is no reason to refuse: it is stored as `visible` shows it, and what changed is reported."""
    fields = {case["field"]: case["payload"]}
    intake = submission_of(submitted(**fields), name="x")
    stored = getattr(intake.tool, case["field"])
    assert stored == visible(case["payload"].strip(), multiline=case["field"] == "description")
    reported = [f.field for f in intake.findings if f.rule == "hidden-characters"]
    assert reported == ([case["field"]] if "<U+" in stored else [])
    assert all(visible(finding.excerpt) == finding.excerpt for finding in intake.findings)


@pytest.mark.parametrize("case", attacks("path", "identity"))
def test_hostile_names_get_safe_slugs(case: dict[str, Any]) -> None:
    """The address of a tool never leaves its folder and never takes another tool's place."""
    slug = submission_of(submitted(name=case["payload"]), name="x").tool.slug
    assert slug.replace("-", "").isalnum()
    assert slug.isascii()


def test_a_lookalike_name_is_reported() -> None:
    """The finding spells out the code points."""
    [case] = [case for case in ATTACKS if case["id"] == "identity-01"]
    findings = submission_of(submitted(name=case["payload"]), name="x").findings
    assert [finding.rule for finding in findings] == ["mixed-script-name"]
    assert "U+0440" not in findings[0].detail
    assert "U+0443 cyrillic small letter u" in findings[0].detail


@pytest.mark.parametrize("case", attacks("html", "ssrf", field="url"))
def test_addresses_of_the_sample_are_refused_or_only_kept(case: dict[str, Any]) -> None:
    """What is no web address is refused by name; what is one is stored, and nothing fetches it."""
    wanted = {"html-07", "ssrf-30", "ssrf-16"}
    if case["id"] in wanted:
        assert refused(submitted(url=case["payload"])).message.startswith("x.yaml: url: ")
    else:
        assert submission_of(submitted(url=case["payload"]), name="x").tool.url == case["payload"]


@pytest.mark.parametrize("case", attacks("yaml", "document"))
def test_hostile_documents_are_refused(case: dict[str, Any], tmp_path: Path) -> None:
    """Each document of the sample gets one clear line in time."""
    payload = case["payload"]
    data = base64.b64decode(payload) if case["kind"] == "base64" else payload.encode()
    path = tmp_path / f"tool.{'json' if case['format'] == 'json' else 'yaml'}"
    path.write_bytes(data)
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        read_submission(path)
    assert time.perf_counter() - start < 2
    assert path.name in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "case", attacks("resource", field="description") + attacks("resource", field="evidence")
)
def test_repeated_text_is_refused_by_its_length(case: dict[str, Any]) -> None:
    """Megabytes given by flags are refused before any of them is looked at."""
    repeat = json.loads(case["payload"])
    text = repeat["repeat"] * repeat["count"]
    start = time.perf_counter()
    assert (
        "characters; at most"
        in refused(submitted(**{case["field"]: [text] if case["field"] == "evidence" else text})).message
    )
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("case", attacks("benign"))
def test_benign_text_is_stored_as_written(case: dict[str, Any]) -> None:
    """Nothing honest is refused, altered or reported."""
    intake = submission_of(submitted(**{case["field"]: case["payload"]}), name="x")
    assert getattr(intake.tool, case["field"]) == case["payload"]
    assert intake.findings == ()


@given(
    st.dictionaries(
        st.sampled_from(["name", "description", "slug", "pricing", "facts", "evidence", "url", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.text(max_size=12),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["id", "text", "value", "entry", "model", "k"]), inner, max_size=3
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_any_fields_give_a_tool_or_one_error(content: dict[str, Any]) -> None:
    """Whatever shape comes in, only an `InputError` comes out."""
    try:
        tool = submission_of(content, name="x").tool
    except InputError:
        return
    assert submission_of(tool.model_dump(mode="json"), name="x").tool == tool


def test_the_schema_of_a_submission_accepts_the_examples() -> None:
    """Editors complete what the intake accepts, short forms included, and mark what it refuses."""
    validator = Draft202012Validator(submission_schema())
    Draft202012Validator.check_schema(submission_schema())
    assert validator.is_valid(submitted(pricing="Free", facts={"latency": "4 ms"}, evidence=["Passage."]))
    assert not validator.is_valid(submitted(license="MIT"))
    assert not validator.is_valid({"name": "T"})
    assert not validator.is_valid(submitted(facts={"Two words": "x"}))
    described = submission_schema()["properties"]["licence"]["description"]
    assert described.startswith("SPDX identifier")


@pytest.mark.parametrize("path", sorted(folder("examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_come_in_without_a_finding(path: Path) -> None:
    """What we ship as good examples is honest text under its own slug."""
    intake = read_submission(path)
    assert intake.findings == ()
    assert intake.tool.slug == path.stem


def test_intake_loads_no_heavy_library() -> None:
    """Reading a submission needs neither the graph nor the database nor the terminal."""
    heavy = "{'langgraph', 'sqlalchemy', 'rich', 'jinja2', 'alembic', 'slugify'}"
    code = f"import sys, panel.intake, panel.intake.personas; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
