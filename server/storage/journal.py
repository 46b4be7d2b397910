"""The journal of records: what people have written about them, with what they attached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.values import RecordRef
from server.storage.tables import attachment, note


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was attached to a note. `size` in bytes; its content is read on its own."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Note:
    """`is_internal`: not for whoever asked for the record."""

    id: int
    record: RecordRef
    at: datetime
    person: int | None
    text: str
    is_internal: bool
    attached: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """A file as it was sent."""

    name: str
    content: bytes


def add(
    connection: sa.Connection,
    record: RecordRef,
    *,
    at: datetime,
    person: int | None,
    text: str,
    is_internal: bool,
    files: Sequence[File],
) -> int:
    """Keep a note with its files; its id."""
    kept = connection.execute(
        note.insert().values(
            entity=record.entity,
            record_id=record.id,
            at=at,
            person_id=person,
            text=text,
            is_internal=is_internal,
        )
    )
    [number] = kept.inserted_primary_key or (0,)
    for file in files:
        connection.execute(
            attachment.insert().values(
                note_id=number, name=file.name, size=len(file.content), content=file.content
            )
        )
    return int(number)


def page(
    connection: sa.Connection, record: RecordRef, *, internal: bool, after: int | None, limit: int
) -> tuple[Note, ...]:
    """The notes about a record, the newest first; those for everybody, and `internal` ones too."""
    statement = (
        sa.select(note)
        .where(note.c.entity == record.entity, note.c.record_id == record.id)
        .order_by(note.c.id.desc())
        .limit(limit)
    )
    if not internal:
        statement = statement.where(note.c.is_internal.is_(False))
    if after is not None:
        statement = statement.where(note.c.id < after)
    rows = connection.execute(statement).all()
    attached = _attached(connection, [row.id for row in rows])
    return tuple(_note(row, attached.get(row.id, ())) for row in rows)


def one(connection: sa.Connection, number: int) -> Note | None:
    row = connection.execute(sa.select(note).where(note.c.id == number)).first()
    return None if row is None else _note(row, _attached(connection, [row.id]).get(row.id, ()))


def content(connection: sa.Connection, number: int) -> tuple[Note, File] | None:
    """An attachment with the note that it belongs to."""
    row = connection.execute(sa.select(attachment).where(attachment.c.id == number)).first()
    found = None if row is None else one(connection, row.note_id)
    return None if row is None or found is None else (found, File(row.name, row.content))


def _attached(connection: sa.Connection, notes: Iterable[int]) -> dict[int, tuple[Attached, ...]]:
    columns = attachment.c
    statement = (
        sa.select(columns.note_id, columns.id, columns.name, columns.size)
        .where(columns.note_id.in_(list(notes)))
        .order_by(columns.id)
    )
    found: dict[int, tuple[Attached, ...]] = {}
    for row in connection.execute(statement):
        found[row.note_id] = (*found.get(row.note_id, ()), Attached(row.id, row.name, row.size))
    return found


def _note(row: Any, attached: tuple[Attached, ...]) -> Note:
    record = RecordRef(row.entity, row.record_id)
    return Note(row.id, record, row.at, row.person_id, row.text, row.is_internal, attached)
