"""The tables of the ledger, and what is looked up by which index.

JSON is stored as text, so that what is hashed is what stands there, byte for byte, on both databases.
Times are UTC text of fixed width: their order as text is their order in time. A change here needs a
migration beside it, and raises `REVISION`.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
)

REVISIONS = ("0001", "0002", "0003")
"""All migrations this program knows, oldest first."""
REVISION = REVISIONS[-1]
"""The newest of them."""

metadata = MetaData()

version = Table(
    "alembic_version",
    metadata,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Exactly as Alembic would make it."""

tool = Table(
    "tool",
    metadata,
    Column("slug", String, primary_key=True),
    Column("identity", String, nullable=False, unique=True),
    Column("name", String, nullable=False),
    Column("created_at", String, nullable=False),
    # The two columns below follow the newest run, in its transaction: the list of tools is read off an
    # index instead of being worked out from every run.
    Column("latest_run", String),
    Column("reviewed_at", String),
    Index("ix_tool_reviewed_at", "reviewed_at", "slug"),
)

tool_revision = Table(
    "tool_revision",
    metadata,
    Column("slug", ForeignKey("tool.slug"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("digest", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("created_at", String, nullable=False),
    UniqueConstraint("slug", "digest", name="uq_tool_revision_digest"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("key", String, primary_key=True),
    Column("inputs", Text, nullable=False),
    Column("question", String, nullable=False),
    Column("sample", Integer, nullable=False),
    Column("tool_digest", String, nullable=False),
    Column("persona", String, nullable=False),
    Column("decision", String),
    Column("score", Float),
    Column("outcome", Text, nullable=False),
    Column("seal", String, nullable=False),
    Column("created_at", String, nullable=False),
    Index("ix_verdict_question", "question", "sample"),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("question", String, nullable=False),
    Column("tool_digest", String, nullable=False),
    Column("persona", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("created_at", String, nullable=False),
)

damaged = Table(
    "damaged",
    metadata,
    Column("id", String, primary_key=True),
    Column("key", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("found_at", String, nullable=False),
    Index("ix_damaged_key", "key"),
)

run = Table(
    "run",
    metadata,
    Column("id", String, primary_key=True),
    Column("slug", ForeignKey("tool.slug"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("reviewed_at", String, nullable=False),
    Column("state", String, nullable=False),
    Column("label", String),
    Column("ship_pct", Float),
    Column("scorecard", Text, nullable=False),
    Column("keys", Text, nullable=False),
    Column("seal", String, nullable=False),
    Index("ix_run_slug", "slug", "reviewed_at", "id"),
)

spend = Table(
    "spend",
    metadata,
    Column("run", ForeignKey("run.id"), primary_key=True),
    Column("engine", String, primary_key=True),
    Column("spec", String, primary_key=True),
    Column("calls", Integer, nullable=False),
    Column("input_tokens", Integer, nullable=False),
    Column("cached_tokens", Integer, nullable=False),
    # The columns that a migration added carry its default: SQLite cannot take one away again.
    Column("cache_write_tokens", Integer, nullable=False, server_default="0"),
    Column("output_tokens", Integer, nullable=False),
    Column("cost_usd", Float),
)

batch_panel = Table(
    "batch_panel",
    metadata,
    Column("digest", String, primary_key=True),
    Column("content", Text, nullable=False),
)
"""Who is to review: personas, their reviewers and the quorum, as they were when questions were sent."""

batch_review = Table(
    "batch_review",
    metadata,
    Column("id", String, primary_key=True),
    Column("panel", ForeignKey("batch_panel.digest"), nullable=False),
    Column("tool", Text, nullable=False),
    Column("findings", Text),
    Column("slug_stated", Integer, nullable=False),
    Column("keys", Text, nullable=False),
    Column("run", String),
    # Empty until the scorecard is there; the run is chosen before it is counted.
    Column("done_at", String),
    Column("created_at", String, nullable=False),
    Index("ix_batch_review_done", "done_at", "id"),
)
"""A review that waits for answers of batches."""

batch_question = Table(
    "batch_question",
    metadata,
    Column("key", String, primary_key=True),
    Column("inputs", Text, nullable=False),
    Column("review", ForeignKey("batch_review.id"), nullable=False),
    Column("persona", String, nullable=False),
    Column("slug", String, nullable=False),
    # What was wrong with the form of the first answer, until the second has come.
    Column("correction", Text),
)
"""A question that was sent with a batch, under the key of its answer."""

batch = Table(
    "batch",
    metadata,
    Column("id", String, primary_key=True),
    Column("provider", String, nullable=False),
    Column("spec", String, nullable=False),
    Column("route", String, nullable=False),
    Column("remote", String),
    Column("state", String, nullable=False),
    Column("status", String, nullable=False),
    Column("detail", Text, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("created_at", String, nullable=False),
    Column("changed_at", String, nullable=False),
    Index("ix_batch_state", "state", "id"),
)
"""Questions that went together, to a provider or into a file."""

batch_item = Table(
    "batch_item",
    metadata,
    Column("batch", ForeignKey("batch.id"), primary_key=True),
    Column("key", ForeignKey("batch_question.key"), primary_key=True),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("detail", Text, nullable=False),
    # The key of the verdict or the id of the attempt that the reply became.
    Column("reference", String),
    Column("changed_at", String, nullable=False),
    Index("ix_batch_item_key", "key"),
)
"""What became of a question in a batch."""


def stamp(moment: datetime | None = None) -> str:
    """Write a moment, or now, as the ledger stores it."""
    return (moment or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")
