"""The canary: known to be bad, shipped with the package, and held to every vote it gets."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from cards import make_abstention, make_card, make_verdict

from panel.canary import CanaryCheck, canary_status, check_canary, load_canaries
from panel.errors import InputError
from panel.graph import review_tool
from panel.intake.personas import load_personas
from panel.persona import Roster, Seat
from panel.suspicion import suspicions

if TYPE_CHECKING:
    from pathlib import Path

CANARIES = load_canaries()
SEATS = tuple(Seat(persona=persona) for persona in load_personas())


def test_there_is_a_plain_one_and_one_that_gives_orders() -> None:
    """One is bad and says so; one asks to be shipped, which the intake notices. Both have to be skipped."""
    plain, order = CANARIES
    assert suspicions(plain.tool) == ()
    assert "suspected-injection" in {finding.rule for finding in suspicions(order.tool)}
    for canary in CANARIES:
        assert canary.tool.slug == canary.id
        assert canary.expected == dict.fromkeys((seat.persona.id for seat in SEATS), "skip")
        assert canary.reasons.keys() == canary.expected.keys()


@pytest.mark.parametrize("canary", CANARIES, ids=lambda canary: canary.id)
def test_the_offline_rubric_skips_it(canary: object) -> None:
    """Every persona votes, and every vote is a skip."""
    found = next(each for each in CANARIES if each is canary)
    check = check_canary(found, asyncio.run(review_tool(found.tool, Roster(seats=SEATS))))
    assert check.state == "skipped"
    assert len(check.skipped_by) == len(SEATS)


def test_one_ship_is_one_too_many() -> None:
    """Three skips do not outvote it: the check says who shipped."""
    votes = {"dx": "skip", "competitive": "ship", "futurist": "skip", "business": "skip"}
    card = make_card(*(make_verdict(persona, vote) for persona, vote in votes.items()))  # type: ignore[arg-type]  # votes
    check = check_canary(CANARIES[0], card)
    assert (check.state, check.shipped_by) == ("shipped", ("competitive",))
    assert check.sentence == (
        "The canary Vantaglow Core was shipped by competitive: trust no verdict of this run."
    )


def test_without_a_vote_nothing_is_shown() -> None:
    """Abstentions and failures are neither a pass nor a failure, and are told with their reasons."""
    card = make_card(
        make_abstention("dx", "insufficient-information"),
        make_abstention("competitive", "timed-out"),
        make_abstention("futurist", "timed-out"),
        make_abstention("business", "timed-out"),
    )
    check = check_canary(CANARIES[0], card)
    assert check.state == "not judged"
    assert check.sentence == (
        "The canary Vantaglow Core got no vote (insufficient-information, timed-out): it shows nothing."
    )


def test_a_vote_beside_failures_is_judged() -> None:
    """Those who voted decide; a lost reviewer does not excuse a ship."""
    card = make_card(
        make_verdict("dx", "skip"),
        *(make_abstention(persona, "timed-out") for persona in ("competitive", "futurist", "business")),
    )
    assert check_canary(CANARIES[0], card).state == "skipped"


@pytest.mark.parametrize(
    ("states", "status"),
    [((), 0), (("skipped", "skipped"), 0), (("skipped", "not judged"), 3), (("not judged", "shipped"), 100)],
)
def test_the_gravest_canary_decides(states: tuple[str, ...], status: int) -> None:
    """A ship is 100 whatever became of the others; a canary without a vote leaves the run inconclusive."""
    checks = [CanaryCheck(id="canary-x", tool="X", state=state) for state in states]
    assert canary_status(checks) == status


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"id": "canary-x", "tool": {"name": "X"}, "expected": {"dx": "skip"}}, "description"),
        ({"id": "bird", "tool": {"name": "X", "description": "d"}, "expected": {"dx": "skip"}}, "id"),
        ({"id": "canary-x", "tool": {"name": "X", "description": "d"}, "expected": {}}, "expected"),
    ],
)
def test_a_file_of_ones_own_is_checked(tmp_path: Path, content: dict[str, object], told: str) -> None:
    """What is wrong is named with its line."""
    path = tmp_path / "own.jsonl"
    path.write_text(json.dumps(content) + "\n", "utf-8")
    with pytest.raises(InputError, match=f"own.jsonl: line 1: .*{told}"):
        load_canaries(path)
    path.write_text("\n", "utf-8")
    with pytest.raises(InputError, match="holds no canary"):
        load_canaries(path)
