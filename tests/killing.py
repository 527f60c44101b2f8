"""Reviews whose workers are killed: what they ask is counted, and who asked it.

The server is the panelist of `servers.panelist`, with answers that take a fixed time. A worker is told apart
by the key it sends, so that a call under way can be laid at its door when it dies.
"""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from program import SUBMISSION, command, environment, spawn
from servers.panelist import WIRE_OF, Asked, Panelist, answer_of, prompt_of

from panel.testing import Script, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from program import Run

TOOLS = 5
"""Submissions of a test about a fleet."""


class Question(NamedTuple):
    """One seat asked about one tool."""

    persona: str
    tool: str


class Counting(Panelist):
    """Answers after a fixed time, and remembers how often each question was asked, and by whom."""

    def __init__(self, latency_s: float) -> None:
        super().__init__(latency_s)
        self.times: Counter[Question] = Counter()
        self.by_worker: dict[str, set[Question]] = {}
        self._made: dict[str, str] = {}

    async def respond(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """Answer one request, each persona always alike: all tools of these tests say the same."""
        name = str(read(prompt_of(asked.persona, asked.question)).submission["name"])
        question = Question(asked.persona, name)
        self.times[question] += 1
        worker = asked.headers.get("authorization", "").removeprefix("Bearer ")
        self.by_worker.setdefault(worker, set()).add(question)
        if asked.persona not in self._made:
            self._made[asked.persona] = await answer_of(Script(), asked.persona, asked.question)
        await asyncio.sleep(self.latency_s)
        return 200, WIRE_OF[asked.path.rsplit("/", 1)[-1]].good(self._made[asked.persona])

    @property
    def repeated(self) -> Counter[Question]:
        """Questions asked more than once, and how often too often."""
        return Counter({question: times - 1 for question, times in self.times.items() if times > 1})


@dataclass
class Worker:
    """A process of the program that is killed and started again."""

    name: str
    arguments: tuple[str | Path, ...]
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; what it says goes to a file that grows from start to start."""
        variables = environment(SHIPPANEL_COMPAT_API_KEY=self.name, **self.variables)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command(*self.arguments), cwd=self.folder, env=variables, stdout=log, stderr=log
            )

    def kill(self) -> None:
        """Kill it as `kill -9` does, and wait until it is gone."""
        self._signal(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop, and return its exit status."""
        return self._signal(signal.SIGTERM)

    @property
    def status(self) -> int | None:
        """Its exit status; None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def log(self) -> Path:
        """What it has said."""
        return self.folder / f"{self.name}.log"

    def _signal(self, number: int) -> int:
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(timeout=60)


def submissions(path: Path, count: int) -> Path:
    """Write tools that differ in nothing but their name, as JSON Lines."""
    content = yaml.safe_load(SUBMISSION)
    lines = [json.dumps({**content, "name": f"Tool {n}"}) for n in range(count)]
    path.write_text("\n".join(lines), "utf-8")
    return path


def wait_until(true: Callable[[], bool], within_s: float = 60.0) -> None:
    """Wait for something to become true, and fail when it does not."""
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until, "this never came true"
        time.sleep(0.02)


def work(*more: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a worker until the queue is empty."""
    words = ("worker", "--name", "alder", "--until-empty", *more)
    return spawn(*words, env=environment(**variables), timeout=60)


def state(run: Run) -> dict[str, Any]:
    """Return what `batch status` says."""
    done = run("batch", "status", "--format", "json")
    assert done.status == 0, done.err
    content: dict[str, Any] = json.loads(done.out)
    return content
