"""Titles of records, types, forms and changes, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from server.api.schemas import (
    ANYTHING,
    ID,
    KEY,
    MOMENT,
    TEXT,
    WHOLE,
    YES_NO,
    Schema,
    component,
    listing,
    mapping,
    nullable,
    shape,
)
from server.domain.values import Type, to_json
from server.usecases.views import (
    ChangeLine,
    FieldView,
    FormView,
    RecordTitle,
    RowsView,
    RowView,
)

SHAPES: dict[str, Schema] = {}

SHAPES["RecordTitle"] = shape(
    {"entity": KEY, "id": ID, "number": TEXT, "label": TEXT, "title": TEXT}
)


def record_title(title: RecordTitle) -> dict[str, Any]:
    return {
        "entity": title.record.entity,
        "id": title.record.id,
        "number": title.number,
        "label": title.label,
        "title": str(title),
    }


SHAPES["Type"] = shape(
    {
        "kind": KEY,
        "choices": listing(KEY),
        "entity": KEY,
        "item": component("Type"),
        "members": mapping(component("Type")),
        "at_least": ANYTHING,
        "at_most": ANYTHING,
    },
    optional=("choices", "entity", "item", "members", "at_least", "at_most"),
)


def type_as_json(typ: Type) -> dict[str, Any]:
    """A type; what does not belong to its kind is left out."""
    found: dict[str, Any] = {"kind": typ.kind.value}
    if typ.choices:
        found["choices"] = list(typ.choices)
    if typ.entity is not None:
        found["entity"] = typ.entity
    if typ.item is not None:
        found["item"] = type_as_json(typ.item)
    if typ.members:
        found["members"] = {key: type_as_json(item) for key, item in typ.members.items()}
    if typ.at_least is not None:
        found["at_least"] = to_json(typ.at_least)
    if typ.at_most is not None:
        found["at_most"] = to_json(typ.at_most)
    return found


SHAPES["FormField"] = shape(
    {
        "key": KEY,
        "title": TEXT,
        "type": component("Type"),
        "guideline": TEXT,
        "required": YES_NO,
        "read_only": YES_NO,
        "value": ANYTHING,
        "shown": TEXT,
        "lines": WHOLE,
        "titles": mapping(TEXT),
        "asked": YES_NO | {"description": "A question of the step, not a field of the record"},
    }
)
SHAPES["Form"] = shape(
    {
        "title": TEXT,
        "sections": listing(
            shape(
                {
                    "title": TEXT,
                    "fields": listing(component("FormField")),
                    "rows": nullable(component("FormRows")),
                }
            )
        ),
    }
)
SHAPES["FormRow"] = shape(
    {
        "id": nullable(ID | {"description": "Null for a record that is to be added"}),
        "revision": nullable(WHOLE),
        "fields": listing(component("FormField")),
    }
)
SHAPES["FormRows"] = shape(
    {
        "key": KEY | {"description": "What the rows are sent back as, among the answers"},
        "title": TEXT,
        "at_least": WHOLE,
        "fixed": YES_NO | {"description": "Whether rows are only changed, none added or removed"},
        "rows": listing(component("FormRow")),
        "offered": component("FormRow") | {"description": "What a row to be added begins with"},
    }
)


def form(view: FormView) -> dict[str, Any]:
    return {
        "title": view.title,
        "sections": [
            {
                "title": section.title,
                "fields": [_form_field(item) for item in section.fields],
                "rows": None if section.rows is None else _form_rows(section.rows),
            }
            for section in view.sections
        ],
    }


def _form_rows(view: RowsView) -> dict[str, Any]:
    return {
        "key": view.key,
        "title": view.title,
        "at_least": view.at_least,
        "fixed": view.fixed,
        "rows": [_form_row(item) for item in view.rows],
        "offered": _form_row(view.offered),
    }


def _form_row(view: RowView) -> dict[str, Any]:
    return {
        "id": view.id,
        "revision": view.revision,
        "fields": [_form_field(item) for item in view.fields],
    }


def _form_field(view: FieldView) -> dict[str, Any]:
    return {
        "key": view.key,
        "title": view.title,
        "type": type_as_json(view.type),
        "guideline": view.guideline,
        "required": view.required,
        "read_only": view.read_only,
        "value": to_json(view.value),
        "shown": view.shown,
        "lines": view.lines,
        "titles": dict(view.titles),
        "asked": view.asked,
    }


SHAPES["Change"] = shape(
    {
        "id": ID,
        "at": MOMENT,
        "who": TEXT,
        "field": KEY,
        "old": ANYTHING,
        "new": ANYTHING,
        "run": nullable(ID),
        "step": nullable(KEY),
        "rule": nullable(TEXT),
        "reason": nullable(TEXT),
    }
)


def change(line: ChangeLine) -> dict[str, Any]:
    return {
        "id": line.id,
        "at": to_json(line.at),
        "who": line.who,
        "field": line.field,
        "old": line.old,
        "new": line.new,
        "run": line.run_id,
        "step": line.step,
        "rule": line.rule,
        "reason": line.reason,
    }


def title_or_none(title: RecordTitle | None) -> dict[str, Any] | None:
    return None if title is None else record_title(title)


def moment_or_none(moment: datetime | None) -> Any:
    return None if moment is None else to_json(moment)
