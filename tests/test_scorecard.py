"""The arithmetic of the panel."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from cards import NOON, make_abstention, make_persona, make_tool, make_verdict
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from panel.persona import Roster, Seat
from panel.scorecard import count, label_of, tally
from panel.stability import flip_rate, stability_of

if TYPE_CHECKING:
    from panel.scorecard import Scorecard
    from panel.verdict import Outcome

ANSWERS = ("ship", "skip", "insufficient-information", "timed-out")


def answer(persona: str, kind: str, score: float = 50.0) -> Outcome:
    """Build an answer of one of the four kinds."""
    if kind in ("ship", "skip"):
        return make_verdict(persona, kind, score)  # type: ignore[arg-type]
    return make_abstention(persona, kind)  # type: ignore[arg-type]


def card_of(
    kinds: tuple[str, ...], *, order: list[int] | None = None, quorum: int | None = None
) -> Scorecard:
    """Tally answers that arrive in a given order."""
    names = [f"p{at}" for at in range(len(kinds))]
    roster = Roster(seats=tuple(Seat(persona=make_persona(name)) for name in names), quorum=quorum)
    arrived = [names[at] for at in order] if order else names
    samples = {name: [answer(name, kinds[names.index(name)])] for name in arrived}
    return tally(make_tool(), roster, samples, reviewed_at=NOON, version="0")


@pytest.mark.parametrize("kinds", list(product(ANSWERS, repeat=4)))
def test_every_combination_of_answers_adds_up(kinds: tuple[str, ...]) -> None:
    """Over all 256 combinations, seats are accounted for and state, percentage and label agree."""
    card = card_of(kinds)
    ships, skips = kinds.count("ship"), kinds.count("skip")
    assert (card.ships, card.skips) == (ships, skips)
    assert card.abstained == kinds.count("insufficient-information")
    assert card.failed == kinds.count("timed-out")
    assert card.seats == 4 == card.ships + card.skips + card.abstained + card.failed
    if ships + skips < 3:
        assert (card.state, card.ship_pct, card.label) == ("no-quorum", None, None)
        assert card.headline.startswith("NO QUORUM")
        return
    assert card.state == ("partial" if card.failed else "complete")
    share = Fraction(ships, ships + skips)
    assert card.ship_pct == round(float(100 * share), 1)
    expected = "Ship" if share >= Fraction(3, 4) else "Skip" if share <= Fraction(1, 4) else "Mixed"
    assert card.label == expected
    assert card.headline.startswith(card.state.upper())


@given(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_order_of_arrival_never_matters(kinds: list[str], random: object) -> None:
    """However the answers arrive, the card is the same, in roster order."""
    order = list(range(len(kinds)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert card_of(tuple(kinds), order=order) == card_of(tuple(kinds))


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_label_follows_the_exact_fraction(ships: int, skips: int) -> None:
    """A percentage that rounds up to 75.0 is not yet a Ship."""
    if ships + skips == 0:
        return
    share = Fraction(ships, ships + skips)
    label = label_of(ships, skips)
    assert (label == "Ship") == (share >= Fraction(3, 4))
    assert (label == "Skip") == (share <= Fraction(1, 4))


def test_a_rounded_percentage_does_not_lift_the_label() -> None:
    """1,499 of 2,000 votes show as 75.0 % when rounded, and stay Mixed."""
    assert round(100 * 1499 / 2000, 0) == 75
    assert label_of(1499, 501) == "Mixed"


@pytest.mark.parametrize(
    ("kinds", "line"),
    [
        (("ship", "ship", "ship", "ship"), ""),
        (("ship", "ship", "ship", "skip"), "P3 dissents and would skip."),
        (("skip", "skip", "ship", "skip"), "P2 dissents and would ship."),
        (("ship", "skip", "ship", "skip"), "Evenly split: P0 and P2 would ship; P1 and P3 would skip."),
    ],
)
def test_the_split_line_names_the_minority(kinds: tuple[str, ...], line: str) -> None:
    """Whoever stands against the majority is named; a tie names both sides."""
    assert card_of(kinds).split == line


def test_quorum_defaults_to_all_seats_but_one() -> None:
    """One seat may be lost, a single seat may not."""
    assert card_of(("ship", "ship", "ship", "timed-out")).state == "partial"
    assert card_of(("ship",)).quorum == 1
    assert card_of(("ship", "ship", "timed-out"), quorum=3).state == "no-quorum"


def test_a_quorum_beyond_the_seats_is_refused() -> None:
    """More votes than seats can never come."""
    with pytest.raises(ValidationError, match="cannot come from"):
        card_of(("ship", "ship"), quorum=3)


def test_only_the_first_sample_votes() -> None:
    """Repeats feed stability and totals; they are never pooled into votes."""
    roster = Roster(seats=(Seat(persona=make_persona("dx")),))
    samples = {"dx": [answer("dx", "ship"), answer("dx", "skip"), answer("dx", "skip")]}
    card = tally(make_tool(), roster, samples, reviewed_at=NOON, version="0")
    assert (card.ships, card.skips) == (1, 0)
    assert card.stability is not None
    assert card.stability["dx"].flip_rate == pytest.approx(2 / 3, abs=1e-4)
    assert card.totals.calls == sum(o.provenance.usage.calls for o in samples["dx"])


@given(st.integers(0, 12), st.integers(0, 12))
def test_flip_rate_is_the_share_of_disagreeing_pairs(ships: int, skips: int) -> None:
    """The closed form equals counting pairs one by one."""
    votes = ["ship"] * ships + ["skip"] * skips
    pairs = [(a, b) for at, a in enumerate(votes) for b in votes[at + 1 :]]
    rate = flip_rate(ships, skips)
    if not pairs:
        assert rate is None
    else:
        assert rate == pytest.approx(sum(a != b for a, b in pairs) / len(pairs), abs=1e-4)


def test_stability_counts_silence_apart() -> None:
    """Abstentions and failures are counted and do not enter the flip rate."""
    kinds = ("ship", "timed-out", "insufficient-information", "ship")
    stability = stability_of([answer("dx", kind) for kind in kinds])
    assert (stability.abstained, stability.failed, stability.flip_rate) == (1, 1, 0.0)


def test_cost_is_unknown_when_any_of_it_is() -> None:
    """A total that leaves something out is no total."""
    roster = Roster(seats=tuple(Seat(persona=make_persona(name)) for name in ("dx", "business")))
    priced, free = answer("dx", "ship"), answer("business", "ship")
    unpriced = free.model_copy(update={"provenance": free.provenance.model_copy(update={"cost_usd": None})})
    known = count_of(roster, priced, free)
    unknown = count_of(roster, priced, unpriced)
    assert known["totals"].cost_usd is not None
    assert unknown["totals"].cost_usd is None


def count_of(roster: Roster, *outcomes: Outcome) -> dict[str, Any]:
    """Recount a panel from the seats its card names."""
    samples = {outcome.persona: [outcome] for outcome in outcomes}
    card = tally(make_tool(), roster, samples, reviewed_at=NOON, version="0")
    return count(card.roster, card.quorum, samples)


def test_a_card_whose_counts_disagree_is_refused() -> None:
    """Nobody can hand on a card with a seat that is not accounted for."""
    content = card_of(("ship", "ship", "skip")).model_dump()
    with pytest.raises(ValidationError, match="seats must equal"):
        type(card_of(("ship",))).model_validate({**content, "ships": 3})
