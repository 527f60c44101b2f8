"""What was written to a provider's cache, which costs more than plain input; nobody counted it before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Count nothing as written by the runs there are: what they cost stays what it was said to be."""
    op.add_column("spend", sa.Column("cache_write_tokens", sa.Integer, nullable=False, server_default="0"))
