"""A role of its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.entity import STATUS, Entity
from server.domain.role import (
    EVERY_ENTITY,
    ITSELF,
    JOURNALS,
    Followed,
    Grant,
    Having,
    Operation,
    Own,
    Role,
    SelfService,
    Sight,
    Which,
)
from server.domain.values import Value
from server.loading.building.hops import refer_hops
from server.loading.desk import Desk, words
from server.loading.marked import Path


def build_role(desk: Desk) -> Role:
    data = desk.data
    if "fallback" in data:
        desk.refer("role", data["fallback"], "fallback")
    for number, other in enumerate(data.get("apart_from", ())):
        desk.refer("role", other, "apart_from", number)
    return Role(
        data["role"],
        words(data, "title") or data["role"],
        words(data, "purpose"),
        tuple(data.get("responsibilities", ())),
        data.get("fallback"),
        {entity: _grant(desk, entity, raw) for entity, raw in data.get("may", {}).items()},
        frozenset(data.get("permissions", ())),
        frozenset(data.get("apart_from", ())),
        frozenset(data.get("log_in_groups", ())),
        _self_service(desk, data["self_service"]) if "self_service" in data else None,
    )


def _self_service(desk: Desk, raw: Mapping[str, Any]) -> SelfService:
    for number, key in enumerate(raw.get("report", ())):
        desk.refer("form", key, "self_service", "report", number)
    return SelfService(
        tuple(raw.get("report", ())),
        {key: _followed(desk, key, item or {}) for key, item in raw["follow"].items()},
    )


def _followed(desk: Desk, key: str, raw: Mapping[str, Any]) -> Followed:
    path = ("self_service", "follow", key)
    desk.refer_key("entity", key, *path)
    entity = desk.manuscript.entities.get(key)
    if entity is not None:
        for number, name in enumerate(raw.get("shows", ())):
            desk.refer("field", f"{key}.{name}", *path, "shows", number)
        if STATUS in entity.fields:
            for number, status in enumerate(raw.get("finished", ())):
                desk.value(status, entity.fields[STATUS].type, *path, "finished", number)
    return Followed(tuple(raw.get("finished", ())), tuple(raw.get("shows", ())))


def _grant(desk: Desk, entity: str, raw: Any) -> Grant:
    """What is written for an entity: the operations alone, or with rows and fields."""
    if entity != EVERY_ENTITY:
        desk.refer_key("entity", entity, "may", entity)
    if isinstance(raw, list):
        return Grant(frozenset(map(Operation, raw)))
    known = desk.manuscript.entities.get(entity)
    for key in raw.get("fields", {}).keys() - JOURNALS:
        desk.refer_key("field", f"{entity}.{key}", "may", entity, "fields", key)
    rows = (
        _rows(desk, known, item, ("may", entity, "rows", number))
        for number, item in enumerate(raw.get("rows", ()))
    )
    return Grant(
        frozenset(map(Operation, raw["do"])),
        tuple(rows) if known is not None else (),
        {key: Sight(sight) for key, sight in raw.get("fields", {}).items()},
    )


def _rows(desk: Desk, entity: Entity | None, raw: Any, path: Path) -> Which:
    if isinstance(raw, str):
        hops = () if raw == ITSELF else tuple(raw.split("."))
        refer_hops(desk, entity, hops, path)
        return Own(hops)
    return Having(
        {key: tuple(_values(desk, entity, key, given, path)) for key, given in raw.items()}
    )


def _values(
    desk: Desk, entity: Entity | None, key: str, given: Any, path: Path
) -> Iterator[Value]:
    """The values that a field is to have; those that are none of it are told."""
    if entity is None:
        return
    desk.refer_key("field", f"{entity.key}.{key}", *path, key)
    field = entity.fields.get(key)
    if field is None:
        return
    listed = isinstance(given, list)
    for number, one in enumerate(given if listed else [given]):
        value = desk.value(one, field.type, *path, key, *([number] if listed else []))
        if value is not None:
            yield value
