"""What a batch would ask and cost, found out without asking, paying or writing anything."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from panel.batch import Places, Unusable
from panel.cli.forecast import foresee
from panel.cli.forecasts import sum_up
from panel.cli.record import opened

if TYPE_CHECKING:
    from panel.batch import Rules, Submissions
    from panel.cli.batches.asking import Order
    from panel.cli.forecast import Forecast
    from panel.cli.forecasts import Sums
    from panel.cli.output import Destination
    from panel.ledger import Ledger
    from panel.reviewers.run import Reviewers
    from panel.tool import Tool


@dataclass(frozen=True)
class BatchForecast:
    """What a batch would do."""

    submissions: int
    stand: int
    """Submissions whose answers all stand."""
    others: int
    """Submissions that repeat another one, or are beyond the limit."""
    reviews: int
    """Submissions about which something would be asked."""
    problems: tuple[str, ...]
    """Submissions that cannot be used, and why."""
    budget_usd: float | None
    sums: Sums

    @property
    def status(self) -> int:
        """The exit status: 2 when a submission cannot be used."""
        return 2 if self.problems else 0


def foresee_batch(given: Submissions, order: Order, location: str, reviewers: Reviewers) -> BatchForecast:
    """Work out what a batch would do.

    Args:
        given: the submissions.
        order: who would review which of them, and how.
        location: the ledger, which is only read.
        reviewers: who would play the seats, on which terms.
    """
    problems: list[str] = []
    asking: list[Forecast] = []
    standing: list[Forecast] = []
    places = Places()
    submissions = 0
    with opened(location, create=False) as ledger:
        for entry in given:
            submissions += 1
            if isinstance(entry, Unusable):
                problems.append(entry.error.message)
                continue
            refused = places.claim(entry)
            if refused is not None:
                problems += [f"{entry.place}: {refused.detail}"] if refused.fate == "unusable" else []
                continue
            tool = entry.tool
            fresh = order.ways.fresh or _expired(tool, ledger, order.rules)
            found = foresee(
                tool, order.roster, ledger, location, reviewers, repeat=order.ways.repeat, fresh=fresh
            )
            if not any(seat.asked for seat in found.seats):
                standing.append(found)
            elif order.rules.limit is None or len(asking) < order.rules.limit:
                asking.append(found)
    budget = reviewers.terms.budget
    return BatchForecast(
        submissions=submissions,
        stand=len(standing),
        others=submissions - len(problems) - len(asking) - len(standing),
        reviews=len(asking),
        problems=tuple(problems),
        budget_usd=budget.cap_usd if budget else None,
        sums=sum_up([*asking, *standing]),
    )


def _expired(tool: Tool, ledger: Ledger | None, rules: Rules) -> bool:
    if ledger is None or rules.since is None:
        return False
    rows = [row for row in ledger.runs(tool.slug, limit=1) if row.reviewed_at < rules.since]
    return bool(rows)


def show_batch_forecast(forecast: BatchForecast, target: Destination) -> None:
    """Show a forecast as text or as JSON.

    Raises:
        OutputError: it cannot be written.
    """
    content = {
        name: getattr(forecast, name)
        for name in ("submissions", "stand", "others", "reviews", "problems", "budget_usd")
    }
    if target.format in {"json", "jsonl"}:
        target.send_json("batch-forecast", {**content, **asdict(forecast.sums), "estimated": True})
        return
    opening = f"Would review {forecast.reviews:,} of {forecast.submissions:,} submissions"
    stand = f", {forecast.stand:,} stand" if forecast.stand else ""
    others = f", {forecast.others:,} repeated or beyond the limit" if forecast.others else ""
    lines = [f"{opening}{stand}{others}.", *forecast.problems]
    if forecast.budget_usd is not None:
        lines.append(f"Budget: ${forecast.budget_usd:.2f}, reserved call by call and never exceeded.")
    target.send_lines([*lines, *forecast.sums.lines()])
