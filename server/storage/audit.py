"""The audit of records: who changed which field from what to what, when, where, by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.actor import Actor
from server.domain.change import Place, RecordChange
from server.domain.entity import KEPT_FIELDS
from server.domain.values import RecordRef, Value, to_json
from server.storage.prepared import insertion
from server.storage.tables import change as table

RULE_LENGTH = 200
_INSERT = insertion(table)
NOWHERE: Place = (None, None)


@dataclass(frozen=True, slots=True)
class ChangedField:
    """One field of one record, changed once. `old` and `new` are JSON."""

    id: int
    revision: int
    at: datetime
    person: int | None
    run: int | None
    step: str | None
    rule: str | None
    reason: str | None
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Written:
    """A change that has been made to the row that was `before`; None for a new record."""

    change: RecordChange
    before: Mapping[str, Value] | None

    @property
    def revision(self) -> int:
        """The record's revision afterwards."""
        revision = self.before["revision"] if self.before else 0
        assert isinstance(revision, int)
        return revision + 1


def append(
    connection: sa.Connection,
    changes: Sequence[Written],
    *,
    stored: Mapping[RecordRef, RecordRef],
    runs: Mapping[int, int],
    at: datetime,
    actor: Actor,
    reason: str | None,
) -> None:
    """Keep what changed. `stored` and `runs` map ids that were given during the command."""
    rows = [
        {
            "entity": record.entity,
            "record_id": record.id,
            "revision": item.revision,
            "at": at,
            "person_id": actor.id,
            "run_id": None if run is None else runs.get(run, run),
            "step": step,
            "rule": item.change.rules.get(field, "")[:RULE_LENGTH] or None,
            "reason": reason,
            "field": field,
            "old": to_json(old),
            "new": to_json(stored.get(new, new) if isinstance(new, RecordRef) else new),
        }
        for item in changes
        for record in [stored.get(item.change.record, item.change.record)]
        for field, old, new in _differing(item)
        for run, step in [item.change.places.get(field, NOWHERE)]
    ]
    if rows:
        _INSERT.many(connection, rows)


def of_record(
    connection: sa.Connection,
    record: RecordRef,
    *,
    after: int | None,
    limit: int,
    but: Iterable[str] = (),
) -> tuple[ChangedField, ...]:
    """What happened to a record, the newest first; `after` is the id of the last line seen.

    Of the fields `but` nothing is told.
    """
    statement = (
        sa.select(table)
        .where(table.c.entity == record.entity, table.c.record_id == record.id)
        .where(table.c.field.not_in(sorted(but)))
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(table.c.id < after)
    return tuple(_line(row) for row in connection.execute(statement))


def of_fields(
    connection: sa.Connection, entity: str, ids: Sequence[int], fields: Iterable[str]
) -> Mapping[int, Sequence[ChangedField]]:
    """What happened to some fields of records of one entity, by record, the oldest first."""
    statement = (
        sa.select(table)
        .where(table.c.entity == entity, table.c.record_id.in_(ids))
        .where(table.c.field.in_(sorted(fields)))
        .order_by(table.c.record_id, table.c.id)
    )
    found: dict[int, list[ChangedField]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.record_id, []).append(_line(row))
    return found


def _line(row: Any) -> ChangedField:
    return ChangedField(
        row.id,
        row.revision,
        row.at,
        row.person_id,
        row.run_id,
        row.step,
        row.rule,
        row.reason,
        row.field,
        row.old,
        row.new,
    )


def _differing(written: Written) -> Iterator[tuple[str, Value, Value]]:
    """Each field with what it was and is; of a record deleted, everything that it held."""
    change, before = written.change, written.before or {}
    if change.deleted:
        held = before.keys() - KEPT_FIELDS
        yield from (
            (field, before[field], None) for field in sorted(held) if before[field] is not None
        )
        return
    for field, new in change.new.items():
        if not (change.is_new and new is None):
            yield field, before.get(field), new
