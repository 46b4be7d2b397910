"""What the open waits of a run read, so that it is looked at again when just that changes.

Conditions, moments, lists that turns are taken of, holders and deadlines of tasks are read live. A run
watches the records that they come from; a command that changes one of these has the run looked at.
The run's own record needs no watching: runs are known by what they are about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from server.domain.calendar import Calendar
from server.domain.entity import Entity
from server.domain.expression import Expression, World, evaluate, nodes
from server.domain.expression.tree import Call, Fields, Path
from server.domain.expression.types import type_of
from server.domain.run import ListKind
from server.domain.step import (
    Approve,
    Do,
    Step,
    WaitUntil,
)
from server.domain.values import Kind, RecordRef, Value
from server.domain.watch import Watch
from server.engine.asking import who_asked
from server.engine.draft import Draft
from server.engine.people import HOLDER
from server.engine.walk import Walk

ALL = "*"
ROLE = "role="


def watches(
    walk: Walk, world: World, entities: Mapping[str, Entity], now: datetime
) -> frozenset[Watch]:
    """Everything beyond its own record that a run reads live where it stands now."""
    reading = _Reading(world, entities)
    for expression, scope, at in _live(walk):
        if not _is_of_record(expression, walk.run.about.entity):
            evaluate(expression, walk.names(scope), reading, at or now)
    for record in _signed(walk):
        reading.note(record)
        who_asked(reading, entities, record)
    own = Watch(walk.run.about.entity, "", walk.run.about)
    return frozenset(reading.found() - {own})


def watches_anything(walk: Walk) -> bool:
    """Whether a run reads more than its own record, where it stands now."""
    about = walk.run.about.entity
    return bool(_signed(walk)) or any(
        not _is_of_record(expression, about) for expression, _, _ in _live(walk)
    )


def touched(
    draft: Draft, entities: Mapping[str, Entity], records: Iterable[RecordRef]
) -> frozenset[Watch]:
    """What runs may watch that the change of these records touches."""
    found: set[Watch] = set()
    for record in records:
        entity = entities[record.entity]
        found |= {Watch(entity.key, "", record), Watch(entity.key, ALL)}
        for ref in entity.refs():
            for value in (draft.field(record, ref.key), draft.kept(record, ref.key)):
                if isinstance(value, RecordRef):
                    found.add(Watch(entity.key, ref.key, value))
        if entity.key == HOLDER:
            roles = (draft.field(record, "role"), draft.kept(record, "role"))
            found |= {Watch(HOLDER, f"{ROLE}{role}") for role in roles if role is not None}
    return frozenset(found)


def _live(walk: Walk) -> Iterator[tuple[Expression, int, datetime | None]]:
    """The expressions that are read live, each with its list and the moment that is its `now`."""
    procedure = walk.book.procedure
    if not walk.run.is_open or not procedure.steps:  # without steps: it fits no more
        return
    yield from ((item, 0, None) for item in procedure.stops_given.values())
    for scope in walk.run.scopes.values():
        if scope.wait is not None and scope.wait.run is None:
            action = walk.step(scope.number, scope.wait.step).action
            if isinstance(action, WaitUntil):
                for item in (action.moment, action.at_latest, *action.given.values()):
                    if item is not None:
                        yield item, scope.number, scope.wait.since
        if scope.kind is ListKind.TURNS and scope.parent is not None and scope.step is not None:
            each = walk.step(scope.parent, scope.step).each
            if each is not None:
                for item in (each.members, *each.given.values()):
                    yield item, scope.parent, None
    for task in walk.run.open_tasks:
        step = walk.step(task.scope, task.step)
        yield from ((item, task.scope, None) for item in _held_by(walk, step))
        if task.limit is not None and isinstance(step.action, Do | Approve) and step.action.due:
            yield step.action.due.within, task.scope, task.limit.since


def _signed(walk: Walk) -> set[RecordRef]:
    """The records that are being signed: whoever asked for one does not sign it."""
    return {
        record
        for scope in walk.run.scopes.values()
        for kept in scope.rounds.values()
        if not kept.is_closed
        for record in (walk.run.about, kept.item or walk.run.about)
    }


def _held_by(walk: Walk, step: Step) -> Iterator[Expression]:
    """What says who holds the tasks of a step."""
    lanes = walk.book.procedure.lanes
    match step.action:
        case Do(role=role, of=of):
            meant = [of or lanes.get(role)]
        case Approve(signers=signers):
            meant = [signer.of or lanes.get(signer.role) for signer in signers]
            meant += [item for signer in signers for item in signer.given.values()]
        case _:
            meant = []
    yield from (item for item in meant if item is not None)


def _is_of_record(expression: Expression, about: str) -> bool:
    """Whether it reads nothing but values, and fields of the run's own record."""
    for node in nodes(expression.tree):
        match node:
            case Path(parts=parts) if parts[0] != about or len(parts) > _RECORD_AND_FIELD:
                return False
            case Path() if type_of(node).kind is Kind.LIST:
                return False
            case Call(function="holders") | Fields():
                return False
    return True


_RECORD_AND_FIELD = 2


class _Reading:
    """A world that notes what is read in it."""

    def __init__(self, world: World, entities: Mapping[str, Entity]) -> None:
        self._world = world
        self._entities = entities
        self._found: set[Watch] = set()
        self._covered: set[Watch] = set()
        """Records that are watched by way of the list they stand in."""

    def found(self) -> set[Watch]:
        whole = {watch.entity for watch in self._found if watch.via == ALL}
        return {
            watch
            for watch in self._found - self._covered
            if watch.entity not in whole or watch.via == ALL
        }

    @property
    def calendar(self) -> Calendar:
        return self._world.calendar

    def note(self, record: RecordRef) -> None:
        self._found.add(Watch(record.entity, "", record))

    def field(self, record: RecordRef, name: str) -> Value:
        value = self._world.field(record, name)
        back = self._entities[record.entity].fields[name].back
        if back is None:
            self.note(record)
            return value
        entity, key = back
        self._found.add(Watch(entity, key, record))
        if isinstance(value, tuple):
            members = (item for item in value if isinstance(item, RecordRef))
            self._covered |= {Watch(entity, "", item) for item in members}
        return value

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        self._found.add(Watch(entity, ALL))
        return self._world.all(entity)

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        self._found.add(Watch(HOLDER, f"{ROLE}{role}"))
        return self._world.holders(role, of)
