"""Log-ins that failed lately, in and out of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.storage.tables import attempt


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often in a row a log-in has failed, and when it was last tried."""

    failures: int
    last_at: datetime


def attempts(connection: sa.Connection, login: str) -> Attempts | None:
    """What is known of a log-in, held until the transaction ends."""
    statement = sa.select(attempt).where(attempt.c.login == login).with_for_update()
    row = connection.execute(statement).one_or_none()
    return None if row is None else Attempts(row.failures, row.last_at)


def count_attempt(connection: sa.Connection, login: str, at: datetime, since: datetime) -> None:
    """Count one more, from the start where the last was before `since`; forget such others."""
    connection.execute(attempt.delete().where(attempt.c.last_at < since))
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(attempt).values(login=login, failures=1, last_at=at)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["login"],
            set_={"failures": attempt.c.failures + 1, "last_at": statement.excluded.last_at},
        )
    )


def forget_attempts(connection: sa.Connection, login: str) -> None:
    """The log-in has succeeded."""
    connection.execute(attempt.delete().where(attempt.c.login == login))
