"""What stands in one cell of a list, on the page and in a file."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup, escape

from admin import links
from admin.files import Cell
from admin.places import as_typed
from admin.texts import colour_of, tag, time_element
from server.domain.entity import STATUS, Entity, Field
from server.domain.values import Kind, RecordRef, Value

_LONG = 90


def cell(view: Any, _context: Any, record: Any, name: str) -> Any:
    """The value as a tag, a link, a moment or text."""
    if name == "id":
        return view.entity.numbered(record.id)
    field = view.entity.fields[name]
    value = getattr(record, name)
    if value is None or view.hides(record, name):
        return ""
    match field.type.kind:
        case Kind.CHOICE:
            colour = colour_of(view.entity, field, value)
            title = _choice(view.entity, field, value)
            return title if colour is None else tag(title, colour)
        case Kind.REF:
            address = links.record(RecordRef(field.type.entity, value.id))
            if address is None:
                return str(value)
            return Markup('<a class="text-reset" href="{}">{}</a>').format(address, value)
        case Kind.YES_NO:
            return "Yes" if value else "No"
        case Kind.DATE | Kind.DATE_TIME:
            return time_element(value)
        case Kind.TEXT:
            return escape(value if len(value) <= _LONG else f"{value[:_LONG].rstrip()}…")
        case _:
            return as_typed(value)


def bare(view: Any, record: Any, name: str) -> Cell:
    """The value for a file: a number as a number, a moment as a moment, all else as text."""
    if name == "id":
        return str(view.entity.numbered(record.id))
    field = view.entity.fields[name]
    value = getattr(record, name)
    if value is None or view.hides(record, name):
        return None
    match field.type.kind:
        case Kind.CHOICE:
            return _choice(view.entity, field, value)
        case Kind.REF:
            return str(value)
        case Kind.YES_NO:
            return "Yes" if value else "No"
        case _ if isinstance(value, int | Decimal | date | timedelta):
            return value
        case _:
            return as_typed(value)


def first_cell(view: Any, record: Any, name: str) -> Any:
    """What stands in the first column, which leads to the record: never empty, never a link."""
    is_link = name != "id" and view.entity.fields[name].type.kind is Kind.REF
    shown = bare(view, record, name) if is_link else cell(view, None, record, name)
    return shown or view.entity.numbered(record.id)


def shown_value(entity: Entity, field: Field, value: Value, shown: str) -> Any:
    """A value of one record on its page; `shown` is how the use case worded it."""
    if isinstance(value, RecordRef):
        address = links.record(value)
        if address is not None:
            return Markup('<a href="{}">{}</a>').format(address, shown or str(value))
    if isinstance(value, date):
        return time_element(value)
    colour = colour_of(entity, field, value)
    if isinstance(value, str) and field.type.kind is Kind.CHOICE:
        title = _choice(entity, field, value)
        return title if colour is None else tag(title, colour)
    return shown or as_typed(value)


def _choice(entity: Entity, field: Field, value: str) -> str:
    if field.key == STATUS and value in entity.statuses:
        return entity.statuses[value].title
    return field.title_of(value)
