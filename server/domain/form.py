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
class Rows:
    """Child records of the form's record, added, changed and removed together with it.

    `field` is the list of the form's entity that they stand in, `entity` what they are, and `back`
    their field that refers to the form's record. `at_least` so many are there afterwards. Those of
    `fixed` rows are changed only: none is added or removed.
    """

    field: str
    entity: str
    back: str
    fields: tuple[FormField, ...]
    at_least: int = 0
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form: fields of its record, or `rows` and no fields."""

    title: str
    fields: tuple[FormField, ...] = ()
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """`copy_from` finds a record of the same entity; its values are offered where there are none."""

    key: str
    title: str
    entity: str
    sections: tuple[Section, ...]
    copy_from: Expression | None = None

    @property
    def fields(self) -> tuple[FormField, ...]:
        return tuple(item for section in self.sections for item in section.fields)

    @property
    def rows(self) -> tuple[Rows, ...]:
        return tuple(section.rows for section in self.sections if section.rows is not None)
