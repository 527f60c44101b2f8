"""Measuring many verdicts, and asking for many: what the statistics and the runner cost."""

from __future__ import annotations

import asyncio
import json
import random
import time
import warnings
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from sklearn import metrics

from benchmarks.corpus import default_roster, varied_tools
from benchmarks.measure import SHIPPANEL, against, in_seconds, peak_bytes, take_turns, within
from panel.evaluation.answers import read_answers
from panel.evaluation.cases import GoldenCase, GoldenSet, load_set
from panel.evaluation.measuring import evaluate
from panel.evaluation.run import ask_panel
from panel.ledger import open_ledger
from panel.persona import Roster, Seat
from panel.reviewers.model import ModelReviewer
from panel.testing import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.measure import Row
    from panel.evaluation.answers import AnswerSet
    from panel.prompt import Prompt

    Labels = Sequence[tuple[list[str], list[str]]]

TITLE = "Evaluations"

PERSONAS = ("dx", "competitive", "futurist", "business")
CASES = 25_000
"""With four personas, a hundred thousand verdicts."""
TOOLS, REPEATS = 500, 5
ROUNDS = 5


def rows(sandbox: Path) -> Iterator[Row]:
    """Compare measuring with scikit-learn, and count what a run adds to a model that answers at once."""
    paths = sandbox / "golden.jsonl", sandbox / "verdicts.jsonl"
    _write(*paths)
    golden, answers = load_set(paths[0]), read_answers(paths[1])
    labels = _labels(golden, answers)
    costs = {
        "ours": in_seconds(time.process_time, lambda: evaluate(golden, answers, intervals=False)),
        "theirs": in_seconds(time.process_time, partial(_scikit_learn, labels)),
        "intervals": in_seconds(time.process_time, lambda: evaluate(golden, answers)),
    }
    taken = take_turns(costs, ROUNDS)
    theirs = ("scikit-learn, five figures", taken["theirs"])
    name = "a report on 100,000 verdicts"
    yield against(f"{name}, point estimates", taken["ours"], *theirs, at_most=3)
    with_intervals = [both - points for both, points in zip(taken["intervals"], taken["ours"], strict=True)]
    yield within("its intervals, 2,000 resamples of each figure", with_intervals, "s", at_most=30)
    command = ("eval", "score", str(paths[1]), str(paths[0]), "--no-rubric", "--format", "json")
    yield within(
        "peak memory of `eval score` on them", [peak_bytes(*SHIPPANEL, *command)], "bytes", at_most=5e8
    )
    yield _run(sandbox / "run.db")


def _write(golden: Path, verdicts: Path) -> None:
    """Write a set of short submissions and the verdicts of a panel that is right three times in four."""
    draw = random.Random(1)  # noqa: S311 - nothing here is secret
    tool = next(varied_tools())
    with golden.open("w", encoding="utf-8") as cases, verdicts.open("w", encoding="utf-8") as said:
        for at in range(CASES):
            expected = {persona: draw.choice(("ship", "skip")) for persona in PERSONAS}
            content = {"name": f"Tool {at}", "description": tool.description}
            family = f"family-{at // 2}"
            case = {"id": f"case-{at}", "tool": content, "expected": expected, "source": "drawn"}
            cases.write(json.dumps({**case, "cluster": family}) + "\n")
            for persona, label in expected.items():
                decision = label if draw.random() < 0.75 else draw.choice(("ship", "skip", "abstain"))
                row = {"case": f"case-{at}", "persona": persona, "decision": decision}
                said.write(json.dumps({**row, "score": draw.randint(0, 100)}) + "\n")


def _labels(golden: GoldenSet, answers: AnswerSet) -> Labels:
    """Lay gold and answers side by side for scikit-learn, which is not charged for it."""
    said = {(answer.persona, answer.case): str(answer.decision) for answer in answers.answers}
    return [
        (
            [str(case.expected[persona]) for case in golden.cases],
            [said[persona, case.id] for case in golden.cases],
        )
        for persona in PERSONAS
    ]


def _scikit_learn(labels: Labels) -> None:
    """Work out the five figures of agreement of each persona."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no vote is a class that gold never gives
        for gold, said in labels:
            metrics.balanced_accuracy_score(gold, said)
            metrics.matthews_corrcoef(gold, said)
            metrics.cohen_kappa_score(gold, said)
            for label in ("ship", "skip"):
                metrics.recall_score(gold, said, labels=[label], average="macro")


def _run(path: Path) -> Row:
    """Ask a scripted model about 500 tools, five times as each persona, and take off its own work."""
    personas = [seat.persona for seat in default_roster().seats]
    tools = list(islice(varied_tools(), TOOLS))
    expected = {persona.id: "ship" for persona in personas}
    cases = tuple(GoldenCase(id=tool.slug, tool=tool, expected=expected, source="drawn") for tool in tools)
    golden = GoldenSet(name="drawn", digest="0" * 64, cases=cases)
    roster = Roster(seats=tuple(Seat(persona=persona, spec="openai:scripted") for persona in personas))
    model = ScriptedModel()
    reviewer = ModelReviewer(model, b"secret of the bench")

    async def ask() -> None:
        with open_ledger(path) as ledger:
            await ask_panel(golden, roster, ledger=ledger, repeat=REPEATS, reviewers=lambda _: reviewer)

    async def answer(prompts: Sequence[Prompt]) -> None:
        bare = ScriptedModel()
        for prompt in prompts:
            await bare.complete(prompt)

    whole = in_seconds(time.process_time, lambda: asyncio.run(ask()))()
    own = in_seconds(time.process_time, lambda: asyncio.run(answer(tuple(model.prompts))))()
    added = (whole - own) / (TOOLS * len(personas) * REPEATS)
    return within("CPU added to a verdict, 500 tools × 4 × 5, scripted model", [added], "s", at_most=0.005)
