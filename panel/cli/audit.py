"""`eval audit`: does anything decide that says nothing about the tool?"""

from typing import Annotated

import typer

from panel.cli import options
from panel.cli.evaluation import DryRun, EvalFormat, Golden, Seed, Split
from panel.cli.review import NoCache, NoLedger, Repeat, Ways
from panel.cli.terms import hired

Audits = Annotated[
    list[str] | None,
    typer.Option(
        "--audit",
        metavar="NAME",
        help="Run this audit alone: hype, verbosity, paraphrase, order, brand, injection, language. "
        "Repeatable.",
    ),
]
Thresholds = Annotated[
    list[str] | None,
    typer.Option(
        "--threshold",
        metavar="AUDIT=SHARE",
        help="How far an audit's figure may go, as in hype=0.03. Repeatable.",
    ),
]


def audit(
    golden: Golden,
    *,
    audits: Audits = None,
    threshold: Thresholds = None,
    split: Split = None,
    personas: options.Personas = None,
    persona: options.Only = None,
    model: options.Model = None,
    persona_model: options.PersonaModels = None,
    repeat: Repeat = 1,
    budget_usd: options.Budget = None,
    allow_unpriced: options.AllowUnpriced = False,
    calls: options.Calls = None,
    trace: options.Trace = None,
    dry_run: DryRun = False,
    db: options.Db = None,
    no_ledger: NoLedger = False,
    no_cache: NoCache = False,
    seed: Seed = 0,
    shown_as: EvalFormat = None,
    out: options.Out = None,
    full: options.Full = False,
    quiet: options.Quiet = False,
) -> int:
    """Change what says nothing about a tool, and see whether the panel's votes change with it.

    Each case is asked about as it stands and with one thing changed: praise or words added, other words,
    another order, a famous vendor, an order to the reviewer, another language.
    Exit status: 0, 100 when an audit fails, 3 when inconclusive or incomplete.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.evals import asking, auditing, inputs, showing  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    inputs.need_extra()
    settings = load_settings(
        panelists.flags(
            personas=personas,
            model=model,
            persona_models=persona_model,
            budget_usd=budget_usd,
            allow_unpriced=allow_unpriced or None,
            calls=calls,
        )
    )
    target = showing.destination_of(shown_as, out, settings.format)
    wanted = auditing.wanted_audits(audits, threshold)
    roster = panelists.seat_panel(settings, persona or ())
    cases = inputs.golden_set(golden, split, settings, quiet=quiet)
    plan = auditing.plan_audits(cases, inputs.set_file(golden), wanted)
    location = None if no_ledger else asking.ledger_of(db, settings.db)
    ways = Ways(repeat=repeat, fresh=no_cache, quiet=quiet)
    with hired(settings, trace, None if dry_run else roster) as reviewers:
        if dry_run:
            from panel.cli.evals import forecasting  # noqa: PLC0415 - only a forecast needs it

            found = forecasting.foresee_run(plan.questions, roster, location, reviewers=reviewers, ways=ways)
            return forecasting.show_run_forecast(found, target)
        given = asking.ask(
            plan.questions, roster, location, reviewers=reviewers, ways=ways, calls_in_flight=settings.calls
        )
    report = auditing.measure(plan, given, seed)
    auditing.show_audits(report, settings, target, full=full)
    auditing.note_outcome(report, quiet=quiet)
    return showing.status_after(given, {report.status})
