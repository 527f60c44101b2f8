"""docs/foreign-panels.md, carried out as printed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from program import Run

pytest_plugins = ["running"]

PAGE = (Path(__file__).parent.parent / "docs" / "foreign-panels.md").read_text("utf-8")
FROM_TABLE, FROM_LOG = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
[TABLE] = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
[COMMANDS] = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


def convert(program: str, source: Path, target: Path) -> None:
    """Run a program of the page on a file and keep what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", program, str(source)], capture_output=True, encoding="utf-8", check=True
    )
    target.write_text(done.stdout, "utf-8")


def scored(run: Run, verdicts: Path) -> dict[str, Any]:
    """Score verdicts on the seed set."""
    done = run("eval", "score", verdicts, "seed", "--format", "json")
    assert done.status == 0, done.err
    content: dict[str, Any] = json.loads(done.out)
    return content


def test_a_foreign_table_is_scored_as_the_page_says(run: Run, here: Path) -> None:
    """The printed table, converted by the printed program, has the figures that the page promises."""
    (here / "board.csv").write_text(TABLE, "utf-8")
    convert(FROM_TABLE, here / "board.csv", here / "verdicts.jsonl")
    report = scored(run, here / "verdicts.jsonl")
    business = report["personas"]["business"]
    assert f"balanced accuracy of {business['balanced_accuracy']['value']:.2f}" in " ".join(PAGE.split())
    assert business["balanced_accuracy"]["value"] == pytest.approx((2 / 4 + 3 / 3) / 2)
    assert business["skip_recall"]["value"] == 2 / 4
    assert business["counts"]["abstained"] == 1
    assert report["panel"]["flip_rate"]["value"] == 0.5
    assert report["unknown_cases"] == {}
    assert any("No answers came for 'competitive', 'futurist'" in note for note in report["notes"])


def test_the_printed_commands_are_commands(run: Run, here: Path) -> None:
    """What is to be typed after the conversion runs as it stands, and writes the page it names."""
    (here / "board.csv").write_text(TABLE, "utf-8")
    converting, scoring = COMMANDS.strip().splitlines()
    assert converting == "python convert.py board.csv > verdicts.jsonl"
    convert(FROM_TABLE, here / "board.csv", here / "verdicts.jsonl")
    program, *arguments = scoring.split()
    assert program == "shippanel"
    assert run(*arguments).status == 0
    assert (here / "report.html").read_text("utf-8").startswith("<!doctype html>")


@pytest.mark.skipif(util.find_spec("inspect_ai") is None, reason="inspect-ai is not installed")
def test_a_log_comes_back_with_the_same_figures(run: Run, here: Path) -> None:
    """What is exported to inspect-ai and converted back by the page's program scores as it did."""
    (here / "board.csv").write_text(TABLE, "utf-8")
    convert(FROM_TABLE, here / "board.csv", here / "verdicts.jsonl")
    assert run("eval", "export", here / "verdicts.jsonl", "seed", "--out", here / "run.eval").status == 0
    convert(FROM_LOG, here / "run.eval", here / "again.jsonl")
    before, after = scored(run, here / "verdicts.jsonl"), scored(run, here / "again.jsonl")
    assert after["personas"] == before["personas"]
    assert after["panel"] == before["panel"]
