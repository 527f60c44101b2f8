"""`ledger`: check the record, and count what is in it."""

from typing import TYPE_CHECKING

from panel.cli import options
from panel.cli.output import destination, note
from panel.cli.record import located

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.ledger import Ledger, LedgerStats, VerifyReport


def verify(
    *, db: options.Db = None, shown_as: options.PlainOrJson = None, quiet: options.Quiet = False
) -> int:
    """Work out every key, digest and scorecard again.

    The status is 1 when something does not agree.
    """
    target = destination(shown_as or "plain", None)
    with standing_ledger(db) as ledger:
        report = ledger.verify()
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


def standing_ledger(db: str | None) -> "Ledger":
    """Open the ledger that a flag or the settings name; one that is not there is not made.

    Raises:
        LedgerError: there is none, or it cannot be opened.
    """
    from panel.ledger import open_ledger  # noqa: PLC0415 - loads the database
    from panel.settings import load_settings  # noqa: PLC0415 - loads pydantic

    return open_ledger(located(load_settings({"db": db}).db), create=False)


def _verified(report: "VerifyReport") -> "Iterator[str]":
    for table, count in report.checked.items():
        yield f"{table:15} {count:>9,} checked"
    if report.replaced:
        yield f"{'set aside':15} {report.replaced:>9,} damaged earlier and answered anew"
    for problem in report.problems:
        yield f"{problem.table} {problem.key}: {problem.detail}"
    count = len(report.problems)
    yield "Everything agrees." if report.sound else f"{count} problem{'' if count == 1 else 's'}."


def _counted(figures: "LedgerStats") -> "Iterator[str]":
    yield f"{'location':10} {figures.location}"
    yield f"{'size':10} {figures.size_bytes / 1024:,.0f} KiB"
    for name in ("tools", "revisions", "verdicts", "attempts", "runs"):
        yield f"{name:10} {getattr(figures, name):,}"
    for spend in figures.spend:
        cost = "unknown" if spend.cost_usd is None else f"${spend.cost_usd:,.4f}"
        tokens = f"{spend.input_tokens:,} tokens in, {spend.output_tokens:,} out"
        yield f"{spend.spec:10} {spend.calls:,} calls, {tokens}, {cost}"
