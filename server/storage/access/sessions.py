"""Sessions of browsers, in and out of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.storage.access.accounts import Account, account_of, selected
from server.storage.models import Models
from server.storage.tables import account, session


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is logged in. `agent` says which, `address` from where."""

    id: int
    begun_at: datetime
    used_at: datetime
    agent: str
    address: str


def begin(
    connection: sa.Connection,
    account_id: int,
    digest: str,
    at: datetime,
    agent: str,
    address: str,
) -> None:
    connection.execute(
        session.insert().values(
            account_id=account_id,
            digest=digest,
            begun_at=at,
            used_at=at,
            agent=agent,
            address=address,
        )
    )


def by_digest(
    connection: sa.Connection,
    models: Models,
    digest: str,
    *,
    begun_after: datetime,
    used_after: datetime,
) -> tuple[Account, Session] | None:
    """Whose session this is; nobody's when it has ended, began too early or was left alone."""
    moment = session.c.begun_at.type
    statement = models.statement(
        "account by session",
        lambda: (
            selected(models)
            .add_columns(
                session.c.id.label("session_id"),
                session.c.begun_at,
                session.c.used_at,
                session.c.agent,
                session.c.address,
            )
            .join(session, session.c.account_id == account.c.id)
            .where(session.c.digest == sa.bindparam("asked"))
            .where(session.c.ended_at.is_(None))
            .where(session.c.begun_at > sa.bindparam("begun_after", type_=moment))
            .where(session.c.used_at > sa.bindparam("used_after", type_=moment))
        ),
    )
    given = {"asked": digest, "begun_after": begun_after, "used_after": used_after}
    row = statement.first(connection, given)
    return None if row is None else (account_of(row), _session(row, row.session_id))


def of_account(
    connection: sa.Connection, account_id: int, *, begun_after: datetime, used_after: datetime
) -> tuple[Session, ...]:
    """The sessions of an account that go on, the one used last first."""
    statement = (
        sa.select(session)
        .where(session.c.account_id == account_id, session.c.ended_at.is_(None))
        .where(session.c.begun_at > begun_after, session.c.used_at > used_after)
        .order_by(session.c.used_at.desc(), session.c.id.desc())
    )
    return tuple(_session(row, row.id) for row in connection.execute(statement))


def note_use(connection: sa.Connection, session_id: int, at: datetime) -> None:
    connection.execute(session.update().where(session.c.id == session_id).values(used_at=at))


def end(connection: sa.Connection, account_id: int, session_id: int, at: datetime) -> bool:
    """End a session of this account; whether there was one to end."""
    statement = session.update().where(
        session.c.id == session_id,
        session.c.account_id == account_id,
        session.c.ended_at.is_(None),
    )
    return connection.execute(statement.values(ended_at=at)).rowcount == 1


def end_by_digest(connection: sa.Connection, digest: str, at: datetime) -> None:
    statement = session.update().where(session.c.digest == digest, session.c.ended_at.is_(None))
    connection.execute(statement.values(ended_at=at))


def end_all(connection: sa.Connection, account_id: int, at: datetime) -> None:
    """End every session of an account."""
    statement = session.update().where(
        session.c.account_id == account_id, session.c.ended_at.is_(None)
    )
    connection.execute(statement.values(ended_at=at))


def forget(connection: sa.Connection, begun_before: datetime) -> None:
    """Forget sessions that began before a moment."""
    connection.execute(session.delete().where(session.c.begun_at < begun_before))


def _session(row: Any, session_id: int) -> Session:
    return Session(session_id, row.begun_at, row.used_at, row.agent, row.address)
