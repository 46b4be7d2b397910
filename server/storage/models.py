"""Tables and mapped classes made from entities: a real column for every field.

Nothing is hand-written for an entity. Choices are text and texts have no length in the database:
what may stand in a field is checked before it is written, so that changing a choice or a limit
changes no table. Screens read through the mapped classes; records are written by `records` only.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from server.domain.entity import KEPT_FIELDS, RESERVED_PREFIX, STATUS, Entity, Field
from server.domain.kpi import CREATED_AT
from server.domain.values import Kind, RecordRef, Value
from server.storage.columns import Exact, Id, Moment, Share, Span
from server.storage.prepared import Prepared, insertion
from server.storage.search.index import Index
from server.storage.tables import NAMING

CHOICE_LENGTH = 120
"""Characters of the key of a choice, a status or a role, as in the fixed tables."""
INDEXED_LENGTH = 500
"""Characters of the longest text that every database keeps in an index."""


class EntityTable:
    """Where the records of one entity are kept: its table, and the statements used over and over.

    A row is a mapping of every column to a domain value; a reference is a `RecordRef`.
    """

    def __init__(self, entity: Entity, metadata: sa.MetaData) -> None:
        self.entity = entity
        self.table = _table(entity, metadata)
        self.refs = {item.key: str(item.type.entity) for item in entity.refs()}
        self.names = tuple(self.table.c.keys())
        self.select = sa.select(self.table).order_by(self.table.c.id)
        the_record = sa.select(self.table).where(self.table.c.id == sa.bindparam("record_id"))
        self.all = Prepared(self.select)
        self.by_id = Prepared(the_record)
        self.held_by_id = Prepared(the_record.with_for_update())
        self.insert = insertion(self.table, numbered=True)
        self._empty: dict[str, Value] = {item.key: None for item in entity.columns}
        self._updates: dict[tuple[str, ...], Prepared] = {}

    def row(self, stored: Iterable[Any]) -> dict[str, Value]:
        """The row that the database gave, as domain values."""
        row = dict(zip(self.names, stored, strict=True))
        for key, entity in self.refs.items():
            found = row[key]
            if found is not None:
                row[key] = RecordRef(entity, found)
        return row

    def stored(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """Values as the database takes them: references as ids."""
        return {
            key: value.id if isinstance(value, RecordRef) else value
            for key, value in values.items()
        }

    def whole(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """The values of a new row: every column, so that one statement serves all inserts."""
        return self._empty | self.stored(values)

    def update(self, fields: Iterable[str]) -> Prepared:
        """Sets these fields of the record `record_id` if its revision is still `read_revision`."""
        keys = tuple(sorted(fields))
        statement = self._updates.get(keys)
        if statement is None:
            columns = self.table.c
            statement = self._updates[keys] = Prepared(
                sa.update(self.table)
                .where(columns.id == sa.bindparam("record_id"))
                .where(columns.revision == sa.bindparam("read_revision"))
                .values({key: sa.bindparam(key) for key in (*keys, "updated_at")})
                .values(revision=columns.revision + 1)
            )
        return statement


class Models:
    """The tables and mapped classes of all entities; made anew whenever definitions are taken."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        for entity in entities.values():
            _refuse_clashes(entity)
        self.entities = entities
        self.metadata = sa.MetaData(naming_convention=NAMING)
        self._kept = {key: EntityTable(entity, self.metadata) for key, entity in entities.items()}
        self.tables: Mapping[str, sa.Table] = {key: kept.table for key, kept in self._kept.items()}
        self.classes: Mapping[str, type[Any]] = _mapped(entities, self.tables, self.metadata)
        self.index = Index(entities)
        for table in self.tables.values():
            self.index.attend(table)
        self._statements: dict[Hashable, Prepared] = {}

    def __getitem__(self, entity: str) -> EntityTable:
        return self._kept[entity]

    def __contains__(self, entity: str) -> bool:
        return entity in self._kept

    def statement(self, key: Hashable, build: Callable[[], sa.Select[Any]]) -> Prepared:
        """A query that is asked over and over: built and made ready once."""
        found = self._statements.get(key)
        if found is None:
            found = self._statements[key] = Prepared(build())
        return found


def column_type(field: Field) -> sa.types.TypeEngine[Any]:
    """What a field is kept as."""
    match field.type.kind:
        case Kind.TEXT:
            return sa.Text() if field.lines > 1 else sa.String()
        case Kind.YES_NO:
            return sa.Boolean()
        case Kind.WHOLE_NUMBER:
            return sa.BigInteger()
        case Kind.NUMBER | Kind.MONEY:
            return Exact()
        case Kind.FRACTION:
            return Share()
        case Kind.DATE:
            return sa.Date()
        case Kind.DATE_TIME:
            return Moment()
        case Kind.DURATION:
            return Span()
        case Kind.CHOICE:
            return sa.String(CHOICE_LENGTH)
        case Kind.REF:
            return Id
        case Kind.LIST | Kind.ANSWERS:
            raise ValueError(f"{field.key}: no column keeps a {field.type.kind}.")


def _table(entity: Entity, metadata: sa.MetaData) -> sa.Table:
    table = sa.Table(
        entity.key,
        metadata,
        sa.Column("id", Id, primary_key=True, autoincrement=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        *(_column(item) for item in entity.columns),
        sqlite_autoincrement=True,
    )
    for item in entity.columns:
        if item.unique or _is_looked_up(entity, item):
            sa.Index(None, table.c[item.key], unique=item.unique)
    if CREATED_AT in entity.dated_by:
        sa.Index(None, table.c[CREATED_AT])
    return table


def _column(field: Field) -> sa.Column[Any]:
    target = (
        [sa.ForeignKey(f"{field.type.entity}.id", ondelete="RESTRICT")]
        if field.type.kind is Kind.REF
        else []
    )
    return sa.Column(field.key, column_type(field), *target, nullable=not field.required)


def _is_looked_up(entity: Entity, field: Field) -> bool:
    """Whether records are found by this field: then it is worth an index."""
    kind = field.type.kind
    if field.key in entity.dated_by:
        return True
    if kind is Kind.TEXT:
        is_short = field.type.at_most is not None and field.type.at_most <= INDEXED_LENGTH
        return field.key == entity.label and entity.number is None and is_short
    shown = field.key in entity.listed or field.key in entity.searched
    return kind is Kind.REF or field.key == STATUS or (kind is Kind.CHOICE and shown)


def _refuse_clashes(entity: Entity) -> None:
    if entity.key.startswith(RESERVED_PREFIX):
        raise ValueError(f"{entity.key}: tables of the application begin with that word.")
    taken = sorted(KEPT_FIELDS & entity.fields.keys())
    if taken:
        raise ValueError(f"{entity.key}: every record has {', '.join(taken)} already.")
    for item in entity.refs():
        if f"{item.key}_id" in entity.fields:
            raise ValueError(f"{entity.key}: {item.key}_id would be the id of {item.key}.")


def _mapped(
    entities: Mapping[str, Entity], tables: Mapping[str, sa.Table], metadata: sa.MetaData
) -> dict[str, type[Any]]:
    """A class for each entity: `owner_id` is the column of a reference, `owner` the record."""
    registry = orm.registry(metadata=metadata)
    classes = {key: _class(entity) for key, entity in entities.items()}
    for key, entity in entities.items():
        table = tables[key]
        properties: dict[str, Any] = {}
        for item in entity.refs():
            target = str(item.type.entity)
            properties[f"{item.key}_id"] = table.c[item.key]
            properties[item.key] = orm.relationship(
                classes[target],
                foreign_keys=[table.c[item.key]],
                remote_side=[tables[target].c.id],
                post_update=target == key,
                viewonly=True,
            )
        registry.map_imperatively(classes[key], table, properties=properties)
    registry.configure()
    return classes


def _class(entity: Entity) -> type[Any]:
    label_of = _label(entity)

    def text(self: Any) -> str:
        number = entity.numbered(self.id) if entity.number else ""
        return f"{number} {label_of(self)}".strip() or str(self.id)

    name = "".join(part.capitalize() for part in entity.key.split("_"))
    return type(name, (), {"__str__": text, "__module__": __name__, "entity": entity})


def _label(entity: Entity) -> Any:
    field = entity.fields[entity.label]

    def label(record: Any) -> str:
        value = getattr(record, field.key)
        if value is None:
            return ""
        return field.title_of(value) if field.type.kind is Kind.CHOICE else str(value)

    return label
