from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from cards import PERSONAS, make_abstention, make_tool, make_verdict
from reviews import ask, review

from panel.ledger import verdict_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from panel.ledger import Ledger

pytest_plugins = ("databases",)


def test_a_ledger_that_agrees_with_itself_verifies(ledger: Ledger) -> None:
    """Verdicts, failures, repeats and several runs are all counted again; progress is told."""
    seen: list[tuple[str, int]] = []
    review(
        ledger,
        make_tool(),
        *(make_abstention(p, "refused") for p in PERSONAS[:2]),
        *(make_verdict(p, "ship") for p in PERSONAS[2:]),
    )
    review(ledger, make_tool(name="Other", slug="other"), minute=3)
    report = ledger.verify(lambda table, rows: seen.append((table, rows)))
    assert report.problems == ()
    assert report.checked == {"tool": 2, "tool_revision": 2, "verdict": 6, "attempt": 2, "run": 2}
    assert dict(seen) == report.checked


FORGERIES = {
    "a run's percentage": ("UPDATE run SET ship_pct = 100", {"run"}),
    "a run's card": ("UPDATE run SET scorecard = replace(scorecard, '66.7', '96.7')", {"run"}),
    "a run's disclosure": (
        "UPDATE run SET scorecard = replace(scorecard, 'Offline rubric', 'A jury')",
        {"run"},
    ),
    "a run's card, unreadable": ("UPDATE run SET scorecard = '{'", {"run"}),
    "a run's answers": ("UPDATE run SET keys = replace(keys, 'dx', 'xd')", {"run"}),
    "a run's answers, unreadable": ("UPDATE run SET keys = '[1]'", {"run"}),
    "a revision's content": (
        "UPDATE tool_revision SET content = replace(content, 'log', 'fog')",
        {"tool_revision"},
    ),
    "a revision's digest": ("UPDATE tool_revision SET digest = 'x'", {"tool_revision", "run"}),
    "an attempt's reason": ("UPDATE attempt SET reason = 'refused'", {"attempt"}),
    "an attempt": (
        "UPDATE attempt SET outcome = replace(outcome, 'three times', 'once')",
        {"attempt", "run"},
    ),
    "a missing attempt": ("DELETE FROM attempt", {"run"}),
    "a missing verdict": ("DELETE FROM verdict WHERE persona = 'dx'", {"run"}),
    "a verdict's question": ("UPDATE verdict SET question = 'x' WHERE persona = 'dx'", {"verdict"}),
    "a tool's latest run": ("UPDATE tool SET latest_run = NULL", {"tool"}),
    "a tool's date": ("UPDATE tool SET reviewed_at = '2027'", {"tool"}),
}


@pytest.mark.parametrize(("statement", "tables"), FORGERIES.values(), ids=FORGERIES)
def test_a_forgery_is_reported_where_it_is(
    ledger: Ledger, meddle: Callable[..., int], statement: str, tables: set[str]
) -> None:
    """Every kind of edit behind the ledger's back is found in the tables it concerns, and no other."""
    review(
        ledger,
        make_tool(),
        make_abstention("futurist", "timed-out"),
        *(make_verdict(p, "ship") for p in ("dx", "competitive")),
        make_verdict("business", "skip"),
    )
    assert ledger.verify().sound
    assert meddle(statement) == 1
    assert {problem.table for problem in ledger.verify().problems} == tables


def test_a_forged_vote_sealed_again_is_found_by_counting(ledger: Ledger, meddle: Callable[..., int]) -> None:
    """Whoever can seal a row can still not make old scorecards agree with it."""
    review(ledger, make_tool())
    key = verdict_key(ask("business"))
    forged = make_verdict("business", "ship").model_dump_json()
    assert meddle(
        "UPDATE verdict SET outcome = :outcome, decision = 'ship', score = :score, seal = :seal "
        "WHERE key = :key",
        outcome=forged,
        score=make_verdict("business", "ship").score,
        seal=sha256(f"{key}\n{forged}".encode()).hexdigest(),
        key=key,
    )
    (problem,) = ledger.verify().problems
    assert problem.table == "run"
    assert "label" not in problem.detail
    assert "ship_pct" in problem.detail


def test_a_run_counted_before_its_verdict_was_damaged_still_verifies(
    ledger: Ledger, meddle: Callable[..., int]
) -> None:
    """The card remembers the answer that the damaged row lost; the fresh one belongs to the next run."""
    review(ledger, make_tool())
    meddle("UPDATE verdict SET seal = key WHERE persona = 'dx'")
    review(ledger, make_tool(), *(make_verdict(p, "ship", conditions=("x",)) for p in PERSONAS), minute=1)
    report = ledger.verify()
    assert (report.problems, report.replaced) == ((), 1)
