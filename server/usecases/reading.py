"""What people send, read into values: by type, and records by id, number or label."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.entity import Entity
from server.domain.values import Kind, RecordRef, Type, Value, from_json
from server.storage.records import Records

Problems = dict[str, str]


def read_values(
    records: Records,
    entities: Mapping[str, Entity],
    types: Mapping[str, Type],
    raw: Mapping[str, Any],
    may_mean: Callable[[RecordRef], bool] | None = None,
) -> tuple[dict[str, Value], Problems]:
    """The values sent under the names in `types`, and a sentence for each that is none.

    A record for which `may_mean` does not hold is spoken of as if it were not there.
    """
    world = _World(records, entities, may_mean or (lambda _: True))
    values: dict[str, Value] = {}
    problems: Problems = {}
    for name, typ in types.items():
        if name not in raw:
            continue
        try:
            values[name] = _read(world, typ, raw[name])
        except ValueError as error:
            problems[name] = str(error)
    return values, problems


@dataclass(frozen=True, slots=True)
class _World:
    records: Records
    entities: Mapping[str, Entity]
    may_mean: Callable[[RecordRef], bool]

    def has(self, record: RecordRef) -> bool:
        return self.records.row(record) is not None and self.may_mean(record)


def _read(world: _World, typ: Type, raw: Any) -> Value:
    if typ.kind is not Kind.REF:
        return from_json(typ, raw)
    entity = world.entities[str(typ.entity)]
    if isinstance(raw, str) and raw.strip():
        return _by_name(world, entity, raw.strip())
    value = from_json(typ, raw)
    if isinstance(value, RecordRef) and not world.has(value):
        raise ValueError(f"There is no {entity.title.lower()} {entity.numbered(value.id)}.")
    return value


def _by_name(world: _World, entity: Entity, text: str) -> RecordRef:
    number = entity.record_id(text)
    if number is not None and 0 < number < 2**63:
        found = RecordRef(entity.key, number)
        if world.has(found):
            return found
    named = [found for found in world.records.find(entity.key, text) if world.may_mean(found)]
    if len(named) == 1:
        return named[0]
    if not named:
        raise ValueError(f"There is no {entity.title.lower()} '{text[:80]}'.")
    raise ValueError(f"{len(named)} records are called '{text[:80]}': give the number instead.")
