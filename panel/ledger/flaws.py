"""What in a single row does not agree with itself: digests, keys and seals worked out again.

A check of the whole ledger asks it of every row, and an import before it takes one.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from panel.ledger import schema
from panel.ledger.answers import outcome_of, parse_outcome
from panel.ledger.key import question_of, seal
from panel.value import digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Table


def flaws_of_row(table: Table, row: Any) -> list[str]:  # noqa: ANN401 - a row, read or made
    """Tell what in a row does not agree with itself; a run is checked with what it rests on."""
    check = _CHECKS.get(table.name)
    return found_by(check(row)) if check else []


def found_by(check: Iterable[str]) -> list[str]:
    """List what the check of one row finds; a row that breaks the check is its own last flaw."""
    flaws: list[str] = []
    try:
        flaws.extend(check)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # A tampered row may hold anything; whatever it breaks is this row's problem.
        flaws.append(_reason(error))
    return flaws


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return f"does not validate: {'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    if type(error) is ValueError:
        return str(error)
    return f"cannot be read ({type(error).__name__})"


def _flaws_of_revision(row: Any) -> Iterator[str]:  # noqa: ANN401 - likewise
    if digest(json.loads(row.content)) != row.digest:
        yield "the content does not hash to the digest"


def _flaws_of_verdict(row: Any) -> Iterator[str]:  # noqa: ANN401 - likewise
    outcome_of(row)
    inputs = json.loads(row.inputs)
    if (question_of(inputs), inputs["sample"], inputs["tool"]) != (row.question, row.sample, row.tool_digest):
        yield "question, sample or tool beside the inputs differ from them"


def _flaws_of_attempt(row: Any) -> Iterator[str]:  # noqa: ANN401 - likewise
    if seal(row.key, row.outcome) != row.id:
        yield "the outcome does not hash to the id"
    outcome = parse_outcome(row.outcome, voted=False)
    if (outcome.persona, getattr(outcome, "reason", None)) != (row.persona, row.reason):
        yield "persona or reason beside the outcome differ from it"


def _flaws_of_damaged(row: Any) -> Iterator[str]:  # noqa: ANN401 - likewise
    if seal(row.key, row.content) != row.id:
        yield "what was set aside does not hash to the id"


_CHECKS: dict[str, Callable[[Any], Iterable[str]]] = {
    schema.tool_revision.name: _flaws_of_revision,
    schema.verdict.name: _flaws_of_verdict,
    schema.attempt.name: _flaws_of_attempt,
    schema.damaged.name: _flaws_of_damaged,
}
