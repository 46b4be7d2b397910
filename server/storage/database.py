"""One database: SQLite in a file, or PostgreSQL. Reading and writing transactions are told apart.

SQLite has one writer: a writing transaction takes the lock when it begins (`BEGIN IMMEDIATE`), so
that it never fails half way; a reading one never waits. pysqlite's own transaction handling is off.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import make_url

BUSY_MILLISECONDS = 30_000
SYNCHRONOUS = "FULL"
"""SQLite's commits wait for the disk: what was answered is there after a loss of power."""

PLANNING = "-c random_page_cost=1.1 -c jit=off"
"""What PostgreSQL goes by when it chooses a way: pages are read from memory or flash, not by an arm
that moves, and compiling takes longer than any page's question. An address with `options` decides
for itself."""


class Database:
    """A pool of connections. `read()` and `write()` each give one transaction."""

    def __init__(self, url: str) -> None:
        address = make_url(url)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        self.url = address
        self.is_sqlite = address.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self.engine, self.writing = _sqlite(address)
        else:
            options = {} if "options" in address.query else {"options": PLANNING}
            self.engine = self.writing = sa.create_engine(
                address, pool_size=10, max_overflow=20, pool_pre_ping=True, connect_args=options
            )

    @contextlib.contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A transaction that only reads."""
        with self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """A transaction that writes; committed at the end, rolled back when anything is raised."""
        with self.writing.begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close all connections that nobody uses; whoever asks again is given new ones."""
        self.engine.dispose()
        self.writing.pool = self.engine.pool


def _sqlite(address: sa.URL) -> tuple[sa.Engine, sa.Engine]:
    """An engine whose transactions read, and one whose transactions write, over one pool."""
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    reading = sa.create_engine(address, pool_size=20, max_overflow=20)
    writing = sa.create_engine(address, pool=reading.pool)

    @event.listens_for(reading, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            f"synchronous={SYNCHRONOUS}",
            f"busy_timeout={BUSY_MILLISECONDS}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    _begin_with(reading, "BEGIN")
    _begin_with(writing, "BEGIN IMMEDIATE")
    return reading, writing


def _begin_with(engine: sa.Engine, statement: str) -> None:
    """Have each transaction begin so.

    The dialect is told, as an event of the engine would have SQLAlchemy look for listeners at every
    statement, which costs a tenth of a command.
    """

    def begin(connection: Any) -> None:
        connection.execute(statement)

    engine.dialect.do_begin = begin  # type: ignore[method-assign,assignment]
