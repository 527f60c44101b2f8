"""Fixtures of a fleet: a queue that the settings name, and submissions for it.

Tests list this module under `pytest_plugins`, with `databases` and `running`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from killing import TOOLS, submissions

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tools(here: Path) -> Path:
    """Return a file of submissions."""
    return submissions(here / "tools.jsonl", TOOLS)


@pytest.fixture
def queue(postgres: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of an empty queue, which the settings name."""
    monkeypatch.setenv("SHIPPANEL_QUEUE", postgres)
    return postgres
