from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING

import pytest
from cards import PERSONAS, make_abstention, make_card, make_verdict

from panel.cli.exits import PRECEDENCE, exit_status
from panel.verdict import AbstentionReason, Decision

if TYPE_CHECKING:
    from panel.scorecard import Scorecard

Answer = Decision | AbstentionReason
SHIP: Answer = "ship"
SKIP: Answer = "skip"


def card(*answers: Answer) -> Scorecard:
    """Make a scorecard of four answers: `ship`, `skip` or the reason of an abstention."""
    return make_card(
        *(
            make_verdict(persona, answer) if answer in ("ship", "skip") else make_abstention(persona, answer)  # type: ignore[arg-type]
            for persona, answer in zip(PERSONAS, answers, strict=True)
        )
    )


EXAMPLES = {
    0: card(SHIP, SHIP, SHIP, SHIP),
    100: card(SKIP, SKIP, SKIP, SKIP),
    3: card(SHIP, SHIP, SHIP, "timed-out"),
    4: card(SHIP, SHIP, SHIP, "unauthorised"),
    5: card(SHIP, SHIP, "over-budget", "unauthorised"),
    130: card(SHIP, SHIP, "over-budget", "cancelled"),
}
"""Exit status under a gate of 50 % → a scorecard that earns it."""


@pytest.mark.parametrize("status", EXAMPLES)
def test_one_card(status: int) -> None:
    """Each status has a scorecard that earns it."""
    assert exit_status([EXAMPLES[status]], fail_under=50) == status


def test_the_worst_of_several_cards_is_reported() -> None:
    """For every combination of cards, the first status in order of precedence is the one."""
    for size in range(1, len(EXAMPLES) + 1):
        for statuses in combinations(EXAMPLES, size):
            worst = min(statuses, key=PRECEDENCE.index)
            assert exit_status([EXAMPLES[status] for status in statuses], fail_under=50) == worst


def test_precedence_is_that_of_the_design() -> None:
    """130 > 5 > 4 > 3 > 100 > 2 > 0: a batch's bad line counts when nothing else is worse."""
    assert PRECEDENCE == (130, 5, 4, 3, 100, 2, 0)


def test_a_skip_is_a_result() -> None:
    """Without a gate, skips and honest abstentions above quorum end well."""
    assert exit_status([EXAMPLES[100]]) == 0
    assert exit_status([card(SKIP, SHIP, SKIP, "insufficient-information")]) == 0


def test_too_few_votes_are_no_result() -> None:
    """Below quorum the status is 3, however honest the abstentions, and a gate does not change it."""
    silent = card(SHIP, SHIP, "insufficient-information", "insufficient-information")
    assert exit_status([silent]) == 3
    assert exit_status([silent], fail_under=0) == 3


def test_one_reviewer_let_in_means_partial_not_refused() -> None:
    """4 says that every failure was about keys or credit; any other failure makes it 3."""
    assert exit_status([card(SHIP, SHIP, "unauthorised", "out-of-credit")]) == 4
    assert exit_status([card(SHIP, SHIP, "unauthorised", "refused")]) == 3
    assert exit_status([card(SHIP, SHIP, "unauthorised", "insufficient-information")]) == 4


@pytest.mark.parametrize(("fail_under", "status"), [(75.0, 0), (75.1, 100), (0.0, 0), (100.0, 100)])
def test_the_gate_stands_at_its_percentage(fail_under: float, status: int) -> None:
    """A panel at exactly the percentage asked for passes."""
    assert exit_status([card(SHIP, SHIP, SHIP, SKIP)], fail_under=fail_under) == status


def test_every_four_answers_have_a_status() -> None:
    """No combination of answers falls through the table."""
    kinds = (SHIP, SKIP, "insufficient-information", "refused", "unauthorised", "over-budget", "cancelled")
    for answers in product(kinds, repeat=4):
        status = exit_status([card(*answers)])  # type: ignore[arg-type]
        failures = set(answers) - {SHIP, SKIP, "insufficient-information"}
        assert (status in {4, 5, 130, 3}) == (bool(failures) or answers.count(SHIP) + answers.count(SKIP) < 3)
