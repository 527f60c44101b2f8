"""A committed baseline: the figures of a run, what it was made of, and the answers needed to pair with it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field

from panel.document import display_name, problems_of, read_bytes
from panel.errors import InputError
from panel.evaluation.answers import Answer, AnswerSet, Said
from panel.evaluation.cases import LIMIT_SET_BYTES
from panel.evaluation.report import Figure
from panel.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from panel.evaluation.cases import GoldenSet
    from panel.evaluation.report import Report


class GateBaseline(Value):
    """What a later run is held to."""

    schema_id: Literal["shippanel.baseline/1"] = Field(default="shippanel.baseline/1", alias="schema")
    name: str
    golden: str
    golden_digest: str
    split: str | None
    specs: tuple[str, ...]
    engines: tuple[str, ...]
    served_models: tuple[str, ...]
    persona_digests: dict[str, str]
    version: str
    measured_at: datetime
    state: Literal["complete"]
    """An incomplete run is no baseline."""
    figures: dict[str, Figure]
    """`PERSONA.STATISTIC` or `panel.STATISTIC` → the figure, for readers; the gate pairs the answers."""
    answers: dict[str, dict[str, tuple[Said, float | None]]]
    """Case → persona → decision and score of the first repeat."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    def answer_set(self) -> AnswerSet:
        """Return the answers as rows."""
        rows = tuple(
            Answer(
                case=case,
                persona=persona,
                decision=decision,
                score=score,
                persona_digest=self.persona_digests.get(persona, ""),
            )
            for case, personas in self.answers.items()
            for persona, (decision, score) in personas.items()
        )
        return AnswerSet(name=self.name, answers=rows)

    def check_comparable(self, golden: GoldenSet, answers: AnswerSet) -> None:
        """Refuse to compare what was made on other cases or by other personas.

        Raises:
            InputError: naming the first thing that differs.
        """
        hint = "Make a new baseline on purpose, and commit it with the change that needs it."
        if self.golden_digest != golden.digest:
            raise InputError(
                f"{self.name}: is a baseline of another set: {self.golden} {self.golden_digest[:12]}, "
                f"and this is {golden.name} {golden.digest[:12]}",
                hint,
            )
        if self.split != golden.split:
            raise InputError(
                f"{self.name}: is a baseline of {_split(self.split)}, and this is {_split(golden.split)}",
                hint,
            )
        now = answers.persona_digests
        for persona, digest in self.persona_digests.items():
            if persona in now and now[persona] != digest:
                raise InputError(
                    f"{self.name}: is a baseline of another persona {persona!r}: {digest[:12]}, and this is "
                    f"{now[persona][:12]}",
                    hint,
                )
        absent = sorted(
            {persona for of in self.answers.values() for persona in of} - {a.persona for a in answers.answers}
        )
        if absent:
            raise InputError(f"{self.name}: this run has no answers of {', '.join(map(repr, absent))}", hint)


def make_baseline(name: str, report: Report, answers: AnswerSet) -> GateBaseline:
    """Make a baseline of a complete run.

    Raises:
        InputError: the run is incomplete.
    """
    if report.state != "complete":
        raise InputError(
            f"{report.name}: is incomplete, and no baseline",
            "Run it again: what stands is not asked for twice.",
        )
    first: dict[str, dict[str, Answer]] = {}
    for answer in answers.answers:
        standing = first.setdefault(answer.case, {}).get(answer.persona)
        if standing is None or answer.repeat < standing.repeat:
            first[answer.case][answer.persona] = answer
    made = report.provenance
    return GateBaseline(
        name=name,
        golden=report.golden.name,
        golden_digest=report.golden.digest,
        split=report.golden.split,
        specs=made.specs,
        engines=made.engines,
        served_models=made.served_models,
        persona_digests=made.persona_digests,
        version=made.version,
        measured_at=made.measured_at,
        state="complete",
        figures=dict(_headline(report)),
        answers={
            case: {persona: (answer.decision, answer.score) for persona, answer in sorted(of.items())}
            for case, of in sorted(first.items())
            if case not in report.unknown_cases
        },
    )


def write_baseline(baseline: GateBaseline) -> str:
    """Write a baseline as JSON, one case a line, so that a change of it can be read."""
    content = baseline.model_dump(mode="json", by_alias=True)
    answers = content.pop("answers")
    head = json.dumps(content, indent=2, ensure_ascii=False)[:-2]
    lines = ",\n".join(
        f"    {json.dumps(case)}: {json.dumps(of, ensure_ascii=False)}" for case, of in answers.items()
    )
    return f'{head},\n  "answers": {{\n{lines}\n  }}\n}}\n'


def load_baseline(path: str | Path) -> GateBaseline:
    """Read a committed baseline.

    Raises:
        InputError: the file is no baseline of this version.
    """
    name = display_name(path)
    try:
        content: Any = json.loads(read_bytes(path, LIMIT_SET_BYTES))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{name}: is not JSON", "Make it with: shippanel eval run --write-baseline."
        ) from error
    if not isinstance(content, dict) or content.get("schema") != "shippanel.baseline/1":
        raise InputError(
            f"{name}: is no baseline of the form shippanel.baseline/1",
            "Make it with: shippanel eval run --write-baseline.",
        )
    problems = problems_of(GateBaseline, content)
    if problems:
        more = problems if len(problems) > 1 else ()
        raise InputError(f"{name}: {problems[0] if not more else f'{len(more)} problems'}", "", more)
    return GateBaseline.model_validate(content)


def _headline(report: Report) -> Iterable[tuple[str, Figure]]:
    names = ("balanced_accuracy", "mcc", "kappa", "ship_recall", "skip_recall", "coverage", "flip_rate")
    for persona, part in report.personas.items():
        for name in names:
            yield f"{persona}.{name}", getattr(part, name)
    for name in ("mean_balanced_accuracy", "mean_ship_recall", "mean_skip_recall", "panel_pct_error", *names):
        yield f"panel.{name}", getattr(report.panel, name)


def _split(split: str | None) -> str:
    return "the whole set" if split is None else f"the split {split!r}"
