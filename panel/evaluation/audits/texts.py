"""The texts that audits add or put in place of others: our own, shipped in `evals/audits/`, never a model's.

Padding and attacks serve any set. Paraphrases and translations belong to one case each and carry the digest
of the tool they were written for, so that a case that has changed since is left out and not misjudged.
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from panel.document import display_name, parse_jsonl, problems_of, read_bytes
from panel.errors import InputError
from panel.evaluation.cases import LIMIT_SET_BYTES, line_problems
from panel.resources import folder
from panel.value import Value

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeVar

    _Row = TypeVar("_Row", bound=Value)

ENGLISH = "en"
Kind = Literal["paraphrases", "translations"]


class Padding(Value):
    """A sentence that says nothing about any tool."""

    audit: Literal["hype", "verbosity"]
    language: str
    place: Literal["before", "after"]
    """Of the description."""
    text: str


class Attack(Value):
    """An order to the reviewer, as a submission might carry it."""

    id: str
    kind: str
    """How it tries: direct, format, delimiter, …"""
    asks: Literal["ship", "skip"]
    text: str


class Rewriting(Value):
    """The texts of one case in other words or in another language."""

    case: str = Field(min_length=1)
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    """SHA-256 of the tool these texts were written for (`Tool.digest`)."""
    language: str = ""
    """The language of the texts; empty for that of the case."""
    tool: dict[str, Any] = Field(min_length=1)
    """Fields that replace those of the tool. Of `pricing`, of each fact and of each passage of evidence,
    which go by their key or id, only what is said here is replaced."""


@cache
def padding() -> tuple[Padding, ...]:
    """Read the padding that comes along."""
    return tuple(_read(folder("evals") / "audits" / "padding.jsonl", Padding).values())


@cache
def attacks() -> tuple[Attack, ...]:
    """Read the attacks that come along."""
    return tuple(_read(folder("evals") / "audits" / "attacks.jsonl", Attack).values())


def rewritings(beside: Path, kind: Kind) -> tuple[Path, tuple[Rewriting, ...]] | None:
    """Read the paraphrases or translations that belong to a set; None where there are none.

    Args:
        beside: the file of the set. `NAME.KIND.jsonl` is looked for beside it and among what comes along.
        kind: which texts.

    Raises:
        InputError: with every problem of the file, each naming its line.
    """
    name = f"{beside.stem}.{kind}.jsonl"
    for path in (beside.with_name(name), folder("evals") / "audits" / name):
        if path.is_file():
            rows = _read(path, Rewriting)
            problems = _repeated(rows)
            if problems:
                raise _refusal(path.name, problems)
            return path, tuple(rows.values())
    return None


def _read(path: Path, kind: type[_Row]) -> dict[int, _Row]:
    """Read a file of rows: line number → row."""
    name = display_name(path)
    rows: dict[int, _Row] = {}
    problems: list[str] = []
    for number, content in parse_jsonl(io.BytesIO(read_bytes(path, LIMIT_SET_BYTES)), name=name):
        if isinstance(content, InputError):
            problems += line_problems(content, name, number)
            continue
        found = problems_of(kind, content)
        problems += [f"line {number}: {problem}" for problem in found]
        if not found:
            rows[number] = kind.model_validate(content)
    if problems:
        raise _refusal(name, problems)
    return rows


def _repeated(rows: dict[int, Rewriting]) -> list[str]:
    """List the lines that say again what another has said: one case, one language, one text."""
    seen: dict[tuple[str, str], int] = {}
    problems = []
    for number, row in rows.items():
        first = seen.setdefault((row.case, row.language), number)
        if first != number:
            problems.append(f"line {number}: the case {row.case!r} stands on line {first} already")
    return problems


def _refusal(name: str, problems: list[str]) -> InputError:
    hint = "The form of these texts: evals/audits/README.md."
    if len(problems) == 1:
        return InputError(f"{name}: {problems[0]}", hint)
    return InputError(f"{name}: {len(problems)} problems", hint, tuple(problems))
