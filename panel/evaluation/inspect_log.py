"""Recorded answers as a log of inspect-ai: one sample for each case and persona, repeats as epochs.

The one module that knows inspect-ai. Its viewer opens the log and its log API reads it, so that a panel can
be read case by case beside evaluations made with it. The figures in it are those of our own report:
inspect-ai computes none of them.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspect_ai.log import (
    EvalConfig,
    EvalDataset,
    EvalError,
    EvalLog,
    EvalMetric,
    EvalPlan,
    EvalPlanStep,
    EvalResults,
    EvalSample,
    EvalScore,
    EvalSpec,
    EvalStats,
    HeadlineMetric,
    write_eval_log,
)
from inspect_ai.model import ChatMessageUser, ModelOutput, ModelUsage
from inspect_ai.scorer import CORRECT, INCORRECT, NOANSWER, Score

from panel import __version__
from panel.render.wording import price
from panel.text import visible
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from panel.evaluation.answers import Answer
    from panel.evaluation.cases import GoldenCase
    from panel.evaluation.measured import Measured
    from panel.evaluation.report import Figure
    from panel.tool import Tool

DECISION, SCORE = "decision", "score"
"""What samples are scored by: whether the decision is gold's, and the answer's own score from 0 to 100."""
OVERALL = ("mean_balanced_accuracy", "mean_skip_recall", "mean_ship_recall", "flip_rate", "effective_votes")
PER_PERSONA = (
    *("balanced_accuracy", "skip_recall", "ship_recall", "mcc", "kappa", "accuracy"),
    *("coverage", "abstain_recall", "ship_rate", "flip_rate"),
)
NOT_SAID = "not said"
_ID = 22
"""Characters of an identifier, as many as inspect-ai's own have."""


@dataclass(frozen=True)
class Export:
    """A log as the bytes of an `.eval` file."""

    content: bytes
    samples: int
    left_out: int
    """Answers to cases, or of personas, that the set does not know."""


def export_log(measured: Measured) -> Export:
    """Write a result as an `.eval` file."""
    log = make_log(measured)
    samples = len(log.samples or ())
    with tempfile.TemporaryDirectory(prefix="shippanel-") as scratch:
        path = Path(scratch, "run.eval")
        write_eval_log(log, path)
        content = path.read_bytes()
    return Export(content, samples, len(measured.answers.answers) - samples)


def make_log(measured: Measured) -> EvalLog:
    """Arrange a result as inspect-ai's log, samples in the order of the set."""
    cases = {case.id: case for case in measured.golden.cases}
    places = {case: place for place, case in enumerate(cases)}
    seats = {persona: place for place, persona in enumerate(measured.names)}
    kept = sorted(
        (answer for answer in measured.answers.answers if answer.case in cases and answer.persona in seats),
        key=lambda answer: (answer.repeat, places[answer.case], seats[answer.persona]),
    )
    samples = [_sample(cases[answer.case], answer, measured.names[answer.persona]) for answer in kept]
    epochs = max(sample.epoch for sample in samples)
    moment = measured.report.provenance.measured_at.isoformat()
    return EvalLog(
        status="success",
        eval=_spec(measured, samples, epochs),
        plan=EvalPlan(name="panel", steps=[EvalPlanStep(solver=persona) for persona in seats]),
        results=EvalResults(
            total_samples=len(cases) * len(seats) * epochs,
            completed_samples=sum(answer.decision != "failed" for answer in kept),
            scores=_results(measured),
            headline=HeadlineMetric(scorer=DECISION, score="panel", metric=OVERALL[0]),
            metadata={"state": measured.report.state, "notes": _shown(list(measured.report.notes))},
        ),
        stats=EvalStats(started_at=moment, completed_at=moment, model_usage=_total_usage(kept)),
        samples=samples,
    )


def _spec(measured: Measured, samples: Sequence[EvalSample], epochs: int) -> EvalSpec:
    golden, made = measured.golden, measured.report.provenance
    split = f"-{golden.split}" if golden.split else ""
    run = digest({"answers": made.answers_digest, "golden": golden.digest, "split": golden.split})
    ids = list(dict.fromkeys(str(sample.id) for sample in samples))
    return EvalSpec(
        eval_id=run[:_ID],
        run_id=run[:_ID],
        task_id=golden.digest[:_ID],
        created=made.measured_at.isoformat(),
        task=f"{golden.name}{split}",
        task_version=golden.digest[:12],
        task_description="Read a tool's description as each persona of a review panel; ship or skip.",
        dataset=EvalDataset(name=golden.name, samples=len(ids), sample_ids=list(ids), shuffled=False),
        model=visible(", ".join(made.specs)) or NOT_SAID,
        config=EvalConfig(epochs=epochs),
        packages={"shippanel": __version__},
        metadata=_shown(
            {
                "answers": made.answers,
                "answers_digest": made.answers_digest,
                "golden_digest": golden.digest,
                "split": golden.split,
                "engines": list(made.engines),
                "persona_digests": made.persona_digests,
            }
        ),
    )


def _sample(case: GoldenCase, answer: Answer, name: str) -> EvalSample:
    model = _model(answer)
    asked = ChatMessageUser(content="\n\n".join(_submission(case.tool)), source="input")
    output = ModelOutput.from_content(model, "\n\n".join(_said(answer)))
    output.time = answer.latency_s
    usage = _usage(answer)
    if usage:
        output.usage = usage
    expected = case.expected.get(answer.persona)
    failed = answer.decision == "failed"
    reason = visible(answer.reason) or "no usable answer"
    return EvalSample(
        id=f"{case.id}/{answer.persona}",
        epoch=answer.repeat + 1,
        input=[asked],
        target=expected or "",
        description=f"{visible(name)}: {visible(case.tool.name)}",
        messages=[asked, output.message],
        output=output,
        scores={DECISION: _decision(case, answer), SCORE: _score(answer)},
        metadata=_shown(_about(case, answer, name)),
        model_usage={model: usage} if usage else {},
        total_time=answer.latency_s,
        working_time=answer.latency_s,
        uuid=digest({"case": case.id, "persona": answer.persona, "repeat": answer.repeat})[:_ID],
        error=EvalError(message=reason, traceback="", traceback_ansi="") if failed else None,
    )


def _submission(tool: Tool) -> Iterator[str]:
    """Write what a reviewer could read of a tool, a paragraph for each part of it."""
    yield visible(f"{tool.name}: {tool.tagline}" if tool.tagline else tool.name)
    yield visible(tool.description, multiline=True)
    known = (
        ("Category", tool.category),
        ("Price", price(tool.pricing)),
        ("Licence", tool.licence),
        ("Address", tool.url),
        *((key, f"{fact.value} {fact.unit}".strip()) for key, fact in tool.facts.items()),
    )
    yield "\n".join(f"- {visible(term)}: {visible(text)}" for term, text in known if text)
    for passage in tool.evidence:
        about = ", ".join(filter(None, (passage.title, passage.source, passage.date, passage.kind)))
        yield f"{passage.id} ({visible(about)}): {visible(passage.text, multiline=True)}"


def _said(answer: Answer) -> Iterator[str]:
    yield answer.decision.upper()
    yield from filter(None, (visible(answer.reason), visible(answer.quote, multiline=True)))
    if answer.moves:
        yield "\n".join(f"- {visible(move)}: {visible(text)}" for move, text in answer.moves.items())


def _decision(case: GoldenCase, answer: Answer) -> Score:
    """Score a decision by gold; what gold knows nothing about is kept and left out of any figure."""
    expected = case.expected.get(answer.persona)
    if expected is None:
        return Score.unscored(answer=answer.decision, reason="missing_gold")
    because = case.reasons.get(answer.persona, "")
    explanation = " ".join(filter(None, (because, f"(gold from {case.source_of(answer.persona)})")))
    voted = answer.decision in {"ship", "skip"}
    wrong = INCORRECT if voted else NOANSWER
    return Score(
        value=CORRECT if answer.decision == expected else wrong,
        answer=answer.decision,
        explanation=visible(explanation),
        reason=visible(answer.reason) or None,
    )


def _score(answer: Answer) -> Score:
    if answer.score is None:
        return Score.unscored(answer=answer.decision, reason="no_score")
    return Score(value=answer.score, answer=answer.decision)


def _about(case: GoldenCase, answer: Answer, name: str) -> dict[str, Any]:
    """Gather what else is known about a question and its answer; nothing that is empty."""
    content = {
        "case": case.id,
        "tool": case.tool.name,
        "persona": answer.persona,
        "persona_name": name,
        "cluster": case.family,
        "split": case.split,
        "language": case.language,
        "difficulty": case.difficulty,
        "decision": answer.decision,
        "reason": answer.reason,
        "quote": answer.quote,
        "moves": answer.moves,
        "findings": [finding.model_dump(mode="json") for finding in answer.findings],
        "spec": answer.spec,
        "engine": answer.engine,
        "served_model": answer.served_model,
        "persona_digest": answer.persona_digest,
        "cost_usd": answer.cost_usd,
    }
    return {key: value for key, value in content.items() if value not in ("", None, {}, [])}


def _results(measured: Measured) -> list[EvalScore]:
    """Put our figures where the viewer shows them: a row for the panel, and one for each persona."""
    report = measured.report
    rows = [_eval_score("panel", {name: getattr(report.panel, name) for name in OVERALL})]
    for persona, part in report.personas.items():
        found = {name: getattr(part, name) for name in PER_PERSONA}
        if part.reliability is not None:
            found["brier"] = part.reliability.brier
        rows.append(_eval_score(persona, found))
    return rows


def _eval_score(name: str, found: Mapping[str, Figure]) -> EvalScore:
    metrics = {
        key: EvalMetric(
            name=key, value=figure.value, metadata=figure.model_dump(mode="json", exclude={"value"})
        )
        for key, figure in found.items()
        if figure.value is not None
    }
    undefined = {key: figure.note for key, figure in found.items() if figure.value is None}
    about = {"rests_on": "the first answer to each question", "undefined": undefined}
    return EvalScore(name=name, scorer=DECISION, metrics=metrics, metadata=about)


def _model(answer: Answer) -> str:
    return visible(answer.served_model or answer.spec) or NOT_SAID


def _usage(answer: Answer) -> ModelUsage | None:
    """Return the tokens of an answer as inspect-ai counts them, cached ones apart; None without a call."""
    if answer.usage is None or not answer.usage.calls:
        return None
    used = answer.usage
    return ModelUsage(
        input_tokens=used.input_tokens - used.cached_tokens - used.cache_write_tokens,
        output_tokens=used.output_tokens,
        total_tokens=used.input_tokens + used.output_tokens,
        input_tokens_cache_read=used.cached_tokens,
        input_tokens_cache_write=used.cache_write_tokens,
        total_cost=answer.cost_usd,
    )


def _total_usage(answers: Iterable[Answer]) -> dict[str, ModelUsage]:
    found: dict[str, ModelUsage] = defaultdict(ModelUsage)
    for answer in answers:
        usage = _usage(answer)
        if usage:
            found[_model(answer)] += usage
    return dict(found)


def _shown(content: Any) -> Any:  # noqa: ANN401  # any shape that JSON has
    """Make every string of a value visible, names of fields included."""
    if isinstance(content, str):
        return visible(content, multiline=True)
    if isinstance(content, list):
        return [_shown(part) for part in content]
    if isinstance(content, dict):
        return {visible(name): _shown(value) for name, value in content.items()}
    return content
