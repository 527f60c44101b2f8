"""`eval`: run a panel on a golden set, score recorded verdicts, compare runs, check sets, plan their size."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from panel.cli import options
from panel.cli.review import NoCache, NoLedger, Repeat, Ways
from panel.cli.terms import hired

Format = Literal["auto", "text", "plain", "json", "md", "html", "junit"]

Golden = Annotated[
    str,
    typer.Argument(metavar="SET", help="A golden set: a JSONL file, or seed or authored, which come along."),
]
OptionalGolden = Annotated[
    str | None,
    typer.Argument(metavar="[SET]", help="The golden set; when left out, the built-in one they answer."),
]
Verdicts = Annotated[
    str, typer.Argument(metavar="VERDICTS", help="Recorded verdicts: JSONL, or a baseline's JSON.")
]
First = Annotated[str, typer.Argument(metavar="RUN_A", help="Recorded verdicts that stand.")]
Second = Annotated[str, typer.Argument(metavar="RUN_B", help="Those that would replace them.")]
Split = Annotated[
    str | None,
    typer.Option("--split", metavar="NAME", help="The split of the set to use; all for the whole set."),
]
EvalFormat = Annotated[
    Format | None,
    typer.Option("--format", "-f", metavar="FORMAT", help="auto, text, plain, json, md, html or junit."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Show what would be asked and at what cost; write nothing.")
]
Answers = Annotated[
    Path | None, typer.Option("--answers", metavar="FILE", help="Keep every answer here, as JSONL.")
]
Baseline = Annotated[
    str | None,
    typer.Option("--baseline", metavar="FILE", help="Hold the run to this baseline; see --margin."),
]
Canaries = Annotated[
    bool, typer.Option("--canary", help="Add submissions known to be bad; exit 100 when one is shipped.")
]
WriteBaseline = Annotated[
    Path | None, typer.Option("--write-baseline", metavar="FILE", help="Make a baseline of this run.")
]
FailUnder = Annotated[
    list[str] | None,
    typer.Option(
        "--fail-under",
        metavar="NAME=VALUE",
        help="Hold a figure to a floor, as in dx.skip_recall=0.5. Repeatable.",
    ),
]
Margin = Annotated[
    float, typer.Option("--margin", min=0, max=1, metavar="SHARE", help="How far a figure may fall.")
]
Seed = Annotated[int, typer.Option("--seed", min=0, metavar="N", help="Where the draws of intervals begin.")]
Rubric = Annotated[
    bool,
    typer.Option(
        "--rubric/--no-rubric", help="Set the offline rubric beside; it is asked about every case of the set."
    ),
]
SecondReading = Annotated[
    str | None,
    typer.Option("--second", metavar="FILE", help="A second reading of the labels; found beside the set."),
]
WantedMargin = Annotated[
    float, typer.Argument(metavar="[MARGIN]", help="The difference to be noticed, as a share: 0.05.")
]
Discordant = Annotated[
    float, typer.Option("--discordant", metavar="SHARE", help="Cases on which only one system is right.")
]
WantedPower = Annotated[
    float, typer.Option("--power", metavar="SHARE", help="The chance to notice what is there.")
]
Alpha = Annotated[float, typer.Option("--alpha", metavar="SHARE", help="The chance to notice what is not.")]
ClusterSize = Annotated[
    float, typer.Option("--cluster-size", metavar="N", help="Cases in a cluster, on average.")
]
Correlation = Annotated[
    float, typer.Option("--correlation", metavar="SHARE", help="How far cases of a cluster err together.")
]


def run(
    golden: Golden,
    *,
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
    answers: Answers = None,
    baseline: Baseline = None,
    fail_under: FailUnder = None,
    margin: Margin = 0.05,
    write_baseline: WriteBaseline = None,
    canary: Canaries = False,
    seed: Seed = 0,
    shown_as: EvalFormat = None,
    out: options.Out = None,
    full: options.Full = False,
    quiet: options.Quiet = False,
) -> int:
    """Have the panel answer a golden set and measure its verdicts.

    What was answered before is not asked again, so a run that was cut short goes on where it stopped.
    Exit status: 0, 100 for a regression or a canary that was shipped, 3 when inconclusive or incomplete.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.evals import asking, inputs, showing  # noqa: PLC0415 - likewise
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
    roster = panelists.seat_panel(settings, persona or ())
    cases = inputs.golden_set(golden, split, settings, quiet=quiet)
    demand = inputs.demand_of(baseline, fail_under, margin)
    asking.check_places(answers, write_baseline)
    location = None if no_ledger else asking.ledger_of(db, settings.db)
    ways = Ways(repeat=repeat, fresh=no_cache, quiet=quiet)
    riders = asking.riders(wanted=canary)
    with hired(settings, trace, None if dry_run else roster) as reviewers:
        if dry_run:
            from panel.cli.evals import forecasting  # noqa: PLC0415 - only a forecast needs it

            found = forecasting.foresee_run(cases, roster, location, riders, reviewers=reviewers, ways=ways)
            return forecasting.show_run_forecast(found, target)
        given = asking.ask(
            cases,
            roster,
            location,
            reviewers=reviewers,
            ways=ways,
            calls_in_flight=settings.calls,
            riders=riders,
        )
    if answers:
        asking.keep_answers(given, answers, quiet=quiet)
    measured = asking.measured_beside_rubric(cases, given, roster, demand, seed, canaries=riders.checks)
    if write_baseline:
        asking.keep_baseline(measured, write_baseline, quiet=quiet)
    showing.show_report(measured, target, full=full)
    showing.note_outcome(measured, quiet=quiet)
    return showing.status_of(measured)


def score(
    verdicts: Verdicts,
    golden: Golden,
    *,
    split: Split = None,
    personas: options.Personas = None,
    baseline: Baseline = None,
    fail_under: FailUnder = None,
    margin: Margin = 0.05,
    write_baseline: WriteBaseline = None,
    rubric: Rubric = True,
    seed: Seed = 0,
    shown_as: EvalFormat = None,
    out: options.Out = None,
    full: options.Full = False,
    quiet: options.Quiet = False,
) -> int:
    """Measure verdicts that any system, or people, recorded.

    A line of the file is {"case", "persona", "decision"}, with "score" and "repeat" where there are any.
    Exit status: 0, 100 for a regression, 3 when inconclusive or incomplete.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.evals import asking, inputs, showing  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    inputs.need_extra()
    settings = load_settings(panelists.flags(personas=personas, model="rubric"))
    target = showing.destination_of(shown_as, out, settings.format)
    given = inputs.recorded(verdicts)
    cases = inputs.golden_set(golden, split, settings, answered=[given])
    demand = inputs.demand_of(baseline, fail_under, margin)
    asking.check_places(write_baseline)
    roster = panelists.seat_panel(settings)
    measured = asking.measured_beside_rubric(cases, given, roster, demand, seed, rubric=rubric)
    if write_baseline:
        asking.keep_baseline(measured, write_baseline, quiet=quiet)
    showing.show_report(measured, target, full=full)
    showing.note_outcome(measured, quiet=quiet)
    return showing.status_of(measured)


def compare(
    first: First,
    second: Second,
    golden: OptionalGolden = None,
    *,
    split: Split = None,
    personas: options.Personas = None,
    seed: Seed = 0,
    shown_as: options.Format = None,
    out: options.Out = None,
    full: options.Full = False,
    quiet: options.Quiet = False,
) -> int:
    """Compare two recorded runs on the same cases.

    Runs are what `eval run --answers` keeps, committed baselines, or any file that `eval score` takes.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.evals import inputs, showing  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    inputs.need_extra()
    settings = load_settings(panelists.flags(personas=personas))
    target = showing.destination_of(shown_as, out, settings.format)
    runs = (inputs.recorded(first), inputs.recorded(second))
    name = golden or inputs.answered_set(runs, quiet=quiet)
    cases = inputs.golden_set(name, split, settings, answered=runs)
    showing.show_comparison(cases, runs, settings, target, seed=seed, full=full)
    return 0


def check(
    golden: Golden,
    *,
    split: Split = None,
    personas: options.Personas = None,
    second: SecondReading = None,
    shown_as: options.Format = None,
    out: options.Out = None,
) -> int:
    """Check a golden set: its form, its balance and its weaknesses.

    Every problem of the file is named with its line. With a second reading of the same cases it also
    shows how far two readers agree.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.evals import showing  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    settings = load_settings(panelists.flags(personas=personas))
    target = showing.destination_of(shown_as, out, settings.format)
    showing.show_check(golden, split, second, settings, target)
    return 0


def power(
    margin: WantedMargin = 0.05,
    *,
    discordant: Discordant = 0.2,
    power: WantedPower = 0.8,
    alpha: Alpha = 0.05,
    cluster_size: ClusterSize = 1.0,
    correlation: Correlation = 0.0,
    shown_as: options.Format = None,
    out: options.Out = None,
) -> int:
    """Say how many cases it takes to notice a difference between two runs."""
    from panel.cli.evals import inputs, showing  # noqa: PLC0415 - loads the renderers

    inputs.need_extra()
    from panel.evaluation.power import cases_needed  # noqa: PLC0415 - loads scipy

    found = cases_needed(
        margin,
        discordant=discordant,
        power=power,
        alpha=alpha,
        cluster_size=cluster_size,
        correlation=correlation,
    )
    showing.show_power(found, showing.destination_of(shown_as, out, "auto"))
    return 0
