"""A correlation of its file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from server.domain.correlation import Correlation, Finding, Reading, Sample
from server.domain.entity import Entity
from server.domain.values import Kind, Type
from server.loading.desk import Desk, flag, spelled, words
from server.loading.faults import correlation as faults


def build_correlation(desk: Desk) -> Correlation | None:
    data = desk.data
    creates = data["creates"]
    desk.refer("entity", creates, "creates")
    entity = desk.manuscript.entities.get(creates)
    if entity is None:
        return None
    return Correlation(
        data["correlation"],
        words(data, "title"),
        data["source"],
        creates,
        tuple(data["identity"]),
        {name: _reading(desk, entity, name, raw) for name, raw in data["fields"].items()},
        {name: _finding(desk, entity, name, raw) for name, raw in data.get("links", {}).items()},
        data.get("items", ""),
        data.get("resolved", ""),
        data.get("resolved_value", "resolved"),
        tuple(
            _sample(desk, entity, raw, index) for index, raw in enumerate(data.get("tests", ()))
        ),
    )


def _reading(desk: Desk, entity: Entity, name: str, raw: Mapping[str, Any]) -> Reading:
    desk.refer_key("field", f"{entity.key}.{name}", "fields", name)
    field = entity.fields.get(name)
    typ = field.type if field else Type(Kind.TEXT)
    for read, value in raw.get("values", {}).items():
        desk.value(value, typ, "fields", name, "values", read)
    if "otherwise" in raw:
        desk.value(raw["otherwise"], typ, "fields", name, "otherwise")
    values = {read: spelled(value) for read, value in raw.get("values", {}).items()}
    otherwise = spelled(raw["otherwise"]) if "otherwise" in raw else None
    return Reading(tuple(raw["from"]), values, otherwise)


def _finding(desk: Desk, entity: Entity, name: str, raw: Mapping[str, Any]) -> Finding:
    desk.refer_key("field", f"{entity.key}.{name}", "links", name)
    desk.refer("entity", raw["entity"], "links", name, "entity")
    desk.refer("field", f"{raw['entity']}.{raw['by']}", "links", name, "by")
    return Finding(raw["entity"], raw["by"], tuple(raw["from"]), raw.get("before"))


def _sample(desk: Desk, entity: Entity, raw: Mapping[str, Any], index: int) -> Sample:
    expect = {}
    known = [*desk.data["fields"], *desk.data.get("links", {})]
    for name, written in raw["expect"].items():
        place = ("tests", index, "expect", name)
        if name not in known:
            desk.say(faults.not_read(desk.source.key_mark(*place), name, known))
            continue
        field = entity.fields.get(name) if name in desk.data["fields"] else None
        typ = field.type if field else Type(Kind.TEXT)
        expect[name] = None if written is None else desk.value(written, typ, *place)
    known_by = tuple(raw.get("known_by", ()))
    return Sample(_as_json(raw["given"]), expect, known_by, flag(raw, "ends"))


def _as_json(written: Any) -> Any:
    """What stands in YAML as a tool would post it."""
    match written:
        case Mapping():
            return {key: _as_json(value) for key, value in written.items()}
        case list():
            return [_as_json(value) for value in written]
        case Decimal():
            return float(written)
    return written
