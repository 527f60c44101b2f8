"""What a reviewer is sent: rules that never change, and data that never leaves its block."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
from typing import TYPE_CHECKING

import pytest
from cards import PERSONAS, make_persona, make_tool, make_verdict
from hypothesis import given
from hypothesis import strategies as st

from panel.errors import InputError
from panel.intake.personas import load_personas
from panel.persona import Move
from panel.prompting import (
    anonymised,
    corrected,
    estimate_input,
    estimate_tokens,
    render_prompt,
    render_rebuttal,
    templates_digest,
)
from panel.prompting.block import data_line, fence, submission_line
from panel.prompting.rules import TEMPLATES, template_text
from panel.text import visible
from panel.tool import Evidence, Fact, Pricing, Tool
from panel.value import digest

if TYPE_CHECKING:
    from panel.persona import Persona

SECRET = b"a secret of the test"
DX = make_persona("dx")
each_persona = pytest.mark.parametrize("persona", load_personas(), ids=lambda persona: persona.id)


def filled(text: str) -> Tool:
    """A tool with one text in every field that holds free text."""
    return Tool(
        slug="lantern",
        name=text,
        tagline=text,
        category=text,
        pricing=Pricing(entry=text),
        licence=text,
        url=text,
        description=text,
        facts={"latency": Fact(value=text, unit=text, source=text)},
        evidence=(Evidence(id="E1", title=text, source=text, date=text, text=text),),
    )


def line_of(data: str) -> str:
    """The line between the markers of the submission."""
    return data.splitlines()[1]


@each_persona
def test_the_rules_hold_all_that_a_persona_asks(persona: Persona) -> None:
    """Moves stand in order, criteria with weight and anchors, and both sides of the decision."""
    rules = render_prompt(persona, make_tool(), SECRET).instructions
    places = [rules.index(f"`{move.id}`") for move in persona.moves]
    assert places == sorted(places)
    for move in persona.moves:
        assert move.ask in rules
    for criterion in persona.criteria:
        assert f"weight {criterion.weight}): {criterion.ask}" in rules
        anchors = criterion.anchors
        assert f"- 0: {anchors.zero}\n- 2: {anchors.two}\n- 4: {anchors.four}" in rules
        assert criterion.remedy in rules
    for text in (persona.motto, persona.voice, *persona.excited_by, *persona.tired_of):
        assert text in rules
    for text in (*persona.ship_when, *persona.skip_when):
        assert f"- {text}" in rules


@each_persona
def test_the_rules_tell_no_signal_of_the_offline_reviewer(persona: Persona) -> None:
    """What only the rubric looks for stays out of the prompt, as it stays out of the persona's digest."""
    rules = render_prompt(persona, make_tool(), SECRET).instructions
    for criterion in persona.criteria:
        for signal in criterion.signals:
            assert signal.reading not in rules


def test_the_rules_are_the_same_for_every_tool() -> None:
    """A provider can cache them: only the data differs from tool to tool, and never the schema."""
    one = render_prompt(DX, make_tool(), SECRET)
    other = render_prompt(DX, filled("something else"), b"another secret")
    assert one.instructions == other.instructions
    assert one.response_schema == other.response_schema
    assert one.data != other.data


def test_dollars_and_braces_of_a_persona_stay_what_they_are() -> None:
    """The templates are filled in one pass; a persona's text is not a template."""
    moves = (Move(id="price", name="Price", ask="Is $name worth ${quote} or {x}?"), *DX.moves)
    rules = render_prompt(DX.model_copy(update={"moves": moves}), make_tool(), SECRET).instructions
    assert "Is $name worth ${quote} or {x}?" in rules


def test_no_template_keeps_a_placeholder() -> None:
    """Every placeholder is filled, and every template is used."""
    prompt = corrected(render_prompt(DX, make_tool(), SECRET), [("quote", "must not be blank")])
    rebuttal = render_rebuttal(DX, make_tool(), make_verdict("dx", "ship"), [], SECRET)
    sent = f"{prompt.instructions}\n{prompt.data}\n{prompt.correction}\n{rebuttal.data}"
    assert "$" not in sent
    for name in TEMPLATES:
        assert template_text(name).splitlines()[-1] in sent


@given(st.text())
def test_the_data_is_one_line_that_holds_no_markup(text: str) -> None:
    """Whatever stands in a submission, its line is plain ASCII without a bracket, a fence or a rule."""
    tool = filled(text)
    line = submission_line(tool)
    assert re.fullmatch(r"[ -~]+", line)
    assert not re.search(r"[<>&`\[\]|]|[-=#]{2}", line)
    read = json.loads(line)
    assert (
        read["name"] == read["description"] == read["evidence"]["E1"]["text"] == visible(text, multiline=True)
    )


@pytest.mark.parametrize("text", ["{{ 7*7 }}", "${HOME} $name $$", "{description}", "%(name)s %s", "{0}"])
def test_templates_in_a_submission_stay_literal(text: str) -> None:
    """Braces, dollars and per cent signs reach the model as they were written."""
    prompt = render_prompt(DX, filled(text), SECRET)
    assert prompt.data.count(text) == 14
    assert text not in prompt.instructions


def test_the_markers_carry_an_hmac_of_the_content() -> None:
    """Without the run's secret nobody can write the marker that ends a block."""
    prompt = render_prompt(DX, make_tool(), SECRET)
    line = line_of(prompt.data)
    expected = hmac.new(SECRET, f"submission {line}".encode(), hashlib.sha256).hexdigest()[:32]
    assert prompt.nonce == expected
    assert prompt.data.startswith(f"<submission-{expected}>\n{line}\n</submission-{expected}>\n\n")
    assert render_prompt(DX, make_tool(), b"other").nonce != expected
    assert render_prompt(DX, make_tool(tagline="other"), SECRET).nonce != expected


def test_a_block_moved_under_another_name_has_another_nonce() -> None:
    """The name is signed with the content, so that a peer's words cannot pass for the submission."""
    line = data_line({"a": "b"})
    assert fence({"submission": line}, SECRET)[1] != fence({"other-verdicts": line}, SECRET)[1]


def test_the_digest_knows_the_content_and_not_the_secret() -> None:
    """Two runs ask the same question under one key; another tool, another slug or a correction tell apart."""
    first = render_prompt(DX, make_tool(), SECRET)
    assert first.digest == render_prompt(DX, make_tool(), b"another run").digest
    assert first.digest == render_prompt(DX, make_tool(slug="elsewhere"), SECRET).digest
    assert first.digest != render_prompt(DX, make_tool(tagline="other"), SECRET).digest
    assert first.digest != render_prompt(make_persona("business"), make_tool(), SECRET).digest
    assert first.digest != corrected(first, [("quote", "must not be blank")]).digest


def test_tools_with_one_digest_are_written_alike() -> None:
    """The order in which facts are stated is no content: it changes neither the digest nor what is sent."""
    facts = {"latency": Fact(value="90 ms"), "deployment": Fact(value="on-device")}
    one = make_tool(facts=facts)
    other = make_tool(facts=dict(reversed(facts.items())))
    assert one.digest == other.digest
    assert submission_line(one) == submission_line(other)


def test_the_digest_is_that_of_everything_sent() -> None:
    """Every field counts but the nonce, which is masked in the data; ledgers hold keys made of it."""
    prompt = corrected(render_prompt(DX, make_tool(name="Naïve"), SECRET), [("quote", "must not be blank")])
    content = prompt.model_dump(mode="json", exclude={"nonce"})
    assert prompt.digest == digest({**content, "data": prompt.data.replace(prompt.nonce, "NONCE")})


def test_nothing_of_the_environment_is_in_a_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key in the environment is nowhere in what is sent, even when the submission asks for it."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-canary-4f1c9e")
    monkeypatch.setenv("SHIPPANEL_DB", "/secret/place/canary.db")
    prompt = render_prompt(DX, filled("$OPENAI_API_KEY ${SHIPPANEL_DB} {{ environ }}"), SECRET)
    sent = prompt.model_dump_json()
    assert "canary" not in sent
    assert SECRET.decode() not in sent
    assert os.environ["HOME"] not in sent


def test_two_passages_of_one_id_are_refused_before_any_call() -> None:
    """A citation of E1 must mean one passage."""
    tool = make_tool(evidence=(Evidence(id="E1", text="one"), Evidence(id="E1", text="two")))
    with pytest.raises(InputError, match="same id"):
        render_prompt(DX, tool, SECRET)


def test_a_correction_names_field_and_rule_and_follows_everything() -> None:
    """The second question is the first with one more paragraph; rules and data stay to be cached."""
    first = render_prompt(DX, make_tool(), SECRET)
    second = corrected(
        first, [("criteria.dx-1.score", "must be one of 0, 1, 2, 3, 4"), ("quote", "is missing")]
    )
    assert second.model_copy(update={"correction": ""}) == first
    assert "- criteria.dx-1.score must be one of 0, 1, 2, 3, 4\n- quote is missing\n" in second.correction


def test_a_rebuttal_keeps_the_rules_and_fences_each_text_apart() -> None:
    """Submission, own verdict and other verdicts stand in blocks of their own, after the same rules."""
    own, *peers = (make_verdict(name, "ship" if name == "dx" else "skip") for name in PERSONAS)
    prompt = render_rebuttal(DX, make_tool(), own, peers, SECRET)
    assert prompt.instructions == render_prompt(DX, make_tool(), SECRET).instructions
    names = re.findall(rf"^<([a-z-]+)-{prompt.nonce}>$", prompt.data, re.MULTILINE)
    assert names == ["submission", "your-verdict", "other-verdicts"]
    assert prompt.digest == render_rebuttal(DX, make_tool(), own, peers, b"another run").digest


def test_a_rebuttal_names_nobody() -> None:
    """The others are numbered, in an order that says nothing of who sits where."""
    own, *peers = (make_verdict(name, "ship" if name == "dx" else "skip") for name in PERSONAS)
    prompt = render_rebuttal(DX, make_tool(), own, peers, SECRET)
    shown = json.loads(prompt.data.split("<other-verdicts-")[1].splitlines()[1])
    assert list(shown) == ["reviewer 1", "reviewer 2", "reviewer 3"]
    assert not re.search(r"persona|competitive|futurist|business", json.dumps(shown).lower())
    assert prompt == render_rebuttal(DX, make_tool(), own, peers[::-1], SECRET)
    assert anonymised(peers) == anonymised(peers[::-1])


def test_every_word_of_a_template_counts_in_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Changing how an answer is asked for again changes the version too, not only the rules."""
    before = templates_digest()
    assert before == templates_digest()
    texts = {name: template_text(name) for name in TEMPLATES}
    monkeypatch.setattr(
        "panel.prompting.rules.template_text",
        lambda name: texts[name] + (" please" if name == "correction" else ""),
    )
    assert templates_digest.__wrapped__() != before


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        (
            (
                "The tool compares two configuration files and prints the differences in a form that fits a "
                "review. It runs on the developer's machine, needs no account and sends nothing anywhere."
            ),
            34,
        ),
        ('{"name":"Lantern","pricing":{"model":"free","entry":""},"facts":{"memory":{"value":"8"}}}', 25),
        (r"\u8be5\u5de5\u5177\u6bd4\u8f83\u4e24\u4e2a\u914d\u7f6e\u6587\u4ef6", 43),
        (r"\u0418\u043d\u0441\u0442\u0440\u0443\u043c\u0435\u043d\u0442 \u0441", 34),
        ("该工具比较两个配置文件并以便于审阅的形式显示差异", 17),
        ("이 도구는 두 개의 설정 파일을 비교하여 검토하기 쉬운 형태로 차이를 보여 줍니다.", 26),
        ("Инструмент сравнивает два файла конфигурации и показывает различия.", 16),
    ],
)
def test_the_estimate_is_near_a_real_count_and_rather_above(text: str, counted: int) -> None:
    """Counted once with the o200k vocabulary; the estimate may be up to 80 % above and a tenth below."""
    assert 0.9 * counted <= estimate_tokens(text) <= 1.8 * counted


def test_the_estimate_of_a_call_counts_all_that_is_sent() -> None:
    """Rules, data, schema and correction all cost."""
    prompt = render_prompt(DX, make_tool(), SECRET)
    longer = render_prompt(DX, make_tool(description="word " * 1000), SECRET)
    assert estimate_input(longer) - estimate_input(prompt) > 900
    assert estimate_input(corrected(prompt, [("quote", "is missing")])) > estimate_input(prompt)
    assert estimate_input(prompt) > estimate_tokens(prompt.instructions) + estimate_tokens(prompt.data)
    assert estimate_tokens("") == 0
