"""Who asked for a record, by the paths that its entity names."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.entity import Entity
from server.domain.expression import World
from server.domain.somebody import PERSON
from server.domain.values import RecordRef, Value


def who_asked(
    world: World, entities: Mapping[str, Entity], record: RecordRef
) -> frozenset[RecordRef]:
    """The persons at the end of each path of `requested_by`."""
    persons: set[RecordRef] = set()
    for path in entities[record.entity].requested_by:
        found: list[Value] = [record]
        for hop in path:
            found = [
                value
                for ref in found
                if isinstance(ref, RecordRef)
                for value in _each(world.field(ref, hop))
            ]
        persons |= {ref for ref in found if isinstance(ref, RecordRef) and ref.entity == PERSON}
    return frozenset(persons)


def _each(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else (value,)
