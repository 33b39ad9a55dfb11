"""Opens the database so that several programs can write at a time, and brings its tables up to date."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from enunciate.errors import HistoryError
from enunciate.history import location, migrations, refusals, tables

_WAIT_SECONDS = 30
"""So long a writer to a file waits for the others."""

_ANSWER_SECONDS, _LONG_ANSWER_SECONDS = 10, 300
"""So long a server may take to answer; somebody who wants to read aloud waits for it."""

_LOCK = 0x656E756E
"""PostgreSQL's number of the lock that is held while versions, of tables or of an exam, are counted up."""


def is_file(url: URL) -> bool:
    """Whether the database is a file, not a server."""
    return url.get_backend_name() == "sqlite"


def opened(url: URL) -> sa.Engine:
    """The database at `url`, its tables up to date.

    Raises HistoryError for one that a newer enunciate made, else DBAPIError, OSError or ImportError.
    """
    if is_file(url):
        _private_file(Path(str(url.database)))
    engine = _engine(url, pool_pre_ping=not is_file(url))
    with transaction(engine, write=False) as connection:
        version = migrations.version(connection)
    if version > migrations.NEWEST:
        engine.dispose()
        raise HistoryError(
            f"The history in {location.shown(url)} was made by a newer enunciate (its version is "
            f"{version}, this program knows {migrations.NEWEST}): bring enunciate up to date here too."
        )
    if version < migrations.NEWEST:
        with transaction(engine, write=True) as connection:
            alone(connection)
            migrations.upgrade(connection)
    return engine


@contextmanager
def transaction(engine: sa.Engine, *, write: bool) -> Iterator[sa.Connection]:
    """A transaction, which waits for other writers at once where it is to `write`."""
    with engine.connect().execution_options(enunciate_write=write) as connection, connection.begin():
        yield connection


def alone(connection: sa.Connection) -> None:
    """Keep out others who count up versions, to the end of the transaction. A file has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))


def overwrite(url: URL) -> tuple[str, ...]:
    """Leave nothing of deleted rows in the database's files; sentences about what could not be done."""
    statements = (
        ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)")
        if is_file(url)
        else tuple(f"VACUUM (FULL) {table.name}" for table in tables.metadata.sorted_tables)
    )
    engine = _engine(url, _LONG_ANSWER_SECONDS, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement).close()
    except DBAPIError as error:
        return (
            "The rows are deleted, but the space that they took could not be overwritten now "
            f"({refusals.reason(error)}).",
        )
    finally:
        engine.dispose()
    return ()


def _engine(url: URL, answer_seconds: int = _ANSWER_SECONDS, **options: Any) -> sa.Engine:
    seconds = _WAIT_SECONDS if is_file(url) else answer_seconds
    engine = sa.create_engine(url, connect_args={"timeout": seconds}, **options)
    if is_file(url):
        sa.event.listen(engine, "connect", _prepare)
        if options.get("isolation_level") != "AUTOCOMMIT":
            sa.event.listen(engine, "begin", _begin)
    return engine


def _private_file(path: Path) -> None:
    """Make the file, and its folder, where there are none; for the user's eyes only."""
    location.private(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(connection: sqlite3.Connection, _: object) -> None:
    # Transactions begin where SQLAlchemy says, not where sqlite3 guesses.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_WAIT_SECONDS * 1000}").close()
    until = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
            break
        except sqlite3.OperationalError as error:
            # Of two programs that meet a new file, SQLite lets one fail here rather than wait.
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sa.Connection) -> None:
    # A writer waits for the others before it has read, since what it has read could be out of date then.
    write = connection.get_execution_options().get("enunciate_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
