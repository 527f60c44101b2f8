"""Batches of questions, sent to a provider or written to a file: what was asked, and what became of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables; there are no batches yet."""
    _create_questions()
    _create_batches()


def _create_questions() -> None:
    op.create_table(
        "batch_panel",
        sa.Column("digest", sa.String, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "batch_review",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("panel", sa.String, sa.ForeignKey("batch_panel.digest"), nullable=False),
        sa.Column("tool", sa.Text, nullable=False),
        sa.Column("findings", sa.Text),
        sa.Column("slug_stated", sa.Integer, nullable=False),
        sa.Column("keys", sa.Text, nullable=False),
        sa.Column("run", sa.String),
        sa.Column("done_at", sa.String),
        sa.Column("created_at", sa.String, nullable=False),
    )
    op.create_index("ix_batch_review_done", "batch_review", ["done_at", "id"])
    op.create_table(
        "batch_question",
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("inputs", sa.Text, nullable=False),
        sa.Column("review", sa.String, sa.ForeignKey("batch_review.id"), nullable=False),
        sa.Column("persona", sa.String, nullable=False),
        sa.Column("slug", sa.String, nullable=False),
        sa.Column("correction", sa.Text),
    )


def _create_batches() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("spec", sa.String, nullable=False),
        sa.Column("route", sa.String, nullable=False),
        sa.Column("remote", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String, nullable=False),
        sa.Column("changed_at", sa.String, nullable=False),
    )
    op.create_index("ix_batch_state", "batch", ["state", "id"])
    op.create_table(
        "batch_item",
        sa.Column("batch", sa.String, sa.ForeignKey("batch.id"), primary_key=True),
        sa.Column("key", sa.String, sa.ForeignKey("batch_question.key"), primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("reference", sa.String),
        sa.Column("changed_at", sa.String, nullable=False),
    )
    op.create_index("ix_batch_item_key", "batch_item", ["key"])
