"""`review_tool` in a process that has everything loaded: what a batch pays for each further tool."""

from __future__ import annotations

import asyncio
import operator
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send
from sqlalchemy import Engine, event

from benchmarks.corpus import default_roster, varied_tools
from benchmarks.measure import against, in_seconds, take_turns, within
from panel import review_tool
from panel.ledger import open_ledger

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

    from langgraph.graph.state import CompiledStateGraph

    from benchmarks.measure import Row
    from panel.ledger import Ledger
    from panel.verdict import Finding

TITLE = "Each further review in one process"

SEATS = 4
_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE")


class _State(TypedDict):
    answers: Annotated[list[int], operator.add]


def rows(sandbox: Path) -> Iterator[Row]:
    """Count the commits of a review, and compare its CPU time with the graph's alone."""
    with asyncio.Runner() as runner:
        # Not `Runner.run`: a signal handler set and reset by each call would count as part of the work.
        await_ = runner.get_loop().run_until_complete
        tools, roster = varied_tools(), default_roster()

        def review(ledger: Ledger, findings: tuple[Finding, ...] | None = ()) -> None:
            await_(review_tool(next(tools), roster, findings=findings, ledger=ledger))

        with _commits() as commits, open_ledger(sandbox / "counted.db") as ledger:
            counts: list[float] = []
            for _ in range(14):
                commits.clear()
                review(ledger)
                counts.append(len(commits))
        yield within("commits of a review, nothing re-used", counts, "count", at_most=6)
        graph = _empty_graph()
        with open_ledger(sandbox / "timed.db") as ledger:
            costs = {
                "graph": in_seconds(
                    time.process_time, lambda: await_(graph.ainvoke({"answers": []})), times=5
                ),
                "review": in_seconds(time.process_time, lambda: review(ledger)),
                "unread": in_seconds(time.process_time, lambda: review(ledger, None)),
            }
            taken = take_turns(costs, rounds=42)
        empty = ("an empty four-way graph", taken["graph"])
        name = "CPU time of a review, nothing re-used"
        yield against(f"{name}, findings from the intake", taken["review"], *empty, at_most=10)
        yield against(f"{name}, text searched for suspicion too", taken["unread"], *empty, at_most=10)


def _empty_graph() -> CompiledStateGraph[_State, None, _State, _State]:
    """Wire a graph as wide as the panel that does nothing: it costs what LangGraph costs."""

    async def idle(state: _State) -> _State:  # noqa: ARG001 - the name is part of what LangGraph expects
        return {"answers": []}

    builder = StateGraph(_State)
    builder.add_node("seat", idle)
    builder.add_node("join", idle)
    builder.add_conditional_edges(START, lambda _: [Send("seat", {"answers": []})] * SEATS, ["seat"])
    builder.add_edge("seat", "join")
    builder.add_edge("join", END)
    return builder.compile()


@contextmanager
def _commits() -> Iterator[list[str]]:
    """Collect every commit that SQLite is told to make, a write outside a transaction among them."""
    seen: list[str] = []

    def listen(connection: sqlite3.Connection, _: object) -> None:
        def note(statement: str) -> None:
            word = statement.lstrip()[:7].upper()
            if word.startswith(("COMMIT", "END")) or (
                word.startswith(_WRITES) and not connection.in_transaction
            ):
                seen.append(statement)

        connection.set_trace_callback(note)

    event.listen(Engine, "connect", listen)
    try:
        yield seen
    finally:
        event.remove(Engine, "connect", listen)
