"""Statements of hot rows, made ready once and then handed to the driver as they are.

SQLAlchemy Core writes them and knows how each type is kept; executing one through it again and
again would cost more than most of them take in the database (decision 014). What the driver refuses
is raised as Core raises it.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

Given = Mapping[str, Any]
_Process = Callable[[Any], Any]
_NOTHING: Given = {}


def insertion(table: sa.Table, *, numbered: bool = False) -> Prepared:
    """An insert of a whole row; its `id` is given by the database, and told if `numbered`."""
    values: dict[str, Any] = {
        item.name: sa.bindparam(item.name) for item in table.c if item.name != "id"
    }
    statement = table.insert().values(values)
    return Prepared(statement.returning(table.c.id) if numbered else statement)


class Prepared:
    """One statement; what it is given are its `bindparam`s, as Python values.

    Rows come with attributes named as the columns. A statement with an `IN` list of its own cannot
    be prepared.
    """

    def __init__(self, statement: sa.Select[Any] | sa.Insert | sa.Update) -> None:
        self.statement = statement
        self._ready: dict[str, _Ready] = {}

    def all(self, connection: sa.Connection, given: Given = _NOTHING) -> list[Any]:
        """Every row found."""
        ready, cursor = self._run(connection, given)
        found = ready.rows(cursor)
        cursor.close()
        return found

    def first(self, connection: sa.Connection, given: Given = _NOTHING) -> Any | None:
        """The first row found; None when there is none."""
        found = self.all(connection, given)
        return found[0] if found else None

    def changed(self, connection: sa.Connection, given: Given) -> int:
        """Write; how many rows were written."""
        _, cursor = self._run(connection, given)
        count = int(cursor.rowcount)
        cursor.close()
        return count

    def number(self, connection: sa.Connection, given: Given) -> int:
        """Insert; the id of the new row."""
        row = self.first(connection, given)
        assert row is not None
        return int(row[0])

    def many(self, connection: sa.Connection, rows: Sequence[Given]) -> None:
        """Write each of these."""
        if len(rows) == 1:
            self.changed(connection, rows[0])
            return
        ready = self._for(connection)
        cursor = connection.connection.cursor()
        parameters = [ready.parameters(given) for given in rows]
        try:
            connection.dialect.do_executemany(cursor, ready.text, parameters)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, ready.text, parameters, error) from error
        cursor.close()

    def _run(self, connection: sa.Connection, given: Given) -> tuple[_Ready, Any]:
        ready = self._for(connection)
        cursor = connection.connection.cursor()
        parameters = ready.parameters(given)
        try:
            connection.dialect.do_execute(cursor, ready.text, parameters)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _told(connection, ready.text, parameters, error) from error
        return ready, cursor

    def _for(self, connection: sa.Connection) -> _Ready:
        name = connection.dialect.name
        ready = self._ready.get(name)
        if ready is None:
            ready = self._ready[name] = _Ready(self.statement, connection.dialect)
        return ready


class _Ready:
    """A statement as text for one kind of database, with what makes values fit on both ways."""

    def __init__(self, statement: Any, dialect: sa.Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self._dialect = dialect
        self._defaults = {
            name: bind.value for name, bind in compiled.binds.items() if not bind.required
        }
        names: Sequence[str] = compiled.positiontup or tuple(compiled.binds)
        self._binds: list[tuple[str, _Process | None]] = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in names
        ]
        self._is_positional = compiled.positional
        columns = statement.exported_columns if statement.is_dml else statement.selected_columns
        self._types = [column.type for column in columns]
        self._made = _row_of(columns.keys())
        self._results: list[tuple[int, _Process]] | None = None

    def parameters(self, given: Given) -> Any:
        """What the driver is given: a list in order, or a mapping, as it takes them."""
        values = {**self._defaults, **given} if self._defaults else given
        if self._is_positional:
            return [
                values[name] if process is None else process(values[name])
                for name, process in self._binds
            ]
        return {
            name: values[name] if process is None else process(values[name])
            for name, process in self._binds
        }

    def rows(self, cursor: Any) -> list[Any]:
        """What was found, as Python values."""
        raw = cursor.fetchall()
        if not raw:
            return []
        if self._results is None:
            self._results = self._processors(cursor.description)
        made = self._made
        if not self._results:
            return [made(values) for values in raw]
        found = []
        for values in raw:
            row = list(values)
            for place, process in self._results:
                row[place] = process(row[place])
            found.append(made(row))
        return found

    def _processors(self, description: Sequence[Any]) -> list[tuple[int, _Process]]:
        processors = (
            (place, kind.dialect_impl(self._dialect).result_processor(self._dialect, told[1]))
            for place, (kind, told) in enumerate(zip(self._types, description, strict=True))
        )
        return [(place, process) for place, process in processors if process is not None]


def _row_of(names: Iterable[str]) -> Callable[[Iterable[Any]], Any]:
    """What makes values into a row with these names."""
    kind: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024
    made: Callable[[Iterable[Any]], Any] = kind._make
    return made


def _told(connection: sa.Connection, text: str, parameters: Any, error: Any) -> BaseException:
    """What the driver raised, as SQLAlchemy's own error of the same meaning."""
    dialect = connection.dialect
    driver: Any = connection.connection.dbapi_connection
    is_gone = dialect.is_disconnect(error, driver, None)
    if is_gone:
        connection.invalidate(error)
    told: BaseException = DBAPIError.instance(
        text,
        parameters,
        error,
        dialect.loaded_dbapi.Error,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
    return told
