"""Use cases about watching records: what is open about them stands in a queue of My work."""

from __future__ import annotations

from server.domain.actor import Actor
from server.domain.refusals import NotFound
from server.domain.role import Operation
from server.domain.values import RecordRef
from server.storage import watching as kept
from server.usecases.app import App
from server.usecases.running import Running


def watch(app: App, actor: Actor, record: RecordRef) -> None:
    """Watch a record from now on; again is no matter.

    Raises:
        NotFound: there is no such entity or record, or it is out of reach.
        NotAllowed: no role lets this person read such records.
    """
    with app.database.write() as connection:
        person = _reader(Running(app, connection, actor), record)
        kept.watch(connection, person, record)


def leave(app: App, actor: Actor, record: RecordRef) -> None:
    """Watch it no longer; also one that is out of reach by now."""
    if actor.id is not None:
        with app.database.write() as connection:
            kept.leave(connection, actor.id, record)


def watches(app: App, actor: Actor, record: RecordRef) -> bool:
    if actor.id is None:
        return False
    with app.database.read() as connection:
        return kept.watches(connection, actor.id, record)


def _reader(running: Running, record: RecordRef) -> int:
    known = running.app.definitions.entities.get(record.entity)
    if known is None or running.actor.id is None:
        raise NotFound(f"There are no records called '{record.entity[:80]}'.")
    running.rights.require_of(running.connection, Operation.READ, record)
    if running.records.row(record) is None:
        raise NotFound(f"There is no {known.title.lower()} {known.numbered(record.id)}.")
    return running.actor.id
