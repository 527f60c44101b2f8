"""What README.md promises, run as printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (?:cat \S+ \| )?(shippanel [^\n]+)$", README, re.MULTILINE)
NAMES = re.compile(r"shippanel ([a-z]+(?: (?:list|show|diff|verify|check|run|new))?)")


def test_the_python_example_runs() -> None:
    """The example prints the headline of a scorecard."""
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("COMPLETE")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists(command: str) -> None:
    """Each command that is shown has a help text of its own."""
    named = NAMES.match(command)
    assert named, command
    words = named[1].split()
    done = subprocess.run(
        [sys.executable, "-m", "panel", *words, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert " ".join(words) in done.stdout


def test_links_lead_somewhere() -> None:
    """Every page that is linked to is there."""
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)\)", README):
        assert (ROOT / target).exists(), target
