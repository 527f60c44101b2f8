"""Which tool a submission is about, and which revision of it.

A tool is known by its name, folded (`identity_of`). Its slug is an address: the first name to ask for it
has it, and a submission that states a slug itself speaks for the tool that stands there.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import bindparam, func, select

from panel.errors import LedgerError
from panel.ledger import schema
from panel.ledger.rows import Enrolment
from panel.text import identity_of
from panel.value import canonical_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from panel.ledger.store import Store
    from panel.tool import Tool

_SLUG_LENGTH = 80
_columns = (schema.tool.c.slug, schema.tool.c.name, schema.tool.c.identity)
_by_identity = select(*_columns).where(schema.tool.c.identity == bindparam("wanted"))
_by_slug = select(*_columns).where(schema.tool.c.slug == bindparam("wanted"))
_revision = select(schema.tool_revision.c.number).where(
    schema.tool_revision.c.slug == bindparam("at"), schema.tool_revision.c.digest == bindparam("wanted")
)
_newest_revision = select(func.max(schema.tool_revision.c.number)).where(
    schema.tool_revision.c.slug == bindparam("at")
)
# Whoever adds a revision holds the tool's row, so that two never take the same number. SQLite, which
# lets one writer in at a time, leaves the clause out.
_by_identity_held = _by_identity.with_for_update()
_by_slug_held = _by_slug.with_for_update()


class _Standing(NamedTuple):
    """The tool that a submission turns out to be about."""

    slug: str
    name: str
    identity: str


def enrol(store: Store, tool: Tool, *, explicit_slug: bool = False) -> Enrolment:
    """Find or make the place of a submission in the ledger: one commit, or none when it is known.

    Args:
        store: where to look and write.
        tool: the submission.
        explicit_slug: whether the submission states its slug itself, rather than having had it derived
            from the name. Only then does the slug decide which tool is meant, whatever its name.
    """
    identity = identity_of(tool.name)
    with store.reading() as connection:
        standing = _standing(connection, tool.slug, identity, explicit_slug=explicit_slug)
        known = _known(connection, standing, tool.digest) if standing else None
    if standing and known:
        return _enrolment(standing, identity, known, known=True)
    with store.writing() as connection:
        standing = _claim(connection, store, tool, identity, explicit_slug=explicit_slug)
        known = _known(connection, standing, tool.digest)
        number = known or 1 + (connection.scalar(_newest_revision, {"at": standing.slug}) or 0)
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


def _standing(
    connection: Connection, slug: str, identity: str, *, explicit_slug: bool, held: bool = False
) -> _Standing | None:
    if explicit_slug:
        statement = _by_slug_held if held else _by_slug
        at_slug = connection.execute(statement, {"wanted": slug}).one_or_none()
        if at_slug:
            return _Standing(*at_slug)
    statement = _by_identity_held if held else _by_identity
    named = connection.execute(statement, {"wanted": identity}).one_or_none()
    return _Standing(*named) if named else None


def _claim(
    connection: Connection, store: Store, tool: Tool, identity: str, *, explicit_slug: bool
) -> _Standing:
    """Make the tool unless it stands, and hold its row until the end of the transaction."""
    row = {"slug": tool.slug, "identity": identity, "name": tool.name, "created_at": schema.stamp()}
    for _ in _offers(connection, store, row):
        standing = _standing(connection, tool.slug, identity, explicit_slug=explicit_slug, held=True)
        if standing:
            return standing
    raise LedgerError(
        f"{store.location}: no address is left for {tool.name!r}; {tool.slug!r} and its kin are taken.",
        "Give the submission a slug of its own.",
    )


def settle(connection: Connection, store: Store, row: dict[str, Any]) -> str | None:
    """Find or make the place of a tool's row by its identity, and return its address.

    That is another one than the row's where a tool of another name has it; None when all its kin are taken.
    """
    for _ in _offers(connection, store, row):
        standing = connection.execute(_by_identity_held, {"wanted": row["identity"]}).one_or_none()
        if standing:
            return str(standing.slug)
    return None


def _offers(connection: Connection, store: Store, row: dict[str, Any]) -> Iterator[None]:
    """Offer a tool's row to the ledger, at its own address first; whether it was taken is to be looked up."""
    for slug in _slugs(row["slug"], row["identity"]):
        connection.execute(store.add(schema.tool), {**row, "slug": slug})
        yield


def _slugs(slug: str, identity: str) -> Iterator[str]:
    """Offer the slug asked for, then the same with more and more of the name's SHA-256 behind it."""
    yield slug
    mark = hashlib.sha256(identity.encode()).hexdigest()
    for length in (6, 12, 24):
        yield f"{slug[: _SLUG_LENGTH - 1 - length].rstrip('-')}-{mark[:length]}"
