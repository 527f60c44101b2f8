"""Renderers of a comparison: what every format says, that it fits, and that no text becomes structure."""

from __future__ import annotations

import io
import json
import os
import re
import unicodedata
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from comparisons import degraded_pair, five, pair, skipped_pair
from readings import STYLE, Page, markdown_tokens, outline
from rich.cells import cell_len
from rich.console import Console

from panel.comparison import Comparison
from panel.render.comparison.html import render_comparison_html
from panel.render.comparison.json import comparison_schema
from panel.render.comparison.markdown import render_comparison_markdown
from panel.render.comparison.plain import render_comparison_plain
from panel.render.comparison.terminal import print_comparison
from panel.render.content import link_to
from panel.render.json import render_json

if TYPE_CHECKING:
    from collections.abc import Callable

    Build = Callable[[], Comparison]

HERE = Path(__file__).parent
PAYLOADS = [
    json.loads(row) for row in (HERE / "security" / "sinks.jsonl").read_text(encoding="utf-8").splitlines()
]
PLACEHOLDER = "placeholder"
ADDRESS = "https://placeholder.example/"
FORMATS = ("plain", "terminal", "markdown", "html")

each = pytest.mark.parametrize(
    "build", [pair, degraded_pair, skipped_pair, five], ids=lambda build: build.__name__
)
each_payload = pytest.mark.parametrize(
    "payload", [p["payload"] for p in PAYLOADS], ids=[p["id"] for p in PAYLOADS]
)


def on_terminal(comparison: Comparison, width: int = 80) -> str:
    """Print a comparison on a terminal of a given width and return every byte of it."""
    stream = io.StringIO()
    known = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    print_comparison(comparison, Console(file=stream, width=width, force_terminal=True, _environ=known))
    return stream.getvalue()


def as_text(comparison: Comparison) -> dict[str, str]:
    """Render a comparison in every format a reader reads, as the reader sees it."""
    markdown = markdown_tokens(render_comparison_markdown(comparison))
    shown = {
        "plain": render_comparison_plain(comparison),
        "terminal": STYLE.sub("", on_terminal(comparison, 60)),
        "markdown": " ".join(text for _, text in markdown if text),
        "html": " ".join(Page(render_comparison_html(comparison)).texts),
    }
    return {name: " ".join(text.split()) for name, text in shown.items()}


@each
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_opens_with_the_state(build: Build, name: str) -> None:
    """The first thing a reader meets is the headline, whose first words are the state."""
    found = build()
    assert as_text(found)[name].startswith(found.headline)
    assert found.headline.startswith(found.state.replace("-", " ").upper())


def said(found: Comparison) -> list[str]:
    """Everything a comparison has to say."""
    verdict = found.recommendation
    texts = [verdict.answer, verdict.why, *verdict.caveats, *found.disclosure]
    for tool in found.tools:
        texts += [tool.title, tool.split, f"{tool.reviewed_at:%Y-%m-%d}", tool.digest[:12]]
        texts += [tool.best_for.text] if tool.best_for else []
    for row in found.personas:
        texts += [row.name, row.why, *(answer.quote for answer in row.answers)]
        texts += [f"{answer.score:.1f} of 100" for answer in row.answers if answer.score is not None]
    for attribute in found.attributes:
        texts += [attribute.name, *(note for cell in attribute.cells for note in cell.notes)]
        texts += [cell.source for cell in attribute.cells]
    for choice in found.choices:
        texts += [part for reason in choice.reasons for part in (reason.condition, reason.because)]
        texts += [cited.text for reason in choice.reasons for cited in reason.citations]
    for alternatives in found.alternatives:
        texts += alternatives.names
    for limits in found.limits:
        texts += [cited.text for limit in limits.limits for cited in limit.citations]
    for unknowns in found.unknowns:
        texts += [fact for missing in unknowns.missing for fact in missing.facts]
    for checklist in found.checklists:
        texts += [check.todo for check in checklist.checks]
    return [text for text in texts if text]


@each
@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_everything(build: Build, name: str) -> None:
    """Answer, caveats, tables, reasons, limits, unknowns, tests and quotes are text everywhere."""
    found = build()
    shown = as_text(found)[name]
    assert [text for text in said(found) if text not in shown] == []


def test_the_answer_comes_before_everything_else() -> None:
    """Which to ship with, then what the panel does not know, then the tables, the quotes last."""
    verdict = pair().recommendation
    for text in as_text(pair()).values():
        quote = pair().personas[0].answers[0].quote
        places = [text.find(part) for part in (verdict.answer, verdict.caveats[0], "At a glance", quote)]
        assert places == sorted(places)
        assert places[0] > 0


def test_nobody_has_voted_and_nothing_is_invented() -> None:
    """Community is a dash, what is not said is said to be unknown, and a broken panel shows its state."""
    text = render_comparison_plain(pair())
    assert "  Community\n    Mirror: —\n    Lantern: —\n" in text
    assert "  Licence · unknown\n    Mirror: unknown\n" in text
    assert (
        "Mirror: NO QUORUM · no verdict (1 ship, 1 skip, 1 abstained, 1 failed)"
        in render_comparison_plain(degraded_pair())
    )
    assert "not said" in render_comparison_plain(degraded_pair())


def test_findings_stand_beside_their_attribute() -> None:
    """The note about the disputed latency follows the figure, in the same cell."""
    rows = render_comparison_plain(pair()).splitlines()
    at = next(n for n, row in enumerate(rows) if row.startswith("  Latency"))
    assert "under 500 ms (vendor's claim)" in rows[at + 1]
    assert rows[at + 2].strip().startswith("! On latency")
    html = render_comparison_html(pair())
    cell = html[html.index("under 500 ms") :].split("</td>")[0]
    assert "On latency" in cell


@each
@pytest.mark.parametrize("width", [40, 80, 120])
def test_text_keeps_to_its_width(build: Build, width: int) -> None:
    """No row is wider than asked, whether the tools stand side by side or one below the other."""
    text = render_comparison_plain(build(), width)
    assert max(cell_len(row) for row in text.splitlines()) <= width
    assert not any(row.endswith(" ") for row in text.splitlines())


def test_two_tools_stand_side_by_side_where_there_is_room() -> None:
    """At 80 columns a row holds both tools; at 40, and without a width, each has its own."""
    both = [row for row in render_comparison_plain(pair(), 80).splitlines() if row.startswith("Mean score")]
    assert len(re.findall(r"\d+\.\d of 100", both[0])) == 2
    for width in (40, None):
        rows = render_comparison_plain(pair(), width).splitlines()
        assert all(len(re.findall(r"\d+\.\d of 100", row)) < 2 for row in rows)


@each
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_text_fits_the_encoding_of_its_stream(build: Build, encoding: str) -> None:
    """Signs that a stream lacks are spelled with those it has; columns still hold."""
    text = render_comparison_plain(build(), 80, encoding=encoding)
    text.encode(encoding)
    assert max(cell_len(row) for row in text.splitlines()) <= 80
    render_comparison_markdown(build(), encoding=encoding).encode(encoding)
    render_comparison_html(build(), encoding=encoding).encode("ascii" if encoding != "utf-8" else encoding)


@each
@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_terminal_shows_the_plain_text(build: Build, width: int) -> None:
    """The terminal adds weight and colour to the plain text and changes nothing else."""
    found = build()
    assert STYLE.sub("", on_terminal(found, width)) == render_comparison_plain(found, width)


@each
def test_json_keeps_to_its_schema(build: Build) -> None:
    """The output validates against the printed schema, names it, and reads back as the same comparison."""
    schema = comparison_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    text = render_json(build())
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema, format_checker=checker).validate(json.loads(text))
    assert json.loads(text)["schema"] == "shippanel.comparison/1"
    assert Comparison.model_validate_json(text) == build()


def test_schema_refuses_what_is_no_comparison() -> None:
    """The schema is closed: a stray key or another outcome does not pass."""
    content = json.loads(render_json(pair()))
    for change in ({"extra": 1}, {"state": "fine"}, {"schema": "shippanel.scorecard/1"}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**content, **change}, comparison_schema())


@each
def test_html_is_one_inert_page(build: Build) -> None:
    """The page asks for nothing: no script, image, font or style from elsewhere, and a policy against it."""
    page = render_comparison_html(build())
    tags = {tag for tag, _ in Page(page).skeleton}
    assert tags.isdisjoint({"script", "img", "link", "iframe", "form", "object", "embed", "base"})
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert "url(" not in page
    assert "@import" not in page


@each
def test_html_headings_and_tables_are_in_order(build: Build) -> None:
    """One h1, no level skipped, every table captioned, every header cell scoped, every label present once."""
    parsed = Page(render_comparison_html(build()))
    starts = [(tag, dict(attrs)) for tag, attrs in parsed.skeleton if isinstance(attrs, list)]
    levels = [int(tag[1]) for tag, _ in starts if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert sum(tag == "table" for tag, _ in starts) == sum(tag == "caption" for tag, _ in starts) == 4
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in starts if tag == "th")
    ids = [attrs["id"] for _, attrs in starts if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["aria-labelledby"] for _, attrs in starts if "aria-labelledby" in attrs} <= set(ids)


@each
def test_html_tables_are_whole(build: Build) -> None:
    """Every row has a cell for each tool, and each cell names its tool for when columns become rows."""
    found = build()
    page = render_comparison_html(found)
    for table in re.findall(r"<table.*?</table>", page, re.DOTALL):
        for row in re.findall(r"<tr.*?</tr>", table.split("<tbody")[1], re.DOTALL):
            assert row.count('class="said"') == len(found.tools)


KEPT = {
    *("state", "label", "kind", "relation", "basis", "outcome", "rivals", "schema", "key", "slug", "tool"),
    *("winner", "model", "reviewed_at", "verified_at", "as_of", "persona", "engines"),
}


def filled(content: Any, text: str, address: str, key: str = "") -> Any:  # noqa: ANN401  # any JSON value
    """Replace every free text in a comparison's plain data; what has a closed set of values stays."""
    if isinstance(content, dict):
        return {k: filled(v, text, address, k) for k, v in content.items()}
    if isinstance(content, list):
        return [filled(value, text, address, key) for value in content]
    if not isinstance(content, str) or key in KEPT or key in {"ship", "skip"} or not content:
        return content
    return address if key == "url" else text


@cache
def everything() -> dict[str, Any]:
    """A comparison with every block there is, as plain data."""
    content: dict[str, Any] = json.loads(render_json(degraded_pair()))
    whole = json.loads(render_json(pair()))
    content["personas"] += whole["personas"]
    return content | {
        block: whole[block] for block in ("splits", "attributes", "choices", "limits", "checklists")
    }


@cache
def hostile(text: str, address: str | None = None) -> Comparison:
    """A comparison with every block there is, and one text in all its fields."""
    return Comparison.model_validate(filled(everything(), text, text if address is None else address))


@cache
def harmless(render: Callable[[Comparison], str], address: str) -> str:
    """What a format makes of a harmless text in all fields."""
    return render(hostile(PLACEHOLDER, address))


@each_payload
def test_terminal_output_is_inert(payload: str) -> None:
    """No control byte, no hyperlink, no markup: a text in any field is shown and does nothing."""
    found = hostile(payload)
    shown = on_terminal(found, 80)
    bare = STYLE.sub("", shown)
    assert bare == render_comparison_plain(found, 80)
    hidden = {c for c in bare if unicodedata.category(c) in {"Cc", "Cf", "Cn", "Co", "Zl", "Zp"}}
    assert {c for c in hidden if unicodedata.category(c) != "Cf"} == {"\n"}
    assert set(STYLE.findall(shown)) <= set(STYLE.findall(harmless(on_terminal, PLACEHOLDER)))


@each_payload
def test_markdown_keeps_its_outline(payload: str) -> None:
    """A text in any field adds no heading, list, table, link, image, HTML, fence or front matter."""
    address = ADDRESS if link_to(payload).href else PLACEHOLDER
    assert outline(render_comparison_markdown(hostile(payload))) == outline(
        harmless(render_comparison_markdown, address)
    )


@each_payload
def test_html_keeps_its_elements(payload: str) -> None:
    """A text in any field adds no element and changes no attribute; links lead to http and https only."""
    address = ADDRESS if link_to(payload).href else PLACEHOLDER
    page = render_comparison_html(hostile(payload))
    assert Page(page).skeleton == Page(harmless(render_comparison_html, address)).skeleton
    assert all(re.match(r"https?://|#", href) for href in re.findall(r'(?:href|src)="([^"]*)"', page))


@each_payload
def test_json_round_trips(payload: str) -> None:
    """JSON carries every text unchanged, and shows no control or invisible character on a screen."""
    found = hostile(payload)
    text = render_json(found)
    assert Comparison.model_validate(json.loads(text, parse_constant=pytest.fail)) == found
    assert all(character.isprintable() or character == "\n" for character in text)


SNAPSHOTS = {
    "comparison-piped.txt": lambda: render_comparison_plain(degraded_pair()),
    "comparison-40.txt": lambda: render_comparison_plain(pair(), 40),
    "comparison-80.ansi": lambda: on_terminal(pair(), 80),
    "comparison-120.ansi": lambda: on_terminal(five(), 120),
    "comparison.md": lambda: render_comparison_markdown(pair()),
    "comparison.html": lambda: render_comparison_html(pair()),
    "comparison.json": lambda: render_json(pair()),
}


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_output_looks_as_it_did(name: str) -> None:
    """Formats change on purpose only: UPDATE_SNAPSHOTS=1 writes what is then reviewed as a diff."""
    path = HERE / "snapshots" / name
    shown = SNAPSHOTS[name]()
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        path.write_text(shown, encoding="utf-8", newline="\n")
    assert shown == path.read_text(encoding="utf-8")
