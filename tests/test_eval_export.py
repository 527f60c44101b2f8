"""`eval export`: a log that inspect-ai itself reads back. Without inspect-ai only its absence is tested."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import util
from typing import TYPE_CHECKING, Any

import pytest
from evaluations import make_answers, make_set

from panel.evaluation.answers import answer_set, write_answers
from panel.evaluation.measured import measure
from panel.intake.personas import load_personas
from panel.resources import folder
from panel.verdict import Usage

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

    from panel.evaluation.measured import Measured

pytest_plugins = ["running"]

SEED = folder("evals") / "golden" / "seed.jsonl"
needs_inspect = pytest.mark.skipif(util.find_spec("inspect_ai") is None, reason="inspect-ai is not installed")
HOSTILE = "said \x1b[31m\u202eso\x00"


def found() -> Measured:
    """Measure two repeats of made-up answers: right, wrong, silent and failed ones, one without gold."""
    golden = make_set({"dx": "++--?", "business": "+-a--"}, reasons={"dx": "One call, and it runs."})
    usage = Usage(calls=1, input_tokens=1_000, cached_tokens=200, cache_write_tokens=100, output_tokens=50)
    given = make_answers(
        [{"dx": "+-af+", "business": "+-a+ "}, {"dx": "++---", "business": "+-a- "}],
        scores={"dx": [80, 40.5, 50, 0, 60], "business": [70.0] * 5},
        quote=HOSTILE,
        moves={"primitive": "an endpoint"},
        spec="openai:m",
        served_model="m-2026",
        usage=usage,
        cost_usd=0.25,
        latency_s=1.5,
    )
    elsewhere = given.answers[0].model_copy(update={"case": "no-such-case"})
    return measure(golden, answer_set("panel", [*given.answers, elsewhere]), load_personas())


@pytest.fixture
def log(tmp_path: Path) -> Any:  # noqa: ANN401  # inspect-ai may not be installed
    """Return the log of `found`, written and read back by inspect-ai."""
    inspect_log = pytest.importorskip("inspect_ai.log")
    from panel.evaluation.inspect_log import export_log  # noqa: PLC0415 - needs inspect-ai

    made = export_log(found())
    assert (made.samples, made.left_out) == (18, 1)
    path = tmp_path / "run.eval"
    path.write_bytes(made.content)
    return inspect_log.read_eval_log(str(path))


def sample(log: Any, id: str, epoch: int = 1) -> Any:  # noqa: A002, ANN401  # inspect-ai's own names and types
    """Find a sample of a log."""
    (each,) = [each for each in log.samples if (each.id, each.epoch) == (id, epoch)]
    return each


@needs_inspect
def test_a_sample_is_a_case_and_a_persona(log: Any) -> None:  # noqa: ANN401  # likewise
    """Ids pair them, repeats are epochs, and question, answer, target and quote are those of the run."""
    assert {each.id for each in log.samples} == {
        f"case-{at}/{persona}" for at in range(5) for persona in ("dx", "business")
    } - {"case-4/business"}
    assert {each.epoch for each in log.samples} == {1, 2}
    assert log.eval.config.epochs == 2
    each = sample(log, "case-1/dx")
    assert each.target == "ship"
    assert "Case-1" in each.input[0].text
    assert each.output.completion.startswith("SKIP\n\nsaid ")
    assert each.metadata["moves"] == {"primitive": "an endpoint"}
    assert each.metadata["persona_name"] == "Developer experience"
    assert sample(log, "case-1/dx", 2).metadata["decision"] == "ship"


@needs_inspect
def test_samples_are_scored_by_gold(log: Any) -> None:  # noqa: ANN401  # likewise
    """Right is C, another vote I, no vote N; without gold the sample is kept and not scored."""
    values = {
        name: sample(log, name).scores["decision"].value
        for name in ("case-0/dx", "case-1/dx", "case-2/dx", "case-3/dx", "case-2/business", "case-3/business")
    }
    assert list(values.values()) == ["C", "I", "N", "N", "C", "I"]
    unknown = sample(log, "case-4/dx").scores["decision"]
    assert unknown.value != unknown.value, "unscored is NaN, which inspect-ai leaves out of every metric"
    assert unknown.reason == "missing_gold"
    assert sample(log, "case-1/dx").scores["score"].value == 40.5
    assert sample(log, "case-0/dx").scores["decision"].explanation.startswith("One call, and it runs.")


@needs_inspect
def test_a_failure_is_an_error_of_its_sample(log: Any) -> None:  # noqa: ANN401  # likewise
    """A reviewer that failed is seen as such, not as a wrong answer, and is not counted as completed."""
    assert sample(log, "case-3/dx").error.message == "no usable answer"
    assert sample(log, "case-2/dx").error is None
    assert log.results.total_samples == 20
    assert log.results.completed_samples == 17


@needs_inspect
def test_model_and_usage_come_along(log: Any) -> None:  # noqa: ANN401  # likewise
    """Cached tokens stand apart as inspect-ai counts them, and all answers add up."""
    used = sample(log, "case-0/dx").model_usage["m-2026"]
    assert (used.input_tokens, used.input_tokens_cache_read, used.output_tokens) == (700, 200, 50)
    assert used.input_tokens_cache_write == 100
    assert used.total_cost == 0.25
    assert log.stats.model_usage["m-2026"].total_tokens == 18 * 1_050
    assert log.eval.model == "openai:m"
    assert sample(log, "case-0/dx").total_time == 1.5


@needs_inspect
def test_figures_are_those_of_the_report(log: Any) -> None:  # noqa: ANN401  # likewise
    """Each persona is a row of the viewer's table, with our figures; what is not defined says why."""
    report = found().report
    rows = {row.name: row for row in log.results.scores}
    assert list(rows) == ["panel", "dx", "business"]
    assert rows["panel"].metrics["mean_balanced_accuracy"].value == report.panel.mean_balanced_accuracy.value
    assert rows["dx"].metrics["mcc"].value == report.personas["dx"].mcc.value
    assert "abstain_recall" in rows["dx"].metadata["undefined"]
    assert log.results.headline.metric == "mean_balanced_accuracy"


@needs_inspect
def test_no_hidden_character_gets_into_a_log(log: Any) -> None:  # noqa: ANN401  # likewise
    """Whatever answers and submissions carry is made visible first."""
    text = json.dumps([each.model_dump(mode="json") for each in log.samples], ensure_ascii=False)
    assert "<U+202E>" in text
    assert not {"\u202e", "\x1b", "\x00"} & set(text)
    assert "\\u001b" not in text
    assert "\\u0000" not in text


@needs_inspect
def test_inspect_opens_what_the_command_writes(run: Run, here: Path) -> None:
    """The command says what it wrote and left out, and inspect-ai's own program reads the file."""
    answers = here / "answers.jsonl"
    golden = [json.loads(line) for line in SEED.read_text("utf-8").splitlines()]
    rows = [
        {"case": case["id"], "persona": persona, "decision": label}
        for case in [*golden, {"id": "no-such", "expected": {"dx": "ship"}}]
        for persona, label in case["expected"].items()
    ]
    answers.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    done = run("eval", "export", answers, "seed", "--out", here / "run.eval")
    assert done.status == 0, done.err
    assert "Wrote 28 samples to" in done.err
    assert "1 answer belongs to no case and persona of seed: left out." in done.err
    read = subprocess.run(
        [sys.executable, "-m", "inspect_ai", "log", "headers", str(here / "run.eval")],
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    (header,) = json.loads(read.stdout)
    assert header["eval"]["dataset"]["samples"] == 28


def test_what_cannot_be_written_is_refused_early(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing extra, another ending, a missing folder: one line each, and nothing is made."""
    answers = here / "answers.jsonl"
    answers.write_text(write_answers(make_answers({"dx": "+"})), "utf-8")
    there = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "inspect_ai" else there(name))
    done = run("eval", "export", answers, "seed", "--out", here / "run.eval")
    assert done.status == 2
    assert "inspect_ai, not installed here" in done.err.splitlines()[0]
    assert "pip install 'shippanel[inspect]'" in done.err
    monkeypatch.setattr(util, "find_spec", lambda name: there("json" if name == "inspect_ai" else name))
    for out, told in ((here / "run.json", "has the ending .eval"), (here / "no" / "run.eval", "no folder")):
        done = run("eval", "export", answers, "seed", "--out", out)
        assert done.status in {1, 2}
        assert told in done.err.splitlines()[0]
    assert not list(here.glob("*.eval"))
