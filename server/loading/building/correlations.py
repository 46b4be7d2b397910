"""A correlation of its file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.domain.correlation import Correlation, Finding, Reading
from server.domain.entity import Entity
from server.domain.values import Kind, Type
from server.loading.desk import Desk, spelled, words


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
