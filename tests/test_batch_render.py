"""A batch on a terminal: how its rows keep to the width, and where the result stands."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from rich.console import Console

from panel.batch import BatchReport, BatchRow, Stand
from panel.batch.render.plain import lay_out_batch
from panel.batch.report import Ending, count_rows
from panel.cli.batches.meter import Meter
from panel.render.lines import wrap

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHIPPED = BatchRow(
    place="tools.jsonl, line 1",
    fate="reviewed",
    name="Lantern",
    state="complete",
    label="Ship",
    ship_pct=75.0,
)
ROWS = (
    SHIPPED.model_copy(update={"ships": 3, "skips": 1}),
    BatchRow(place="tools.jsonl, line 2", fate="unusable", detail="name: is required"),
    BatchRow(place="tools.jsonl, line 3", fate="reviewed", name="Moth", state="no-quorum", failed=4),
)


def report(*rows: BatchRow, ending: Ending = "finished", submissions: int | None = None) -> BatchReport:
    """Make the report of a batch."""
    return BatchReport(
        version="0.1.0",
        panel="rubric",
        sources=("tools.jsonl",),
        started_at=NOON,
        ended_at=NOON,
        ending=ending,
        counts=count_rows(rows, submissions or len(rows)),
        rows=rows,
    )


def laid_out(made: BatchReport, width: int | None, height: int | None = None) -> list[str]:
    """Return the rows of text that a terminal would show."""
    return [
        "".join(span.text for span in row)
        for content in lay_out_batch(made, width, height)
        for row in wrap(content, width)
    ]


@pytest.mark.parametrize("width", [40, 80, 120])
def test_rows_keep_to_the_width(width: int) -> None:
    """Nothing is cut off and nothing runs over, with a bar where there is room for one."""
    shown = laid_out(report(*ROWS), width)
    assert max(map(len, shown)) <= width
    whole = " ".join(" ".join(line.split()) for line in shown)
    for text in ("Lantern · 3 ship, 1 skip", "name: is required", "Moth · 0 ship, 0 skip, 4 failed"):
        assert text in whole
    assert ("■■■■■■■■□□" in whole) == (width >= 64)


def test_the_result_stands_first_and_below_a_table_that_scrolls() -> None:
    """Whoever sees the end of a long table sees what it came to."""
    rows = [SHIPPED] * 50
    shown = laid_out(report(*rows), 80, height=24)
    assert shown[0] == shown[-1] == "FINISHED · 50 submissions · 50 ship, 0 mixed, 0 skip"
    assert laid_out(report(*rows), None)[-1] != shown[0]


@pytest.mark.parametrize(
    ("ending", "word"),
    [
        ("limit", "LIMIT REACHED"),
        ("interrupted", "INTERRUPTED"),
        ("budget", "BUDGET SPENT"),
        ("ledger", "LEDGER FAILED"),
    ],
)
def test_an_unfinished_batch_says_so_first(ending: Ending, word: str) -> None:
    """The state opens the page, and what was not begun is counted."""
    shown = laid_out(report(SHIPPED, ending=ending, submissions=9), None)
    assert shown[0].startswith(f"{word} · 9 submissions")
    assert "- 8 submissions were not reached." in shown


@pytest.mark.parametrize("width", [40, 100])
def test_the_meter_tells_what_there_is_room_for(width: int) -> None:
    """Counts and spend stand on the line; the bar goes first where it is narrow."""
    console = Console(width=width, force_terminal=True, color_system=None, record=True)
    with console.capture() as captured, Meter(9, console) as show:
        show(Stand(done=3, ship=1, skip=1, failed=1, cost_usd=0.5))
    text = captured.get()
    assert "3/9" in text
    assert "1 ship, 1 skip" in text
    assert ("━" in text) == (width >= 60)
