"""Notifications in the application: one row for each person who is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.values import RecordRef
from server.storage.prepared import insertion
from server.storage.tables import notice


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is told. `id` is 0 until it is kept."""

    person: int
    notification: str
    subject: str
    text: str
    about: RecordRef
    run_id: int | None
    at: datetime
    read_at: datetime | None = None
    id: int = 0


_INSERT = insertion(notice)


def append(connection: sa.Connection, notices: Sequence[Notice]) -> None:
    if not notices:
        return
    _INSERT.many(
        connection,
        [
            {
                "person_id": item.person,
                "notification": item.notification,
                "subject": item.subject,
                "text": item.text,
                "about_entity": item.about.entity,
                "about_id": item.about.id,
                "run_id": item.run_id,
                "at": item.at,
                "read_at": item.read_at,
            }
            for item in notices
        ],
    )


def page(
    connection: sa.Connection, person: int, *, unread: bool, before: int | None, limit: int
) -> tuple[Notice, ...]:
    """A person's notices, newest first."""
    statement = sa.select(notice).where(notice.c.person_id == person)
    if unread:
        statement = statement.where(notice.c.read_at.is_(None))
    if before is not None:
        statement = statement.where(notice.c.id < before)
    rows = connection.execute(statement.order_by(notice.c.id.desc()).limit(limit))
    return tuple(_notice(row) for row in rows)


def unread(connection: sa.Connection, person: int) -> int:
    """How many notices a person has not read."""
    statement = sa.select(sa.func.count()).select_from(notice)
    found = connection.scalar(
        statement.where(notice.c.person_id == person, notice.c.read_at.is_(None))
    )
    return int(found or 0)


def mark_read(connection: sa.Connection, person: int, notice_id: int, at: datetime) -> bool:
    """Note that a person has read a notice; False when it is not one of that person's."""
    mine = (notice.c.person_id == person) & (notice.c.id == notice_id)
    known = connection.scalar(sa.select(notice.c.id).where(mine))
    connection.execute(notice.update().where(mine, notice.c.read_at.is_(None)).values(read_at=at))
    return known is not None


def _notice(row: Any) -> Notice:
    return Notice(
        row.person_id,
        row.notification,
        row.subject,
        row.text,
        RecordRef(row.about_entity, row.about_id),
        row.run_id,
        row.at,
        row.read_at,
        row.id,
    )
