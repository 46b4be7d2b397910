"""Accounts, in and out of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.somebody import PERSON
from server.storage.models import Models
from server.storage.tables import account


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


def by_login(connection: sa.Connection, models: Models, login: str) -> Account | None:
    statement = models.statement(
        "account by login",
        lambda: selected(models).where(account.c.login == sa.bindparam("asked")),
    )
    row = statement.first(connection, {"asked": login})
    return None if row is None else account_of(row)


def by_id(connection: sa.Connection, models: Models, account_id: int) -> Account | None:
    row = connection.execute(selected(models).where(account.c.id == account_id)).one_or_none()
    return None if row is None else account_of(row)


def accounts(connection: sa.Connection, models: Models) -> tuple[Account, ...]:
    """All accounts, by login."""
    rows = connection.execute(selected(models).order_by(account.c.login))
    return tuple(account_of(row) for row in rows)


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


def selected(models: Models) -> sa.Select[Any]:
    """What `account_of` makes an account of; to be narrowed, or joined."""
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


def account_of(row: Any) -> Account:
    return Account(
        row.id,
        row.login,
        row.person_id,
        row.name,
        row.password,
        row.created_at,
        bool(row.is_active),
    )
