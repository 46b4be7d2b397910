"""Persons, groups and holders as a command leaves them.

Until it writes such records itself, the stored ones are asked. Afterwards everything is read
through the draft, so that whoever becomes absent, or loses a role, loses open tasks at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from server.domain.entity import Entity
from server.domain.somebody import GROUP, PERSON
from server.domain.values import RecordRef, Value
from server.engine.draft import Draft
from server.engine.seats import People

MEMBERSHIP, HOLDER, DELEGATE = "membership", "holder", "delegate"
_PEOPLE = frozenset({PERSON, GROUP, MEMBERSHIP, HOLDER})


class PeopleOfRecords:
    """The `People` of records, read one by one through a draft."""

    def __init__(self, draft: Draft, entities: Mapping[str, Entity]) -> None:
        self._draft = draft
        self._entities = entities

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        """Who holds the role for just this record; without one, who holds it for none."""
        return _each(person for person, held_for in self._holders(role) if _is_for(held_for, of))

    def every_holder(self, role: str) -> tuple[RecordRef, ...]:
        """Who holds the role, for whatever record or for none."""
        return _each(person for person, _ in self._holders(role))

    def members(self, group: RecordRef) -> tuple[RecordRef, ...]:
        """The persons of a group."""
        return _each(
            person
            for membership in self._draft.all(MEMBERSHIP)
            if self._draft.field(membership, "group") == group
            for person in self._person(membership)
        )

    def delegates(self, role: str, person: RecordRef) -> tuple[RecordRef, ...]:
        """Who acts for this holder of the role now: in the time named, else while they are away."""
        return _each(
            delegate
            for holder in self._draft.all(HOLDER)
            if self._draft.field(holder, "role") == role
            and self._draft.field(holder, "person") == person
            and self._is_in_force(holder)
            for delegate in self._delegate(holder, person)
        )

    def _delegate(self, holder: RecordRef, person: RecordRef) -> Iterator[RecordRef]:
        delegate = self._read(holder, DELEGATE)
        if not isinstance(delegate, RecordRef) or self._read(delegate, "active") is False:
            return
        begins, ends = self._read(holder, "delegate_from"), self._read(holder, "delegate_until")
        if begins is None and ends is None:
            acts = self.is_away(person)
        else:
            acts = self._has_begun(begins) and not self._is_over(ends)
        if acts:
            yield delegate

    def is_away(self, person: RecordRef) -> bool:
        """Whether the person is absent now, or has left."""
        if self._read(person, "active") is False:
            return True
        begins, ends = self._read(person, "away_from"), self._read(person, "away_until")
        if begins is None and ends is None:
            return False
        return self._has_begun(begins) and not self._is_over(ends)

    def _holders(self, role: str) -> Iterator[tuple[RecordRef, frozenset[RecordRef]]]:
        """Who holds the role today, each with what for."""
        refs = self._entities[HOLDER].refs()
        narrowing = [item.key for item in refs if item.key not in {"person", DELEGATE}]
        for holder in self._draft.all(HOLDER):
            if self._draft.field(holder, "role") != role or not self._is_in_force(holder):
                continue
            held_for = (self._draft.field(holder, key) for key in narrowing)
            records = frozenset(ref for ref in held_for if isinstance(ref, RecordRef))
            for person in self._person(holder):
                yield person, records

    def _person(self, record: RecordRef) -> Iterator[RecordRef]:
        """The person whom a membership or a holder names, unless it is somebody who has left."""
        person = self._draft.field(record, "person")
        if isinstance(person, RecordRef) and self._read(person, "active") is not False:
            yield person

    def _is_in_force(self, holder: RecordRef) -> bool:
        begins, ends = self._read(holder, "from_date"), self._read(holder, "until_date")
        return self._has_begun(begins) and not self._is_over(ends)

    def _read(self, record: RecordRef, name: str) -> Value:
        known = name in self._entities[record.entity].fields
        return self._draft.field(record, name) if known else None

    def _has_begun(self, begins: Value) -> bool:
        """Whether a first day or a moment has come; where there is none, it has."""
        now = self._draft.now
        if isinstance(begins, datetime):
            return now >= begins
        return not isinstance(begins, date) or now.date() >= begins

    def _is_over(self, ends: Value) -> bool:
        """Whether a last day or a moment has passed; where there is none, it has not."""
        now = self._draft.now
        if isinstance(ends, datetime):
            return now >= ends
        return isinstance(ends, date) and now.date() > ends


class PeopleSeen:
    """The `People` of one command."""

    def __init__(self, draft: Draft, stored: People, entities: Mapping[str, Entity]) -> None:
        self._draft = draft
        self._stored = stored
        self._written = PeopleOfRecords(draft, entities)

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        """Who holds the role for just this record; without one, who holds it for none."""
        return self._now.holders(role, of)

    def every_holder(self, role: str) -> tuple[RecordRef, ...]:
        """Who holds the role, for whatever record or for none."""
        return self._now.every_holder(role)

    def members(self, group: RecordRef) -> tuple[RecordRef, ...]:
        """The persons of a group."""
        return self._now.members(group)

    def delegates(self, role: str, person: RecordRef) -> tuple[RecordRef, ...]:
        """Who acts for this holder of the role now."""
        return self._now.delegates(role, person)

    def is_away(self, person: RecordRef) -> bool:
        """Whether the person is absent now, or has left."""
        return self._now.is_away(person)

    @property
    def _now(self) -> People:
        changed = any(ref.entity in _PEOPLE for ref in self._draft.touched)
        return self._written if changed else self._stored


def _is_for(held_for: frozenset[RecordRef], of: RecordRef | None) -> bool:
    return of in held_for if of is not None else not held_for


def _each(persons: Iterator[RecordRef]) -> tuple[RecordRef, ...]:
    """Each person once, in the order of their ids, as the database gives them."""
    return tuple(sorted(set(persons)))
