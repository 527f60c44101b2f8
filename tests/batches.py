"""Fixtures for everything that goes with batches: a server of them, and something to send it.

Tests list this module under `pytest_plugins`, beside `running`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from sendings import KEY, SPECS, submission
from servers.batch_server import BatchServer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchServer]:
    """Run a server for both providers, with a key for each."""
    with serving(BatchServer()) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{running.home}/v1")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", running.home)
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("SHIPPANEL_DB", "ledger.db")
        yield running


@pytest.fixture(params=SPECS)
def spec(request: pytest.FixtureRequest) -> str:
    """A model of one provider after the other."""
    return SPECS[request.param]


@pytest.fixture
def tools(here: Path) -> Path:
    """Write three submissions to a file."""
    path = here / "tools.jsonl"
    path.write_text("".join(json.dumps(submission(number)) + "\n" for number in range(3)), "utf-8")
    return path
