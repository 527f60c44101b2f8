"""`eval calibrate` at the command line: both splits, every format, and what it refuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from evaluations import make_answers
from jsonschema import Draft202012Validator

from panel.evaluation.answers import write_answers
from panel.evaluation.calibration import calibration_schema
from panel.resources import folder

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["running"]

SEED = folder("evals") / "golden" / "seed.jsonl"
SCORES = [90.0, 80, 62, 64, 85, 60, 66]
GOLD = "++--+--"


@pytest.fixture
def golden(here: Path) -> Path:
    """Return a set of 14 cases, half of them held back, with ships and skips of one persona."""
    lines = []
    for at in range(14):
        case = json.loads(SEED.read_text("utf-8").splitlines()[at % 7])
        case["id"] = case["cluster"] = f"case-{at}"
        case["split"] = "development" if at < 7 else "held"
        case["expected"] = {"dx": "ship" if GOLD[at % 7] == "+" else "skip"}
        lines.append(json.dumps(case))
    path = here / "own.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@pytest.fixture
def lenient(here: Path) -> Path:
    """Return verdicts that ship everything, with scores that know better."""
    path = here / "lenient.jsonl"
    given = make_answers({"dx": "+" * 14}, scores={"dx": SCORES * 2}, spec="openai:m")
    path.write_text(write_answers(given), "utf-8")
    return path


def test_raw_stands_beside_calibrated(run: Run, golden: Path, lenient: Path) -> None:
    """Threshold, both sets of figures and the change are in the JSON, which keeps to its schema."""
    done = run("eval", "calibrate", lenient, golden, "--format", "json")
    assert done.status == 0, done.err
    content = json.loads(done.out)
    schema = json.loads(run("schema", "calibration").out)
    assert schema == calibration_schema()
    Draft202012Validator(schema).validate(content)
    (seat,) = content["seats"]
    assert (seat["persona"], seat["spec"], seat["threshold"]) == ("dx", "openai:m", 73.0)
    assert seat["raw"]["balanced_accuracy"]["value"] == 0.5
    assert seat["calibrated"]["balanced_accuracy"]["value"] == 1.0
    assert seat["gain"]["value"] == 0.5


@pytest.mark.parametrize("form", ["text", "plain", "md", "html"])
def test_every_format_shows_the_same_figures(run: Run, golden: Path, lenient: Path, form: str) -> None:
    """Persona, threshold and change stand in each, and each says that nothing is applied."""
    done = run("eval", "calibrate", lenient, golden, "--format", form)
    assert done.status == 0, done.err
    for word in ("Developer experience", "73", "+0.500", "Nothing is applied"):
        assert word in done.out.replace("\\", "")


def test_splits_may_be_named(run: Run, golden: Path, lenient: Path) -> None:
    """Any two splits serve, in either direction; what was fitted on which is the headline."""
    done = run("eval", "calibrate", lenient, golden, "--fit-on", "held", "--show-on", "development")
    assert done.out.startswith("1 threshold · fitted on held, shown on development\n")


def test_bad_input_gets_one_line(run: Run, here: Path, golden: Path, lenient: Path) -> None:
    """A split that is missing, twice the same, or unanswered, and verdicts without scores, are refused."""
    bare = here / "bare.jsonl"
    bare.write_text(write_answers(make_answers({"dx": "+" * 14})), "utf-8")
    half = here / "half.jsonl"
    half.write_text("".join(lenient.read_text("utf-8").splitlines(keepends=True)[:3]), "utf-8")
    for arguments, told in (
        ((lenient, golden, "--fit-on", "train"), "no case is in the split 'train'"),
        ((lenient, golden, "--show-on", "development"), "cannot be judged on it"),
        ((lenient, "seed"), "seed: no case is in the split 'development'"),
        ((bare, golden), "bare.jsonl: no answer to the split 'development' has a score"),
        ((half, golden), "half.jsonl: answers no case of the split 'held' of own"),
    ):
        done = run("eval", "calibrate", *arguments)
        assert done.status == 2
        assert done.out == ""
        assert told in done.err.splitlines()[0]
        assert len(done.err.splitlines()) <= 2
