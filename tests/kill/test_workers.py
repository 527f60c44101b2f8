"""Workers that are stopped, killed, short of money or early: real processes, a real server, real sockets.

Run by `make test-kill`.
"""

from __future__ import annotations

import json
import signal
import subprocess
from typing import TYPE_CHECKING

import psycopg
import pytest
from killing import TOOLS, Counting, Worker, state, wait_until, work
from program import command, environment
from servers.panelist import serving

from panel.batch.fleet import Fleet
from panel.batch.orders import fleet_version

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["databases", "fleets", "running"]


@pytest.mark.usefixtures("queue")
def test_following_gives_what_a_batch_here_gives(run: Run, tools: Path) -> None:
    """The same rows and scorecards, whoever reviewed; `--here` leaves the queue aside."""
    worker = Worker("alder", ("worker", "--name", "alder"), tools.parent)
    worker.start()
    try:
        followed = run("batch", "run", tools, "--format", "json")
    finally:
        assert worker.stop() == 0
    alone = run("batch", "run", tools, "--here", "--db", tools.parent / "own.db", "--format", "json")
    assert followed.status == alone.status == 0, followed.err
    assert followed.err.startswith(f"No worker of version {fleet_version()} is at work.")
    kept = ("place", "fate", "slug", "label", "ship_pct", "ships", "skips", "abstained", "failed", "state")
    mine, theirs = (
        [{key: row[key] for key in kept} for row in json.loads(done.out)["rows"]]
        for done in (followed, alone)
    )
    assert mine == theirs
    cards = run("batch", "run", tools, "--format", "jsonl").out.splitlines()
    assert [json.loads(card)["tool"]["name"] for card in cards] == [f"Tool {n}" for n in range(TOOLS)]


def test_an_interrupt_lets_reviews_in_hand_finish(run: Run, tools: Path, queue: str) -> None:
    """The worker takes no more, finishes its calls, leaves with 0, and nothing of it is left in the queue."""
    with serving(Counting(1.0)) as models:
        spec = f"compat:scripted@{models.url}"
        run("batch", "run", tools, "--detach", "--model", spec)
        with psycopg.connect(queue) as _:
            words = ("worker", "--name", "alder", "--reviews", "2")
            with subprocess.Popen(
                command(*words), env=environment(), stderr=subprocess.PIPE, text=True
            ) as worker:
                wait_until(lambda: sum(models.times.values()) >= 4)
                worker.send_signal(signal.SIGTERM)
                _, said = worker.communicate(timeout=60)
    assert worker.returncode == 0
    assert "reviews in hand are finished first" in said
    found = state(run)
    assert found["running"] == 0
    assert 1 <= found["done"] <= 4
    assert found["waiting"] == TOOLS - found["done"]
    assert sum(models.times.values()) == 4 * found["done"]


@pytest.mark.usefixtures("queue")
def test_a_second_signal_breaks_reviews_off_and_puts_them_back(run: Run, tools: Path) -> None:
    """What was in hand waits again at once, for any worker."""
    with serving(Counting(30.0)) as models:
        run("batch", "run", tools, "--detach", "--model", f"compat:scripted@{models.url}")
        with subprocess.Popen(
            command("worker", "--name", "alder"), env=environment(), stderr=subprocess.PIPE, text=True
        ) as worker:
            wait_until(lambda: sum(models.times.values()) >= 4)
            worker.send_signal(signal.SIGINT)
            worker.send_signal(signal.SIGTERM)
            _, said = worker.communicate(timeout=60)
    assert worker.returncode == 0, said
    assert "unfinished orders wait again" in said
    found = state(run)
    assert (found["waiting"], found["running"], found["failed"]) == (TOOLS, 0, 0)


@pytest.mark.usefixtures("queue")
def test_orders_of_a_killed_worker_are_taken_up_by_another(run: Run, tools: Path) -> None:
    """Nobody starts the dead one again: a worker of another name sees that it is gone, and says so."""
    with serving(Counting(0.2)) as models:
        run("batch", "run", tools, "--detach", "--model", f"compat:scripted@{models.url}")
        dead = Worker("birch", ("worker", "--name", "birch"), tools.parent)
        dead.start()
        wait_until(lambda: sum(models.times.values()) >= 4)
        dead.kill()
        assert state(run)["running"] > 0
        worked = work()
    assert worked.returncode == 0, worked.stderr
    assert "Worker birch is gone" in worked.stderr
    assert state(run)["done"] == TOOLS


def test_a_budget_holds_for_the_whole_batch(
    run: Run, tools: Path, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reviews that no longer fit are not begun and the batch ends with 5; a higher budget goes on."""
    with serving(Counting(0.05)) as models:
        keys = {"OPENAI_API_KEY": "of-the-test", "OPENAI_BASE_URL": models.url}
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        words = ("batch", "run", tools, "--model", "openai:gpt-6-luna", "--budget-usd")
        run(*words, "0.006", "--detach")
        assert work().returncode == 0
        with psycopg.connect(queue) as admin:
            spent = admin.execute(
                "SELECT cap_usd, drawn_usd, settled_usd FROM shippanel_fleet.batch"
            ).fetchall()
        assert len(spent) == 1
        cap, drawn, settled = spent[0]
        assert cap == 0.006
        assert 0 < settled <= cap
        assert drawn == pytest.approx(settled)
        worker = Worker("alder", ("worker", "--name", "alder"), tools.parent)
        worker.start()
        try:
            ended = run(*words, "0.006")
            finished = run(*words, "2", "--format", "json")
        finally:
            assert worker.stop() == 0
    assert ended.status == 5, ended.err
    assert finished.status == 0, finished.err
    assert {row["state"] for row in json.loads(finished.out)["rows"]} == {"complete"}


@pytest.mark.usefixtures("here")
def test_two_workers_of_one_name_are_told_apart(run: Run, queue: str) -> None:
    """The second is refused with 75, and told to take another name."""
    assert run("batch", "status").status == 0
    fleet = Fleet(queue, "the fleet")
    try:
        fleet.take_name("alder")
        refused = work()
    finally:
        fleet.close()
    assert refused.returncode == 75
    assert "a worker called 'alder' is at work already" in refused.stderr
    assert "--name" in refused.stderr


def test_submissions_are_queued_by_a_timetable(run: Run, tools: Path, queue: str) -> None:
    """A time that was missed is made up for when the worker starts; both flags have to be there."""
    assert "go together" in run("worker", "--at", "* * * * *").err
    assert run("worker", "--at", "0 2 * * *", "--submissions", "nothing.jsonl").status == 2
    run("batch", "status")
    table = ("worker", "--name", "alder", "--at", "0 2 * * *", "--submissions", str(tools))
    with subprocess.Popen(command(*table), env=environment(), stderr=subprocess.PIPE, text=True) as worker:
        fleet = Fleet(queue, "the fleet")
        wait_until(lambda: bool(fleet.present()))
        with psycopg.connect(queue, autocommit=True) as admin:
            wait_until(
                lambda: (
                    admin.execute(
                        "UPDATE shippanel_fleet.timetable SET last_at = last_at - interval '2 days'"
                    ).rowcount
                    == 1
                )
            )
        worker.send_signal(signal.SIGTERM)
        worker.communicate(timeout=60)
    with subprocess.Popen(command(*table), env=environment(), stderr=subprocess.PIPE, text=True) as worker:
        wait_until(lambda: any(count.state == "done" and count.orders == TOOLS for count in fleet.counts()))
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=60)
    fleet.close()
    assert f"Queued {TOOLS} reviews, 0 stand" in said
