"""The HTML page: self-contained, in order for a screen reader, legible in both colour schemes."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from readings import Page, each_card

from panel.render import html
from panel.render.html import render_html

if TYPE_CHECKING:
    from readings import Build

STYLE_SHEET = Path(html.__file__).parent / "templates" / "style.css"


@each_card
def test_html_is_one_inert_page(build: Build) -> None:
    """The page asks for nothing: no script, image, font or style from elsewhere, and a policy against it."""
    page = render_html(build())
    tags = {tag for tag, _ in Page(page).skeleton}
    assert tags.isdisjoint({"script", "img", "link", "iframe", "form", "object", "embed", "base"})
    assert "default-src 'none'; style-src 'unsafe-inline'" in page
    assert "url(" not in page
    assert "@import" not in page


@each_card
def test_html_headings_and_tables_are_in_order(build: Build) -> None:
    """One h1, no level skipped, every table captioned, every header cell scoped, every label present once."""
    parsed = Page(render_html(build()))
    starts = [(tag, dict(attrs)) for tag, attrs in parsed.skeleton if isinstance(attrs, list)]
    levels = [int(tag[1]) for tag, _ in starts if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert sum(tag == "table" for tag, _ in starts) == sum(tag == "caption" for tag, _ in starts)
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in starts if tag == "th")
    ids = [attrs["id"] for _, attrs in starts if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert {attrs["aria-labelledby"] for _, attrs in starts if "aria-labelledby" in attrs} <= set(ids)
    assert ("html", {"lang": "en"}) in starts


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_colours_contrast_in_light_and_dark() -> None:
    """Every text colour reaches 4.5 : 1 on the paper, in both schemes and in print."""
    style = STYLE_SHEET.read_text(encoding="utf-8")
    schemes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", part)) for part in style.split(":root {")[1:]]
    assert [len(scheme) for scheme in schemes] == [9, 9, 9]
    for scheme in schemes:
        paper = luminance(scheme["paper"])
        for name in ("ink", "soft", "ship", "skip", "abstained", "failed", "link"):
            low, high = sorted((paper, luminance(scheme[name])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, name
