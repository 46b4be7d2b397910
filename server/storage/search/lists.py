"""Words searched for within a list: a condition of the records that hold them, by the index of words."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from server.storage.models import Models
from server.storage.search import sqlite
from server.storage.search.asking import INDEX, Sight, Terms, matches, words_hold

FEW = 500
"""Records that are found by so rare words that they are told one by one."""


def holding(
    connection: sa.Connection,
    models: Models,
    entity: str,
    sights: Iterable[Sight],
    terms: Terms,
    *,
    newest: int | None = None,
) -> sa.ColumnElement[bool]:
    """Holds of the records that hold all words, in what may be seen of them.

    With `newest` no more than so many are looked for in SQLite, the newest of them: enough where
    nothing else narrows, and nobody reads further. PostgreSQL stops by itself at words that are often
    found; what few hold it is asked for beforehand, as it takes a beginning for more than it is.
    """
    table = models.tables[entity]
    is_sqlite = connection.dialect.name == "sqlite"
    ways: list[sa.ColumnElement[bool]] = []
    for sight in sights:
        most = newest if sight.within is None else None
        found = (
            table.c.id.in_(_in_sqlite(models, entity, sight, terms, most))
            if is_sqlite
            else words_hold(table, terms, sight.slots)
        )
        ways.append(found if sight.within is None else sa.and_(found, sight.within))
    held = sa.or_(sa.false(), *ways)
    if is_sqlite:
        return held
    few = connection.scalars(sa.select(table.c.id).where(held).limit(FEW + 1)).all()
    return table.c.id.in_(few) if len(few) <= FEW else held


def _in_sqlite(
    models: Models, entity: str, sight: Sight, terms: Terms, most: int | None
) -> sa.Select[tuple[int]]:
    number = models.index.numbers[entity]
    first, row = sqlite.first_row(number), INDEX.c.rowid
    found = sa.select(row - first).where(
        matches(terms, sight.slots), row > first, row <= sqlite.last_row(number)
    )
    return found if most is None else found.order_by(row.desc()).limit(most)
