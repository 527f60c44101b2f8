"""A database with the ledger's tables in it: found, opened, brought up to date.

The only place that knows which of the two databases it is. Alembic loads when a migration is due, and
not for a new ledger, whose tables are created as they stand in `schema`.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, OperationalError, ProgrammingError

from panel.errors import LedgerError
from panel.ledger import schema
from panel.ledger.explain import explained

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

PATIENCE_S = 30.0
"""How long a write waits for somebody else's, in seconds."""
_POSTGRES = frozenset(("postgres", "postgresql", "postgresql+psycopg"))
_CREATION_LOCK = 7_445_011_209
"""Names, on a PostgreSQL server, the advisory lock under which tables are created and changed."""


class Store:
    """An open database holding the ledger's tables, safe to use from several threads."""

    def __init__(self, engine: Engine, location: str) -> None:
        self.engine = engine
        self.location = location
        """Where the ledger is, fit to be shown: a path, or a URL without its password."""
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite lets one writer in at a time and has the others poll: within a process a lock is fairer.
        self._turn: Any = Lock() if self.is_sqlite else nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a connection that only looks."""
        with explained(self.location), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Open a connection to which the ledger stands still, however long it looks."""
        with self.reading() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
                yield connection
            else:
                yield connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open one transaction: all of it is committed at the end, or nothing."""
        with explained(self.location), self._turn, self.engine.connect() as connection:
            if self.is_sqlite:
                # A reader that becomes a writer half-way can be refused at once, however patient.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def add(self, table: Table) -> SqliteInsert | PostgresInsert:
        """Return the statement that inserts a row unless one stands under the same unique value."""
        return _insert_unless_there(table, self.engine.dialect.name)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


@cache
def _insert_unless_there(table: Table, dialect: str) -> SqliteInsert | PostgresInsert:
    # Without the option PostgreSQL's driver does not say how many of several rows were new.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - either dialect, never both

        return sqlite.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - likewise

    return postgresql.insert(table).on_conflict_do_nothing().execution_options(preserve_rowcount=True)


def open_store(target: str | Path, *, create: bool = True, patience_s: float = PATIENCE_S) -> Store:
    """Open the ledger at a path or URL, and make or migrate its tables where that is due.

    Args:
        target: a file path, a `sqlite:///` URL or a `postgresql://` URL.
        create: whether a ledger that is not there is made.
        patience_s: how long to wait for somebody else's lock.

    Raises:
        LedgerError: it cannot be opened, is something else, or was written by a newer program.
        LedgerBusyError: somebody else holds it for longer than `patience_s`.
    """
    url = _url_of(target)
    if url.get_backend_name() == "sqlite":
        store = Store(_sqlite_engine(url, patience_s, create=create), str(url.database))
    else:
        shown = url.set(drivername="postgresql", query={k: v for k, v in url.query.items() if k == "host"})
        store = Store(_postgres_engine(url, patience_s), shown.render_as_string(hide_password=True))
    try:
        _prepare(store, create=create)
    except BaseException:
        store.close()
        raise
    return store


def _url_of(target: str | Path) -> URL:
    if isinstance(target, Path) or "://" not in target:
        return URL.create("sqlite", database=str(Path(target).expanduser().absolute()))
    hint = "Use a file path, sqlite:///PATH or postgresql://USER@HOST/DATABASE."
    try:
        url = make_url(target)
    except (ArgumentError, ValueError):
        # The URL may hold a password, so it is not repeated.
        raise LedgerError("the ledger's URL cannot be read.", hint) from None
    if url.drivername in _POSTGRES:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise LedgerError(f"a ledger cannot be kept in {url.drivername!r}.", hint)
    if url.query or url.database in {None, "", ":memory:"}:
        raise LedgerError("a ledger is a file: the URL names none, or more than its path.", hint)
    return url.set(database=str(Path(str(url.database)).expanduser().absolute()))


def _sqlite_engine(url: URL, patience_s: float, *, create: bool) -> Engine:
    path = Path(str(url.database))
    if not create and not path.exists():
        raise _nothing_there(str(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "Create the folder yourself, or name another ledger with --db."
        raise LedgerError(f"{path}: its folder cannot be made ({error.strerror}).", hint) from error
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": patience_s})

    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        # Without this the driver would open and close transactions by guessing at the statements.
        connection.isolation_level = None
        # A damaged row must be readable to be reported.
        connection.text_factory = partial(str, encoding="utf-8", errors="replace")
        connection.execute(f"PRAGMA busy_timeout={int(patience_s * 1000)}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    event.listen(engine, "connect", configure)
    return engine


def _postgres_engine(url: URL, patience_s: float) -> Engine:
    arguments = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=arguments)
    except ImportError as error:
        hint = "Install its driver: pip install 'shippanel[postgres]'."
        raise LedgerError("a ledger on PostgreSQL needs psycopg, which is not installed.", hint) from error

    def configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {int(patience_s * 1000)}")
        connection.autocommit = False

    event.listen(engine, "connect", configure)
    return engine


def _prepare(store: Store, *, create: bool) -> None:
    """See that the tables are there and current; the usual case costs one look-up."""
    with store.reading() as connection:
        if _is_current(connection):
            return
        stored = _stored_revision(connection, store.location)
    if stored is None and not create:
        raise _nothing_there(store.location)
    with store.writing() as connection:
        if not store.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _CREATION_LOCK})
        # Somebody else may have done it since the first look.
        stored = _stored_revision(connection, store.location)
        if stored is None:
            schema.metadata.create_all(connection, checkfirst=False)
            connection.execute(schema.version.insert(), {"version_num": schema.REVISION})
        elif stored != schema.REVISION:
            from panel.ledger.migrations import migrate  # noqa: PLC0415 - alembic loads when due

            migrate(connection)


def _is_current(connection: Connection) -> bool:
    try:
        return connection.scalar(select(schema.version.c.version_num)) == schema.REVISION
    except (OperationalError, ProgrammingError):
        connection.rollback()
        # No such table, most likely: the closer look will say.
        return False


def _stored_revision(connection: Connection, location: str) -> str | None:
    """Read the schema's revision: None where there is no ledger, empty where none was reached yet.

    It asks for nothing that may fail, since a failed statement would end the transaction it stands in.
    """
    tables = set(inspect(connection).get_table_names())
    if schema.version.name not in tables:
        if tables if connection.dialect.name == "sqlite" else tables & set(schema.metadata.tables):
            hint = "Name another one with --db; this one was left as it is."
            raise LedgerError(f"{location}: this database belongs to another program.", hint)
        return None
    stored = connection.scalar(select(schema.version.c.version_num))
    if stored and stored not in schema.REVISIONS:
        hint = "Update shippanel, or name another ledger with --db; this one was left as it is."
        raise LedgerError(
            f"{location}: a newer shippanel wrote this ledger (schema {stored!r}; "
            f"this one knows {schema.REVISION!r}).",
            hint,
        )
    return stored or ""


def _nothing_there(location: str) -> LedgerError:
    hint = "Review a tool first (shippanel review FILE), or name another ledger with --db."
    return LedgerError(f"{location}: there is no ledger here yet.", hint)
