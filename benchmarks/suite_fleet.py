"""A fleet of workers on PostgreSQL: what three are worth, what the queue costs a review, how fast it fills.

Server, workers and models are processes of their own on this machine; the workers are those of `shippanel
worker`. What an order costs is measured in CPU time of this process, as the slope between a few orders and
many, beside the same reviews by `run_reviews` with the same ledger.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg

from benchmarks.corpus import default_roster, varied_tools
from benchmarks.measure import ROOT, SHIPPANEL, against, take_turns, within
from benchmarks.suite_models import serving
from panel.batch.fleet import Fleet
from panel.batch.queued import QueuedReviews
from panel.batch.shift import Duty, Shift
from panel.batch.worker import Queue, set_up
from panel.ledger import open_ledger
from panel.persona import Roster, Seat
from panel.reviewers.run import Reviewers
from panel.runner import Job, Plan, run_reviews
from panel.scribe import Scribe

sys.path.append(str(ROOT / "tests"))
from databases import running_postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.measure import Row

TITLE = "A fleet on PostgreSQL"

CALLS = 16
"""Calls in flight at each worker."""
LATENCY_S = 0.2
SLOW_S = 0.8
"""A latency that leaves two cores time to spare: what is then short of three is the queue's doing."""
REVIEWS = int(os.environ.get("BENCH_FLEET", "360"))
"""Reviews of the throughput row."""
FEW, MANY = 40, 240
"""Orders between which the slope is taken."""
QUEUED = 2_000


def rows(sandbox: Path) -> Iterator[Row]:
    """Measure three workers beside one, the queue's part of a review, and the filling of the queue."""
    del sandbox
    with running_postgres() as server:
        home = server.get_uri()
        yield _shared(home, LATENCY_S, REVIEWS, rounds=2, at_most=1 / 2.7)
        yield _shared(home, SLOW_S, REVIEWS // 3, rounds=1, at_most=None)
        added = take_turns(
            {"queued": lambda: _slope(home, queued=True), "alone": lambda: _slope(home, queued=False)},
            rounds=3,
        )
        costs = [queued - alone for queued, alone in zip(added["queued"], added["alone"], strict=True)]
        yield within("CPU that the queue adds to a review", costs, "s", at_most=0.006)
        name = f"queueing a review, {QUEUED:,} in a row"
        yield within(name, [_sending_s(home) for _ in range(3)], "s", at_most=1 / 500)


def _shared(home: str, latency_s: float, reviews: int, *, rounds: int, at_most: float | None) -> Row:
    """Hold three workers to one."""

    def taking(workers: int) -> Callable[[], float]:
        return lambda: _fleet_s(home, workers, latency_s, reviews)

    taken = take_turns({"three": taking(3), "one": taking(1)}, rounds)
    name = f"{reviews} reviews by three workers, {CALLS} calls of {latency_s:g} s in flight at each"
    return against(name, taken["three"], "by one", taken["one"], at_most=at_most)


def _fleet_s(home: str, workers: int, latency_s: float, reviews: int) -> float:
    """Return the seconds that idle workers take for what is queued all at once."""
    with _database(home) as url, serving(latency_s) as models, ExitStack() as stack:
        for number in range(workers):
            stack.enter_context(_worker(url, f"worker-{number}"))
        roster = Roster(
            seats=tuple(
                Seat(persona=s.persona, spec=f"compat:scripted@{models}") for s in default_roster().seats
            )
        )
        jobs = [Job(tool.slug, tool, ()) for tool in islice(varied_tools(), reviews)]
        with _site(url) as review:
            while len(review.fleet.present()) < workers:
                time.sleep(0.1)
            time.sleep(1)
            started = time.perf_counter()
            cards = asyncio.run(_finish(review, jobs, roster))
            taken = time.perf_counter() - started
        if cards != reviews:
            raise RuntimeError("a review was lost; its time is no measurement")
        return taken


async def _finish(review: QueuedReviews, jobs: list[Job], roster: Roster) -> int:
    return sum([result.card is not None async for result in review(jobs, Plan(roster))])


def _slope(home: str, *, queued: bool) -> float:
    """Return the CPU seconds of one review by the offline rubric, start and end left out."""
    few, many = (_reviewing_s(home, count, queued=queued) for count in (FEW, MANY))
    return (many - few) / (MANY - FEW)


def _reviewing_s(home: str, count: int, *, queued: bool) -> float:
    program = f"from benchmarks.suite_fleet import spend; spend({{url!r}}, {count}, queued={queued})"
    with _database(home) as url:
        if queued:
            jobs = [Job(tool.slug, tool, ()) for tool in islice(varied_tools(), count)]
            with _site(url, follow=False) as review:
                asyncio.run(_finish(review, jobs, default_roster()))
        command = [sys.executable, "-c", program.format(url=url)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - this project's own
        return float(done.stdout.splitlines()[-1])


def spend(url: str, count: int, *, queued: bool) -> None:
    """Carry out what is queued, or review as many tools without a queue, and print the CPU seconds."""
    if queued:
        duty = Duty("bench", CALLS, until_empty=True)
        started = time.process_time()
        asyncio.run(_work(url, duty))
    else:
        jobs = [Job(tool.slug, tool, ()) for tool in islice(varied_tools(), count)]
        started = time.process_time()
        with open_ledger(url) as ledger:
            asyncio.run(_review(jobs, Plan(default_roster(), Scribe(ledger), calls_in_flight=CALLS)))
    sys.stdout.write(f"{time.process_time() - started}\n")


async def _work(url: str, duty: Duty) -> None:
    await Shift(url, duty, lambda _budget: Reviewers(), lambda _line: None).work()


async def _review(jobs: list[Job], plan: Plan) -> None:
    async for result in run_reviews(jobs, plan):
        if result.card is None:
            raise RuntimeError("a review was lost; its time is no measurement")


def _sending_s(home: str) -> float:
    """Return the seconds that queueing one review takes, on average over many."""
    jobs = [Job(tool.slug, tool, ()) for tool in islice(varied_tools(), QUEUED)]
    with _database(home) as url, _site(url, follow=False) as review:
        started = time.perf_counter()
        asyncio.run(_finish(review, jobs, default_roster()))
        return (time.perf_counter() - started) / QUEUED


@contextmanager
def _database(home: str) -> Iterator[str]:
    """Make an empty database for as long as the block lasts."""
    name = f"bench_{uuid4().hex}"
    with psycopg.connect(home, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield home.replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _site(url: str, *, follow: bool = True) -> Iterator[QueuedReviews]:
    fleet = Fleet(url, "the fleet")
    with open_ledger(url) as ledger:
        try:
            fleet.set_up()
            set_up(url, "the fleet")
            with Queue(url, "the fleet") as queue:
                yield QueuedReviews(queue, fleet, ledger, follow=follow)
        finally:
            fleet.close()


@contextmanager
def _worker(url: str, name: str) -> Iterator[None]:
    words = ("worker", "--queue", url, "--name", name, "-j", str(CALLS), "--quiet")
    with subprocess.Popen([sys.executable, *SHIPPANEL, *words], cwd=ROOT) as process:  # noqa: S603 - this project's own
        try:
            yield
        finally:
            process.terminate()
