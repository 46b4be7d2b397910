"""Types, as fields, inputs, outputs, settings and questions write them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from server.domain.values import Kind, Type
from server.loading.desk import Desk
from server.loading.faults import sense as faults

ROLES = "roles"
"""The word that makes a choice of all roles' keys."""


def written_type(desk: Desk, raw: Mapping[str, Any], *path: str | int) -> Type | None:
    """The type that `raw` at `path` describes; None where what it names is broken or unknown."""
    if "choice" in raw:
        return Type(Kind.CHOICE, choices=choices(desk, raw["choice"]))
    if "choice_of" in raw:
        return _choice_of(desk, raw["choice_of"], *path, "choice_of")
    if "ref" in raw:
        desk.refer("entity", raw["ref"], *path, "ref")
        return Type(Kind.REF, entity=raw["ref"])
    if "list_of" in raw:
        item = written_type(desk, raw["list_of"], *path, "list_of")
        return None if item is None else Type(Kind.LIST, item=item)
    least, most = _bound(raw, "at_least"), _bound(raw, "at_most")
    if least is not None and most is not None and least > most:
        mark = desk.source.mark(*path, "at_most")
        desk.say(faults.unfit(mark, f"Nothing is at least {least} and at most {most}."))
    return Type(Kind(raw["type"]), at_least=least, at_most=most)


def choices(desk: Desk, raw: str | list[str]) -> tuple[str, ...]:
    return tuple(sorted(desk.manuscript.known("role"))) if raw == ROLES else tuple(raw)


def _choice_of(desk: Desk, dotted: str, *path: str | int) -> Type | None:
    entity, _, field = dotted.partition(".")
    desk.refer("entity", entity, *path)
    desk.refer("field", dotted, *path, offset=len(entity) + 1)
    known = desk.manuscript.entities.get(entity)
    found = known.fields.get(field) if known else None
    if found is None:
        return None
    if found.type.kind is not Kind.CHOICE:
        mark = desk.source.inside(path, len(entity) + 1)
        desk.say(faults.unfit(mark, f"'{field}' is no choice, but {found.type}."))
        return None
    return found.type


def _bound(raw: Mapping[str, Any], key: str) -> Decimal | None:
    return Decimal(raw[key]) if key in raw else None
