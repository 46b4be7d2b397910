"""Schemas of an organisation's own definitions: they know its columns, values and fields.

The schema of a kind cannot know which inputs one decision has, or which fields an entity. Those of a
project can: an editor then completes columns, the values of choices, and the fields of forms.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from server.domain.decision import Decision
from server.domain.definitions import Definitions
from server.domain.entity import Entity
from server.domain.values import Kind, Type
from server.loading.shape import schema

_Schema = dict[str, Any]
_SCALARS = ["string", "number", "boolean"]


def decision_schema(decision: Decision) -> Mapping[str, Any]:
    """The schema of the file of one decision: its cells, outputs and tests by name."""
    whole: _Schema = copy.deepcopy(dict(schema("decision")))
    whole["$id"] = f"{decision.key}.schema.json"
    whole["title"] = decision.title
    rule, test = whole["definitions"]["rule"], whole["definitions"]["test"]
    tested = {**decision.inputs, **{k: v.type for k, v in decision.computed.items() if v.type}}
    said = {name: typ for name, typ in decision.outputs.items() if name not in decision.derived}
    outputs = {name: _value(typ, "The output") for name, typ in said.items()}
    for branch, part in ((rule["then"], "otherwise"), (rule["else"], "then")):
        _name(branch["properties"][part], outputs)
    for option in rule["else"]["properties"]["if"]["anyOf"]:
        if option.get("type") == "object":
            _name(option, {name: _cell(typ) for name, typ in tested.items()})
    given = {name: _value(typ, "The input") for name, typ in decision.inputs.items()}
    _name(test["properties"]["given"], given)
    _name(
        test["properties"]["expect"]["anyOf"][1],
        {name: _value(typ, "The output") for name, typ in decision.says.items()},
    )
    return whole


def form_schema(form: str, entity: Entity, definitions: Definitions) -> Mapping[str, Any]:
    """The schema of the file of one form: the fields of its entity, and of its child records."""
    whole: _Schema = copy.deepcopy(dict(schema("form")))
    whole["$id"] = f"{form}.schema.json"
    section = whole["properties"]["sections"]["items"]["properties"]
    lists = {name: field for name, field in entity.fields.items() if field.back is not None}
    children = [definitions.entities[field.back[0]] for field in lists.values() if field.back]
    known = {
        name: field.title
        for item in (entity, *children)
        for name, field in item.fields.items()
        if field.back is None or item is entity  # lists of the record itself are shown, to be read
    }
    plain, described = section["fields"]["items"]["anyOf"][:2]
    described["properties"]["field"] = {
        **described["properties"]["field"],
        "enum": list(known),
    }
    plain["enum"] = list(known)
    if lists:
        section["rows"]["enum"] = [f"{entity.key}.{name}" for name in lists]
    return whole


def _name(part: _Schema, known: Mapping[str, _Schema]) -> None:
    """Let a map have these keys and no others."""
    part["properties"] = dict(known)
    part["additionalProperties"] = False
    part.pop("propertyNames", None)


def _value(typ: Type, what: str) -> _Schema:
    """What may be written for a value of this type."""
    told: _Schema = {"description": f"{what}: {typ}."}
    match typ.kind:
        case Kind.CHOICE:
            return {**told, "enum": [*typ.choices, None]}
        case Kind.YES_NO:
            return {**told, "enum": ["yes", "no", True, False, None]}
        case Kind.LIST if typ.item is not None:
            return {**told, "type": "array", "items": _value(typ.item, "A member")}
        case _:
            return {**told, "type": [*_SCALARS, "null"]}


def _cell(typ: Type) -> _Schema:
    """What may be written in a cell: a value, several, or a test in quotes."""
    told = {"description": f"The input: {typ}; a value, a list of values, or a test in quotes."}
    values: list[Any] = []
    if typ.kind is Kind.CHOICE:
        values = list(typ.choices)
    elif typ.kind is Kind.YES_NO:
        values = ["yes", "no", True, False]
    if not values:
        several = {"type": "array", "items": {"type": _SCALARS}, "minItems": 1}
        return {**told, "anyOf": [{"type": _SCALARS}, several]}
    test = {"type": "string", "pattern": r"^(-$|null$|not|[\[(<>\"]|.*,)"}
    test["patternErrorMessage"] = "a value, or a test such as not(low), or null"
    one = {"anyOf": [{"enum": values}, test]}
    return {**told, "anyOf": [*one["anyOf"], {"type": "array", "items": one, "minItems": 1}]}
