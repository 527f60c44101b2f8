"""Everything that is found out about one set of answers: the report, and what stands beside it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from panel.evaluation.gate import MARGIN, check_gate
from panel.evaluation.measuring import evaluate
from panel.evaluation.paired import compare_answers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from panel.canary import CanaryCheck
    from panel.evaluation.answers import Answer, AnswerSet
    from panel.evaluation.baseline import GateBaseline
    from panel.evaluation.cases import GoldenCase, GoldenSet
    from panel.evaluation.gate import Gate
    from panel.evaluation.paired import PairedReport
    from panel.evaluation.report import Report
    from panel.persona import Persona

RUBRIC = "rubric"
"""What the offline reviewer is called among the baselines."""
_VOTES = ("ship", "skip")


@dataclass(frozen=True)
class Apart:
    """The same figures without the languages in which the offline rubric never votes."""

    languages: tuple[str, ...]
    """The languages that are left out."""
    report: Report


@dataclass(frozen=True)
class Measured:
    """A result, with all that its renderers show."""

    report: Report
    golden: GoldenSet
    answers: AnswerSet
    names: Mapping[str, str]
    """Persona id → its name, in gold's order."""
    against_rubric: PairedReport | None = None
    """The answers minus the rubric's, on the same cases; None when the rubric gave the answers itself."""
    apart: Apart | None = None
    """None when the rubric votes in every language of the set, or in none."""
    gate: Gate | None = None
    canaries: tuple[CanaryCheck, ...] = ()
    """What became of the canaries that rode along; in no figure."""

    @cached_property
    def first(self) -> dict[tuple[str, str], Answer]:
        """(persona, case) → the answer that votes."""
        found: dict[tuple[str, str], Answer] = {}
        for answer in self.answers.answers:
            place = (answer.persona, answer.case)
            if place not in found or answer.repeat < found[place].repeat:
                found[place] = answer
        return found

    @property
    def is_rubric(self) -> bool:
        """Whether the offline rubric gave the answers."""
        return self.report.provenance.specs == (RUBRIC,)


@dataclass(frozen=True)
class Demand:
    """What a gate is asked to hold a run to."""

    baseline: GateBaseline | None = None
    floors: Mapping[str, float] | None = None
    margin: float = MARGIN

    def __bool__(self) -> bool:
        return self.baseline is not None or bool(self.floors)


def measure(
    golden: GoldenSet,
    answers: AnswerSet,
    personas: Sequence[Persona],
    *,
    rubric: AnswerSet | None = None,
    demand: Demand | None = None,
    canaries: Sequence[CanaryCheck] = (),
    seed: int = 0,
) -> Measured:
    """Measure answers against gold and beside what costs nothing.

    Args:
        golden: the cases.
        answers: what one system said about them.
        personas: the personas that were asked, for their names and moves.
        rubric: what the offline rubric said about the same cases; None leaves it out.
        demand: what a gate holds the figures to; no gate when None.
        canaries: what became of the canaries that rode along.
        seed: where the draws of the resampling start.

    Raises:
        InputError: no answer belongs to the set, or the gate asks for what is not there.
    """
    beside = {RUBRIC: rubric} if rubric is not None and rubric.answers else {}
    report = evaluate(golden, answers, baselines=beside, personas=personas, seed=seed)
    names = {persona.id: persona.name for persona in personas}
    own = report.provenance.specs == (RUBRIC,)
    paired = None
    if rubric is not None and not own and _shares_a_persona(answers, rubric):
        paired = compare_answers(golden, rubric, answers, seed=seed)
    unread = () if rubric is None else unread_languages(golden, rubric)
    read = golden.model_copy(update={"cases": tuple(c for c in golden.cases if c.language not in unread)})
    apart = None
    if unread and any(answer.case in {case.id for case in read.cases} for answer in answers.answers):
        elsewhere = golden.elsewhere | {case.id for case in golden.cases if case.language in unread}
        part = read.model_copy(update={"elsewhere": elsewhere})
        apart = Apart(unread, evaluate(part, answers, baselines=beside, personas=personas, seed=seed))
    gate = None
    if demand:
        gate = check_gate(
            report,
            golden,
            answers,
            baseline=demand.baseline,
            floors=demand.floors,
            margin=demand.margin,
            seed=seed,
        )
    return Measured(
        report=report,
        golden=golden,
        answers=answers,
        names={persona: names.get(persona, persona) for persona in report.personas},
        against_rubric=paired,
        apart=apart,
        gate=gate,
        canaries=tuple(sorted(canaries, key=lambda check: check.id)),
    )


def unread_languages(golden: GoldenSet, answers: AnswerSet) -> tuple[str, ...]:
    """List the languages of decided cases in which no answer is a vote; none when that holds for all."""
    voted = {answer.case for answer in answers.answers if answer.decision in _VOTES}
    known = [case for case in golden.cases if _is_decided(case)]
    languages = dict.fromkeys(case.language for case in known)
    read = {case.language for case in known if case.id in voted}
    return tuple(language for language in languages if language not in read) if read else ()


def _is_decided(case: GoldenCase) -> bool:
    return any(label in _VOTES for label in case.expected.values())


def _shares_a_persona(first: AnswerSet, second: AnswerSet) -> bool:
    return bool({answer.persona for answer in first.answers} & {answer.persona for answer in second.answers})
