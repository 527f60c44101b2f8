"""What the exit status of a command says.

    0    done; a skip, and an honest abstention above quorum, are results like any other
    1    an error                       2    bad usage or bad input
    3    partial, or no quorum          4    no reviewer was let in: keys missing, refused or out of credit
    5    the budget ran out             75   somebody else holds the ledger
    100  a gate that was asked for      130  interrupted

A batch exits with its worst item; a line that cannot be used (2) counts only when nothing else is worse.
Errors carry their own status (`PanelError.exit_code`); the others are read off the scorecards here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from panel.scorecard import Scorecard, State

PRECEDENCE = (130, 5, 4, 3, 100, 2, 0)
"""The first that applies is the one to report."""

_NOT_LET_IN = frozenset(("unauthorised", "out-of-credit"))


def exit_status(cards: Iterable[Scorecard], fail_under: float | None = None) -> int:
    """Return the exit status of a command that ends with these scorecards.

    Args:
        cards: what was reviewed.
        fail_under: the panel percentage below which the gate asked for fails; None asks for no gate.
    """
    return worst(
        status
        for card in cards
        for status in statuses_of(
            card.state,
            {abstention.reason for abstention in card.abstentions if abstention.failed},
            card.ship_pct,
            fail_under,
        )
    )


def worst(statuses: Iterable[int]) -> int:
    """Return the status to report of all that apply."""
    found = set(statuses)
    return next((status for status in PRECEDENCE if status in found), 0)


def statuses_of(
    state: State, failures: Collection[str], ship_pct: float | None, fail_under: float | None = None
) -> Iterator[int]:
    """List the statuses that apply to one review.

    Args:
        state: of its scorecard.
        failures: why seats failed.
        ship_pct: the panel percentage; None without a quorum.
        fail_under: as for `exit_status`.
    """
    if "cancelled" in failures:
        yield 130
    if "over-budget" in failures:
        yield 5
    if failures and _NOT_LET_IN.issuperset(failures):
        yield 4
    if state != "complete":
        yield 3
    if fail_under is not None and (ship_pct is None or ship_pct < fail_under):
        yield 100
