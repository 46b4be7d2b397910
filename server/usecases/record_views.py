"""Records as they are shown to somebody: values with their words, what refers here, what is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from server.domain.refusals import NotFound
from server.domain.role import Operation
from server.domain.somebody import PERSON
from server.domain.values import Kind, RecordRef, Value
from server.storage import lookup
from server.storage.audit import ChangedField
from server.usecases import holding, showing
from server.usecases.app import App
from server.usecases.running import Running
from server.usecases.views import ChangeLine, RecordTitle, RecordView
from server.usecases.wording import worded

RELATED = 50
"""Records listed in a field that lists those which refer here."""


def kind_of(app: App, record: RecordRef) -> str:
    """What such a record is called within a sentence."""
    return app.definitions.entities[record.entity].title.lower()


def missing(app: App, record: RecordRef) -> NotFound:
    number = app.definitions.entities[record.entity].numbered(record.id)
    return NotFound(f"There is no {kind_of(app, record)} {number}.")


def fresh(running: Running, record: RecordRef, operation: Operation) -> RecordView:
    """As it stands after saving; also for somebody who may enter what they may not read."""
    return one(Running(running.app, running.connection, running.actor), record, operation)


def one(running: Running, record: RecordRef, operation: Operation = Operation.READ) -> RecordView:
    """The record with what refers to it and what open runs hold of it.

    `operation` is what the actor does with it: those of its fields are shown that this lets see.

    Raises:
        NotFound: it is not there.
    """
    if running.records.row(record) is None:
        raise missing(running.app, record)
    held = {key: hold.task for key, hold in holding.holds(running, record).items()}
    [found] = several(running, (record,), held=held, related=True, operation=operation)
    rights, connection = running.rights, running.connection
    return replace(
        found,
        may=rights.on(connection, record),
        unwritable=rights.unwritable(connection, record),
    )


def several(
    running: Running,
    found: Iterable[RecordRef],
    *,
    held: Mapping[str, int | None] | None = None,
    related: bool = False,
    operation: Operation = Operation.READ,
) -> tuple[RecordView, ...]:
    """The records as lists show them; with `related`, also what refers to them."""
    found = tuple(found)
    hidden = running.rights.hidden(running.connection, found, operation)
    values = {
        record: _values(running, record, hidden[record], related=related) for record in found
    }
    refs = {ref for held_by in values.values() for ref in _refs(held_by.values())}
    titles = showing.record_titles(running, {*found, *refs})
    named = {ref: str(title) for ref, title in titles.items()}
    return tuple(
        _record_view(running, record, values[record], titles[record], named, held or {})
        for record in found
    )


def change_lines(
    running: Running, entity: str, found: Sequence[ChangedField]
) -> tuple[ChangeLine, ...]:
    """What was changed of a record, with the names of who did it and of the records meant."""
    fields = running.app.definitions.entities[entity].fields

    def meant(line: ChangedField, value: Any) -> RecordRef | None:
        field = fields.get(line.field)
        is_ref = field is not None and field.type.kind is Kind.REF and isinstance(value, int)
        return RecordRef(str(field.type.entity), value) if is_ref and field else None

    refs = [
        (
            RecordRef(PERSON, line.person) if line.person else None,
            meant(line, line.old),
            meant(line, line.new),
        )
        for line in found
    ]
    titles = showing.record_titles(running, [ref for of_line in refs for ref in of_line])
    return tuple(
        ChangeLine(
            line.id,
            line.at,
            str(titles[who]) if who else "Procedura",
            line.field,
            line.old,
            line.new,
            line.run,
            line.step,
            line.rule,
            line.reason,
            str(titles[old]) if old else "",
            str(titles[new]) if new else "",
        )
        for line, (who, old, new) in zip(found, refs, strict=True)
    )


def _record_view(
    running: Running,
    record: RecordRef,
    values: Mapping[str, Value],
    title: RecordTitle,
    named: Mapping[RecordRef, str],
    held: Mapping[str, int | None],
) -> RecordView:
    entity = running.app.definitions.entities[record.entity]
    row: Any = running.records.row(record)
    return RecordView(
        title=title,
        values=values,
        shown={key: worded(entity.fields[key], value, named) for key, value in values.items()},
        revision=row["revision"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        held={key: task for key, task in held.items() if key in values},
    )


def _values(
    running: Running,
    record: RecordRef,
    hidden: frozenset[str],
    *,
    related: bool,
) -> dict[str, Value]:
    """What the record holds; with `related`, also the newest records that refer to it."""
    entity = running.app.definitions.entities[record.entity]
    shown = [item for item in entity.fields.values() if item.key not in hidden]
    found = {item.key: running.records.field(record, item.key) for item in shown if not item.back}
    if related:
        backs = ((item.key, item.back) for item in shown if item.back)
        found |= {key: _referring(running, record, *back) for key, back in backs}
    return found


def _referring(
    running: Running, record: RecordRef, entity: str, field: str
) -> tuple[RecordRef, ...]:
    """The newest records that refer to this one, as far as the person may read such."""
    if not running.rights.may(Operation.READ, entity):
        return ()
    statement = lookup.page(
        running.app.models,
        entity,
        filters={field: (record,)},
        search=None,
        after=None,
        limit=RELATED,
        reach=partial(running.rights.reach, Operation.READ, entity),
    )
    return running.records.select(entity, statement)


def _refs(values: Iterable[Value]) -> Iterable[RecordRef]:
    for value in values:
        if isinstance(value, RecordRef):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, RecordRef))
