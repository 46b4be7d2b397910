"""A form of its file, its expressions read in the light of the steps that show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.domain.entity import Entity
from server.domain.form import Form, FormField, Section
from server.domain.values import Kind, Type
from server.loading.desk import FLAGS, Desk, Scope, words


def build_form(desk: Desk, scope: Scope) -> Form | None:
    """The form; `scope` are the names that every step which shows it knows.

    The record that the form fills goes by the entity's key, whatever the run calls it.
    """
    data = desk.data
    desk.refer("entity", data["entity"], "entity")
    entity = desk.manuscript.entities.get(data["entity"])
    if entity is None:
        return None
    own = Scope(
        {**scope.names, entity.key: Type(Kind.REF, entity=entity.key)},
        {name: way for name, way in scope.doubtful.items() if name != entity.key},
        scope.optional,
        scope.obscure - {entity.key},
    )
    sections = tuple(
        Section(
            words(raw, "title"),
            tuple(
                _field(desk, entity, own, item, "sections", number, "fields", index)
                for index, item in enumerate(raw["fields"])
            ),
        )
        for number, raw in enumerate(data["sections"])
    )
    return Form(data["form"], words(data, "title"), entity.key, sections)


def _field(
    desk: Desk, entity: Entity, scope: Scope, raw: str | Mapping[str, Any], *path: str | int
) -> FormField:
    if isinstance(raw, str):
        desk.refer("field", f"{entity.key}.{raw}", *path)
        return FormField(raw)
    key = raw["field"]
    desk.refer("field", f"{entity.key}.{key}", *path, "field")
    field = entity.fields.get(key)
    default = condition = None
    if "default" in raw:
        expected = field.type if field else None
        default = desk.expression(
            raw["default"], scope, *path, "default", expected=expected, nullable=True
        )
    if "condition" in raw:
        condition = desk.expression(
            raw["condition"], scope, *path, "condition", expected=Type(Kind.YES_NO)
        )
    return FormField(
        key,
        FLAGS[raw["required"]] if "required" in raw else None,
        FLAGS[raw.get("read_only", False)],
        default,
        condition,
        raw.get("guideline"),
    )
