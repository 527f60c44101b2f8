"""What a scorecard says, block by block and in order, before any format writes it.

`arrange` turns a scorecard into a `Sheet`. Every string on a sheet has passed `text.visible`, so that
no control or invisible character reaches a sink unseen; escaping for Markdown, HTML or a terminal is
the renderer's own part.
"""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import urlsplit

from panel.render import wording
from panel.render.sheet import (
    Bar,
    Cited,
    Item,
    Link,
    Note,
    Reply,
    SeatBlock,
    Sheet,
    Source,
    StabilityRow,
    Tone,
)
from panel.text import visible
from panel.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.scorecard import Label, Scorecard, SeatCard
    from panel.verdict import Abstention, CriterionScore, Finding, Outcome

Detail = Literal["brief", "full"]
"""`brief` leaves out the moves, the reasons behind criterion scores and the cited words."""

_TONES: dict[Label | None, Tone] = {"Ship": "ship", "Mixed": "mixed", "Skip": "skip", None: "none"}
_T = TypeVar("_T")
_BREAKS = re.compile(r"[ \t]*(?:\r?\n[ \t]*)+|\t+")
_UNSAFE_IN_LINK = re.compile(r"[\s\x00-\x20<>\"'`\\{}|^]")


def arrange(card: Scorecard) -> Sheet:
    """Lay a scorecard out as content, with every string made visible on one line."""
    names = {seat.persona: seat.name for seat in card.roster}
    sheet = Sheet(
        headline=card.headline,
        state=card.state,
        tone=_TONES[card.label],
        name=card.tool.name,
        tagline=card.tool.tagline,
        about=wording.about(card.tool),
        link=link_to(card.tool.url),
        engine_note=wording.engine_note(card),
        state_note=wording.state_note(card),
        split=card.split,
        mean_score="none: nobody voted" if card.mean_score is None else f"{card.mean_score:.1f} of 100",
        seats=_seats(card),
        notes=tuple(_note(finding, names) for finding in card.findings),
        replies=_replies(card, names),
        stability=_stability(card, names),
        sources=_sources(card),
        provenance=_provenance(card, names),
        totals=(
            Item("Calls", f"{card.totals.calls:,}"),
            Item("Tokens", wording.tokens(card.totals)),
            Item("Cost", wording.cost(card.totals)),
        ),
        disclosure=card.disclosure,
    )
    return map_text(sheet, visible)


def prose(text: str) -> str:
    """Join the lines of a text that was written as sentences; a name keeps its breaks, to be shown."""
    return _BREAKS.sub(" ", text.strip())


def _prose_of(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(prose(text) for text in texts)


def map_text(content: _T, change: Callable[[str], str]) -> _T:
    """Apply `change` to every string inside dataclasses and tuples, leaving the rest as it is."""
    return _mapped(content, change)  # type: ignore[no-any-return]  # the shape is kept, value by value


def _mapped(content: Any, change: Callable[[str], str]) -> Any:  # noqa: ANN401  # any field of any dataclass
    if isinstance(content, str):
        return change(content)
    if isinstance(content, tuple):
        return tuple(_mapped(part, change) for part in content)
    if is_dataclass(content) and not isinstance(content, type):
        parts = {field.name: _mapped(getattr(content, field.name), change) for field in fields(content)}
        return replace(content, **parts)
    return content


def link_to(address: str) -> Link:
    """Allow an address as a link only when it is plain http or https without credentials."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return Link(address, "")
    plain = parts.scheme in {"http", "https"} and host and "@" not in parts.netloc
    safe = plain and not _UNSAFE_IN_LINK.search(address) and visible(address) == address
    return Link(address, address if safe else "")


def _outcomes(card: Scorecard) -> dict[str, Outcome]:
    answers: tuple[Outcome, ...] = (*card.verdicts, *card.abstentions)
    return {answer.persona: answer for answer in answers}


def _seats(card: Scorecard) -> tuple[SeatBlock, ...]:
    """One block per seat, in roster order."""
    outcomes = _outcomes(card)
    return tuple(
        _seat(place, seat, outcomes[seat.persona], reused=seat.persona in card.provenance.reused)
        for place, seat in enumerate(card.roster, start=1)
        if seat.persona in outcomes
    )


def _seat(place: int, seat: SeatCard, outcome: Outcome, *, reused: bool) -> SeatBlock:
    block = SeatBlock(
        kind="failed",
        anchor=f"seat-{place}",
        name=seat.name,
        score=None,
        quote="",
        reason="",
        detail="",
        flips=(),
        missing=_prose_of(outcome.missing),
        moves=(),
        bars=(),
        reused=reused,
    )
    if not isinstance(outcome, Verdict):
        return _silent(block, outcome)
    moves = {move.id: move.name for move in seat.moves}
    criteria = {criterion.id: (criterion.name, criterion.weight) for criterion in seat.criteria}
    return replace(
        block,
        kind=outcome.decision,
        score=outcome.score,
        quote=prose(outcome.quote),
        flips=_prose_of(outcome.conditions),
        moves=tuple(Item(moves.get(key, key), prose(answer)) for key, answer in outcome.moves.items()),
        bars=tuple(_bar(score, *criteria.get(score.id, (score.id, 0))) for score in outcome.criteria),
    )


def _silent(block: SeatBlock, abstention: Abstention) -> SeatBlock:
    return replace(
        block,
        kind="failed" if abstention.failed else "abstained",
        reason=f"{abstention.reason}: {wording.REASONS[abstention.reason]}",
        detail=prose(abstention.detail),
    )


def _bar(score: CriterionScore, name: str, weight: int) -> Bar:
    return Bar(
        name=name,
        weight=weight,
        score=score.score,
        because=prose(score.because),
        cited=tuple(Cited(prose(quote.text), quote.source) for quote in score.quotes),
    )


def _note(finding: Finding, names: dict[str, str]) -> Note:
    who = names.get(finding.persona, finding.persona) if finding.persona else "submission"
    return Note(
        rule=finding.rule,
        where=f"{who}: {finding.field}",
        excerpt=prose(finding.excerpt),
        detail=prose(finding.detail),
        loud=wording.is_loud(finding),
    )


def _replies(card: Scorecard, names: dict[str, str]) -> tuple[Reply, ...]:
    """One for each reviewer that was asked again, in roster order."""
    first = {verdict.persona: verdict for verdict in card.verdicts}
    return tuple(
        Reply(
            name=names.get(answer.persona, answer.persona),
            said=wording.afterwards(first[answer.persona], answer),
            quote=prose(answer.quote) if isinstance(answer, Verdict) else "",
            notes=tuple(_note(finding, names) for finding in answer.findings)
            if isinstance(answer, Verdict)
            else (),
        )
        for answer in card.rebuttals
        if answer.persona in first
    )


def _stability(card: Scorecard, names: dict[str, str]) -> tuple[StabilityRow, ...]:
    return tuple(
        StabilityRow(
            name=names.get(persona, persona),
            samples=row.samples,
            ships=row.ships,
            skips=row.skips,
            abstained=row.abstained,
            failed=row.failed,
            flip_rate="too few votes" if row.flip_rate is None else f"{100 * row.flip_rate:.0f}%",
        )
        for persona, row in (card.stability or {}).items()
    )


def _sources(card: Scorecard) -> tuple[Source, ...]:
    return tuple(
        Source(
            id=evidence.id,
            title=evidence.title or "untitled",
            link=link_to(evidence.source),
            kind=wording.EVIDENCE[evidence.kind],
            date=evidence.date or "undated",
        )
        for evidence in card.tool.evidence
    )


def _provenance(card: Scorecard, names: dict[str, str]) -> tuple[Item, ...]:
    made = card.provenance
    reused = ", ".join(names.get(persona, persona) for persona in made.reused)
    outcomes = _outcomes(card)
    return (
        Item("Reviewed", wording.moment(made.reviewed_at)),
        Item("Counted by", f"shippanel {made.version}"),
        Item("Engines", wording.engines(made)),
        Item("Run", made.run or "not recorded"),
        Item("Re-used verdicts", f"{reused}: {wording.REUSED}" if reused else "none"),
        Item("Tool digest", wording.short(card.tool.digest)),
        Item("Roster digest", wording.short(made.roster_digest)),
        *(
            Item(seat.name, wording.asked(seat, outcomes[seat.persona].provenance))
            for seat in card.roster
            if seat.persona in outcomes
        ),
    )
