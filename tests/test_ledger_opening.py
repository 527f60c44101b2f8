from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from cards import make_tool, make_verdict
from reviews import ask, review
from sqlalchemy import create_engine, event, inspect, make_url
from sqlalchemy.engine import Engine

from panel.errors import LedgerBusyError, LedgerError
from panel.ledger import default_path, open_ledger
from panel.ledger.schema import REVISION, metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from panel.ledger import Ledger

pytest_plugins = ("databases",)


@contextmanager
def unprivileged() -> Iterator[Path]:
    """Yield a folder of its own to somebody whom file permissions bind, which root they do not."""
    with tempfile.TemporaryDirectory() as elsewhere, open_ledger(f"{elsewhere}/ledger.db") as ledger:
        # What loads late must be loaded by now: the other user may not read where Python stands.
        review(ledger, make_tool())
    folder = Path(tempfile.mkdtemp(prefix="shippanel-"))
    root = os.geteuid() == 0
    if root:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        if root:
            os.seteuid(0)
        shutil.rmtree(folder)


@contextmanager
def pages_at_most(pages: int) -> Iterator[None]:
    """Let every SQLite file opened inside be full at so many pages."""

    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


# Schema


def test_a_migrated_ledger_has_the_schema_of_a_new_one(
    ledger: Ledger, database: str, meddle: Callable[..., int]
) -> None:
    """Without a revision the migrations run, all in one transaction, to what `schema` describes."""
    url = (
        make_url(database).set(drivername="postgresql+psycopg")
        if "://" in database
        else f"sqlite:///{database}"
    )
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        created = {table: inspect(connection).get_indexes(table) for table in sorted(metadata.tables)}
    for table in reversed(metadata.sorted_tables):
        meddle(f"DROP TABLE {table.name}")
    meddle("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    ledger.close()
    with open_ledger(database) as migrated:
        assert migrated.stats().schema_revision == REVISION
        review(migrated, make_tool())
        assert migrated.verify().sound
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert created == {table: inspect(connection).get_indexes(table) for table in sorted(metadata.tables)}
    engine.dispose()


def test_alembic_loads_only_for_a_migration(tmp_path: Path) -> None:
    """Neither making a ledger nor opening one again loads it; one without a revision does."""
    path = tmp_path / "new" / "ledger.db"
    code = (
        "import sys; from panel.ledger import open_ledger; open_ledger(sys.argv[1]).close();"
        "print('alembic' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(path)]

    def loads() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert [loads(), loads()] == ["False", "False"]
    with closing(sqlite3.connect(path)) as connection, connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            connection.execute(
                f"DROP TABLE {table}" if table != "alembic_version" else "DELETE FROM alembic_version"
            )
    assert [loads(), loads()] == ["True", "False"]


def test_a_newer_ledger_is_left_alone(ledger: Ledger, database: str, meddle: Callable[..., int]) -> None:
    """One line names the ledger and both schemas, and tells to update."""
    meddle("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(LedgerError, match=r"newer shippanel wrote this ledger \(schema '0999'") as caught:
        open_ledger(database)
    assert caught.value.message.startswith(f"{ledger.location}: ")
    assert "Update shippanel" in caught.value.hint


def test_sqlite_writes_ahead_and_to_the_disk(tmp_path: Path) -> None:
    """Write-ahead log, full synchronisation and patience hold on every connection."""
    opened: list[sqlite3.Connection] = []

    def note(connection: sqlite3.Connection, _record: object) -> None:
        opened.append(connection)

    event.listen(Engine, "connect", note)
    try:
        with open_ledger(tmp_path / "ledger.db") as ledger:
            pragmas = ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")
            seen = [opened[0].execute(f"PRAGMA {pragma}").fetchone()[0] for pragma in pragmas]
            assert seen == ["wal", 2, 30000, 1]
            assert ledger.stats().journal_mode == "wal"
    finally:
        event.remove(Engine, "connect", note)


# What is no ledger


def test_no_ledger_is_made_when_none_is_wanted(database: str, tmp_path: Path) -> None:
    """A command that only reads says what to do first, and leaves no empty ledger behind."""
    with pytest.raises(LedgerError, match="there is no ledger here yet"):
        open_ledger(database, create=False)
    assert list(tmp_path.iterdir()) == []
    with open_ledger(database), open_ledger(database, create=False) as ledger:
        assert ledger.tools() == []


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    """Text, a folder and another program's database are told apart, and none is touched."""
    text, folder, foreign = tmp_path / "notes.txt", tmp_path / "folder", tmp_path / "other.db"
    text.write_text("Dear diary, " * 100)
    folder.mkdir()
    with closing(sqlite3.connect(foreign)) as connection:
        connection.execute("CREATE TABLE songs (title TEXT)")
    for path, reason in (
        (text, "is not a ledger"),
        (folder, "cannot be opened"),
        (foreign, "belongs to another program"),
        (text / "ledger.db", "its folder cannot be made"),
    ):
        with pytest.raises(LedgerError, match=reason) as caught:
            open_ledger(path)
        assert str(path) in caught.value.message
        assert "--db" in caught.value.hint
        assert "\n" not in caught.value.message
    assert text.read_text() == "Dear diary, " * 100
    with closing(sqlite3.connect(foreign)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]


def test_a_damaged_file_is_called_damaged(tmp_path: Path) -> None:
    """Pages overwritten in the middle of a ledger are a clear error, wherever they are met."""
    path = tmp_path / "ledger.db"
    with open_ledger(path) as ledger:
        review(ledger, make_tool())
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(LedgerError, match="is damaged"), open_ledger(path) as ledger:
        review(ledger, make_tool())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://u:secret@host/db", "cannot be kept in 'mysql'"),
        ("postgresql://u:secret@host:port/db", "URL cannot be read"),
        ("sqlite://", "the URL names none"),
        ("sqlite:///:memory:", "the URL names none"),
        ("sqlite:////tmp/x.db?mode=memory", "more than its path"),
        ("postgresql://u:secret@127.0.0.1:1/db?password=secret", r"postgresql://u:\*\*\*@127.0.0.1:1/db: "),
    ],
)
def test_a_url_that_leads_nowhere_is_explained(url: str, reason: str) -> None:
    """The reason is one line, without the password."""
    with pytest.raises(LedgerError, match=reason) as caught:
        open_ledger(url)
    assert "secret" not in caught.value.message + caught.value.hint
    assert "\n" not in caught.value.message


def test_a_missing_database_is_explained(postgres: str) -> None:
    """The server's own refusal becomes a hint to create it."""
    with pytest.raises(LedgerError, match="no connection to the server") as caught:
        open_ledger(str(postgres).replace("/test_", "/none_"))
    assert "createdb" in caught.value.hint


def test_postgres_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both spellings of the URL lead to psycopg, whose absence is explained."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    for url in ("postgres://host/db", "postgresql://host/db"):
        with pytest.raises(LedgerError, match="psycopg") as caught:
            open_ledger(url)
        assert "pip install 'shippanel[postgres]'" in caught.value.hint


def test_a_sqlite_url_is_a_path(tmp_path: Path) -> None:
    """Both lead to the same file; the default is one in the user's own folder."""
    with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        ledger.enrol(make_tool())
        assert ledger.location == str(tmp_path / "ledger.db")
    with open_ledger(tmp_path / "ledger.db") as ledger:
        assert ledger.stats().tools == 1
    assert default_path().name == "ledger.db"
    assert "shippanel" in default_path().parts


# What cannot be written


def test_a_read_only_folder_is_explained() -> None:
    """No ledger can be made there, and nothing is left of the attempt."""
    with unprivileged() as folder:
        folder.chmod(0o555)
        for path in (folder / "ledger.db", folder / "deeper" / "ledger.db"):
            with pytest.raises(LedgerError, match=rf"{path}: .* cannot be (opened|made)"):
                open_ledger(path)
        assert list(folder.iterdir()) == []
        folder.chmod(0o755)
        with open_ledger(folder / "ledger.db") as ledger:
            review(ledger, make_tool())
        folder.chmod(0o555)
        with pytest.raises(LedgerError, match="is read-only"):
            open_ledger(folder / "ledger.db")
        folder.chmod(0o755)


def test_a_read_only_file_is_explained() -> None:
    """In a folder that can be written, what stands can be read; a write is refused in one line."""
    with unprivileged() as folder:
        path = folder / "ledger.db"
        with open_ledger(path) as ledger:
            review(ledger, make_tool())
        path.chmod(0o444)
        with open_ledger(path) as ledger:
            assert len(ledger.tools()) == 1
            with pytest.raises(LedgerError, match=rf"{path}: .* is read-only") as caught:
                ledger.enrol(make_tool(name="Other", slug="other"))
            assert "--db" in caught.value.hint


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """The step that does not fit is not recorded at all; everything before it stands."""
    path = tmp_path / "ledger.db"
    with open_ledger(path) as ledger:
        review(ledger, make_tool())
        before = ledger.stats()
    used = before.size_bytes // 4096
    with pages_at_most(used + 2), open_ledger(path) as ledger:
        with pytest.raises(LedgerError, match=rf"{path}: the disk is full") as caught:
            fill(ledger)
        assert "Free some space" in caught.value.hint
        assert ledger.verify().sound
        assert ledger.latest_card("lantern")
    with pages_at_most(3), pytest.raises(LedgerError, match="the disk is full"):
        open_ledger(tmp_path / "new.db")
    with open_ledger(tmp_path / "new.db") as ledger:
        assert review(ledger, make_tool())


def fill(ledger: Ledger) -> None:
    """Review tools until nothing more fits, or for long enough."""
    for number in range(100):
        review(ledger, make_tool(name=f"Tool {number}", slug=f"tool-{number}"))


def test_a_held_ledger_is_busy(database: str, meddle: Callable[..., int]) -> None:
    """Whoever waits longer than they are willing to is told so, with the exit code for trying later."""
    with open_ledger(database, patience_s=0.3) as ledger:
        ledger.enrol(make_tool())
        postgres = "://" in database
        url = make_url(database).set(drivername="postgresql+psycopg") if postgres else f"sqlite:///{database}"
        engine = create_engine(url)
        with engine.connect() as holder:
            holder.exec_driver_sql("LOCK TABLE verdict" if postgres else "BEGIN IMMEDIATE")
            start = time.monotonic()
            with pytest.raises(LedgerBusyError, match="for too long") as caught:
                ledger.keep(ask("dx"), make_verdict("dx", "ship"))
            assert 0.2 < time.monotonic() - start < 5
        engine.dispose()
        assert caught.value.exit_code == 75
        assert caught.value.message.startswith(ledger.location)
        assert meddle("DELETE FROM verdict") == 0
        assert ledger.keep(ask("dx"), make_verdict("dx", "ship"))
