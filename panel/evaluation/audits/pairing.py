"""What an audit asks: every case as it stands, and beside it the same case with one thing changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from panel.evaluation.audits import texts
from panel.evaluation.audits.changes import PLACES, Unchanged, inject, pad, rebrand, reorder, rewrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from panel.evaluation.audits.catalogue import Audit
    from panel.evaluation.audits.changes import Place
    from panel.evaluation.audits.texts import Attack, Kind, Rewriting
    from panel.evaluation.cases import GoldenCase, GoldenSet
    from panel.tool import Tool

ATTACKS_PER_CASE = 2
"""Orders that each case is tried with, one at a time; all of them come round over the cases of a set."""
HYPE_BEFORE, HYPE_AFTER = 1, 2
"""Sentences of praise before and after a description."""


@dataclass(frozen=True)
class Pair:
    """A case, and the same case changed."""

    case: GoldenCase
    changed: GoldenCase
    """Called after the audit, by an id that no case of a file can have."""
    attack: Attack | None = None
    place: Place | None = None
    """Where the attack stands."""


@dataclass
class Trial:
    """One audit on one set: its pairs, and the cases it cannot be tried on."""

    audit: Audit
    pairs: list[Pair] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    """Case → why, as a clause."""
    without: str = ""
    """Why the audit cannot be run at all; empty when it can."""


def pair_up(golden: GoldenSet, audits: Iterable[Audit], file: Path) -> tuple[Trial, ...]:
    """Make the changed cases of each audit.

    Args:
        golden: the cases.
        audits: which audits.
        file: the set's file, beside which its paraphrases and translations stand.

    Raises:
        InputError: a file of texts cannot be used.
    """
    return tuple(_MAKERS[audit.name](golden, audit, file) for audit in audits)


def questions(golden: GoldenSet, trials: Sequence[Trial]) -> GoldenSet:
    """Return all that has to be asked: each case once as it stands, and every changed case."""
    pairs = [pair for trial in trials for pair in trial.pairs]
    used = {pair.case.id for pair in pairs}
    cases = (*(case for case in golden.cases if case.id in used), *(pair.changed for pair in pairs))
    return golden.model_copy(update={"cases": cases})


def _each(change: Callable[[GoldenCase], Tool]) -> Callable[[GoldenSet, Audit, Path], Trial]:
    """Make the trial of an audit that changes every case by itself."""

    def make(golden: GoldenSet, audit: Audit, _: Path) -> Trial:
        trial = Trial(audit)
        for case in golden.cases:
            _try(trial, case, change)
        return trial

    return make


def _rewritten(kind: Kind) -> Callable[[GoldenSet, Audit, Path], Trial]:
    """Make the trial of an audit that needs texts written for each case."""

    def make(golden: GoldenSet, audit: Audit, file: Path) -> Trial:
        trial = Trial(audit)
        found = texts.rewritings(file, kind)
        if found is None:
            trial.without = f"there are no {kind} of this set: {file.stem}.{kind}.jsonl would hold them"
            return trial
        path, rows = found
        standing = {case.id: case for case in golden.cases}
        for row in rows:
            if row.case in standing:
                _try(trial, standing[row.case], lambda case, row=row: rewrite(case, row), row)  # type: ignore[misc]
            elif row.case not in golden.elsewhere:
                trial.left_out[row.case] = f"{path.name} knows it, and the set does not"
        return trial

    return make


def _injected(golden: GoldenSet, audit: Audit, _: Path) -> Trial:
    """Try each case with some of the orders, so that over the set every order stands in every place."""
    trial = Trial(audit)
    pool = texts.attacks()
    for at, case in enumerate(golden.cases):
        for number in range(ATTACKS_PER_CASE * at, ATTACKS_PER_CASE * (at + 1)):
            attack, place = pool[number % len(pool)], PLACES[number % len(PLACES)]
            _try(trial, case, lambda case: inject(case, attack, place), attack=attack, place=place)  # noqa: B023
    return trial


def _try(
    trial: Trial,
    case: GoldenCase,
    change: Callable[[GoldenCase], Tool],
    row: Rewriting | None = None,
    *,
    attack: Attack | None = None,
    place: Place | None = None,
) -> None:
    try:
        tool = change(case)
    except Unchanged as reason:
        trial.left_out[case.id] = str(reason)
        return
    update = {"id": f"{trial.audit.name}+{len(trial.pairs)}", "tool": tool, "cluster": case.family}
    if row and row.language:
        update["language"] = row.language
    trial.pairs.append(Pair(case, case.model_copy(update=update), attack, place))


_MAKERS: dict[str, Callable[[GoldenSet, Audit, Path], Trial]] = {
    "hype": _each(lambda case: pad(case, _padding("hype"), before=HYPE_BEFORE, after=HYPE_AFTER)),
    "verbosity": _each(lambda case: pad(case, _padding("verbosity"))),
    "paraphrase": _rewritten("paraphrases"),
    "order": _each(reorder),
    "brand": _each(rebrand),
    "injection": _injected,
    "language": _rewritten("translations"),
}


def _padding(audit: str) -> list[texts.Padding]:
    return [each for each in texts.padding() if each.audit == audit]
