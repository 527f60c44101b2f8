"""Text for pipes and terminals: widths, encodings, colour."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import cards
import pytest
from cards import make_card, make_tool, make_verdict
from hypothesis import given
from hypothesis import strategies as st
from readings import STYLE, Page, each_card, markdown_tokens, on_terminal
from rich.cells import cell_len

from panel.render.html import render_html
from panel.render.json import render_json
from panel.render.markdown import render_markdown
from panel.render.plain import render_plain

if TYPE_CHECKING:
    from readings import Build

    from panel.render.content import Detail

WIDTHS = (40, 80, 120)


def test_unwrapped_text_keeps_a_quote_on_one_line() -> None:
    """Piped output is not wrapped or cut, so that a search finds whole sentences."""
    lines = render_plain(make_card()).splitlines()
    assert [line for line in lines if cards.QUOTES["futurist"] in line]


@each_card
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("detail", ["brief", "full"])
def test_text_keeps_to_its_width_and_loses_nothing(build: Build, width: int, detail: Detail) -> None:
    """No row is wider than asked, and wrapping drops no word."""
    card = build()
    wrapped = render_plain(card, width, detail=detail)
    assert max(cell_len(row) for row in wrapped.splitlines()) <= width
    for verdict in card.verdicts:
        assert verdict.quote in " ".join(wrapped.split())


@pytest.mark.parametrize("width", WIDTHS)
def test_wide_characters_are_measured_in_cells(width: int) -> None:
    """East Asian text and addresses without spaces wrap within the width; columns stay aligned."""
    wide = "日本語の道具は記録を読み、似た行をまとめて、昨日からの違いを告げる。" * 4
    verdict = make_verdict("dx", "ship", quote=wide)
    tool = make_tool(name="灯籠", url="https://lantern.example/" + "path/" * 40)
    card = make_card(verdict, *(make_verdict(p, "ship") for p in cards.PERSONAS[1:]), tool=tool)
    rows = render_plain(card, width).splitlines()
    assert max(cell_len(row) for row in rows) <= width
    assert wide in "".join(row.strip(" ") for row in rows).replace("“", "").replace("”", "")
    named = card.model_copy(
        update={"roster": tuple(s.model_copy(update={"name": "開発者"}) for s in card.roster)}
    )
    titles = [row for row in render_plain(named, 80).splitlines() if row.endswith("─ 83.3 of 100")]
    assert {cell_len(row) for row in titles} == {80}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
@each_card
def test_text_fits_the_encoding_of_its_stream(build: Build, encoding: str) -> None:
    """Signs that a stream lacks are spelled with those it has; nothing raises, widths hold."""
    text = render_plain(build(), 80, encoding=encoding)
    text.encode(encoding)
    assert max(cell_len(row) for row in text.splitlines()) <= 80


@given(st.text(max_size=60), st.sampled_from(["ascii", "latin-1", "cp1252", "shift_jis"]))
def test_any_name_can_be_written_in_any_encoding(name: str, encoding: str) -> None:
    """Whatever a tool is called, every format can be written to a stream that is not Unicode."""
    card = make_card(tool=make_tool(name=name))
    render_html(card, encoding=encoding).encode("ascii")
    render_markdown(card, encoding=encoding).encode(encoding)
    render_plain(card, 40, encoding=encoding).encode(encoding)
    parsed = json.loads(render_json(card, encoding=encoding).encode(encoding).decode(encoding))
    assert parsed["tool"]["name"] == name


def test_references_read_like_the_characters() -> None:
    """A page or a Markdown text written in ASCII says the same as in Unicode."""
    card = make_card(tool=make_tool(name="灯籠"))
    for written in (render_markdown(card, encoding="ascii"), render_html(card, encoding="latin-1")):
        assert "灯籠" not in written
        assert "&#28783;&#31840;" in written
    assert Page(render_html(card, encoding="ascii")).texts == Page(render_html(card)).texts
    plain, referred = (markdown_tokens(render_markdown(card, encoding=e)) for e in ("utf-8", "ascii"))
    assert plain == referred


@each_card
@pytest.mark.parametrize("width", [40, 80])
def test_the_terminal_shows_the_plain_text(build: Build, width: int) -> None:
    """The terminal adds weight and colour to the plain text and changes nothing else."""
    card = build()
    assert STYLE.sub("", on_terminal(card, width)) == render_plain(card, width, detail="brief")


def test_terminal_without_colour() -> None:
    """NO_COLOR leaves no colour, a dumb terminal leaves no escape at all."""
    assert "\x1b[1;32m" in on_terminal(make_card(), 80)
    plain = on_terminal(make_card(), 80, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]", plain)
    assert "\x1b" not in on_terminal(make_card(), 80, TERM="dumb", COLORTERM="")
