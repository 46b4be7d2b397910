"""Filters of the lists: a choice, yes or no, or a record that is referred to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask_admin.contrib.sqla.filters import BaseSQLAFilter

from server.domain.entity import Entity, Field
from server.domain.values import Kind

_LARGEST = 2**63


class Is(BaseSQLAFilter):  # type: ignore[misc]  # Flask-Admin is not typed
    """The field has just this value. What is no value of the field filters nothing."""

    def __init__(self, field: Field, column: Any) -> None:
        super().__init__(column, field.title)
        self.field = field

    def operation(self) -> str:
        return "is"

    def validate(self, value: str) -> bool:
        return self._read(value) is not None

    def clean(self, value: str) -> Any:
        return self._read(value)

    def apply(self, query: Any, value: Any, alias: Any = None) -> Any:
        del alias
        return query.filter(self.column == value)

    def _read(self, value: str) -> Any:
        match self.field.type.kind:
            case Kind.CHOICE:
                return value if value in self.field.type.choices else None
            case Kind.YES_NO:
                return {"yes": True, "no": False}.get(value)
            case _:
                digits = value.isascii() and value.isdigit()
                return int(value) if digits and 0 < int(value) < _LARGEST else None

    @property
    def offered(self) -> tuple[tuple[str, str], ...] | None:
        """What may be chosen; None where records are searched instead."""
        if self.field.type.kind is Kind.REF:
            return None
        if self.field.type.kind is Kind.YES_NO:
            return (("yes", "Yes"), ("no", "No"))
        return tuple((key, self.field.title_of(key)) for key in self.field.type.choices)


def filters_of(entity: Entity, model: Any) -> Iterator[Is]:
    """A filter for each listed field that has an index to find it by."""
    for key in entity.listed:
        field = entity.fields.get(key)
        if field is None or not field.is_stored:
            continue
        if field.type.kind in {Kind.CHOICE, Kind.YES_NO}:
            yield Is(field, getattr(model, key))
        elif field.type.kind is Kind.REF:
            yield Is(field, getattr(model, f"{key}_id"))
