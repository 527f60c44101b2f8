"""`compare`: two to five tools side by side."""

from typing import TYPE_CHECKING, Annotated

import typer

from panel.cli import options
from panel.cli.exits import exit_status
from panel.cli.output import destination
from panel.cli.record import located, opened
from panel.cli.review import NoCache, NoLedger, Ways, ask, note_reuse
from panel.cli.terms import hired
from panel.errors import InputError

if TYPE_CHECKING:
    from panel.cli.output import Destination
    from panel.comparison import Comparison
    from panel.intake import Intake
    from panel.ledger import Ledger
    from panel.persona import Roster
    from panel.reviewers.run import Reviewers
    from panel.scorecard import Scorecard

Tools = Annotated[
    list[str],
    typer.Argument(metavar="A B [C D E]", help="Two to five tools: files, - or slugs the ledger knows."),
]

_SUFFIXES = (".yaml", ".yml", ".json", ".md", ".markdown")


def compare(
    tools: Tools,
    *,
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
    shown_as: options.Format = None,
    out: options.Out = None,
    quiet: options.Quiet = False,
) -> int:
    """Compare two to five tools side by side.

    It tells which to ship with, why, and what the panel does not know.

    A tool is a file, standard input (-), or the slug of a tool reviewed before. A file that has not been
    reviewed as it is by this panel is reviewed first; a slug stands for its latest scorecard.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.comparison import check_contenders  # noqa: PLC0415 - loads pydantic
    from panel.comparison import compare as compared  # noqa: PLC0415 - likewise
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
    check_contenders(tools)
    roster = panelists.seat_panel(settings, persona or ())
    location = None if no_ledger else located(settings.db)
    ways = Ways(fresh=no_cache, rebuttal=settings.rebuttal, quiet=quiet)
    with (
        hired(settings, trace) as reviewers,
        opened(location, create=any(map(_is_file, tools))) as ledger,
    ):
        entries = [found(name, ledger) for name in tools]
        check_contenders([entry.tool.slug for entry in entries])
        cards = [_card(entry, roster, ledger, reviewers, ways) for entry in entries]
    _show(compared(cards), target)
    return exit_status(cards)


def _is_file(name: str) -> bool:
    from pathlib import Path  # noqa: PLC0415 - costs nothing once the program runs

    return name == "-" or "/" in name or name.lower().endswith(_SUFFIXES) or Path(name).is_file()


def found(name: str, ledger: "Ledger | None") -> "Intake | Scorecard":
    """Find what an argument stands for: a submission, or the latest scorecard of a tool.

    Raises:
        InputError: it is neither.
    """
    from panel.intake import Intake  # noqa: PLC0415 - loads the parser of YAML

    if _is_file(name):
        from panel.cli import submission  # noqa: PLC0415 - only a file needs it

        return submission.read(name, {}, ())
    card = ledger.latest_card(name) if ledger else None
    if card:
        return card
    tool = ledger.tool(name) if ledger else None
    if tool:
        return Intake(tool=tool)
    close = ledger.find_slug(name) if ledger else None
    advice = f"; did you mean {close!r}?" if close else ""
    raise InputError(
        f"{name}: no such file, and the ledger has no tool of that slug{advice}",
        "Name a submission's file, or a slug that `shippanel history list` shows.",
    )


def _card(
    entry: "Intake | Scorecard",
    roster: "Roster",
    ledger: "Ledger | None",
    reviewers: "Reviewers",
    ways: Ways,
) -> "Scorecard":
    """Return the scorecard of an argument, made now where none stands."""
    from panel.scorecard import Scorecard  # noqa: PLC0415 - loads pydantic

    if isinstance(entry, Scorecard):
        return entry
    standing = None if ways.fresh or ledger is None else _standing(entry, roster, ledger, reviewers)
    if standing:
        return standing
    card = ask(entry, roster, ledger, reviewers, ways)
    note_reuse(card, quiet=ways.quiet)
    return card


def _standing(
    intake: "Intake", roster: "Roster", ledger: "Ledger", reviewers: "Reviewers"
) -> "Scorecard | None":
    """Return the scorecard this very content has from this very panel; None when there is none."""
    from panel.cli.forecast import foresee  # noqa: PLC0415 - loads the ledger's keys
    from panel.scorecard import roster_digest  # noqa: PLC0415 - loads pydantic

    forecast = foresee(intake.tool, roster, ledger, ledger.location, reviewers, repeat=1, fresh=False)
    if not forecast.known or any(seat.asked for seat in forecast.seats):
        return None
    card = ledger.latest_card(intake.tool.slug, forecast.revision)
    current = card is not None and card.provenance.roster_digest == roster_digest(roster)
    return card if current else None


def _show(comparison: "Comparison", target: "Destination") -> None:
    """Show a comparison in the format and place that were asked for.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "text":
        from panel.render.comparison.terminal import print_comparison  # noqa: PLC0415 - each loads its own

        print_comparison(comparison, target.console())
    else:
        target.send(_written(comparison, target))


def _written(comparison: "Comparison", target: "Destination") -> str:
    if target.format == "json":
        from panel.render.json import render_json  # noqa: PLC0415 - likewise

        return render_json(comparison, encoding=target.encoding)
    if target.format == "md":
        from panel.render.comparison.markdown import render_comparison_markdown  # noqa: PLC0415 - likewise

        return render_comparison_markdown(comparison, encoding=target.encoding)
    if target.format == "html":
        from panel.render.comparison.html import render_comparison_html  # noqa: PLC0415 - likewise

        return render_comparison_html(comparison, encoding=target.encoding)
    from panel.render.comparison.plain import render_comparison_plain  # noqa: PLC0415 - likewise

    return render_comparison_plain(comparison, target.width, encoding=target.encoding)
