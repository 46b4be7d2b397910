"""The index of words in PostgreSQL: a generated column of each table, with a GIN index on it.

The words are folded by expressions of the database's own, so that neither an extension nor a
dictionary is needed. What a column was made for stands in its comment.
"""

from __future__ import annotations

import hashlib

import sqlalchemy as sa

from server.storage.search.slots import CHARACTERS, Slots, literal, plain, shown

WORDS = "procedura_words"
"""The column; it is no field, and no row of a record shows it."""
_PENDING_KB = 256
"""Words that wait outside of the tree of an index, and are read one by one by every search."""
_PUNCTUATION = (
    "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0·…\u2013\u2014\u2018\u2019\u201c\u201d„«»\u2039\u203a"
)


def made_for(slots: Slots) -> str:
    """What tells one expression from another: the comment of the column."""
    return hashlib.sha256(_words(slots).encode()).hexdigest()[:16]


def there(connection: sa.Connection) -> dict[str, str]:
    """The tables that have the column, and what it was made for."""
    return {row.name: row.made for row in connection.execute(_THERE, {"column": WORDS})}


def create(connection: sa.Connection, slots: Slots) -> None:
    """The column with its index; the words of records that there are come with it."""
    table = _quoted(slots.entity.key)
    run = connection.exec_driver_sql
    run(
        f"ALTER TABLE {table} ADD COLUMN {WORDS} tsvector "
        f"GENERATED ALWAYS AS ({_words(slots)}) STORED".replace("%", "%%")
    )
    run(f"COMMENT ON COLUMN {table}.{WORDS} IS '{made_for(slots)}'")
    run(
        f"CREATE INDEX {_quoted(f'words_{slots.entity.key}')} ON {table} "
        f"USING gin ({WORDS}) WITH (gin_pending_list_limit = {_PENDING_KB})"
    )


def clear(connection: sa.Connection, entity: str) -> None:
    connection.exec_driver_sql(f"ALTER TABLE {_quoted(entity)} DROP COLUMN IF EXISTS {WORDS}")


def _words(slots: Slots) -> str:
    return " || ".join(
        f"setweight(to_tsvector('simple', {_folded(slot_text)}), '{slot.upper()}')"
        for slot, slot_text in (
            (
                slot,
                " || ' ' || ".join(
                    f"coalesce({shown(item, _quoted(item.key))}, '')" for item in items
                ),
            )
            for slot, items in slots.fields
        )
    )


def _folded(text: str) -> str:
    """As `folded` of `domain.searching` does it; what is no word is blank."""
    bare = f"regexp_replace(normalize(left({text}, {CHARACTERS}), NFD), '[\\u0300-\\u036f]+', '', 'g')"
    blank = f"translate({bare}, {literal(_PUNCTUATION)}, {literal(' ' * len(_PUNCTUATION))})"
    return f"normalize(lower({plain(blank)}), NFC)"


def _quoted(name: str) -> str:
    return f'"{name}"'


_THERE = sa.text(
    "SELECT c.relname AS name, coalesce(col_description(c.oid, a.attnum), '') AS made FROM pg_attribute a "
    "JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
    "WHERE a.attname = :column AND NOT a.attisdropped AND c.relkind = 'r' "
    "AND n.nspname = current_schema()"
)
