"""What a page asks of the database: every statement with what it is given and how long it takes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from server.storage.database import Database


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement as the driver takes it. `rows` are the values for one, or for each of many."""

    text: str
    rows: tuple[Any, ...]
    seconds: float


@contextmanager
def recorded(database: Database) -> Iterator[list[Asked]]:
    """The statements of all that is done meanwhile, prepared ones among them.

    The dialect is told, as prepared statements pass by SQLAlchemy's events.
    """
    asked: list[Asked] = []
    dialects: list[Any] = list({id(it.dialect): it.dialect for it in _engines(database)}.values())
    for dialect in dialects:
        _listen(dialect, asked)
    try:
        yield asked
    finally:
        for dialect in dialects:
            del dialect.do_execute, dialect.do_executemany


def _engines(database: Database) -> tuple[Any, ...]:
    return database.engine, database.writing


def _listen(dialect: Any, asked: list[Asked]) -> None:
    one, many = dialect.do_execute, dialect.do_executemany

    def execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        begun = time.perf_counter()
        one(cursor, statement, parameters, context)
        asked.append(Asked(statement, (parameters,), time.perf_counter() - begun))

    def executemany(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        begun = time.perf_counter()
        many(cursor, statement, parameters, context)
        asked.append(Asked(statement, tuple(parameters), time.perf_counter() - begun))

    dialect.do_execute, dialect.do_executemany = execute, executemany
