"""`python -m benchmarks.frameworks.run`: the CPU of a panel of four, here and in other frameworks.

Every framework gets an environment of its own under build/, made when it is missing, with the versions that
stand here. All ask the same server the same questions, in processes of their own, taking turns. The results
go to frameworks.md and frameworks.json beside the others.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
import venv
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

from benchmarks.corpus import default_roster, varied_tools
from benchmarks.frameworks.common import AT_ONCE, WARM_UP
from benchmarks.measure import ROOT, against, isolate, machine, take_turns
from benchmarks.report import write_json, write_markdown
from benchmarks.suite_models import bare_calls, review_all, serving
from panel.answer import response_schema
from panel.llm import transport
from panel.prompting import render_prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.measure import Row

TITLE = "CPU of a panel of four, beside other frameworks"
FRAMEWORKS = {
    "langgraph": ("langgraph==1.2.24", "langchain-openai==1.7.4"),
    "pydantic_ai": ("pydantic-ai-slim[openai]==2.68.0",),
    "openai_agents": ("openai-agents==0.24.0",),
    "crewai": ("crewai==1.15.30",),
}
"""Program beside this file → the packages that it needs."""
PANELS = 48
ROUNDS = 5
LATENCY_S = 0.2
FOLDER = Path(__file__).resolve().parent
ENVIRONMENTS = ROOT / "build" / "frameworks"


def main() -> None:
    """Measure, print the table and write it down."""
    pythons = {name: _environment(name, packages) for name, packages in FRAMEWORKS.items()}
    with tempfile.TemporaryDirectory() as folder, serving(LATENCY_S):
        isolate(Path(folder))
        os.environ.update(
            OPENAI_AGENTS_DISABLE_TRACING="1", CREWAI_DISABLE_TELEMETRY="true", OTEL_SDK_DISABLED="true"
        )
        before = machine()
        questions = Path(folder) / "questions.json"
        questions.write_text(json.dumps(_questions()), "utf-8")
        section = list(_rows(pythons, questions))
    taken = datetime.now(UTC).date()
    table = write_markdown({TITLE: section}, before, taken).replace("make bench", "make bench-frameworks")
    (FOLDER.parent / "frameworks.md").write_text(table, "utf-8")
    (FOLDER.parent / "frameworks.json").write_text(write_json({TITLE: section}, before, taken), "utf-8")
    sys.stdout.write(table)


def _rows(pythons: dict[str, Path], questions: Path) -> Iterator[Row]:
    costs: dict[str, Callable[[], float]] = {
        name: partial(_foreign, python, name, questions) for name, python in pythons.items()
    }
    for name in ("fast", "plain", "bare"):
        costs[name] = partial(_own, name)
    taken = take_turns(costs, ROUNDS)
    best = min((sum(taken[name]), name) for name in FRAMEWORKS)[1]
    for own, said in (("fast", "with the extra `fast`"), ("plain", "over the default transport")):
        name = f"shippanel {said}: checked, findings, ledger on disk"
        yield against(name, taken[own], f"the best, {_versions(best)}", taken[best], at_most=0.8)
    for name in FRAMEWORKS:
        alone = "the four calls of OpenAI's SDK alone"
        yield against(_versions(name), taken[name], alone, taken["bare"], at_most=None)


def _versions(name: str) -> str:
    return " and ".join(package.replace("==", " ") for package in FRAMEWORKS[name])


def _environment(name: str, packages: tuple[str, ...]) -> Path:
    """Return the Python of a framework's environment, which is made anew when its packages changed."""
    place = ENVIRONMENTS / name
    python, made = place / "bin" / "python", place / "packages.txt"
    if not made.exists() or made.read_text("utf-8").split() != list(packages):
        sys.stderr.write(f"making the environment of {name} …\n")
        venv.create(place, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages]
        subprocess.run(install, check=True)  # noqa: S603 - versions that are written here
        made.write_text("\n".join(packages), "utf-8")
    return python


def _questions() -> dict[str, object]:
    """Put every seat's question about every tool into a form that needs nothing of this project."""
    personas = [seat.persona for seat in default_roster().seats]
    panels = []
    for tool in islice(varied_tools(), WARM_UP + PANELS):
        prompts = [(persona, render_prompt(persona, tool, b"of the benchmark")) for persona in personas]
        panels.append(
            [
                {"persona": p.id, "instructions": asked.instructions, "data": asked.data}
                for p, asked in prompts
            ]
        )
    return {"schemas": {persona.id: response_schema(persona) for persona in personas}, "panels": panels}


def _foreign(python: Path, name: str, questions: Path) -> float:
    return _child([str(python), "-m", f"benchmarks.frameworks.{name}_panel", str(questions)])


def _own(name: str) -> float:
    return _child([sys.executable, "-c", f"from benchmarks.frameworks.run import own; own({name!r})"])


def _child(command: list[str]) -> float:
    done = subprocess.run(  # noqa: S603 - programs that stand here
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        raise RuntimeError(f"{command[2]}: {done.stderr[-2000:]}")
    return float(done.stdout.split()[-1])


def own(name: str) -> None:
    """Print the CPU of one of our panels, or with `bare` of four calls alone, in seconds; for a child."""
    tools = varied_tools()
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(transport, "has_aiohttp", return_value=name == "fast"),
    ):
        run = bare_calls if name == "bare" else review_all
        ledger, in_flight = Path(folder) / "ledger.db", 4 * AT_ONCE
        asyncio.run(run(list(islice(tools, WARM_UP)), ledger, in_flight))
        cost = asyncio.run(run(list(islice(tools, PANELS)), ledger, in_flight))
    sys.stdout.write(f"{cost.cpu_s / PANELS}\n")


if __name__ == "__main__":
    main()
