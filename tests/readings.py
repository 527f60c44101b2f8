"""How a reader's programs read what the renderers write: a terminal, a browser, a Markdown processor."""

from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import cards
import pytest
from markdown_it import MarkdownIt
from rich.console import Console

from panel.render.html import render_html
from panel.render.markdown import render_markdown
from panel.render.plain import render_plain
from panel.render.terminal import print_card

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.render.content import Detail
    from panel.scorecard import Scorecard

    Build = Callable[[], Scorecard]

STYLE = re.compile(r"\x1b\[[0-9;]*m")

BUILDERS = (
    cards.make_card,
    cards.all_ship,
    cards.evenly_split,
    cards.partial,
    cards.no_quorum,
    cards.insufficient,
    cards.with_findings,
    cards.with_stability,
    cards.with_evidence,
    cards.everything,
)
each_card = pytest.mark.parametrize("build", BUILDERS, ids=lambda build: build.__name__)


def on_terminal(card: Scorecard, width: int, detail: Detail = "brief", **environment: str) -> str:
    """Print a card on a terminal of a given width and return every byte of it."""
    stream = io.StringIO()
    known = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **environment}
    console = Console(file=stream, width=width, force_terminal=True, _environ=known)
    print_card(card, console, detail=detail)
    return stream.getvalue()


def as_text(card: Scorecard) -> dict[str, str]:
    """Render a card in every format a reader reads, as the reader sees it."""
    shown = {
        "plain": render_plain(card),
        "terminal": STYLE.sub("", on_terminal(card, 80, "full")),
        "markdown": " ".join(text for _, text in markdown_tokens(render_markdown(card)) if text),
        "html": " ".join(Page(render_html(card)).texts),
    }
    return {name: " ".join(text.split()) for name, text in shown.items()}


class Page(HTMLParser):
    """The elements of a page with their attributes, and apart from them its texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.skeleton: list[tuple[str, object]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element and its attributes; where a link leads is not structure."""
        self.skeleton.append((tag, [(key, "" if key == "href" else value) for key, value in attrs]))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        self.skeleton.append((tag, "end"))
        self.open.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Note a text, unless it is the style sheet or the title."""
        if data.strip() and self.open[-1] not in {"style", "title"}:
            self.texts.append(" ".join(data.split()))

    def handle_comment(self, data: str) -> None:
        """Note a comment; there should be none."""
        self.skeleton.append(("comment", data))


def markdown_tokens(text: str) -> list[tuple[str, str]]:
    """Parse Markdown as a strict reader would: tables, strike-through, and addresses turned into links."""
    found: list[tuple[str, str]] = []
    for token in MarkdownIt("gfm-like").parse(text):
        parts = token.children if token.type == "inline" else [token]
        for part in parts or []:
            shown = part.content.replace("\u2060", "")
            if part.type == "text" and found and found[-1][0] == "text":
                found[-1] = ("text", found[-1][1] + shown)
            elif part.type != "text" or shown:
                found.append((part.type, shown))
    return found


def outline(text: str) -> list[str]:
    """The kinds of blocks and elements in a Markdown text, in order."""
    return [kind for kind, _ in markdown_tokens(text)]
