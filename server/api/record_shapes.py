"""What a record of each entity looks like, written and read, as JSON Schema made from its fields."""

from __future__ import annotations

from typing import Any

from server.api.schemas import (
    ID,
    LARGEST_ID,
    MOMENT,
    NAME_LENGTH,
    TEXT,
    WHOLE,
    Schema,
    closed,
    mapping,
    nullable,
    of_type,
    shape,
    text,
)
from server.domain.definitions import Definitions
from server.domain.entity import STATUS, Entity, Field
from server.domain.values import Kind
from server.usecases import records

UNKNOWN = "null"
"""How a query says that nothing is known of a field."""
MOST_VALUES = 10
_REASON: Schema = text(records.REASON_LENGTH, shortest=1) | {
    "description": "Why fields are written that a run holds; it takes the permission `override`"
}


def components(definitions: Definitions) -> dict[str, Schema]:
    """For each entity: a record, a new one, and what changes one."""
    named: dict[str, Schema] = {}
    for entity in definitions.entities.values():
        name = component_name(entity)
        named[f"{name}Record"] = _record(entity)
        named[f"New{name}"] = _new(entity)
        named[f"{name}Change"] = _change(entity)
    return named


def component_name(entity: Entity) -> str:
    return "".join(part.capitalize() for part in entity.key.split("_"))


def _record(entity: Entity) -> Schema:
    values = {
        field.key: _read(field) | ({} if _is_writable(field) else {"readOnly": True})
        for field in entity.fields.values()
    }
    listed = tuple(field.key for field in entity.fields.values() if field.back)
    return shape(
        {
            "id": ID | {"readOnly": True},
            "number": TEXT | {"readOnly": True},
            "title": TEXT | {"readOnly": True},
            "values": shape(values, optional=listed),
            "shown": mapping(TEXT) | {"description": "The values as people read them"},
            "held": mapping(nullable(ID))
            | {"description": "Fields that an open run writes, with the task that would"},
            "revision": WHOLE,
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }
    )


def _new(entity: Entity) -> Schema:
    fields = [field for field in entity.columns if _is_writable(field)]
    needed = tuple(field.key for field in fields if _is_needed(field))
    values = closed({field.key: _written(field) for field in fields}, required=needed)
    return closed({"values": values}, required=("values",))


def _change(entity: Entity) -> Schema:
    fields = [field for field in entity.columns if _is_writable(field)]
    values = closed({field.key: _written(field) for field in fields}, minProperties=1)
    return closed({"values": values, "reason": _REASON}, required=("values",))


def _read(field: Field) -> dict[str, Any]:
    schema = of_type(field.type, writes=False) | {"title": field.title}
    if field.back:
        return schema | {"description": "The newest that refer here; only with a single record"}
    return schema if field.required else nullable(schema)


def _written(field: Field) -> dict[str, Any]:
    schema = of_type(field.type, writes=True) | {"title": field.title}
    if field.guideline:
        schema["description"] = field.guideline
    if field.required and field.type.kind is Kind.TEXT:
        schema["minLength"] = max(1, schema.get("minLength", 0))
    return schema if field.required else nullable(schema)


def _is_writable(field: Field) -> bool:
    return not field.read_only and field.decided_by is None and field.back is None


def _is_needed(field: Field) -> bool:
    return field.required and field.default is None and field.key != STATUS


def record_parameter(entity: Entity) -> Schema:
    schema: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    if entity.number is None:
        return schema
    return {
        **schema,
        "type": ["integer", "string"],
        "maximum": 10**15 - 1,
        "pattern": f"^({entity.number})?[0-9]{{1,15}}$",
        "description": "The record's id or number",
    }


def filters(entity: Entity) -> dict[str, Schema]:
    """What fields must be, words to search for, and the order."""
    found: dict[str, Schema] = {
        "search": text(NAME_LENGTH, shortest=1)
        | {"description": f"A number, or words in {', '.join(entity.searched) or entity.label}"},
        "sort": {
            "type": "string",
            "enum": ["-id", "id"],
            "default": "-id",
            "description": "The newest first, or the oldest",
        },
    }
    for field in entity.columns:
        if field.type.kind in _FILTERED or field.unique:
            found[field.key] = {
                "type": "array",
                "items": _filter(field),
                "minItems": 1,
                "maxItems": MOST_VALUES,
                "description": f"{field.title}: any of the values given; `null` where unknown",
            }
    return found


_FILTERED = frozenset({Kind.CHOICE, Kind.REF, Kind.YES_NO, Kind.DATE})


def _filter(field: Field) -> Schema:
    schema = of_type(field.type, writes=True)
    if field.type.kind is Kind.TEXT:
        schema["maxLength"] = NAME_LENGTH
    if field.required or field.type.kind is Kind.REF:
        return schema
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], UNKNOWN]}
    return {"anyOf": [schema, {"const": UNKNOWN}]}
