"""What is measured on: tools that differ, and ledgers of any size."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from panel import load_tool, review_tool
from panel.intake.personas import load_personas
from panel.ledger import open_ledger, schema
from panel.persona import Roster, Seat
from panel.resources import folder
from panel.tool import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


_KEYS = 300
"""Keys handed out of a ledger that was filled."""


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


def fill_ledger(path: Path, tools: int) -> Filled:
    """Make a ledger with one real review in it, copied until it holds as many tools as asked.

    The copies are made inside the database: they differ in name, address, keys, run and time, and what is
    hashed of them is not worked out again, so such a ledger does not verify.
    """
    with open_ledger(path) as ledger:
        card = asyncio.run(review_tool(next(varied_tools()), default_roster(), ledger=ledger))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.create_function("mark", 1, _mark, deterministic=True)
        connection.create_function("earlier", 2, _earlier, deterministic=True)
        # A ledger that is being made up needs no protection, and its random keys need room to be sorted in.
        for pragma in ("synchronous=OFF", "journal_mode=OFF", "cache_size=-500000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        for table, copy in _COPIES.items():
            connection.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table}")  # noqa: S608 - our names
            connection.execute(_NUMBERS + copy, {"tools": tools})
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
        slug = card.tool.slug if tools == 1 else f"{card.tool.slug}-copy-{tools // 2}"
        (key,) = connection.execute("SELECT key FROM temp.verdict LIMIT 1").fetchone()
        step = max(1, tools // _KEYS)
        return Filled(slug, tuple(_mark(f"{key}{number}") for number in range(1, tools, step)))


class Filled(NamedTuple):
    """What to look up in a ledger that was filled."""

    slug: str
    """A tool in the middle, by the time of its review."""
    keys: tuple[str, ...]
    """Keys of verdicts from all over it."""


_NUMBERS = "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < :tools) "
_COPIES = {
    "tool": """INSERT INTO main.tool (slug, identity, name, created_at, latest_run, reviewed_at)
    SELECT slug || '-copy-' || n, identity || ' copy ' || n, name || ' copy ' || n, created_at,
        substr(mark(slug || n), 1, 32), earlier(reviewed_at, n) FROM number, temp.tool WHERE n < :tools""",
    "tool_revision": """INSERT INTO main.tool_revision (slug, number, digest, content, created_at)
    SELECT slug || '-copy-' || n, number, mark(slug || n), content, created_at
    FROM number, temp.tool_revision WHERE n < :tools""",
    "verdict": """INSERT INTO main.verdict (key, inputs, question, sample, tool_digest, persona, decision,
        score, outcome, seal, created_at)
    SELECT mark(key || n), inputs, mark(question || n), sample, mark(slug || n), persona, decision,
        score, outcome, seal, verdict.created_at FROM number, temp.verdict, temp.tool WHERE n < :tools""",
    "run": """INSERT INTO main.run (id, slug, revision, reviewed_at, state, label, ship_pct, scorecard,
        keys, seal)
    SELECT substr(mark(slug || n), 1, 32), slug || '-copy-' || n, revision, earlier(reviewed_at, n), state,
        label, ship_pct,
        replace(scorecard, '"' || slug || '"', '"' || slug || '-copy-' || n || '"'), keys, seal
    FROM number, temp.run WHERE n < :tools""",
}
"""Table → what copies the one review in it, each copy a minute older than the one before."""


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _earlier(moment: str, minutes: int) -> str:
    return schema.stamp(datetime.fromisoformat(moment) - timedelta(minutes=minutes))
