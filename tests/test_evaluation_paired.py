from __future__ import annotations

import pytest
from evaluations import make_answers, make_set
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as library_mcnemar

from panel.errors import InputError
from panel.evaluation import compare_answers

GOLD = {"dx": "+-" * 20, "business": "-+" * 20}


def test_equal_answers_show_no_difference() -> None:
    """A run against itself differs by exactly nothing."""
    answers = make_answers({"dx": "+" * 40, "business": "-+" * 20})
    report = compare_answers(make_set(GOLD), answers, answers)

    assert report.outcome == "no difference shown"
    assert report.headline.startswith("no difference shown")
    assert report.changed == ()
    change = report.personas["dx"].balanced_accuracy
    assert (change.value, change.low, change.high) == (0.0, 0.0, 0.0)
    assert report.personas["dx"].mcnemar.p_value == 1.0


def test_a_better_system_is_told_from_a_worse() -> None:
    """Ten cases fixed and none broken are shown, in the direction they happened."""
    worse = make_answers({"dx": "-+" * 10 + "+-" * 10, "business": GOLD["business"]}, name="old")
    better = make_answers(GOLD, name="new")
    report = compare_answers(make_set(GOLD), worse, better)
    back = compare_answers(make_set(GOLD), better, worse)

    assert report.outcome == "second is better"
    assert report.personas["dx"].outcome == "second is better"
    assert report.personas["business"].outcome == "no difference shown"
    assert back.personas["dx"].outcome == "first is better"
    assert report.personas["dx"].balanced_accuracy.value == pytest.approx(0.5)
    assert {change.effect for change in report.changed} == {"fixed"}
    assert {change.effect for change in back.changed} == {"broken"}


def test_mcnemar_counts_one_verdict_for_each_tool() -> None:
    """The discordant cases are counted persona by persona, repeats left out."""
    first = make_answers([{"dx": "++++++"}, {"dx": "------"}])
    second = make_answers({"dx": "+---a-"})
    found = compare_answers(make_set({"dx": "++-+--"}), first, second).personas["dx"].mcnemar
    expected = library_mcnemar([[0, found.only_first], [found.only_second, 0]], exact=True).pvalue

    assert (found.only_first, found.only_second) == (2, 2)
    assert found.p_value == pytest.approx(expected, abs=1e-9)


def test_a_small_change_is_not_called_a_difference() -> None:
    """One case more in forty is what chance does."""
    second = {"dx": "--" + GOLD["dx"][2:], "business": GOLD["business"]}
    report = compare_answers(make_set(GOLD), make_answers(GOLD), make_answers(second))

    assert report.outcome == "no difference shown"
    assert [change.case for change in report.changed] == ["case-0"]
    assert report.personas["dx"].mcnemar.p_value == 1.0


def test_pairing_sees_what_two_separate_intervals_hide() -> None:
    """Answering the same tools narrows the difference: two changes in forty reach a few points."""
    first = "+-+-+--+-++-" * 3 + "+-+-"
    second = ("-" if first[0] == "+" else "+") + first[1:-1] + ("+" if first[-1] == "-" else "-")
    golden = make_set({"dx": GOLD["dx"]})
    report = compare_answers(golden, make_answers({"dx": first}), make_answers({"dx": second}))
    change = report.personas["dx"].balanced_accuracy

    assert change.low is not None
    assert change.high is not None
    assert change.high - change.low < 0.2


@settings(max_examples=25)
@given(st.text(alphabet="+-a", min_size=8, max_size=8), st.text(alphabet="+-a", min_size=8, max_size=8))
def test_a_comparison_turned_round_has_the_opposite_sign(one: str, two: str) -> None:
    """Swapping the systems negates every change and mirrors the outcome."""
    golden = make_set({"dx": "++++----"}, per_cluster=2)
    a, b = make_answers({"dx": one}), make_answers({"dx": two})
    forth, back = compare_answers(golden, a, b, resamples=200), compare_answers(golden, b, a, resamples=200)
    here, there = forth.personas["dx"].balanced_accuracy, back.personas["dx"].balanced_accuracy

    assert here.value is not None
    assert there.value is not None
    assert here.value == pytest.approx(-there.value)
    if here.low is not None and there.high is not None:
        assert here.low == pytest.approx(-there.high, abs=1e-9)
    assert len(forth.changed) == len(back.changed) == sum(x != y for x, y in zip(one, two, strict=True))


def test_systems_without_a_common_persona_are_refused() -> None:
    """There is nothing to pair, and the line says so."""
    with pytest.raises(InputError, match="share no persona of made-up"):
        compare_answers(make_set(GOLD), make_answers({"dx": "+"}), make_answers({"business": "+"}))


def test_a_persona_that_only_one_answered_is_named() -> None:
    """What was not compared is said."""
    report = compare_answers(make_set(GOLD), make_answers({"dx": GOLD["dx"]}), make_answers(GOLD))

    assert list(report.personas) == ["dx"]
    assert any("business" in note for note in report.notes)
