"""What must be done to the database so that it fits the entities. Nothing is ever lost.

Each step is `safe` (nothing can go wrong), `check` (the rows that are there matter: they are
counted first) or `retire` (the definitions no longer name something, which stays where it is).
Columns are never dropped and never converted in place; a field that changes its kind is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from server.domain.entity import STATUS, Entity, Field
from server.domain.values import Kind, Value, to_json
from server.storage import schema
from server.storage.acts import (
    AddColumn,
    CreateIndex,
    CreateTable,
    DropIndex,
    Fill,
    IndexWords,
    Plan,
    Relax,
    RenameColumn,
    Require,
    Risk,
    Step,
    Widen,
)
from server.storage.models import Models
from server.storage.schema import Applied, Existing


def plan(connection: sa.Connection, models: Models) -> Plan:
    """Compare what there is with what there should be."""
    return _Comparison(connection, models).plan()


class _Comparison:
    def __init__(self, connection: sa.Connection, models: Models) -> None:
        self.connection = connection
        self.entities = models.entities
        self.models = models
        self.before = schema.applied(connection)
        self.existing = schema.existing(connection)

    def plan(self) -> Plan:
        if self.before.version > schema.FIXED_VERSION:
            newer = Step(Risk.CHECK, schema.newer(self.before), problem=schema.INSTALL_NEWER)
            return Plan((newer,), self.before)
        steps: list[Step] = []
        retired: set[str] = set()
        for table in schema.wanted(self.models):
            found = self.existing.get(table.name)
            entity = self.entities.get(table.name)
            if found is None:
                steps.append(Step(Risk.SAFE, f"{table.name}: a new table.", (CreateTable(table),)))
                continue
            comparison = _TableComparison(self, table, found, entity)
            steps += comparison.steps()
            retired |= comparison.retired
        gone = {
            key.partition(".")[0]
            for key in self.before.kinds
            if key.partition(".")[0] in self.existing.keys() - self.entities.keys()
        }
        steps += [
            Step(Risk.RETIRE, f"{name} is no longer defined. Its table and records are kept.")
            for name in sorted(gone - self.before.retired)
        ]
        steps += self._index_words()
        after = Applied(
            schema.fingerprint(self.models),
            schema.FIXED_VERSION,
            {**self.before.kinds, **schema.kinds(self.entities)},
            frozenset(retired | gone),
        )
        return Plan(tuple(steps), after)

    def _index_words(self) -> Iterator[Step]:
        if not self.models.index.can_be_kept(self.connection):
            sentence = "The words of records cannot be indexed for the search."
            yield Step(Risk.CHECK, sentence, problem=_ENCODING)
            return
        entities = [key for key in self.entities if key in self.existing]
        outdated = self.models.index.outdated(self.connection, entities)
        if not outdated:
            return
        named = ", ".join(outdated[:_NAMED])
        more = f" and {len(outdated) - _NAMED} more" if len(outdated) > _NAMED else ""
        yield Step(
            Risk.SAFE,
            f"All words are indexed anew for the search, in {named}{more}.",
            (IndexWords(outdated),),
        )

    def count(self, table: str, *conditions: sa.ColumnElement[bool]) -> int:
        statement = sa.select(sa.func.count()).select_from(sa.table(table)).where(*conditions)
        return int(self.connection.scalar(statement) or 0)

    def repeated(self, table: str, column: str) -> int:
        """How many values stand in more than one row."""
        value: sa.ColumnClause[Any] = sa.column(column)
        groups = (
            sa.select(value)
            .select_from(sa.table(table))
            .where(value.is_not(None))
            .group_by(value)
            .having(sa.func.count() > 1)
            .subquery()
        )
        return int(self.connection.scalar(sa.select(sa.func.count()).select_from(groups)) or 0)


class _TableComparison:
    """One table that exists: what is there, by the names that columns will have afterwards."""

    def __init__(
        self, whole: _Comparison, table: sa.Table, found: Existing, entity: Entity | None
    ) -> None:
        self.whole = whole
        self.table = table
        self.found = found
        self.entity = entity
        self.renamed = _renamed(entity, found) if entity else {}
        self.was = {new: old for old, new in self.renamed.items()}
        self.columns: Mapping[str, Any] = {
            self.renamed.get(name, name): column for name, column in found.columns.items()
        }
        self.indexes = {
            name: (tuple(self.renamed.get(column, column) for column in columns), is_unique)
            for name, (columns, is_unique) in found.indexes.items()
        }
        self.retired = {f"{table.name}.{name}" for name in self.columns if name not in table.c}

    def steps(self) -> Iterator[Step]:
        for column in self.table.columns:
            if column.name in self.was:
                yield self._rename(column)
            if column.name not in self.columns:
                yield self._add(column)
            else:
                yield from self._alter(column)
        yield from self._retire()
        yield from self._indexes()

    def _rename(self, column: sa.Column[Any]) -> Step:
        was = self.was[column.name]
        return Step(
            Risk.SAFE,
            f"{self.table.name}: {was} is called {column.name} now. Its values are kept.",
            (RenameColumn(column, was, self.found.constraints.get(was)),),
        )

    def _add(self, column: sa.Column[Any]) -> Step:
        new = f"{self.table.name}: a new field {column.name}"
        add = AddColumn(column)
        if column.nullable or column.server_default is not None:
            return Step(Risk.SAFE, f"{new}.", (add,))
        rows = self.whole.count(self.table.name)
        if rows == 0:
            return Step(Risk.SAFE, f"{new}, required.", (add, Require(column)))
        return self._require(column, rows, f"{new}, required", add)

    def _require(
        self, column: sa.Column[Any], rows: int, sentence: str, *before: AddColumn
    ) -> Step:
        """A column that must be filled, though `rows` rows have nothing in it."""
        default = self._default(column.name)
        records = f"{rows} record{'s' if rows > 1 else ''}"
        if default is None:
            return Step(
                Risk.CHECK,
                f"{sentence}; {records} would have nothing there.",
                problem="Give the field a default, or let it be empty until it has been filled in "
                "everywhere.",
            )
        if rows > 1 and self._is_unique(column):
            return Step(
                Risk.CHECK,
                f"{sentence} and unique; {records} would all get the same default.",
                problem="Let the field be empty until it has been filled in everywhere.",
            )
        return Step(
            Risk.CHECK,
            f"{sentence}; {records} get the default '{to_json(default)}'.",
            (*before, Fill(column, default), Require(column)),
        )

    def _alter(self, column: sa.Column[Any]) -> Iterator[Step]:
        changed = self._kind(column)
        if changed is not None:
            yield changed
            if changed.problem:
                return
        required_before = not self.columns[column.name]["nullable"]
        if column.primary_key or required_before is not column.nullable:
            return
        where = f"{self.table.name}: {column.name}"
        if column.nullable:
            yield Step(
                Risk.SAFE,
                f"{where} may be empty now.",
                (Relax(self.table.name, column.name),),
            )
            return
        name = self.was.get(column.name, column.name)
        empty = self.whole.count(self.table.name, sa.column(name).is_(None))
        if empty:
            yield self._require(column, empty, f"{where} is required now")
        else:
            yield Step(
                Risk.CHECK, f"{where} is required now; every record has it.", (Require(column),)
            )

    def _kind(self, column: sa.Column[Any]) -> Step | None:
        """What a column keeps has changed; None when it has not."""
        if self.entity is None or column.name not in self.entity.fields:
            return self._fixed_type(column)
        item = self.entity.fields[column.name]
        name = f"{self.table.name}.{self.was.get(column.name, column.name)}"
        was = self.whole.before.kinds.get(name)
        now = schema.kind_of(item)
        if was is None:
            was = now if self._keeps_alike(column) else str(self.columns[column.name]["type"])
        if was == now or {was, now} <= _SAME:
            return None
        sentence = f"{name} was {was} and would be {now}."
        if (was, now) == (Kind.CHOICE, Kind.TEXT):
            return Step(Risk.SAFE, sentence, (Widen(column),))
        return Step(
            Risk.CHECK,
            sentence,
            problem="Values are not converted in place. Give the new field another name, fill it "
            "from the old one, then leave the old one out: its column is kept.",
        )

    def _fixed_type(self, column: sa.Column[Any]) -> Step | None:
        if self._keeps_alike(column):
            return None
        return Step(
            Risk.CHECK,
            f"{self.table.name}.{column.name} keeps {self.columns[column.name]['type']}, "
            f"which this version does not know.",
            problem="The table was not made by this program, or by another version of it.",
        )

    def _keeps_alike(self, column: sa.Column[Any]) -> bool:
        """Whether the database's type is the wanted one, however long its texts may be."""
        dialect = self.whole.connection.dialect
        found = self.columns[column.name]["type"].compile(dialect=dialect)
        return _family(found) == _family(column.type.compile(dialect=dialect))

    def _retire(self) -> Iterator[Step]:
        for name, column in self.columns.items():
            key = f"{self.table.name}.{name}"
            if key not in self.retired:
                continue
            must_be_filled = not column["nullable"] and column.get("default") is None
            if key not in self.whole.before.retired or must_be_filled:
                acts = (Relax(self.table.name, name),) if must_be_filled else ()
                yield Step(
                    Risk.RETIRE,
                    f"{key} is no longer defined. Its column and values are kept.",
                    acts,
                )

    def _indexes(self) -> Iterator[Step]:
        preparer = self.whole.connection.dialect.identifier_preparer
        wanted = {preparer.format_index(index).strip('"'): index for index in self.table.indexes}
        fits = {name for name, index in wanted.items() if self._has(name, index)}
        for name, (columns, _) in self.indexes.items():
            if name not in fits and (name in wanted or self._is_ours(name, columns)):
                yield Step(
                    Risk.SAFE,
                    f"{self.table.name}: the index on {', '.join(columns)} is not needed so.",
                    (DropIndex(self.table.name, name),),
                )
        for name, index in wanted.items():
            if name not in fits:
                yield self._index(index)

    def _has(self, name: str, index: sa.Index) -> bool:
        found = self.indexes.get(name)
        if found is None:
            return False
        columns, is_unique = found
        return self.entity is None or (
            columns == tuple(column.name for column in index.columns)
            and is_unique is bool(index.unique)
        )

    def _is_ours(self, name: str, columns: tuple[str, ...]) -> bool:
        """Whether an index that is no longer wanted stands on fields that still are."""
        live = set(columns) <= set(self.table.c.keys())
        return live and name.startswith(f"ix_{self.table.name}_")

    def _index(self, index: sa.Index) -> Step:
        names = [str(column.name) for column in index.columns]
        act = CreateIndex(index)
        where = f"{self.table.name}: {', '.join(names)}"
        if not index.unique or names[0] not in self.columns or self.entity is None:
            return Step(Risk.SAFE, f"{where} gets an index.", (act,))
        repeated = self.whole.repeated(self.table.name, self.was.get(names[0], names[0]))
        if repeated:
            return Step(
                Risk.CHECK,
                f"{where} is unique now; {repeated} of its values stand in more than one record.",
                problem="Make these values differ first.",
            )
        return Step(Risk.CHECK, f"{where} is unique now; every value is.", (act,))

    def _default(self, column: str) -> Value:
        if self.entity is None or column not in self.entity.fields:
            return None
        return self.entity.first_status if column == STATUS else self._field(column).default

    def _is_unique(self, column: sa.Column[Any]) -> bool:
        return self.entity is not None and self._field(column.name).unique

    def _field(self, column: str) -> Field:
        assert self.entity is not None
        return self.entity.fields[column]


_NAMED = 5
"""Tables that a step names, where it is about many."""
_ENCODING = (
    "The search compares letters without their accents, which this PostgreSQL database can do only "
    "if it was made with ENCODING 'UTF8'. Make such a one, and restore this one into it."
)
_SAME = {Kind.NUMBER, Kind.MONEY}
"""Kinds that are kept alike, so that one may become the other."""


def _renamed(entity: Entity, found: Existing) -> dict[str, str]:
    """Old name -> new name, of the fields that say what they were called."""
    return {
        item.was: item.key
        for item in entity.columns
        if item.was is not None and item.was in found.columns and item.key not in found.columns
    }


def _family(kept_as: str) -> str:
    """`VARCHAR(60)` and `TEXT` are both text."""
    bare = kept_as.partition("(")[0].strip().upper()
    return "TEXT" if bare == "VARCHAR" else bare
