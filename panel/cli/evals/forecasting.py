"""What a run on a golden set would ask and cost, found out without asking, paying or writing anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from panel.cli.forecast import foresee
from panel.cli.forecasts import sum_up
from panel.cli.record import opened
from panel.evaluation.run import seats_for

if TYPE_CHECKING:
    from panel.cli.evals.asking import Riders
    from panel.cli.forecasts import Sums
    from panel.cli.output import Destination
    from panel.cli.review import Ways
    from panel.evaluation.cases import GoldenSet
    from panel.persona import Roster
    from panel.reviewers.run import Reviewers


@dataclass(frozen=True)
class RunForecast:
    """What a run would do."""

    golden: str
    split: str | None
    cases: int
    sums: Sums


def foresee_run(
    golden: GoldenSet,
    roster: Roster,
    location: str | None,
    riders: Riders | None = None,
    *,
    reviewers: Reviewers,
    ways: Ways,
) -> RunForecast:
    """Work out what a run would do.

    Args:
        golden: the cases.
        roster: who would answer them.
        location: the ledger, which is only read; None for none.
        riders: the canaries that would ride along.
        reviewers: who would play the seats, on which terms.
        ways: how they would be asked.
    """
    seated = seats_for(golden, roster)
    riding = riders.canaries if riders else ()
    with opened(location, create=False) as ledger:
        found = [
            foresee(tool, seated, ledger, location, reviewers, repeat=ways.repeat, fresh=ways.fresh)
            for tool in (*(case.tool for case in golden.cases), *(canary.tool for canary in riding))
        ]
    return RunForecast(golden.name, golden.split, len(golden.cases), sum_up(found))


def show_run_forecast(forecast: RunForecast, target: Destination) -> int:
    """Show a forecast as text or as JSON, and return the exit status of a dry run.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "json":
        content = {name: getattr(forecast, name) for name in ("golden", "split", "cases")}
        target.send_json("evaluation-forecast", {**content, **asdict(forecast.sums), "estimated": True})
        return 0
    split = f", split {forecast.split}" if forecast.split else ""
    opening = f"Would ask about {forecast.cases:,} cases of {forecast.golden}{split}"
    target.send_lines([opening, *forecast.sums.lines()])
    return 0
