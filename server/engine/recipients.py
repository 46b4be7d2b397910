"""Whom a notification reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.domain.expression import evaluate
from server.domain.notification import Notification, Recipient
from server.domain.somebody import GROUP, PERSON
from server.domain.values import RecordRef, Value
from server.engine.draft import Draft
from server.engine.seats import People


def recipients(
    notification: Notification, names: Mapping[str, Value], draft: Draft, people: People
) -> tuple[RecordRef, ...]:
    """The persons meant, each once. Nobody at all is no failure: there is just nobody to tell."""
    found: dict[RecordRef, None] = {}
    for recipient in notification.to:
        value: Value = None
        if recipient.of is not None:
            value = evaluate(recipient.of, names, draft, draft.now)
            if value is None:
                continue
        found.update(dict.fromkeys(_persons(recipient, value, people)))
    return tuple(found)


def _persons(recipient: Recipient, value: Value, people: People) -> Iterator[RecordRef]:
    if isinstance(value, tuple):
        for item in value:
            yield from _persons(recipient, item, people)
    elif not isinstance(value, RecordRef):
        if recipient.role is not None:
            yield from people.every_holder(recipient.role)
    elif value.entity == PERSON:
        yield value
    elif value.entity == GROUP:
        members = people.members(value)
        if recipient.role is None:
            yield from members
        else:
            role = recipient.role
            holders = {*people.holders(role, value), *people.holders(role, None)}
            yield from (person for person in members if person in holders)
    elif recipient.role is not None:
        yield from people.holders(recipient.role, value)
        yield from people.holders(recipient.role, None)
