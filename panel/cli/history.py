"""`history`: what was reviewed, what came of it, and what has moved since."""

import re
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import options
from panel.cli.ledger import standing_ledger
from panel.cli.output import destination
from panel.cli.scorecards import show_card
from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from panel.history import Changes, Shift
    from panel.ledger import Ledger, RevisionRow, RunRow, ToolRow
    from panel.render.lines import Line
    from panel.scorecard import Scorecard

Limit = Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, metavar="N", help="How many at most.")]
Match = Annotated[
    str, typer.Option("--match", metavar="TEXT", help="Only tools whose name or slug has this.")
]
Before = Annotated[
    str | None,
    typer.Option("--before", metavar="CURSOR|DATE", help="Go on where a page ended, or at a date."),
]
Wanted = Annotated[str, typer.Argument(metavar="SLUG|RUN", help="A tool's slug, or the id of a run.")]
Other = Annotated[str | None, typer.Argument(metavar="RUN", help="A later run, when the first is a run.")]
Revision = Annotated[
    int | None,
    typer.Option("--revision", min=1, metavar="N", help="Show the newest scorecard of this revision."),
]
Card = Annotated[bool, typer.Option("--card", help="Show the newest scorecard.")]
From = Annotated[int | None, typer.Option("--from", min=1, metavar="N", help="The earlier revision.")]
To = Annotated[int | None, typer.Option("--to", min=1, metavar="N", help="The later revision.")]

RUN_ID = re.compile(r"[0-9a-f]{32}")


def show_tools(
    *,
    match: Match = "",
    limit: Limit = 20,
    before: Before = None,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
) -> int:
    """List the tools that were reviewed, the latest first."""
    target = destination(shown_as or "plain", None)
    with standing_ledger(db) as ledger:
        rows = ledger.tools(limit + 1, before, match)
    rows, more = rows[:limit], rows[limit:]
    if target.format == "json":
        tools = [row.model_dump(mode="json") for row in rows]
        target.send_json("history", {"tools": tools, "next": rows[-1].cursor if more else None})
        return 0
    if rows:
        target.send_table([_listed(row) for row in rows])
    else:
        target.send_lines(["Nothing found."])
    if more:
        target.send_lines(["", f"More: --before {rows[-1].cursor}"])
    return 0


def show(
    wanted: Wanted,
    *,
    card: Card = False,
    revision: Revision = None,
    limit: Limit = 20,
    db: options.Db = None,
    shown_as: options.Format = None,
    out: options.Out = None,
    full: options.Full = False,
) -> int:
    """Show the revisions and runs of a tool, or one scorecard of it."""
    target = destination(shown_as or "auto", out)
    with standing_ledger(db) as ledger:
        if RUN_ID.fullmatch(wanted):
            show_card(ledger.card(wanted), target, full=full)
            return 0
        runs = _runs(ledger, wanted, limit)
        if card or revision:
            show_card(_card(ledger, wanted, revision), target, full=full)
            return 0
        revisions = ledger.revisions(wanted)
    if target.format == "json":
        content = {
            "slug": wanted,
            "revisions": [row.model_dump(mode="json") for row in revisions],
            "runs": [row.model_dump(mode="json") for row in runs],
        }
        target.send_json("tool-history", content)
    else:
        target.send_lines([wanted, "", "Revisions"])
        target.send_table([_told(revision) for revision in revisions])
        target.send_lines(["", "Runs, the latest first"])
        target.send_table(
            [(_minute(run.reviewed_at), f"revision {run.revision}", _result(run), run.id) for run in runs]
        )
    return 0


def diff(
    wanted: Wanted,
    other: Other = None,
    *,
    earlier: From = None,
    later: To = None,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
) -> int:
    """Show what moved between two reviews.

    Of a tool: its last two runs, or two revisions. Of two run ids: those runs.
    """
    from panel.history import changes  # noqa: PLC0415 - loads pydantic

    target = destination(shown_as or "plain", None)
    if other and (earlier or later):
        raise InputError(
            "--from and --to name revisions of one tool", "Name a slug, or two runs without them."
        )
    with standing_ledger(db) as ledger:
        runs = (ledger.card(wanted), ledger.card(other)) if other else None
        before, after = runs or _pair(ledger, wanted, earlier, later)
    moved = changes(before, after)
    if target.format == "json":
        content = {"nothing": moved.nothing, "summary": list(moved.summary), **moved.model_dump(mode="json")}
        target.send_json("changes", content)
    else:
        target.send_lines(_differences(moved))
    return 0


def _pair(
    ledger: "Ledger", slug: str, earlier: int | None, later: int | None
) -> "tuple[Scorecard, Scorecard]":
    """Find the two scorecards to compare: of the revisions named, or of the last two runs."""
    runs = _runs(ledger, slug)
    if earlier is None and later is None:
        if len(runs) < 2:
            raise InputError(
                f"{slug}: was reviewed once; there is nothing to compare yet", "Review it again first."
            )
        return ledger.card(runs[1].id), ledger.card(runs[0].id)
    last = later or ledger.revisions(slug)[-1].number
    first = earlier or last - 1
    if first < 1:
        raise InputError(f"{slug}: has no revision before 1", "Name the earlier one with --from.")
    return _card(ledger, slug, first), _card(ledger, slug, last)


def _runs(ledger: "Ledger", slug: str, limit: int = 2) -> "list[RunRow]":
    runs = ledger.runs(slug, limit)
    if not runs:
        near = ledger.find_slug(slug)
        advice = f"; did you mean {near!r}?" if near and near != slug else ""
        raise InputError(
            f"no tool called {slug!r} was reviewed{advice}", "`shippanel history list` shows them all."
        )
    return runs


def _card(ledger: "Ledger", slug: str, revision: int | None) -> "Scorecard":
    card = ledger.latest_card(slug, revision)
    if card is None:
        numbers = ", ".join(str(row.number) for row in ledger.revisions(slug))
        raise InputError(
            f"{slug}: revision {revision} was not reviewed", f"Reviewed so far: revision {numbers}."
        )
    return card


def _listed(row: "ToolRow") -> tuple[str, ...]:
    revisions = f", {row.revisions} revisions" if row.revisions > 1 else ""
    return _minute(row.reviewed_at), _result(row), row.slug, f"{row.name}{revisions}"


def _told(revision: "RevisionRow") -> tuple[str, ...]:
    return str(revision.number), _minute(revision.created_at), revision.digest[:16]


def _minute(moment: "datetime") -> str:
    """Write a moment in local time."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _result(row: "ToolRow | RunRow") -> str:
    """The label and percentage, with the state wherever it is not complete."""
    if row.label is None or row.ship_pct is None:
        return "no quorum"
    state = "" if row.state == "complete" else f" {row.state}"
    return f"{row.label} {row.ship_pct:.1f}%{state}"


def _differences(moved: "Changes") -> "Iterator[str | Line]":
    from panel.render.lines import line  # noqa: PLC0415 - --help does not need it

    for word, side in (("Before", moved.before), ("After", moved.after)):
        yield line(
            f"{_minute(side.reviewed_at)}, revision {side.revision}: {side.headline}",
            lead=f"{word:7}",
            hang=" " * 7,
        )
    yield ""
    yield from moved.summary
    for shift in moved.submission:
        yield ""
        yield shift.field
        yield from _sides(shift)


def _sides(shift: "Shift") -> "Iterator[str | Line]":
    from panel.render.lines import line  # noqa: PLC0415 - likewise

    for sign, text in (("-", shift.before), ("+", shift.after)):
        if text is not None:
            yield line(" ".join(text.split()), lead=f"  {sign} ", hang="    ")
