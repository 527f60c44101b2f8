from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from evaluations import make_answers, make_case, make_set
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from panel.evaluation import evaluate
from panel.evaluation.report import Figure, Report
from panel.verdict import Finding, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.evaluation.cases import GoldenSet

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
GOLD = {"dx": "++++----", "business": "+-+-+-+-"}
SAID = {"dx": "+++--++-", "business": "+-+++-a-"}


def figures_of(content: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401  # any JSON value
    """Walk over every figure of a report as JSON."""
    if isinstance(content, dict):
        if {"value", "low", "high"} <= content.keys():
            yield place, content
        for key, part in content.items():
            yield from figures_of(part, f"{place}.{key}")
    elif isinstance(content, list):
        for at, part in enumerate(content):
            yield from figures_of(part, f"{place}[{at}]")


def test_figures_stand_where_a_reader_looks() -> None:
    """JSON keeps `personas.<id>.<statistic>` with value, low and high, as scikit-learn names them."""
    report = evaluate(make_set(GOLD), make_answers(SAID), measured_at=NOON)
    content = json.loads(report.model_dump_json(by_alias=True))
    found = content["personas"]["dx"]

    assert content["schema"] == "shippanel.evaluation/1"
    assert found["balanced_accuracy"]["value"] == pytest.approx(
        metrics.balanced_accuracy_score(list(GOLD["dx"]), list(SAID["dx"])), abs=1e-9
    )
    assert found["skip_recall"]["value"] == 0.5
    assert found["ship_recall"]["value"] == 0.75
    assert found["skip_recall"]["low"] < 0.5 < found["skip_recall"]["high"]
    assert Report.model_validate(content) == report


def test_an_abstention_is_an_error_and_coverage_says_so() -> None:
    """Silence where gold decides lowers recall; beside it stand coverage and the figure over votes alone."""
    report = evaluate(make_set(GOLD), make_answers(SAID)).personas["business"]

    assert report.ship_recall.value == 0.75
    assert report.coverage.value == 0.875
    assert report.balanced_accuracy_when_voting.value == pytest.approx((1 + 3 / 4) / 2)
    assert report.counts.abstained == 1


def test_silence_on_a_thin_case_is_right() -> None:
    """Where gold itself says that too little is known, an abstention is no error and a vote is one."""
    golden = make_set({"dx": "+-aa"})
    report = evaluate(golden, make_answers({"dx": "+-a+"}))

    assert report.personas["dx"].balanced_accuracy.value == 1.0
    assert report.personas["dx"].abstain_recall.value == 0.5
    assert [(d.case, d.expected, d.decision) for d in report.disagreements] == [("case-3", "abstain", "ship")]


@pytest.mark.parametrize(
    ("gold", "said", "note"),
    [
        ("++++----", "++++++++", "constant: always ships"),
        ("++++----", "--------", "constant: always skips"),
        ("++++----", "aaaaaaaa", "constant: never votes"),
        ("++++++++", "++++++++", "gold never says skip"),
        ("--------", "++++----", "gold never says ship"),
        ("aaaaaaaa", "aaaaaaaa", "gold says neither ship nor skip"),
        ("????????", "++++----", "gold says neither ship nor skip"),
        ("+", "+", "gold never says skip"),
        ("++++----", "ffffffff", "constant: never votes"),
    ],
)
def test_degenerate_raters_are_named_and_never_nan(gold: str, said: str, note: str) -> None:
    """Every figure is a number or null with a reason, whoever answers and whatever gold holds."""
    report = evaluate(make_set({"dx": gold}), make_answers({"dx": said}))
    content = json.loads(report.model_dump_json(by_alias=True))

    assert report.personas["dx"].balanced_accuracy.note.startswith(note)
    for place, figure in figures_of(content):
        assert figure["value"] is not None or figure["note"], place
        assert all(end is None or math.isfinite(end) for end in (figure["value"], figure["low"])), place


LETTERS = st.text(alphabet="+-a?", min_size=1, max_size=12)


@settings(max_examples=40)
@given(LETTERS, st.text(alphabet="+-af ", min_size=12, max_size=12), st.integers(1, 3), st.data())
def test_no_report_holds_nan_or_a_value_outside_its_interval(
    gold: str, said: str, per_cluster: int, data: st.DataObject
) -> None:
    """Whatever is answered, ends enclose the value and null has a reason."""
    other = data.draw(st.text(alphabet="+-a", min_size=len(gold), max_size=len(gold)))
    golden = make_set({"dx": gold, "business": gold[::-1]}, per_cluster=per_cluster)
    answers = make_answers({"dx": "+" + said[1 : len(gold)], "business": other})
    report = evaluate(golden, answers, resamples=200)
    for place, figure in figures_of(json.loads(report.model_dump_json(by_alias=True))):
        if figure["value"] is None:
            assert figure["note"], place
            assert figure["low"] is None, place
        elif figure["low"] is None:
            assert figure["note"], place
        else:
            assert figure["low"] <= figure["value"] + 1e-12, place
            assert figure["value"] <= figure["high"] + 1e-12, place


def test_baselines_stand_beside() -> None:
    """The majority scores one half whatever its accuracy; given answers are measured on the same cases."""
    golden = make_set({"dx": "++++++--"})
    report = evaluate(
        golden, make_answers({"dx": "++++++-+"}), baselines={"rubric": make_answers({"dx": "+++---a-"})}
    )
    found = report.personas["dx"].baselines

    assert list(found) == ["majority", "rubric"]
    assert found["majority"].accuracy.value == 0.75
    assert found["majority"].balanced_accuracy.value == 0.5
    assert found["majority"].skip_recall.value == 0.0
    strict = evaluate(make_set({"dx": "++------"}), make_answers({"dx": "++------"})).personas["dx"]
    assert strict.baselines["majority"].skip_recall.value == 1.0
    assert found["rubric"].ship_recall.value == 0.5
    assert found["rubric"].skip_recall.value == 0.5
    assert report.panel.baselines["majority"].balanced_accuracy.value == 0.5
    assert report.provenance.baselines == {"rubric": "1" * 64}


def test_a_baseline_without_a_persona_counts_as_silent() -> None:
    """A baseline that never answered for a persona has no votes there; it does not break the report."""
    report = evaluate(
        make_set(GOLD), make_answers(SAID), baselines={"other": make_answers({"dx": SAID["dx"]})}
    )

    assert report.personas["business"].baselines["other"].balanced_accuracy.value == 0.0


def test_panel_percentage_error_stands_beside_always_100() -> None:
    """A panel that says 100 % each time has the error that its baseline shows."""
    golden = make_set({"dx": "++-", "business": "+-+", "futurist": "++-", "competitive": "+++"})
    always = evaluate(golden, make_answers(dict.fromkeys(golden.personas, "+++"))).panel
    right = evaluate(
        golden, make_answers({"dx": "++-", "business": "+-+", "futurist": "++-", "competitive": "+++"})
    ).panel

    assert always.panel_pct_error.value == pytest.approx((0 + 25 + 50) / 3)
    assert always.panel_pct_error.value == always.panel_pct_error_always_100.value
    assert (right.panel_pct_error.value, right.label_accuracy.value) == (0.0, 1.0)
    assert always.label_accuracy.value == pytest.approx(2 / 3)


def test_a_panel_without_quorum_has_no_percentage() -> None:
    """Tools on which too few vote are counted apart, not taken for 0 %."""
    golden = make_set({"dx": "++", "business": "++", "futurist": "++"})
    panel = evaluate(golden, make_answers({"dx": "++", "business": "a+", "futurist": "a+"})).panel

    assert panel.panel_pct_missing == 1
    assert panel.panel_pct_error.n == 1


def test_repeats_measure_stability_and_do_not_vote() -> None:
    """Only the first answer is compared with gold; all of them make the flip rate."""
    golden = make_set({"dx": "+-+-"})
    report = evaluate(golden, make_answers([{"dx": "+-+-"}, {"dx": "--++"}, {"dx": "+-++"}]))

    assert report.personas["dx"].balanced_accuracy.value == 1.0
    assert report.personas["dx"].flip_rate.value == pytest.approx((2 / 3 + 0 + 0 + 2 / 3) / 4)
    assert report.personas["dx"].counts.repeats == 3
    assert evaluate(golden, make_answers({"dx": "+-+-"})).personas["dx"].flip_rate.value is None


def test_personas_that_differ_more_than_their_noise_are_distinct() -> None:
    """Between-persona disagreement minus within-persona disagreement."""
    golden = make_set({"dx": "+-+-", "business": "-+-+"})
    same = {"dx": "+-+-", "business": "-+-+"}
    panel = evaluate(golden, make_answers([same, same])).panel

    assert panel.between_disagreement.value == 1.0
    assert panel.flip_rate.value == 0.0
    assert panel.distinctiveness.value == 1.0


def test_personas_that_err_together_are_fewer_votes() -> None:
    """Two personas with the same errors are one effective vote, and disjoint errors more than two."""
    gold = {"dx": "+-+-+-+-", "business": "+-+-+-+-"}
    together = evaluate(make_set(gold), make_answers({"dx": "--++++++", "business": "--++++++"})).panel
    apart = evaluate(make_set(gold), make_answers({"dx": "-++-+-+-", "business": "+--++-+-"})).panel

    assert together.error_correlation.value == pytest.approx(1.0)
    assert together.effective_votes.value == pytest.approx(1.0)
    assert apart.effective_votes.value is not None
    assert apart.effective_votes.value > 2
    assert together.pairs[0].agree.value == 1.0


def test_scores_are_held_against_gold_in_bands() -> None:
    """Brier is scikit-learn's, and the calibration error the worked sum over bands."""
    golden = make_set({"dx": "+-++--"})
    scores = [90.0, 85.0, 70.0, 65.0, 30.0, 100.0]
    report = evaluate(golden, make_answers({"dx": "++++-+"}, scores={"dx": scores})).personas["dx"]
    found = report.reliability
    truth = [1, 0, 1, 1, 0, 0]

    assert found is not None
    assert [band.n for band in found.bands] == [0, 1, 0, 2, 3]
    assert found.bands[4].shipped.value == pytest.approx(1 / 3)
    assert found.brier.value == pytest.approx(
        metrics.brier_score_loss(truth, [score / 100 for score in scores]), abs=1e-9
    )
    gaps = abs(0.3 - 0) * 1 + abs(0.675 - 1) * 2 + abs(275 / 300 - 1 / 3) * 3
    assert found.expected_calibration_error.value == pytest.approx(gaps / 6, abs=1e-9)


def test_failures_and_gaps_make_a_report_partial() -> None:
    """A run that lost answers looks like one: state, notes, counts."""
    report = evaluate(make_set({"dx": "+-+-"}), make_answers({"dx": "+f -"}, reason="unreadable"))

    assert report.state == "partial"
    assert report.headline.startswith("PARTIAL")
    assert report.personas["dx"].counts.failed == {"unreadable": 1}
    assert report.personas["dx"].counts.malformed == 1
    assert report.personas["dx"].counts.unanswered == 1
    assert report.notes[0].startswith("Partial: 1 answer failed")
    assert {d.decision for d in report.disagreements} == {"failed", "unanswered"}


@pytest.mark.parametrize(("tools", "said"), [(29, True), (30, False)])
def test_few_tools_are_called_approximate(*, tools: int, said: bool) -> None:
    """Below thirty tools the report says that its intervals are rough."""
    row = ("+-" * tools)[:tools]
    report = evaluate(make_set({"dx": row}), make_answers({"dx": row}), intervals=False)

    assert any(note.startswith("Approximate") for note in report.notes) == said


def test_groups_are_reported_apart() -> None:
    """A language in which the panel abstains does not hide in the mean."""
    golden = make_set({"dx": "+-+-"})
    cases = tuple(
        case.model_copy(update={"language": "ja" if at > 1 else "en"}) for at, case in enumerate(golden.cases)
    )
    report = evaluate(golden.model_copy(update={"cases": cases}), make_answers({"dx": "+-aa"}))
    found = {(group.by, group.name): group.personas["dx"] for group in report.groups}

    assert found["language", "en"].balanced_accuracy.value == 1.0
    assert found["language", "ja"].coverage.value == 0.0
    assert found["language", "ja"].abstained == 2
    assert ("difficulty", "not said") not in found


def test_disagreements_carry_what_a_reader_needs() -> None:
    """Case, persona, both decisions, score, quote, gold's reason and where it comes from."""
    case = make_case("case-0", {"dx": "skip"}, reasons={"dx": "No interface."}, source={"dx": "an editor"})
    golden = make_set({"dx": "+-"}).model_copy(update={"cases": (case,)})
    answers = make_answers({"dx": "+"}, scores={"dx": [77]}, quote="A clean primitive.")
    (found,) = evaluate(golden, answers).disagreements

    assert (found.expected, found.decision, found.score) == ("skip", "ship", 77)
    assert (found.quote, found.gold_reason, found.source) == (
        "A clean primitive.",
        "No interface.",
        "an editor",
    )


def test_answers_to_another_split_are_not_unknown() -> None:
    """One record of a run serves both splits; what is not used is said and is no mistake."""
    golden = make_set({"dx": "+-+-"})
    cases = tuple(
        case.model_copy(update={"split": "held" if at > 1 else "development"})
        for at, case in enumerate(golden.cases)
    )
    kept: GoldenSet = golden.model_copy(update={"cases": cases}).only("development")
    report = evaluate(kept, make_answers({"dx": "+-+-"}))

    assert report.unknown_cases == {}
    assert report.golden.cases == 2
    assert "2 answers to cases of other splits were not used." in report.notes


def test_cost_and_latency_count_repeats_and_failures() -> None:
    """What was paid is the sum over everything asked, and unknown when any of it is."""
    usage = Usage(calls=2, input_tokens=100, output_tokens=10)
    paid = make_answers([{"dx": "+-"}, {"dx": "f+"}], usage=usage, cost_usd=0.25, latency_s=2.0)
    spending = evaluate(make_set({"dx": "+-"}), paid).personas["dx"].spending

    assert (spending.calls, spending.input_tokens, spending.cost_usd) == (8, 400, 1.0)
    assert spending.latency_s == {"p50": 2.0, "p90": 2.0, "p99": 2.0, "max": 2.0}
    assert evaluate(make_set(GOLD), make_answers(SAID)).panel.spending.cost_usd is None


def test_unsupported_figures_are_counted_where_they_were_looked_for() -> None:
    """A foreign file says nothing about its figures, which is not the same as having none."""
    finding = Finding(rule="unsupported-figure", field="quote", excerpt="ten times")
    golden = make_set({"dx": "+-"})
    ours = evaluate(golden, make_answers({"dx": "+-"}, spec="openai:m", findings=(finding,)))
    theirs = evaluate(golden, make_answers({"dx": "+-"}))

    assert ours.personas["dx"].unsupported_figure_rate.value == 1.0
    assert theirs.personas["dx"].unsupported_figure_rate.value is None


def test_the_same_answers_make_the_same_report() -> None:
    """Neither the clock nor the order of answers moves a figure."""
    answers = make_answers(SAID)
    turned = answers.model_copy(update={"answers": answers.answers[::-1]})
    golden = make_set(GOLD)

    assert evaluate(golden, answers, measured_at=NOON) == evaluate(golden, turned, measured_at=NOON)


def test_point_estimates_can_be_had_alone() -> None:
    """Without resampling the values are the same and the ends are absent."""
    golden, answers = make_set(GOLD), make_answers(SAID)
    alone = evaluate(golden, answers, intervals=False).personas["dx"].balanced_accuracy
    both = evaluate(golden, answers).personas["dx"].balanced_accuracy

    assert alone.value == both.value
    assert isinstance(alone, Figure)
    assert alone.low is None
