"""What is measured on: tools that differ, and ledgers of any size."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, select

from panel import load_tool, review_tool
from panel.intake.personas import load_personas
from panel.ledger import open_ledger, schema
from panel.persona import Roster, Seat
from panel.resources import folder
from panel.tool import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

_TABLES = (schema.tool, schema.tool_revision, schema.verdict, schema.run)
_PAGE = 1000
"""Tools written at a time."""


def default_roster() -> Roster:
    """Seat the built-in personas, all played by the offline reviewer."""
    return Roster(seats=tuple(Seat(persona=persona) for persona in load_personas()))


def varied_tools() -> Iterator[Tool]:
    """Make tools without end from the examples, each with a name and a sentence of its own.

    Tagline and sources differ too, so that a text remembered from one tool is of little use to the next.
    """
    examples = [load_tool(path) for path in sorted(folder("examples").glob("*.yaml"))]
    number = 0
    while True:
        for example in examples:
            number += 1
            sentences = example.description.split(". ")
            sentences[number % len(sentences)] = (
                f"Build {number} answers in {number + 90} milliseconds, as its vendor reports"
            )
            content = example.model_dump(mode="json")
            for fact in content["facts"].values():
                fact["source"] += f" {number}"
            changed = {
                "slug": f"{example.slug}-{number}",
                "name": f"{example.name} {number}",
                "tagline": f"{example.tagline}, build {number}",
                "description": ". ".join(sentences),
            }
            yield Tool.model_validate({**content, **changed})


def fill_ledger(path: Path, tools: int) -> list[str]:
    """Make a ledger with one real review in it, copied until it holds as many tools as asked.

    The copies are inserted straight into the tables: they differ in name, address, run and time, and what
    is hashed of them is not worked out again, so such a ledger does not verify.

    Returns:
        The slugs, in the order of review.
    """
    with open_ledger(path) as ledger:
        asyncio.run(review_tool(next(varied_tools()), default_roster(), ledger=ledger))
    engine = create_engine(f"sqlite:///{path}")
    slugs: list[str] = []
    with engine.begin() as connection:
        original = {table.name: _rows(connection, table.name) for table in _TABLES}
        slugs.append(original["tool"][0]["slug"])
        for start in range(1, tools, _PAGE):
            copies = [_copy(original, number) for number in range(start, min(start + _PAGE, tools))]
            for table in _TABLES:
                connection.execute(table.insert(), [row for copy in copies for row in copy[table.name]])
            slugs += [copy["tool"][0]["slug"] for copy in copies]
    engine.dispose()
    return slugs


def _rows(connection: Connection, table: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(schema.metadata.tables[table])).mappings()
    return [dict(row) for row in rows]


def _copy(original: dict[str, list[dict[str, Any]]], number: int) -> dict[str, list[dict[str, Any]]]:
    """Make the rows of another tool, reviewed that many minutes earlier."""
    tool, revision, run = original["tool"][0], original["tool_revision"][0], original["run"][0]
    slug, name = f"{tool['slug']}-copy-{number}", f"{tool['name']} copy {number}"
    mark = hashlib.sha256(slug.encode()).hexdigest()
    moment = schema.stamp(datetime.now(UTC) - timedelta(minutes=number))
    card = run["scorecard"].replace(run["id"], mark[:32]).replace(f'"{tool["slug"]}"', f'"{slug}"')
    at = {"slug": slug, "reviewed_at": moment}
    return {
        "tool": [{**tool, **at, "name": name, "identity": name.lower(), "latest_run": mark[:32]}],
        "tool_revision": [{**revision, "slug": slug, "digest": mark}],
        "verdict": [
            {**row, "key": hashlib.sha256(f"{slug} {row['key']}".encode()).hexdigest(), "tool_digest": mark}
            for row in original["verdict"]
        ],
        "run": [{**run, **at, "id": mark[:32], "scorecard": card}],
    }
