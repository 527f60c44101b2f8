"""Builders of golden sets and recorded answers, shared by the tests of the evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cards import make_tool

from panel.evaluation.answers import Answer, AnswerSet
from panel.evaluation.cases import GoldenCase, GoldenSet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WORDS = {"+": "ship", "-": "skip", "a": "abstain", "f": "failed", "?": None}
"""One letter for each label or decision, so that a test reads as a row of them."""


def make_case(id: str, expected: Mapping[str, str | None], **changes: Any) -> GoldenCase:  # noqa: A002, ANN401  # the field's own name; any field
    """Build a case; `changes` replace its fields."""
    fields: dict[str, Any] = {"tool": make_tool(slug=id, name=id.title()), "source": "made up"}
    return GoldenCase(**{"id": id, "expected": dict(expected), **fields, **changes})


def make_set(gold: Mapping[str, str], *, per_cluster: int = 1, **changes: Any) -> GoldenSet:  # noqa: ANN401  # any field
    """Build a set from one row of letters for each persona; `changes` go into every case."""
    count = len(next(iter(gold.values())))
    cases = [
        make_case(
            f"case-{at}",
            {persona: WORDS[row[at]] for persona, row in gold.items()},
            **{"cluster": f"cluster-{at // per_cluster}", **changes},
        )
        for at in range(count)
    ]
    return GoldenSet(name="made-up", digest="0" * 64, cases=tuple(cases))


def make_answers(
    said: Mapping[str, str] | Iterable[Mapping[str, str]],
    *,
    scores: Mapping[str, Sequence[float]] | None = None,
    name: str = "panel",
    **changes: Any,  # noqa: ANN401  # any field of an answer
) -> AnswerSet:
    """Build answers from one row of letters for each persona; several mappings are repeats.

    A space leaves the question without an answer.
    """
    repeats = [said] if hasattr(said, "keys") else list(said)
    rows = []
    for repeat, given in enumerate(repeats):
        for persona, row in given.items():  # type: ignore[union-attr]  # a mapping in both cases
            for at, letter in enumerate(row):
                if letter == " ":
                    continue
                score = None if scores is None else scores[persona][at]
                rows.append(
                    Answer(
                        case=f"case-{at}",
                        persona=persona,
                        decision=WORDS[letter],
                        score=score,
                        repeat=repeat,
                        **changes,
                    )
                )
    return AnswerSet(name=name, digest="1" * 64, answers=tuple(rows))
