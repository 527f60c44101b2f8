"""Golden cases: tools with the decision that each persona is expected to make, and who says so.

A set is a JSONL file, one case a line. The digest of the file names the set in reports and baselines, so
that figures of two different sets are never compared by accident.
"""

from __future__ import annotations

import hashlib
import io
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from panel.document import closest, display_name, known_fields, parse_jsonl, problems_of, read_bytes
from panel.errors import InputError
from panel.intake import tool_of
from panel.intake.personas import load_personas
from panel.text import clip, visible
from panel.tool import Tool
from panel.value import Value, published

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path


Expected = Literal["ship", "skip", "abstain"]

LIMIT_SET_BYTES = 64 * 1024 * 1024
"""The largest file of cases or verdicts that is read."""


class GoldenCase(Value):
    """A tool and the decision each persona should make about it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")
    tool: Tool
    """The submission, as a reviewer would read it."""
    expected: dict[str, Expected | None] = Field(min_length=1)
    """Persona id → `ship`, `skip`, `abstain` (too little is said to decide), or null where nobody knows."""
    source: str | dict[str, str]
    """Who says so: one source for all labels, or one per persona."""
    reasons: dict[str, str] = Field(default_factory=dict)
    """Persona id → why, in one line, from the persona's own criteria."""
    cluster: str = ""
    """Cases of one cluster resemble one another and are not independent evidence; the id when not said."""
    split: str = ""
    """`development` for cases that may be tuned on, `held` for those that may not; other words are free."""
    difficulty: str = ""
    language: str = ""
    """The language of the submission, as in `en` or `pt-BR`; empty when not said."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="after")
    def _labels_have_a_source(self) -> GoldenCase:
        labelled = [persona for persona, label in self.expected.items() if label is not None]
        lacking = [persona for persona in labelled if not self.source_of(persona).strip()]
        if lacking:
            raise ValueError(f"source: says nothing about the label of {', '.join(map(repr, lacking))}")
        return self

    def source_of(self, persona: str) -> str:
        """Return where a persona's label comes from; empty when nobody says."""
        return self.source if isinstance(self.source, str) else self.source.get(persona, "")

    @property
    def family(self) -> str:
        """The unit that intervals resample: the cluster, or the case itself."""
        return self.cluster or self.id


class GoldenSet(Value):
    """Cases read from one file, in its order."""

    name: str
    """The file's name without folder and suffix."""
    digest: str
    """SHA-256 of the whole file, also when only one split of it is kept."""
    split: str | None = None
    """The split that was kept; None for all of them."""
    cases: tuple[GoldenCase, ...]
    elsewhere: frozenset[str] = frozenset()
    """Ids of the file's cases in other splits: answers to them are known, and not used."""

    @cached_property
    def personas(self) -> tuple[str, ...]:
        """Every persona that has a label or a null, in order of appearance."""
        return tuple(dict.fromkeys(persona for case in self.cases for persona in case.expected))

    def only(self, split: str) -> GoldenSet:
        """Keep one split.

        Raises:
            InputError: no case belongs to it.
        """
        kept = tuple(case for case in self.cases if case.split == split)
        if not kept:
            known = ", ".join(repr(name) for name in dict.fromkeys(case.split for case in self.cases))
            raise InputError(
                f"{self.name}: no case is in the split {split!r}", f"Splits of this set: {known}."
            )
        others = self.elsewhere | {case.id for case in self.cases if case.split != split}
        return self.model_copy(update={"cases": kept, "split": split, "elsewhere": others})


def load_set(path: str | Path, *, personas: Collection[str] | None = None) -> GoldenSet:
    """Read a golden set.

    Args:
        path: a JSONL file.
        personas: ids that a label may stand under; those of the built-in personas when None.

    Raises:
        InputError: with every problem of the file, each naming its line.
    """
    known = [persona.id for persona in load_personas()] if personas is None else list(personas)
    name = display_name(path)
    data = read_bytes(path, LIMIT_SET_BYTES)
    cases: list[GoldenCase] = []
    problems: list[str] = []
    lines: dict[str, int] = {}
    for number, content in parse_jsonl(io.BytesIO(data), name=name):
        place = f"line {number}"
        try:
            case = case_of(_fields(content), name=place, personas=known)
        except InputError as error:
            problems += line_problems(error, name, number)
            continue
        if case.id in lines:
            problems.append(f"{place}: the id {case.id!r} stands on line {lines[case.id]} already")
        lines.setdefault(case.id, number)
        cases.append(case)
    if not cases and not problems:
        problems.append("holds no case")
    if problems:
        raise _refusal(name, problems)
    return GoldenSet(name=_stem(name), digest=hashlib.sha256(data).hexdigest(), cases=tuple(cases))


def case_of(content: Mapping[str, Any], *, name: str, personas: Collection[str]) -> GoldenCase:
    """Make a case of the fields of one line.

    Args:
        content: the fields, as the strict loader gives them.
        name: what to call the line in messages.
        personas: ids that a label may stand under.

    Raises:
        InputError: with every problem of the line.
    """
    problems = [*problems_of(_Written, content), *_label_problems(content, personas)]
    tool: Tool | None = None
    if isinstance(content.get("tool"), dict):
        try:
            tool, _ = tool_of(content["tool"], name="tool")
        except InputError as error:
            problems += [f"tool.{line}" for line in error.problems] or [error.message.replace(": ", ".", 1)]
    if not problems and tool is not None:
        fields = {**content, "tool": tool}
        problems += problems_of(GoldenCase, fields)
        if not problems:
            return GoldenCase.model_validate(fields)
    hint = known_fields(_Written, problems)
    raise InputError(f"{name}: {problems[0]}", hint, tuple(f"{name}: {problem}" for problem in problems))


class _Written(GoldenCase):
    """A case as its line says it, the submission not yet read."""

    tool: dict[str, Any]  # type: ignore[assignment]  # read by `tool_of`, which says more


def _label_problems(content: Mapping[str, Any], personas: Collection[str]) -> Iterable[str]:
    for field in ("expected", "reasons", "source"):
        labels = content.get(field)
        for persona in labels if isinstance(labels, dict) else ():
            if persona not in personas:
                near = closest(persona, personas)
                meant = f"; did you mean {near!r}?" if near else f" ({', '.join(personas)})"
                yield f"{field}: no persona is called {clip(visible(persona), 60)!r}{meant}"


def line_problems(error: InputError, name: str, number: int) -> list[str]:
    """Write what was wrong with a line of the file `name` so that each problem names the line once."""
    place = f"line {number}"
    told = error.problems or (error.message,)
    return [f"{place}: {line.removeprefix(f'{name}, ').removeprefix(f'{place}: ')}" for line in told]


def _fields(content: dict[str, Any] | InputError) -> dict[str, Any]:
    if isinstance(content, InputError):
        raise content
    return content


def _refusal(name: str, problems: list[str]) -> InputError:
    hint = "The form of a case: shippanel schema golden."
    if len(problems) == 1:
        return InputError(f"{name}: {problems[0]}", hint)
    return InputError(f"{name}: {len(problems)} problems", hint, tuple(problems))


def _stem(name: str) -> str:
    file = name.replace("\\", "/").rpartition("/")[2]
    return file.rpartition(".")[0] or file


def golden_schema() -> dict[str, Any]:
    """Return the JSON Schema of one line of a golden set."""
    from panel.intake import submission_schema  # noqa: PLC0415 - reads source text, which only this needs

    schema = GoldenCase.model_json_schema()
    tool = submission_schema()
    definitions = {**tool.pop("$defs", {})}
    for key in ("$schema", "$id"):
        tool.pop(key, None)
    schema["properties"]["tool"] = {"$ref": "#/$defs/Submission"}
    schema["$defs"] = {**definitions, "Submission": tool}
    schema["properties"]["expected"]["propertyNames"] = {"pattern": "^[a-z][a-z0-9-]{0,39}$"}
    return published("golden", schema)
