"""`eval run` with a language model, over real sockets: beside the rubric, resumable, within its budget."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from servers.panelist import Panelist, serving

from panel.testing import Script

if TYPE_CHECKING:
    from collections.abc import Iterator

    from program import Run

pytest_plugins = ["running"]

MODEL = ("--model", "openai:gpt-6-luna", "--format", "json")
SEATS, CASES = 4, 7


@pytest.fixture
def panelist(monkeypatch: pytest.MonkeyPatch) -> Iterator[Panelist]:
    """Run a server whose business reviewer skips everything while the others ship."""
    with serving(Panelist(scripts={"business": Script("skip")})) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-canary")
        yield server


def test_a_model_is_measured_beside_the_rubric(run: Run, panelist: Panelist) -> None:
    """Repeats, price and model come along, and the rubric answered the same cases for nothing."""
    done = run("eval", "run", "seed", *MODEL, "--repeat", "2")
    assert done.status == 0, done.err
    report = json.loads(done.out)
    assert len(panelist.asked) == SEATS * CASES * 2
    assert report["personas"]["business"]["skip_recall"]["value"] == 1.0
    assert report["personas"]["business"]["ship_recall"]["value"] == 0.0
    assert report["panel"]["flip_rate"]["value"] == 0.0
    assert report["panel"]["baselines"].keys() == {"majority", "rubric"}
    assert report["against_rubric"]["second"] == "openai:gpt-6-luna"
    assert report["panel"]["spending"]["cost_usd"] > 0
    assert report["provenance"]["served_models"]


def test_nothing_is_paid_twice(run: Run, panelist: Panelist) -> None:
    """The same run again asks the model nothing; more repeats ask only for what is new."""
    run("eval", "run", "seed", *MODEL)
    assert len(panelist.asked) == SEATS * CASES
    again = run("eval", "run", "seed", *MODEL)
    assert "Re-used 28 of 28 answers" in again.err
    run("eval", "run", "seed", *MODEL, "--repeat", "2")
    assert len(panelist.asked) == SEATS * CASES * 2


def test_a_seat_may_have_a_model_of_its_own(run: Run, panelist: Panelist) -> None:
    """One persona is played by a model, the others by the rubric, and the report says so."""
    done = run("eval", "run", "seed", "--persona-model", "business=openai:gpt-6-luna", "--format", "json")
    report = json.loads(done.out)
    assert {asked.persona for asked in panelist.asked} == {"business"}
    assert report["personas"]["business"]["specs"] == ["openai:gpt-6-luna"]
    assert report["personas"]["dx"]["specs"] == ["rubric"]


def test_a_budget_that_runs_out_leaves_a_partial_report(run: Run, panelist: Panelist) -> None:
    """Status 5, every failure counted by its reason, and a gate that does not call it a regression."""
    few = ("eval", "run", "seed", *MODEL, "--calls", "2", "--fail-under", "business.skip_recall=0.9")
    done = run(*few, "--budget-usd", "0.006")
    assert done.status == 5, done.err
    report = json.loads(done.out)
    assert report["state"] == "partial"
    assert sum(part["counts"]["failed"].get("over-budget", 0) for part in report["personas"].values()) > 0
    assert report["gate"]["status"] == 3
    asked = len(panelist.asked)
    assert 0 < asked < SEATS * CASES
    assert json.loads(run(*few, "--budget-usd", "1").out)["state"] == "complete"
    assert len(panelist.asked) == SEATS * CASES


def test_a_key_that_is_missing_stops_the_run_before_it_starts(
    run: Run, panelist: Panelist, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked and nothing is measured."""
    monkeypatch.delenv("OPENAI_API_KEY")
    done = run("eval", "run", "seed", *MODEL)
    assert done.status == 4
    assert done.out == ""
    assert not panelist.asked
