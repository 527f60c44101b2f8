from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from evaluations import make_answers, make_set

from panel.errors import InputError
from panel.evaluation import check_gate, evaluate, load_baseline, make_baseline, read_floors, write_baseline
from panel.evaluation.gate import change_check, figure_of, floor_check
from panel.evaluation.report import Figure

if TYPE_CHECKING:
    from pathlib import Path

    from panel.evaluation import AnswerSet, Gate, GateBaseline, GoldenSet

GOLD = {"dx": "+-" * 30, "business": "-+" * 30}
GOLDEN = make_set(GOLD)
DIGEST = "a" * 64


def baseline_of(answers: AnswerSet, golden: GoldenSet = GOLDEN) -> GateBaseline:
    """Make a baseline of answers."""
    return make_baseline("rubric", evaluate(golden, answers), answers)


def gate_of(answers: AnswerSet, baseline: GateBaseline, golden: GoldenSet = GOLDEN) -> Gate:
    """Hold answers to a baseline."""
    return check_gate(evaluate(golden, answers), golden, answers, baseline=baseline)


@pytest.mark.parametrize(
    ("ends", "status"),
    [
        ((-0.10, -0.20, -0.01), 100),
        ((-0.10, -0.20, 0.01), 3),
        ((-0.04, -0.06, -0.01), 3),
        ((-0.04, -0.05, -0.01), 0),
        ((0.0, 0.0, 0.0), 0),
        ((0.10, -0.06, 0.30), 3),
        ((0.10, 0.05, 0.30), 0),
        ((-0.05, -0.09, -0.01), 3),
    ],
)
def test_a_change_is_judged_by_its_estimate_and_its_ends(
    ends: tuple[float, float, float], status: int
) -> None:
    """100 only beyond the margin and surely a fall, 0 only surely within it, otherwise 3."""
    value, low, high = ends

    assert change_check("dx.mcc", Figure(value=value, low=low, high=high), 0.05).status == status


@pytest.mark.parametrize(
    ("ends", "status"),
    [((0.5, 0.4, 0.59), 100), ((0.5, 0.4, 0.6), 3), ((0.7, 0.59, 0.8), 3), ((0.7, 0.6, 0.8), 0)],
)
def test_a_floor_is_judged_by_both_ends(ends: tuple[float, float, float], status: int) -> None:
    """100 when the upper end is below the floor, 0 when the lower end is not, otherwise 3."""
    value, low, high = ends

    assert floor_check("dx.mcc", Figure(value=value, low=low, high=high), 0.6).status == status


def test_a_figure_that_is_not_defined_is_inconclusive() -> None:
    """What cannot be measured neither passes nor fails."""
    nothing = Figure(value=None, note="gold never says skip")

    assert floor_check("dx.mcc", nothing, 0.5).status == 3
    assert "gold never says skip" in change_check("dx.mcc", nothing, 0.05).reason


def test_the_same_answers_pass() -> None:
    """A deterministic reviewer that did not change passes whatever the margin."""
    answers = make_answers({"dx": "+" * 60, "business": "-+" * 30})

    assert gate_of(answers, baseline_of(answers)).status == 0


def test_a_clear_fall_fails_and_says_which_figure() -> None:
    """A persona that begins to ship everything is caught by the mean of the skip recalls."""
    worse = make_answers({"dx": "+" * 60, "business": "+" * 60})
    gate = gate_of(worse, baseline_of(make_answers(GOLD)))

    assert gate.status == 100
    assert gate.reason.startswith("Failed: panel.mean_balanced_accuracy changed by -0.500")
    assert {check.status for check in gate.checks} == {100}


def test_an_incomplete_run_is_inconclusive_however_bad() -> None:
    """A provider's bad hour is no regression."""
    lost = make_answers({"dx": "f" * 60, "business": GOLD["business"]})
    gate = gate_of(lost, baseline_of(make_answers(GOLD)))

    assert gate.status == 3
    assert "incomplete" in gate.reason


def test_floors_alone_are_a_gate() -> None:
    """Without a baseline the floors decide; a regression outweighs what is uncertain."""
    answers = make_answers({"dx": "+" * 60, "business": GOLD["business"]})
    report = evaluate(GOLDEN, answers)
    floors = read_floors(["dx.balanced_accuracy=0.8", "business.skip_recall >= 0.9", "mean_skip_recall=0.1"])
    gate = check_gate(report, GOLDEN, answers, floors=floors)

    assert floors["panel.mean_skip_recall"] == 0.1
    assert gate.status == 100
    assert gate.baseline is None


@pytest.mark.parametrize("text", ["dx.kappa", "=0.5", "dx.kappa=high", "dx.kappa=0.5.1"])
def test_a_floor_that_is_none_is_refused(text: str) -> None:
    """A typing mistake in a floor must not open the gate."""
    with pytest.raises(InputError, match="is not a floor"):
        read_floors([text])


def test_an_unknown_figure_is_refused_with_its_neighbour() -> None:
    """A misspelt figure is named, and the one that was probably meant."""
    report = evaluate(GOLDEN, make_answers(GOLD))
    with pytest.raises(InputError) as caught:
        figure_of(report, "dx.balanced_acuracy")

    assert caught.value.hint == "Did you mean 'dx.balanced_accuracy'?"


def test_nothing_to_check_is_refused() -> None:
    """A gate that was asked for nothing does not pass."""
    answers = make_answers(GOLD)
    with pytest.raises(InputError, match="nothing to check"):
        check_gate(evaluate(GOLDEN, answers), GOLDEN, answers)


def test_a_baseline_of_another_set_is_refused() -> None:
    """Figures of two sets are never compared, and the line names both."""
    baseline = baseline_of(make_answers(GOLD))
    other = GOLDEN.model_copy(update={"digest": "f" * 64})
    with pytest.raises(InputError, match=r"is a baseline of another set: made-up 000000000000.*ffffffffffff"):
        gate_of(make_answers(GOLD), baseline, other)


def test_a_baseline_of_another_split_is_refused() -> None:
    """Development figures are no baseline for held ones."""
    baseline = baseline_of(make_answers(GOLD))
    other = GOLDEN.model_copy(update={"split": "held"})
    with pytest.raises(InputError, match="a baseline of the whole set, and this is the split 'held'"):
        gate_of(make_answers(GOLD), baseline, other)


def test_a_baseline_of_another_persona_is_refused() -> None:
    """A persona that was edited is another reviewer."""
    baseline = baseline_of(make_answers(GOLD, persona_digest=DIGEST))
    with pytest.raises(InputError, match="is a baseline of another persona 'dx'"):
        gate_of(make_answers(GOLD, persona_digest="b" * 64), baseline)


def test_a_run_that_lacks_a_persona_is_refused() -> None:
    """A panel that lost a member is not compared as if it had not."""
    baseline = baseline_of(make_answers(GOLD))
    with pytest.raises(InputError, match="this run has no answers of 'business'"):
        gate_of(make_answers({"dx": GOLD["dx"]}), baseline)


def test_an_incomplete_run_makes_no_baseline() -> None:
    """What lost answers is nothing to be held to."""
    with pytest.raises(InputError, match="is incomplete"):
        baseline_of(make_answers({"dx": "f" + GOLD["dx"][1:], "business": GOLD["business"]}))


def test_a_baseline_survives_its_file(tmp_path: Path) -> None:
    """What is committed is read again: figures, answers, digests, one case a line."""
    answers = make_answers(GOLD, persona_digest=DIGEST)
    baseline = baseline_of(answers)
    path = tmp_path / "rubric.json"
    path.write_text(write_baseline(baseline), "utf-8")
    found = load_baseline(path)

    assert found == baseline
    assert found.answer_set().persona_digests == answers.persona_digests
    assert sum(line.startswith('    "case-') for line in path.read_text("utf-8").splitlines()) == 60


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is not JSON"),
        ("[]", "is no baseline of the form shippanel.baseline/1"),
        ('{"schema": "shippanel.baseline/2"}', "is no baseline of the form shippanel.baseline/1"),
    ],
)
def test_a_file_that_is_no_baseline_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """Anything else gets one line, not a gate that passes."""
    path = tmp_path / "rubric.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=message):
        load_baseline(path)


def test_a_damaged_baseline_names_its_fields(tmp_path: Path) -> None:
    """A field that is wrong is named."""
    path = tmp_path / "rubric.json"
    content = json.loads(write_baseline(baseline_of(make_answers(GOLD))))
    path.write_text(json.dumps({**content, "state": "partial"}), "utf-8")
    with pytest.raises(InputError, match="state: 'partial' is not one of complete"):
        load_baseline(path)
