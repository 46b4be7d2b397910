"""Writes batches of rows: one statement a table on SQLite, COPY on PostgreSQL; indexes come last."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from benchmarks.crowd.copies import Batch
from benchmarks.crowd.lives import KEPT, REQUEST
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models


class Writer:
    """Writes batches into the tables, which have no indexes meanwhile."""

    def __init__(self, database: Database, models: Models) -> None:
        self._database = database
        self._words = models.index
        self._tables = (models.tables[REQUEST], *KEPT, tables.change)
        self._indexes = [index for table in self._tables for index in table.indexes]

    def bare(self) -> None:
        with self._database.write() as connection:
            self._words.clear(connection, [REQUEST])
            for index in self._indexes:
                index.drop(connection)

    def write(self, batch: Batch) -> None:
        with self._database.write() as connection:
            for table in self._tables:
                rows = batch.get(table.name)
                if rows and self._database.is_sqlite:
                    text = str(table.insert().compile(dialect=connection.dialect))
                    connection.exec_driver_sql(text, rows)
                elif rows:
                    _copy(connection, table, rows)

    def finish(self) -> None:
        """Make indexes, and have numbers go on after the last.

        PostgreSQL counts, as it does by itself before long; SQLite is left as the product leaves it.
        """
        with self._database.write() as connection:
            for index in self._indexes:
                index.create(connection)
            # SQLite has one index of words, which was forgotten as a whole
            of = [*self._words.slots] if self._database.is_sqlite else [REQUEST]
            self._words.build(connection, of)
            if not self._database.is_sqlite:
                for table in sa.inspect(connection).get_table_names():
                    _go_on(connection, table)
        if not self._database.is_sqlite:
            with self._database.writing.connect() as connection:
                connection.exec_driver_sql("ANALYZE")
                connection.commit()


def _copy(connection: sa.Connection, table: sa.Table, rows: list[tuple[Any, ...]]) -> None:
    preparer = connection.dialect.identifier_preparer
    named = ", ".join(preparer.format_column(column) for column in table.columns)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        into = f"COPY {preparer.format_table(table)} ({named}) FROM STDIN"
        with cursor.copy(into) as copied:
            for row in rows:
                copied.write_row(row)


def _go_on(connection: sa.Connection, table: str) -> None:
    """The next number of a table's sequence comes after all that are there."""
    name = connection.dialect.identifier_preparer.quote(table)
    has_number = sa.text(
        "SELECT pg_get_serial_sequence(:table, 'id') FROM information_schema.columns "
        "WHERE table_schema = 'public' AND table_name = :name AND column_name = 'id'"
    )
    sequence = connection.scalar(has_number, {"table": name, "name": table})
    if sequence is not None:
        connection.exec_driver_sql(
            f"SELECT setval('{sequence}', coalesce(max(id), 0) + 1, false) FROM {name}"
        )
