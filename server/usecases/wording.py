"""How values read to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from server.domain.entity import Field
from server.domain.values import Kind, RecordRef, Type, Value, to_json
from server.domain.words import in_words


def worded(field: Field, value: Value, titles: Mapping[RecordRef, str] | None = None) -> str:
    """The value as a screen shows it; `titles` says what records are called."""
    return value_in_words(field.type, value, field.titles, titles)


def value_in_words(
    typ: Type,
    value: Value,
    choice_titles: Mapping[str, str],
    titles: Mapping[RecordRef, str] | None = None,
) -> str:
    """As `worded`, for a value that is no field's: an answer or an output."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case RecordRef():
            return (titles or {}).get(value, str(value))
        case str() if typ.kind is Kind.CHOICE:
            return choice_titles.get(value) or in_words(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M} UTC"
        case date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case timedelta():
            return str(value)
        case tuple():
            item = typ.item or typ
            return ", ".join(value_in_words(item, part, choice_titles, titles) for part in value)
        case _:
            return str(to_json(value))
