"""A form of its file, its expressions read in the light of the steps that show it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.domain.entity import Entity
from server.domain.form import Form, FormField, Rows, Section
from server.domain.values import Kind, Type
from server.loading.desk import FLAGS, Desk, Scope, flag, words


def build_form(desk: Desk, scope: Scope) -> Form | None:
    """The form; `scope` are the names that every step which shows it knows.

    The record that the form fills goes by the entity's key, whatever the run calls it.
    """
    data = desk.data
    desk.refer("entity", data["entity"], "entity")
    entity = desk.manuscript.entities.get(data["entity"])
    if entity is None:
        return None
    own = _knowing(scope, entity)
    sections = tuple(
        _section(desk, entity, own, raw, number) for number, raw in enumerate(data["sections"])
    )
    copy_from = None
    if "copy_from" in data:
        expected = Type(Kind.REF, entity=entity.key)
        copy_from = desk.expression(
            data["copy_from"], own, "copy_from", expected=expected, nullable=True
        )
    return Form(data["form"], words(data, "title"), entity.key, sections, copy_from)


def _section(
    desk: Desk, entity: Entity, scope: Scope, raw: Mapping[str, Any], number: int
) -> Section:
    title = words(raw, "title")
    if "rows" not in raw:
        return Section(title, _fields(desk, entity, scope, raw, number))
    owner, _, key = raw["rows"].partition(".")
    listed = entity.fields.get(key) if owner == entity.key else None
    child = desk.manuscript.entities.get(listed.back[0]) if listed and listed.back else None
    if child is None or listed is None or listed.back is None:
        return Section(title)  # what is wrong with it is told by FRM005
    fields = _fields(desk, child, _knowing(scope, child), raw, number)
    at_least, fixed = raw.get("at_least", 0), flag(raw, "fixed")
    return Section(title, (), Rows(key, child.key, listed.back[1], fields, at_least, fixed))


def _knowing(scope: Scope, entity: Entity) -> Scope:
    """The scope with the record that is filled, under its entity's key."""
    return Scope(
        {**scope.names, entity.key: Type(Kind.REF, entity=entity.key)},
        {name: way for name, way in scope.doubtful.items() if name != entity.key},
        scope.optional,
        scope.obscure - {entity.key},
    )


def _fields(
    desk: Desk, entity: Entity, scope: Scope, raw: Mapping[str, Any], number: int
) -> tuple[FormField, ...]:
    return tuple(
        _field(desk, entity, scope, item, "sections", number, "fields", index)
        for index, item in enumerate(raw["fields"])
    )


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
