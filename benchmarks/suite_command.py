"""One command on a cold process: how long it takes to load and run, and what it holds at its peak."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.corpus import varied_tools
from benchmarks.measure import SHIPPANEL, against, peak_bytes, take_turns, wall_s, within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.measure import Row

TITLE = "Start-up and one review"

EXAMPLE = "examples/smolvlm2.yaml"


def rows(sandbox: Path) -> Iterator[Row]:
    """Measure `--help`, a review with and without verdicts that stand, and its memory."""
    yield _help()
    review = partial(_review, f"{sandbox / 'ledger.db'}")
    fresh = _submissions(sandbox)
    wall_s(*review(EXAMPLE))
    costs: dict[str, Callable[[], float]] = {
        "reference": partial(wall_s, "-c", "import langgraph.graph"),
        "re-used": lambda: wall_s(*review(EXAMPLE)),
        "fresh": lambda: wall_s(*review(next(fresh))),
    }
    taken = take_turns(costs, rounds=7)
    for what in ("re-used", "fresh"):
        name = f"`shippanel review`, existing ledger, verdicts {what}"
        yield against(name, taken[what], "`import langgraph.graph`", taken["reference"], at_most=1.8)
    peaks = [peak_bytes(*review(next(fresh))) for _ in range(3)]
    yield within("peak memory of one review", peaks, "bytes", at_most=120e6)


def _help() -> Row:
    costs = {
        "reference": partial(wall_s, "-c", "import typer"),
        "help": partial(wall_s, *SHIPPANEL, "--help"),
    }
    taken = take_turns(costs, rounds=15)
    return against("`shippanel --help`", taken["help"], "`import typer`", taken["reference"], at_most=2.5)


def _review(ledger: str, source: str) -> tuple[str, ...]:
    return (*SHIPPANEL, "review", source, "--format", "plain", "--db", ledger)


def _submissions(sandbox: Path) -> Iterator[str]:
    """Write one submission after another, each a tool that no ledger has seen."""
    for tool in varied_tools():
        path = sandbox / f"{tool.slug}.json"
        path.write_text(json.dumps(tool.model_dump(mode="json", exclude_none=True)), encoding="utf-8")
        yield str(path)
