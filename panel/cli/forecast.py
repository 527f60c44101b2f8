"""What a review would ask and cost, found out without asking, paying or writing anything."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from panel.cli.record import without_password
from panel.errors import ModelError
from panel.llm.prices import total_usd
from panel.reviewers import OFFLINE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from panel.cli.output import Destination
    from panel.ledger import Ledger
    from panel.persona import Persona, Roster
    from panel.reviewers.run import Reviewers
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
    input_tokens: int = 0
    """Estimated, for all of them."""
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    """Estimated by list prices; None when no price is known."""
    most_usd: float | None = 0.0
    """The most they could cost, each answered at once and as long as it may be."""
    obstacle: str = ""
    """Why the review would stop before the first call; empty when it would not."""


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
    calls: int
    """Calls of language models; the figures below are estimates for all of them."""
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    most_usd: float | None
    budget_usd: float | None


def foresee(
    tool: Tool,
    roster: Roster,
    ledger: Ledger | None,
    location: str | None,
    reviewers: Reviewers,
    *,
    repeat: int,
    fresh: bool,
) -> Forecast:
    """Work out what a review would do.

    Args:
        tool: what would be reviewed.
        roster: who would review it.
        ledger: where verdicts may already stand; it is only read. None where there is none yet.
        location: where the review would be recorded; None when it would not be.
        reviewers: who would play the seats, on which terms.
        repeat: how often each seat would be asked.
        fresh: whether standing verdicts would be passed over.
    """
    obstacles = _obstacles(roster, reviewers)
    standing: Counter[str] = Counter()
    if ledger is not None and not fresh and not obstacles:
        standing = _standing(tool, roster, ledger, reviewers, repeat)
    revision, known = _revision(tool, ledger) if location else (None, False)
    seats = tuple(
        _seat(
            tool,
            seat.persona,
            seat.spec,
            reused=standing[seat.persona.id],
            repeat=repeat,
            obstacle=obstacles.get(seat.spec, ""),
        )
        for seat in roster.seats
    )
    budget = reviewers.terms.budget
    return Forecast(
        slug=tool.slug,
        name=tool.name,
        digest=tool.digest,
        revision=revision,
        known=known,
        ledger=without_password(location) if location else None,
        quorum=roster.quorum,
        seats=seats,
        calls=sum(seat.asked for seat in seats if seat.spec != OFFLINE),
        input_tokens=sum(seat.input_tokens for seat in seats),
        output_tokens=sum(seat.output_tokens for seat in seats),
        cost_usd=_total(seat.cost_usd for seat in seats),
        most_usd=_total(seat.most_usd for seat in seats),
        budget_usd=budget.cap_usd if budget else None,
    )


def show_forecast(forecast: Forecast, target: Destination) -> None:
    """Show a forecast as text or as JSON."""
    if target.format == "json":
        target.send_json("forecast", {**asdict(forecast), "estimated": True})
        return
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
        *_sums(forecast),
    ]
    target.send_lines(lines)


def _sums(forecast: Forecast) -> list[str]:
    reused, asked = (sum(getattr(seat, key) for seat in forecast.seats) for key in ("reused", "asked"))
    if all(seat.spec == OFFLINE for seat in forecast.seats):
        return [
            f"{reused} answers re-used, {asked} asked of the offline rubric.",
            "Model calls: 0 × 0 tokens = $0.00. Nothing was written.",
        ]
    calls = forecast.calls
    lines = [
        f"{reused} answers re-used, {asked} asked, {calls} of them of language models.",
        _priced(forecast),
    ]
    if forecast.budget_usd is not None:
        lines.append(f"Budget: ${forecast.budget_usd:.2f}, reserved call by call and never exceeded.")
    lines += dict.fromkeys(
        f"The review would stop before that: {s.obstacle}" for s in forecast.seats if s.obstacle
    )
    return [*lines, "Nothing was sent and nothing was written."]


def _priced(forecast: Forecast) -> str:
    calls = forecast.calls
    if not calls:
        return "Model calls: 0 × 0 tokens = $0.00."
    read, wrote = forecast.input_tokens // calls, forecast.output_tokens // calls
    opening = f"Model calls: {calls} × about {read:,} tokens read and {wrote:,} written"
    if forecast.cost_usd is None or forecast.most_usd is None:
        return f"{opening}, an estimate. What they cost is not known: a model has no known price."
    return (
        f"{opening} = about ${forecast.cost_usd:.4f}, an estimate at list prices; at most "
        f"${forecast.most_usd:.4f} where no answer has to be asked for again."
    )


def _seat(
    tool: Tool, persona: Persona, spec: str, *, reused: int, repeat: int, obstacle: str
) -> SeatForecast:
    asked = repeat - reused
    seat = SeatForecast(persona.id, persona.name, spec, reused, asked)
    if spec == OFFLINE:
        return seat
    from panel.llm.prices import price_of  # noqa: PLC0415 - only a model has a price
    from panel.llm.spec import parse_spec  # noqa: PLC0415 - likewise
    from panel.prompting import ANSWER_TOKENS, estimate_input, render_prompt  # noqa: PLC0415 - loads the templates
    from panel.verdict import Usage  # noqa: PLC0415 - loads pydantic

    prompt = render_prompt(persona, tool, b"an estimate sends nothing")
    read, written = asked * estimate_input(prompt), asked * ANSWER_TOKENS
    price = price_of(parse_spec(spec))
    usage = Usage(calls=asked, input_tokens=read, output_tokens=written)
    return SeatForecast(
        persona.id,
        persona.name,
        spec,
        reused,
        asked,
        input_tokens=read,
        output_tokens=written,
        cost_usd=price.cost(usage) if price else None,
        most_usd=price.most(read, asked * prompt.max_output_tokens) if price else None,
        obstacle=obstacle,
    )


def _obstacles(roster: Roster, reviewers: Reviewers) -> dict[str, str]:
    """Find the specs whose key is missing; a price can be asked for before there is one."""
    found = {}
    for seat in roster.seats:
        try:
            reviewers(seat.spec)
        except ModelError as error:
            found[seat.spec] = error.message
    return found


def _standing(tool: Tool, roster: Roster, ledger: Ledger, reviewers: Reviewers, repeat: int) -> Counter[str]:
    """Count, for every persona, the answers among its samples that already stand."""
    from panel.ledger import key_inputs, verdict_key  # noqa: PLC0415 - only a forecast with a ledger needs it

    keys = {}
    for seat in roster.seats:
        inputs = reviewers(seat.spec).key_inputs(seat.persona, tool)
        for sample in range(repeat):
            keys[verdict_key(key_inputs(tool, seat.persona, inputs, sample))] = seat.persona.id
    return Counter(keys[key] for key in ledger.find(list(keys)))


def _revision(tool: Tool, ledger: Ledger | None) -> tuple[int, bool]:
    rows = ledger.revisions(tool.slug) if ledger else []
    for row in rows:
        if row.digest == tool.digest:
            return row.number, True
    return len(rows) + 1, False


def _total(amounts: Iterable[float | None]) -> float | None:
    total = total_usd(amounts)
    return None if total is None else round(total, 6)


def _answers(count: int, verb: str) -> str:
    return f"{count} answer{'' if count == 1 else 's'} {verb}"
