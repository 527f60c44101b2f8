"""`eval calibrate`: where each persona's ship should begin, and what that would change."""

from typing import Annotated

import typer

from panel.cli import options
from panel.cli.evaluation import Golden, Seed, Verdicts

FitOn = Annotated[str, typer.Option("--fit-on", metavar="SPLIT", help="The split to fit thresholds on.")]
ShowOn = Annotated[str, typer.Option("--show-on", metavar="SPLIT", help="The split to show them on.")]


def calibrate(
    verdicts: Verdicts,
    golden: Golden,
    *,
    fit_on: FitOn = "development",
    show_on: ShowOn = "held",
    personas: options.Personas = None,
    seed: Seed = 0,
    shown_as: options.Format = None,
    out: options.Out = None,
) -> int:
    """Fit a threshold on the scores of each persona and reviewer, and show it on another split.

    Raw and calibrated figures stand side by side. Nothing is applied: reviews decide as they did.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.evals import inputs, showing  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    inputs.need_extra()
    settings = load_settings(panelists.flags(personas=personas))
    target = showing.destination_of(shown_as, out, settings.format)
    given = inputs.recorded(verdicts)
    cases = inputs.golden_set(golden, inputs.WHOLE, settings)
    showing.show_calibration(cases, given, (fit_on, show_on), settings, target, seed=seed)
    return 0
