"""A fleet as a person meets it: queueing, a worker, the state of things, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import psycopg
import pytest
from killing import TOOLS, state, work

from panel.batch.orders import CRASHES, fleet_version
from panel.ledger import open_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from program import Run

pytest_plugins = ["databases", "fleets", "running"]


def test_a_batch_goes_through_the_queue(run: Run, tools: Path, queue: str) -> None:
    """Queued once however often it is given, reviewed by a worker, and found again by the next run."""
    given = run("batch", "run", tools, "--detach")
    assert given.status == 0
    assert f"Queued {TOOLS} reviews on " in given.err
    assert given.out.startswith(f"QUEUED · {TOOLS} submissions")
    again = run("batch", "run", tools, "--detach")
    assert f"Queued 0 reviews; {TOOLS:,} were queued already" in again.err
    before = state(run)
    assert (before["waiting"], before["running"], before["done"], before["workers"]) == (TOOLS, 0, 0, [])
    assert before["waiting_without_worker"] == {fleet_version(): TOOLS}

    worked = work()
    assert worked.returncode == 0, worked.stderr
    assert f"Worker alder of version {fleet_version()} on " in worked.stderr

    after = state(run)
    assert (after["waiting"], after["running"], after["done"], after["failed"]) == (0, 0, TOOLS, 0)
    assert [(w["name"], w["at_work"], w["done"]) for w in after["workers"]] == [("alder", False, TOOLS)]
    shown = run("batch", "run", tools, "--format", "json")
    report = json.loads(shown.out)
    assert {row["fate"] for row in report["rows"]} == {"stood"}
    with open_ledger(queue) as ledger:
        assert ledger.stats().verdicts == 4 * TOOLS
        assert ledger.stats().runs == TOOLS


def test_a_worker_of_another_version_leaves_orders_alone(run: Run, tools: Path, queue: str) -> None:
    """It says whose they are, and stops when that is all there is; they wait."""
    run("batch", "run", tools, "--detach")
    with psycopg.connect(queue, autocommit=True) as admin:
        admin.execute("UPDATE shippanel_queue.workflow_status SET application_version = '0.0.9+0123abcd'")
    worked = work()
    assert worked.returncode == 0
    assert (
        f"{TOOLS} orders wait for workers of version 0.0.9+0123abcd; this one leaves them alone."
        in worked.stderr
    )
    found = state(run)
    assert (found["waiting"], found["waiting_without_worker"]) == (TOOLS, {"0.0.9+0123abcd": TOOLS})


def test_an_order_that_costs_too_many_workers_is_given_up(run: Run, tools: Path, queue: str) -> None:
    """It may be what they die of: the others are reviewed, it is reported, and given anew it is tried."""
    run("batch", "run", tools, "--detach")
    with psycopg.connect(queue, autocommit=True) as admin:
        admin.execute(
            "UPDATE shippanel_queue.workflow_status SET status = 'PENDING', executor_id = 'alder' "
            "WHERE workflow_uuid IN (SELECT workflow_uuid FROM shippanel_queue.workflow_status LIMIT 2)"
        )
        admin.execute(
            "INSERT INTO shippanel_fleet.crash (order_id, times) SELECT workflow_uuid, %s "
            "FROM shippanel_queue.workflow_status WHERE status = 'PENDING' LIMIT 1",
            [CRASHES - 1],
        )
    worked = work()
    assert worked.returncode == 0
    assert worked.stderr.count(f"is given up: {CRASHES} workers were lost with it in hand") == 1
    found = state(run)
    assert (found["done"], found["failed"], found["waiting"]) == (TOOLS - 1, 1, 0)
    assert "Queued 1 review on" in run("batch", "run", tools, "--detach").err
    assert state(run)["waiting"] == 1


@pytest.mark.usefixtures("queue")
def test_a_worker_that_cannot_play_a_seat_stops(run: Run, tools: Path) -> None:
    """A missing key ends it with 4 and one line; whoever queues needs no key, and the orders wait."""
    given = run("batch", "run", tools, "--detach", "--model", "openai:gpt-6-luna")
    assert given.status == 0, given.err
    worked = work()
    assert worked.returncode == 4
    assert worked.stderr.count("Error: ") == 1
    assert "OPENAI_API_KEY" in worked.stderr
    assert "Traceback" not in worked.stderr
    assert state(run)["waiting"] == TOOLS


def test_records_are_pruned_and_verdicts_are_not(run: Run, tools: Path, queue: str) -> None:
    """After pruning the queue knows nothing, and the same batch still asks nothing anew."""
    run("batch", "run", tools, "--detach")
    assert work().returncode == 0
    assert "Forgot 0 orders" in run("batch", "prune", "--older-than", "1h").err
    assert f"Forgot {TOOLS} orders" in run("batch", "prune", "--older-than", "0h").err
    assert state(run)["done"] == 0
    again = run("batch", "run", tools, "--detach")
    assert "Queued" not in again.err
    with open_ledger(queue) as ledger:
        assert ledger.stats().verdicts == 4 * TOOLS


@pytest.mark.usefixtures("queue")
def test_waiting_orders_are_dropped_only_on_demand(run: Run, tools: Path) -> None:
    """Orders that nobody will carry out, of an old version say, go with --unfinished."""
    run("batch", "run", tools, "--detach")
    run("batch", "prune", "--older-than", "0h")
    assert state(run)["waiting"] == TOOLS
    run("batch", "prune", "--older-than", "0h", "--unfinished")
    assert state(run)["waiting"] == 0


@pytest.mark.parametrize("words", [("worker",), ("batch", "status"), ("batch", "run", "tools.jsonl")])
@pytest.mark.parametrize(
    ("url", "ends"),
    [
        ("ledger.db", (2, "the queue needs a PostgreSQL database, and its address names a file")),
        ("sqlite:///x.db", (2, "the queue needs a PostgreSQL database, and its address names 'sqlite'")),
        ("postgresql://user:secret@127.0.0.1:1/none", (1, "no connection to the server")),
    ],
)
@pytest.mark.usefixtures("tools")
def test_a_queue_that_cannot_be_used_is_told_in_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], url: str, ends: tuple[int, str]
) -> None:
    """The right status, no traceback, no password."""
    monkeypatch.setenv("SHIPPANEL_QUEUE", url)
    done = run(*words)
    assert (done.status, ends[1] in done.err) == (ends[0], True), done.err
    assert done.err.count("Error: ") == 1
    assert "secret" not in done.err


@pytest.mark.usefixtures("tools")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("worker",), "no queue is named"),
        (("batch", "prune"), "no queue is named"),
        (("batch", "run", "tools.jsonl", "--detach"), "--detach: no queue is named"),
    ],
)
def test_a_queue_that_is_not_named_is_asked_for(run: Run, words: tuple[str, ...], said: str) -> None:
    """With the form of an address."""
    done = run(*words)
    assert done.status == 2
    assert said in done.err
    assert "postgresql://USER@HOST/DATABASE" in done.err


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (("--db", "own.db"), "--db: a queue's database holds its ledger too"),
        (("--trace", "calls.jsonl"), "--trace: no call is made by this command"),
        (("--canary",), "--canary: a fleet keeps every answer"),
    ],
)
def test_flags_that_a_queue_rules_out_are_refused(
    run: Run, tools: Path, flags: tuple[str, ...], said: str
) -> None:
    """Before anything is queued."""
    done = run("batch", "run", tools, *flags)
    assert (done.status, said in done.err) == (2, True)


@pytest.mark.usefixtures("tools", "queue")
@pytest.mark.parametrize("words", [("worker",), ("batch", "status"), ("batch", "run", "tools.jsonl")])
def test_a_missing_extra_is_named(run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]) -> None:
    """With the command that installs it."""
    monkeypatch.setattr("panel.cli.fleet.REQUIRED", ("psycopg", "a_package_that_nobody_has"))
    done = run(*words)
    assert done.status == 2
    assert "a queue needs the package 'a_package_that_nobody_has'" in done.err
    assert "pip install 'shippanel[scale]'" in done.err


@pytest.mark.usefixtures("queue")
@pytest.mark.parametrize("name", ["two words", "ä", "x" * 33, ""])
def test_a_name_that_cannot_be_used_is_refused(run: Run, name: str) -> None:
    """Names stand in the server's list of connections, which has 63 characters for them."""
    done = run("worker", "--name", name)
    assert done.status == 2
    assert "--name" in done.err
