"""Whether a tool has been reviewed already: what lets a batch be taken up where it stopped.

A review stands when the newest run of the tool's content was counted from answers to the very questions
that would be asked now. Repeats of a question are the same question, so that a review with fresh answers
stands too.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select

from panel.ledger import schema
from panel.ledger.key import is_rebuttal
from panel.ledger.rows import Standing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from panel.ledger.store import Store

_run, _verdict, _attempt = schema.run.c, schema.verdict.c, schema.attempt.c
_newest = (
    select(_run.id, _run.reviewed_at, _run.scorecard, _run["keys"])
    .where(_run.slug == bindparam("at"), _run.revision == bindparam("number"))
    .order_by(_run.reviewed_at.desc(), _run.id.desc())
    .limit(1)
)
_answered = select(_verdict.key, _verdict.question).where(
    _verdict.key.in_(bindparam("names", expanding=True))
)
_failed = select(_attempt.id, _attempt.question, _attempt.reason).where(
    _attempt.id.in_(bindparam("names", expanding=True))
)
_SHOWN = ("state", "label", "ship_pct", "ships", "skips", "abstained", "failed", "quorum")


def find_standing(
    store: Store, slug: str, revision: int, questions: Mapping[str, str], repeat: int = 1
) -> Standing | None:
    """Return the newest review of a content when it answers the questions; None when it does not.

    Args:
        store: where to look.
        slug: the tool.
        revision: its content.
        questions: persona id → the digest of what it would be asked (`question_of`), for every seat.
        repeat: how often each would be asked.
    """
    with store.reading() as connection:
        row = connection.execute(_newest, {"at": slug, "number": revision}).one_or_none()
        if row is None:
            return None
        run, reviewed_at, scorecard, keys = row
        answers = _answers(keys)
        if answers.keys() != questions.keys() or any(len(names) < repeat for names in answers.values()):
            return None
        names = {name: persona for persona, given in answers.items() for name in given}
        said = {row.key: row.question for row in connection.execute(_answered, {"names": list(names)})}
        failures: tuple[str, ...] = ()
        missing = [name for name in names if name not in said]
        if missing:
            failed = connection.execute(_failed, {"names": missing}).all()
            said |= {name: question for name, question, _ in failed}
            failures = tuple(reason for _, _, reason in failed)
    if any(said.get(name) != questions[persona] for name, persona in names.items()):
        return None
    return _standing(run, reviewed_at, scorecard, failures)


def _answers(keys: str) -> dict[str, list[str]]:
    """Read what a run was counted from, its second round apart; empty when the row is damaged."""
    try:
        return {persona: names for persona, names in json.loads(keys).items() if not is_rebuttal(persona)}
    except (ValueError, AttributeError):
        return {}


def _standing(run: str, reviewed_at: str, scorecard: str, failures: tuple[str, ...]) -> Standing | None:
    try:
        card: dict[str, Any] = json.loads(scorecard)
        shown = {name: card[name] for name in _SHOWN}
        return Standing(
            run=run, name=card["tool"]["name"], reviewed_at=reviewed_at, failures=failures, **shown
        )
    except (ValueError, KeyError, TypeError):
        return None
