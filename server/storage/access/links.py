"""Links that serve once, in and out of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.storage.tables import account, link


@dataclass(frozen=True, slots=True)
class Link:
    """A link to a new password for an account; or, without one, to the first account there is."""

    account: int | None


def is_set_up(connection: sa.Connection) -> bool:
    """Whether there is an account, or not even the tables to keep one."""
    known = sa.inspect(connection)
    if not known.has_table(account.name) or not known.has_table(link.name):
        return True
    return has_accounts(connection)


def has_accounts(connection: sa.Connection) -> bool:
    return connection.scalar(sa.select(account.c.id).limit(1)) is not None


def add(connection: sa.Connection, account_id: int | None, digest: str, until: datetime) -> None:
    """Keep a link. It takes the place of any other to the same."""
    connection.execute(link.delete().where(link.c.account_id.is_not_distinct_from(account_id)))
    connection.execute(
        link.insert().values(account_id=account_id, digest=digest, expires_at=until)
    )


def find(connection: sa.Connection, digest: str, now: datetime) -> Link | None:
    """The link of this digest, if it still serves."""
    statement = sa.select(link.c.account_id).where(
        link.c.digest == digest, link.c.expires_at > now
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else Link(row.account_id)


def take(connection: sa.Connection, digest: str, now: datetime) -> Link | None:
    """As `find`, and it serves no more: of two who ask at once, one is given it."""
    statement = link.delete().where(link.c.digest == digest, link.c.expires_at > now)
    row = connection.execute(statement.returning(link.c.account_id)).one_or_none()
    return None if row is None else Link(row.account_id)
