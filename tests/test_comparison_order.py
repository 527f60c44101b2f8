"""Comparisons of any cards: order decides the columns and nothing else, and winners are earned."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Any

from cards import PERSONAS, make_abstention, make_card, make_provenance, make_tool
from comparisons import DISPUTE, scored
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.comparison import compare
from panel.tool import Evidence, Fact, Pricing

if TYPE_CHECKING:
    from panel.comparison import Comparison
    from panel.scorecard import Scorecard
    from panel.verdict import AbstentionReason, Outcome

FACTS = ("deployment", "latency", "platforms", "colour")
WORDS = ("on-device", "cloud", "90 ms", "under 2 s", "Linux")
SENTENCES = (
    "It is meant for people on call.",
    "Alternatives include Tailstorm and Logbook.",
    "Rivals such as Tool 1 cost more.",
    "The vendor claims a delay below 40 ms.",
    "It cannot read archives.",
    "Billing is by usage, per minute.",
)


@st.composite
def outcomes(draw: st.DrawFn, persona: str) -> Outcome:
    """Draw what a persona says: a vote with any criteria, an abstention or a failure."""
    silent: AbstentionReason | None = draw(
        st.sampled_from([None, None, "insufficient-information", "timed-out"])
    )
    if silent:
        return make_abstention(persona, silent)
    kind = draw(st.sampled_from(["ship", "skip"]))
    levels = draw(st.tuples(*[st.integers(0, 4)] * 3))
    version = draw(st.sampled_from(["1", "1", "1", "2"]))
    made = make_provenance(persona, engine_version=version)
    return scored(persona, kind, *levels).model_copy(update={"provenance": made})  # type: ignore[no-any-return]


@st.composite
def made_cards(draw: st.DrawFn, number: int) -> Scorecard:
    """Draw the card of the tool of that number."""
    facts = draw(st.dictionaries(st.sampled_from(FACTS), st.sampled_from(WORDS), max_size=3))
    model = draw(st.sampled_from(["free", "paid", "unknown", "open-source"]))
    tool = make_tool(
        slug=f"tool-{number}",
        name=draw(st.sampled_from([f"Tool {number}", "Twin"])),
        tagline=draw(st.sampled_from(["", "The same", f"The {number}th"])),
        pricing=Pricing(model=model, entry=draw(st.sampled_from(["", "9 EUR"]))),
        licence=draw(st.sampled_from(["", "MIT", "Proprietary"])),
        description=" ".join(["A tool.", *draw(st.lists(st.sampled_from(SENTENCES), max_size=4))]),
        facts={key: Fact(value=value) for key, value in facts.items()},
        evidence=draw(st.sampled_from([(), (Evidence(id="E1", kind="independent", text="Seen."),)])),
    )
    panel = draw(st.sampled_from([PERSONAS, (*PERSONAS, "night-shift"), PERSONAS[1:]]))
    findings = draw(st.sampled_from([(), (DISPUTE,)]))
    return make_card(*[draw(outcomes(persona)) for persona in panel], tool=tool, findings=findings)


@st.composite
def lineups(draw: st.DrawFn) -> list[Scorecard]:
    """Draw two to five cards of different tools, most often two."""
    return [draw(made_cards(number)) for number in range(draw(st.sampled_from([2, 2, 2, 3, 5])))]


BY_TOOL = ("tools", "choices", "alternatives", "limits", "unknowns", "checklists")


def rearranged(found: Comparison, order: tuple[int, ...]) -> dict[str, Any]:
    """Exchange the columns of a comparison, and nothing else."""
    content = found.model_dump()
    for block in BY_TOOL:
        content[block] = tuple(content[block][place] for place in order)
    for block, cells in (("personas", "answers"), ("attributes", "cells")):
        for row in content[block]:
            row[cells] = tuple(row[cells][place] for place in order)
    return content


@settings(max_examples=60)
@given(lineups(), st.randoms(use_true_random=False))
def test_order_decides_the_columns_and_nothing_else(cards: list[Scorecard], random: Any) -> None:  # noqa: ANN401
    """Comparing in another order exchanges the columns: the same winner, reasons, caveats and sentences."""
    order = random.choice(list(permutations(range(len(cards)))))
    mirrored = compare([cards[place] for place in order])
    assert mirrored.model_dump() == rearranged(compare(cards), order)


@settings(max_examples=60)
@given(lineups())
def test_a_winner_has_earned_it(cards: list[Scorecard]) -> None:
    """Whatever the cards: a winner is no skip, and no tool has a better label or more preferences."""
    found = compare(cards)
    check_preferences(found)
    labels = {"Ship": 2, "Mixed": 1, "Skip": 0, None: -1}
    ranks = {tool.slug: labels[tool.label] for tool in found.tools}
    wins = {slug: sum(row.winner == slug for row in found.personas) for slug in ranks}
    if (winner := found.recommendation.tool) is None:
        assert (found.recommendation.outcome == "neither") == (max(ranks.values()) <= 0)
        return
    others = [slug for slug in ranks if slug != winner]
    assert ranks[winner] > 0
    assert all(ranks[winner] >= ranks[slug] >= 0 and wins[winner] >= wins[slug] for slug in others)
    assert all((ranks[winner], wins[winner]) > (ranks[slug], wins[slug]) for slug in others)


def check_preferences(found: Comparison) -> None:
    """A preferred tool has a vote, is no skip beside a ship, and leads equal decisions by ten points."""
    for row in found.personas:
        answers = {tool.slug: answer for tool, answer in zip(found.tools, row.answers, strict=True)}
        if row.winner is None:
            continue
        best = answers.pop(row.winner)
        for other in answers.values():
            assert best.score is not None
            assert other.score is not None
            if other.kind == best.kind:
                assert round(best.score - other.score, 1) >= 10
            else:
                assert (best.kind, other.kind) == ("ship", "skip")
