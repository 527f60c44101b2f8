"""Verdicts and failed attempts: written once, found by key, never served when they look tampered with.

A verdict that stands is never replaced, with one exception: a row that no longer agrees with itself is
treated as absent, and the fresh answer takes its place while the damaged row is kept aside in `damaged`.
"""

from __future__ import annotations

import hashlib
import json
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, select

from panel.ledger import schema
from panel.ledger.key import is_kept, outcome_text, question_of, seal
from panel.value import canonical_json
from panel.verdict import Abstention, Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from panel.ledger.store import Store

_AT_ONCE = 500
"""Keys looked up in one statement; databases bound the number of parameters."""
_columns = tuple(schema.verdict.columns)
_by_keys = select(*_columns).where(schema.verdict.c.key.in_(bindparam("keys", expanding=True)))
# Held, so that of two fresh answers for a damaged row one takes its place and the other finds it sound.
_by_key_held = select(*_columns).where(schema.verdict.c.key == bindparam("wanted")).with_for_update()
_newest_sample = select(func.max(schema.verdict.c.sample)).where(
    schema.verdict.c.question == bindparam("wanted")
)


class _Answer(NamedTuple):
    """An outcome on its way into the ledger."""

    outcome: Outcome
    row: dict[str, Any]
    kept: bool
    """Whether it has a key of its own; a failure has none."""


def outcome_of(row: Row[Any]) -> Outcome:
    """Read the outcome of a verdict's row.

    Raises:
        ValueError: the row does not agree with itself; says how.
    """
    if not (isinstance(row.inputs, str) and isinstance(row.outcome, str)):
        raise ValueError("inputs or outcome are not text")  # noqa: TRY004 - one kind of error for one row
    if hashlib.sha256(row.inputs.encode()).hexdigest() != row.key:
        raise ValueError("the inputs do not hash to the key")
    if seal(row.key, row.outcome) != row.seal:
        raise ValueError("the outcome is not what was sealed")
    outcome = parse_outcome(row.outcome, voted=row.decision is not None)
    if _said(outcome) != (row.persona, row.decision, row.score):
        raise ValueError("persona, decision or score beside the outcome differ from it")
    return outcome


def parse_outcome(text: str, *, voted: bool) -> Outcome:
    """Validate the stored text of a verdict, or of an abstention."""
    return Verdict.model_validate_json(text) if voted else Abstention.model_validate_json(text)


def find(store: Store, keys: Sequence[str]) -> dict[str, Outcome]:
    """Return the outcomes that stand under `keys`; a row that does not agree with itself is left out."""
    if not keys:
        return {}
    rows: list[Row[Any]] = []
    with store.reading() as connection:
        for start in range(0, len(keys), _AT_ONCE):
            rows += connection.execute(_by_keys, {"keys": list(keys[start : start + _AT_ONCE])})
    found: dict[str, Outcome] = {}
    for row in rows:
        try:
            found[row.key] = outcome_of(row)
        except ValueError:
            # Treated as absent, to be answered anew; `verify` is where it is reported.
            continue
    return found


def keep_many(store: Store, answers: Iterable[tuple[Mapping[str, Any], Outcome]]) -> list[Outcome]:
    """Write answers in one commit, and return for each the one that stands: the first to arrive."""
    prepared = [_prepare(inputs, outcome) for inputs, outcome in answers]
    with store.writing() as connection:
        return _keep(connection, store, prepared)


def keep_within(
    connection: Connection, store: Store, answers: Iterable[tuple[Mapping[str, Any], Outcome]]
) -> list[Outcome]:
    """Do as `keep_many` does, in a transaction that is open and writes more than that."""
    return _keep(connection, store, [_prepare(inputs, outcome) for inputs, outcome in answers])


def _keep(connection: Connection, store: Store, prepared: Sequence[_Answer]) -> list[Outcome]:
    # In one order whoever writes, so that no two wait for each other's keys.
    kept = sorted((answer.row for answer in prepared if answer.kept), key=itemgetter("key"))
    failures = [answer.row for answer in prepared if not answer.kept]
    if failures:
        connection.execute(store.add(schema.attempt), failures)
    if not kept or connection.execute(store.add(schema.verdict), kept).rowcount == len(kept):
        return [answer.outcome for answer in prepared]
    return [_stand(connection, store, answer) if answer.kept else answer.outcome for answer in prepared]


def next_sample(store: Store, inputs: Mapping[str, Any]) -> int:
    """Return the first sample index that no verdict on this question has; `sample` in it is ignored."""
    with store.reading() as connection:
        newest = connection.scalar(_newest_sample, {"wanted": question_of(inputs)})
    return 0 if newest is None else newest + 1


def _prepare(inputs: Mapping[str, Any], outcome: Outcome) -> _Answer:
    asked, text = canonical_json(dict(inputs)), outcome_text(outcome)
    key = hashlib.sha256(asked.encode()).hexdigest()
    row = {
        "key": key,
        "question": question_of(inputs),
        "tool_digest": inputs["tool"],
        "persona": outcome.persona,
        "outcome": text,
        "created_at": schema.stamp(outcome.provenance.created_at),
    }
    if isinstance(outcome, Abstention) and not is_kept(outcome):
        return _Answer(outcome, {**row, "id": seal(key, text), "reason": outcome.reason}, kept=False)
    _, decision, score = _said(outcome)
    row |= {"inputs": asked, "sample": inputs["sample"], "decision": decision, "score": score}
    return _Answer(outcome, {**row, "seal": seal(key, text)}, kept=True)


def _said(outcome: Outcome) -> tuple[str, str | None, float | None]:
    if isinstance(outcome, Verdict):
        return outcome.persona, outcome.decision, outcome.score
    return outcome.persona, None, None


def _stand(connection: Connection, store: Store, answer: _Answer) -> Outcome:
    """Return the sound outcome under the answer's key, which is the answer if none was sound."""
    row = connection.execute(_by_key_held, {"wanted": answer.row["key"]}).one()
    if all(getattr(row, name) == answer.row[name] for name in ("inputs", "outcome", "seal")):
        return answer.outcome
    try:
        return outcome_of(row)
    except ValueError:
        replace_damaged(connection, store, row, answer.row)
        return answer.outcome


def replace_damaged(connection: Connection, store: Store, row: Row[Any], fresh: dict[str, Any]) -> None:
    """Let a fresh answer take the place of a damaged row, which is kept aside."""
    content = json.dumps(dict(row._mapping), default=repr)  # noqa: SLF001 - public by documentation
    aside = {"id": seal(row.key, content), "key": row.key, "content": content, "found_at": schema.stamp()}
    connection.execute(store.add(schema.damaged), aside)
    values = {name: value for name, value in fresh.items() if name != "key"}
    connection.execute(schema.verdict.update().where(schema.verdict.c.key == row.key).values(values))
