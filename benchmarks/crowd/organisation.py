"""Who works there: groups with services, coordinators and specialists, a desk, and many who call."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.values import RecordRef
from server.storage.models import Models

GROUPS, SERVICES, SPECIALISTS, ANALYSTS = 40, 200, 12, 30
FIRST = (
    "Ada",
    "Bela",
    "Cora",
    "Dario",
    "Edda",
    "Faye",
    "Goran",
    "Hanna",
    "Ilan",
    "June",
    "Kaspar",
)
LAST = (
    "Abel",
    "Brandt",
    "Costa",
    "Dvorak",
    "Egger",
    "Fuchs",
    "Gallo",
    "Horvat",
    "Imhof",
    "Jansen",
)


@dataclass(frozen=True, slots=True)
class Organisation:
    """Ids by what they are. A service's group is the one at its place, and over again."""

    services: tuple[int, ...]
    group_of: Mapping[int, int]
    coordinators: Mapping[int, int]
    specialists: Mapping[int, tuple[int, ...]]
    analysts: tuple[int, ...]
    managers: tuple[int, ...]
    administrator: int
    requesters: tuple[int, ...]
    names: Mapping[int, str]

    @property
    def refs(self) -> dict[tuple[str, str], RecordRef]:
        """The records by entity and name, as the sample's stories ask for them."""
        named = {("person", name): RecordRef("person", key) for key, name in self.names.items()}
        named |= {("service", service(key)): RecordRef("service", key) for key in self.services}
        return named | {("group", group(key)): RecordRef("group", key) for key in self.specialists}


def service(key: int) -> str:
    return f"Service {key}"


def group(key: int) -> str:
    return f"Group {key}"


def enter(
    connection: sa.Connection,
    models: Models,
    *,
    requesters: int,
    at: datetime,
    groups: int = GROUPS,
    services: int = SERVICES,
    specialists: int = SPECIALISTS,
    analysts: int = ANALYSTS,
) -> Organisation:
    """Enter everybody into an empty database, in bulk."""
    ids = itertools.count(1)
    every = range(1, groups + 1)
    analyst_ids = tuple(itertools.islice(ids, analysts))
    managers = tuple(itertools.islice(ids, 2))
    administrator = next(ids)
    coordinators = {key: next(ids) for key in every}
    special = {key: tuple(itertools.islice(ids, specialists)) for key in every}
    requester_ids = tuple(itertools.islice(ids, requesters))
    names = {key: _name(key) for key in range(1, next(ids))}
    members = [(coordinators[key], key) for key in every]
    members += [(person, key) for key in every for person in special[key]]
    held = [("service-desk-analyst", key) for key in analyst_ids]
    held += [("service-desk-manager", key) for key in managers]
    held += [("administrator", administrator)]
    held += [("group-coordinator", key) for key in coordinators.values()]
    held += [("specialist", key) for keys in special.values() for key in keys]
    held += [("requester", key) for key in requester_ids]
    group_of = {key: (key - 1) % groups + 1 for key in range(1, services + 1)}
    for entity, rows in (
        ("group", ({"name": group(key)} for key in every)),
        ("person", ({"name": name, "active": True} for name in names.values())),
        ("membership", ({"person": person, "group": key} for person, key in members)),
        ("holder", ({"person": person, "role": role} for role, person in held)),
        (
            "service",
            (
                {
                    "name": service(key),
                    "criticality": "important",
                    "status": "active",
                    "support_group": found,
                }
                for key, found in group_of.items()
            ),
        ),
    ):
        connection.execute(models.tables[entity].insert(), list(_kept(rows, at)))
    return Organisation(
        tuple(group_of),
        group_of,
        coordinators,
        special,
        analyst_ids,
        managers,
        administrator,
        requester_ids,
        names,
    )


def _kept(rows: Iterator[dict[str, Any]], at: datetime) -> Iterator[dict[str, Any]]:
    for key, row in enumerate(rows, start=1):
        yield {"id": key, "revision": 1, "created_at": at, "updated_at": at, **row}


def _name(key: int) -> str:
    first, rest = FIRST[key % len(FIRST)], key // len(FIRST)
    return f"{first} {LAST[rest % len(LAST)]} {key}"
