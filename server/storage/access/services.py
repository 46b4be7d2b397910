"""By whom persons are known at the organisation's log-in service, and what it has given them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa

from server.domain.somebody import PERSON
from server.domain.values import RecordRef
from server.storage.access.accounts import Account, account_of, selected
from server.storage.models import Models
from server.storage.people import HOLDER
from server.storage.tables import account, given, known


def account_known_as(
    connection: sa.Connection, models: Models, issuer: str, subject: str
) -> Account | None:
    """The account of whom the service calls so; None while it is not known here."""
    statement = selected(models).join(known, known.c.account_id == account.c.id)
    row = connection.execute(
        statement.where(known.c.issuer == issuer, known.c.subject == subject)
    ).one_or_none()
    return None if row is None else account_of(row)


def accounts_of_person(
    connection: sa.Connection, models: Models, person: int
) -> tuple[Account, ...]:
    rows = connection.execute(
        selected(models).where(account.c.person_id == person).order_by(account.c.id)
    )
    return tuple(account_of(row) for row in rows)


def is_known(connection: sa.Connection, issuer: str, account_id: int) -> bool:
    """Whether the service calls the person of this account something already."""
    statement = sa.select(known.c.id).where(
        known.c.issuer == issuer, known.c.account_id == account_id
    )
    return connection.execute(statement).first() is not None


def make_known(
    connection: sa.Connection, issuer: str, subject: str, account_id: int, at: datetime
) -> None:
    connection.execute(
        known.insert().values(issuer=issuer, subject=subject, account_id=account_id, at=at)
    )


def persons_of_email(
    connection: sa.Connection, models: Models, email: str
) -> tuple[RecordRef, ...]:
    """The persons with this e-mail address, however it is spelled in large and small letters."""
    person = models.tables[PERSON].c
    if "email" not in person:
        return ()
    statement = sa.select(person.id).where(sa.func.lower(person.email) == email.lower())
    return tuple(RecordRef(PERSON, found) for found in connection.scalars(statement))


def roles_given(
    connection: sa.Connection, models: Models, account_id: int
) -> Mapping[RecordRef, str]:
    """The holders of roles that are there because of groups at the service, with the role of each."""
    holder = models.tables[HOLDER].c
    statement = (
        sa.select(holder.id, holder.role)
        .join(given, given.c.holder_id == holder.id)
        .where(given.c.account_id == account_id)
        .order_by(holder.id)
    )
    return {RecordRef(HOLDER, found): role for found, role in connection.execute(statement)}


def note_given(connection: sa.Connection, account_id: int, holders: Iterable[RecordRef]) -> None:
    for holder in holders:
        connection.execute(given.insert().values(account_id=account_id, holder_id=holder.id))


def forget_given(connection: sa.Connection, holders: Iterable[RecordRef]) -> None:
    numbers = [holder.id for holder in holders]
    connection.execute(given.delete().where(given.c.holder_id.in_(numbers)))
