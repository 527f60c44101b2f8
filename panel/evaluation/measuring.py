"""From a golden set and recorded answers to a report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from panel import __version__
from panel.errors import InputError
from panel.evaluation.intervals import CONFIDENCE, METHOD, RESAMPLES, Resampling, approximate_note
from panel.evaluation.panel_figures import groups, panel_report
from panel.evaluation.persona_figures import Study, persona_report
from panel.evaluation.report import Disagreement, Provenance, Report, SetCard
from panel.evaluation.table import FAILED, UNANSWERED, make_table
from panel.intake.personas import load_personas

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from panel.evaluation.answers import AnswerSet
    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.report import PersonaReport
    from panel.evaluation.table import Table
    from panel.persona import Persona

_LISTED = 5
"""Names listed in a note before the rest is counted."""


def evaluate(
    golden: GoldenSet,
    answers: AnswerSet,
    *,
    baselines: Mapping[str, AnswerSet] | None = None,
    personas: Iterable[Persona] | None = None,
    intervals: bool = True,
    seed: int = 0,
    resamples: int = RESAMPLES,
    band_width: int = 20,
    measured_at: datetime | None = None,
) -> Report:
    """Measure recorded answers against gold.

    Args:
        golden: the cases.
        answers: what one system said, ours or anybody's.
        baselines: name → answers to stand beside, on the same cases.
        personas: the personas that were asked, for their moves; the built-in ones when None.
        intervals: whether to resample; point estimates alone take a fraction of the time.
        seed: where the draws of the resampling start; the same seed gives the same report.
        resamples: how many draws.
        band_width: of the reliability bands, in points of score.
        measured_at: the moment the report names; now when None.

    Raises:
        InputError: no answer belongs to a case and persona of the set.
    """
    table = make_table(golden, answers)
    if not table.rows:
        cases = ", ".join(repr(case.id) for case in golden.cases[:3])
        raise InputError(
            f"{answers.name}: no answer belongs to a case and persona of {golden.name}",
            f"Cases of the set are called {cases}; its personas {', '.join(map(repr, golden.personas))}.",
        )
    known = load_personas() if personas is None else tuple(personas)
    study = Study(
        table=table,
        baselines={
            name: make_table(golden, given, table.personas) for name, given in (baselines or {}).items()
        },
        moves={persona.id: tuple(move.id for move in persona.moves) for persona in known},
        resampling=Resampling(seed, resamples) if intervals else None,
        band_width=band_width,
    )
    reports = {persona: persona_report(study, at) for at, persona in enumerate(table.personas)}
    lost = (table.said == FAILED).sum() + (table.said[table.decided] == UNANSWERED).sum()
    state: Literal["complete", "partial"] = "partial" if lost else "complete"
    return Report(
        name=f"{answers.name} on {golden.name}",
        state=state,
        notes=tuple(_notes(golden, table, reports)),
        golden=set_card(golden),
        personas=reports,
        panel=panel_report(study),
        groups=groups(study),
        disagreements=tuple(disagreements(table)),
        unknown_cases=table.unknown_cases,
        unknown_personas=table.unknown_personas,
        provenance=provenance_of(
            answers,
            baselines=baselines,
            seed=seed,
            resamples=resamples if intervals else 0,
            method=METHOD if intervals else "No intervals were asked for.",
            measured_at=measured_at,
        ),
    )


def provenance_of(
    answers: AnswerSet,
    *,
    seed: int,
    resamples: int,
    method: str,
    baselines: Mapping[str, AnswerSet] | None = None,
    measured_at: datetime | None = None,
) -> Provenance:
    """Say what a report on answers was made of; `method` tells how its intervals came to be."""
    return Provenance(
        version=__version__,
        measured_at=measured_at or datetime.now(UTC),
        answers=answers.name,
        answers_digest=answers.digest,
        specs=_distinct(answer.spec for answer in answers.answers),
        engines=_distinct(answer.engine for answer in answers.answers),
        served_models=_distinct(answer.served_model or "" for answer in answers.answers),
        persona_digests=answers.persona_digests,
        baselines={name: given.digest for name, given in (baselines or {}).items()},
        seed=seed,
        resamples=resamples,
        confidence=CONFIDENCE,
        method=method,
    )


def disagreements(table: Table) -> Iterator[Disagreement]:
    """List every case on which a persona did not say what gold says, in the order of the set."""
    for column, case in enumerate(table.cases):
        for at, persona in enumerate(table.personas):
            expected = case.expected.get(persona)
            answer = table.rows.get((at, column))
            decision = answer.decision if answer else "unanswered"
            if expected is None or expected == decision:
                continue
            yield Disagreement(
                case=case.id,
                tool=case.tool.name,
                persona=persona,
                expected=expected,
                decision=decision,
                score=answer.score if answer else None,
                reason=answer.reason if answer else "",
                quote=answer.quote if answer else "",
                gold_reason=case.reasons.get(persona, ""),
                source=case.source_of(persona),
                difficulty=case.difficulty,
                language=case.language,
            )


def set_card(golden: GoldenSet) -> SetCard:
    """Name the cases that a report is about."""
    return SetCard(
        name=golden.name,
        digest=golden.digest,
        split=golden.split,
        cases=len(golden.cases),
        clusters=len({case.family for case in golden.cases}),
        personas=golden.personas,
        sources=_distinct(case.source_of(persona) for case in golden.cases for persona in golden.personas),
    )


def _notes(golden: GoldenSet, table: Table, reports: Mapping[str, PersonaReport]) -> Iterator[str]:
    """Say what a reader must know before the figures, the gravest first."""
    failed, unanswered = int((table.said == FAILED).sum()), int((table.said == UNANSWERED).sum())
    if failed:
        yield f"Partial: {_number(failed, 'answer')} failed; it counts as an error where gold decides."
    if unanswered:
        open_ones = _number(unanswered, "question")
        yield f"{open_ones} of the set without an answer, which is an error where gold decides."
    if table.unknown_cases:
        count = sum(table.unknown_cases.values())
        yield f"{_number(count, 'answer')} left out: no such case in the set: {_listed(table.unknown_cases)}."
    if table.unknown_personas:
        count = sum(table.unknown_personas.values())
        yield f"{_number(count, 'answer')} left out: gold knows no persona {_listed(table.unknown_personas)}."
    if table.elsewhere:
        yield f"{_number(table.elsewhere, 'answer')} to cases of other splits were not used."
    absent = [persona for persona in golden.personas if persona not in table.personas]
    if absent:
        yield f"No answers came for {_listed(absent)}: not in the panel's figures."
    if rough := approximate_note(len(table.cases), int(table.clusters.max()) + 1):
        yield rough
    for persona, report in reports.items():
        figure = report.balanced_accuracy
        if figure.note:
            yield f"{persona}: {figure.note}; accuracy says nothing here."


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def _listed(names: Iterable[str]) -> str:
    given = list(names)
    more = f" and {len(given) - _LISTED:,} more" if len(given) > _LISTED else ""
    return ", ".join(repr(name) for name in given[:_LISTED]) + more


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))
