"""Segregation of duties: roles that are kept apart are never given to one person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from server.domain.role import kept_apart
from server.domain.somebody import PERSON
from server.domain.values import RecordRef, Value
from server.storage.people import HOLDER
from server.usecases.reading import Problems
from server.usecases.running import Running


def kept(
    running: Running, entity: str, row: Mapping[str, Value], holder: RecordRef | None = None
) -> Problems:
    """A sentence at the person or delegate who would be in two roles that are kept apart.

    `row` is a holder of a role as it is to become; records of other entities are no matter. The
    person's own record is held meanwhile, so that of two who give roles one waits for the other.
    """
    role = row.get("role")
    apart = (
        kept_apart(running.app.definitions.roles, str(role)) if entity == HOLDER else frozenset()
    )
    problems: Problems = {}
    if not apart:
        return problems
    for name in (PERSON, "delegate"):
        person = row.get(name)
        if not isinstance(person, RecordRef):
            continue
        running.records.lock(person)
        begins, ends = _day(row.get("from_date")), _day(row.get("until_date"))
        both = apart & running.records.engaged(person, begins, ends, but=holder)
        titles = sorted(running.app.definitions.roles[key].title for key in both)
        if titles:
            problems[name] = (
                f"This person is {' and '.join(titles)} in that time, "
                f"and nobody may be that and {running.app.definitions.roles[str(role)].title}."
            )
    return problems


def together(running: Running) -> Iterator[str]:
    """Who holds two roles that are kept apart today, a sentence each."""
    roles = running.app.definitions.roles
    for key, role in roles.items():
        for other in sorted(role.apart_from & roles.keys()):
            holders = set(running.records.every_holder(key))
            for person in running.records.every_holder(other):
                if person in holders:
                    name = running.records.field(person, "name")
                    yield f"{name} is {role.title} and {roles[other].title}."


def _day(value: Value) -> date | None:
    return value if isinstance(value, date) else None
