"""`eval export`: a run as a log that the viewer of inspect-ai opens."""

from pathlib import Path
from typing import Annotated

import typer

from panel.cli import options
from panel.cli.evaluation import Golden, Seed, Split, Verdicts

Log = Annotated[Path, typer.Option("--out", "-o", metavar="FILE.eval", help="Write the log here.")]


def export(
    verdicts: Verdicts,
    golden: Golden,
    *,
    out: Log,
    split: Split = None,
    personas: options.Personas = None,
    seed: Seed = 0,
    quiet: options.Quiet = False,
) -> int:
    """Write recorded verdicts as a log of inspect-ai, for `inspect view`.

    Each case and persona is a sample, each repeat an epoch. The figures in the log are those of
    `eval score`.
    """
    from panel.cli import panelists  # noqa: PLC0415 - loads the settings
    from panel.cli.evals import asking, inputs, showing  # noqa: PLC0415 - likewise
    from panel.settings import load_settings  # noqa: PLC0415 - likewise

    inputs.need_extra("evals")
    inputs.need_extra("inspect")
    settings = load_settings(panelists.flags(personas=personas, model="rubric"))
    showing.check_log_name(out)
    asking.check_places(out)
    given = inputs.recorded(verdicts)
    cases = inputs.golden_set(golden, split, settings, answered=[given])
    showing.write_log(cases, given, settings, out, seed=seed, quiet=quiet)
    return 0
