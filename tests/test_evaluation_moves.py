from __future__ import annotations

import pytest
from evaluations import make_answers, make_set

from panel.evaluation import evaluate
from panel.evaluation.answers import Answer
from panel.evaluation.moves import CHECKS, is_answered, is_shown, names_in
from panel.intake.personas import load_personas


def made(move: str, answer: str, quote: str) -> bool:
    """Tell whether a verdict with one answer and one quote makes the move."""
    row = Answer(case="c", persona="p", decision="ship", moves={move: answer}, quote=quote)
    return is_answered(row, move) and is_shown(row, move)


@pytest.mark.parametrize(
    ("move", "answer", "quote"),
    [
        ("direct-competitors", "Tailstorm; Logbook", "It stands against Logbook and loses on price."),
        ("direct-competitors", "The Synthesia API and D-ID", "Beside D-ID it looks small."),
        ("thesis", "By 2028 most logs are read by machines", "By 2028 most logs are read by machines."),
        ("thesis", "In two years", "I give it eighteen months from today."),
        ("timing", "on time", "On timing: it comes early."),
        ("buyer", "a platform lead", "A platform lead signs for it."),
        ("pricing-read", "$20 a month", "The price is published."),
        ("moment-of-truth", "pip install", "The first ten minutes go well."),
        ("weekend-alternative", "a cron job", "A script would do it."),
        ("moat", "nothing holds them", "Whatever."),
    ],
)
def test_a_move_that_the_quote_makes_is_seen(move: str, answer: str, quote: str) -> None:
    """What the persona's voice says plainly passes."""
    assert made(move, answer, quote)


@pytest.mark.parametrize(
    ("move", "answer", "quote"),
    [
        ("direct-competitors", "The submission names no rival.", "The submission names no rival."),
        ("direct-competitors", "Tailstorm; Logbook", "Others do this already."),
        ("thesis", "Logs will be read by machines", "Logs will be read by machines some day."),
        ("timing", "unclear", "It rides a trend."),
        ("timing", "on time", "It rides a trend."),
        ("buyer", "somebody", "Somebody would like it."),
        ("pricing-read", "n/a", "The price is published."),
        ("moat", "", "Whatever."),
        ("moat", "None.", "Whatever."),
    ],
)
def test_a_move_that_is_only_claimed_is_not_made(move: str, answer: str, quote: str) -> None:
    """An empty phrase, or a quote that does not show it, is no move."""
    assert not made(move, answer, quote)


def test_names_are_told_from_the_beginnings_of_sentences() -> None:
    """A capital at the start of a sentence names nobody."""
    assert names_in("The tool beats Logbook. It loses to D-ID and to OpenTelemetry.") == {
        "Logbook",
        "D-ID",
        "OpenTelemetry",
    }
    assert names_in("There is none.") == frozenset()


def test_every_check_belongs_to_a_move_of_a_persona() -> None:
    """A check that no persona's move bears would silently measure nothing."""
    known = {move.id for persona in load_personas() for move in persona.moves}

    assert CHECKS.keys() <= known


def test_coverage_is_the_mean_share_of_moves_made() -> None:
    """Votes count, silence does not; a file without moves has no coverage rather than none made."""
    golden = make_set({"business": "+-+"})
    moves = {move.id: "an answer with words" for move in load_personas()[3].moves}
    quote = "A team lead signs, the price is published."
    full = evaluate(golden, make_answers({"business": "+-a"}, moves=moves, quote=quote))
    half = evaluate(golden, make_answers({"business": "+-a"}, moves={**moves, "moat": "none"}, quote=quote))

    assert full.personas["business"].move_coverage.value == 1.0
    assert full.personas["business"].move_coverage.n == 2
    assert half.personas["business"].move_coverage.value == pytest.approx(5 / 6)
    assert [move.id for move in half.personas["business"].moves] == list(moves)
    assert (
        evaluate(golden, make_answers({"business": "+-+"})).personas["business"].move_coverage.value is None
    )
