"""Measuring: samples taken in turn, their median and range, and what they are held to.

A figure means little on a machine that does other things, so what is measured and what it is compared
with take turns (A B A B …), and the ratio is that of neighbours. Nothing here knows the panel.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent
SHIPPANEL = ("-c", "import sys; from panel.cli import main; sys.exit(main())")
"""What the console script does, as arguments for this interpreter."""

_PEAK = (
    "import resource, subprocess, sys\n"
    "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
)
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in what `ru_maxrss` counts."""

Unit = Literal["s", "bytes", "count"]


@dataclass(frozen=True)
class Spread:
    """Several samples of one thing, in its unit."""

    median: float
    low: float
    high: float
    runs: int
    """Samples taken, the warm-up left out."""


@dataclass(frozen=True)
class Reference:
    """What a row is compared with, measured in the same minutes."""

    name: str
    measured: Spread
    ratio: Spread
    """Measured over reference, each sample by its neighbour."""


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, and the most it may be."""

    name: str
    unit: Unit
    measured: Spread
    at_most: float | None
    """A ratio where there is a reference, else a figure in `unit`; None where it is only told."""
    reference: Reference | None = None

    @property
    def figure(self) -> float:
        """What is held to `at_most`: the median of the ratios, or the highest sample."""
        return self.reference.ratio.median if self.reference else self.measured.high

    @property
    def met(self) -> bool:
        """Whether the target is reached, if there is one."""
        return self.at_most is None or self.figure <= self.at_most


def spread(samples: Sequence[float]) -> Spread:
    """Return the median and the range of samples."""
    return Spread(statistics.median(samples), min(samples), max(samples), len(samples))


def within(name: str, samples: Sequence[float], unit: Unit, *, at_most: float | None) -> Row:
    """Hold the highest of the samples to a figure in their own unit; only report it when there is none."""
    return Row(name, unit, spread(samples), at_most)


def against(
    name: str,
    samples: Sequence[float],
    reference: str,
    reference_samples: Sequence[float],
    *,
    at_most: float | None,
) -> Row:
    """Hold seconds to a multiple of what a reference took: sample by sample, in the order they were taken.

    Without a target they are only set beside it.
    """
    ratios = [mine / other for mine, other in zip(samples, reference_samples, strict=True)]
    compared = Reference(reference, spread(reference_samples), spread(ratios))
    return Row(name, "s", spread(samples), at_most, compared)


def take_turns(costs: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Take one sample of each in turn, as often as asked, after a round that does not count.

    Args:
        costs: name → what does the work once and returns its cost.
        rounds: samples to keep of each.
    """
    for cost in costs.values():
        cost()
    samples: dict[str, list[float]] = {name: [] for name in costs}
    for _ in range(rounds):
        for name, cost in costs.items():
            samples[name].append(cost())
    return samples


def wall_s(*arguments: str) -> float:
    """Run this interpreter with arguments and return the seconds that took, start-up included.

    Raises:
        RuntimeError: the program failed; a time to failure is no measurement.
    """
    started = time.perf_counter()
    _run(arguments)
    return time.perf_counter() - started


def peak_bytes(*arguments: str) -> float:
    """Run this interpreter with arguments and return the most memory it held, in bytes.

    A child starts with its parent's peak as its own, so a small process of its own stands in between.

    Raises:
        RuntimeError: the program failed.
    """
    return float(_run(("-c", _PEAK, sys.executable, *arguments))) * _RSS_UNIT


def isolate(home: Path) -> None:
    """Take away what would make this machine's figures another machine's: settings, tracing, home."""
    foreign = ("SHIPPANEL_", "LANGSMITH_", "LANGCHAIN_", "PYTHON", "XDG_")
    for name in list(os.environ):
        if name.startswith(foreign):
            del os.environ[name]
    os.environ["HOME"] = str(home)


def machine() -> dict[str, str | int | float]:
    """Describe the machine in so far as it explains the figures; nothing that names it."""
    version = ".".join(map(str, sys.version_info[:3]))
    return {
        "python": f"{sys.implementation.name} {version}",
        "system": sys.platform,
        "cores": os.cpu_count() or 0,
        "load": round(os.getloadavg()[0], 1),
    }


def in_seconds(clock: Callable[[], float], work: Callable[[], object], times: int = 1) -> Callable[[], float]:
    """Make a cost of a piece of work in this process: seconds by `clock` for one time out of `times`."""

    def cost() -> float:
        started = clock()
        for _ in range(times):
            work()
        return (clock() - started) / times

    return cost


def _run(arguments: Sequence[str]) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(  # noqa: S603 - this interpreter, with arguments that are written here
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False
    )
    if done.returncode:
        said: Iterator[str] = reversed(done.stderr.strip().splitlines() or ["nothing on standard error"])
        raise RuntimeError(f"{' '.join(arguments)}: ended with {done.returncode}: {next(said)}")
    return done.stdout
