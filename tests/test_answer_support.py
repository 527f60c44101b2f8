"""Whether what an answer cites is there: quotations and figures, looked up by a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from answers import make_answer, written
from cards import make_tool
from hypothesis import example, given
from hypothesis import strategies as st

from panel.answer import Answer, read_answer, sources, support_findings
from panel.answer.quantities import claims, quantities
from panel.intake.personas import load_personas
from panel.tool import Evidence, Fact, Pricing

if TYPE_CHECKING:
    from panel.persona import Persona
    from panel.tool import Tool

DX = load_personas()[0]


def accepted(content: dict[str, Any], persona: Persona = DX) -> Answer:
    """Read a reply that has to be taken."""
    reply = read_answer(persona, written(content))
    assert isinstance(reply, Answer), reply
    return reply


def cited(text: str, source: str = "description", **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """An answer with one quotation."""
    answer = make_answer(DX, **changes)
    answer["criteria"]["docs"]["quotes"] = [{"text": text, "source": source}]
    return answer


def rules(tool: Tool, content: dict[str, Any], persona: Persona = DX) -> list[str]:
    """Name the rules that a program finds broken in an answer."""
    return [finding.rule for finding in support_findings(persona, tool, accepted(content, persona))]


TOOL = make_tool(
    description=(
        "Lantern’s reader — fast and small — groups similar lines.\nIt answers in under 500 ms on two "
        "billion rows and runs on 4 GB of memory."
    ),
    pricing=Pricing(model="paid", entry="$20 per seat and month"),
    facts={"context_window": Fact(value="128,000", unit="tokens", source="vendor page")},
    evidence=(
        Evidence(id="E1", kind="independent", date="2026-10", text="We measured 9,000 lines a second."),
        Evidence(id="E2", kind="vendor", title="Launch", text="Straße, naïve and ﬁne."),
    ),
)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("groups similar lines", "description"),
        ("lantern's READER - fast and small", "description"),
        ("groups   similar\n lines. It answers", "description"),
        ("“groups similar lines.”", "description"),
        ("$20 per seat", "pricing.entry"),
        ("128,000 tokens", "facts.context_window"),
        ("128,000", "facts.context_window.value"),
        ("we measured 9,000 lines a second", "E1"),
        ("We measured 9,000", "evidence E1"),
        ("strasse, naïve and fine", "e2"),
        ("naive\u0308", "E2"),
        ("groups similar lines", "the submission"),
    ],
)
def test_a_faithful_quotation_is_found(text: str, source: str) -> None:
    """Unicode form, case, white space, quotation marks and dashes do not matter; words do."""
    expected = [] if text != "naive\u0308" else ["unsupported-quote"]
    assert rules(TOOL, cited(text, source)) == expected


@pytest.mark.parametrize(
    ("text", "source", "rule"),
    [
        ("groups identical lines", "description", "unsupported-quote"),
        ("groups … lines", "description", "unsupported-quote"),
        ("", "description", "unsupported-quote"),
        ("“…”", "description", "unsupported-quote"),
        ("groups similar lines", "E1", "misattributed-quote"),
        ("groups similar lines", "E9", "misattributed-quote"),
        ("We measured 9,000 lines", "description", "misattributed-quote"),
    ],
)
def test_a_quotation_that_is_not_there_is_reported(text: str, source: str, rule: str) -> None:
    """Invented, shortened or empty words are unsupported; words of another source are misattributed."""
    content = cited(text, source)
    [finding] = support_findings(DX, TOOL, accepted(content))
    assert (finding.rule, finding.field, finding.persona) == (rule, "criteria.docs", "dx")
    assert finding.excerpt == text


def test_sources_are_named_as_reviewers_cite_them() -> None:
    """Fields, facts by key and passages by number; empty ones are not there."""
    assert list(sources(TOOL)) == [
        *("name", "tagline", "category", "licence", "url", "pricing", "description"),
        *("facts.context_window", "E1", "E2"),
    ]


@pytest.mark.parametrize(
    "prose",
    [
        "It answers in under 500 ms.",
        "It answers within 0.5 seconds.",
        "At 20 dollars a seat it is fairly priced.",
        "It reads 2 billion rows, or 2B.",
        "It fits into 4GB.",
        "It takes 128k tokens, that is 128,000.",
        "Nine thousand lines, or 9000 lines a second, is plenty.",
        "Version 3.11, Llama 3 8B, GPT-4, E1 and Qwen2-VL-7B are names.",
        "In 2024 and by March 2027 it was 3 steps and 24/7, on 3 November 2026.",
        "By the end of 2028 at least 30 % of teams read logs this way.",
        "Within 18 months a platform ships it to 100 % of its users.",
        "I would change my mind if it cost 15 dollars.",
        "My first 10 minutes would go well, and a script with 3 API calls would not replace it.",
    ],
)
def test_a_figure_that_stands_in_the_submission_is_left_alone(prose: str) -> None:
    """So are names, years, small counts, forecasts, conditions and what the persona itself is told."""
    assert rules(TOOL, make_answer(DX, quote=prose)) == []


@pytest.mark.parametrize(
    ("prose", "words"),
    [
        ("It answers in 50 ms.", "50 ms"),
        ("It answers in 500 seconds.", "500 seconds"),
        ("It costs €25 per seat.", "€25"),
        ("It serves 2 million rows.", "2 million"),
        ("It wins 99.5 % of the time.", "99.5 %"),
        ("It is 40x faster than grep.", "40x"),
        ("It serves 5,000 teams.", "5,000"),
        ("About 40 teams use it.", "40"),
        ("It reads 2000 files at once.", "2000"),
    ],
)
@pytest.mark.parametrize("place", ["quote", "moves.dx-bet", "criteria.docs"])
def test_a_figure_found_nowhere_is_reported(prose: str, words: str, place: str) -> None:
    """In the quote, in a move or in a reason, with its sentence; nothing is taken out of the prose."""
    said = f"It is plain. {prose}"
    content = make_answer(DX, quote=said if place == "quote" else "Plain.")
    if place == "moves.dx-bet":
        content["moves"]["dx-bet"] = said
    if place == "criteria.docs":
        content["criteria"]["docs"]["because"] = said
    answer = accepted(content)
    [finding] = support_findings(DX, TOOL, answer)
    assert (finding.rule, finding.field) == ("unsupported-figure", place)
    assert finding.excerpt == prose
    assert f"“{words}”" in finding.detail


def test_conditions_and_missing_facts_state_no_figure() -> None:
    """What would flip a verdict, and what it lacked, are not claims about the tool."""
    content = make_answer(
        DX, conditions=["It would ship at 7 dollars and 90 ms."], missing=["a count above 77"]
    )
    assert rules(TOOL, content) == []


def test_one_figure_is_reported_once_and_many_are_counted() -> None:
    """A flood of figures or quotations ends with a number, so that it cannot bury the card."""
    assert rules(TOOL, make_answer(DX, quote="It takes 77 ms. Yes, 77 ms.")) == ["unsupported-figure"]
    flood = " ".join(f"It takes {number} ms." for number in range(600, 640))
    found = support_findings(DX, TOOL, accepted(make_answer(DX, quote=flood)))
    assert len(found) == 8
    assert found[-1].detail.endswith("There are 32 more like it.")


@given(st.text() | st.text("0123 ,.$kmbsixec\u017f\u212a\u0661\u00b2").map(lambda text: f"six 5 {text}"))
@example("takes 5 \u017f and \u017fix \u017fec")
@example("5 \u212a")
def test_reading_figures_never_fails(text: str) -> None:
    """Any text can be searched for figures, letters included that only count as s or k without case."""
    for sentence, quantity in claims(text):
        assert quantity.words in sentence
    for quantity in quantities(text):
        assert quantity.number >= 0
