"""A form: which fields of a record a step shows, in which sections, and what may be typed."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.expression import Expression


@dataclass(frozen=True, slots=True)
class FormField:
    """A field as one form shows it. What is None is as the entity says.

    The field stands on the form only while `condition` holds; `default` is offered when the record
    has no value yet.
    """

    field: str
    required: bool | None = None
    read_only: bool = False
    default: Expression | None = None
    condition: Expression | None = None
    guideline: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Form:
    key: str
    title: str
    entity: str
    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[FormField, ...]:
        return tuple(item for section in self.sections for item in section.fields)
