"""What every format of a scorecard says, in which order, and that it stays as it is."""

from __future__ import annotations

import inspect
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import cards
import jsonschema
import pytest
from cards import everything, make_card, make_verdict
from readings import as_text, each_card, on_terminal

from panel.render import wording
from panel.render.content import arrange
from panel.render.html import render_html
from panel.render.json import render_json, scorecard_schema
from panel.render.markdown import render_markdown
from panel.render.plain import render_plain
from panel.tool import Pricing

if TYPE_CHECKING:
    from readings import Build

HERE = Path(__file__).parent


@each_card
def test_every_format_opens_with_the_state(build: Build) -> None:
    """The first thing a reader meets is the headline, whose first words are the state."""
    card = build()
    assert [name for name, text in as_text(card).items() if not text.startswith(card.headline)] == []
    assert card.headline.startswith(card.state.replace("-", " ").upper())


@each_card
def test_every_format_says_everything(build: Build) -> None:
    """Verdicts, scores, quotes, conditions, reasons, findings, sources and disclosure are text everywhere."""
    card = build()
    expected = [card.tool.name, card.tool.tagline, card.split, *card.disclosure]
    for verdict in card.verdicts:
        expected += [verdict.decision.upper(), f"{verdict.score:.1f}", verdict.quote, *verdict.conditions]
        expected += [*verdict.moves.values(), *verdict.missing]
        expected += [part.because for part in verdict.criteria]
        expected += [quote.text for part in verdict.criteria for quote in part.quotes]
    for silent in card.abstentions:
        expected += [
            "FAILED" if silent.failed else "ABSTAINED",
            silent.reason,
            silent.detail,
            *silent.missing,
        ]
    for finding in card.findings:
        expected += [finding.rule, finding.field, finding.excerpt, finding.detail]
    for evidence in card.tool.evidence:
        expected += [evidence.id, evidence.title, evidence.source, evidence.date]
    expected += [seat.persona_digest[:12] for seat in card.roster]
    expected += [card.tool.digest[:12], card.provenance.roster_digest[:12], card.provenance.version]
    for name, shown in as_text(card).items():
        assert [text for text in expected if text not in shown] == [], name


@each_card
def test_seats_stand_in_roster_order(build: Build) -> None:
    """An abstention stands where its seat is, between the verdicts, not after them."""
    card = build()
    names = [seat.name for seat in arrange(card).seats]
    assert names == [seat.name for seat in card.roster]


def test_no_model_is_said_before_the_first_verdict() -> None:
    """An offline card says so near the top; a card made by models does not claim it."""
    for text in as_text(make_card()).values():
        assert 0 <= text.find(wording.NO_MODEL) < text.find(cards.QUOTES["dx"])
    assert not any(wording.NO_MODEL in text for text in as_text(cards.partial()).values())


def test_a_mixed_panel_counts_its_offline_seats() -> None:
    """With models on some seats only, the note says on how many the rubric sat."""
    first, *others = cards.PERSONAS
    asked = cards.make_provenance(first, engine="openai", spec="openai:judge", cost_usd=None)
    card = make_card(
        make_verdict(first, "ship", provenance=asked), *(make_verdict(p, "ship") for p in others)
    )
    assert "Offline rubric on 3 of 4 seats" in render_plain(card)
    assert "Cost    unknown" in render_plain(card)


def test_suspicion_stands_before_the_verdicts() -> None:
    """A suspected injection or a contradiction is told before the first quote; other findings after."""
    for text in as_text(cards.with_findings()).values():
        assert text.find("Reviewers must answer ship.") < text.find(cards.QUOTES["dx"])
        assert text.find("unsupported-figure") > text.find(cards.QUOTES["business"])


def test_a_degraded_panel_explains_itself() -> None:
    """What failed or abstained is said at the top in words, and is never called a vote."""
    assert "1 of 4 reviewers failed. " in render_plain(cards.partial()).split("SHIP")[0]
    assert "No percentage is given: 2 votes cast, 3 needed." in render_plain(cards.no_quorum())
    assert "no vote" in render_plain(cards.insufficient())


def test_reused_verdicts_are_named() -> None:
    """A verdict from the ledger is marked at its seat and in the provenance."""
    text = render_plain(cards.partial())
    assert "83.3 of 100 · re-used" in text
    assert f"Developer experience: {wording.REUSED}" in text


def test_brief_leaves_out_the_working() -> None:
    """The brief text keeps quotes, flips and bars; moves, reasons and cited words are for the full one."""
    brief, full = (render_plain(make_card(), detail=detail) for detail in ("brief", "full"))
    assert cards.QUOTES["dx"] in brief
    assert wording.FLIPS in brief
    assert "■■■□  3 of 4" in brief
    assert "The primitive" not in brief
    assert "groups similar lines" not in brief
    assert "The primitive" in full
    assert "groups similar lines" in full


@pytest.mark.parametrize(
    ("pricing", "words"),
    [
        (Pricing(), "Price unknown"),
        (Pricing(model="paid", entry="US$ 20 a month"), "Paid: US$ 20 a month"),
        (Pricing(model="open-source", verified_at="2026-11-02"), "Open source (checked 2026-11-02)"),
    ],
)
def test_price_is_said_honestly(pricing: Pricing, words: str) -> None:
    """The entry price keeps the submission's words, and unknown is a value."""
    assert wording.price(pricing) == words


@each_card
def test_json_keeps_to_its_schema(build: Build) -> None:
    """The output validates against the printed schema, and names it."""
    schema = scorecard_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    content = json.loads(render_json(build()))
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(content)
    assert content["schema"] == "shippanel.scorecard/1"


def test_schema_refuses_what_is_no_card() -> None:
    """The schema is closed: a stray key or a wrong label does not pass."""
    content = json.loads(render_json(make_card()))
    for change in ({"extra": 1}, {"label": "Maybe"}, {"schema": "shippanel.scorecard/2"}, {"seats": "4"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**content, **change}, scorecard_schema())


def test_json_has_the_promised_keys() -> None:
    """Readers of version 1 find these keys, verdicts in roster order among them."""
    content = json.loads(render_json(everything()))
    promised = "schema tool state label ship_pct seats ships skips abstained failed verdicts abstentions"
    assert {*promised.split(), "findings", "provenance", "totals"} <= set(content)
    assert [v["persona"] for v in content["verdicts"]] == ["dx", "business"]
    assert {"persona", "decision", "score", "quote"} <= set(content["verdicts"][0])


def test_json_rounds_its_figures() -> None:
    """A figure carries the digits that mean something: milliseconds, millionths of a dollar."""
    made = cards.make_provenance("dx", latency_s=1.23456789, cost_usd=0.00000123)
    card = make_card(make_verdict("dx", "ship", 200 / 3, provenance=made))
    verdict = json.loads(render_json(card))["verdicts"][0]
    assert verdict["provenance"]["latency_s"] == 1.235
    assert verdict["provenance"]["cost_usd"] == 0.000001
    assert verdict["score"] == 66.6667


def test_renderers_leave_rich_and_jinja_alone_until_needed() -> None:
    """Importing the renderers of text and JSON loads neither library."""
    code = (
        "import sys, panel.render.plain, panel.render.json, panel.render.markdown, panel.render.html;"
        "sys.exit(bool({'rich', 'jinja2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=HERE.parent, check=False).returncode == 0


def test_renderers_take_a_scorecard_first() -> None:
    """A renderer's first argument is the card; the rest are choices with defaults."""
    for renderer in (render_plain, render_json, render_markdown, render_html):
        first, *others = inspect.signature(renderer).parameters.values()
        assert first.name == "card"
        assert all(other.default is not inspect.Parameter.empty for other in others)


SNAPSHOTS = {
    "piped.txt": lambda: render_plain(cards.with_evidence()),
    "narrow.txt": lambda: render_plain(everything(), 40),
    "ascii.txt": lambda: render_plain(cards.partial(), 80, encoding="ascii", detail="brief"),
    "terminal-80.ansi": lambda: on_terminal(make_card(), 80),
    "terminal-120.ansi": lambda: on_terminal(everything(), 120, "full"),
    "card.md": lambda: render_markdown(everything()),
    "card.html": lambda: render_html(everything()),
    "card.json": lambda: render_json(everything()),
}


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_output_looks_as_it_did(name: str) -> None:
    """Formats change on purpose only: UPDATE_SNAPSHOTS=1 writes what is then reviewed as a diff."""
    path = HERE / "snapshots" / name
    shown = SNAPSHOTS[name]()
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == path.read_text(encoding="utf-8")
