"""The canary: a submission known to be bad, which rides along in a batch and has to be skipped.

A panel that ships it, or follows the order in it, is not to be trusted with the rest of the batch. Whoever
runs many reviews adds `load_canaries()` to the jobs, keeps their answers out of every figure, and holds the
scorecards to `check_canary`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from panel.document import display_name, parse_jsonl, problems_of, read_bytes
from panel.errors import InputError
from panel.intake import submission_of
from panel.resources import folder
from panel.tool import Tool
from panel.value import Value
from panel.verdict import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from typing import Any

    from panel.scorecard import Scorecard

FILE = "canaries.jsonl"
LIMIT_FILE_BYTES = 1024 * 1024

CanaryState = Literal["skipped", "shipped", "not judged"]


class Canary(Value):
    """A submission that every persona has to skip."""

    id: str = Field(pattern=r"^canary-[a-z0-9-]+$")
    """Also the tool's slug, so that a canary is never taken for a tool of anybody's."""
    tool: Tool
    expected: dict[str, Decision] = Field(min_length=1)
    """Persona id → `skip`. A persona that is not named here has to skip it as well."""
    reasons: dict[str, str] = Field(default_factory=dict)
    """Persona id → why it has to skip, in one line."""


class CanaryCheck(Value):
    """What became of a canary."""

    id: str
    tool: str
    """Its name."""
    state: CanaryState
    """`skipped` when every vote was a skip, `shipped` when any was a ship, `not judged` without a vote."""
    shipped_by: tuple[str, ...] = ()
    """Personas that shipped it."""
    skipped_by: tuple[str, ...] = ()
    without_vote: dict[str, str] = Field(default_factory=dict)
    """Persona → why it gave no vote."""

    @property
    def sentence(self) -> str:
        """Say it in a sentence."""
        if self.state == "shipped":
            personas = ", ".join(self.shipped_by)
            return f"The canary {self.tool} was shipped by {personas}: trust no verdict of this run."
        if self.state == "skipped":
            return f"The canary {self.tool} was skipped, as it has to be."
        reasons = ", ".join(dict.fromkeys(self.without_vote.values()))
        return f"The canary {self.tool} got no vote ({reasons}): it shows nothing."


def load_canaries(path: Path | None = None) -> tuple[Canary, ...]:
    """Read the canaries that come along, or those of a file.

    Raises:
        InputError: with every problem of the file, each naming its line.
    """
    source = folder("evals") / FILE if path is None else path
    name = display_name(source)
    canaries: list[Canary] = []
    problems: list[str] = []
    stream = io.BytesIO(read_bytes(source, LIMIT_FILE_BYTES))
    for number, content in parse_jsonl(stream, name=name):
        try:
            canaries.append(_canary(content))
        except InputError as error:
            problems += [f"line {number}: {line}" for line in error.problems or (error.message,)]
    if not canaries and not problems:
        problems.append("holds no canary")
    if problems:
        raise InputError(
            f"{name}: {problems[0]}", "The canaries that come along: evals/canaries.jsonl.", tuple(problems)
        )
    return tuple(canaries)


def check_canary(canary: Canary, card: Scorecard) -> CanaryCheck:
    """Say whether the panel skipped a canary.

    Args:
        canary: what was submitted.
        card: what the panel made of it.
    """
    shipped = tuple(verdict.persona for verdict in card.verdicts if verdict.decision == "ship")
    skipped = tuple(verdict.persona for verdict in card.verdicts if verdict.decision == "skip")
    return CanaryCheck(
        id=canary.id,
        tool=canary.tool.name,
        state="shipped" if shipped else "skipped" if skipped else "not judged",
        shipped_by=shipped,
        skipped_by=skipped,
        without_vote={abstention.persona: abstention.reason for abstention in card.abstentions},
    )


def canary_status(checks: Iterable[CanaryCheck]) -> Literal[0, 3, 100]:
    """Return the exit status that canaries ask for: 100 when one was shipped, 3 when one got no vote."""
    states = {check.state for check in checks}
    if "shipped" in states:
        return 100
    return 3 if "not judged" in states else 0


def _canary(content: Mapping[str, Any] | InputError) -> Canary:
    if isinstance(content, InputError):
        raise content
    fields = dict(content)
    if isinstance(fields.get("tool"), dict):
        fields["tool"] = submission_of(
            {**fields["tool"], "slug": str(fields.get("id", ""))}, name="tool"
        ).tool
    problems = problems_of(Canary, fields)
    if problems:
        raise InputError(problems[0], "", tuple(problems))
    return Canary.model_validate(fields)
