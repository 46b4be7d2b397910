"""Accounts, tokens and failed log-ins, in and out of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.domain.somebody import PERSON
from server.storage.models import Models
from server.storage.tables import account, attempt, token


@dataclass(frozen=True, slots=True)
class Account:
    """Who may log in. `name` is the person's; a person who has left is no longer `is_active`."""

    id: int
    login: str
    person: int
    name: str
    password: str
    created_at: datetime
    is_active: bool


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token, without what only its holder knows."""

    id: int
    account: int
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attempts:
    """How often in a row a log-in has failed, and when it was last tried."""

    failures: int
    last_at: datetime


# -- accounts ---------------------------------------------------------------------------------


def by_login(connection: sa.Connection, models: Models, login: str) -> Account | None:
    statement = models.statement(
        "account by login",
        lambda: _accounts(models).where(account.c.login == sa.bindparam("asked")),
    )
    row = statement.first(connection, {"asked": login})
    return None if row is None else _account(row)


def by_token(
    connection: sa.Connection, models: Models, digest: str, now: datetime
) -> Account | None:
    """Whose token this is; nobody's when it has been revoked or has run out."""
    statement = models.statement(
        "account by token",
        lambda: (
            _accounts(models)
            .join(token, token.c.account_id == account.c.id)
            .where(token.c.digest == sa.bindparam("asked"))
            .where(token.c.revoked_at.is_(None))
            .where(
                token.c.expires_at.is_(None)
                | (token.c.expires_at > sa.bindparam("now", type_=token.c.expires_at.type))
            )
        ),
    )
    row = statement.first(connection, {"asked": digest, "now": now})
    return None if row is None else _account(row)


def accounts(connection: sa.Connection, models: Models) -> tuple[Account, ...]:
    """All accounts, by login."""
    rows = connection.execute(_accounts(models).order_by(account.c.login))
    return tuple(_account(row) for row in rows)


def add_account(
    connection: sa.Connection, login: str, person: int, password: str, at: datetime
) -> None:
    connection.execute(
        account.insert().values(login=login, person_id=person, password=password, created_at=at)
    )


def set_password(connection: sa.Connection, account_id: int, password: str) -> None:
    connection.execute(
        account.update().where(account.c.id == account_id).values(password=password)
    )


def set_disabled(connection: sa.Connection, account_id: int, at: datetime | None) -> None:
    """Close an account, or (None) open it again."""
    connection.execute(account.update().where(account.c.id == account_id).values(disabled_at=at))


def _accounts(models: Models) -> sa.Select[Any]:
    person = models.tables[PERSON].c
    label = person[models.entities[PERSON].label]
    is_active: sa.ColumnElement[bool] = account.c.disabled_at.is_(None)
    if "active" in person:
        is_active = is_active & (person.active.is_(None) | person.active.is_(True))
    return sa.select(
        account.c.id,
        account.c.login,
        account.c.person_id,
        label.label("name"),
        account.c.password,
        account.c.created_at,
        is_active.label("is_active"),
    ).join(models.tables[PERSON], person.id == account.c.person_id)


def _account(row: Any) -> Account:
    return Account(
        row.id,
        row.login,
        row.person_id,
        row.name,
        row.password,
        row.created_at,
        bool(row.is_active),
    )


# -- tokens -----------------------------------------------------------------------------------


def add_token(
    connection: sa.Connection,
    account_id: int,
    digest: str,
    label: str,
    at: datetime,
    expires: datetime | None,
) -> None:
    connection.execute(
        token.insert().values(
            account_id=account_id, digest=digest, label=label, created_at=at, expires_at=expires
        )
    )


def tokens_of(connection: sa.Connection, account_id: int) -> tuple[Token, ...]:
    """The tokens of an account, oldest first, those that no longer serve included."""
    statement = sa.select(token).where(token.c.account_id == account_id).order_by(token.c.id)
    return tuple(_token(row) for row in connection.execute(statement))


def token_by_digest(connection: sa.Connection, digest: str) -> Token | None:
    row = connection.execute(sa.select(token).where(token.c.digest == digest)).one_or_none()
    return None if row is None else _token(row)


def revoke(connection: sa.Connection, token_id: int, at: datetime) -> None:
    statement = token.update().where(token.c.id == token_id, token.c.revoked_at.is_(None))
    connection.execute(statement.values(revoked_at=at))


def _token(row: Any) -> Token:
    return Token(row.id, row.account_id, row.label, row.created_at, row.expires_at, row.revoked_at)


# -- failed log-ins ---------------------------------------------------------------------------


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
