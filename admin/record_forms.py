"""The form in which a record is made or edited by hand, from its entity."""

from __future__ import annotations

from dataclasses import replace

from admin import links
from admin.forms import PageForm, page_form
from admin.places import Place
from server.domain.entity import STATUS, Entity, Field
from server.domain.values import TEXT, Kind
from server.usecases.views import FieldView, FormView, RecordView, SectionView

OVERRIDE = "override"
_MAIN, _LONG, _GIVEN = "", "In more words", "Kept by procedures and rules"


def record_form(entity: Entity, record: RecordView | None) -> PageForm:
    """`record` None is for a new one: what nobody types is not shown then."""
    sections: dict[str, list[FieldView]] = {_MAIN: [], _LONG: [], _GIVEN: []}
    held = dict(record.held) if record else {}
    hidden = entity.fields.keys() - record.values.keys() if record else frozenset()
    unwritable = record.unwritable if record else links.rights().never_filled_in(entity.key)
    overrides = bool(held) and links.rights().permits(OVERRIDE)
    for field in entity.fields.values():
        if not field.is_stored:
            continue
        if field.key in hidden:
            continue
        given = field.read_only or field.decided_by is not None or field.key in unwritable
        if record is None and (given or field.key == STATUS):
            continue
        section = _GIVEN if given or (field.key in held and not overrides) else _MAIN
        if section == _GIVEN and record and record.values.get(field.key) is None:
            continue
        if section == _MAIN and field.type.kind is Kind.TEXT and field.lines > 1:
            section = _LONG
        sections[section].append(_view(entity, field, record, read_only=given))
    shown = tuple(SectionView(title, tuple(views)) for title, views in sections.items() if views)
    form = page_form(
        FormView(entity.title, shown),
        revision=record.revision if record else None,
        held={} if overrides else {key: held_by(task) for key, task in held.items()},
    )
    form.reason = _reason_place() if overrides else None
    return form


def _reason_place() -> Place:
    """Where somebody who may override says why."""
    return Place(
        FieldView(
            "override-reason",
            "Reason",
            TEXT,
            guideline="With a reason you may change what an open procedure keeps. "
            "Reason and change are told in the history.",
        )
    )


def _view(
    entity: Entity, field: Field, record: RecordView | None, *, read_only: bool
) -> FieldView:
    value = record.values.get(field.key) if record else field.default
    typ, titles = field.type, field.titles
    if field.key == STATUS and isinstance(value, str):
        titles = {key: status.title for key, status in entity.statuses.items()}
        typ = replace(typ, choices=(value, *entity.statuses[value].to))
    return FieldView(
        key=field.key,
        title=field.title,
        type=typ,
        guideline=field.guideline,
        required=field.required,
        read_only=read_only,
        value=value,
        shown=record.shown.get(field.key, "") if record else "",
        lines=field.lines,
        titles=titles,
    )


def held_by(task: int | None) -> str:
    """Why a field cannot be changed by hand now."""
    return "Kept by a procedure" if task is None else f"Changes with task {task}"
