"""How `batch run` shows what it did, and how it exits."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from panel.canary import canary_status
from panel.cli.exits import statuses_of, worst
from panel.cli.output import MEASURE, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.batch import BatchReport
    from panel.cli.output import Destination
    from panel.ledger import Ledger

WIDE = 140
"""The widest a row of the table gets on a terminal, in cells."""


def show_batch(report: BatchReport, target: Destination, ledger: Ledger) -> None:
    """Show a batch in the format and place that were asked for.

    Raises:
        OutputError: it cannot be written.
        LedgerError: a scorecard cannot be read.
    """
    if target.format == "jsonl":
        target.send_parts(_cards(report, ledger, target.encoding))
    elif target.format == "text":
        from panel.batch.render.plain import lay_out_batch  # noqa: PLC0415 - each format loads its own
        from panel.render.terminal import print_lines  # noqa: PLC0415 - likewise

        console = target.console()
        width = min(console.width, WIDE)
        print_lines(lay_out_batch(report, width, console.height), console, width)
    else:
        _send(report, target)


def _send(report: BatchReport, target: Destination) -> None:
    if target.format == "json":
        from panel.render.json import render_json  # noqa: PLC0415 - each format loads its own

        target.send(render_json(report, encoding=target.encoding))
    elif target.format == "csv":
        from panel.batch.render.table import render_batch_csv  # noqa: PLC0415 - likewise

        target.send(render_batch_csv(report))
    elif target.format == "md":
        from panel.batch.render.markdown import render_batch_markdown  # noqa: PLC0415 - likewise

        target.send(render_batch_markdown(report))
    elif target.format == "html":
        from panel.batch.render.html import render_batch_html  # noqa: PLC0415 - likewise

        target.send(render_batch_html(report))
    else:
        from panel.batch.render.plain import lay_out_batch  # noqa: PLC0415 - likewise

        target.send_lines(lay_out_batch(report, target.width and min(target.width, MEASURE)))


def note_outcome(report: BatchReport, target: Destination, *, fresh: bool, quiet: bool) -> None:
    """Say on standard error what the result does not show, and how a batch that is not finished goes on.

    Args:
        report: the batch.
        target: where its result went.
        fresh: whether standing reviews were passed over; the same command would begin anew.
        quiet: say nothing.
    """
    if target.format == "jsonl":
        for row in report.rows:
            if row.fate == "unusable":
                note(f"{row.place}: {row.detail}", quiet=quiet)
    if target.path:
        from panel.batch.render.content import arrange_batch  # noqa: PLC0415 - only a file leaves it untold

        note(f"{arrange_batch(report).headline}; written to {target.path}.", quiet=quiet)
    if report.counts.left and report.ending != "finished":
        words = ["shippanel", *sys.argv[1:]]
        if fresh:
            began = report.started_at.isoformat(timespec="seconds")
            words = [*(word for word in words if word != "--no-cache"), "--since", began]
        note(f"Go on with: {shlex.join(words)}", quiet=quiet)


def status_of(report: BatchReport, fail_under: float | None) -> int:
    """Return the exit status of a batch: that of its worst item."""

    def statuses() -> Iterator[int]:
        if report.ending in {"interrupted", "budget"}:
            yield {"interrupted": 130, "budget": 5}[report.ending]
        yield canary_status(report.canaries)
        for row in report.rows:
            if row.fate == "unusable":
                yield 2
            elif row.state is not None and row.fate != "canary":
                yield from statuses_of(row.state, row.failures, row.ship_pct, fail_under)

    return worst(statuses())


def _cards(report: BatchReport, ledger: Ledger, encoding: str) -> Iterator[str]:
    """Write the scorecards one a line, in the order of the submissions."""
    from panel.render.json import render_json  # noqa: PLC0415 - each format loads its own

    for row in report.rows:
        if row.run is not None:
            yield render_json(ledger.card(row.run), encoding=encoding, indent=None)
