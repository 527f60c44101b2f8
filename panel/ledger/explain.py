"""What a database says when something is wrong, put into one line that names the ledger.

SQLite is told apart by its error names, PostgreSQL by SQLSTATE. Neither statements nor their parameters
are ever quoted.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from panel.errors import LedgerBusyError, LedgerError, LedgerGoneError

if TYPE_CHECKING:
    from collections.abc import Iterator


class Cause(NamedTuple):
    """Why the database refused, and what the reader can do."""

    message: str
    hint: str
    error: type[LedgerError] = LedgerError


BUSY = Cause(
    "somebody else has held the ledger for too long",
    "Wait until the other program is done, then run the same command again; nothing was lost.",
    LedgerBusyError,
)
FULL = Cause(
    "the disk is full, so this step was not recorded",
    "Free some space and run the same command again; what was recorded before still stands.",
)
UNWRITABLE = Cause(
    "this ledger is read-only",
    "Make the file and its folder writable, which both reading and writing need, or name another with --db.",
)
NO_FILE = Cause(
    "the ledger's file cannot be opened",
    "Check that the path names a file in a folder you may write to, or name another ledger with --db.",
)
NO_LEDGER = Cause(
    "this file is not a ledger",
    "Name another file with --db; this one was left as it is.",
)
CORRUPT = Cause(
    "the ledger's file is damaged",
    "Restore it from a backup, or start a new ledger with --db.",
)
DISK = Cause(
    "the disk could not be read or written",
    "Check the disk and its quota, then run the same command again.",
)
NO_SERVER = Cause(
    "no connection to the server",
    "Check host, user, password and database in the URL; a new database is made with: createdb NAME.",
    LedgerGoneError,
)
CUT_OFF = Cause(
    "the server ended the connection, or is starting up",
    "Run the same command again when it is back; what was recorded before still stands.",
    LedgerGoneError,
)
NO_RIGHT = Cause(
    "the server's user lacks a right that the ledger needs",
    "Let the user create tables in this database, and read and write them.",
)
OTHER = Cause("the database cannot be used", "Run `shippanel doctor` to see what it answers.")

_SQLITE = {
    "SQLITE_BUSY": BUSY,
    "SQLITE_LOCKED": BUSY,
    "SQLITE_FULL": FULL,
    "SQLITE_READONLY": UNWRITABLE,
    "SQLITE_CANTOPEN": NO_FILE,
    "SQLITE_PERM": NO_FILE,
    "SQLITE_NOTADB": NO_LEDGER,
    "SQLITE_CORRUPT": CORRUPT,
    "SQLITE_IOERR": DISK,
}
"""By the beginning of the error's name: SQLITE_READONLY_DIRECTORY and its kin belong to their family."""

_SQLSTATE = {
    "55P03": BUSY,
    "57014": BUSY,
    "40P01": BUSY,
    "40001": BUSY,
    "53300": BUSY,
    "57P01": CUT_OFF,
    "57P02": CUT_OFF,
    "57P03": CUT_OFF,
    "53100": FULL,
    "25006": UNWRITABLE,
    "42501": NO_RIGHT,
}
"""Codes of PostgreSQL's appendix A, "Error Codes"."""


@contextmanager
def explained(location: str) -> Iterator[None]:
    """Turn what the database raises inside into a `LedgerError` naming `location`."""
    try:
        yield
    except PoolTimeoutError as error:
        raise LedgerBusyError(f"{location}: {BUSY.message}.", BUSY.hint) from error
    except DBAPIError as error:
        message, hint, kind = CUT_OFF if error.connection_invalidated else _cause(error.orig)
        raise kind(f"{location}: {message}.", hint) from error


def _cause(error: BaseException | None) -> Cause:
    name = getattr(error, "sqlite_errorname", None) or ""
    for family, cause in _SQLITE.items():
        if name.startswith(family):
            return cause
    state = getattr(error, "sqlstate", None) or ""
    if state in _SQLSTATE:
        return _SQLSTATE[state]
    said = next(iter(str(error).strip().splitlines()), "nothing").rstrip(".")
    # What fails before there is a session has no code, and a text in the server's own language.
    cause = NO_SERVER if "connection" in said and not (name or state) else OTHER
    return cause._replace(message=f"{cause.message}: {said}")
