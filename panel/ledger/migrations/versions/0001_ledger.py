"""Tools and their revisions, verdicts, attempts, runs and what they cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create every table of the first schema."""
    _create_tools()
    _create_answers()
    _create_runs()


def _create_tools() -> None:
    op.create_table(
        "tool",
        sa.Column("slug", sa.String, primary_key=True),
        sa.Column("identity", sa.String, nullable=False, unique=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("latest_run", sa.String),
        sa.Column("reviewed_at", sa.String),
    )
    op.create_index("ix_tool_reviewed_at", "tool", ["reviewed_at", "slug"])
    op.create_table(
        "tool_revision",
        sa.Column("slug", sa.String, sa.ForeignKey("tool.slug"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.UniqueConstraint("slug", "digest", name="uq_tool_revision_digest"),
    )


def _create_answers() -> None:
    op.create_table(
        "verdict",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("sample", sa.Integer, nullable=False),
        sa.Column("tool_digest", sa.String, nullable=False),
        sa.Column("persona", sa.String, nullable=False),
        sa.Column("decision", sa.String),
        sa.Column("score", sa.Float),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("seal", sa.String, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
    )
    op.create_index("ix_verdict_question", "verdict", ["question", "sample"])
    op.create_table(
        "attempt",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("question", sa.String, nullable=False),
        sa.Column("tool_digest", sa.String, nullable=False),
        sa.Column("persona", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
    )
    op.create_table(
        "damaged",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("key", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("found_at", sa.String, nullable=False),
    )
    op.create_index("ix_damaged_key", "damaged", ["key"])


def _create_runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("slug", sa.String, sa.ForeignKey("tool.slug"), nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("reviewed_at", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("label", sa.String),
        sa.Column("ship_pct", sa.Float),
        sa.Column("scorecard", sa.Text, nullable=False),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("seal", sa.String, nullable=False),
    )
    op.create_index("ix_run_slug", "run", ["slug", "reviewed_at", "id"])
    op.create_table(
        "spend",
        sa.Column("run", sa.String, sa.ForeignKey("run.id"), primary_key=True),
        sa.Column("engine", sa.String, primary_key=True),
        sa.Column("spec", sa.String, primary_key=True),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("input_tokens", sa.Integer, nullable=False),
        sa.Column("cached_tokens", sa.Integer, nullable=False),
        sa.Column("output_tokens", sa.Integer, nullable=False),
        sa.Column("cost_usd", sa.Float),
    )
