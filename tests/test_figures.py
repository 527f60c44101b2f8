"""Figures in prose, and contradictions between a submission and its evidence."""

from __future__ import annotations

import pytest
from cards import make_tool

from panel.figures import contradictions, measurements
from panel.tool import Evidence, Fact


def found(text: str, source: str = "description") -> list[tuple[str, float, float]]:
    """Return topic and interval of every figure in a text."""
    return [(m.topic, m.low, m.high) for m in measurements([(source, text)])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Latency is below 500 milliseconds.", [("latency", 0, 500)]),
        ("The delay is 400–800 ms.", [("latency", 400, 800)]),
        ("End to end it takes about 1–2 s.", [("latency", 1000, 2000)]),
        ("Response time: over 1.5 seconds.", [("latency", 1500, float("inf"))]),
        ("It needs 4 GB of memory.", [("memory", 4096, 4096)]),
        ("It costs $20 and has 3 seats.", []),
        ("It records 30 seconds of audio.", []),
        ("Bandwidth is 10 MB/s and memory is not said.", []),
    ],
)
def test_figures_are_read_with_their_unit_and_bound(
    text: str, expected: list[tuple[str, float, float]]
) -> None:
    """Only durations and memory sizes in sentences about latency or memory count, as intervals."""
    assert found(text) == expected


def test_a_contradiction_names_both_passages() -> None:
    """A claim that the evidence cannot hold together with becomes one finding with both figures."""
    evidence = Evidence(id="E1", kind="vendor", text="End to end the delay is about 1–2 s, they write.")
    tool = make_tool(description="A latency below 500 ms is claimed for every call.", evidence=(evidence,))
    [finding] = contradictions(tool)
    assert finding.rule == "contradictory-figures"
    assert "below 500 ms" in finding.detail
    assert "1–2 s" in finding.detail
    assert finding.field == "E1"


def test_figures_that_can_both_hold_are_left_alone() -> None:
    """Intervals that meet, and figures on other topics, are no contradiction."""
    agreeing = Evidence(id="E1", text="We measured a latency of 450 ms. It needs 8 GB of memory.")
    tool = make_tool(
        description="Latency stays under 500 ms.",
        facts={"memory": Fact(value="under 16", unit="GB")},
        evidence=(agreeing,),
    )
    assert contradictions(tool) == ()


def test_a_fact_is_compared_by_its_key() -> None:
    """A fact called latency needs no sentence that says so."""
    evidence = Evidence(id="E1", text="In our test the delay was 900 ms.")
    tool = make_tool(facts={"latency": Fact(value="under 500", unit="ms")}, evidence=(evidence,))
    assert [finding.field for finding in contradictions(tool)] == ["E1"]


def test_prices_for_the_same_thing_are_compared() -> None:
    """Two amounts for one unit contradict each other; other units and bounded amounts do not."""
    evidence = Evidence(id="E1", text="We pay $19 per seat per month, and €4 per document, from $30 a year.")
    tool = make_tool(
        description="It costs $12 per seat per month, €4 per document and $90 a year.", evidence=(evidence,)
    )
    [finding] = contradictions(tool)
    assert "$12 per seat per month" in finding.detail
    assert "$19 per seat per month" in finding.detail


def test_bounds_that_touch_do_not_contradict() -> None:
    """A figure inside the other's interval is no contradiction, whichever side states the bound."""
    evidence = Evidence(id="E1", text="We measured a latency of 500 ms.")
    assert contradictions(make_tool(description="Latency is at most 500 ms.", evidence=(evidence,))) == ()
    assert contradictions(make_tool(description="Latency is 300 ms.", evidence=(evidence,))) != ()
