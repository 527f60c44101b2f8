"""Whether a golden set can tell a trustworthy panel from a flattering one.

Balance is counted, weaknesses are named, and a second reading of the same cases is compared with the
labels: how far two readers agree is the most that any reviewer can be asked for. Needs no extra.
"""

from __future__ import annotations

import io
from collections import Counter
from typing import TYPE_CHECKING, Any

from pydantic import Field

from panel.document import display_name, parse_jsonl, problems_of, read_bytes
from panel.errors import InputError
from panel.evaluation.cases import LIMIT_SET_BYTES, Expected, line_problems
from panel.value import Value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from panel.evaluation.cases import GoldenSet

ENOUGH = 30
"""Cases below which figures are called approximate."""
EVEN = (0.4, 0.6)
"""The share of skips, among ship and skip, that makes a persona's labels even."""


class Labels(Value):
    """How one persona's labels are spread."""

    ship: int
    skip: int
    abstain: int
    missing: int
    """Null, or not there."""
    skip_share: float | None
    """Skips among ship and skip, 0–1; what a reviewer that always ships gets wrong."""
    always: float | None
    """The accuracy of whoever always says what gold says most often."""


class Balance(Value):
    """What a golden set holds."""

    name: str
    digest: str
    split: str | None
    cases: int
    clusters: int
    personas: dict[str, Labels]
    patterns: dict[str, int]
    """Votes in the personas' order (`ship ship skip ship`) → cases; those with another label left out."""
    splits: dict[str, int]
    languages: dict[str, int]
    difficulties: dict[str, int]
    sources: dict[str, int]
    """Source → labels."""


class ReadingAgreement(Value):
    """How far a second reading agrees with the labels."""

    labels: int
    """Labels that both readings give."""
    equal: int
    share: float | None
    kappa: float | None
    """Cohen's kappa over ship, skip and abstain; None when a reader never varies."""
    personas: dict[str, tuple[int, int]]
    """Persona id → labels equal, labels given by both."""
    differing: tuple[str, ...]
    """One sentence for each label that differs."""
    unread: tuple[str, ...]
    """Cases that the second reading leaves out."""


class _Reading(Value):
    """One line of a second reading."""

    id: str = Field(min_length=1)
    labels: dict[str, Expected | None]
    notes: dict[str, str] = Field(default_factory=dict)


def balance(golden: GoldenSet) -> Balance:
    """Count what a set holds."""
    personas = golden.personas
    patterns: Counter[str] = Counter()
    for case in golden.cases:
        labels = [case.expected.get(persona) for persona in personas]
        if all(label in {"ship", "skip"} for label in labels):
            patterns[" ".join(map(str, labels))] += 1
    sources = Counter(
        case.source_of(persona) for case in golden.cases for persona, label in case.expected.items() if label
    )
    return Balance(
        name=golden.name,
        digest=golden.digest,
        split=golden.split,
        cases=len(golden.cases),
        clusters=len({case.family for case in golden.cases}),
        personas={persona: _labels(golden, persona) for persona in personas},
        patterns=dict(sorted(patterns.items())),
        splits=_counted(case.split for case in golden.cases),
        languages=_counted(case.language for case in golden.cases),
        difficulties=_counted(case.difficulty for case in golden.cases),
        sources=dict(sources.most_common()),
    )


def check_set(golden: GoldenSet) -> tuple[str, ...]:
    """Name what weakens a set, one sentence each; empty when nothing does."""
    return tuple(_weaknesses(golden, balance(golden)))


def compare_readings(golden: GoldenSet, path: str | Path) -> ReadingAgreement:
    """Compare a second reading with the labels of a set.

    Args:
        golden: the first reading.
        path: JSONL, `{"id", "labels": {persona: label}, "notes"?}` a line.

    Raises:
        InputError: the file cannot be used; every problem names its line.
    """
    second = _read(path)
    pairs = [
        (case, persona, label, other)
        for case in golden.cases
        for persona, label in case.expected.items()
        if label is not None and (other := second.get(case.id, {}).get(persona)) is not None
    ]
    equal = [pair for pair in pairs if pair[2] == pair[3]]
    asked, agreed = Counter(pair[1] for pair in pairs), Counter(pair[1] for pair in equal)
    chance = sum(
        sum(pair[2] == word for pair in pairs) * sum(pair[3] == word for pair in pairs)
        for word in ("ship", "skip", "abstain")
    )
    spread = len(pairs) ** 2 - chance
    return ReadingAgreement(
        labels=len(pairs),
        equal=len(equal),
        share=len(equal) / len(pairs) if pairs else None,
        kappa=(len(equal) * len(pairs) - chance) / spread if spread else None,
        personas={persona: (agreed[persona], asked[persona]) for persona in golden.personas},
        differing=tuple(
            f"{case.id}: {persona}: {label}, and {other} in the second reading"
            for case, persona, label, other in pairs
            if label != other
        ),
        unread=tuple(case.id for case in golden.cases if case.id not in second),
    )


def _labels(golden: GoldenSet, persona: str) -> Labels:
    counts = Counter(case.expected.get(persona) for case in golden.cases)
    votes = counts["ship"] + counts["skip"]
    return Labels(
        ship=counts["ship"],
        skip=counts["skip"],
        abstain=counts["abstain"],
        missing=counts[None],
        skip_share=counts["skip"] / votes if votes else None,
        always=max(counts["ship"], counts["skip"]) / votes if votes else None,
    )


def _counted(words: Iterable[str]) -> dict[str, int]:
    return dict(Counter(word or "not said" for word in words).most_common())


def _weaknesses(golden: GoldenSet, found: Balance) -> Iterator[str]:
    if min(found.cases, found.clusters) < ENOUGH:
        yield (
            f"{found.cases} cases in {found.clusters} clusters: below {ENOUGH}, every figure is approximate."
        )
    for persona, labels in found.personas.items():
        if labels.skip_share is None or labels.always is None:
            yield f"{persona}: no label says ship or skip."
        elif labels.skip_share in {0.0, 1.0}:
            word = "ships" if labels.ship else "skips"
            yield f"{persona}: gold always {word}, so that nothing can be learnt about the other decision."
        elif not EVEN[0] <= labels.skip_share <= EVEN[1]:
            yield (
                f"{persona}: {labels.skip_share:.0%} skips; whoever always says the same is right in "
                f"{labels.always:.0%}."
            )
        if labels.missing:
            yield f"{persona}: {labels.missing} cases have no label."
    yield from _repetitions(golden)


def _repetitions(golden: GoldenSet) -> Iterator[str]:
    """Name texts that stand there twice, and clusters with cases on both sides of a split."""
    by_digest: dict[str, list[str]] = {}
    by_cluster: dict[str, set[str]] = {}
    for case in golden.cases:
        by_digest.setdefault(case.tool.digest, []).append(case.id)
        by_cluster.setdefault(case.family, set()).add(case.split)
    for ids in by_digest.values():
        if len(ids) > 1:
            yield f"The same tool stands there {len(ids)} times: {', '.join(ids)}."
    crossing = sorted(cluster for cluster, splits in by_cluster.items() if len(splits) > 1)
    if crossing:
        yield (
            f"{len(crossing)} clusters have cases in several splits ({', '.join(crossing)}): what is tuned "
            "on one split has seen relatives of the other."
        )


def _read(path: str | Path) -> dict[str, dict[str, Any]]:
    name = display_name(path)
    found: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    for number, content in parse_jsonl(io.BytesIO(read_bytes(path, LIMIT_SET_BYTES)), name=name):
        if isinstance(content, InputError):
            problems += line_problems(content, name, number)
            continue
        wrong = problems_of(_Reading, content)
        if not wrong and content["id"] in found:
            wrong = (f"the id {content['id']!r} stands there twice",)
        problems += [f"line {number}: {problem}" for problem in wrong]
        if not wrong:
            found[content["id"]] = content["labels"]
    if problems:
        message = problems[0] if len(problems) == 1 else f"{len(problems)} problems"
        hint = 'A line reads {"id": …, "labels": {persona: label}}.'
        raise InputError(f"{name}: {message}", hint, tuple(problems) if len(problems) > 1 else ())
    return found
