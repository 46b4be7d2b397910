"""The index of words as a whole: made with the tables, compared with the entities, built anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from server.domain.entity import Entity
from server.storage.search import postgresql, sqlite
from server.storage.search.slots import Slots

VERSION = 1
"""Goes up when words are told apart otherwise, so that every index is built anew."""


@dataclass(frozen=True)
class Index:
    """What the index of words is made of, for these entities."""

    entities: Mapping[str, Entity]

    @cached_property
    def slots(self) -> Mapping[str, Slots]:
        """Of each entity that has a text to be found by, where its texts stand."""
        each = {key: Slots(entity) for key, entity in self.entities.items()}
        return {key: slots for key, slots in each.items() if slots}

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The number of each entity within SQLite's index."""
        return sqlite.numbers(self.entities)

    @cached_property
    def described(self) -> Any:
        """All that the database must have, whatever kind it is."""
        return [VERSION, {key: [*self._triggers(key).values()] for key in sorted(self.slots)}]

    def attend(self, table: sa.Table) -> None:
        """Whenever the table is made, have its words indexed."""
        if table.name in self.slots:
            sa.event.listen(table, "after_create", self._made)

    def outdated(self, connection: sa.Connection, tables: Iterable[str]) -> tuple[str, ...]:
        """Those of the tables, all of them there, whose words are not indexed as they should be.

        SQLite's index keeps no texts, so that nothing can be taken out that was put in otherwise:
        if one entity is outdated, all are.
        """
        present = [key for key in tables if key in self.slots]
        if connection.dialect.name == "sqlite":
            there = sqlite.existing_triggers(connection)
            wanted = {name: told for key in present for name, told in self._triggers(key).items()}
            fits = sqlite.has_index(connection) and wanted.items() <= there.items()
            return () if fits or not present else tuple(present)
        known = postgresql.there(connection)
        return tuple(
            key for key in present if known.get(key) != postgresql.made_for(self.slots[key])
        )

    def can_be_kept(self, connection: sa.Connection) -> bool:
        """Whether this database knows what accents are."""
        is_sqlite = connection.dialect.name == "sqlite"
        return is_sqlite or connection.scalar(sa.text("SHOW server_encoding")) == "UTF8"

    def clear(self, connection: sa.Connection, entities: Sequence[str]) -> None:
        """Forget the words of these entities, before their tables are changed."""
        if connection.dialect.name == "sqlite":
            sqlite.clear(connection)
            return
        known = postgresql.there(connection)
        for key in entities:
            if key in known:
                postgresql.clear(connection, key)

    def build(self, connection: sa.Connection, entities: Sequence[str]) -> None:
        """Index the words of all records of these entities that there are."""
        for key in entities:
            if connection.dialect.name == "sqlite":
                sqlite.create_index(connection)
                sqlite.fill(connection, self.slots[key], self.numbers[key])
                sqlite.create_triggers(connection, self._triggers(key))
            else:
                postgresql.create(connection, self.slots[key])

    def keep_up(self, connection: sa.Connection) -> None:
        """Go on after tables were copied, as SQLite does it: their triggers went with the old ones."""
        if connection.dialect.name == "sqlite" and sqlite.has_index(connection):
            for key in self.slots:
                sqlite.create_triggers(connection, self._triggers(key))

    def _made(self, target: sa.Table, connection: sa.Connection, **_: Any) -> None:
        if connection.dialect.name == "sqlite":
            sqlite.create_index(connection)
            sqlite.create_triggers(connection, self._triggers(target.name))
        else:
            postgresql.create(connection, self.slots[target.name])

    def _triggers(self, entity: str) -> Mapping[str, str]:
        return sqlite.triggers(self.slots[entity], self.numbers[entity])
