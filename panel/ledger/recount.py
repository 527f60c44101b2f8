"""Scorecards counted again from the answers that their runs name."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import select

from panel.ledger import schema
from panel.ledger.answers import outcome_of, parse_outcome
from panel.ledger.key import rebuttal_place, seal
from panel.scorecard import Scorecard, count
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy import Row

    from panel.ledger.store import Store
    from panel.verdict import Outcome

_AT_ONCE = 500
"""Keys looked up in one statement; databases bound the number of parameters."""


class Basis(NamedTuple):
    """What some runs rest on."""

    answers: dict[str, Outcome]
    """Reference → the outcome that stands there, sound ones only."""
    replaced: frozenset[str]
    """Keys whose first row was damaged and answered anew."""
    contents: dict[tuple[str, int], str]
    """Tool and revision → digest of its content."""


def read_basis(store: Store, page: Sequence[Any]) -> Basis:
    """Read at once what a page of runs rests on."""
    wanted = sorted({reference for row in page for reference in _references(row.keys)})
    answers: dict[str, Outcome] = {}
    replaced: set[str] = set()
    revision = schema.tool_revision.c
    with store.reading() as connection:
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            for row in connection.execute(select(schema.verdict).where(schema.verdict.c.key.in_(some))):
                answers |= _sound(row.key, row, outcome_of)
            for row in connection.execute(select(schema.attempt).where(schema.attempt.c.id.in_(some))):
                answers |= _sound(row.id, row, _failure_of)
            damaged = select(schema.damaged.c.key).where(schema.damaged.c.key.in_(some))
            replaced |= set(connection.scalars(damaged))
        slugs = select(revision.slug, revision.number, revision.digest).where(
            revision.slug.in_({row.slug for row in page})
        )
        contents = {(row.slug, row.number): row.digest for row in connection.execute(slugs)}
    return Basis(answers, frozenset(replaced), contents)


def flaws_of_run(row: Any, card: Scorecard, basis: Basis) -> Iterator[str]:  # noqa: ANN401 - a row, read or made
    """Hold a run against the columns beside its card, and the answers it was counted from."""
    yield from _flaws_beside(row, card, basis)
    yield from _flaws_of_count(card, json.loads(row.keys), basis)


def _references(keys: str) -> Iterator[str]:
    """List what a run names, as far as it can be read; what cannot is reported when its row is checked."""
    try:
        yield from [str(reference) for samples in json.loads(keys).values() for reference in samples]
    except (ValueError, TypeError, AttributeError):
        return


def _sound(reference: str, row: Row[Any], read: Callable[[Row[Any]], Outcome]) -> dict[str, Outcome]:
    try:
        return {reference: read(row)}
    except (ValueError, TypeError):
        return {}


def _failure_of(row: Row[Any]) -> Outcome:
    if seal(row.key, row.outcome) != row.id:
        raise ValueError("the outcome does not hash to the id")
    return parse_outcome(row.outcome, voted=False)


def _flaws_beside(row: Any, card: Scorecard, basis: Basis) -> Iterator[str]:  # noqa: ANN401 - likewise
    """Hold the card against the columns beside it, and its tool against the revision it names."""
    columns = {
        "id": card.provenance.run,
        "slug": card.tool.slug,
        "revision": card.tool.revision,
        "reviewed_at": schema.stamp(card.provenance.reviewed_at),
        "state": card.state,
        "label": card.label,
        "ship_pct": card.ship_pct,
    }
    differing = [name for name, value in columns.items() if getattr(row, name) != value]
    if differing:
        yield f"the scorecard differs from the columns beside it: {', '.join(differing)}"
    content = card.tool.model_dump(mode="json", exclude={"slug", "digest", "revision"})
    if not digest(content) == card.tool.digest == basis.contents.get((row.slug, row.revision)):
        yield "the tool on the scorecard is not the revision it names"


def _flaws_of_count(card: Scorecard, keys: dict[str, list[str]], basis: Basis) -> Iterator[str]:
    """Count the card again."""
    outcomes: tuple[Outcome, ...] = (*card.verdicts, *card.abstentions)
    shown = {outcome.persona: outcome for outcome in outcomes}
    samples: dict[str, list[Outcome]] = {}
    lacking = []
    for persona in (seat.persona for seat in card.roster):
        named = keys.get(persona, [])
        samples[persona] = [basis.answers[name] for name in named if name in basis.answers]
        if not named or len(samples[persona]) < len(named):
            lacking.append(persona)
        elif named[0] in basis.replaced and persona in shown:
            # It may have been counted before the row was damaged; then only the card remembers how.
            samples[persona][0] = shown[persona]
    if lacking:
        yield f"rests on answers that are missing or damaged: {', '.join(lacking)}"
        return
    for said in card.rebuttals:
        key = next(iter(keys.get(rebuttal_place(said.persona), ())), "")
        if key not in basis.replaced and basis.answers.get(key) != said:
            yield f"the rebuttal of {said.persona!r} is missing, damaged or not what was said"
    counted = count(card.roster, card.quorum, samples, card.rebuttals)
    differing = [name for name, value in counted.items() if getattr(card, name) != value]
    if differing:
        yield f"counting its answers again gives another {', '.join(differing)}"
