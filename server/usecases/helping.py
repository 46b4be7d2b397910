"""What may help with a record: others in which the same words stand, as their entity says it.

Which they are is written in the definitions (`helped_by` of an entity): solved requests like this
one, solutions that are approved. Whoever asks is shown what they may read, and what is hidden from
them neither finds anything nor is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import sqlalchemy as sa

from server.domain import searching
from server.domain.actor import Actor
from server.domain.entity import Entity, Helpful
from server.domain.refusals import NotFound
from server.domain.role import Operation
from server.domain.run import TaskState
from server.domain.searching import Piece, Word
from server.domain.values import RecordRef, Value
from server.storage.search import asking
from server.storage.search.asking import Sight, Terms
from server.usecases import showing, tasks
from server.usecases.app import App
from server.usecases.running import Running
from server.usecases.searching import sights_of, texts_of
from server.usecases.views import RecordTitle

MOST = 5
"""Records of one kind that are told."""
LOOKED_AT = 30
"""Records, the newest, that are looked at for each word and for each two words that stand together."""
TELLING = 12
"""Words of a record that are looked for: the longest, those of its label first."""
SHORTEST = 4
"""Characters of a word that may tell what a record is about; capitals such as VPN do so, too."""
CAPITALS = re.compile(r"\b[A-Z][A-Z0-9]+\b")
SAME = 2.0
"""What it counts that a field holds the same; a word that few records hold counts as much."""


@dataclass(frozen=True, slots=True)
class Help:
    """A record that may help: its title, with the words it shares marked, and what it tells."""

    title: RecordTitle
    label: tuple[Piece, ...]
    text: str
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class HelpOf:
    """Everything of one kind that may help, the likeliest first.

    `fills` is the field that takes what a record tells, where that may be filled in.
    """

    title: str
    helps: tuple[Help, ...]
    fills: str | None = None


def with_record(app: App, actor: Actor, record: RecordRef) -> tuple[HelpOf, ...]:
    """What may help with a record that the actor reads.

    Raises:
        NotFound: there is no such record.
        NotAllowed: no role lets this person read it.
    """
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require_of(connection, Operation.READ, record)
        entity = app.definitions.entities[record.entity]
        row = running.records.row(record)
        if row is None:
            raise NotFound(f"There is no {entity.title.lower()} {entity.numbered(record.id)}.")
        hidden = running.rights.hidden(connection, [record])[record]
        seen = {key: value for key, value in row.items() if key not in hidden}
        found = _all_help(running, entity, seen, record)
    return tuple(replace(group, fills=None) for group in found)


def with_task(app: App, actor: Actor, task_id: int) -> tuple[HelpOf, ...]:
    """What may help with the record of a task, by what the actor reads of it or is to work with.

    Raises:
        NotFound: there is no such task.
        NotAllowed: this person has no business with it.
    """
    view = tasks.view(app, actor, task_id)
    record = view.line.about.record
    places = [item for section in view.form.sections for item in section.fields if not item.asked]
    is_mine = view.line.state is TaskState.OPEN and view.may_complete
    shown = {item.key for item in places} if is_mine else set()
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        entity = app.definitions.entities[record.entity]
        row = running.records.row(record) or {}
        hidden = running.rights.hidden(connection, [record])[record] - shown
        seen = {key: value for key, value in row.items() if key not in hidden}
        found = _all_help(running, entity, seen, record)
    filled = {item.key for item in places if not item.read_only} & shown
    return tuple(group if group.fills in filled else replace(group, fills=None) for group in found)


def with_words(
    app: App, actor: Actor, entity: str, values: Mapping[str, Value]
) -> tuple[HelpOf, ...]:
    """What may help with a record that is still being entered, by what has been typed so far.

    Raises:
        NotFound: there is no such entity.
    """
    known = app.definitions.entities.get(entity)
    if known is None:
        raise NotFound(f"There are no records of the kind '{entity[:80]}'.")
    with app.database.read() as connection:
        return _all_help(Running(app, connection, actor), known, values, None)


def _all_help(
    running: Running, entity: Entity, seen: Mapping[str, Value], but: RecordRef | None
) -> tuple[HelpOf, ...]:
    groups = (
        HelpOf(helpful.title, _help(running, helpful, seen, but), helpful.fills)
        for helpful in entity.helped_by
        if running.rights.may(Operation.READ, helpful.entity)
    )
    return tuple(group for group in groups if group.helps)


def _help(
    running: Running,
    helpful: Helpful,
    seen: Mapping[str, Value],
    but: RecordRef | None,
) -> tuple[Help, ...]:
    words = telling([str(seen.get(key) or "") for key in helpful.words])
    other = running.app.definitions.entities[helpful.entity]
    sights = list(_sights(running, other, helpful))
    each: list[Terms] = [[[word]] for word in words]
    each += [[[one], [two]] for one, two in pairwise(words)]
    found = asking.alike(
        running.connection, running.app.models, other.key, sights, each, LOOKED_AT
    )
    refs = {RecordRef(other.key, record_id) for record_id, _ in found} - {but}
    running.records.load(refs)
    hidden = running.rights.hidden(running.connection, refs)
    counted = [
        len({one for one, place in found if place == number}) for number in range(len(words))
    ]
    weights = {
        word: 1 + (LOOKED_AT - min(count, LOOKED_AT)) / LOOKED_AT
        for word, count in zip(words, counted, strict=True)
    }
    fitting = []
    for record in refs:
        held = _held(running, other, record, hidden[record], words)
        if helpful.tells in hidden[record] or not running.records.field(record, helpful.tells):
            continue
        alike = sum(
            seen.get(ours) is not None
            and theirs not in hidden[record]
            and running.records.field(record, theirs) == seen[ours]
            for theirs, ours in helpful.same.items()
        )
        if held and (alike or len(held) > 1 or len(words) == 1):
            fitting.append((sum(map(weights.__getitem__, held)) + SAME * alike, record))
    best = [record for _, record in sorted(fitting, key=lambda one: (-one[0], -one[1].id))[:MOST]]
    titles = showing.record_titles(running, best)
    return tuple(_told(running, helpful, titles[record], words) for record in best)


def telling(texts: Sequence[str]) -> list[Word]:
    """The words of these texts that tell most, in the order in which they stand."""
    each = [searching.words_of(text) for text in texts]
    capitals = {Word(found.lower()) for text in texts for found in CAPITALS.findall(text)}
    known = [
        word
        for words in each
        for word in words
        if len(word.written) >= SHORTEST or word in capitals
    ]
    first = set(each[0]) if each else set()
    ranked = sorted(dict.fromkeys(known), key=lambda word: (word not in first, -len(word.written)))
    kept = set(ranked[:TELLING])
    return [word for word in dict.fromkeys(known) if word in kept]


def _sights(running: Running, other: Entity, helpful: Helpful) -> Iterator[Sight]:
    """What may be seen of the others that help, of those that have what they must have."""
    columns = running.app.models.tables[other.key].c
    must = [columns[key].in_(values) for key, values in helpful.having.items()]
    for sight in sights_of(running.rights, other.key):
        ways: list[sa.ColumnElement[bool]] = [
            *must,
            *([sight.within] if sight.within is not None else []),
        ]
        yield Sight(sight.slots, sa.and_(*ways) if ways else None)


def _held(
    running: Running,
    other: Entity,
    record: RecordRef,
    hidden: frozenset[str],
    words: Sequence[Word],
) -> set[Word]:
    """Which of the words stand in what may be seen of a record."""
    texts = (
        str(running.records.field(record, item.key) or "")
        for item in texts_of(running, other)
        if item.key not in hidden
    )
    return set(searching.standing_in(" ".join(texts), words))


def _told(running: Running, helpful: Helpful, title: RecordTitle, words: Sequence[Word]) -> Help:
    text: Any = running.records.field(title.record, helpful.tells)
    shown = searching.excerpt(text, words) or [Piece(searching.shortened(text))]
    return Help(title, tuple(searching.marked(title.label, words)), text, tuple(shown))
