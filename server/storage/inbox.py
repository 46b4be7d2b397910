"""The inbox: messages of monitoring tools, kept before they are handled, and whose they are.

A message waits, is taken by one worker at a time, and is handled or postponed; one that fails too
often is parked for people to look at. Which record the messages of one identity belong to is one
row, so that however many workers handle them, there is one record.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.domain.values import RecordRef
from server.storage.tables import identity, inbox


class MessageState(enum.StrEnum):
    """The values are stored and shown in the API; renaming one needs a migration."""

    WAITING = "waiting"
    HANDLED = "handled"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it came in. `record` is what it became or belongs to, once handled."""

    id: int
    source: str
    identity: str
    content: Any
    received_at: datetime
    state: MessageState
    attempts: int
    due_at: datetime
    problem: str | None
    handled_at: datetime | None
    record: RecordRef | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """What is known of an identity: its newest record, the end noted, the last message heeded."""

    record: RecordRef | None
    ended_at: datetime | None
    message: int


# -- messages ---------------------------------------------------------------------------------


def put(
    connection: sa.Connection,
    source: str,
    messages: Sequence[tuple[str, Any]],
    at: datetime,
) -> None:
    """Keep messages, each with its identity, to be handled from `at` on."""
    if not messages:
        return
    connection.execute(
        inbox.insert(),
        [
            {
                "source": source,
                "identity": known_by,
                "message": content,
                "received_at": at,
                "due_at": at,
                "state": MessageState.WAITING.value,
                "attempts": 0,
            }
            for known_by, content in messages
        ],
    )


def has_due(connection: sa.Connection, now: datetime) -> bool:
    """Whether a message waits whose time has come."""
    return connection.scalar(sa.select(inbox.c.id).where(_due(now)).limit(1)) is not None


def take(connection: sa.Connection, limit: int, now: datetime) -> tuple[Message, ...]:
    """The oldest due messages, held until the transaction ends; those that others hold are left."""
    statement = sa.select(inbox).where(_due(now)).order_by(inbox.c.id).limit(limit)
    rows = connection.execute(statement.with_for_update(skip_locked=True))
    return tuple(_message(row) for row in rows)


def handled(connection: sa.Connection, message: int, record: RecordRef, at: datetime) -> None:
    """Note what a message has become."""
    connection.execute(
        inbox.update()
        .where(inbox.c.id == message)
        .values(
            state=MessageState.HANDLED.value,
            record_entity=record.entity,
            record_id=record.id,
            handled_at=at,
            problem=None,
        )
    )


def postpone(connection: sa.Connection, message: Message, problem: str, due_at: datetime) -> None:
    """Count a vain attempt; the message waits until `due_at`."""
    _put_off(connection, message, problem, state=MessageState.WAITING, due_at=due_at)


def park(connection: sa.Connection, message: Message, problem: str) -> None:
    """Count the last vain attempt; people see the message and its problem."""
    _put_off(connection, message, problem, state=MessageState.PARKED, due_at=message.due_at)


def _put_off(
    connection: sa.Connection,
    message: Message,
    problem: str,
    *,
    state: MessageState,
    due_at: datetime,
) -> None:
    connection.execute(
        inbox.update()
        .where(inbox.c.id == message.id)
        .values(state=state.value, attempts=message.attempts + 1, problem=problem, due_at=due_at)
    )


def resume(connection: sa.Connection, message: int, now: datetime) -> bool:
    """Let a parked message be handled anew; False when there is no such parked one."""
    found = connection.execute(
        inbox.update()
        .where(inbox.c.id == message, inbox.c.state == MessageState.PARKED.value)
        .values(state=MessageState.WAITING.value, attempts=0, due_at=now)
    )
    return found.rowcount == 1


def one(connection: sa.Connection, message: int) -> Message | None:
    row = connection.execute(sa.select(inbox).where(inbox.c.id == message)).one_or_none()
    return None if row is None else _message(row)


def page(
    connection: sa.Connection,
    *,
    state: MessageState | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[Message, ...]:
    """Messages, newest first."""
    statement = sa.select(inbox).order_by(inbox.c.id.desc()).limit(limit)
    if state is not None:
        statement = statement.where(inbox.c.state == state.value)
    if before is not None:
        statement = statement.where(inbox.c.id < before)
    return tuple(_message(row) for row in connection.execute(statement))


def parked(connection: sa.Connection) -> int:
    """How many messages are parked."""
    statement = sa.select(sa.func.count()).select_from(inbox)
    return int(connection.scalar(statement.where(inbox.c.state == MessageState.PARKED.value)) or 0)


# -- whose they are ---------------------------------------------------------------------------


def hold(connection: sa.Connection, message: Message) -> Belonging:
    """What is known of the message's identity, held until the transaction ends.

    Whoever comes second waits here for the first, and then sees the record that was made.
    """
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(identity)
        .values(source=message.source, identity=message.identity, message_id=0)
        .on_conflict_do_nothing()
    )
    row = connection.execute(sa.select(identity).where(_same(message)).with_for_update()).one()
    record = None if row.record_id is None else RecordRef(row.record_entity, row.record_id)
    return Belonging(record, row.ended_at, row.message_id)


def belongs(connection: sa.Connection, message: Message, known: Belonging) -> None:
    """Note what is now known of the message's identity."""
    record = known.record
    connection.execute(
        identity.update()
        .where(_same(message))
        .values(
            record_entity=record.entity if record else None,
            record_id=record.id if record else None,
            ended_at=known.ended_at,
            message_id=known.message,
        )
    )


def _same(message: Message) -> sa.ColumnElement[bool]:
    return sa.and_(identity.c.source == message.source, identity.c.identity == message.identity)


def _due(now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(inbox.c.state == MessageState.WAITING.value, inbox.c.due_at <= now)


def _message(row: Any) -> Message:
    record = None if row.record_id is None else RecordRef(row.record_entity, row.record_id)
    return Message(
        id=row.id,
        source=row.source,
        identity=row.identity,
        content=row.message,
        received_at=row.received_at,
        state=MessageState(row.state),
        attempts=row.attempts,
        due_at=row.due_at,
        problem=row.problem,
        handled_at=row.handled_at,
        record=record,
    )
