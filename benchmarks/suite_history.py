"""The history of a large ledger beside that of a small one: it must not matter what else was reviewed."""

from __future__ import annotations

import time
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from benchmarks.corpus import fill_ledger
from benchmarks.measure import SHIPPANEL, against, in_seconds, take_turns, wall_s
from panel.ledger import open_ledger
from panel.render.plain import render_plain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from benchmarks.measure import Row
    from panel.ledger import Ledger

TITLE = "10,000 tools in the ledger"

SMALL, LARGE = 100, 10_000
PAGE = 21
"""What `history list` asks for: one screen, and whether there is more."""
TARGET = 1.5


def rows(sandbox: Path) -> Iterator[Row]:
    """Measure `history list` and `history show` at both sizes: as commands, and without start-up."""
    paths = {size: sandbox / f"{size}.db" for size in (SMALL, LARGE)}
    middle = {size: fill_ledger(path, size).slug for size, path in paths.items()}
    with ExitStack() as stack:
        ledgers = {size: stack.enter_context(open_ledger(path)) for size, path in paths.items()}
        works: dict[str, dict[int, Callable[[], object]]] = {
            "`history list`, queries": {size: partial(_list, ledger) for size, ledger in ledgers.items()},
            "`history show`, queries": {
                size: partial(_show, ledger, middle[size]) for size, ledger in ledgers.items()
            },
            "`history show --card`, query and rendering": {
                size: partial(_show_card, ledger, middle[size]) for size, ledger in ledgers.items()
            },
        }
        for name, work in works.items():
            costs = {size: in_seconds(time.perf_counter, work[size], times=20) for size in work}
            yield _row(name, costs, rounds=15)
    for word, wanted in {"list": {}, "show": middle}.items():
        costs = {}
        for size, path in paths.items():
            words = (word, wanted[size]) if wanted else (word,)
            costs[size] = partial(wall_s, *SHIPPANEL, "history", *words, "--db", str(path))
        yield _row(f"`shippanel history {word}`", costs, rounds=5)


def _row(name: str, costs: dict[int, Callable[[], float]], *, rounds: int) -> Row:
    taken = take_turns({str(size): cost for size, cost in costs.items()}, rounds)
    return against(name, taken[str(LARGE)], f"at {SMALL} tools", taken[str(SMALL)], at_most=TARGET)


def _list(ledger: Ledger) -> None:
    ledger.tools(PAGE)


def _show(ledger: Ledger, slug: str) -> None:
    ledger.runs(slug)
    ledger.revisions(slug)


def _show_card(ledger: Ledger, slug: str) -> None:
    card = ledger.latest_card(slug)
    if card is None:
        raise RuntimeError(f"no scorecard of {slug!r} in the ledger that was filled with it")
    render_plain(card)
