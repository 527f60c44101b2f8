"""Batches of OpenAI against a double of its server that this project did not write.

The double answers every question with the same few words, which are no answer of a panel: what comes back is
a broken form. It keeps files and batches as the provider does, and lets one be cancelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sendings import KEY, SPECS, accounted
from servers import aimock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from program import Run

pytest_plugins = ["running", "batches"]

MODEL = SPECS["openai"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Run the double."""
    if lacking := aimock.missing():
        pytest.skip(lacking)
    with aimock.run() as where:
        yield where


@pytest.fixture(autouse=True)
def _asked_there(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the double asked."""
    monkeypatch.setenv("OPENAI_BASE_URL", f"{address}/v1")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("SHIPPANEL_DB", "ledger.db")


def test_a_foreign_server_takes_and_answers_batches(run: Run, tools: Path) -> None:
    """Files go up and come down; a broken form is asked once more, and given up after that."""
    sent = accounted(run, "submit", tools, "--model", MODEL, "--max-requests", "8")
    assert [batch["requests"] for batch in sent["sent"]] == [4, 8]
    running = accounted(run, "status")
    assert {batch["status"] for batch in running["batches"]} == {"in_progress"}
    came = accounted(run, "collect")
    assert (came["malformed"], came["failed"], came["status"]) == (12, 0, 3)
    assert {batch["status"] for batch in came["batches"]} == {"completed"}
    assert came["unanswered"][0]["detail"].startswith("The form was broken: the answer: must be one complete")
    assert accounted(run, "submit", tools, "--model", MODEL)["asked"] == 12
    accounted(run, "status")
    came = accounted(run, "collect")
    assert (came["malformed"], came["failed"]) == (0, 12)
    assert accounted(run, "submit", tools, "--model", MODEL, "--dry-run")["given_up"] == 12


def test_a_foreign_server_cancels_batches(run: Run, tools: Path) -> None:
    """A cancelled batch has no files; its questions can be sent again."""
    sent = accounted(run, "submit", tools, "--model", MODEL)
    [batch] = accounted(run, "cancel", sent["sent"][0]["remote"])["batches"]
    assert batch["status"] == "cancelling"
    came = accounted(run, "collect")
    assert (came["failed"], came["batches"][0]["status"]) == (12, "cancelled")
    assert {item["reason"] for item in came["unanswered"]} == {"cancelled"}
    assert accounted(run, "submit", tools, "--model", MODEL)["asked"] == 12
