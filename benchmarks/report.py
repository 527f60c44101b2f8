"""The table of a run, as Markdown to read and as JSON to compare. It names no host and no path."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from benchmarks.measure import Row, Spread, Unit

    Rows = Mapping[str, Sequence[Row]]

_HEAD = ("| what | measured | reference | ratio | at most | met |", "|---|---|---|---|---|---|")


def write_markdown(rows: Rows, machine: Mapping[str, object], taken: date) -> str:
    """Write the table, one section for each suite.

    Args:
        rows: title of a suite → its rows.
        machine: as `benchmarks.measure.machine` describes it.
        taken: the day of the run.
    """
    lines = [
        "# How fast and how small",
        "",
        "Written by `make bench`; README.md says what each row measures and how.",
        "",
        _circumstances(machine, taken) + _tallied(rows),
    ]
    for title, section in rows.items():
        lines += ["", f"## {title}", "", *_HEAD, *map(_line, section)]
    return "\n".join(lines) + "\n"


def write_json(rows: Rows, machine: Mapping[str, object], taken: date) -> str:
    """Write the same as JSON: seconds, bytes and counts, unrounded."""
    content = {
        "schema": "shippanel.benchmarks/1",
        "taken": taken.isoformat(),
        "machine": dict(machine),
        "rows": [
            {"suite": title, **asdict(row), "met": row.met}
            for title, section in rows.items()
            for row in section
        ],
    }
    return json.dumps(content, indent=2) + "\n"


def amount(value: float, unit: Unit) -> str:
    """Write a figure with its unit, in as many digits as it deserves."""
    if unit == "count":
        return f"{value:.0f}"
    if unit == "bytes":
        return f"{value / 1e6:.1f} MB"
    milliseconds = value * 1000
    return f"{milliseconds:.0f} ms" if milliseconds >= 20 else f"{milliseconds:.2f} ms"


def _circumstances(machine: Mapping[str, object], taken: date) -> str:
    return (
        f"{taken.isoformat()}: {machine['python']} on {machine['system']}, {machine['cores']} cores, "
        f"load {machine['load']} at the start. "
    )


def _line(row: Row) -> str:
    measured = _ranged(row.measured, row.unit)
    met = "" if row.at_most is None else "yes" if row.met else "**no**"
    if row.reference is None:
        most = "" if row.at_most is None else amount(row.at_most, row.unit)
        return f"| {row.name} | {measured} | | | {most} | {met} |"
    ratio = row.reference.ratio
    reference = f"{row.reference.name}: {_ranged(row.reference.measured, row.unit)}"
    most = "" if row.at_most is None else f"{row.at_most:g} ×"
    times = f"{ratio.median:.2f} × ({ratio.low:.2f} to {ratio.high:.2f})"
    return f"| {row.name} | {measured} | {reference} | {times} | {most} | {met} |"


def _ranged(spread: Spread, unit: Unit) -> str:
    return f"{amount(spread.median, unit)} ({amount(spread.low, unit)} to {amount(spread.high, unit)})"


def _tallied(rows: Rows) -> str:
    every = [row for section in rows.values() for row in section if row.at_most is not None]
    return f"Targets met: {sum(row.met for row in every)} of {len(every)}."
