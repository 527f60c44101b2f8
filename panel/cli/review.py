"""`review`: one tool in, one scorecard out."""

import sys
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import options, submission
from panel.cli.exits import exit_status
from panel.cli.output import destination, note
from panel.cli.record import located, opened
from panel.cli.scorecards import show_card
from panel.cli.terms import hired

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from panel.cli.output import Destination
    from panel.graph import Event
    from panel.intake import Intake
    from panel.ledger import Ledger
    from panel.persona import Roster
    from panel.render.board import Board
    from panel.reviewers.run import Reviewers
    from panel.scorecard import Scorecard
    from panel.settings import Settings
    from panel.verdict import Outcome

NoLedger = Annotated[bool, typer.Option("--no-ledger", help="Keep no record, and re-use none.")]
Repeat = Annotated[
    int,
    typer.Option(
        "--repeat", min=1, max=100, metavar="N", help="Ask each seat N times; only the first votes."
    ),
]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Ask again even where a verdict stands.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be asked and at what cost; write nothing.")
]
FailUnder = Annotated[
    float | None,
    typer.Option(
        "--fail-under", min=0, max=100, metavar="PCT", help="Exit with 100 below this panel percentage."
    ),
]


def review(
    source: submission.Source = None,
    *,
    name: submission.Name = None,
    tagline: submission.Tagline = None,
    category: submission.Category = None,
    description: submission.Description = None,
    pricing_model: submission.PriceModel = None,
    price: submission.Price = None,
    licence: submission.Licence = None,
    url: submission.Url = None,
    fact: submission.Facts = None,
    evidence: submission.Evidence = None,
    personas: options.Personas = None,
    persona: options.Only = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    quorum: options.Quorum = None,
    budget_usd: options.Budget = None,
    allow_unpriced: options.AllowUnpriced = False,
    calls: options.Calls = None,
    trace: options.Trace = None,
    rebuttal: options.Rebuttal = False,
    db: options.Db = None,
    no_ledger: NoLedger = False,
    no_cache: NoCache = False,
    repeat: Repeat = 1,
    dry_run: DryRun = False,
    fail_under: FailUnder = None,
    shown_as: options.Format = None,
    out: options.Out = None,
    full: options.Full = False,
    quiet: options.Quiet = False,
) -> int:
    """Review one tool and show the scorecard.

    The tool is a file, standard input (-), or described by flags; flags override a file's fields.
    The result goes to standard output or --out, progress to standard error.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    settings = load_settings(
        panelists.flags(
            db=db,
            personas=personas,
            model=model,
            persona_models=persona_model,
            quorum=quorum,
            budget_usd=budget_usd,
            allow_unpriced=allow_unpriced or None,
            calls=calls,
            rebuttal=rebuttal or None,
            format=shown_as,
        )
    )
    target = destination(shown_as or ("auto" if out else settings.format), out)
    fields = {
        "name": name,
        "tagline": tagline,
        "category": category,
        "description": submission.description(description),
        "pricing": submission.pricing(pricing_model, price),
        "licence": licence,
        "url": url,
        "facts": submission.facts(fact or ()),
    }
    intake = submission.read(source, fields, evidence or ())
    roster = panelists.seat_panel(settings, persona or ())
    location = None if no_ledger else located(settings.db)
    if dry_run:
        return _foresee(intake, roster, location, target, settings, repeat=repeat, fresh=no_cache)
    ways = Ways(repeat=repeat, fresh=no_cache, rebuttal=settings.rebuttal, quiet=quiet)
    with hired(settings, trace, roster) as reviewers, opened(location) as ledger:
        card = ask(intake, roster, ledger, reviewers, ways)
        _note_clock(card, ledger, quiet=quiet)
    show_card(card, target, full=full)
    note_reuse(card, quiet=quiet)
    _note_gate(card, fail_under, quiet=quiet)
    return exit_status([card], fail_under)


@dataclass(frozen=True)
class Ways:
    """How a panel is asked."""

    repeat: int = 1
    fresh: bool = False
    rebuttal: bool = False
    quiet: bool = False


def ask(
    intake: "Intake", roster: "Roster", ledger: "Ledger | None", reviewers: "Reviewers", ways: Ways
) -> "Scorecard":
    """Review a tool, with the board on standard error while it runs."""
    import asyncio  # noqa: PLC0415 - a tenth of what --help costs

    from panel.graph import review_tool  # noqa: PLC0415 - loads LangGraph

    with _board(roster, quiet=ways.quiet) as board:

        def show(event: "Event") -> None:
            if board is not None:
                board.update(
                    event.persona, event.state, event.detail, tokens=event.tokens, cost_usd=event.cost_usd
                )

        async def answer() -> "Scorecard":
            try:
                return await review_tool(
                    intake.tool,
                    roster,
                    findings=intake.findings,
                    ledger=ledger,
                    repeat=ways.repeat,
                    fresh=ways.fresh,
                    rebuttal=ways.rebuttal,
                    explicit_slug=intake.slug_stated,
                    reviewers=reviewers,
                    watch=show,
                )
            finally:
                await reviewers.close()

        return asyncio.run(answer())


def note_reuse(card: "Scorecard", *, quiet: bool = False) -> None:
    """Say which verdicts were not asked for again, and from when they are."""
    reused = set(card.provenance.reused)
    answers: list[Outcome] = [*card.verdicts, *card.abstentions]
    outcomes = [outcome for outcome in answers if outcome.persona in reused]
    if not outcomes:
        return
    days = sorted({outcome.provenance.created_at.astimezone().date().isoformat() for outcome in outcomes})
    since = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    noun = "verdict" if len(outcomes) == 1 else "verdicts"
    note(f"Re-used {len(outcomes)} {noun} from {since}; --no-cache asks again.", quiet=quiet)


def _board(roster: "Roster", *, quiet: bool) -> "AbstractContextManager[Board | None]":
    """Make the live board; none where nobody would see it move."""
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from panel.render.board import Board  # noqa: PLC0415 - loads Rich

    return Board(roster.seats)


def _foresee(
    intake: "Intake",
    roster: "Roster",
    location: str | None,
    target: "Destination",
    settings: "Settings",
    *,
    repeat: int,
    fresh: bool,
) -> int:
    from panel.cli.forecast import foresee, show_forecast  # noqa: PLC0415 - only --dry-run needs it

    with hired(settings) as reviewers, opened(location, create=False) as ledger:
        forecast = foresee(intake.tool, roster, ledger, location, reviewers, repeat=repeat, fresh=fresh)
    show_forecast(forecast, target)
    return 0


def _note_clock(card: "Scorecard", ledger: "Ledger | None", *, quiet: bool) -> None:
    """Say so when the ledger holds a review from what is still to come: it stays the newest."""
    newest = ledger.runs(card.tool.slug, 1) if ledger else []
    if newest and newest[0].reviewed_at > card.provenance.reviewed_at:
        note(
            f"This clock is behind the ledger, whose newest review of {card.tool.slug!r} is dated "
            f"{newest[0].reviewed_at:%Y-%m-%d %H:%M} UTC: the history goes on showing that one first.",
            quiet=quiet,
        )


def _note_gate(card: "Scorecard", fail_under: float | None, *, quiet: bool) -> None:
    if fail_under is not None and card.ship_pct is not None and card.ship_pct < fail_under:
        note(f"{card.ship_pct:.1f}% ship is below the {fail_under:g}% asked for.", quiet=quiet)
