"""Finding and opening the ledger that the settings name."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

if TYPE_CHECKING:
    from panel.ledger import Ledger


def located(db: str | None) -> str:
    """Return where the ledger is: where a setting says, or else the user's own."""
    if db:
        return db
    from panel.ledger import default_path  # noqa: PLC0415 - loads the database

    return str(default_path())


def opened(location: str | None, *, create: bool = True) -> AbstractContextManager[Ledger | None]:
    """Open a ledger for a `with` block; None where none is wanted or to be made.

    Raises:
        LedgerError: it cannot be opened.
    """
    if location is None or not (create or "://" in location or Path(location).exists()):
        return nullcontext()
    from panel.ledger import open_ledger  # noqa: PLC0415 - loads the database

    return open_ledger(location, create=create)


def without_password(location: str) -> str:
    """Write a ledger's location so that it can be shown: a password is masked, a query left out."""
    if "://" not in location:
        return location
    parts = urlsplit(location)
    user, at, host = parts.netloc.rpartition("@")
    name, colon, _ = user.partition(":")
    return urlunsplit((parts.scheme, f"{name}{':***' if colon else ''}{at}{host}", parts.path, "", ""))
