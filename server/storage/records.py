"""Records, in and out of their rows, within one transaction.

`Records` is the world that expressions and the engine read: each row is read once and kept. It is
also the only place that writes records; what it is given has passed through a draft.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from server.domain.actor import Actor
from server.domain.change import RecordChange
from server.domain.entity import KEPT_FIELDS, Entity, Field
from server.domain.refusals import Conflict, Invalid, Refusal, WrongState
from server.domain.values import Kind, RecordRef, Value, to_json
from server.storage import audit
from server.storage.lookup import LARGEST_ID, is_text
from server.storage.models import Models
from server.storage.people import PEOPLE, People

Row = Mapping[str, Value]


class Records(People):
    """The records of all entities, as one transaction sees them."""

    def __init__(
        self,
        connection: sa.Connection,
        models: Models,
        entities: Mapping[str, Entity],
        now: datetime,
    ) -> None:
        super().__init__(connection, models, now)
        self.entities = entities
        self._rows: dict[RecordRef, Row | None] = {}
        self._before: dict[RecordRef, Row | None] = {}
        self._lists: dict[tuple[str, str | None, int | None], tuple[RecordRef, ...]] = {}

    # -- reading ------------------------------------------------------------------------------

    def row(self, record: RecordRef) -> Row | None:
        """All columns of a record, its `id`, `revision` and moments among them; None: no such."""
        if record not in self._rows:
            kept = self.models[record.entity]
            found = kept.by_id.first(self.connection, {"record_id": record.id})
            self._rows[record] = None if found is None else kept.row(found)
        return self._rows[record]

    def lock(self, record: RecordRef) -> Row | None:
        """The row as it is now, held until the transaction ends.

        SQLite has one writer, who holds everything already.
        """
        kept = self.models[record.entity]
        found = kept.held_by_id.first(self.connection, {"record_id": record.id})
        self._rows[record] = None if found is None else kept.row(found)
        return self._rows[record]

    def field(self, record: RecordRef, name: str) -> Value:
        """The value of a field; of a back reference, the tuple of the records that refer here."""
        back = self.entities[record.entity].fields[name].back
        if back is not None:
            return self._list(back[0], back[1], record.id)
        row = self.row(record)
        return None if row is None else row[name]

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        """All records of an entity, the oldest first. Their rows are read with them."""
        return self._list(entity, None, None)

    def load(self, records: Iterable[RecordRef]) -> None:
        """Read the rows of many records at once, to be at hand."""
        missing: dict[str, list[int]] = {}
        for record in records:
            if record not in self._rows:
                self._rows[record] = None
                missing.setdefault(record.entity, []).append(record.id)
        for entity, ids in missing.items():
            kept = self.models[entity]
            if len(ids) == 1:
                rows = kept.by_id.all(self.connection, {"record_id": ids[0]})
            else:
                statement = kept.select.where(kept.table.c.id.in_(ids))
                rows = list(self.connection.execute(statement))
            for found in rows:
                self._keep(entity, kept.row(found))

    def select(self, entity: str, statement: sa.Select[Any]) -> tuple[RecordRef, ...]:
        """The records that a query for whole rows of an entity finds, in its order."""
        kept = self.models[entity]
        rows = self.connection.execute(statement)
        return tuple(self._keep(entity, kept.row(stored)) for stored in rows)

    def _list(self, entity: str, key: str | None, target: int | None) -> tuple[RecordRef, ...]:
        if (entity, key, target) not in self._lists:
            kept = self.models[entity]
            if key is None:
                rows = kept.all.all(self.connection)
            else:
                statement = self.models.statement(
                    ("referring", entity, key),
                    lambda: kept.select.where(kept.table.c[key] == sa.bindparam("target")),
                )
                rows = statement.all(self.connection, {"target": target})
            self._lists[entity, key, target] = tuple(
                self._keep(entity, kept.row(stored)) for stored in rows
            )
        return self._lists[entity, key, target]

    def _keep(self, entity: str, row: Row) -> RecordRef:
        record_id = row["id"]
        assert isinstance(record_id, int)
        record = RecordRef(entity, record_id)
        self._rows[record] = row
        return record

    # -- how people refer to records ----------------------------------------------------------

    def find(self, entity: str, text: str) -> tuple[RecordRef, ...]:
        """The records that a number (`137`, `INC137`, in full) or a label means."""
        definition, kept = self.entities[entity], self.models[entity]
        label = definition.fields[definition.label]
        is_label = label.type.kind is Kind.TEXT and is_text(text)
        meant = [kept.table.c[label.key] == text] if is_label else []
        number = definition.record_id(text)
        if number is not None and number <= LARGEST_ID:
            meant.append(kept.table.c.id == number)
        if not meant:
            return ()
        return self.select(entity, kept.select.where(sa.or_(*meant)).limit(3))

    def matching(self, entity: str, key: str, text: str) -> tuple[RecordRef, ...]:
        """Up to three records whose text field `key` is just this."""
        kept = self.models[entity]
        rows = self.connection.execute(kept.select.where(kept.table.c[key] == text).limit(3))
        return tuple(self._keep(entity, kept.row(stored)) for stored in rows)

    def number(self, record: RecordRef) -> str:
        return self.entities[record.entity].numbered(record.id)

    def label(self, record: RecordRef) -> str:
        """What stands for the record in lists: the value of its entity's label field."""
        return self._label(record, deep=True)

    def title(self, record: RecordRef) -> str:
        """Number and label, of an entity with numbers; else the label."""
        numbered = self.entities[record.entity].number is not None
        label = self.label(record)
        return f"{self.number(record)} {label}".strip() if numbered or not label else label

    def titles(self, records: Iterable[RecordRef]) -> dict[RecordRef, tuple[str, str]]:
        """Number and label of each record that there is, read together."""
        wanted = tuple(records)
        self.load(wanted)
        found = [record for record in wanted if self.row(record) is not None]
        labels = [self.field(ref, self.entities[ref.entity].label) for ref in found]
        self.load([label for label in labels if isinstance(label, RecordRef)])
        return {record: (self.number(record), self.label(record)) for record in found}

    def _label(self, record: RecordRef, *, deep: bool) -> str:
        entity = self.entities[record.entity]
        value = self.field(record, entity.label)
        if isinstance(value, RecordRef):
            return self._label(value, deep=False) if deep else self.number(value)
        return _words(entity.fields[entity.label], value)

    # -- writing ------------------------------------------------------------------------------

    def save(self, changes: Sequence[RecordChange], *, at: datetime) -> dict[RecordRef, RecordRef]:
        """Write all changes; gives new records their ids, and says which.

        Raises:
            Conflict: a record has another revision than the one read here.
            Invalid: a value that must be unique is taken.
            WrongState: something still refers to a record to be deleted.
        """
        try:
            stored = self._insert_all([change for change in changes if change.is_new], at)
            for change in changes:
                if change.record.id > 0 and change.new and not change.deleted:
                    self._update(change.record, _settled(change.new, stored), at)
            for change in changes:
                if change.deleted and change.record.id > 0:
                    self._delete(change.record)
        except IntegrityError as error:
            raise self._refusal(error) from error
        self._before = {
            change.record: self.row(change.record) for change in changes if change.record.id > 0
        }
        self._forget(changes)
        return stored

    def audit(
        self,
        changes: Sequence[RecordChange],
        stored: Mapping[RecordRef, RecordRef],
        *,
        at: datetime,
        actor: Actor,
        runs: Mapping[int, int],
        reason: str | None = None,
    ) -> None:
        """Keep who changed what. `stored` and `runs` map ids given during the command."""
        written = [
            audit.Written(change, self._before.get(change.record))
            for change in changes
            if not (change.is_new and change.deleted)
        ]
        audit.append(
            self.connection,
            written,
            stored=stored,
            runs=runs,
            at=at,
            actor=actor,
            reason=reason,
        )

    def _insert_all(
        self, changes: Sequence[RecordChange], at: datetime
    ) -> dict[RecordRef, RecordRef]:
        """Insert each record after those it refers to; a circle is closed afterwards."""
        stored: dict[RecordRef, RecordRef] = {}
        late: list[tuple[RecordRef, str, RecordRef]] = []
        waiting = [change for change in changes if not change.deleted]
        while waiting:
            change, missing = self._next(waiting, stored)
            waiting.remove(change)
            late += [(change.record, key, target) for key, target in missing.items()]
            values = _settled(change.new, stored) | dict.fromkeys(missing)
            stored[change.record] = self._insert(change.record.entity, values, at)
        for record, key, target in late:
            table = self.models.tables[record.entity]
            self.connection.execute(
                sa.update(table)
                .where(table.c.id == stored[record].id)
                .values({key: stored[target].id})
            )
        return stored

    def _next(
        self, waiting: Sequence[RecordChange], stored: Mapping[RecordRef, RecordRef]
    ) -> tuple[RecordChange, dict[str, RecordRef]]:
        """What to insert next, and which of its references must wait."""
        circle: tuple[RecordChange, dict[str, RecordRef]] | None = None
        for change in waiting:
            missing = {
                key: value
                for key, value in change.new.items()
                if isinstance(value, RecordRef) and value.id < 0 and value not in stored
            }
            if not missing:
                return change, missing
            fields = self.entities[change.record.entity].fields
            if circle is None and not any(fields[key].required for key in missing):
                circle = (change, missing)
        if circle is None:
            entity = self.entities[waiting[0].record.entity]
            raise Invalid(
                "New records need each other to exist first.",
                {
                    item.key: f"{item.title} must be a record that exists."
                    for item in entity.refs()
                    if item.required
                },
            )
        return circle

    def _insert(self, entity: str, values: Mapping[str, Value], at: datetime) -> RecordRef:
        kept = self.models[entity]
        row = kept.whole(values) | {"revision": 1, "created_at": at, "updated_at": at}
        return RecordRef(entity, kept.insert.number(self.connection, row))

    def _update(self, record: RecordRef, values: Mapping[str, Value], at: datetime) -> None:
        kept = self.models[record.entity]
        parameters = kept.stored(values) | {
            "updated_at": at,
            "record_id": record.id,
            "read_revision": self._revision(record),
        }
        if kept.update(values).changed(self.connection, parameters) != 1:
            raise self._conflict(record)

    def _delete(self, record: RecordRef) -> None:
        table = self.models.tables[record.entity]
        statement = (
            sa.delete(table)
            .where(table.c.id == record.id)
            .where(table.c.revision == self._revision(record))
        )
        if self.connection.execute(statement).rowcount != 1:
            raise self._conflict(record)

    def _revision(self, record: RecordRef) -> int:
        row = self.row(record)
        revision = 0 if row is None else row["revision"]
        assert isinstance(revision, int)
        return revision

    def _conflict(self, record: RecordRef) -> Conflict:
        """Somebody else wrote the record after it was read here: says what differs now."""
        before = self.row(record) or {}
        del self._rows[record]
        now = self.row(record)
        entity = self.entities[record.entity]
        if now is None:
            return Conflict(f"This {entity.title.lower()} has been deleted meanwhile.")
        return Conflict(
            f"Somebody else has just changed this {entity.title.lower()}.",
            hint="Read it again and decide anew.",
            fields={
                key: to_json(value)
                for key, value in now.items()
                if key not in KEPT_FIELDS and before.get(key) != value
            },
        )

    def _refusal(self, error: IntegrityError) -> Refusal:
        """What the database refused, as a sentence."""
        told = str(error.orig)
        for key, entity in self.entities.items():
            for item in entity.columns:
                if item.unique and (f"ix_{key}_{item.key}" in told or f"{key}.{item.key}" in told):
                    return Invalid(
                        f"Another {entity.title.lower()} has this {item.title.lower()} already.",
                        {item.key: "This value is taken."},
                    )
        return WrongState(
            "A record that is referred to does not exist any more, or one that is to be deleted "
            "is still referred to.",
            hint="Read the records again.",
        )

    def _forget(self, changes: Sequence[RecordChange]) -> None:
        for change in changes:
            self._rows.pop(change.record, None)
        touched = {change.record.entity for change in changes}
        self._lists = {key: kept for key, kept in self._lists.items() if key[0] not in touched}
        if touched & PEOPLE:
            self.forget_people()


def _words(field: Field, value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return field.title_of(value) if field.type.kind is Kind.CHOICE else value
        case _:
            return str(to_json(value))


def _settled(
    values: Mapping[str, Value], stored: Mapping[RecordRef, RecordRef]
) -> dict[str, Value]:
    """Values in which new records have got their ids."""
    return {
        key: stored.get(value, value) if isinstance(value, RecordRef) else value
        for key, value in values.items()
    }
