"""`eval` at the command line: what it takes, what it keeps, how it shows results and how it exits."""

from __future__ import annotations

import json
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cards import QUOTES

from panel.cli.evals.asking import ledger_of
from panel.document import parse_jsonl
from panel.evaluation.answers import read_answers
from panel.resources import folder

if TYPE_CHECKING:
    from program import Run

pytest_plugins = ["running"]

EVALS = folder("evals")
SEED = EVALS / "golden" / "seed.jsonl"
FORMATS = ("text", "plain", "json", "md", "html", "junit")


@pytest.fixture
def answers(run: Run, here: Path) -> Path:
    """Return the recorded answers of the offline rubric to the seed set."""
    path = here / "answers.jsonl"
    assert run("eval", "run", "seed", "--answers", path, "--quiet").status == 0
    return path


@pytest.fixture
def theirs(here: Path) -> Path:
    """Return recorded verdicts that follow gold but for one skip, which they ship with many words."""
    path = here / "theirs.jsonl"
    rows = []
    for case in gold(SEED):
        for persona, label in case["expected"].items():
            row = {"case": case["id"], "persona": persona, "decision": label, "quote": QUOTES[persona]}
            if (case["id"], persona) == ("mistral-4b-edge", "business"):
                row["decision"] = "ship"
            rows.append(json.dumps(row))
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def content_of(run: Run, *arguments: str | Path) -> dict[str, Any]:
    """Run a command with --format json and return the result."""
    done = run(*arguments, "--format", "json")
    assert done.status == 0, done.err
    content: dict[str, Any] = json.loads(done.out)
    return content


def gold(path: Path) -> list[dict[str, Any]]:
    """Read the lines of a golden set."""
    with path.open("rb") as file:
        return [
            dict(content) for _, content in parse_jsonl(file, name=path.name) if isinstance(content, dict)
        ]


def write_verdicts(path: Path, decide: Any, cases: list[dict[str, Any]]) -> Path:  # noqa: ANN401  # persona, label → decision
    """Write a foreign file of verdicts: nothing but the three fields it needs."""
    lines = [
        json.dumps({"case": case["id"], "persona": persona, "decision": decide(persona, label)})
        for case in cases
        for persona, label in case["expected"].items()
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def test_a_shipped_set_runs_with_no_key(run: Run) -> None:
    """The seed set is found by name, answered offline, and reported with its figures in full."""
    report = content_of(run, "eval", "run", "seed")
    assert report["schema"] == "shippanel.evaluation/1"
    assert report["golden"]["cases"] == 7
    figure = report["personas"]["business"]["balanced_accuracy"]
    assert figure.keys() >= {"value", "low", "high"}
    assert report["personas"]["business"]["baselines"].keys() == {"majority", "rubric"}
    assert report["provenance"]["specs"] == ["rubric"]


def test_the_held_split_is_left_alone(run: Run) -> None:
    """Unless asked for, a run uses the split that may be looked at, and says so."""
    done = run("eval", "run", "authored", "--no-ledger", "--format", "json")
    assert done.status == 0
    assert json.loads(done.out)["golden"]["split"] == "development"
    assert "Using the split 'development'" in done.err


def test_a_set_may_be_a_file(run: Run, here: Path) -> None:
    """A path is read as it is; a name that is neither is refused with what may have been meant."""
    own = here / "own.jsonl"
    own.write_bytes(b"".join(SEED.read_bytes().splitlines(keepends=True)[:3]))
    assert content_of(run, "eval", "run", own)["golden"]["cases"] == 3
    done = run("eval", "run", "sed")
    assert done.status == 2
    assert "Did you mean 'seed'?" in done.err


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_can_be_had(run: Run, theirs: Path, form: str) -> None:
    """Each shows the same headline figure."""
    done = run("eval", "score", theirs, "seed", "--format", form, "--quiet")
    assert done.status == 0, done.err
    assert {"json": '"value": 0.875', "junit": "<testsuites"}.get(form, "balanced accuracy 0.88") in done.out


def test_the_suffix_tells_the_format(run: Run, answers: Path, here: Path) -> None:
    """A page, a test report and Markdown are written where --out says, whole."""
    for name, opening in (("r.html", "<!doctype html>"), ("r.xml", "<?xml"), ("r.md", "# "), ("r.json", "{")):
        done = run("eval", "score", answers, "seed", "--out", here / name)
        assert done.out == ""
        assert (here / name).read_text("utf-8").startswith(opening)


def test_quotes_are_shown_in_full_where_there_is_room(run: Run, theirs: Path) -> None:
    """Piped output lists every disagreement with its quote."""
    (each,) = content_of(run, "eval", "score", theirs, "seed")["disagreements"]
    assert len(each["quote"].split()) > 100
    assert each["quote"] in run("eval", "score", theirs, "seed", "--quiet").out


def test_kept_answers_score_as_the_run_did(run: Run, answers: Path) -> None:
    """`--answers` and `eval score` lead to the same figures, and repeats come along."""
    live, kept = content_of(run, "eval", "run", "seed"), content_of(run, "eval", "score", answers, "seed")
    assert kept["personas"] == live["personas"]
    run("eval", "run", "seed", "--repeat", "3", "--answers", answers, "--quiet")
    assert {answer.repeat for answer in read_answers(answers).answers} == {0, 1, 2}
    assert content_of(run, "eval", "score", answers, "seed")["panel"]["flip_rate"]["value"] == 0


def test_an_interrupted_run_goes_on(run: Run) -> None:
    """What an earlier run asked is re-used, in a ledger that is not the one of reviews."""
    first = run("eval", "run", "seed", "--db", "own.db", "--format", "json")
    assert "Re-used" not in first.err
    again = run("eval", "run", "seed", "--db", "own.db", "--format", "json")
    assert "Re-used 28 of 28 answers" in again.err
    assert "Re-used" not in run("eval", "run", "seed", "--db", "own.db", "--no-cache", "--format", "json").err


def test_cases_stay_out_of_the_history_of_reviews(run: Run) -> None:
    """A run on golden cases leaves the list of reviewed tools as it was."""
    run("eval", "run", "seed", "--quiet")
    assert "smolvlm2" not in run("history", "list").out
    assert ledger_of("x.db", "y.db") == "x.db"
    assert ledger_of(None, "/data/panel.db") == "/data/evaluations.db"
    assert Path(ledger_of(None, "postgresql://host/panel")).name == "evaluations.db"


def test_foreign_verdicts_need_three_fields(run: Run, here: Path) -> None:
    """A flatterer's file scores what a flatterer deserves, beside the rubric on the same cases."""
    path = write_verdicts(here / "theirs.jsonl", lambda _persona, _label: "ship", gold(SEED))
    report = content_of(run, "eval", "score", path, "seed")
    assert report["personas"]["business"]["balanced_accuracy"]["value"] == 0.5
    assert report["personas"]["business"]["skip_recall"]["value"] == 0.0
    assert report["against_rubric"]["first"] == "rubric"
    assert report["panel"]["baselines"].keys() == {"majority", "rubric"}


def test_the_rubric_may_be_left_out(run: Run, theirs: Path) -> None:
    """On sets of thousands it takes minutes; without it all other figures are the same."""
    beside = content_of(run, "eval", "score", theirs, "seed")
    alone = content_of(run, "eval", "score", theirs, "seed", "--no-rubric")
    assert alone["against_rubric"] is None
    assert alone["panel"]["baselines"].keys() == {"majority"}
    assert alone["panel"]["mean_balanced_accuracy"] == beside["panel"]["mean_balanced_accuracy"]


def test_unknown_cases_are_listed_and_counted(run: Run, here: Path) -> None:
    """Verdicts on cases that are not in the set are never a silent zero."""
    cases = [*gold(SEED), {"id": "no-such-tool", "expected": {"dx": "ship"}}]
    path = write_verdicts(here / "theirs.jsonl", lambda _, label: label, cases)
    assert content_of(run, "eval", "score", path, "seed")["unknown_cases"] == {"no-such-tool": 1}
    assert "no such case in the set: 'no-such-tool'" in run("eval", "score", path, "seed").out


def test_an_incomplete_file_exits_with_3(run: Run, here: Path) -> None:
    """Questions without an answer make a partial report, whatever its figures."""
    path = write_verdicts(here / "theirs.jsonl", lambda _, label: label, gold(SEED)[:5])
    done = run("eval", "score", path, "seed")
    assert done.status == 3
    assert done.out.startswith("PARTIAL · ")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"case": "smolvlm2", "persona": "dx", "decision": "ship", "score": NaN}', "line 1"),
        ('{"case": "smolvlm2", "persona": "dx", "decision": "yes"}', "line 1: decision"),
        ('{"case": "elsewhere", "persona": "dx", "decision": "ship"}', "no answer belongs to a case"),
    ],
)
def test_bad_verdicts_get_one_clear_line(run: Run, here: Path, line: str, told: str) -> None:
    """A file that cannot be used says where and why, and nothing is scored."""
    path = here / "theirs.jsonl"
    path.write_text(line + "\n", "utf-8")
    done = run("eval", "score", path, "seed")
    assert done.status == 2
    assert done.out == ""
    assert told in done.err.splitlines()[0]


def test_the_gate_passes_what_stands(run: Run) -> None:
    """The committed baseline of the rubric holds for the rubric of this checkout."""
    baseline = EVALS / "baselines" / "rubric-authored-development.json"
    done = run(
        "eval", "run", "authored", "--no-ledger", "--quiet", "--format", "json", "--baseline", baseline
    )
    assert done.status == 0
    assert json.loads(done.out)["gate"]["status"] == 0


def test_the_gate_fails_a_flatterer(run: Run, here: Path) -> None:
    """Against the same baseline, shipping everything is a regression: 100, and the reason is told."""
    baseline = EVALS / "baselines" / "rubric-authored-development.json"
    cases = [case for case in gold(EVALS / "golden" / "authored.jsonl") if case["split"] == "development"]
    path = write_verdicts(here / "theirs.jsonl", lambda _persona, _label: "ship", cases)
    done = run("eval", "score", path, "authored", "--baseline", baseline)
    assert done.status == 100
    assert done.out.startswith("GATE FAILED · ")
    assert "Failed: panel.mean_balanced_accuracy" in done.err


def test_floors_decide_or_say_that_they_cannot(run: Run, theirs: Path) -> None:
    """A floor above the interval fails, within it is inconclusive, below it holds; a typo is refused."""
    score = ("eval", "score", theirs, "seed", "--quiet", "--fail-under")
    assert run(*score, "business.skip_recall=0.99").status == 100
    assert run(*score, "business.skip_recall=0.8").status == 3
    assert run(*score, "business.skip_recall=0.1").status == 0
    assert run(*score, "business.ship_recall=0.1", "--fail-under", "dx.skip_recall=0.1").status == 3
    refused = run(*score, "business.skip_recal=0.5")
    assert refused.status == 2
    assert "Did you mean 'business.skip_recall'?" in refused.err


def test_a_baseline_of_another_set_is_refused(run: Run) -> None:
    """Figures of two sets are never compared by accident."""
    done = run("eval", "run", "seed", "--baseline", EVALS / "baselines" / "rubric-authored-development.json")
    assert done.status == 2
    assert "is a baseline of another set" in done.err


def test_a_run_becomes_a_baseline(run: Run, here: Path) -> None:
    """`--write-baseline` makes what `--baseline` takes, and names set, personas and engines."""
    made = here / "seed-now.json"
    assert run("eval", "run", "seed", "--write-baseline", made, "--quiet").status == 0
    content = json.loads(made.read_text("utf-8"))
    assert content["golden"] == "seed"
    assert content["persona_digests"].keys() == {"dx", "competitive", "futurist", "business"}
    assert "Made the baseline" in run("eval", "run", "seed", "--write-baseline", made).err


def test_runs_are_compared_on_the_set_they_answer(run: Run, answers: Path, here: Path) -> None:
    """The set need not be named when it comes along; equal runs show no difference."""
    same = run("eval", "compare", answers, answers)
    assert same.status == 0
    assert same.out.startswith("no difference shown")
    assert "Compared on the set 'seed'" in same.err
    other = write_verdicts(here / "theirs.jsonl", lambda _persona, _label: "ship", gold(SEED))
    content = content_of(run, "eval", "compare", answers, other, "seed")
    assert {change["effect"] for change in content["changed"]} <= {"fixed", "broken"}
    assert (
        content_of(run, "eval", "compare", EVALS / "baselines" / "rubric-seed.json", answers)["changed"] == []
    )


def test_a_set_is_checked(run: Run, here: Path) -> None:
    """Balance and weaknesses are told; a broken file is refused with every problem's line."""
    found = content_of(run, "eval", "check", "authored")
    assert found["balance"]["cases"] == 120
    assert len(found["balance"]["patterns"]) == 16
    assert found["second_reading"]["labels"] > 400
    assert "gold always ships" in run("eval", "check", "seed").out
    broken = here / "broken.jsonl"
    line = json.loads(SEED.read_text("utf-8").splitlines()[0])
    line["expected"] = {"sales": "ship"}
    broken.write_text(json.dumps(line) + "\n" + json.dumps(line) + "\n", "utf-8")
    done = run("eval", "check", broken)
    assert done.status == 2
    assert "line 1: expected: no persona is called 'sales'" in done.err


def test_power_answers_in_a_sentence(run: Run) -> None:
    """How many cases a margin needs, with what that rests on."""
    assert "626 cases for a margin of 5 points" in run("eval", "power", "0.05").out
    assert content_of(run, "eval", "power", "0.1")["cases"] < 200
    assert run("eval", "power", "0.5").status == 2


def test_a_dry_run_asks_nothing(run: Run, here: Path) -> None:
    """What would be asked is counted, and no ledger is made."""
    done = run("eval", "run", "seed", "--dry-run", "--db", "own.db")
    assert "0 answers re-used, 28 asked." in done.out
    assert not (here / "own.db").exists()


def test_without_the_extra_the_hint_names_it(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain installation says what to install; checking a set works all the same."""
    there = util.find_spec
    monkeypatch.setattr(util, "find_spec", lambda name: None if name == "scipy" else there(name))
    done = run("eval", "run", "seed")
    assert done.status == 2
    assert "pip install 'shippanel[evals]'" in done.err
    assert run("eval", "check", "seed").status == 0
