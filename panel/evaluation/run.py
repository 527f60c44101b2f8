"""Have a panel answer the cases of a golden set: the same review as any other, many times.

Every answer goes through the ledger that is given, so that a run that was cut short takes up where it
stopped and pays for nothing twice. Repeats are further samples of the same question. Measuring the answers
is for `panel.evaluation.measuring`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from panel.canary import check_canary
from panel.errors import InputError, PanelError
from panel.evaluation.answers import answer_of, answer_set
from panel.persona import Roster, Seat
from panel.reviewers import OFFLINE, reviewer_for
from panel.runner import Job, Plan, run_reviews
from panel.scribe import Scribe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from panel.canary import Canary, CanaryCheck
    from panel.evaluation.answers import Answer, AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.graph import Event
    from panel.ledger import Ledger
    from panel.reviewers import Reviewer
    from panel.verdict import Outcome

_ANSWERED = frozenset(("ship", "skip", "abstained", "failed", "reused"))
"""States of a seat in which one of its questions is answered."""


@dataclass
class Progress:
    """How far a run is, in answers."""

    total: int
    done: int = 0
    reused: int = 0
    """Answers that stood in the ledger already."""
    failed: int = 0


async def ask_panel(
    golden: GoldenSet,
    roster: Roster,
    *,
    ledger: Ledger | None = None,
    repeat: int = 1,
    fresh: bool = False,
    calls_in_flight: int = 16,
    reviewers: Callable[[str], Reviewer] = reviewer_for,
    progress: Callable[[Progress], None] = lambda _: None,
    canaries: Sequence[Canary] = (),
    found: Callable[[CanaryCheck], None] = lambda _: None,
) -> AnswerSet:
    """Ask a panel about every case.

    Args:
        golden: the cases.
        roster: who is asked; a persona without a place in the set is not.
        ledger: where answers are looked up and kept; nothing is kept without it.
        repeat: how often each persona is asked about a case, from 1.
        fresh: ask anew even where an answer stands.
        calls_in_flight: reviewers at work at any moment.
        reviewers: spec → reviewer.
        progress: called after every answer; must not raise.
        canaries: submissions known to be bad that ride along; none of their answers is among those returned.
        found: called with what became of each canary; must not raise.

    Returns:
        The answers, failures and abstentions among them, in an order that does not depend on time.

    Raises:
        InputError: no persona of the roster has a place in the set.
        SettingsError: a seat asks for a reviewer that does not exist.
        LedgerError: the ledger could not be read or written; what had been kept stands.
    """
    seated = seats_for(golden, roster)
    heard: list[Answer] = []
    riders = {f"canary:{canary.id}": canary for canary in canaries}  # no case has an id with a colon
    # Findings stand on scorecards, which nobody sees here: no text is searched for them.
    jobs = [Job(case.id, case.tool, findings=()) for case in golden.cases]
    jobs += [Job(name, canary.tool, (), slug_stated=True) for name, canary in riders.items()]
    stand = Progress(total=len(jobs) * len(seated.seats) * repeat)

    def watch(_job: Job, event: Event) -> None:
        if event.state in _ANSWERED:
            stand.done += 1
            stand.reused += event.state == "reused"
            stand.failed += event.state == "failed"
            progress(stand)

    def hear(job: Job, _persona: str, sample: int, outcome: Outcome) -> None:
        if job.id not in riders:
            heard.append(answer_of(job.id, outcome, repeat=sample))

    plan = Plan(
        roster=seated,
        scribe=None if ledger is None else Scribe(ledger),
        calls_in_flight=calls_in_flight,
        repeat=repeat,
        fresh=fresh,
        reviewers=reviewers,
        watch=watch,
        hear=hear,
    )
    broken: PanelError | None = None
    async for result in run_reviews(jobs, plan):
        canary = riders.get(result.job.id)
        if result.error is not None:
            plan.stop.set()
            broken = broken or result.error
        elif canary is not None and result.card is not None:
            found(check_canary(canary, result.card))
    if broken is not None:
        raise broken
    return answer_set(seated.played_by, heard)


async def ask_rubric(golden: GoldenSet, roster: Roster) -> AnswerSet:
    """Ask the offline rubric about every case: the free baseline that stands beside any other figures."""
    offline = [
        Seat(persona=seat.persona, spec=OFFLINE)
        for seat in seats_for(golden, roster).seats
        if seat.persona.works_offline
    ]
    if not offline:
        return answer_set(OFFLINE, ())
    return await ask_panel(golden, Roster(seats=tuple(offline)))


def seats_for(golden: GoldenSet, roster: Roster) -> Roster:
    """Keep the seats whose persona has a place in the set.

    Raises:
        InputError: there is none.
    """
    kept = tuple(seat for seat in roster.seats if seat.persona.id in golden.personas)
    if not kept:
        seated = ", ".join(repr(seat.persona.id) for seat in roster.seats)
        raise InputError(
            f"{golden.name}: says nothing about {seated}",
            f"Personas of the set: {', '.join(map(repr, golden.personas))}.",
        )
    return Roster(seats=kept, quorum=min(roster.quorum, len(kept)))
