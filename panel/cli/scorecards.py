"""Showing a scorecard in the format and place that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from panel.cli.output import Destination
    from panel.scorecard import Scorecard


def show_card(card: Scorecard, target: Destination, *, full: bool = False) -> None:
    """Show a scorecard: on a terminal in brief unless asked for in full, elsewhere always in full.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "text":
        from panel.render.terminal import print_card  # noqa: PLC0415 - each format loads its own renderer

        print_card(card, target.console(), detail="full" if full else "brief")
    else:
        target.send(_written(card, target))


def _written(card: Scorecard, target: Destination) -> str:
    if target.format == "json":
        from panel.render.json import render_json  # noqa: PLC0415 - likewise

        return render_json(card, encoding=target.encoding)
    if target.format == "md":
        from panel.render.markdown import render_markdown  # noqa: PLC0415 - likewise

        return render_markdown(card)
    if target.format == "html":
        from panel.render.html import render_html  # noqa: PLC0415 - likewise

        return render_html(card)
    from panel.render.plain import render_plain  # noqa: PLC0415 - likewise

    return render_plain(card, target.width, encoding=target.encoding)
