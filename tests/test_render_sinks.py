"""No text of a card becomes structure: on a terminal, in Markdown, HTML or JSON."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from cards import everything, make_card, make_tool
from hypothesis import given
from hypothesis import strategies as st
from readings import STYLE, Page, markdown_tokens, on_terminal, outline

from panel.render.content import link_to
from panel.render.html import render_html
from panel.render.json import render_json
from panel.render.markdown import escape, render_markdown
from panel.render.plain import render_plain
from panel.scorecard import Scorecard
from panel.text import visible

ATTACKS = Path(__file__).parent / "security" / "sinks.jsonl"
PAYLOADS = [json.loads(row) for row in ATTACKS.read_text(encoding="utf-8").splitlines()]
PLACEHOLDER = "placeholder"
ADDRESS = "https://placeholder.example/"

each_payload = pytest.mark.parametrize(
    "payload", [p["payload"] for p in PAYLOADS], ids=[p["id"] for p in PAYLOADS]
)

KEPT = {"persona", "id", "slug", "state", "label", "decision", "reason", "kind", "schema", "schema_id"}


def filled(content: Any, text: str, address: str, key: str = "") -> Any:  # noqa: ANN401  # any JSON value
    """Replace every free text in a card's plain data; what has a closed set of values stays."""
    if isinstance(content, dict):
        return {k: filled(v, text, address, k) for k, v in content.items()}
    if isinstance(content, list):
        return [filled(value, text, address, key) for value in content]
    closed = key in KEPT or key in {"created_at", "reviewed_at", "verified_at", "as_of"}
    if not isinstance(content, str) or closed or content in {"freemium", "suspected-injection"}:
        return content
    return address if key in {"url", "source"} else text


def hostile(text: str, address: str | None = None) -> Scorecard:
    """The card that has every block, with one text in all its fields."""
    content = json.loads(render_json(everything()))
    content["provenance"]["reused"] = everything().provenance.reused
    return Scorecard.model_validate(filled(content, text, text if address is None else address))


@each_payload
def test_terminal_output_is_inert(payload: str) -> None:
    """No control byte, no hyperlink, no markup: a text in any field is shown and does nothing."""
    card = hostile(payload)
    shown = on_terminal(card, 80, "full")
    bare = STYLE.sub("", shown)
    assert bare == render_plain(card, 80)
    assert {unicodedata.category(character) for character in bare} & {"Cc", "Cf", "Cn", "Co", "Zl", "Zp"} <= {
        "Cc"
    }
    assert {character for character in bare if unicodedata.category(character) == "Cc"} == {"\n"}
    expected = STYLE.findall(on_terminal(hostile(PLACEHOLDER), 80, "full"))
    assert set(STYLE.findall(shown)) <= set(expected)


@each_payload
def test_markdown_keeps_its_outline(payload: str) -> None:
    """A text in any field adds no heading, list, table, link, image, HTML, fence or front matter."""
    address = ADDRESS if link_to(payload).href else PLACEHOLDER
    assert outline(render_markdown(hostile(payload))) == outline(
        render_markdown(hostile(PLACEHOLDER, address))
    )


@each_payload
def test_html_keeps_its_elements(payload: str) -> None:
    """A text in any field adds no element and changes no attribute; links lead to http and https only."""
    address = ADDRESS if link_to(payload).href else PLACEHOLDER
    page = render_html(hostile(payload))
    assert Page(page).skeleton == Page(render_html(hostile(PLACEHOLDER, address))).skeleton
    assert all(re.match(r"https?://|#", href) for href in re.findall(r'(?:href|src)="([^"]*)"', page))


@each_payload
def test_json_is_strict_and_round_trips(payload: str) -> None:
    """JSON carries every text unchanged, and shows no control or invisible character on a screen."""
    card = hostile(payload)
    text = render_json(card)
    assert Scorecard.model_validate(json.loads(text, parse_constant=pytest.fail)) == card
    assert all(character.isprintable() or character == "\n" for character in text)


FORMS = (
    "{}",
    "# {}",
    "> “{}”",
    "- **{}**: {}",
    "*x*\n\n{}\n\n{}",
    "- {}\n- {}",
    "| a | b |\n| --- | ---: |\n| {} | {} |",
    "**{}** ({}): {}",
)
ACTIVE = st.text("\\`*_[]{}()<>#~$&|!+-=.:;@/\"' \n\twWhtps0189aA²é日\u200b", min_size=1, max_size=30)
LINKS = "http://a.example HTTPS:// ftp://a.b www.a.example me@a.example mailto: a.md a.com ![x](y) [^1] [ ]"
MARKS = "&lt; &#60; <!-- <a> --- 1) ~~ $$ ``` *** | \\ :-:"
OPENINGS = ("- ", "+ ", "* ", "1. ", "7) ", "# ", "> ", "    ", "===", "---", ": ", "~~~", "\t")
PIECES = st.lists(st.sampled_from([*LINKS.split(), *MARKS.split(), *OPENINGS]), min_size=1, max_size=4).map(
    "".join
)


@given(st.one_of(ACTIVE, PIECES).map(visible).filter(str.strip), st.sampled_from(FORMS))
def test_escaped_text_is_only_text(text: str, form: str) -> None:
    """Escaped text, wherever it stands, leaves the outline alone and reads exactly as it did."""
    found = markdown_tokens(form.replace("{}", escape(text)))
    assert [kind for kind, _ in found] == outline(form.replace("{}", PLACEHOLDER))
    flat = " ".join(text.split())
    assert any(flat in shown for kind, shown in found if kind == "text")


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("form", FORMS)
def test_nothing_opens_a_block(opening: str, form: str) -> None:
    """What would open a list, a heading, a rule or a fence at the start of a line is text."""
    assert outline(form.replace("{}", escape(f"{opening}word"))) == outline(form.replace("{}", PLACEHOLDER))
    alone = escape(opening) or PLACEHOLDER
    assert outline(form.replace("{}", alone)) == outline(form.replace("{}", PLACEHOLDER))


def test_addresses_in_text_are_not_linked() -> None:
    """Word joiners stand where a processor would see an address, even one that resolves escapes first."""
    parsed = "".join(
        shown for _, shown in markdown_tokens(escape("http://a.example www.b.example c@d.example"))
    )
    assert parsed == "http://a.example www.b.example c@d.example"
    for part in ("http://", "www.", "@d"):
        assert part not in escape("see http://a.example www.b.example c@d.example")


@pytest.mark.parametrize(
    "address",
    ["https://lantern.example/", "http://lantern.example:8080/a?b=c&d=(e)#f", "https://bücher.example/"],
)
def test_web_addresses_become_links(address: str) -> None:
    """An http or https address is a link in HTML and Markdown."""
    card = make_card(tool=make_tool(url=address))
    assert link_to(address).href == address
    assert f"<{address}>" in render_markdown(card)
    assert f'href="{address.replace("&", "&amp;")}"' in render_html(card)


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://a.example/%0aalert(1)",
        "data:text/html,x",
        "//a.example/",
        "https:a.example",
        "https://",
        "https://user@a.example/",
        "https://a.example/ b",
        "https://a.example/<b>",
        'https://a.example/"',
        "https://a.example/\u202e",
        "https://a.example/\r\nX: 1",
        "https://[a.example",
        "",
    ],
)
def test_other_addresses_stay_text(address: str) -> None:
    """Anything but a plain web address, credentials in it included, is text and never a link."""
    card = make_card(tool=make_tool(url=address))
    assert link_to(address).href == ""
    assert "rel=" not in render_html(card)
    assert "link_open" not in outline(render_markdown(card))
