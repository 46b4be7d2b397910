"""Paths over the fields of records, such as `requests.requester`."""

from __future__ import annotations

from server.domain.entity import Entity, Field
from server.loading.desk import Desk
from server.loading.marked import Path


def refer_hops(desk: Desk, entity: Entity | None, hops: tuple[str, ...], path: Path) -> None:
    """Note each field that a path goes over, as far as references and lists of records lead."""
    offset = 0
    for hop in hops:
        if entity is None:
            return
        desk.refer("field", f"{entity.key}.{hop}", *path, offset=offset)
        field = entity.fields.get(hop)
        entity = desk.manuscript.entities.get(str(led_to(field))) if field else None
        offset += len(hop) + 1


def led_to(field: Field) -> str | None:
    """The entity whose records a field refers to or lists; None for other values."""
    return (field.type.item or field.type).entity
