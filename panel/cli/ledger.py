"""`ledger`: check the record, count what is in it, and move it to another place."""

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import options
from panel.cli.counter import counting
from panel.cli.output import destination, note
from panel.cli.record import located
from panel.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from panel.ledger import ImportReport, Ledger, LedgerStats, VerifyReport

Export = Annotated[
    str, typer.Argument(metavar="FILE|-", help="What `ledger export` wrote, or - for standard input.")
]
Kept = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="Write the lines here.")]


def verify(
    *, db: options.Db = None, shown_as: options.PlainOrJson = None, quiet: options.Quiet = False
) -> int:
    """Work out every key, digest and scorecard again.

    The status is 1 when something does not agree.
    """
    target = destination(shown_as or "plain", None)
    with standing_ledger(db) as ledger:
        with counting("Checking", quiet=quiet) as count:
            report = ledger.verify(count)
        note(f"Checked {ledger.location}", quiet=quiet)
    if target.format == "json":
        target.send_json("verification", {"sound": report.sound, **report.model_dump(mode="json")})
    else:
        target.send_lines(_verified(report))
    return 0 if report.sound else 1


def stats(*, db: options.Db = None, shown_as: options.PlainOrJson = None) -> int:
    """Count tools, verdicts and runs, and what they cost."""
    target = destination(shown_as or "plain", None)
    with standing_ledger(db) as ledger:
        figures = ledger.stats()
    if target.format == "json":
        target.send_json("stats", figures.model_dump(mode="json"))
    else:
        target.send_lines(_counted(figures))
    return 0


def export(*, db: options.Db = None, out: Kept = None, quiet: options.Quiet = False) -> int:
    """Write the whole ledger as lines of JSON, as it stands at this moment.

    The same rows give the same bytes on SQLite and on PostgreSQL.
    """
    target = destination("jsonl", out)
    with standing_ledger(db) as ledger:
        with counting("Writing", quiet=quiet) as count:
            target.send_parts(f"{line}\n" for line in ledger.export_lines(count))
        note(f"Exported {ledger.location}", quiet=quiet)
    return 0


def take_in(
    export: Export,
    *,
    db: options.Db = None,
    shown_as: options.PlainOrJson = None,
    quiet: options.Quiet = False,
) -> int:
    """Add what another ledger exported and this one lacks.

    Every row is checked first. What cannot be taken is listed by line, and the status is 2. The same
    command goes on where it was interrupted.
    """
    from panel.document import STDIN, display_name  # noqa: PLC0415 - loads the parsers
    from panel.ledger import open_ledger  # noqa: PLC0415 - loads the database
    from panel.settings import load_settings  # noqa: PLC0415 - loads pydantic

    target = destination(shown_as or "plain", None)
    source = nullcontext(sys.stdin.buffer) if export == STDIN else _opened(export)
    with source as stream, open_ledger(located(load_settings({"db": db}).db)) as ledger:
        with counting("Reading", quiet=quiet) as count:
            report = ledger.import_lines(stream, name=display_name(export), progress=count)
        note(f"Imported into {ledger.location}", quiet=quiet)
    if target.format == "json":
        target.send_json("import", report.model_dump(mode="json"))
    else:
        target.send_lines(_taken(report))
    return 2 if report.refused else 0


def standing_ledger(db: str | None) -> "Ledger":
    """Open the ledger that a flag or the settings name; one that is not there is not made.

    Raises:
        LedgerError: there is none, or it cannot be opened.
    """
    from panel.ledger import open_ledger  # noqa: PLC0415 - loads the database
    from panel.settings import load_settings  # noqa: PLC0415 - loads pydantic

    return open_ledger(located(load_settings({"db": db}).db), create=False)


def _opened(export: str) -> "AbstractContextManager[BinaryIO]":
    try:
        return Path(export).open("rb")
    except OSError as error:
        raise InputError(
            f"{export}: cannot be read: {error.strerror}", "Check the path and its permissions."
        ) from None


def _taken(report: "ImportReport") -> "Iterator[str]":
    for table, added in report.added.items():
        if added or report.standing[table]:
            yield f"{table:15} {added:>9,} added {report.standing[table]:>9,} there already"
    for problem in report.problems:
        yield f"line {problem.line:,}{'' if problem.refused else ', taken'}: {problem.detail}"
    unlisted = report.refused + report.remarks - len(report.problems)
    if unlisted:
        yield f"… and {unlisted:,} more lines like these."
    lines = f"{report.refused:,} line{'' if report.refused == 1 else 's'}"
    yield f"{lines} left out." if report.refused else "Everything was taken."


def _verified(report: "VerifyReport") -> "Iterator[str]":
    for table, count in report.checked.items():
        yield f"{table:15} {count:>9,} checked"
    if report.replaced:
        yield f"{'set aside':15} {report.replaced:>9,} damaged earlier and answered anew"
    for problem in report.problems:
        yield f"{problem.table} {problem.key}: {problem.detail}"
    if report.unlisted:
        yield f"… and {report.unlisted:,} more."
    count = len(report.problems) + report.unlisted
    yield "Everything agrees." if report.sound else f"{count:,} problem{'' if count == 1 else 's'}."


def _counted(figures: "LedgerStats") -> "Iterator[str]":
    yield f"{'location':10} {figures.location}"
    yield f"{'size':10} {figures.size_bytes / 1024:,.0f} KiB"
    for name in ("tools", "revisions", "verdicts", "attempts", "runs"):
        yield f"{name:10} {getattr(figures, name):,}"
    for spend in figures.spend:
        cost = "unknown" if spend.cost_usd is None else f"${spend.cost_usd:,.4f}"
        tokens = f"{spend.input_tokens:,} tokens in, {spend.output_tokens:,} out"
        yield f"{spend.spec:10} {spend.calls:,} calls, {tokens}, {cost}"
