from __future__ import annotations

import numpy as np
import pytest
from evaluations import make_answers, make_set
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import balanced_accuracy_score

from panel.errors import InputError
from panel.evaluation import GoldenSet, answer_set, apply_thresholds, calibrate
from panel.evaluation.calibration import fit_threshold

ROW = "+-+-+-+-+-+-"
SCORES = [90, 70, 85, 75, 95, 60, 88, 72, 91, 66, 83, 74]


def two_splits() -> GoldenSet:
    """Make a set whose first half may be tuned on."""
    golden = make_set({"dx": ROW})
    cases = tuple(
        case.model_copy(update={"split": "development" if at < 6 else "held"})
        for at, case in enumerate(golden.cases)
    )
    return golden.model_copy(update={"cases": cases})


def test_a_lenient_reviewer_is_set_right_on_the_other_split() -> None:
    """A reviewer that ships everything but scores well gains what its scores know, shown raw beside it."""
    answers = make_answers({"dx": "+++++++-++++"}, scores={"dx": SCORES}, spec="openai:m")
    report = calibrate(two_splits(), answers)
    (found,) = report.seats

    assert (found.persona, found.spec) == ("dx", "openai:m")
    assert (report.fitted_on, report.shown_on) == ("development", "held")
    assert found.threshold == 80.0
    assert found.raw.balanced_accuracy.value == pytest.approx(2 / 3)
    assert found.calibrated.balanced_accuracy.value == 1.0
    assert found.gain.value == pytest.approx(1 / 3)
    assert found.ship_rate_raw.value == pytest.approx(5 / 6)
    assert found.ship_rate_calibrated.value == 0.5


def test_the_held_split_does_not_move_the_threshold() -> None:
    """A threshold depends on nothing but the split it is fitted on."""
    changed = [*SCORES[:6], *reversed(SCORES[6:])]
    one = calibrate(two_splits(), make_answers({"dx": "+" * 12}, scores={"dx": SCORES}))
    two = calibrate(two_splits(), make_answers({"dx": "+" * 12}, scores={"dx": changed}))

    assert one.seats[0].threshold == two.seats[0].threshold
    assert one.seats[0].calibrated != two.seats[0].calibrated


@given(
    st.lists(st.tuples(st.integers(0, 100), st.booleans()), min_size=2, max_size=30).filter(
        lambda pairs: len({ship for _, ship in pairs}) == 2
    )
)
def test_no_threshold_fits_better(pairs: list[tuple[int, bool]]) -> None:
    """Among all thresholds none has a higher balanced accuracy, by scikit-learn's own count."""
    scores = np.array([float(score) for score, _ in pairs])
    ships = np.array([ship for _, ship in pairs])
    found = fit_threshold(scores, ships)
    shipped = scores >= np.arange(0, 102, 0.5)[:, None]
    best = ((shipped[:, ships].mean(1) + (~shipped[:, ~ships]).mean(1)) / 2).max()

    assert found is not None
    assert balanced_accuracy_score(ships, scores >= found) == pytest.approx(best)


def test_ties_go_to_the_middle_then_to_the_stricter() -> None:
    """Of equally good thresholds the one that assumes least is taken."""
    assert fit_threshold(np.array([20.0, 80.0]), np.array([False, True])) == 50.0
    assert fit_threshold(np.array([10.0, 20.0]), np.array([False, True])) == 15.0
    assert fit_threshold(np.array([10.0, 20, 30, 40]), np.array([False, True] * 2)) == 35.0
    assert fit_threshold(np.array([40.0, 45, 55, 60]), np.array([False, True] * 2)) == 57.5


def test_one_class_has_no_threshold() -> None:
    """Nothing can be fitted where gold never skips."""
    assert fit_threshold(np.array([10.0, 90.0]), np.array([True, True])) is None


def test_what_has_no_score_keeps_its_decision() -> None:
    """Abstentions stay abstentions: a threshold decides votes, not silence."""
    answers = make_answers({"dx": "+a+"}, scores={"dx": [10, 10, 90]})
    found = apply_thresholds(answers, {"dx": 50.0})

    assert [answer.decision for answer in found.answers] == ["skip", "abstain", "ship"]
    assert apply_thresholds(make_answers({"dx": "+-"}), {"dx": 50.0}).answers[0].decision == "ship"


def test_every_reviewer_has_a_threshold_of_its_own() -> None:
    """Answers of two models in one file are never fitted together, and each is held to what it was asked."""
    given = make_answers({"dx": "+" * 12}, scores={"dx": SCORES}).answers
    kind = [
        answer.model_copy(update={"spec": "openai:kind"}) for at, answer in enumerate(given) if at % 6 < 4
    ]
    # The same scores, moved down, make the stern one's threshold another.
    stern = [
        answer.model_copy(
            update={"spec": "openai:stern", "score": (answer.score or 0) - 40, "decision": "skip"}
        )
        for at, answer in enumerate(given)
        if at % 6 >= 4
    ]
    both = calibrate(two_splits(), answer_set("both", [*kind, *stern]))
    alone = calibrate(two_splits(), answer_set("kind", kind))

    assert [(seat.persona, seat.spec) for seat in both.seats] == [
        ("dx", "openai:kind"),
        ("dx", "openai:stern"),
    ]
    assert [seat.threshold for seat in both.seats] == [80.0, 50.0]
    assert [seat.raw.accuracy.n for seat in both.seats] == [4, 2]
    assert alone.seats[0].raw.accuracy.n == 6, "who answers alone leaves the other questions unanswered"


def test_a_reviewer_of_one_split_is_left_out_by_name() -> None:
    """A model that answered only the fitting split has nothing to be shown on, and says so."""
    given = make_answers({"dx": "+" * 12}, scores={"dx": SCORES}, spec="openai:a").answers
    other = [
        answer.model_copy(update={"spec": "openai:b", "repeat": 1})
        for answer in given
        if answer.case == "case-0"
    ]
    report = calibrate(two_splits(), answer_set("both", [*given, *other]))

    assert [seat.spec for seat in report.seats] == ["openai:a"]
    assert "dx by openai:b: left out, with no answer on the split 'held'." in report.notes


def test_few_tools_are_called_approximate() -> None:
    """Six tools carry no fine interval, and the note stands in the result."""
    report = calibrate(two_splits(), make_answers({"dx": ROW}, scores={"dx": SCORES}))
    assert report.notes == ("Approximate: 6 tools in 6 clusters; intervals are rough below 30.",)


@pytest.mark.parametrize(
    ("said", "scores", "told"),
    [
        ("+" * 12, None, "no answer to the split 'development' has a score"),
        ("+" * 6, SCORES[:6], "answers no case of the split 'held' of made-up"),
        (" " * 6 + "+" * 6, SCORES, "answers no case of the split 'development' of made-up"),
    ],
)
def test_what_cannot_be_calibrated_is_refused(said: str, scores: list[float] | None, told: str) -> None:
    """Without scores, or without answers on a split, there is no threshold and no table of gaps."""
    answers = make_answers({"dx": said}, scores={"dx": scores} if scores else None)
    with pytest.raises(InputError, match=told):
        calibrate(two_splits(), answers)


def test_a_split_cannot_judge_itself() -> None:
    """A threshold shown on the cases it was fitted on proves nothing."""
    with pytest.raises(InputError, match="cannot be judged on it"):
        calibrate(two_splits(), make_answers({"dx": ROW}), fit_on="held")
