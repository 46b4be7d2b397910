"""What may stand where in JSON, as JSON Schema 2020-12: shown by OpenAPI, held by validation."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from jsonschema import FormatChecker

from server.domain.values import NUMBER_LIMIT, TEXT_LIMIT, Kind, Type

Schema = dict[str, Any]

LARGEST_ID = 2**63 - 1
NAME_LENGTH = 200
"""Characters of a login, a label, a number or another short name."""
COMPONENTS = "#/components/schemas/"

_NO_NUL = r"^[^\u0000]*$"
_EXACT = r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$"
_FRACTION = r"^-?[0-9]{1,15}(/[1-9][0-9]{0,14})?$"
_DURATION = (
    r"^P(?=[0-9T])([0-9]{1,6}W)?([0-9]{1,6}D)?"
    r"(T(?=[0-9])([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,6}(\.[0-9]{1,6})?S)?)?$"
)
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_DAY.fullmatch(value)) and bool(date.fromisoformat(value))


@FORMATS.checks("date-time", raises=(ValueError, OverflowError))
def _is_moment(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_MOMENT.fullmatch(value)) and bool(datetime.fromisoformat(value).astimezone(UTC))


def of_type(typ: Type, *, writes: bool) -> dict[str, Any]:
    """The values of this type. What is written may name a record by its number or label too."""
    match typ.kind:
        case Kind.TEXT:
            return _text(typ)
        case Kind.YES_NO:
            return {"type": "boolean"}
        case Kind.WHOLE_NUMBER:
            return _whole(typ)
        case Kind.NUMBER | Kind.MONEY:
            schema = {"type": "string", "pattern": _EXACT, "examples": ["12.50"]}
            return _told(schema, "An exact number, such as 12.50")
        case Kind.FRACTION:
            schema = {"type": "string", "pattern": _FRACTION, "examples": ["2/3"]}
            return _told(schema, "An exact share, such as 2/3")
        case Kind.DATE:
            return {"type": "string", "format": "date", "examples": ["2026-11-24"]}
        case Kind.DATE_TIME:
            return dict(MOMENT)
        case Kind.DURATION:
            schema = {"type": "string", "pattern": _DURATION, "examples": ["P3DT4H"]}
            return _told(schema, "ISO 8601, such as P3DT4H")
        case Kind.CHOICE:
            return {"type": "string", "enum": list(typ.choices)}
        case Kind.REF:
            return reference(str(typ.entity)) if writes else record_id(str(typ.entity))
        case Kind.LIST:
            assert typ.item is not None
            return {"type": "array", "items": of_type(typ.item, writes=writes)}
        case Kind.ANSWERS:
            return closed({key: of_type(item, writes=writes) for key, item in typ.members.items()})


def record_id(entity: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    return _told(schema, f"The id of a record of {entity}")


def reference(entity: str) -> dict[str, Any]:
    """A record in a request: its id, its number, or what it alone is called."""
    return {
        "type": ["integer", "string"],
        "minimum": 1,
        "maximum": LARGEST_ID,
        "minLength": 1,
        "maxLength": NAME_LENGTH,
        "pattern": _NO_NUL,
        "description": f"A record of {entity}: its id, its number, or what it alone is called",
    }


def nullable(schema: Schema) -> dict[str, Any]:
    """The same, or null for what is not known."""
    found = dict(schema)
    if "type" not in found:
        return {"anyOf": [found, {"type": "null"}]}
    kinds = found["type"] if isinstance(found["type"], list) else [found["type"]]
    found["type"] = [*kinds, "null"]
    if "enum" in found:
        found["enum"] = [*found["enum"], None]
    return found


def text(longest: int = NAME_LENGTH, *, shortest: int = 0) -> dict[str, Any]:
    """A text; one of at least one character also holds more than blanks."""
    schema = {"type": "string", "maxLength": longest, "pattern": _NO_NUL}
    return schema | ({"minLength": shortest} if shortest else {})


def closed(
    properties: Mapping[str, Schema], *, required: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """An object of a request: nothing but these properties."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    return schema | ({"required": list(required)} if required else {}) | more


def shape(properties: Mapping[str, Schema], *, optional: tuple[str, ...] = ()) -> dict[str, Any]:
    """An object of an answer: all of these properties, but for the optional ones."""
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [key for key in properties if key not in optional],
    }


def listing(items: Schema) -> dict[str, Any]:
    return {"type": "array", "items": dict(items)}


def mapping(values: Schema) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": dict(values)}


def component(name: str) -> dict[str, Any]:
    """A reference to a schema that the document names."""
    return {"$ref": COMPONENTS + name}


_ONE: tuple[Schema, ...] = (
    {"type": ["null", "boolean"]},
    text(TEXT_LIMIT),
    {"type": "integer", "minimum": 1 - NUMBER_LIMIT, "maximum": NUMBER_LIMIT - 1},
    {"type": "number", "minimum": 1 - NUMBER_LIMIT, "maximum": NUMBER_LIMIT - 1},
)


def row(values: Schema) -> dict[str, Any]:
    """A child record as a form sends it: added, changed or removed."""
    return closed(
        {
            "id": {
                "type": ["integer", "null"],
                "minimum": 1,
                "maximum": LARGEST_ID,
                "description": "The record that is changed or removed; none for one to be added",
            },
            "revision": {
                "type": ["integer", "null"],
                "minimum": 0,
                "maximum": 2**31 - 1,
                "description": "The revision of it that was seen",
            },
            "remove": {"type": "boolean", "description": "true deletes the record"},
            "values": dict(values),
        }
    )


ANSWER: Schema = {
    "anyOf": [
        *_ONE,
        {
            "type": "array",
            "maxItems": 500,
            "items": {
                "anyOf": [
                    text(TEXT_LIMIT),
                    row({"type": "object", "additionalProperties": {"anyOf": list(_ONE)}}),
                ]
            },
        },
    ]
}
"""What may be answered where only the step itself knows the type; a list of rows for `rows`."""
ID: Schema = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
KEY: Schema = {"type": "string"}
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
YES_NO: Schema = {"type": "boolean"}
MOMENT: Schema = {
    "type": "string",
    "format": "date-time",
    "examples": ["2026-11-24T16:30:00Z"],
}
ANYTHING: Schema = {}


def _told(schema: dict[str, Any], description: str) -> dict[str, Any]:
    return schema | {"description": description}


def _text(typ: Type) -> dict[str, Any]:
    longest = int(typ.at_most) if typ.at_most is not None else TEXT_LIMIT
    shortest = int(typ.at_least) if typ.at_least is not None else 0
    return text(longest, shortest=shortest)


def _whole(typ: Type) -> dict[str, Any]:
    low = int(typ.at_least) if typ.at_least is not None else 1 - NUMBER_LIMIT
    high = int(typ.at_most) if typ.at_most is not None else NUMBER_LIMIT - 1
    return {"type": "integer", "minimum": low, "maximum": high}
