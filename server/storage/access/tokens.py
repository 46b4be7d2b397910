"""Tokens, in and out of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.scope import Scope
from server.storage.access.accounts import Account, account_of, selected
from server.storage.models import Models
from server.storage.tables import account, token


@dataclass(frozen=True, slots=True)
class Token:
    """A bearer token, without what only its holder knows."""

    id: int
    account: int
    label: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    scope: Scope


def by_token(
    connection: sa.Connection, models: Models, digest: str, now: datetime
) -> tuple[Account, Scope] | None:
    """Whose token this is, and how far it reaches; nobody's when it has been revoked or has run out."""
    statement = models.statement(
        "account by token",
        lambda: (
            selected(models)
            .add_columns(token.c.scope)
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
    return None if row is None else (account_of(row), Scope(row.scope))


def add_token(
    connection: sa.Connection,
    account_id: int,
    digest: str,
    label: str,
    at: datetime,
    expires: datetime | None,
    scope: Scope,
) -> None:
    connection.execute(
        token.insert().values(
            account_id=account_id,
            digest=digest,
            label=label,
            created_at=at,
            expires_at=expires,
            scope=scope.value,
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


def revoke_all(connection: sa.Connection, account_id: int, at: datetime) -> None:
    """Let no token of an account serve any more."""
    statement = token.update().where(
        token.c.account_id == account_id, token.c.revoked_at.is_(None)
    )
    connection.execute(statement.values(revoked_at=at))


def _token(row: Any) -> Token:
    return Token(
        row.id,
        row.account_id,
        row.label,
        row.created_at,
        row.expires_at,
        row.revoked_at,
        Scope(row.scope),
    )
