"""Which records people watch, so that the open tasks about them stand in a queue of their own."""

from __future__ import annotations

import sqlalchemy as sa

from server.domain.values import RecordRef
from server.storage.tables import follow


def watch(connection: sa.Connection, person: int, record: RecordRef) -> None:
    """Let a person watch a record; who does already goes on."""
    if not watches(connection, person, record):
        connection.execute(
            follow.insert().values(person_id=person, entity=record.entity, record_id=record.id)
        )


def leave(connection: sa.Connection, person: int, record: RecordRef) -> None:
    connection.execute(follow.delete().where(_is(person, record)))


def watches(connection: sa.Connection, person: int, record: RecordRef) -> bool:
    return connection.scalar(sa.select(sa.exists().where(_is(person, record)))) is True


def _is(person: int, record: RecordRef) -> sa.ColumnElement[bool]:
    known = follow.c
    return sa.and_(
        known.person_id == person,
        known.entity == record.entity,
        known.record_id == record.id,
    )
