"""A ledger of an older program is brought to today's schema, and nothing in it changes its meaning."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url

from panel.ledger import open_ledger
from panel.ledger.migrations import migrate
from panel.ledger.schema import REVISION, metadata
from panel.value import digest
from panel.verdict import Abstention, Usage

pytest_plugins = ("databases",)

WRITTEN = Path(__file__).parent / "ledgers" / "0001.json"
"""Tables as the first schema's program left them: a divided panel, its rebuttals, and a seat that failed."""


@pytest.fixture
def old() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a ledger of the first schema, by table."""
    rows: dict[str, list[dict[str, Any]]] = json.loads(WRITTEN.read_text("utf-8"))
    return rows


@pytest.fixture
def upgraded(database: str, old: dict[str, list[dict[str, Any]]]) -> str:
    """Return the address of such a ledger, not opened since."""
    postgres = "://" in database
    url = make_url(database).set(drivername="postgresql+psycopg") if postgres else f"sqlite:///{database}"
    engine = create_engine(url)
    with engine.begin() as connection:
        migrate(connection, "0001")
        for table in metadata.sorted_tables:
            for row in old.get(table.name, ()):
                connection.execute(table.insert(), row)
    engine.dispose()
    return database


def test_an_old_ledger_opens_and_agrees_with_itself(
    upgraded: str, old: dict[str, list[dict[str, Any]]]
) -> None:
    """Every key, seal and scorecard holds; what was spent stays, with nothing written to a cache."""
    with open_ledger(upgraded) as ledger:
        assert ledger.verify().problems == ()
        figures = ledger.stats()
        assert figures.schema_revision == REVISION
        [before], [spent] = old["spend"], figures.spend
        assert spent.model_dump(exclude={"cache_write_tokens"}) == {
            name: before[name] for name in before if name != "run"
        }
        assert spent.cache_write_tokens == 0
        card = ledger.card(old["run"][0]["id"])
        assert card.totals.cost_usd == pytest.approx(before["cost_usd"])
        assert card.totals.cache_write_tokens == 0


def test_old_answers_read_and_digest_as_they_did(upgraded: str, old: dict[str, list[dict[str, Any]]]) -> None:
    """Byte for byte, so that a rebuttal of an old verdict keeps its key and is not asked for again."""
    texts = {row["key"]: row["outcome"] for row in old["verdict"]}
    with open_ledger(upgraded) as ledger:
        found = ledger.find(list(texts))
    assert {key: outcome.model_dump_json() for key, outcome in found.items()} == texts
    digests = {digest(outcome.model_dump(mode="json")) for outcome in found.values()}
    shown = [peer for row in old["verdict"] for peer in json.loads(row["inputs"])["peers"]]
    assert len(shown) == 2
    assert digests.issuperset(shown)


def test_a_failed_attempt_keeps_its_id(old: dict[str, list[dict[str, Any]]]) -> None:
    """The name of a failure is made of its text, which reads back as it was written."""
    [row] = old["attempt"]
    assert Abstention.model_validate_json(row["outcome"]).model_dump_json() == row["outcome"]


def test_what_was_written_to_a_cache_is_told_only_where_there_was_any() -> None:
    """An outcome without it has the text it always had; one with it carries the count through JSON."""
    assert "cache_write_tokens" not in Usage(calls=1, input_tokens=5).model_dump()
    used = Usage(calls=1, input_tokens=5, cache_write_tokens=3)
    assert Usage.model_validate_json(used.model_dump_json()) == used
