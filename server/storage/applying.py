"""Does what a plan says, all of it or nothing, with Alembic's operations.

PostgreSQL changes tables inside a transaction, under a lock that one process at a time has. SQLite
does too, except that requiring a column copies its table; references are checked afterwards.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

from server.domain.refusals import WrongState
from server.storage import schema
from server.storage.acts import (
    Act,
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
    Widen,
)
from server.storage.database import Database
from server.storage.models import Models
from server.storage.plan import plan

LOCK = 7_205_912
"""The advisory lock of PostgreSQL under which tables are changed."""
_ORDER: Sequence[type[Any]] = (
    RenameColumn,
    CreateTable,
    AddColumn,
    Widen,
    Fill,
    Relax,
    Require,
    DropIndex,
    CreateIndex,
    IndexWords,
)


@contextlib.contextmanager
def held(database: Database) -> Iterator[sa.Connection]:
    """A transaction that may change tables, while nobody else does."""
    with database.writing.connect() as connection:
        if database.is_sqlite:
            _pragma(connection, "foreign_keys=OFF")
        try:
            with connection.begin():
                if not database.is_sqlite:
                    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
                yield connection
                if database.is_sqlite:
                    _must_refer_to_something(connection)
        finally:
            if database.is_sqlite:
                _pragma(connection, "foreign_keys=ON")


def carry_out(connection: sa.Connection, models: Models, reviewed: Plan) -> None:
    """Do all steps of a plan that was looked at before, within `held`.

    Raises:
        WrongState: the database has changed since; or a step of the plan cannot be done.
    """
    current = plan(connection, models)
    if [step.sentence for step in current.steps] != [step.sentence for step in reviewed.steps]:
        raise WrongState(
            "The database has changed since the plan was made.", hint="Look at the plan again."
        )
    if current.problems:
        raise WrongState(
            "Some steps cannot be done: " + " ".join(step.sentence for step in current.problems),
            hint=" ".join(dict.fromkeys(step.problem for step in current.problems)),
        )
    acts = [act for step in current.steps for act in step.acts]
    outdated = [key for act in acts if isinstance(act, IndexWords) for key in act.entities]
    if outdated:
        models.index.clear(connection, outdated)
    hand = _Hand(connection)
    hand.create([act.table for act in acts if isinstance(act, CreateTable)])
    for act in sorted(acts, key=lambda act: _ORDER.index(type(act))):
        hand.perform(act)
    hand.copy_tables()
    models.index.build(connection, outdated)
    models.index.keep_up(connection)
    schema.keep(connection, current.after)


def backup(database: Database, target: Path) -> None:
    """A copy of a SQLite database as it is now, made while it is used.

    Raises:
        WrongState: the database is PostgreSQL, or the file is there already.
    """
    if not database.is_sqlite:
        raise WrongState(
            "PostgreSQL is backed up with its own tools.",
            hint="pg_dump --format=custom --file FILE, with the database's address.",
        )
    if target.exists():
        raise WrongState(f"{target} is there already.", hint="Name a file that is not.")
    with database.engine.connect() as connection:
        _cursor(connection).execute("VACUUM INTO ?", (str(target),))


class _Hand:
    """Performs acts in one transaction. SQLite's table copies are gathered and made last."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.operations = Operations(MigrationContext.configure(connection))
        self.preparer = connection.dialect.identifier_preparer
        self.copied: list[tuple[str, str, bool]] = []
        self.indexes: list[Act] = []

    def create(self, tables: Sequence[sa.Table]) -> None:
        for metadata, group in groupby(tables, key=lambda table: table.metadata):
            metadata.create_all(self.connection, tables=list(group), checkfirst=False)

    def perform(self, act: Act) -> None:
        match act:
            case CreateTable() | IndexWords():
                pass
            case RenameColumn(column, was, constraint):
                self._rename(column, was, constraint)
            case AddColumn(column):
                self._add(column)
            case Widen(column):
                if not self.is_sqlite:
                    self.operations.alter_column(column.table.name, column.name, type_=column.type)
            case Fill(column, value):
                empty = column.is_(None)
                statement = sa.update(column.table).where(empty).values({column.name: value})
                self.connection.execute(statement)
            case Relax(table, column_name):
                self._nullable(table, column_name, nullable=True)
            case Require(column):
                self._nullable(column.table.name, column.name, nullable=False)
            case DropIndex() | CreateIndex():
                self.indexes.append(act)

    def copy_tables(self) -> None:
        """What waits until columns are what they should be: copies of tables, then indexes."""
        for table, group in groupby(sorted(self.copied), key=lambda item: item[0]):
            self._copy(table, [(column, nullable) for _, column, nullable in group])
        for act in self.indexes:
            if isinstance(act, DropIndex):
                self.operations.drop_index(act.index, act.table)
            elif isinstance(act, CreateIndex):
                act.index.create(self.connection)

    def _rename(self, column: sa.Column[Any], was: str, constraint: str | None) -> None:
        table = column.table.name
        self.operations.alter_column(table, was, new_column_name=column.name)
        if constraint is not None and not self.is_sqlite:
            words = [table, constraint, f"fk_{table}_{column.name}"]
            table, before, after = (self.preparer.quote(word) for word in words)
            self.connection.exec_driver_sql(
                f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}"
            )

    def _add(self, column: sa.Column[Any]) -> None:
        """Add a column that may be empty, or that has a default of the database's."""
        table = column.table.name
        if not column.foreign_keys:
            is_open = column.nullable or column.server_default is None
            added = sa.Column(
                column.name, column.type, server_default=column.server_default, nullable=is_open
            )
            self.operations.add_column(table, added)
            return
        quote = self.preparer.quote
        kept_as = column.type.compile(self.connection.dialect)
        [target] = (key.column.table.name for key in column.foreign_keys)
        self.connection.exec_driver_sql(
            f"ALTER TABLE {quote(table)} ADD COLUMN {quote(column.name)} {kept_as} "
            f"CONSTRAINT {quote(f'fk_{table}_{column.name}')} "
            f"REFERENCES {quote(target)} (id) ON DELETE RESTRICT"
        )

    def _nullable(self, table: str, column: str, *, nullable: bool) -> None:
        if self.is_sqlite:
            self.copied.append((table, column, nullable))
        else:
            self.operations.alter_column(table, column, nullable=nullable)

    def _copy(self, table: str, changes: Sequence[tuple[str, bool]]) -> None:
        """Copy a SQLite table into one whose columns may, or may no longer, be empty.

        The highest number given so far is carried over, so that none is ever used again.
        """
        made_by = str(self.connection.scalar(_MADE_BY, {"table": table}))
        counted = self.connection.scalar(_COUNTED, {"table": table})
        counts_on = "AUTOINCREMENT" in made_by
        with self.operations.batch_alter_table(
            table, recreate="always", table_kwargs={"sqlite_autoincrement": counts_on}
        ) as batch:
            for column, nullable in changes:
                batch.alter_column(column, nullable=nullable)
        if counted is not None:
            self.connection.execute(_FORGET_COUNT, {"table": table})
            self.connection.execute(_COUNT_ON, {"table": table, "number": counted})


_MADE_BY = sa.text("SELECT sql FROM sqlite_master WHERE name = :table")
_COUNTED = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :table")
_FORGET_COUNT = sa.text("DELETE FROM sqlite_sequence WHERE name = :table")
_COUNT_ON = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :number)")


def _must_refer_to_something(connection: sa.Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(1)
    if broken:
        raise WrongState(
            f"Records of {broken[0][0]} refer to records of {broken[0][2]} that do not exist.",
            hint="Nothing was changed. Restore a backup, or mend these records first.",
        )


def _pragma(connection: sa.Connection, text: str) -> None:
    """Outside of any transaction: inside one SQLite would ignore it."""
    _cursor(connection).execute(f"PRAGMA {text}")


def _cursor(connection: sa.Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver.cursor()
