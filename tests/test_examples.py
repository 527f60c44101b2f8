import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from panel.tool import Submission

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "examples").glob("*.yaml"))
LINES = (ROOT / "evals" / "golden" / "seed.jsonl").read_text(encoding="utf-8").splitlines()
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in map(json.loads, LINES)}

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def load(file: Path) -> dict[str, Any]:
    """Read a submission as plain data."""
    content: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return content


def leaves(content: object) -> list[object]:
    """List every scalar of a document."""
    if isinstance(content, dict):
        return [leaf for value in content.values() for leaf in leaves(value)]
    if isinstance(content, list):
        return [leaf for value in content for leaf in leaves(value)]
    return [content]


def test_every_example_has_its_golden_line() -> None:
    """The examples and the golden set name the same seven tools, once each."""
    assert len(LINES) == 7
    assert sorted(CASES) == sorted(file.stem for file in FILES)


@each_file
def test_example_is_a_valid_submission(file: Path) -> None:
    """An example validates as a submission, and its file is named after its slug."""
    submission = Submission.model_validate(load(file))
    assert submission.slug == file.stem


@each_file
def test_example_is_written_in_strings(file: Path) -> None:
    """No value is left for YAML to turn into a number, a date or a boolean."""
    assert [leaf for leaf in leaves(load(file)) if not isinstance(leaf, str)] == []


@each_file
def test_golden_line_repeats_the_example(file: Path) -> None:
    """The submission in the golden line is the one in the example file."""
    assert CASES[file.stem]["tool"] == load(file)


@each_file
def test_description_has_a_comparable_length(file: Path) -> None:
    """Descriptions have 120 to 220 words, so that no tool is judged on more text than another."""
    assert 120 <= len(load(file)["description"].split()) <= 220


@each_file
def test_no_price_is_called_verified(file: Path) -> None:
    """Nobody looked the prices up, and no example says so."""
    assert Submission.model_validate(load(file)).pricing.verified_at is None


def test_golden_verdicts_are_those_published() -> None:
    """Each tool has four verdicts; of the 28, the four skips are all the business persona's."""
    for case in CASES.values():
        assert list(case["expected"]) == ["dx", "competitive", "futurist", "business"]
    verdicts = Counter(pair for case in CASES.values() for pair in case["expected"].items())
    assert verdicts == {
        ("dx", "ship"): 7,
        ("competitive", "ship"): 7,
        ("futurist", "ship"): 7,
        ("business", "ship"): 3,
        ("business", "skip"): 4,
    }
    assert {slug for slug, case in CASES.items() if case["expected"]["business"] == "skip"} == {
        "heygen-interactive-avatar-sdk-v3",
        "mistral-4b-edge",
        "smolvlm-3b",
        "gemini-2-5-flash-native-video-generation",
    }
