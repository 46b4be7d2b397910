"""Searching everything at once: records by their number or by words, as far as somebody may read.

What may not be read is not found, and nothing that is told depends on it: a word in a hidden field
is no hit, and excerpts are taken from what is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from server.domain import searching
from server.domain.actor import Actor
from server.domain.entity import Entity, Field
from server.domain.role import Operation
from server.domain.searching import Asked, Hit, Piece, Word
from server.domain.values import Kind, RecordRef
from server.storage.lookup import LARGEST_ID
from server.storage.search import asking, lists
from server.storage.search.asking import Place, Sight, Terms
from server.usecases import showing
from server.usecases.app import App
from server.usecases.rights import Rights
from server.usecases.running import Running
from server.usecases.views import RecordTitle

MOST = 10
"""Records of one entity that are told; of more, that there are more."""
LOOKED_AT = 40
"""Records of one entity, the newest of those that fit best, among which the best are told."""
LONGEST, WORDS = 200, searching.WORDS
"""Characters and words of a search that count."""


@dataclass(frozen=True, slots=True)
class Found:
    """A record that was found, and why: its title, and a text of it, in pieces."""

    title: RecordTitle
    label: tuple[Piece, ...]
    field: str = ""
    excerpt: tuple[Piece, ...] = ()
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class FoundOf:
    """What was found of one entity, the best first; `more` if that is not all."""

    entity: Entity
    found: tuple[Found, ...]
    more: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found. `almost` if nothing holds the words, but these hold ones like them."""

    asked: Asked
    found: tuple[FoundOf, ...] = ()
    almost: bool = False

    @property
    def only(self) -> RecordRef | None:
        """The record whose number was asked for, if nothing else was found."""
        everything = [one for group in self.found for one in group.found]
        is_one = len(everything) == 1 and everything[0].is_number
        return everything[0].title.record if is_one else None


def everything(app: App, actor: Actor, text: str) -> Answer:
    """Search all records that the actor may read. Whatever is typed has an answer."""
    asked = searching.asked(text[:LONGEST])
    asked = replace(asked, more=asked.more or len(text) > LONGEST)
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        return _Search(running, asked).answer()


class _Search:
    def __init__(self, running: Running, asked: Asked) -> None:
        self.running = running
        self.asked = asked
        self.also: frozenset[str] = frozenset()

    def answer(self) -> Answer:
        places = list(self._places())
        hits = self._hits(places, [[word] for word in self.asked.words])
        if not hits and (terms := self._resembling()):
            hits = self._hits(places, terms)
        groups = tuple(self._groups(hits))
        return Answer(self.asked, groups, almost=bool(self.also and groups))

    def _places(self) -> Iterable[Place]:
        rights = self.running.rights
        for key, entity in self.running.app.definitions.entities.items():
            if not rights.may(Operation.READ, key):
                continue
            number = entity.record_id(self.asked.text) if entity.number else None
            yield Place(
                key,
                tuple(sights_of(rights, key)),
                number if number is not None and number <= LARGEST_ID else None,
                rights.reach(Operation.READ, key),
            )

    def _hits(self, places: Sequence[Place], terms: Terms) -> list[Hit]:
        models, connection = self.running.app.models, self.running.connection
        if not terms:
            places = [replace(place, sights=()) for place in places]
        return asking.hits(connection, models, places, terms, LOOKED_AT)

    def _resembling(self) -> list[list[Word | str]]:
        """The words, those that may be mistyped beside what they may have been meant to be."""
        words = self.asked.words
        like = {word: searching.resembling(word) for word in words}
        mistyped = [word for word in words if like[word]][: searching.MISTYPED]
        there = asking.known(
            self.running.connection, {one for word in mistyped for one in like[word]}
        )
        self.also = frozenset(there)
        if not there:
            return []
        return [
            [word, *sorted(like[word] & there)] if word in mistyped else [word] for word in words
        ]

    def _groups(self, hits: Sequence[Hit]) -> Iterable[FoundOf]:
        by_entity: dict[str, list[Hit]] = {}
        for hit in sorted(hits, key=lambda hit: (hit.tier, -hit.record.id)):
            by_entity.setdefault(hit.record.entity, []).append(hit)
        looked_at = [hit for of_entity in by_entity.values() for hit in of_entity]
        refs = [hit.record for hit in looked_at]
        titles = showing.record_titles(self.running, refs)
        hidden = self.running.rights.hidden(self.running.connection, refs)
        groups: list[tuple[tuple[int, ...], FoundOf]] = []
        for key, of_entity in by_entity.items():
            entity = self.running.app.definitions.entities[key]
            found = [
                self._found(entity, hit, titles[hit.record], hidden[hit.record])
                for hit in of_entity
            ]
            ranked = sorted(found, key=lambda one: one[0])
            told = FoundOf(entity, tuple(one for _, one in ranked[:MOST]), len(of_entity) > MOST)
            groups.append((ranked[0][0][:2], told))
        return [told for _, told in sorted(groups, key=lambda group: group[0])]

    def _found(
        self, entity: Entity, hit: Hit, title: RecordTitle, hidden: frozenset[str]
    ) -> tuple[tuple[int, ...], Found]:
        """A record as it is told, with what ranks it: the less, the better."""
        words = self.asked.words
        label = tuple(searching.marked(title.label, words, self.also))
        whole = searching.whole_words(title.label, words)
        in_label = len(set(searching.standing_in(title.label, words))) == len(words)
        tier = min(hit.tier, asking.NAMED) if words and in_label else hit.tier
        found = Found(title, label, is_number=hit.tier == asking.NUMBERED)
        for item in texts_of(self.running, entity):
            value = self.running.records.field(hit.record, item.key)
            if item.key in hidden or not isinstance(value, str) or item.key == entity.label:
                continue
            text = item.title_of(value) if item.type.kind is Kind.CHOICE else value
            pieces = searching.excerpt(text, words, self.also)
            if pieces:
                found = replace(found, field=item.title, excerpt=tuple(pieces))
                break
        return (tier, -whole, -hit.record.id), found


def texts_of(running: Running, entity: Entity) -> list[Field]:
    slots = running.app.models.index.slots.get(entity.key)
    return [item for _, items in slots.fields for item in items] if slots else []


def has_words(text: str) -> bool:
    """Whether there is something in it that the index of words could know."""
    return bool(searching.asked(text[:LONGEST]).words)


def within_list(
    connection: sa.Connection, rights: Rights, entity: Entity, text: str, newest: int | None
) -> sa.ColumnElement[bool]:
    """Holds of the records of an entity that a text means, by number or by all of its words.

    `newest` is how many are enough, the newest of them, where nothing else narrows the list.
    """
    table = rights.app.models.tables[entity.key]
    found: list[sa.ColumnElement[bool]] = []
    words = searching.asked(text[:LONGEST]).words
    if words:
        sights = sights_of(rights, entity.key)
        terms = [[word] for word in words]
        found.append(
            lists.holding(connection, rights.app.models, entity.key, sights, terms, newest=newest)
        )
    number = entity.record_id(text)
    if number is not None and number <= LARGEST_ID:
        found.append(table.c.id == number)
    return sa.or_(sa.false(), *found)


def sights_of(rights: Rights, entity: str) -> Iterable[Sight]:
    """What of an entity's texts somebody may see, of which records."""
    slots = rights.app.models.index.slots.get(entity)
    parts = (
        {slot: frozenset(item.key for item in items) for slot, items in slots.fields}
        if slots
        else {}
    )
    return (Sight(letters, within) for letters, within in rights.sights(entity, parts))
