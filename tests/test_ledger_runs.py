from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from cards import NOON, PERSONAS, make_abstention, make_provenance, make_tool, make_verdict
from reviews import ask, review
from sqlalchemy import event
from sqlalchemy.engine import Engine

from panel.errors import LedgerError
from panel.ledger import open_ledger, verdict_key
from panel.verdict import Usage

if TYPE_CHECKING:
    from pathlib import Path

    from panel.ledger import Ledger

pytest_plugins = ("databases",)


def test_a_review_comes_back_as_it_was(ledger: Ledger) -> None:
    """The card, its place in the lists and the tool are read back equal."""
    card = review(ledger, make_tool())
    run = str(card.provenance.run)
    assert ledger.card(run) == ledger.latest_card("lantern") == card
    (row,) = ledger.tools()
    assert (row.slug, row.name, row.revisions, row.reviewed_at) == ("lantern", "Lantern", 1, NOON)
    assert (row.state, row.label, row.ship_pct, row.run) == ("complete", "Ship", 75.0, run)
    assert [(r.id, r.revision, r.label) for r in ledger.runs("lantern")] == [(run, 1, "Ship")]
    with pytest.raises(LedgerError, match="no run is called 'x'"):
        ledger.card("x")
    assert ledger.latest_card("other") is None


def test_tools_are_listed_newest_first_in_pages(ledger: Ledger) -> None:
    """Each page begins where the last one ended; a later review of an old tool brings it to the top."""
    for minute, name in enumerate(("Alpha", "Beta", "Gamma", "Alpha")):
        review(ledger, make_tool(name=name, slug=name.lower(), tagline=str(minute)), minute=minute)
    ledger.enrol(make_tool(name="Never", slug="never"))
    pages = [ledger.tools(2)]
    pages.append(ledger.tools(2, before=pages[0][-1].cursor))
    assert [[row.slug for row in page] for page in pages] == [["alpha", "gamma"], ["beta"]]
    assert pages[0][0].revisions == 2
    assert [row.revision for row in ledger.runs("alpha")] == [2, 1]
    assert [row.revision for row in ledger.runs("alpha", 1)] == [2]
    first = ledger.latest_card("alpha", 1)
    assert first is not None
    assert first.tool.tagline == "0"
    assert [row.slug for row in ledger.tools(before="2026-11-21")] == []
    assert len(ledger.tools(before="2026-11-22")) == 3


def test_tools_are_found_by_part_of_their_name(ledger: Ledger) -> None:
    """In any case, in any script, and without wildcards."""
    for minute, (name, slug) in enumerate((("Straße 100%", "strasse-100"), ("Ночь", "noch"))):
        review(ledger, make_tool(name=name, slug=slug), minute=minute)
    found = {
        query: [row.slug for row in ledger.tools(query=query)] for query in ("STRASSE", "00%", "НОЧ", "_")
    }
    assert found == {"STRASSE": ["strasse-100"], "00%": ["strasse-100"], "НОЧ": ["noch"], "_": []}


def test_a_slug_is_found_by_what_was_meant(ledger: Ledger) -> None:
    """By its name, by a near miss, or not at all."""
    ledger.enrol(make_tool())
    ledger.enrol(make_tool(name="C++", slug="c"))
    wanted = ("lantern", "LANTERN", "lantren", "c++", "quite something else")
    assert [ledger.find_slug(text) for text in wanted] == ["lantern", "lantern", "lantern", "c", None]


def test_a_slug_is_looked_for_among_its_neighbours(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a large ledger a misspelt slug is held against those around it and those reviewed lately."""
    monkeypatch.setattr("panel.ledger.runs._NEAR", 2)
    for number in range(8):
        ledger.enrol(make_tool(name=f"Filler {number}", slug=f"filler-{number}"))
    review(ledger, make_tool())
    wanted = ("filler-33", "filler-1x", "zlantern", "quite something else")
    assert [ledger.find_slug(text) for text in wanted] == ["filler-3", "filler-1", "lantern", None]


def test_an_older_run_kept_late_does_not_become_the_latest(ledger: Ledger) -> None:
    """What counts is when a review was made, not when it was written down."""
    newer = review(ledger, make_tool(), minute=5)
    review(ledger, make_tool(), minute=1)
    assert ledger.latest_card("lantern") == newer
    assert ledger.tools()[0].run == newer.provenance.run
    assert ledger.verify().sound


def test_spend_counts_what_a_run_paid_for(ledger: Ledger) -> None:
    """Failed calls count, re-used verdicts do not, and one unknown price makes the sum unknown."""

    def asked(persona: str, cost: float | None, spec: str = "openai:judge") -> dict[str, Any]:
        usage = Usage(calls=1, input_tokens=100, output_tokens=10)
        return {
            "provenance": make_provenance(persona, engine="openai", spec=spec, usage=usage, cost_usd=cost)
        }

    dx, competitive, futurist, business = PERSONAS
    review(
        ledger,
        make_tool(),
        make_verdict(dx, "ship", **asked(dx, 0.25)),
        make_verdict(competitive, "ship", **asked(competitive, 0.5)),
        make_abstention(futurist, "timed-out", **asked(futurist, 0.125)),
        make_verdict(business, "skip", **asked(business, None, "openai:other")),
        reused=(dx,),
    )
    assert [(s.spec, s.calls, s.input_tokens, s.cost_usd) for s in ledger.stats().spend] == [
        ("openai:judge", 2, 200, 0.625),
        ("openai:other", 1, 100, None),
    ]


def test_a_review_costs_six_commits(ledger: Ledger) -> None:
    """One to enrol, one per verdict, one for the run; a second look at known content costs none."""
    commits: list[object] = []
    note = commits.append
    event.listen(Engine, "commit", note)
    try:
        review(ledger, make_tool())
        assert len(commits) == 6
        ledger.enrol(make_tool())
        ledger.find([verdict_key(ask("dx"))])
        ledger.tools()
        assert len(commits) == 6
        ledger.keep_many([(ask(persona, 1), make_verdict(persona, "ship")) for persona in PERSONAS])
        assert len(commits) == 7
    finally:
        event.remove(Engine, "commit", note)


def test_no_look_up_reads_a_whole_table(tmp_path: Path) -> None:
    """SQLite plans every statement of a review and of the history by index, sorting nothing."""
    path = str(tmp_path / "ledger.db")
    statements: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:  # noqa: ANN401
        if statement.startswith(("SELECT", "UPDATE")):
            statements.append((statement, parameters))

    with open_ledger(path) as ledger:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            run = str(review(ledger, make_tool()).provenance.run)
            cursor = ledger.tools(10)[0].cursor
            ledger.tools(10, before=cursor)
            (
                ledger.runs("lantern", 10),
                ledger.card(run),
                ledger.latest_card("lantern"),
                ledger.tool("lantern"),
            )
            ledger.find([verdict_key(ask(persona)) for persona in PERSONAS])
            ledger.next_sample(ask("dx")), ledger.revisions("lantern"), ledger.find_slug("nobody")
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        with closing(sqlite3.connect(path)) as connection:
            plans = [
                (statement, step[3])
                for statement, parameters in statements
                for step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]
    costly = [plan for plan in plans if "TEMP B-TREE" in plan[1] or re.search(r"SCAN \w+$", plan[1])]
    assert len(statements) > 12
    assert costly == []
