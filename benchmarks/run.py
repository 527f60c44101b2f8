"""`python -m benchmarks.run`: measure every suite, and write results.json and results.md.

A suite is a module `benchmarks/suite_*.py` with a `TITLE` and a function `rows(sandbox)`; it is found by
its name. With names of suites as arguments only those are measured, and nothing is written. A target that
is missed is shown as missed; only a program that fails ends the run.
"""

from __future__ import annotations

import pkgutil
import sys
import tempfile
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import benchmarks
from benchmarks.measure import isolate, machine
from benchmarks.report import write_json, write_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.measure import Row

FOLDER = Path(__file__).resolve().parent
PREFIX = "suite_"


class Suite(Protocol):
    """What a suite's module offers."""

    TITLE: str
    """The heading of its section."""

    def rows(self, sandbox: Path) -> Iterable[Row]:
        """Measure, writing only below `sandbox`, an empty folder of its own."""
        ...


def suites() -> dict[str, Suite]:
    """Find the suites there are: name without prefix → module."""
    names = sorted(found.name for found in pkgutil.iter_modules(benchmarks.__path__))
    return {
        name.removeprefix(PREFIX): cast("Suite", import_module(f"benchmarks.{name}"))
        for name in names
        if name.startswith(PREFIX)
    }


def main(wanted: Sequence[str]) -> int:
    """Measure the suites named, or all and write the results; return the exit status."""
    known = suites()
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.stderr.write(f"no suite is called {', '.join(unknown)}; there are {', '.join(known)}\n")
        return 2
    taken, here = datetime.now(UTC).date(), machine()
    rows: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as scratch:
        isolate(Path(scratch))
        for name in wanted or known:
            sys.stderr.write(f"measuring {name} …\n")
            sandbox = Path(scratch) / name
            sandbox.mkdir()
            rows[known[name].TITLE] = list(known[name].rows(sandbox))
    table = write_markdown(rows, here, taken)
    sys.stdout.write(table)
    if not wanted:
        (FOLDER / "results.md").write_text(table, encoding="utf-8")
        (FOLDER / "results.json").write_text(write_json(rows, here, taken), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
