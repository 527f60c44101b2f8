"""Which tool a submission is about, and which revision of it.

A tool is known by its name, folded (`identity_of`). Its slug is an address: the first name to ask for it
has it, and a submission that states a slug itself speaks for the tool that stands there.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from panel.errors import LedgerError
from panel.ledger import schema
from panel.ledger.rows import Enrolment
from panel.text import identity_of
from panel.value import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import Connection

    from panel.ledger.store import Store
    from panel.tool import Tool

_SLUG_LENGTH = 80
_columns = (schema.tool.c.slug, schema.tool.c.name, schema.tool.c.identity)
_by_names = select(*_columns).where(
    or_(
        schema.tool.c.identity.in_(bindparam("identities", expanding=True)),
        schema.tool.c.slug.in_(bindparam("slugs", expanding=True)),
    )
)
_by_digests = select(
    schema.tool_revision.c.slug, schema.tool_revision.c.digest, schema.tool_revision.c.number
).where(
    schema.tool_revision.c.slug.in_(bindparam("slugs", expanding=True)),
    schema.tool_revision.c.digest.in_(bindparam("digests", expanding=True)),
)
_revision = select(schema.tool_revision.c.number).where(
    schema.tool_revision.c.slug == bindparam("at"), schema.tool_revision.c.digest == bindparam("wanted")
)
_newest_revision = select(func.max(schema.tool_revision.c.number)).where(
    schema.tool_revision.c.slug == bindparam("at")
)
# Whoever adds a revision holds the tool's row, so that two never take the same number. SQLite, which
# lets one writer in at a time, leaves the clause out.
_by_identity_held = select(*_columns).where(schema.tool.c.identity == bindparam("wanted")).with_for_update()
_by_slug_held = select(*_columns).where(schema.tool.c.slug == bindparam("wanted")).with_for_update()


class _Standing(NamedTuple):
    """The tool that a submission turns out to be about."""

    slug: str
    name: str
    identity: str


def enrol_many(store: Store, submissions: Sequence[tuple[Tool, bool]]) -> list[Enrolment]:
    """Find or make the places of submissions in the ledger: one commit, or none when all are known.

    Args:
        store: where to look and write.
        submissions: each with whether it states its slug itself, rather than having had it derived from the
            name. Only then does the slug decide which tool is meant, whatever its name.
    """
    places = _places(store, submissions)
    if None in places:
        with store.writing() as connection:
            # In the order they came: the first name to ask for an address has it.
            return [
                place or _make_place(connection, store, *submission)
                for place, submission in zip(places, submissions, strict=True)
            ]
    return [place for place in places if place]


def _places(store: Store, submissions: Sequence[tuple[Tool, bool]]) -> list[Enrolment | None]:
    """Find the places of contents that are known."""
    names = {"identities": [identity_of(tool.name) for tool, _ in submissions]}
    names["slugs"] = [tool.slug for tool, explicit_slug in submissions if explicit_slug]
    digests = [tool.digest for tool, _ in submissions]
    with store.reading() as connection:
        tools = [_Standing(*row) for row in connection.execute(_by_names, names)]
        held = {"slugs": [standing.slug for standing in tools], "digests": digests}
        rows = connection.execute(_by_digests, held).all() if tools else ()
    numbers = {(row.slug, row.digest): row.number for row in rows}
    by_slug = {standing.slug: standing for standing in tools}
    by_identity = {standing.identity: standing for standing in tools}
    places: list[Enrolment | None] = []
    for (tool, explicit_slug), identity in zip(submissions, names["identities"], strict=True):
        standing = (by_slug.get(tool.slug) if explicit_slug else None) or by_identity.get(identity)
        known = numbers.get((standing.slug, tool.digest)) if standing else None
        places.append(_enrolment(standing, identity, known, known=True) if standing and known else None)
    return places


def _make_place(connection: Connection, store: Store, tool: Tool, explicit_slug: bool) -> Enrolment:  # noqa: FBT001 - as it is listed
    identity = identity_of(tool.name)
    standing, is_new = _claim(connection, store, tool, identity, explicit_slug=explicit_slug)
    known = None if is_new else _known(connection, standing, tool.digest)
    newest = 0 if is_new or known else connection.scalar(_newest_revision, {"at": standing.slug}) or 0
    number = known or 1 + newest
    if not known:
        connection.execute(
            schema.tool_revision.insert(),
            {
                "slug": standing.slug,
                "number": number,
                "digest": tool.digest,
                "content": canonical_json(tool.model_dump(mode="json", exclude={"slug"})),
                "created_at": schema.stamp(),
            },
        )
    return _enrolment(standing, identity, number, known=known is not None)


def _enrolment(standing: _Standing, identity: str, number: int, *, known: bool) -> Enrolment:
    formerly = standing.name if standing.identity != identity else ""
    return Enrolment(slug=standing.slug, revision=number, known=known, formerly=formerly)


def _known(connection: Connection, standing: _Standing, digest: str) -> int | None:
    return connection.scalar(_revision, {"at": standing.slug, "wanted": digest})


def _held(connection: Connection, slug: str, identity: str, *, explicit_slug: bool) -> _Standing | None:
    """Find the tool that is meant, and hold its row."""
    if explicit_slug:
        at_slug = connection.execute(_by_slug_held, {"wanted": slug}).one_or_none()
        if at_slug:
            return _Standing(*at_slug)
    named = connection.execute(_by_identity_held, {"wanted": identity}).one_or_none()
    return _Standing(*named) if named else None


def _claim(
    connection: Connection, store: Store, tool: Tool, identity: str, *, explicit_slug: bool
) -> tuple[_Standing, bool]:
    """Make the tool unless it stands, and hold its row until the transaction ends; tell whether it is new."""
    row = {"slug": tool.slug, "identity": identity, "name": tool.name, "created_at": schema.stamp()}
    for taken in _offers(connection, store, row):
        if taken:
            return taken, True
        standing = _held(connection, tool.slug, identity, explicit_slug=explicit_slug)
        if standing:
            return standing, False
    raise LedgerError(
        f"{store.location}: no address is left for {tool.name!r}; {tool.slug!r} and its kin are taken.",
        "Give the submission a slug of its own.",
    )


def settle(connection: Connection, store: Store, row: dict[str, Any]) -> str | None:
    """Find or make the place of a tool's row by its identity, and return its address.

    That is another one than the row's where a tool of another name has it; None when all its kin are taken.
    """
    for taken in _offers(connection, store, row):
        if taken:
            return taken.slug
        standing = connection.execute(_by_identity_held, {"wanted": row["identity"]}).one_or_none()
        if standing:
            return str(standing.slug)
    return None


def _offers(connection: Connection, store: Store, row: dict[str, Any]) -> Iterator[_Standing | None]:
    """Offer a tool's row to the ledger, at its own address first; yield what was made of it, if it was."""
    for slug in _slugs(row["slug"], row["identity"]):
        taken = connection.execute(store.add(schema.tool), {**row, "slug": slug}).rowcount == 1
        yield _Standing(slug, row["name"], row["identity"]) if taken else None


def _slugs(slug: str, identity: str) -> Iterator[str]:
    """Offer the slug asked for, then the same with more and more of the name's SHA-256 behind it."""
    yield slug
    mark = hashlib.sha256(identity.encode()).hexdigest()
    for length in (6, 12, 24):
        yield f"{slug[: _SLUG_LENGTH - 1 - length].rstrip('-')}-{mark[:length]}"
