"""Rows of a form: child records that are added, changed and removed in one submission. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from server.domain.entity import Entity
from server.domain.expression import evaluate
from server.domain.form import FormField, Rows
from server.domain.values import RecordRef, Value
from server.domain.words import words
from server.engine.draft import Draft
from server.engine.places import Answered, Place


@dataclass(frozen=True, slots=True)
class Row:
    """One child record: as it stands, or as it was sent. `record` is None for one to be added.

    What was sent holds only the values that were sent; `remove` deletes the record.
    """

    record: RecordRef | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    remove: bool = False


class RowSheet:
    """The rows of one section, below `parent` (None: a record that is to be made).

    `copied` is the record whose rows are offered where the parent has none.
    """

    def __init__(
        self,
        rows: Rows,
        entity: Entity,
        parent: RecordRef | None,
        copied: RecordRef | None,
        names: Mapping[str, Value],
        draft: Draft,
    ) -> None:
        self.rows = rows
        self.entity = entity
        self._parent = parent
        self._copied = copied
        self._names = names
        self._draft = draft

    @property
    def places(self) -> tuple[Place, ...]:
        return tuple(self._place(placed) for placed in self.rows.fields)

    def _place(self, placed: FormField) -> Place:
        return Place(self.entity.fields[placed.field], placed)

    def standing(self) -> tuple[Row, ...]:
        """The child records that are there; where there are none, copies that are offered."""
        known = self._children(self._parent)
        if known:
            return tuple(Row(record, self._values(record)) for record in known)
        return tuple(Row(None, self._values(record)) for record in self._children(self._copied))

    def offered(self) -> Row:
        """A row to be added, with what is offered in it."""
        return Row(None, {place.field.key: self._default(place) for place in self.places})

    def problems(self, sent: Sequence[Row] | None) -> dict[str, str]:
        """Why these rows may not stand. A field goes by its place in what was sent."""
        problems: dict[str, str] = {}
        known = self._children(self._parent)
        named = [row.record for row in sent or () if row.record is not None]
        for number, row in enumerate(sent or ()):
            here = f"{self.rows.field}.{number}"
            if row.record is not None and row.record not in known:
                problems[here] = f"This {self._title} does not belong here, or is gone."
            elif row.record is not None and named.count(row.record) > 1:
                problems[here] = f"This {self._title} was sent twice."
            elif self.rows.fixed and (row.record is None or row.remove):
                done = "added" if row.record is None else "removed"
                problems[here] = f"No {self._title} is {done} here."
            elif not row.remove:
                problems |= {
                    f"{here}.values.{key}": sentence for key, sentence in self._wrong(row).items()
                }
        if not problems and self._count(sent) < self.rows.at_least:
            least = self.rows.at_least
            word = self._title if least == 1 else words(self.entity.plural)
            problems[self.rows.field] = f"At least {least} {word} must be there."
        return problems

    def written(self, sent: Sequence[Row] | None) -> tuple[Row, ...]:
        """What is to be done: rows as sent, or those offered that were left as they were."""
        if sent is None:
            return tuple(row for row in self.standing() if row.record is None)
        return tuple(
            row
            if row.remove
            else Row(row.record, {**self._given(row), **self._changeable(row.values)})
            for row in sent
        )

    @property
    def _title(self) -> str:
        return self.entity.title.lower()

    def _children(self, parent: RecordRef | None) -> tuple[RecordRef, ...]:
        if parent is None:
            return ()
        found = self._draft.field(parent, self.rows.field)
        assert isinstance(found, tuple)
        return tuple(ref for ref in found if isinstance(ref, RecordRef))

    def _values(self, record: RecordRef) -> dict[str, Value]:
        return {
            place.field.key: self._draft.field(record, place.field.key) for place in self.places
        }

    def _wrong(self, row: Row) -> dict[str, str]:
        shown = {place.field.key: place for place in self.places}
        now = self._values(row.record) if row.record is not None else self.offered().values
        problems = {
            key: "This field is not part of the row."
            if key not in shown
            else f"{shown[key].field.title} cannot be changed here."
            for key, value in row.values.items()
            if key not in shown or (shown[key].read_only and value != now[key])
        }
        for key, place in shown.items():
            empty = row.values.get(key, now[key]) is None
            if place.required and empty and not place.read_only and key not in problems:
                problems[key] = f"{place.field.title} is needed."
        return problems

    def _count(self, sent: Sequence[Row] | None) -> int:
        if sent is None:
            return len(self.standing())
        added = sum(row.record is None and not row.remove for row in sent)
        removed = sum(row.record is not None and row.remove for row in sent)
        return len(self._children(self._parent)) + added - removed

    def _given(self, row: Row) -> dict[str, Value]:
        """What a new row is offered; nothing for one that is there already."""
        if row.record is not None:
            return {}
        return {key: value for key, value in self.offered().values.items() if value is not None}

    def _changeable(self, values: Mapping[str, Value]) -> dict[str, Value]:
        locked = {place.field.key for place in self.places if place.read_only}
        return {key: value for key, value in values.items() if key not in locked}

    def _default(self, place: Place) -> Value:
        if place.placed.default is None:
            return place.field.default
        names = {**self._names, self.entity.key: RecordRef(self.entity.key, 0)}
        world = Answered(self._draft, self._parent, {})
        return evaluate(place.placed.default, names, world, self._draft.now)


Written = Mapping[str, tuple[RowSheet, tuple[Row, ...]]]
"""What is to be done to the rows of a form, by the list in which they stand."""


def write(
    draft: Draft,
    parent: RecordRef,
    written: Written,
    *,
    run: int | None = None,
    step: str | None = None,
) -> None:
    """Add, change and remove the child records of `parent`."""
    for sheet, rows in written.values():
        for row in rows:
            if row.record is None:
                values = {**row.values, sheet.rows.back: parent}
                if not row.remove:
                    draft.create(sheet.rows.entity, values, run=run, step=step)
            elif row.remove:
                draft.delete(row.record)
            else:
                draft.change(row.record, row.values, run=run, step=step)
