"""Reviews by a language model, beside the bare calls of its SDK: what the panel adds in time, CPU and memory.

A server of fixed latency runs in a process of its own and gives valid answers. The reference is
`asyncio.gather` over `responses.create()` of the same SDK with the same prompts, in the same minutes, and
throws every answer away; the panel validates, checks quotes and writes each verdict to a ledger on disk.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from unittest import mock

import openai

from benchmarks.corpus import default_roster, varied_tools
from benchmarks.measure import ROOT, against, peak_bytes, take_turns, within
from panel import review_tool
from panel.ledger import open_ledger
from panel.llm import transport
from panel.llm.clients import close_clients
from panel.llm.dialect import cache_key, portable, question
from panel.llm.limits import Limits
from panel.llm.transport import http_client
from panel.persona import Roster, Seat
from panel.prompting import render_prompt
from panel.reviewers.run import Reviewers, Terms
from panel.runner import Job, Plan, run_reviews
from panel.scribe import Scribe
from panel.suspicion import suspicions

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Sequence
    from pathlib import Path

    from benchmarks.measure import Row
    from panel.prompt import Prompt
    from panel.tool import Tool

TITLE = "Language models behind a server of fixed latency"

SPEC = "openai:gpt-6-luna"
IN_FLIGHT = 64
WIDE, WIDE_PANELS = 256, 192
"""Calls in flight and panels of the rows that compare transports."""
PANELS = int(os.environ.get("BENCH_PANELS", "240"))
"""Panels of the throughput row; BENCH_PANELS=1000 measures it at full size, in about three minutes."""
QUEUED, FINISHED = 1_000, 150
"""Panels that wait while memory is measured, and after how many of them it is read."""


OTHER_EXTRAS = ("aiohttp", "httpx_aiohttp", "opentelemetry")
"""Packages of the extras `fast` and `scale`, which OpenAI's SDK loads wherever it finds them."""


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    wall_s: float
    cpu_s: float


def rows(sandbox: Path) -> Iterator[Row]:
    """Measure a single panel, many panels, what a call costs in CPU, and memory with a long queue."""
    tools = varied_tools()
    with serving(latency_s=2.0):

        def one(run: Callable[[Sequence[Tool], Path], Coroutine[None, None, Cost]], name: str) -> float:
            return asyncio.run(run([next(tools)], sandbox / name)).wall_s

        taken = take_turns(
            {"panel": lambda: one(review_all, "one.db"), "bare": lambda: one(bare_calls, "")}, rounds=3
        )
        name = "a panel of four, each answer after 2 s"
        yield against(name, taken["panel"], "the four calls alone", taken["bare"], at_most=1.05)
    with serving(latency_s=1.0):
        asyncio.run(review_all(list(islice(tools, 16)), sandbox / "many.db"))
        asyncio.run(bare_calls(list(islice(tools, 16)), sandbox))
        panels = asyncio.run(review_all(list(islice(tools, PANELS)), sandbox / "many.db"))
        bare = asyncio.run(bare_calls(list(islice(tools, PANELS)), sandbox))
        name = f"{PANELS} panels of four, each answer after 1 s, {IN_FLIGHT} in flight"
        reference = f"the {4 * PANELS:,} calls alone"
        yield against(name, [panels.wall_s], reference, [bare.wall_s], at_most=1 / 0.95)
        added = (panels.cpu_s - bare.cpu_s) / (4 * PANELS)
        alone = bare.cpu_s / (4 * PANELS) * 1000
        name = f"CPU added to a call that takes {alone:.1f} ms alone"
        yield within(name, [added], "s", at_most=0.0025)
        yield from _wide(tools, sandbox)
    with serving(latency_s=0.2):
        program = f"from benchmarks.suite_models import queue; queue({str(sandbox / 'queued.db')!r})"
        plain = f"import sys; sys.modules.update(dict.fromkeys({OTHER_EXTRAS!r})); {program}"
        what = f"peak memory, {QUEUED:,} panels queued"
        yield within(f"{what}, the extra `openai` alone", [peak_bytes("-c", plain)], "bytes", at_most=150e6)
        yield within(f"{what}, every extra installed", [peak_bytes("-c", program)], "bytes", at_most=None)


def _wide(tools: Iterator[Tool], sandbox: Path) -> Iterator[Row]:
    """Set both transports beside each other where many connections are open at once."""
    for name, installed in (("aiohttp (the extra `fast`)", True), ("the default transport", False)):
        with mock.patch.object(transport, "has_aiohttp", return_value=installed):
            some = list(islice(tools, WIDE_PANELS))
            panels = asyncio.run(review_all(some, sandbox / "many.db", WIDE))
            bare = asyncio.run(bare_calls(some, sandbox, WIDE))
        calls = 4 * WIDE_PANELS
        what = f"{WIDE_PANELS} panels of four, each answer after 1 s, {WIDE} in flight over {name}"
        alone = f"the {calls:,} calls alone ({bare.cpu_s / calls * 1000:.1f} ms of CPU each)"
        yield against(what, [panels.wall_s], alone, [bare.wall_s], at_most=None)


async def review_all(tools: Sequence[Tool], path: Path, in_flight: int = IN_FLIGHT) -> Cost:
    """Review every tool, as a batch does."""
    roster = Roster(seats=tuple(Seat(persona=seat.persona, spec=SPEC) for seat in default_roster().seats))
    reviewers = Reviewers(Terms(limits=Limits(in_flight)))
    # What the intake notices in a submission, it notices when it is read.
    jobs = [Job(tool.slug, tool, suspicions(tool)) for tool in tools]
    with open_ledger(path) as ledger:
        plan = Plan(roster, Scribe(ledger), calls_in_flight=_at_work(in_flight), reviewers=reviewers)
        clock = _Clock()
        if len(tools) == 1:
            await review_tool(
                tools[0], roster, findings=jobs[0].findings, ledger=plan.scribe, reviewers=reviewers
            )
        else:
            async for result in run_reviews(jobs, plan):
                if result.card is None or result.card.state != "complete":
                    raise RuntimeError("a panel lost a seat; its time is no measurement")
        cost = clock.read()
    await close_clients()
    return cost


async def bare_calls(tools: Sequence[Tool], _path: Path, in_flight: int = IN_FLIGHT) -> Cost:
    """Make the same calls with nothing around them."""
    personas = [seat.persona for seat in default_roster().seats]
    prompts = [render_prompt(persona, tool, b"of the benchmark") for tool in tools for persona in personas]
    gate = asyncio.Semaphore(in_flight)
    client = openai.AsyncOpenAI(max_retries=0, http_client=http_client(openai))

    async def call(prompt: Prompt) -> None:
        async with gate:
            await client.responses.create(
                model=SPEC.partition(":")[2],
                instructions=prompt.instructions,
                input=question(prompt),
                store=False,
                max_output_tokens=prompt.max_output_tokens,
                prompt_cache_key=cache_key(prompt),
                text={
                    "format": {
                        "type": "json_schema",
                        "name": prompt.schema_name,
                        "strict": True,
                        "schema": portable(prompt.response_schema),
                    }
                },
            )

    clock = _Clock()
    await asyncio.gather(*map(call, prompts))
    cost = clock.read()
    await client.close()
    return cost


def _at_work(in_flight: int) -> int:
    """Have more seats worked on than the provider sees calls: one can start the moment another ends."""
    return in_flight * 3 // 2


class _Clock:
    """Reads what has passed since it was made, of time and of this process's CPU."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Cost:
        return Cost(time.perf_counter() - self._wall, time.process_time() - self._cpu)


def queue(path: str) -> None:
    """Queue a thousand panels and finish some of them: what memory is read of, in a process of its own."""

    async def run() -> None:
        roster = Roster(seats=tuple(Seat(persona=s.persona, spec=SPEC) for s in default_roster().seats))
        jobs = [Job(tool.slug, tool) for tool in islice(varied_tools(), QUEUED)]
        with open_ledger(path) as ledger:
            reviewers = Reviewers(Terms(limits=Limits(IN_FLIGHT)))
            plan = Plan(roster, Scribe(ledger), calls_in_flight=_at_work(IN_FLIGHT), reviewers=reviewers)
            finished = 0
            async for _ in run_reviews(jobs, plan):
                finished += 1
                if finished == FINISHED:
                    plan.stop.set()
        await close_clients()

    asyncio.run(run())


@contextmanager
def serving(latency_s: float) -> Iterator[str]:
    """Run the server as long as the block lasts, point the SDK at it, and yield its base URL."""
    program = ROOT / "tests" / "servers" / "panelist.py"
    command = [sys.executable, str(program), str(latency_s)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - this project's own
        assert server.stdout is not None  # noqa: S101 - it was asked for above
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
        os.environ.update(OPENAI_BASE_URL=url, OPENAI_API_KEY="of-the-benchmark")
        try:
            yield url
        finally:
            server.terminate()
