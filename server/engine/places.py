"""Fields as one form shows them, and the world as it would be with what was typed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.calendar import Calendar
from server.domain.entity import Field
from server.domain.form import FormField
from server.domain.values import RecordRef, Value
from server.engine.draft import Draft


@dataclass(frozen=True, slots=True)
class Place:
    """A field of a record as one form shows it now."""

    field: Field
    placed: FormField

    @property
    def required(self) -> bool:
        if self.placed.required is None:
            return self.field.required
        return self.placed.required

    @property
    def read_only(self) -> bool:
        field = self.field
        given = field.decided_by is not None or field.back is not None
        return self.placed.read_only or given

    @property
    def guideline(self) -> str:
        return self.placed.guideline or self.field.guideline


class Answered:
    """The world as it would be if these answers had been written already.

    They belong to `record`; None is one that is to be made, which goes by the id 0.
    """

    def __init__(
        self, draft: Draft, record: RecordRef | None, answers: Mapping[str, Value]
    ) -> None:
        self._draft = draft
        self._record = record
        self._answers = answers

    def field(self, record: RecordRef, name: str) -> Value:
        if record == self._record or record.id == 0:
            if name in self._answers:
                return self._answers[name]
            if record.id == 0:
                return None
        return self._draft.field(record, name)

    @property
    def calendar(self) -> Calendar:
        return self._draft.calendar

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        return self._draft.all(entity)

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        return self._draft.holders(role, of)
