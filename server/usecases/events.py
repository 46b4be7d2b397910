"""Use cases about events: take what monitoring delivers, and make it into records.

Taking only keeps the messages; a worker handles them afterwards. Messages of one identity make one
record, however often and from however many senders they come:

- While the record is not in a final status, a message adds to its count and notes when it came.
- A message that says the end is noted on the record, closed or not; the record stays as it is, for
  people to judge.
- A record that people have closed while its end has not been said is still the one that is meant:
  monitoring repeats itself while trouble lasts. Once it is closed and its end said, or closed where
  the source never says an end, the next message is a new record.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from server.domain.actor import APPLICATION, Actor
from server.domain.correlation import (
    FIRST_SEEN_AT,
    LAST_SEEN_AT,
    OCCURRENCES,
    RESOLVED_AT,
    Correlation,
    Finding,
)
from server.domain.decision import NoVerdict
from server.domain.entity import STATUS, Entity
from server.domain.refusals import NotFound, Refusal, WrongState
from server.domain.role import Operation
from server.domain.values import RecordRef, Value
from server.engine.walk import StepFailed
from server.storage import inbox
from server.storage.inbox import Belonging, Message, MessageState
from server.usecases import messages
from server.usecases.app import App
from server.usecases.refusing import not_allowed
from server.usecases.rights import rights_now
from server.usecases.running import Running
from server.usecases.views import Page

BATCH = 20
MOST_ATTEMPTS = 8
LONGEST_DELAY = timedelta(hours=1)
ADMINISTER = "administer"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Received:
    """How many messages were taken."""

    count: int


# -- taking -----------------------------------------------------------------------------------


def receive(app: App, actor: Actor, source: str, payload: object) -> Received:
    """Take what a monitoring tool delivers: all of it, or nothing.

    Raises:
        NotFound: no correlation reads this source.
        NotAllowed: the actor may not create what the messages become.
        Malformed, TooLarge, Invalid: the delivery is not what the correlation reads.
    """
    correlation = _correlation(app, source)
    if correlation is None:
        known = ", ".join(sorted(item.source for item in app.definitions.correlations.values()))
        raise NotFound(
            f"Nothing is known of a source '{source}'.",
            hint=f"A correlation says how a source is read. Known are: {known or 'none'}.",
        )
    rights = rights_now(app, actor)
    rights.require(Operation.CREATE, correlation.creates)
    if rights.reach(Operation.CREATE, correlation.creates) is not None:
        raise not_allowed(
            actor,
            f"the right to create any {correlation.creates}",
            "What arrives may concern anybody, and your roles let you enter your own alone.",
        )
    found = messages.messages(correlation, payload)
    with app.database.write() as connection:
        inbox.put(connection, source, found, app.now())
        app.crash("before-commit")
    app.crash("after-commit")
    return Received(len(found))


def _correlation(app: App, source: str) -> Correlation | None:
    known = app.definitions.correlations.values()
    return next((item for item in known if item.source == source), None)


# -- handling ---------------------------------------------------------------------------------


def handle(app: App, limit: int = BATCH) -> int:
    """Handle the messages that are due, at most `limit`; says how many were looked at.

    Each is all done or not at all. One that cannot be handled is tried again, later and later, and
    parked in the end.
    """
    with app.database.read() as connection:
        if not inbox.has_due(connection, app.now()):
            return 0
    with app.database.write() as connection:
        found = inbox.take(connection, limit, app.now())
        for message in found:
            _try(app, connection, message)
        app.crash("before-commit")
    app.crash("after-commit")
    return len(found)


def _try(app: App, connection: sa.Connection, message: Message) -> None:
    try:
        with connection.begin_nested():
            record = _handle(app, connection, message)
            inbox.handled(connection, message.id, record, app.now())
    except (Refusal, StepFailed, NoVerdict) as error:
        _put_off(app, connection, message, str(error))
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        _put_off(app, connection, message, f"The database refused: {type(error.orig).__name__}.")
        log.warning("Message %s met the database's refusal", message.id, exc_info=error)
    except Exception:
        _put_off(app, connection, message, "The application failed; its log says how.")
        log.exception("Message %s from %s cannot be handled", message.id, message.source)


def _put_off(app: App, connection: sa.Connection, message: Message, problem: str) -> None:
    if message.attempts + 1 >= MOST_ATTEMPTS:
        inbox.park(connection, message, problem)
        log.error("Message %s from %s is parked: %s", message.id, message.source, problem)
        return
    inbox.postpone(connection, message, problem, app.now() + delay(message.attempts))
    log.warning("Message %s from %s waits: %s", message.id, message.source, problem)


def delay(attempts: int) -> timedelta:
    """How long a message waits that has been tried in vain so often before: 1 s, 4 s, 16 s …"""
    return min(timedelta(seconds=4**attempts), LONGEST_DELAY)


def _handle(app: App, connection: sa.Connection, message: Message) -> RecordRef:
    correlation = _correlation(app, message.source)
    if correlation is None:
        raise NotFound(f"No correlation reads the source '{message.source}' any more.")
    entity = app.definitions.entities[correlation.creates]
    known = inbox.hold(connection, message)
    running = Running(app, connection, APPLICATION)
    ends = messages.says_end(correlation, message.content)
    ended_at = _ended_at(known, message, ends=ends)
    record = known.record
    if record is not None and _is_same(running, correlation, entity, known, ends=ends):
        _count(running, entity, record, message, ended_at)
    else:
        ended_at = message.received_at if ends else None
        record = _create(running, correlation, entity, message, ended_at)
    running.settle()
    running.save()
    record = running.stored_as(record)
    newest = max(known.message, message.id)
    inbox.belongs(connection, message, Belonging(record, ended_at, newest))
    return record


def _ended_at(known: Belonging, message: Message, *, ends: bool) -> datetime | None:
    """When the end was said, after this message; an older one than was heeded changes nothing."""
    if message.id < known.message:
        return known.ended_at
    return (known.ended_at or message.received_at) if ends else None


def _is_same(
    running: Running,
    correlation: Correlation,
    entity: Entity,
    known: Belonging,
    *,
    ends: bool,
) -> bool:
    """Whether a message of this identity means the record that earlier ones made."""
    row = None if known.record is None else running.records.lock(known.record)
    if row is None or ends:
        return row is not None
    status = entity.statuses.get(str(row.get(STATUS)))
    is_closed = status is not None and status.is_final
    return not is_closed or (bool(correlation.resolved) and known.ended_at is None)


def _count(
    running: Running,
    entity: Entity,
    record: RecordRef,
    message: Message,
    ended_at: datetime | None,
) -> None:
    seen = running.draft.field(record, OCCURRENCES) if OCCURRENCES in entity.fields else None
    last = running.draft.field(record, LAST_SEEN_AT) if LAST_SEEN_AT in entity.fields else None
    later = (
        message.received_at if not isinstance(last, datetime) else max(last, message.received_at)
    )
    running.draft.change(
        record,
        _kept(
            entity,
            {
                OCCURRENCES: (seen if isinstance(seen, int) else 0) + 1,
                LAST_SEEN_AT: later,
                RESOLVED_AT: ended_at,
            },
        ),
    )


def _create(
    running: Running,
    correlation: Correlation,
    entity: Entity,
    message: Message,
    ended_at: datetime | None,
) -> RecordRef:
    looked_after: dict[str, Value] = {
        OCCURRENCES: 1,
        FIRST_SEEN_AT: message.received_at,
        LAST_SEEN_AT: message.received_at,
        RESOLVED_AT: ended_at,
    }
    said = messages.values(correlation, entity, message.content)
    links = {
        key: found
        for key, finding in correlation.links.items()
        if (found := _link(running, finding, message)) is not None
    }
    return running.draft.create(entity.key, {**_kept(entity, looked_after), **said, **links})


def _kept(entity: Entity, values: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in values.items() if key in entity.fields}


def _link(running: Running, finding: Finding, message: Message) -> RecordRef | None:
    """The record that a message names; None when there is none, or more than one."""
    text = messages.sought(finding, message.content)
    if text is None:
        return None
    found = running.records.matching(finding.entity, finding.by, text)
    return found[0] if len(found) == 1 else None


# -- looking after ----------------------------------------------------------------------------


def page(
    app: App,
    actor: Actor,
    *,
    state: MessageState | None = None,
    after: int | None = None,
    limit: int = 50,
) -> Page[Message]:
    """The inbox, newest message first, for administrators."""
    with app.database.read() as connection:
        _require(app, connection, actor)
        found = inbox.page(connection, state=state, before=after, limit=limit + 1)
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def resume(app: App, actor: Actor, message_id: int) -> Message:
    """Have a parked message handled anew.

    Raises:
        NotFound: there is no such message.
        WrongState: it is not parked.
    """
    with app.database.write() as connection:
        _require(app, connection, actor)
        resumed = inbox.resume(connection, message_id, app.now())
        found = inbox.one(connection, message_id)
        if found is None:
            raise NotFound(f"There is no message {message_id} in the inbox.")
        if not resumed:
            raise WrongState(f"Message {message_id} is {found.state}, not parked.")
    return found


def _require(app: App, connection: sa.Connection, actor: Actor) -> None:
    Running(app, connection, actor).rights.require_permission(ADMINISTER, "look after the inbox")
