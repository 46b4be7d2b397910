"""The index of words in SQLite: one FTS5 table for all entities, written by triggers.

The row of a record is its id plus a number of its entity, so that the records of one entity are a
range, the newest last. The table keeps no texts: what is taken out must be told as it was put in,
which triggers do with the old row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zlib import crc32

import sqlalchemy as sa

from server.storage.search.slots import CHARACTERS, SLOTS, Slots, plain, shown

INDEX = "procedura_search"
WORDS = f"{INDEX}_words"
"""Every word of the index, to look it up."""
LONGEST_BEGINNING = 3
"""Beginnings of so many letters the index keeps, too."""
_BITS = 40
"""A record's id has no more than these; the number of its entity stands above them."""
_NUMBERS = 2**22
_TRIGGERS = ("new", "changed", "gone")
_COLUMNS = ", ".join(SLOTS)


def numbers(entities: Iterable[str]) -> dict[str, int]:
    """A number for each entity that stays the same when others come and go, as far as can be."""
    found: dict[str, int] = {}
    for key in sorted(entities):
        number = crc32(key.encode()) % _NUMBERS
        while number in found.values():
            number = (number + 1) % _NUMBERS
        found[key] = number
    return found


def first_row(number: int) -> int:
    """The row before the first record of the entity with this number."""
    return number << _BITS


def last_row(number: int) -> int:
    return (number + 1 << _BITS) - 1


def has_index(connection: sa.Connection) -> bool:
    return bool(connection.scalar(_NAMED, {"name": INDEX}))


def create_index(connection: sa.Connection) -> None:
    """The empty index, unless there is one."""
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} USING fts5({_COLUMNS}, content='', "
        "columnsize=0, prefix='2 3', tokenize='unicode61 remove_diacritics 2')"
    )
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5vocab('{INDEX}', 'row')"
    )


def triggers(slots: Slots, number: int) -> Mapping[str, str]:
    """The triggers that keep the index of an entity, by name."""
    table = _quoted(slots.entity.key)
    columns = ", ".join(map(_quoted, slots.columns))
    differs = " OR ".join(f"old.{_quoted(key)} IS NOT new.{_quoted(key)}" for key in slots.columns)
    old, new = _row(slots, number, "old"), _row(slots, number, "new")
    put_in = f"INSERT INTO {INDEX}(rowid, {_COLUMNS}) VALUES ({new});"  # noqa: S608  our names
    taken_out = f"INSERT INTO {INDEX}({INDEX}, rowid, {_COLUMNS}) VALUES ('delete', {old});"  # noqa: S608  our names
    when = {
        "new": f"AFTER INSERT ON {table} BEGIN {put_in} END",
        "changed": f"AFTER UPDATE OF {columns} ON {table} WHEN {differs} "
        f"BEGIN {taken_out} {put_in} END",
        "gone": f"AFTER DELETE ON {table} BEGIN {taken_out} END",
    }
    named = {_trigger(slots.entity.key, kind): told for kind, told in when.items()}
    return {name: f"CREATE TRIGGER {_quoted(name)} {told}" for name, told in named.items()}


def existing_triggers(connection: sa.Connection) -> dict[str, str]:
    """All triggers of ours that there are."""
    return {row.name: row.sql for row in connection.execute(_TRIGGERS_THERE)}


def create_triggers(connection: sa.Connection, wanted: Mapping[str, str]) -> None:
    """Those of the triggers that are not there."""
    there = existing_triggers(connection)
    for name, statement in wanted.items():
        if name not in there:
            connection.exec_driver_sql(statement)


def clear(connection: sa.Connection) -> None:
    """Forget all words, and keep none any more."""
    for name in existing_triggers(connection):
        connection.exec_driver_sql(f"DROP TRIGGER {_quoted(name)}")
    for table in (WORDS, INDEX):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")


def fill(connection: sa.Connection, slots: Slots, number: int) -> None:
    """Put the words of all records in that there are."""
    table = _quoted(slots.entity.key)
    rows = f"SELECT {_row(slots, number, table)} FROM {table} ORDER BY id"  # noqa: S608  our names
    connection.exec_driver_sql(f"INSERT INTO {INDEX}(rowid, {_COLUMNS}) {rows}")


def _row(slots: Slots, number: int, row: str) -> str:
    """The values of the index's row, from those of a record's row."""
    texts = dict.fromkeys(SLOTS, "NULL")
    for slot, items in slots.fields:
        told = [f"coalesce({shown(item, f'{row}.{_quoted(item.key)}')}, '')" for item in items]
        joined = " || ' ' || ".join(told)
        texts[slot] = plain(f"substr({joined}, 1, {CHARACTERS})")
    return ", ".join([f"{first_row(number)} + {row}.id", *texts.values()])


def _trigger(entity: str, kind: str) -> str:
    return f"{INDEX}_{entity}_{kind}"


def _quoted(name: str) -> str:
    return f'"{name}"'


_NAMED = sa.text("SELECT 1 FROM sqlite_master WHERE name = :name")
_TRIGGERS_THERE = sa.text(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name GLOB 'procedura_search_*'"
)
