"""A scorecard as one self-contained HTML page: no script, no font, no image, no request.

Jinja escapes every value; nothing is ever marked as safe. Addresses become links only when
`content.link_to` allows them. The page's frame, style and parts serve other pages as well.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from panel.render import wording
from panel.render.content import arrange
from panel.render.lines import is_unicode, refer

if TYPE_CHECKING:
    from jinja2 import Environment

    from panel.scorecard import Scorecard


def render_html(card: Scorecard, *, encoding: str = "utf-8") -> str:
    """Write a scorecard as a page, in full.

    Args:
        card: what to show.
        encoding: what the stream can carry; to one that is not UTF-8 the page is written in ASCII.
    """
    return render_page(
        "scorecard.html", encoding=encoding, sheet=arrange(card), version=card.provenance.version
    )


def render_page(template: str, *, encoding: str = "utf-8", **content: object) -> str:
    """Fill one of the package's templates; every value in `content` is escaped.

    A page says of itself that it is UTF-8, and so is its ASCII form with references.
    """
    page = _environment().get_template(template).render(content)
    return page if is_unicode(encoding) else refer(page, "ascii")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415  # costs 40 ms to load

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals["wording"] = wording
    return environment
