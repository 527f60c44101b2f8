"""What many reviews would ask and cost together: the sums of their forecasts, and how they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.llm.prices import total_usd

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from panel.cli.forecast import Forecast


@dataclass(frozen=True)
class Sums:
    """What many reviews would do."""

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

    def lines(self) -> Iterator[str]:
        """Tell them, a sentence a line."""
        cost = "an unknown sum: a model has no known price"
        if self.cost_usd is not None and self.most_usd is not None:
            cost = f"about ${self.cost_usd:.4f} and at most ${self.most_usd:.4f} at list prices"
        spent = f"{self.input_tokens:,} tokens read and {self.output_tokens:,} written, for {cost}"
        yield f"{self.reused:,} answers re-used, {self.asked:,} asked."
        yield f"Model calls: {self.calls:,}, about {spent}." if self.calls else "Model calls: none."
        yield from (f"The run would stop before that: {obstacle}" for obstacle in self.obstacles)
        yield "Nothing was sent and nothing was written."


def sum_up(found: Sequence[Forecast]) -> Sums:
    """Add forecasts up."""
    seats = [seat for each in found for seat in each.seats]
    return Sums(
        reused=sum(seat.reused for seat in seats),
        asked=sum(seat.asked for seat in seats),
        calls=sum(each.calls for each in found),
        input_tokens=sum(each.input_tokens for each in found),
        output_tokens=sum(each.output_tokens for each in found),
        cost_usd=total_usd(each.cost_usd for each in found),
        most_usd=total_usd(each.most_usd for each in found),
        obstacles=tuple(sorted({seat.obstacle for seat in seats if seat.obstacle})),
    )
