"""Steps from one schema of the ledger to the next, run by Alembic on a connection of ours.

There is no `alembic.ini`: a migration runs inside the transaction in which the ledger is opened, so it
happens altogether or not at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from alembic import command
from alembic.config import Config

from panel.ledger.schema import REVISION

if TYPE_CHECKING:
    from sqlalchemy import Connection


def migrate(connection: Connection, target: str = REVISION) -> None:
    """Bring the tables behind `connection` to the schema `target`, in the transaction that is open."""
    config = Config()
    # A configuration file's value, in which a percent sign begins a reference.
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, target)
