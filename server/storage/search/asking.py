"""Asking the index: which records hold all words, in what may be seen of them.

Everything is one question, of which each entity gives the newest of those that fit best: none of its
parts reads on when it has enough, so that a word that stands everywhere costs no more than a rare one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
MANY = 200
"""Words with the same beginning that are asked for one by one in SQLite."""
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
    """The records found, of each entity the newest, `limit` at most. Each once.

    Of an entity of which there may be more, also the newest that hold the words in the label.
    """
    places = tuple(places)
    asking = _Asking(connection, models, limit)
    terms = asking.there(terms)
    best: dict[RecordRef, int] = {}
    numbers = (asking.by_number(place) for place in places if place.number is not None)
    held = (part for place in places for part in asking.held(place, terms))
    for record, tier in asking.all([*numbers, *held]):
        best[record] = min(tier, best.get(record, tier))
    many = Counter(record.entity for record in best)
    named = (
        part
        for place in places
        if many[place.entity] >= limit
        for part in asking.named(place, terms)
    )
    best |= dict.fromkeys((record for record, _ in asking.all([*named])), NAMED)
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
        for place, terms in enumerate(map(asking.there, each))
        if terms
        for sight in sights
    ]
    return [(record.id, place) for record, place in asking.all(parts)]


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
        self.words: dict[Word, list[Word | str]] = {}
        self.is_sqlite = connection.dialect.name == "sqlite"
        self.part: Callable[[str, Sight, Terms, int], sa.Select[Any]] = (
            self._in_sqlite if self.is_sqlite else self._in_postgresql
        )

    def all(self, parts: Sequence[sa.Select[Any]]) -> Iterator[tuple[RecordRef, int]]:
        """What all parts find, in one question: as many as SQLite takes."""
        for first in range(0, len(parts), _PARTS):
            asked = parts[first : first + _PARTS]
            statement = sa.union_all(*asked) if len(asked) > 1 else asked[0]
            for entity, record_id, tier in self.connection.execute(statement):
                yield RecordRef(entity, record_id), tier

    def there(self, terms: Terms) -> Terms:
        """The same terms; without any if one of them stands nowhere.

        SQLite would gather all that begins with a word again for each part, so it is told the words.
        """
        if not self.is_sqlite:
            return terms
        known = [[one for word in term for one in self._beginning_with(word)] for term in terms]
        return known if all(known) else ()

    def by_number(self, place: Place) -> sa.Select[Any]:
        """The record with the number that was asked for."""
        table = self.models.tables[place.entity]
        told = _told(place.entity, table.c.id, NUMBERED)
        statement = sa.select(*told).where(table.c.id == place.number)
        return statement if place.reach is None else statement.where(place.reach)

    def held(self, place: Place, terms: Terms) -> Iterator[sa.Select[Any]]:
        """The records that hold the terms, in what may be seen of them."""
        for sight in place.sights if terms else ():
            yield _limited(self.part(place.entity, sight, terms, HELD))

    def named(self, place: Place, terms: Terms) -> Iterator[sa.Select[Any]]:
        """Those that hold them in the label."""
        for sight in place.sights if terms else ():
            if SLOTS[0] in sight.slots and len(sight.slots) > 1:
                named = Sight(SLOTS[0], sight.within)
                yield _limited(self.part(place.entity, named, terms, NAMED))

    def _beginning_with(self, word: Word | str) -> list[Word | str]:
        """The words of SQLite's index that begin so; the beginning itself if they are too many."""
        if isinstance(word, str) or not word.is_beginning or not word.folded.isascii():
            return [word]
        if len(word.folded) <= sqlite.LONGEST_BEGINNING:
            return [word]
        if word not in self.words:
            term: sa.ColumnClause[str] = sa.column("term")
            statement = (
                sa.select(term)
                .select_from(sa.table(sqlite.WORDS))
                .where(term >= word.folded, term < f"{word.folded}\U0010ffff")
                .limit(MANY + 1)
            )
            found = self.connection.scalars(statement).all()
            self.words[word] = [word] if len(found) > MANY else [*found]
        return self.words[word]

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
