"""Comparisons: who wins and why, what sets the tools apart, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from cards import PERSONAS, make_abstention, make_card, make_provenance, make_tool, make_verdict
from comparisons import DISPUTE, avatar, avatar_card, five, pair, reader, reader_card, skipped_pair

from panel.comparison import compare
from panel.errors import InputError
from panel.intake import load_tool
from panel.resources import folder
from panel.tool import Fact
from panel.verdict import Finding

if TYPE_CHECKING:
    from panel.comparison.values import PersonaRow
    from panel.scorecard import Scorecard
    from panel.verdict import Outcome


def two(left: Outcome, right: Outcome) -> PersonaRow:
    """Compare two tools on the answers of one persona."""
    rows = compare([make_card(left, tool=avatar()), make_card(right, tool=reader())]).personas
    assert len(rows) == 1
    return rows[0]


def panel_of(*decisions: Any, tool: Any) -> Scorecard:  # noqa: ANN401  # a decision; a tool
    """A card on which the personas, in order, decide as given, with equal scores."""
    verdicts = zip(PERSONAS, decisions, strict=True)
    return make_card(*(make_verdict(persona, decision, 60.0) for persona, decision in verdicts), tool=tool)


@pytest.mark.parametrize("count", [0, 1, 6])
def test_a_comparison_takes_two_to_five_tools(count: int) -> None:
    """Fewer or more are refused, saying how many there were."""
    cards = [make_card(tool=make_tool(slug=f"tool-{n}", name=f"Tool {n}")) for n in range(count)]
    with pytest.raises(InputError, match="2 to 5 tools"):
        compare(cards)


def test_a_tool_is_not_compared_with_itself() -> None:
    """Two cards of one tool are refused, though their content may differ."""
    with pytest.raises(InputError, match="'lantern'"):
        compare([make_card(), make_card(tool=make_tool(description="Another text."))])


def test_a_ship_beats_a_skip_whatever_the_scores() -> None:
    """The decision comes first: a low ship is preferred to a high skip."""
    row = two(make_verdict("dx", "ship", 51.0), make_verdict("dx", "skip", 99.0))
    assert (row.winner, row.basis) == ("mirror", "decision")
    assert row.why == "It would ship Mirror and skip Lantern."


@pytest.mark.parametrize(
    ("left", "right", "winner"), [(60.0, 70.0, "lantern"), (60.0, 69.9, None), (60.0, 60.0, None)]
)
@pytest.mark.parametrize("decision", ["ship", "skip"])
def test_equal_decisions_need_a_margin_of_ten_points(
    decision: Any,  # noqa: ANN401  # a decision
    left: float,
    right: float,
    winner: str | None,
) -> None:
    """Ten points lead; anything less is no clear winner, and the distance is said."""
    row = two(make_verdict("dx", decision, left), make_verdict("dx", decision, right))
    assert row.winner == winner
    assert row.basis == ("margin" if winner else "too-close")
    assert (f"{right - left:.1f} points" in row.why) == (left != right)


@pytest.mark.parametrize("reason", ["insufficient-information", "timed-out"])
def test_a_missing_vote_leaves_no_winner(reason: Any) -> None:  # noqa: ANN401  # a reason
    """An abstention or a failure is no vote for the other side, and its reason is given."""
    row = two(make_verdict("dx", "ship", 90.0), make_abstention("dx", reason))
    assert (row.winner, row.basis) == (None, "no-vote")
    assert row.why == f"There is no vote on Lantern ({reason})."


@pytest.mark.parametrize(
    "other", [{"persona_digest": "0" * 64}, {"engine_version": "2"}, {"spec": "openai:m", "engine": "openai"}]
)
def test_votes_by_different_standards_are_not_compared(other: dict[str, str]) -> None:
    """A changed persona, other rules or another reviewer leave no winner, neither here nor overall."""
    made = make_provenance("dx", **other)
    found = compare(
        [
            make_card(make_verdict("dx", "ship", 90.0), tool=avatar()),
            make_card(make_verdict("dx", "skip", 10.0, provenance=made), tool=reader()),
        ]
    )
    assert (found.personas[0].winner, found.personas[0].basis) == (None, "not-comparable")
    assert found.recommendation.outcome == "no-clear-winner"
    assert "different standards" in found.recommendation.why


def test_a_persona_of_one_panel_only_prefers_nothing() -> None:
    """A fifth persona takes part like any other; where it did not sit, that is said."""
    row = next(row for row in five().personas if row.persona == "night-shift")
    assert [answer.kind for answer in row.answers] == ["absent"] * 4 + ["ship"]
    assert row.winner is None
    assert "Lantern (did not sit on this panel)" in row.why


def test_the_better_label_wins() -> None:
    """Ship beats Mixed; the reasons name labels, counts and who prefers what."""
    found = compare(
        [
            panel_of("ship", "ship", "ship", "skip", tool=avatar()),
            panel_of("ship", "ship", "skip", "skip", tool=reader()),
        ]
    ).recommendation
    assert (found.outcome, found.tool) == ("winner", "mirror")
    assert "Lantern: Mixed (2 ship, 2 skip). Mirror: Ship (3 ship, 1 skip)." in found.why
    assert "Futurist prefers Mirror" in found.why
    assert "Developer experience, Competitive landscape and Business see no clear winner" in found.why


def test_equal_labels_are_decided_by_personas() -> None:
    """With one label for both, the tool that more personas prefer wins."""
    found = pair()
    assert found.recommendation.tool == "lantern"
    assert [row.winner for row in found.personas] == ["lantern", None, None, "lantern"]
    assert found.headline == "COMPLETE · If either would do your job, ship with Lantern"


def test_a_tie_has_no_winner() -> None:
    """Equal labels and as many personas on either side leave no clear winner."""
    found = compare(
        [
            panel_of("skip", "ship", "ship", "ship", tool=avatar()),
            panel_of("ship", "ship", "ship", "skip", tool=reader()),
        ]
    ).recommendation
    assert (found.outcome, found.tool) == ("no-clear-winner", None)
    assert "set Lantern and Mirror apart" in found.why


def test_label_and_personas_that_disagree_leave_no_winner() -> None:
    """A tool with the better label does not win against the preference of more personas."""
    panel = (*PERSONAS, "night-shift")
    left = make_card(*(make_verdict(persona, "ship", 55.0) for persona in panel), tool=avatar())
    right = make_card(
        *(make_verdict(persona, "ship", 90.0) for persona in panel[:3]),
        *(make_verdict(persona, "skip", 40.0) for persona in panel[3:]),
        tool=reader(),
    )
    found = compare([left, right]).recommendation
    assert (found.outcome, found.tool) == ("no-clear-winner", None)
    assert "label favours Mirror, but more personas prefer Lantern" in found.why


def test_nothing_is_recommended_that_the_panel_skips() -> None:
    """When every tool is skipped the answer is neither, however far one is ahead."""
    found = compare(
        [
            make_card(*(make_verdict(p, "skip", 45.0) for p in PERSONAS), tool=avatar()),
            make_card(*(make_verdict(p, "skip", 5.0) for p in PERSONAS), tool=reader()),
        ]
    )
    assert (found.recommendation.outcome, found.recommendation.tool) == ("neither", None)
    assert found.recommendation.answer == "Neither: the panel skips both."
    assert found.headline.endswith("Neither")
    assert skipped_pair().recommendation.outcome == "neither"


def test_no_quorum_is_no_verdict() -> None:
    """A panel without quorum neither wins nor loses, and the state comes first."""
    silent = make_card(make_verdict("dx", "ship"), make_abstention("business", "timed-out"), tool=avatar())
    broken = silent.model_copy(update={"state": "no-quorum", "label": None, "ship_pct": None})
    found = compare([broken, reader_card()])
    assert found.headline == "NO QUORUM · No clear winner"
    assert "no verdict on Mirror" in found.recommendation.why
    assert any("NO QUORUM" in caveat for caveat in found.recommendation.caveats)


def test_a_divided_panel_is_recommended_with_reserve() -> None:
    """A Mixed tool may be the better one, but the answer says that its panel is divided."""
    found = compare(
        [
            panel_of("ship", "ship", "skip", "skip", tool=avatar()),
            panel_of("skip", "skip", "skip", "skip", tool=reader()),
        ]
    )
    assert found.recommendation.tool == "mirror"
    assert "divided" in found.recommendation.answer


def test_what_is_not_known_stands_beside_the_answer() -> None:
    """Caveats: no shown rivalry, disputed figures, what is not stated, no evidence from outside."""
    caveats = pair().recommendation.caveats
    assert caveats[0].startswith("They may not be substitutes")
    assert caveats[1] == f"Mirror: {DISPUTE.detail}"
    assert "Lantern states no latency; Mirror states no licence" in caveats[2]
    assert "neither submission states rate limits, data retention, support or maturity" in caveats[2]
    assert "No independent evidence" in caveats[3]


@pytest.mark.parametrize(
    ("words", "rivals"),
    [
        ("Alternatives include Talky and Sketch.", "yes"),
        ("Rivals such as Mirror cost more.", "yes"),
        ("Alternatives include Sketch.", "no"),
        ("It reads logs.", "unknown"),
    ],
)
def test_substitutes_are_told_by_names(words: str, rivals: str) -> None:
    """Tools are alternatives when one names the other or both name a third; silence proves nothing."""
    found = compare([avatar_card(), make_card(tool=reader(description=f"Lantern is a reader. {words}"))])
    assert found.recommendation.rivals == rivals
    assert found.recommendation.answer.startswith("If either") == (
        rivals == "no" and found.recommendation.tool is not None
    )


def test_attributes_stand_in_a_fixed_order() -> None:
    """Price and licence, the recommended facts in their order, other facts by name, the evidence last."""
    facts = {key: Fact(value="x") for key in ("zeta", "latency", "alpha", "deployment")}
    rows = compare([avatar_card(), make_card(tool=reader(facts=facts))]).attributes
    keys = ["pricing-model", "entry-price", "licence", "deployment", "latency", "alpha", "bandwidth", "zeta"]
    assert [row.key for row in rows] == [*keys, "evidence"]


def test_unknown_is_a_value() -> None:
    """Rows differ, agree, or are unknown; values keep unit, source and date."""
    rows = {row.key: row for row in pair().attributes}
    assert rows["licence"].relation == "unknown"
    assert [cell.value for cell in rows["licence"].cells] == [None, "Apache-2.0"]
    assert rows["deployment"].relation == "differs"
    stated = rows["deployment"].cells[0]
    assert (stated.source, str(stated.as_of)) == ("review", "2026-05-21")
    twin = make_card(tool=reader(slug="twin", name="Twin", licence="apache-2.0"))
    again = {row.key: row.relation for row in compare([make_card(tool=reader()), twin]).attributes}
    assert (again["licence"], again["deployment"]) == ("same", "same")


def test_findings_stand_beside_the_attribute_they_concern() -> None:
    """A contradiction about latency is noted there, and a finding by its field; a row is made if need be."""
    rows = {row.key: row for row in pair().attributes}
    assert rows["latency"].cells[0].notes == (DISPUTE.detail,)
    assert rows["deployment"].cells[0].notes == ()
    odd = Finding(rule="odd", field="facts.support", detail="Nobody answers there.")
    noted = {row.key: row for row in compare([avatar_card(findings=(odd,)), reader_card()]).attributes}
    assert noted["support"].cells[0].notes == ("Nobody answers there.",)
    assert noted["support"].cells[0].value is None


def test_splits_name_who_would_ship_what() -> None:
    """A persona that ships one tool and skips another is a split."""
    found = pair().splits
    assert [(split.persona, split.ship, split.skip) for split in found] == [
        ("business", ("lantern",), ("mirror",))
    ]


def test_tools_of_one_name_are_told_apart() -> None:
    """Where two tools share a name, the slug stands behind it."""
    found = compare([make_card(tool=reader()), make_card(tool=reader(slug="lantern-2"))])
    assert [tool.title for tool in found.tools] == ["Lantern (lantern)", "Lantern (lantern-2)"]


def test_the_seeds_pair_reads_as_an_editor_would_want() -> None:
    """HeyGen beside SmolVLM2, with the published verdicts: the winner, the doubt and the disputed figure."""
    examples = folder("examples")
    heygen = load_tool(examples / "heygen-interactive-avatar-sdk-v3.yaml")
    small = load_tool(examples / "smolvlm2.yaml")
    left = panel_of("ship", "ship", "ship", "skip", tool=heygen)
    found = compare([left, panel_of("ship", "ship", "ship", "ship", tool=small)])
    assert found.recommendation.answer == "If either would do your job, ship with SmolVLM2."
    assert found.alternatives[0].names == ("D-ID", "Tavus", "Synthesia API", "Anam")
    assert found.alternatives[1].names[:3] == ("PaliGemma 2", "Qwen2-VL-2B", "Moondream2")
    assert [tool.best_for and tool.best_for.text.split()[0] for tool in found.tools] == [
        "developers",
        "machine-learning",
    ]
