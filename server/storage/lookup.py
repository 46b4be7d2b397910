"""Finding records: pages of lists, words searched for, look-ups, and what refers to a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from server.domain.entity import Entity, Field
from server.domain.somebody import GROUP, PERSON
from server.domain.values import Kind, RecordRef, Value
from server.storage.models import Models
from server.storage.tables import account, change, history, note, run, task

WORDS = 10
"""Words of a search that count; more are ignored."""
LARGEST_ID = 2**63 - 1
Reach = Callable[[Iterable[str]], "sa.ColumnElement[bool] | None"]
"""Holds of the records that may be found by these fields; None where all may."""


def everything(_fields: Iterable[str]) -> None:
    """The reach of whoever may read it all."""


def page(
    models: Models,
    entity: str,
    *,
    filters: Mapping[str, Sequence[Value]],
    search: str | None,
    after: int | None,
    limit: int,
    oldest_first: bool = False,
    reach: Reach = everything,
) -> sa.Select[Any]:
    """Records whose fields have one of the values given for each, by id from `after` on."""
    kept = models[entity]
    number = kept.table.c.id
    statement = sa.select(kept.table).limit(limit)
    statement = statement.order_by(number if oldest_first else number.desc())
    if after is not None:
        statement = statement.where(number > after if oldest_first else number < after)
    for key, values in filters.items():
        statement = statement.where(_is_one_of(kept.table.c[key], values))
    within = reach(filters)
    if within is not None:
        statement = statement.where(within)
    if search is not None:
        statement = statement.where(_holds(kept.table, kept.entity, search, reach))
    return statement


def look_up(
    models: Models, entity: str, text: str, limit: int, reach: Reach = everything
) -> sa.Select[Any]:
    """Records by label or number, for somebody who chooses one; persons who have left excepted."""
    kept = models[entity]
    statement = page(models, entity, filters={}, search=None, after=None, limit=limit, reach=reach)
    label = kept.entity.fields[kept.entity.label]
    if text.strip():
        fields = [label] if label.type.kind is Kind.TEXT else []
        statement = statement.where(_matches(kept.table, kept.entity, fields, text, reach))
    if entity == PERSON and "active" in kept.table.c:
        statement = statement.where(kept.table.c.active.is_not(False))
    if label.type.kind is Kind.TEXT:
        statement = statement.order_by(None).order_by(kept.table.c[label.key], kept.table.c.id)
    return statement


def is_text(text: str) -> bool:
    """Whether a database can be asked for this text: no NUL, no half of a pair."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def references_to(
    connection: sa.Connection, models: Models, record: RecordRef
) -> Iterator[tuple[Entity, Field, int]]:
    """Which fields of which other records refer to a record, and how often."""
    for entity in models.entities.values():
        for item in entity.refs():
            if item.type.entity != record.entity:
                continue
            table = models.tables[entity.key]
            statement = sa.select(sa.func.count()).where(table.c[item.key] == record.id)
            if entity.key == record.entity:
                statement = statement.where(table.c.id != record.id)
            count = connection.scalar(statement)
            if count:
                yield entity, item, count


def is_part_of_history(connection: sa.Connection, record: RecordRef) -> bool:
    """Whether runs, tasks, accounts or the audit tell of a record, which would become unknown."""
    told = [sa.and_(run.c.about_entity == record.entity, run.c.about_id == record.id)]
    told.append(sa.and_(task.c.about_entity == record.entity, task.c.about_id == record.id))
    told.append(sa.and_(task.c.for_entity == record.entity, task.c.for_id == record.id))
    told.append(sa.and_(note.c.entity == record.entity, note.c.record_id == record.id))
    if record.entity == GROUP:
        told.append(task.c.group_id == record.id)
    if record.entity == PERSON:
        told += [
            column == record.id
            for column in (
                account.c.person_id,
                run.c.started_by,
                task.c.claimed_by,
                task.c.person_id,
                task.c.completed_by,
                history.c.person_id,
                change.c.person_id,
                note.c.person_id,
            )
        ]
    return any(connection.scalar(sa.select(sa.exists().where(one))) for one in told)


def _is_one_of(column: sa.Column[Any], values: Sequence[Value]) -> sa.ColumnElement[bool]:
    known = [value.id if isinstance(value, RecordRef) else value for value in values]
    given = [value for value in known if value is not None]
    found: sa.ColumnElement[bool] = column.in_(given)
    return found | column.is_(None) if len(given) < len(known) else found


def _holds(table: sa.Table, entity: Entity, text: str, reach: Reach) -> sa.ColumnElement[bool]:
    """Every word stands in one of the fields that are searched; or the text is the number."""
    keys = entity.searched or (entity.label,)
    fields = [entity.fields[key] for key in keys]
    return _matches(table, entity, fields, text, reach)


def _matches(
    table: sa.Table, entity: Entity, fields: Sequence[Field], text: str, reach: Reach
) -> sa.ColumnElement[bool]:
    words = text.split()[:WORDS] if is_text(text) else []
    number = entity.record_id(text)
    found: list[sa.ColumnElement[bool]] = []
    if words:
        found.append(sa.and_(*(sa.or_(*_with_word(table, fields, word, reach)) for word in words)))
    if number is not None and number <= LARGEST_ID:
        found.append(table.c.id == number)
    return sa.or_(sa.false(), *found)


def _with_word(
    table: sa.Table, fields: Sequence[Field], word: str, reach: Reach
) -> Iterator[sa.ColumnElement[bool]]:
    """In which fields the word stands, as far as each may be seen."""
    yield sa.false()
    for item in fields:
        column = table.c[item.key]
        within = reach([item.key])
        if item.type.kind is Kind.TEXT:
            found = column.icontains(word, autoescape=True)
        elif item.type.kind is Kind.CHOICE:
            meant = [
                key for key in item.type.choices if word.lower() in item.title_of(key).lower()
            ]
            found = column.in_(meant)
        else:
            continue
        yield found if within is None else sa.and_(found, within)
