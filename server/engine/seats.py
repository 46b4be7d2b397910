"""Who may do a task: roles of the procedure, read live against persons, groups and holders.

A person is meant itself; a group means its members who hold the role; another record means those
who hold the role for it or for everything. Nobody there: the fallback role, then a failure
that administrators see. Source: language reference, *Roles*; execution, *People, records and runs*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from server.domain.role import Role
from server.domain.run import Seat
from server.domain.somebody import GROUP, PERSON
from server.domain.values import RecordRef, Value


class People(Protocol):
    """Persons, groups and holders as they are at the moment of the command."""

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        """Who holds the role for just this record; without one, who holds it for none."""

    def every_holder(self, role: str) -> tuple[RecordRef, ...]:
        """Who holds the role, for whatever record or for none."""

    def members(self, group: RecordRef) -> tuple[RecordRef, ...]:
        """The persons of a group."""

    def delegates(self, role: str, person: RecordRef) -> tuple[RecordRef, ...]:
        """Who acts for this holder of the role now."""

    def is_away(self, person: RecordRef) -> bool:
        """Whether the person is absent now, or has left."""


Roles = Mapping[str, Role]


class NobodyHolds(Exception):  # noqa: N818  told to people as a failure of the run
    """A task that nobody could do. The text is a sentence for administrators."""


def seat(
    lane: str, value: Value, roles: Roles, people: People, not_by: tuple[int, ...] = ()
) -> Seat:
    """The seat of a task of the role `lane`, held for `value` (None: anyone who holds the role).

    `not_by` are the ids of persons who may not have it, whatever they hold.

    Raises:
        NobodyHolds: neither the role nor those that stand in for it have a holder.
    """
    away: Seat | None = None
    for tried in _tried(lane, value, roles):
        found = replace(tried, not_by=not_by)
        persons = candidates(found, people)
        if any(not people.is_away(person) for person in persons):
            return found
        if persons and away is None:
            away = found
    if away is not None:
        return away
    title = roles[lane].title if lane in roles else lane
    where = f" for {value}" if isinstance(value, RecordRef) else ""
    if not_by and any(candidates(tried, people) for tried in _tried(lane, value, roles)):
        raise NobodyHolds(
            f"Whoever holds the role {title}{where} has asked for this, and nobody stands in: "
            "nobody signs on their own request. Enter another holder, then try again."
        )
    raise NobodyHolds(
        f"Nobody holds the role {title}{where}, and nobody stands in for it. "
        "Enter a holder, then try again."
    )


def candidates(seat: Seat, people: People) -> tuple[RecordRef, ...]:
    """The persons who may do a task with this seat, whether they are there or away.

    Those whom holders have named to act for them are among them, in their time.
    """
    holders = [person for person in _holders(seat, people) if person.id not in seat.not_by]
    acting = (who for person in holders for who in people.delegates(seat.role, person))
    return tuple(dict.fromkeys((*holders, *(who for who in acting if who.id not in seat.not_by))))


def _holders(seat: Seat, people: People) -> tuple[RecordRef, ...]:
    if seat.any_of:
        single = (_of_role(seat.lane, seat.role, item) for item in seat.any_of)
        return tuple(dict.fromkeys(who for each in single for who in _holders(each, people)))
    if seat.person is not None:
        return (RecordRef(PERSON, seat.person),)
    if seat.group is not None:
        group = RecordRef(GROUP, seat.group)
        holders = {*people.holders(seat.role, None), *people.holders(seat.role, group)}
        return tuple(person for person in people.members(group) if person in holders)
    if seat.holder_for is not None:
        for_it = people.holders(seat.role, seat.holder_for)
        return tuple(dict.fromkeys((*for_it, *people.holders(seat.role, None))))
    return people.every_holder(seat.role)


def _tried(lane: str, value: Value, roles: Mapping[str, Role]) -> Iterator[Seat]:
    """The seats in the order in which they are tried: the role's own, then those that stand in.

    Who stands in for a person is anyone who holds the fallback role; for a group, its members who
    hold that role, then anyone who does. Of a list, any one is meant.
    """
    seen: set[str] = set()
    role: str | None = lane
    meant: Value = value
    while role is not None and role in roles and role not in seen:
        seen.add(role)
        yield _of_role(lane, role, meant)
        if role != lane and isinstance(meant, RecordRef) and meant.entity == GROUP:
            yield _of_role(lane, role, None)
        if isinstance(meant, RecordRef) and meant.entity == PERSON:
            meant = None
        if isinstance(meant, tuple):
            meant = tuple(item for item in _records(meant) if item.entity != PERSON)
        role = roles[role].fallback


def _records(value: tuple[Value, ...]) -> tuple[RecordRef, ...]:
    """The records of a list, each once."""
    return tuple(dict.fromkeys(item for item in value if isinstance(item, RecordRef)))


def _of_role(lane: str, role: str, value: Value) -> Seat:
    if isinstance(value, tuple):
        records = _records(value)
        if len(records) > 1:
            return Seat(lane, role, any_of=records)
        value = records[0] if records else None
    if not isinstance(value, RecordRef):
        return Seat(lane, role)
    if value.entity == PERSON:
        return Seat(lane, role, person=value.id)
    if value.entity == GROUP:
        return Seat(lane, role, group=value.id)
    return Seat(lane, role, holder_for=value)
