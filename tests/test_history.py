from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cards import (
    NOON,
    PERSONAS,
    make_abstention,
    make_card,
    make_provenance,
    make_tool,
    make_verdict,
    no_quorum,
    partial,
    with_evidence,
    with_findings,
    with_stability,
)
from hypothesis import given
from hypothesis import strategies as st

from panel.history import Changes, SeatShift, changes
from panel.tool import Evidence, Fact, Pricing
from panel.verdict import CriterionScore, Finding

if TYPE_CHECKING:
    from panel.scorecard import Scorecard
    from panel.verdict import Outcome

WORDS = st.sampled_from(["", "one", "two"])
FACTS = st.builds(Fact, value=WORDS, unit=WORDS, source=WORDS)
EVIDENCE = st.builds(Evidence, id=st.sampled_from(["E1", "E2"]), title=WORDS, text=WORDS)
TOOLS = st.builds(
    make_tool,
    name=WORDS,
    tagline=WORDS,
    licence=WORDS,
    pricing=st.builds(Pricing, model=st.sampled_from(["free", "paid"]), entry=WORDS),
    facts=st.dictionaries(st.sampled_from(["latency", "memory"]), FACTS),
    evidence=st.lists(EVIDENCE, max_size=3).map(tuple),
)
DECISIONS = st.sampled_from(["ship", "skip", "insufficient-information", "refused"])


def answer(persona: str, said: str, **changed: Any) -> Outcome:  # noqa: ANN401  # any field of the outcome
    """Build a verdict or an abstention from the word for it."""
    if said in {"ship", "skip"}:
        return make_verdict(persona, said, **changed)  # type: ignore[arg-type]  # one of the two
    return make_abstention(persona, said, **changed)  # type: ignore[arg-type]  # a reason


PANELS = st.tuples(*[DECISIONS] * 4).map(
    lambda said: [answer(persona, one) for persona, one in zip(PERSONAS, said, strict=True)]
)


def seat(moved: Changes, persona: str) -> SeatShift:
    """Return what moved at one seat."""
    return next(shift for shift in moved.seats if shift.persona == persona)


@pytest.mark.parametrize(
    "card", [make_card(), partial(), no_quorum(), with_findings(), with_stability(), with_evidence()]
)
def test_the_same_card_has_not_moved(card: Scorecard) -> None:
    """Nor has the same content judged the same way in a later run."""
    moved = changes(card, card)
    assert moved.nothing
    assert moved.summary == ("Nothing moved.",)
    later = card.provenance.model_copy(update={"reviewed_at": NOON + timedelta(days=7), "run": "later"})
    assert changes(card, card.model_copy(update={"provenance": later})).nothing


@given(before=PANELS, after=PANELS)
def test_what_moved_forth_moves_back(before: list[Outcome], after: list[Outcome]) -> None:
    """Exchanging the cards exchanges both sides of every shift, for any two panels."""
    cards = make_card(*before), make_card(*after)
    forth, back = changes(*cards), changes(*reversed(cards))
    assert [(s.field, s.after, s.before) for s in forth.result] == [
        (s.field, s.before, s.after) for s in back.result
    ]
    assert [(s.persona, s.after, s.before) for s in forth.seats] == [
        (s.persona, s.before, s.after) for s in back.seats
    ]
    turned = [a.persona for b, a in zip(before, after, strict=True) if b != a]
    assert [s.persona for s in forth.seats] == turned
    assert forth.nothing == (before == after)


@given(before=TOOLS, after=TOOLS)
def test_a_submission_moved_when_its_digest_did(before: Any, after: Any) -> None:  # noqa: ANN401  # tools
    """Whatever a reviewer could read, and nothing else, shows up as a change of the submission."""
    moved = changes(make_card(tool=before), make_card(tool=after))
    assert bool(moved.submission) == (before.digest != after.digest)
    assert moved.nothing == (before.digest == after.digest)


def test_fields_facts_and_passages_are_told_apart() -> None:
    """Each is named once, as it was and as it is, in the order of a submission."""
    old = make_tool(
        licence="",
        facts={"latency": Fact(value="300", unit="ms", source="vendor page"), "memory": Fact(value="2 GB")},
        evidence=(Evidence(id="E2", text="It is fast."), Evidence(id="E10", text="It is small.")),
    )
    new = make_tool(
        pricing=Pricing(model="paid", entry="$20 a month"),
        facts={"latency": Fact(value="400", unit="ms"), "platforms": Fact(value="Linux")},
        evidence=(
            Evidence(id="E2", title="A test", text="It is slow.", kind="independent"),
            Evidence(id="E10", text="It is small."),
        ),
    )
    moved = changes(make_card(tool=old), make_card(tool=new))
    assert [(s.field, s.before, s.after) for s in moved.submission] == [
        ("pricing.entry", "free up to 1 GB a day", "$20 a month"),
        ("pricing.model", "freemium", "paid"),
        ("pricing.verified_at", "2026-11-02", None),
        ("licence", None, "Apache-2.0"),
        ("facts.latency", "300 ms (vendor page)", "400 ms"),
        ("facts.memory", "2 GB", None),
        ("facts.platforms", None, "Linux"),
        ("evidence.E2", "It is fast. (user)", "It is slow. (A test, independent)"),
    ]
    assert moved.summary == (
        (
            "The submission changed: pricing.entry; pricing.model; pricing.verified_at is gone; "
            "licence is new; facts.latency; facts.memory is gone; facts.platforms is new; evidence.E2."
        ),
    )


def test_the_order_of_passages_counts() -> None:
    """Exchanged, repeated or renumbered evidence is a change; E10 comes after E9."""
    nine, ten = Evidence(id="E9", text="Nine."), Evidence(id="E10", text="Ten.")

    def moved(*passages: Evidence) -> list[tuple[str, str | None, str | None]]:
        cards = [make_card(tool=make_tool(evidence=evidence)) for evidence in ((nine, ten), passages)]
        return [(shift.field, shift.before, shift.after) for shift in changes(*cards).submission]

    assert moved(ten, nine) == [("evidence", "E9, E10", "E10, E9")]
    assert moved(nine, ten, ten) == [("evidence.E10", "Ten. (user)", "Ten. (user)\nTen. (user)")]
    assert [field for field, _, _ in moved()] == ["evidence.E9", "evidence.E10"]


def test_a_turned_vote_shows_its_criteria_and_reasons() -> None:
    """The score, every criterion that moved and the new reason stand beside the decision."""
    before = make_verdict("business", "skip")
    first, *others = before.criteria
    changed = CriterionScore(id=first.id, score=4, because="Prices are published now.")
    after = make_verdict("business", "ship", 75.0, criteria=(changed, *others))
    cards = [make_card(*(make_verdict(p, "ship") for p in PERSONAS[:3]), vote) for vote in (before, after)]
    moved = changes(*cards)
    (shift,) = moved.seats
    assert (shift.before, shift.after, shift.turned) == ("skip", "ship", True)
    assert shift.score_delta == round(75.0 - before.score, 1)
    assert [(c.name, c.before, c.after, c.because) for c in shift.criteria] == [
        ("A buyer with a budget", 2, 4, "Prices are published now.")
    ]
    assert next((s.field, s.before, s.after) for s in moved.result) == ("ship_pct", "75.0", "100.0")
    assert moved.summary == (
        (
            "The panel went from COMPLETE · Ship · 75.0% ship (3 ship, 1 skip) "
            "to COMPLETE · Ship · 100.0% ship (4 ship, 0 skip)."
        ),
        (
            f"Business turned from skip to ship, {before.score:.1f} → 75.0 (A buyer with a budget 2 → 4). "
            "Nothing that it was given differed."
        ),
    )


@pytest.mark.parametrize(
    ("changed", "causes"),
    [
        ({}, ("sample",)),
        ({"persona_digest": "another"}, ("persona",)),
        ({"engine_version": "2"}, ("reviewer",)),
        ({"engine": "openai", "spec": "openai:judge"}, ("reviewer",)),
        ({"prompt_digest": "another"}, ("reviewer",)),
        ({"persona_digest": "another", "prompt_digest": "another"}, ("persona",)),
    ],
)
def test_a_reader_learns_what_may_have_moved_a_vote(changed: dict[str, Any], causes: tuple[str, ...]) -> None:
    """Standards, reviewer and mere repetition are told apart, alone and beside a new submission."""
    others = [make_verdict(p, "ship") for p in PERSONAS[1:]]
    asked = {"prompt_digest": "the prompt"}
    before = make_card(make_verdict("dx", "ship", provenance=make_provenance("dx", **asked)), *others)
    vote = make_verdict("dx", "skip", provenance=make_provenance("dx", **{**asked, **changed}))
    assert seat(changes(before, make_card(vote, *others)), "dx").causes == causes
    both = seat(changes(before, make_card(vote, *others, tool=make_tool(licence="MIT"))), "dx").causes
    expected = [cause for cause in causes if cause != "sample" and changed.keys() != {"prompt_digest"}]
    assert both == ("submission", *expected)


def test_another_reviewer_is_told_even_when_the_vote_stands() -> None:
    """The same answer from a new version is no silence: the reader hears who gave it."""
    others = [make_verdict(p, "ship") for p in PERSONAS[1:]]
    cards = [
        make_card(
            make_verdict("dx", "ship", provenance=make_provenance("dx", engine_version=version)), *others
        )
        for version in ("1", "2")
    ]
    moved = changes(*cards)
    assert not moved.nothing
    assert moved.summary == (
        "Developer experience still says ship, with the same score. What differed: the reviewer.",
    )


def test_a_failure_is_not_taken_for_another_reviewer() -> None:
    """A call that failed does not know which model would have served it."""

    def asked(served: str | None) -> dict[str, Any]:
        provenance = make_provenance("dx", engine="openai", spec="openai:judge", served_model=served)
        return {"provenance": provenance}

    others = [make_verdict(p, "ship") for p in PERSONAS[1:]]
    before = make_card(make_abstention("dx", "timed-out", **asked(None)), *others)
    moved = seat(changes(before, make_card(make_verdict("dx", "skip", **asked("judge-9")), *others)), "dx")
    assert (moved.before, moved.after, moved.score_delta, moved.causes) == (
        "timed-out",
        "skip",
        None,
        ("sample",),
    )


def test_who_joined_and_who_left_is_told() -> None:
    """A seat that only one card has is neither silent nor a changed mind."""
    before = make_card(make_verdict("dx", "ship"), make_verdict("business", "skip"))
    after = make_card(make_verdict("dx", "ship"), make_verdict("futurist", "ship"))
    moved = changes(before, after)
    assert [(s.persona, s.before, s.after) for s in moved.seats] == [
        ("futurist", None, "ship"),
        ("business", "skip", None),
    ]
    assert moved.summary[1:] == (
        "Futurist joined the panel: ship.",
        "Business left the panel (it said skip).",
    )


def test_findings_are_gained_and_lost_one_by_one() -> None:
    """A finding that stands twice and then once was lost once."""
    twice = Finding(rule="unsupported-figure", field="quote", excerpt="40 ms")
    other = Finding(rule="suspected-injection", field="name")
    moved = changes(make_card(findings=(twice, twice)), make_card(findings=(other, twice)))
    assert (moved.findings_gained, moved.findings_lost) == ((other,), (twice,))
    assert moved.summary == (
        "1 finding is new: suspected-injection.",
        "1 finding is gone: unsupported-figure.",
    )


def test_changes_survive_as_json() -> None:
    """They are a value like any other: what a renderer or a digest stores reads back equal."""
    moved = changes(make_card(), partial())
    assert Changes.model_validate_json(moved.model_dump_json()) == moved
