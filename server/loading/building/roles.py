"""A role of its file."""

from __future__ import annotations

from server.domain.role import Operation, Role
from server.loading.desk import Desk, words

EVERY_ENTITY = "*"


def build_role(desk: Desk) -> Role:
    data = desk.data
    if "fallback" in data:
        desk.refer("role", data["fallback"], "fallback")
    for number, other in enumerate(data.get("apart_from", ())):
        desk.refer("role", other, "apart_from", number)
    may = data.get("may", {})
    for entity in may:
        if entity != EVERY_ENTITY:
            desk.refer_key("entity", entity, "may", entity)
    return Role(
        data["role"],
        words(data, "title") or data["role"],
        words(data, "purpose"),
        tuple(data.get("responsibilities", ())),
        data.get("fallback"),
        {entity: frozenset(map(Operation, operations)) for entity, operations in may.items()},
        frozenset(data.get("permissions", ())),
        frozenset(data.get("apart_from", ())),
    )
