"""How `eval` has a panel asked, and what it keeps of the answers."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from panel.cli.output import destination, note, write_file
from panel.cli.record import located, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from panel.canary import Canary, CanaryCheck
    from panel.cli.review import Ways
    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.measured import Demand, Measured
    from panel.evaluation.run import Progress
    from panel.persona import Roster
    from panel.reviewers.run import Reviewers

LEDGER = "evaluations.db"
"""The ledger of evaluations: cases are no submissions, and have no place in anybody's history."""


@dataclass
class Riders:
    """Canaries that ride along with a run, and what became of them."""

    canaries: tuple[Canary, ...] = ()
    checks: list[CanaryCheck] = field(default_factory=list)


def riders(*, wanted: bool) -> Riders:
    """Read the canaries that come along, when they are wanted."""
    if not wanted:
        return Riders()
    from panel.canary import load_canaries  # noqa: PLC0415 - loads pydantic

    return Riders(load_canaries())


def check_places(*paths: Path | None) -> None:
    """Refuse early what could not be written later.

    Raises:
        OutputError: a folder does not exist or cannot be written to.
    """
    for path in filter(None, paths):
        destination("json", path)


def ledger_of(flag: str | None, setting: str | None) -> str:
    """Say where answers are kept: where the flag says, or else in a ledger of evaluations.

    It stands beside the ledger that the settings name, and in the user's own folder where that is a server.
    """
    if flag:
        return located(flag)
    usual = located(None if setting and "://" in setting else setting)
    return str(Path(usual).with_name(LEDGER))


def ask(
    golden: GoldenSet,
    roster: Roster,
    location: str | None,
    *,
    reviewers: Reviewers,
    ways: Ways,
    calls_in_flight: int,
    riders: Riders | None = None,
) -> AnswerSet:
    """Have the panel answer every case, with progress on standard error; canaries may ride along."""
    import asyncio  # noqa: PLC0415 - a tenth of what --help costs

    from panel.evaluation.run import ask_panel  # noqa: PLC0415 - loads LangGraph

    last: list[Progress] = []
    riding = riders or Riders()
    with opened(location) as ledger, _meter(quiet=ways.quiet) as show:

        def progress(stand: Progress) -> None:
            last[:] = [stand]
            show(stand)

        async def answers() -> AnswerSet:
            try:
                return await ask_panel(
                    golden,
                    roster,
                    ledger=ledger,
                    repeat=ways.repeat,
                    fresh=ways.fresh,
                    calls_in_flight=calls_in_flight,
                    reviewers=reviewers,
                    progress=progress,
                    canaries=riding.canaries,
                    found=riding.checks.append,
                )
            finally:
                await reviewers.close()

        given = asyncio.run(answers())
    if last and last[0].reused:
        stand = last[0]
        note(f"Re-used {stand.reused:,} of {stand.total:,} answers; --no-cache asks again.", quiet=ways.quiet)
    return given


def measured_beside_rubric(
    golden: GoldenSet,
    answers: AnswerSet,
    roster: Roster,
    demand: Demand,
    seed: int,
    *,
    rubric: bool = True,
    canaries: Sequence[CanaryCheck] = (),
) -> Measured:
    """Measure answers beside the offline rubric on the same cases, which is asked now: it is free.

    Args:
        golden: the cases.
        answers: what one system said about them.
        roster: the personas, which the rubric plays.
        demand: what a gate holds the figures to.
        seed: where the draws of the resampling start.
        rubric: whether to ask the rubric at all: it takes about ten milliseconds a case.
        canaries: what became of those that rode along.

    Raises:
        InputError: the answers do not belong to the set, or the gate asks for what is not there.
    """
    import asyncio  # noqa: PLC0415 - a tenth of what --help costs

    from panel.evaluation.measured import measure  # noqa: PLC0415 - loads numpy
    from panel.evaluation.run import ask_rubric  # noqa: PLC0415 - loads LangGraph

    beside = asyncio.run(ask_rubric(golden, roster)) if rubric else None
    personas = [seat.persona for seat in roster.seats]
    return measure(golden, answers, personas, rubric=beside, demand=demand, canaries=canaries, seed=seed)


def keep_answers(given: AnswerSet, path: Path, *, quiet: bool) -> None:
    """Write answers as JSONL.

    Raises:
        OutputError: they cannot be written.
    """
    from panel.evaluation.answers import write_answers  # noqa: PLC0415 - loads pydantic

    write_file(path, [write_answers(given).encode()])
    note(f"Kept {len(given.answers):,} answers in {path}.", quiet=quiet)


def keep_baseline(measured: Measured, path: Path, *, quiet: bool) -> None:
    """Make a baseline of a run and write it.

    Raises:
        InputError: the run is incomplete.
        OutputError: it cannot be written.
    """
    from panel.evaluation.baseline import make_baseline, write_baseline  # noqa: PLC0415 - loads numpy

    made = make_baseline(path.stem, measured.report, measured.answers)
    write_file(path, [write_baseline(made).encode()])
    note(f"Made the baseline {path}.", quiet=quiet)


def _meter(*, quiet: bool) -> AbstractContextManager[Callable[[Progress], None]]:
    """Show progress where somebody would see it move."""
    if quiet or not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    from panel.cli.evals.meter import Meter  # noqa: PLC0415 - loads Rich

    return Meter()
