"""What people send, read into values: by type, and records by id, number or label."""

from __future__ import annotations

from collections.abc import Mapping
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
) -> tuple[dict[str, Value], Problems]:
    """The values sent under the names in `types`, and a sentence for each that is none."""
    values: dict[str, Value] = {}
    problems: Problems = {}
    for name, typ in types.items():
        if name not in raw:
            continue
        try:
            values[name] = _read(records, entities, typ, raw[name])
        except ValueError as error:
            problems[name] = str(error)
    return values, problems


def _read(records: Records, entities: Mapping[str, Entity], typ: Type, raw: Any) -> Value:
    if typ.kind is not Kind.REF:
        return from_json(typ, raw)
    entity = entities[str(typ.entity)]
    if isinstance(raw, str) and raw.strip():
        return _by_name(records, entity, raw.strip())
    value = from_json(typ, raw)
    if isinstance(value, RecordRef) and records.row(value) is None:
        raise ValueError(f"There is no {entity.title.lower()} {entity.numbered(value.id)}.")
    return value


def _by_name(records: Records, entity: Entity, text: str) -> RecordRef:
    number = entity.record_id(text)
    if number is not None and 0 < number < 2**63:
        found = RecordRef(entity.key, number)
        if records.row(found) is not None:
            return found
    named = records.find(entity.key, text)
    if len(named) == 1:
        return named[0]
    if not named:
        raise ValueError(f"There is no {entity.title.lower()} '{text[:80]}'.")
    raise ValueError(f"{len(named)} records are called '{text[:80]}': give the number instead.")
