"""PostgreSQL databases of tests: made when somebody first comes, empty or as a copy of one like it."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import sqlalchemy as sa

from server.storage.database import Database

T = TypeVar("T")
EMPTY = "template0"
AWAITED: dict[str, sa.URL] = {}
"""The server of each database that is not made yet."""
WANTED: Counter[Hashable] = Counter()
FOUNDED: dict[Hashable, tuple[Any, str]] = {}
"""What was told when something was founded, and the database that others like it are copies of."""


def administer(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def a_database(server: sa.URL) -> Iterator[Database]:
    """A database of its own, made empty for the first who connects."""
    name = f"test_{uuid.uuid4().hex}"
    database = Database(server.set(database=name).render_as_string(hide_password=False))
    AWAITED[name] = server
    sa.event.listen(database.engine, "do_connect", lambda *_: _make(name, EMPTY))
    yield database
    database.dispose()
    if AWAITED.pop(name, None) is None:
        administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def founded(database: Database, name: Hashable, found: Callable[[], T]) -> T:
    """What `found` puts into an empty database; what is wanted often is copied by name."""
    address = str(database.url.database)
    server = AWAITED.get(address)
    if server is None:
        return found()
    if name in FOUNDED:
        told, template = FOUNDED[name]
        _make(address, template)
        return told
    told = found()
    WANTED[name] += 1
    if WANTED[name] > 1:
        database.dispose()
        template = f"founded_{uuid.uuid4().hex}"
        administer(server, f"CREATE DATABASE {template} TEMPLATE {address}")
        FOUNDED[name] = told, template
    return told


def forget(server: sa.URL) -> None:
    """Nothing that was founded is left on the server."""
    for _, template in FOUNDED.values():
        administer(server, f"DROP DATABASE {template} WITH (FORCE)")
    FOUNDED.clear()


def _make(name: str, template: str) -> None:
    server = AWAITED.pop(name, None)
    if server is not None:
        administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
