"""Asking the index: which records hold all words, in what may be seen of them.

Everything is one question, of which each entity gives the newest of those that fit best: none of its
parts reads on when it has enough, so that a word that stands everywhere costs no more than a rare one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSQUERY

from server.domain.searching import LETTERS, Hit, Word
from server.domain.values import RecordRef
from server.storage.models import Models
from server.storage.search import postgresql, sqlite
from server.storage.search.slots import SLOTS

NUMBERED, NAMED, HELD = 0, 1, 2
"""Tiers: it is the number; all words stand in the label; they stand somewhere."""
FEW = 300
"""Records of somebody's own that are so few are looked at one by one in SQLite."""
_PARTS = 400
"""Parts of one statement; SQLite takes 500."""
INDEX: sa.TableClause = sa.table(sqlite.INDEX, sa.column("rowid"), sa.column(sqlite.INDEX))

Terms = Sequence[Iterable[Word | str]]
"""What must be found: of each, one of these; a `Word` as a beginning, a text as a whole word."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Some of the slots of an entity, with what holds of records of which these may be seen."""

    slots: str
    within: sa.ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where to look: an entity, what may be seen of it, and the id that was meant as a number."""

    entity: str
    sights: Sequence[Sight] = ()
    number: int | None = None
    reach: sa.ColumnElement[bool] | None = None


def hits(
    connection: sa.Connection, models: Models, places: Iterable[Place], terms: Terms, limit: int
) -> list[Hit]:
    """The records found, of each entity and tier the newest, `limit` at most. Each once."""
    asking = _Asking(connection, models, limit)
    best: dict[RecordRef, int] = {}
    source = asking.parts(places, terms)
    while parts := list(islice(source, _PARTS)):
        statement = sa.union_all(*parts) if len(parts) > 1 else parts[0]
        for entity, record_id, tier in connection.execute(statement):
            record = RecordRef(entity, record_id)
            best[record] = min(tier, best.get(record, tier))
    return [Hit(record, tier) for record, tier in best.items()]


def alike(
    connection: sa.Connection,
    models: Models,
    entity: str,
    sights: Sequence[Sight],
    each: Sequence[Terms],
    limit: int,
) -> list[tuple[int, int]]:
    """Records of an entity of which one of `each` holds, and which of them, the newest of each."""
    asking = _Asking(connection, models, limit)
    parts = [
        _limited(asking.part(entity, sight, terms, place))
        for place, terms in enumerate(each)
        for sight in sights
    ]
    if not parts:
        return []
    statement = sa.union_all(*parts) if len(parts) > 1 else parts[0]
    return [(record_id, place) for _, record_id, place in connection.execute(statement)]


def known(connection: sa.Connection, words: Iterable[str]) -> frozenset[str]:
    """Those of the words that stand in the index; in PostgreSQL that is not looked up."""
    if connection.dialect.name != "sqlite":
        return frozenset(words)
    term: sa.ColumnClause[str] = sa.column("term")
    there = sa.select(term).select_from(sa.table(sqlite.WORDS)).where(term.in_(sorted(words)))
    return frozenset(connection.scalars(there))


class _Asking:
    def __init__(self, connection: sa.Connection, models: Models, limit: int) -> None:
        self.connection = connection
        self.models = models
        self.limit = limit
        self.few: dict[int, Sequence[int]] = {}
        is_sqlite = connection.dialect.name == "sqlite"
        self.part: Callable[[str, Sight, Terms, int], sa.Select[Any]] = (
            self._in_sqlite if is_sqlite else self._in_postgresql
        )

    def parts(self, places: Iterable[Place], terms: Terms) -> Iterator[sa.Select[Any]]:
        """A query for each entity, of what may be seen, and tier."""
        for place in places:
            if place.number is not None:
                yield self._by_number(place, place.number)
            if not terms:
                continue
            for sight in place.sights:
                if SLOTS[0] in sight.slots:
                    named = Sight(SLOTS[0], sight.within)
                    yield _limited(self.part(place.entity, named, terms, NAMED))
                if sight.slots != SLOTS[0]:
                    yield _limited(self.part(place.entity, sight, terms, HELD))

    def _by_number(self, place: Place, number: int) -> sa.Select[Any]:
        table = self.models.tables[place.entity]
        statement = sa.select(*_told(place.entity, table.c.id, NUMBERED)).where(
            table.c.id == number
        )
        return statement if place.reach is None else statement.where(place.reach)

    def _in_postgresql(self, entity: str, sight: Sight, terms: Terms, tier: int) -> sa.Select[Any]:
        table = self.models.tables[entity]
        statement = (
            sa.select(*_told(entity, table.c.id, tier))
            .where(words_hold(table, terms, sight.slots))
            .order_by(table.c.id.desc())
            .limit(self.limit)
        )
        return statement if sight.within is None else statement.where(sight.within)

    def _in_sqlite(self, entity: str, sight: Sight, terms: Terms, tier: int) -> sa.Select[Any]:
        number = self.models.index.numbers[entity]
        first = sqlite.first_row(number)
        row = INDEX.c.rowid
        statement = (
            sa.select(*_told(entity, row - first, tier))
            .where(matches(terms, sight.slots))
            .order_by(row.desc())
            .limit(self.limit)
        )
        if sight.within is None:
            return statement.where(row > first, row <= sqlite.last_row(number))
        table = self.models.tables[entity]
        few = self.few.get(id(sight.within))
        if few is None:
            own = sa.select(table.c.id).where(sight.within).limit(FEW + 1)
            few = self.few[id(sight.within)] = self.connection.scalars(own).all()
        if len(few) <= FEW:
            return statement.where(row.in_([first + record_id for record_id in few]))
        its_own = sa.exists().where(table.c.id == row - first, sight.within)
        return statement.where(row > first, row <= sqlite.last_row(number), its_own)


def _told(entity: str, record_id: Any, tier: int) -> tuple[Any, Any, Any]:
    told = (
        sa.literal(entity, sa.Text()).label("entity"),
        sa.literal(tier, sa.Integer()).label("tier"),
    )
    return told[0], record_id.label("id"), told[1]


def _limited(part: sa.Select[Any]) -> sa.Select[Any]:
    """A part with an order and an end of its own, which a union can only hold inside."""
    inner = part.subquery()
    return sa.select(inner.c.entity, inner.c.id, inner.c.tier)


def matches(terms: Terms, slots: str) -> sa.ColumnElement[bool]:
    """FTS5's own language, in which nothing but our quotes means anything."""
    each = (" OR ".join(map(_fts5, term)) for term in terms)
    joined = " AND ".join(f"({one})" for one in each)
    only = "" if set(slots) == set(SLOTS) else f"{{{' '.join(slots)}}} : "
    return sa.literal_column(sqlite.INDEX).op("MATCH")(sa.literal(f"{only}({joined})"))


def _fts5(term: Word | str) -> str:
    if isinstance(term, str):
        return f'"{term}"'
    return f'"{_plain(term)}"{"*" if term.is_beginning else ""}'


def _plain(word: Word) -> str:
    """The word with those letters replaced that the triggers replace."""
    return "".join(LETTERS.get(letter, letter) for letter in word.written)


def words_hold(table: sa.Table, terms: Terms, slots: str) -> sa.ColumnElement[bool]:
    column: sa.ColumnClause[Any] = sa.column(postgresql.WORDS, _selectable=table)
    only = "" if set(slots) == set(SLOTS) else slots.upper()
    each = (" | ".join(_tsquery(one, only) for one in term) for term in terms)
    asked = sa.cast(sa.literal(" & ".join(f"({one})" for one in each)), TSQUERY())
    return column.op("@@")(asked)


def _tsquery(term: Word | str, slots: str) -> str:
    """A word of which no letter means anything, in PostgreSQL's own language."""
    text = term if isinstance(term, str) else term.folded
    beginning = "*" if isinstance(term, Word) and term.is_beginning else ""
    marks = f":{beginning}{slots}" if beginning or slots else ""
    return f"'{text}'{marks}"
