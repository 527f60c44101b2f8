"""What a review would ask and cost, found out without asking, paying or writing anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from panel.cli.record import without_password

if TYPE_CHECKING:
    from panel.cli.output import Destination
    from panel.ledger import Ledger
    from panel.persona import Roster
    from panel.tool import Tool


@dataclass(frozen=True)
class SeatForecast:
    """What one seat would do."""

    persona: str
    name: str
    spec: str
    reused: int
    """Answers that already stand in the ledger."""
    asked: int
    """Answers that would be asked for."""


@dataclass(frozen=True)
class Forecast:
    """What a review would do."""

    slug: str
    name: str
    digest: str
    revision: int | None
    """The revision this content has or would get; None without a ledger."""
    known: bool
    """Whether exactly this content has been reviewed before."""
    ledger: str | None
    quorum: int
    seats: tuple[SeatForecast, ...]
    calls: int = 0
    """Calls of language models: none, as every seat is the offline rubric's."""
    input_tokens: int = 0
    cost_usd: float = 0.0


def foresee(
    tool: Tool, roster: Roster, ledger: Ledger | None, location: str | None, *, repeat: int, fresh: bool
) -> Forecast:
    """Work out what a review would do.

    Args:
        tool: what would be reviewed.
        roster: who would review it.
        ledger: where verdicts may already stand; it is only read. None where there is none yet.
        location: where the review would be recorded; None when it would not be.
        repeat: how often each seat would be asked.
        fresh: whether standing verdicts would be passed over.
    """
    standing = {} if fresh or ledger is None else _standing(tool, roster, ledger, repeat)
    revision, known = _revision(tool, ledger) if location else (None, False)
    seats = tuple(
        SeatForecast(
            persona=seat.persona.id,
            name=seat.persona.name,
            spec=seat.spec,
            reused=standing.get(seat.persona.id, 0),
            asked=repeat - standing.get(seat.persona.id, 0),
        )
        for seat in roster.seats
    )
    return Forecast(
        slug=tool.slug,
        name=tool.name,
        digest=tool.digest,
        revision=revision,
        known=known,
        ledger=without_password(location) if location else None,
        quorum=roster.quorum,
        seats=seats,
    )


def show_forecast(forecast: Forecast, target: Destination) -> None:
    """Show a forecast as text or as JSON."""
    if target.format == "json":
        target.send_json("forecast", asdict(forecast))
        return
    reused, asked = (sum(getattr(seat, key) for seat in forecast.seats) for key in ("reused", "asked"))
    name_width = max(len(seat.name) for seat in forecast.seats)
    revision = "none, without a ledger"
    if forecast.revision:
        revision = f"{forecast.revision} ({'reviewed before' if forecast.known else 'new content'})"
    lines = [
        f"Would review {forecast.name} ({forecast.slug})",
        f"  content   {forecast.digest}",
        f"  revision  {revision}",
        f"  ledger    {forecast.ledger or 'none'}",
        f"  quorum    {forecast.quorum} of {len(forecast.seats)}",
        "",
        *(
            f"  {seat.name:{name_width}}  {seat.spec}  {_answers(seat.reused, 're-used')}, "
            f"{_answers(seat.asked, 'asked')}"
            for seat in forecast.seats
        ),
        "",
        f"{reused} answers re-used, {asked} asked of the offline rubric.",
        f"Model calls: {forecast.calls} × 0 tokens = $0.00. Nothing was written.",
    ]
    target.send_lines(lines)


def _standing(tool: Tool, roster: Roster, ledger: Ledger, repeat: int) -> dict[str, int]:
    """Count, for every persona, the answers among its samples that already stand."""
    from panel.ledger import key_inputs, verdict_key  # noqa: PLC0415 - only a forecast with a ledger needs it
    from panel.reviewers import reviewer_for  # noqa: PLC0415 - likewise

    keys = {}
    for seat in roster.seats:
        inputs = reviewer_for(seat.spec).key_inputs(seat.persona, tool)
        for sample in range(repeat):
            keys[verdict_key(key_inputs(tool, seat.persona, inputs, sample))] = seat.persona.id
    return Counter(keys[key] for key in ledger.find(list(keys)))


def _revision(tool: Tool, ledger: Ledger | None) -> tuple[int, bool]:
    rows = ledger.revisions(tool.slug) if ledger else []
    for row in rows:
        if row.digest == tool.digest:
            return row.number, True
    return len(rows) + 1, False


def _answers(count: int, verb: str) -> str:
    return f"{count} answer{'' if count == 1 else 's'} {verb}"
