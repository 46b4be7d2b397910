"""Records as they are shown to somebody: values with their words, what refers here, what is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from server.domain.refusals import NotFound
from server.domain.role import Operation
from server.domain.values import RecordRef, Value
from server.storage import lookup
from server.usecases import access, holding, showing
from server.usecases.app import App
from server.usecases.running import Running
from server.usecases.views import RecordTitle, RecordView
from server.usecases.wording import worded

RELATED = 50
"""Records listed in a field that lists those which refer here."""


def kind_of(app: App, record: RecordRef) -> str:
    """What such a record is called within a sentence."""
    return app.definitions.entities[record.entity].title.lower()


def missing(app: App, record: RecordRef) -> NotFound:
    number = app.definitions.entities[record.entity].numbered(record.id)
    return NotFound(f"There is no {kind_of(app, record)} {number}.")


def fresh(running: Running, record: RecordRef) -> RecordView:
    """As it stands after saving; also for somebody who may write what they may not read."""
    return one(Running(running.app, running.connection, running.actor), record)


def one(running: Running, record: RecordRef) -> RecordView:
    """The record with what refers to it and what open runs hold of it.

    Raises:
        NotFound: it is not there.
    """
    if running.records.row(record) is None:
        raise missing(running.app, record)
    held = {key: hold.task for key, hold in holding.holds(running, record).items()}
    return several(running, (record,), held=held, related=True)[0]


def several(
    running: Running,
    found: Iterable[RecordRef],
    *,
    held: Mapping[str, int | None] | None = None,
    related: bool = False,
) -> tuple[RecordView, ...]:
    """The records as lists show them; with `related`, also what refers to them."""
    found = tuple(found)
    values = {record: _values(running, record, related=related) for record in found}
    refs = {ref for held_by in values.values() for ref in _refs(held_by.values())}
    titles = showing.record_titles(running, {*found, *refs})
    named = {ref: str(title) for ref, title in titles.items()}
    return tuple(
        _record_view(running, record, values[record], titles[record], named, held or {})
        for record in found
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
        held=held,
    )


def _values(running: Running, record: RecordRef, *, related: bool) -> dict[str, Value]:
    """What the record holds; with `related`, also the newest records that refer to it."""
    entity = running.app.definitions.entities[record.entity]
    found = {item.key: running.records.field(record, item.key) for item in entity.columns}
    if related:
        backs = ((item.key, item.back) for item in entity.fields.values() if item.back)
        found |= {key: _referring(running, record, *back) for key, back in backs}
    return found


def _referring(
    running: Running, record: RecordRef, entity: str, field: str
) -> tuple[RecordRef, ...]:
    """The newest records that refer to this one, as far as the person may read such."""
    app, actor = running.app, running.actor
    if not access.allows(app, actor, Operation.READ, entity, running.records):
        return ()
    filters = {field: (record,)}
    statement = lookup.page(
        app.models, entity, filters=filters, search=None, after=None, limit=RELATED
    )
    return running.records.select(entity, statement)


def _refs(values: Iterable[Value]) -> Iterable[RecordRef]:
    for value in values:
        if isinstance(value, RecordRef):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, RecordRef))
