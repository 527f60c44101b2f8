"""A batch on one machine: what it holds at its peak, and what it takes to take up a finished one.

`BENCH_TOOLS=10000 make bench` runs it at the size its targets speak of; fewer by default, since an offline
review takes some hundredths of a second.
"""

from __future__ import annotations

import json
import os
from itertools import islice
from typing import TYPE_CHECKING

from benchmarks.corpus import varied_tools
from benchmarks.measure import SHIPPANEL, peak_bytes, wall_s, within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.measure import Row

TITLE = "A batch on one machine"

TOOLS = int(os.environ.get("BENCH_TOOLS", "1000"))


def rows(sandbox: Path) -> Iterator[Row]:
    """Measure a batch of offline reviews, and the same again when all of it stands."""
    path = sandbox / "tools.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for tool in islice(varied_tools(), TOOLS):
            content = tool.model_dump(mode="json", exclude={"slug"}, exclude_none=True)
            file.write(json.dumps(content) + "\n")
    batch = (*SHIPPANEL, "batch", "run", f"{path}", "--db", f"{sandbox / 'ledger.db'}", "--format", "csv")
    peak = peak_bytes(*batch)
    yield within(f"peak memory, {TOOLS:,} offline reviews", [peak], "bytes", at_most=200e6)
    empty = sandbox / "none.jsonl"
    empty.write_text("\n", encoding="utf-8")
    none = (*SHIPPANEL, "batch", "run", f"{empty}", "--db", f"{sandbox / 'ledger.db'}", "--format", "csv")
    taken = [(wall_s(*batch) - wall_s(*none)) / TOOLS for _ in range(3)]
    yield within(f"each of {TOOLS:,} tools that stand, start-up apart", taken, "s", at_most=0.005)
