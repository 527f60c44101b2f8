"""What a run on a golden set would ask and cost, found out without asking, paying or writing anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from panel.cli.forecast import foresee
from panel.cli.record import opened
from panel.evaluation.run import seats_for

if TYPE_CHECKING:
    from collections.abc import Sequence

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
    reused: int
    """Answers that already stand in the ledger."""
    asked: int
    """Answers that would be asked for."""
    calls: int
    """Calls of language models; the figures below are estimates for all of them."""
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    """By list prices; None when a model has no known price."""
    most_usd: float | None
    obstacles: tuple[str, ...]
    """Why the run would stop before the first call."""


def foresee_run(
    golden: GoldenSet, roster: Roster, location: str | None, *, reviewers: Reviewers, ways: Ways
) -> RunForecast:
    """Work out what a run would do.

    Args:
        golden: the cases.
        roster: who would answer them.
        location: the ledger, which is only read; None for none.
        reviewers: who would play the seats, on which terms.
        ways: how they would be asked.
    """
    seated = seats_for(golden, roster)
    with opened(location, create=False) as ledger:
        found = [
            foresee(case.tool, seated, ledger, location, reviewers, repeat=ways.repeat, fresh=ways.fresh)
            for case in golden.cases
        ]
    seats = [seat for each in found for seat in each.seats]
    return RunForecast(
        golden=golden.name,
        split=golden.split,
        cases=len(golden.cases),
        reused=sum(seat.reused for seat in seats),
        asked=sum(seat.asked for seat in seats),
        calls=sum(each.calls for each in found),
        input_tokens=sum(each.input_tokens for each in found),
        output_tokens=sum(each.output_tokens for each in found),
        cost_usd=_sum([each.cost_usd for each in found]),
        most_usd=_sum([each.most_usd for each in found]),
        obstacles=tuple(sorted({seat.obstacle for seat in seats if seat.obstacle})),
    )


def show_run_forecast(forecast: RunForecast, target: Destination) -> None:
    """Show a forecast as text or as JSON.

    Raises:
        OutputError: it cannot be written.
    """
    if target.format == "json":
        target.send_json("evaluation-forecast", {**asdict(forecast), "estimated": True})
        return
    split = f", split {forecast.split}" if forecast.split else ""
    cost = "an unknown sum: a model has no known price"
    if forecast.cost_usd is not None and forecast.most_usd is not None:
        cost = f"about ${forecast.cost_usd:.4f} and at most ${forecast.most_usd:.4f} at list prices"
    spent = f"{forecast.input_tokens:,} tokens read and {forecast.output_tokens:,} written, for {cost}"
    target.send_lines(
        [
            f"Would ask about {forecast.cases:,} cases of {forecast.golden}{split}",
            f"{forecast.reused:,} answers re-used, {forecast.asked:,} asked.",
            f"Model calls: {forecast.calls:,}, about {spent}." if forecast.calls else "Model calls: none.",
            *(f"The run would stop before that: {obstacle}" for obstacle in forecast.obstacles),
            "Nothing was sent and nothing was written.",
        ]
    )


def _sum(amounts: Sequence[float | None]) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if len(known) == len(amounts) else None
