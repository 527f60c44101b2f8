"""A ledger at size beside a small one: what a review and the history look up must not notice the rest."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from typing import TYPE_CHECKING

from benchmarks.corpus import fill_ledger
from benchmarks.measure import SHIPPANEL, against, in_seconds, take_turns, wall_s
from panel.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.measure import Row
    from panel.ledger import Ledger

SEATS = 4
SMALL = 10_000
ROOM = 16e9
"""Bytes free, for a million verdicts take 12 GB for as long as they are measured."""
LARGE = int(
    os.environ.get("BENCH_VERDICTS")
    or (1_000_000 if shutil.disk_usage(tempfile.gettempdir()).free > ROOM else 100_000)
)
"""Verdicts in the larger ledger; a million are made in little more than a minute on a quiet machine."""
TITLE = f"{LARGE:,} verdicts in the ledger"
TARGET = 2.0


def rows(sandbox: Path) -> Iterator[Row]:
    """Measure the look-up of a verdict, the history, and `history show` as a command, at both sizes."""
    paths = {size: sandbox / f"{size}.db" for size in (SMALL, LARGE)}
    filled = {size: fill_ledger(path, size // SEATS) for size, path in paths.items()}
    keys = {size: cycle(found.keys) for size, found in filled.items()}
    works: dict[str, Callable[[Ledger, int], object]] = {
        "look-up of a verdict by its key": lambda ledger, size: ledger.find([next(keys[size])]),
        "`history show`, queries": lambda ledger, size: (
            ledger.runs(filled[size].slug),
            ledger.revisions(filled[size].slug),
        ),
        "`history list`, queries": lambda ledger, _: ledger.tools(21),
        "a slug nobody knows": lambda ledger, _: ledger.find_slug("gemini flash"),
    }
    with ExitStack() as stack:
        ledgers = {size: stack.enter_context(open_ledger(path)) for size, path in paths.items()}
        for name, work in works.items():
            costs = {
                size: in_seconds(time.perf_counter, partial(work, ledger, size), times=20)
                for size, ledger in ledgers.items()
            }
            yield _row(name, costs, rounds=15)
    show: dict[int, Callable[[], float]] = {
        size: partial(wall_s, *SHIPPANEL, "history", "show", filled[size].slug, "--db", str(path))
        for size, path in paths.items()
    }
    yield _row("`shippanel history show`", show, rounds=5)


def _row(name: str, costs: dict[int, Callable[[], float]], *, rounds: int) -> Row:
    taken = take_turns({str(size): cost for size, cost in costs.items()}, rounds)
    return against(name, taken[str(LARGE)], f"at {SMALL:,} verdicts", taken[str(SMALL)], at_most=TARGET)
