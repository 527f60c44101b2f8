"""Putting imported rows where they belong in this ledger, which may hold other tools and other answers.

A tool is the one of the same identity, wherever it stands here; what belongs to it follows it there. An
answer that differs from the one standing here is a further sample of the same question, so neither ledger's
is lost. A row that is here already is left as it is.
"""

from __future__ import annotations

import hashlib
import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import bindparam, select

from panel.ledger import schema
from panel.ledger.adding import (
    ADDED,
    STANDING,
    Placed,
    add,
    addressed,
    addresses_of,
    by_identity,
    numbers_of,
    orphans,
)
from panel.ledger.answers import replace_damaged
from panel.ledger.enrolment import settle
from panel.ledger.flaws import flaws_of_row, found_by
from panel.ledger.key import seal
from panel.ledger.recount import flaws_of_run, read_basis
from panel.ledger.runs import point_at
from panel.scorecard import Scorecard
from panel.tool import Tool
from panel.value import canonical_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row, Table

    from panel.ledger.portable import Line
    from panel.ledger.store import Store

    Found = dict[int, "Placed"]


class Placing:
    """Adds lines to one ledger; remembers which answers it had to give another sample."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._moved: dict[str, str] = {}
        """Key in the export → key here, of answers that differ from those under the first."""

    def __call__(self, lines: Sequence[Line]) -> list[Placed]:
        """Place lines of one table in one commit, and tell what became of each."""
        table = lines[0].table
        found = {line.number: Placed(problem=flaw) for line in lines if (flaw := _flaw(line))}
        sound = [line for line in lines if line.number not in found]
        if sound:
            if table is schema.run:
                found |= self._place_runs(sound)
            else:
                with self._store.writing() as connection:
                    found |= self._place(connection, table, sound)
        return [found[line.number] for line in lines]

    def _place(self, connection: Connection, table: Table, lines: Sequence[Line]) -> Found:
        if table is schema.tool:
            return _place_tools(connection, self._store, lines)
        if table is schema.tool_revision:
            return _place_revisions(connection, lines)
        if table is schema.verdict:
            return self._place_verdicts(connection, lines)
        addresses = addresses_of(connection, lines)
        rows, found = addressed(table, lines, addresses)
        found |= orphans(connection, table, rows)
        rows = {number: row for number, row in rows.items() if number not in found}
        return {**found, **add(connection, self._store, table, rows)}

    def _place_verdicts(self, connection: Connection, lines: Sequence[Line]) -> Found:
        asked = {line.row["key"]: line for line in lines}
        there = {row.key: row for row in connection.execute(_by_keys, {"keys": list(asked)})}
        found: dict[int, Placed] = {}
        for line in lines:
            standing, key = there.get(line.row["key"]), line.row["key"]
            if standing:
                found[line.number] = self._reconcile(connection, line, standing)
            elif asked[key] is line:
                found[line.number] = ADDED
            else:
                found[line.number] = Placed(problem=f"{key} stands in the export twice")
        fresh = [line.row for key, line in asked.items() if key not in there]
        if fresh and connection.execute(self._store.add(schema.verdict), fresh).rowcount < len(fresh):
            # Somebody else answered one of them since the look above.
            for row in connection.execute(_by_keys, {"keys": [row["key"] for row in fresh]}):
                found[asked[row.key].number] = self._reconcile(connection, asked[row.key], row)
        return found

    def _reconcile(self, connection: Connection, line: Line, standing: Row[Any]) -> Placed:
        """Decide what becomes of an answer whose key is taken here."""
        if flaws_of_row(schema.verdict, standing):
            replace_damaged(connection, self._store, standing, line.row)
            return Placed(added=True, remark=f"{standing.key} takes the place of a damaged row")
        if standing.outcome == line.row["outcome"]:
            return STANDING
        samples = connection.execute(_samples, {"wanted": standing.question}).all()
        known = next((row.key for row in samples if row.outcome == line.row["outcome"]), None)
        if known:
            self._moved[standing.key] = known
            return STANDING
        sample = samples[-1].sample + 1
        inputs = canonical_json({**json.loads(line.row["inputs"]), "sample": sample})
        key = hashlib.sha256(inputs.encode()).hexdigest()
        moved = {"key": key, "inputs": inputs, "sample": sample, "seal": seal(key, line.row["outcome"])}
        connection.execute(schema.verdict.insert(), {**line.row, **moved})
        self._moved[standing.key] = key
        return Placed(
            added=True, remark=f"{standing.key} was answered otherwise here: kept as sample {sample}"
        )

    def _place_runs(self, lines: Sequence[Line]) -> Found:
        """Count scorecards again from the answers that stand here, and record those that agree."""
        rows, cards, found = self._readdressed(lines)
        basis = read_basis(self._store, [SimpleNamespace(**row) for row in rows.values()])
        for number, row in rows.items():
            flaws = found_by(flaws_of_run(SimpleNamespace(**row), cards[number], basis))
            if flaws:
                found[number] = Placed(problem=f"{row['id']}: {flaws[0]}")
        rows = {number: row for number, row in rows.items() if number not in found}
        if not rows:
            return found
        with self._store.writing() as connection:
            found |= add(connection, self._store, schema.run, rows)
            added = [(row, cards[number].tool.name) for number, row in rows.items() if found[number].added]
            if added:
                point_at(connection, added)
        return found

    def _readdressed(
        self, lines: Sequence[Line]
    ) -> tuple[dict[int, dict[str, Any]], dict[int, Scorecard], dict[int, Placed]]:
        """Let runs name the tools, revisions and answers as they are called here."""
        with self._store.reading() as connection:
            addresses = addresses_of(connection, lines)
            numbers = numbers_of(connection, addresses.values())
        rows: dict[int, dict[str, Any]] = {}
        cards: dict[int, Scorecard] = {}
        found: dict[int, Placed] = {}
        for line in lines:
            try:
                card = _sealed_card(line.row)
                slug = addresses[line.identity or ""]
                revision = numbers[slug, card.tool.digest]
                rows[line.number], cards[line.number] = self._moved_run(line.row, card, slug, revision)
            except KeyError:
                found[line.number] = Placed(problem=f"{line.row['id']}: what it reviewed is not here")
            except ValueError as error:
                detail = (
                    "the scorecard or the list of its answers cannot be read"
                    if isinstance(error, ValidationError)
                    else str(error)
                )
                found[line.number] = Placed(problem=f"{line.row['id']}: {detail}")
        return rows, cards, found

    def _moved_run(
        self, row: dict[str, Any], card: Scorecard, slug: str, revision: int
    ) -> tuple[dict[str, Any], Scorecard]:
        keys = json.loads(row["keys"])
        moved = {place: [self._moved.get(key, key) for key in samples] for place, samples in keys.items()}
        if (slug, revision, moved) == (row["slug"], row["revision"], keys):
            return row, card
        tool = card.tool.model_copy(update={"slug": slug, "revision": revision})
        card = card.model_copy(update={"tool": tool})
        text, named = card.model_dump_json(), canonical_json(moved)
        changed = {
            "slug": slug,
            "revision": revision,
            "scorecard": text,
            "keys": named,
            "seal": seal(row["id"], text, named),
        }
        return {**row, **changed}, card


_KEYS = TypeAdapter(dict[str, list[str]])
_by_keys = select(schema.verdict).where(schema.verdict.c.key.in_(bindparam("keys", expanding=True)))
_samples = (
    select(schema.verdict.c.key, schema.verdict.c.sample, schema.verdict.c.outcome)
    .where(schema.verdict.c.question == bindparam("wanted"))
    .order_by(schema.verdict.c.sample)
)


def _flaw(line: Line) -> str:
    """Tell what in a line does not agree with itself; empty when all does."""
    name = "/".join(str(line.row[column.name]) for column in line.table.primary_key)
    try:
        if line.table is schema.tool:
            Tool.model_validate({"slug": line.row["slug"], "name": line.row["name"], "description": ""})
        elif line.table is schema.tool_revision:
            Tool.model_validate({**json.loads(line.row["content"]), "slug": line.row["slug"]})
    except (ValueError, TypeError, RecursionError):
        return f"{name!r} is not a tool"
    return next((f"{name}: {flaw}" for flaw in flaws_of_row(line.table, SimpleNamespace(**line.row))), "")


def _sealed_card(row: Mapping[str, Any]) -> Scorecard:
    """Read the card of a run as it was sealed.

    Raises:
        ValueError: it is not what was sealed, or names another tool than the columns beside it.
    """
    if seal(row["id"], row["scorecard"], row["keys"]) != row["seal"]:
        raise ValueError("the scorecard or the list of its answers is not what was sealed")
    card = Scorecard.model_validate_json(row["scorecard"])
    if (card.tool.slug, card.tool.revision) != (row["slug"], row["revision"]):
        raise ValueError("the scorecard names another tool than the columns beside it")
    _KEYS.validate_json(row["keys"])
    return card


def _place_tools(connection: Connection, store: Store, lines: Sequence[Line]) -> Found:
    rows = {line.row["identity"]: line.row for line in lines}
    here = by_identity(connection, rows)
    fresh = [row for identity, row in rows.items() if identity not in here]
    if fresh and connection.execute(store.add(schema.tool), fresh).rowcount == len(fresh):
        placed = {row["identity"]: row["slug"] for row in fresh}
    else:
        placed = {row["identity"]: settle(connection, store, row) for row in fresh}
    found: dict[int, Placed] = {}
    for line in lines:
        identity, slug = line.row["identity"], line.row["slug"]
        at = here.get(identity) or placed[identity]
        if at is None:
            found[line.number] = Placed(problem=f"no address is left for {slug!r}; it and its kin are taken")
        else:
            remark = "" if at == slug else f"{slug!r} stands at {at!r} here"
            found[line.number] = Placed(added=identity not in here, remark=remark)
    return found


def _place_revisions(connection: Connection, lines: Sequence[Line]) -> Found:
    addresses = addresses_of(connection, lines, held=True)
    rows, found = addressed(schema.tool_revision, lines, addresses)
    numbers = numbers_of(connection, addresses.values())
    taken = {(slug, number) for (slug, _), number in numbers.items()}
    fresh: list[dict[str, Any]] = []
    for number, row in rows.items():
        slug, wanted = row["slug"], row["number"]
        if (slug, row["digest"]) in numbers:
            found[number] = STANDING
            continue
        free = wanted if (slug, wanted) not in taken else 1 + max(n for at, n in taken if at == slug)
        numbers[slug, row["digest"]] = free
        taken.add((slug, free))
        fresh.append({**row, "number": free})
        remark = "" if free == wanted else f"revision {wanted} of {slug!r} is revision {free} here"
        found[number] = Placed(added=True, remark=remark)
    if fresh:
        connection.execute(schema.tool_revision.insert(), fresh)
    return found
