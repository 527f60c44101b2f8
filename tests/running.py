"""Fixtures that run the program in the test's own process.

Tests list this module under `pytest_plugins` and take `run`, with `tool` for something to review.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from program import SUBMISSION, Done

from panel.cli import main

if TYPE_CHECKING:
    from program import Run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is the current one."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tool(here: Path) -> Path:
    """Return the file of a submission that can be reviewed."""
    path = here / "acme.yaml"
    path.write_text(SUBMISSION, "utf-8")
    return path


@pytest.fixture
def run(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return what runs the program in this process, in the folder of `here`."""
    assert here == Path.cwd()

    def call(*arguments: str | Path, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), "utf-8"))
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        return Done(status, *capsys.readouterr())

    return call
