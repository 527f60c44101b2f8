"""One batch at a time on a ledger: a lock that ends with the process that holds it, however it ends."""

from __future__ import annotations

import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from sqlalchemy import text

from panel.errors import LedgerBusyError, LedgerError
from panel.ledger.explain import explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from panel.ledger.store import Store

_HINT = "Wait for it to end, or name another ledger with --db."


@contextmanager
def hold(store: Store, purpose: str) -> Iterator[None]:
    """Hold a ledger for one purpose as long as the `with` block lasts; others may read and write.

    An SQLite ledger is held by a lock file beside it, a PostgreSQL one by an advisory lock of a session.

    Raises:
        LedgerBusyError: another process holds it for the same purpose.
        LedgerError: the lock file cannot be made.
    """
    held = _hold_file(store, purpose) if store.is_sqlite else _hold_session(store, purpose)
    with held:
        yield


@contextmanager
def _hold_file(store: Store, purpose: str) -> Iterator[None]:
    lock = FileLock(f"{store.location}.{purpose}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise _busy(store, purpose) from None
    except OSError as error:
        raise LedgerError(
            f"{store.location}: cannot be held: {error.strerror or error}.", "Check its folder's permissions."
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _hold_session(store: Store, purpose: str) -> Iterator[None]:
    number = {"number": zlib.crc32(f"shippanel {purpose}".encode())}
    with explained(store.location):
        connection = store.engine.connect()
    try:
        with explained(store.location):
            held = connection.scalar(text("SELECT pg_try_advisory_lock(:number)"), number)
            connection.commit()
        if not held:
            raise _busy(store, purpose)
        yield
    finally:
        # The session ends here, and the lock with it, even when its server has gone away.
        connection.invalidate()
        connection.close()


def _busy(store: Store, purpose: str) -> LedgerBusyError:
    return LedgerBusyError(f"{store.location}: another {purpose} is running on this ledger.", _HINT)
