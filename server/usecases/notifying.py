"""Puts a notification into words, for each person whom a run tells.

Templates live in a sandbox: they see the record that the notification is about, as people read it,
and nothing that could act.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import ChainableUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from server.domain.definitions import Book
from server.domain.entity import Entity
from server.domain.expression import World
from server.domain.values import RecordRef, Value
from server.engine.draft import Draft
from server.engine.events import Event, Notified, TaskLate
from server.storage.notices import Notice
from server.usecases.telling import step_title
from server.usecases.wording import worded

_TEMPLATES = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=False)
SUBJECT_LENGTH = 300
LATE = "task-late"
"""What notices that a task is late are called; no notification has to be written for them."""


def told(
    book: Book,
    run_id: int,
    events: Sequence[Event],
    stored: Mapping[RecordRef, RecordRef],
    draft: Draft,
    entities: Mapping[str, Entity],
) -> list[Notice]:
    """A notice for each person whom these events tell something, or that a task is late."""
    before = {known: temporary for temporary, known in stored.items()}
    found: list[Notice] = []
    for event in events:
        if isinstance(event, TaskLate):
            found += _of_lateness(book, run_id, event, before, draft, entities)
        if not isinstance(event, Notified):
            continue
        notification = book.notifications[event.notification]
        names = {notification.about: _Readable(event.about, before, draft, entities)}
        subject = _TEMPLATES.from_string(notification.subject).render(names)[:SUBJECT_LENGTH]
        text = _TEMPLATES.from_string(notification.text).render(names)
        found += [
            Notice(person.id, notification.key, subject, text, event.about, run_id, draft.now)
            for person in event.persons
        ]
    return found


def _of_lateness(
    book: Book,
    run_id: int,
    event: TaskLate,
    before: Mapping[RecordRef, RecordRef],
    draft: Draft,
    entities: Mapping[str, Entity],
) -> list[Notice]:
    title = step_title(book.procedure, event.step)
    record = _Readable(event.about, before, draft, entities)
    subject = f"Late: {title}, {record.number or record}"[:SUBJECT_LENGTH]
    text = (
        f"'{title}' of {book.procedure.title} was to be done by {event.due:%Y-%m-%d %H:%M} UTC and is "
        f"still open. It is about {record}."
    )
    return [
        Notice(person.id, LATE, subject, text, event.about, run_id, draft.now)
        for person in event.persons
    ]


class _Readable:
    """A record as a template sees it: `incident_request.number`, `incident_request.service.name`."""

    def __init__(
        self,
        record: RecordRef,
        before: Mapping[RecordRef, RecordRef],
        world: World,
        entities: Mapping[str, Entity],
    ) -> None:
        self._record = record
        self._before = before
        self._world = world
        self._entities = entities

    def __getattr__(self, name: str) -> Any:
        entity = self._entities[self._record.entity]
        if name == "number":
            return entity.numbered(self._record.id)
        if name not in entity.fields:
            raise AttributeError(name)
        as_seen = self._before.get(self._record, self._record)
        value: Value = self._world.field(as_seen, name)
        if isinstance(value, RecordRef):
            after = {old: new for new, old in self._before.items()}
            return _Readable(after.get(value, value), self._before, self._world, self._entities)
        return worded(entity.fields[name], value)

    def __str__(self) -> str:
        entity = self._entities[self._record.entity]
        return str(getattr(self, entity.label))
