"""What Alembic runs to apply migrations: on the connection it is handed, within its transaction."""

from __future__ import annotations

from alembic import context

from panel.ledger.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
