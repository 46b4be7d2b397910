"""The ways on which tasks come to somebody, each a condition that an index of its own serves.

A queue is all that one of its ways leads to. They are kept apart to the end: asked for all of them
in one condition, a database looks at every open task of the organisation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import sqlalchemy as sa

from server.domain.values import RecordRef
from server.storage.queues import GOES_ON, IS_WAITING, Ways, listed
from server.storage.tables import follow, run, task

Holding = tuple[str, RecordRef | None]
PAIRS = 60
"""So many pairs of group and role are walked one by one; of more, each group with all its roles."""
_IS_FREE = sa.and_(IS_WAITING, task.c.claimed_by.is_(None))
_IS_LISTED = task.c.any_of.is_not(None)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who somebody is, as far as that decides which tasks come to them.

    What is `held`, the groups belonged to, and for which holders of which roles this person acts.
    """

    person: RecordRef
    held: tuple[Holding, ...]
    groups: tuple[RecordRef, ...]
    acting: tuple[tuple[str, RecordRef], ...]

    @property
    def mine(self) -> Ways:
        """Tasks that this person has claimed, or that are meant for nobody else."""
        return (
            sa.and_(IS_WAITING, task.c.claimed_by == self.person.id),
            sa.and_(_IS_FREE, task.c.person_id == self.person.id),
        )

    @property
    def offered(self) -> Ways:
        """Tasks nobody has claimed, which this person may claim, or does for whom they act."""
        free = sa.and_(_IS_FREE, _allowed(self.person.id))
        anybodys = task.c.person_id.is_(None)
        ways = _offered(self.held, self.groups, self.person)
        return [
            *(sa.and_(free, anybodys, way) for way in ways),
            *(sa.and_(free, way) for way in _acting(self.acting)),
        ]

    @property
    def all(self) -> Ways:
        return [*self.mine, *self.offered]


def of_steps(steps: Sequence[tuple[str, str]], ways: Ways) -> Ways:
    """What the ways lead to of the open tasks at these steps, each with its procedure.

    Those steps are few: their tasks are looked at, not all that may be done.
    """
    by_procedure: dict[str, list[str]] = {}
    for procedure, step in steps:
        by_procedure.setdefault(procedure, []).append(step)
    found = [
        sa.select(task.c.id).where(IS_WAITING, task.c.procedure == key, task.c.step.in_(of_it))
        for key, of_it in by_procedure.items()
    ]
    if not found:
        return (sa.false(),)
    return (sa.and_(task.c.id.in_(sa.union_all(*found)), sa.or_(*ways)),)


def watched(person: int, within: sa.ColumnElement[bool] | None) -> Ways:
    """Open tasks about records that this person watches, of those of which a condition holds."""
    about = sa.and_(follow.c.entity == task.c.about_entity, follow.c.record_id == task.c.about_id)
    found = (
        sa.select(task.c.id)
        .select_from(follow.join(task, about))
        .where(follow.c.person_id == person, IS_WAITING)
    )
    is_watched = task.c.id.in_(found)
    return (is_watched if within is None else sa.and_(is_watched, within),)


def begun_by(person: int) -> sa.ColumnElement[bool]:
    """Runs that this person has begun and that go on."""
    return sa.and_(run.c.started_by == person, GOES_ON)


def every_open() -> Ways:
    return (IS_WAITING,)


def _offered(
    holdings: Sequence[Holding], groups: Sequence[RecordRef], person: RecordRef
) -> Iterator[sa.ColumnElement[bool]]:
    every = sorted({role for role, _ in holdings})
    general = sorted({role for role, record in holdings if record is None})
    for role in every:
        yield sa.and_(
            task.c.role == role,
            task.c.group_id.is_(None),
            task.c.for_id.is_(None),
            task.c.any_of.is_(None),
        )
    for role in general:
        yield sa.and_(task.c.role == role, task.c.for_id.is_not(None))
    yield from _for_records(holdings)
    yield from _in_groups(holdings, groups)
    yield _one_of(holdings, groups, person, general)


def _acting(holders: Sequence[tuple[str, RecordRef]]) -> Iterator[sa.ColumnElement[bool]]:
    """Tasks meant for one of these persons, by the role for which somebody acts for them."""
    for role, holder in holders:
        yield sa.and_(task.c.role == role, task.c.person_id == holder.id)
    if holders:
        listed_for = (sa.and_(task.c.role == role, _lists(holder)) for role, holder in holders)
        yield sa.and_(_IS_LISTED, sa.or_(*listed_for))


def _for_records(holdings: Sequence[Holding]) -> Iterator[sa.ColumnElement[bool]]:
    """Tasks for just the records for which a role is held."""
    held: dict[tuple[str, str], list[int]] = {}
    for role, record in holdings:
        if record is not None and record.entity != "group":
            held.setdefault((role, record.entity), []).append(record.id)
    for (role, entity), ids in held.items():
        yield sa.and_(
            task.c.role == role, task.c.for_entity == entity, task.c.for_id.in_(sorted(ids))
        )


def _in_groups(
    holdings: Sequence[Holding], groups: Sequence[RecordRef]
) -> Iterator[sa.ColumnElement[bool]]:
    roles = {
        group.id: sorted({role for role, record in holdings if record in {None, group}})
        for group in groups
    }
    if sum(map(len, roles.values())) > PAIRS:
        for group, held in roles.items():
            yield sa.and_(task.c.group_id == group, task.c.role.in_(held))
        return
    for group, held in roles.items():
        for key, role in product([group], held):
            yield sa.and_(task.c.group_id == key, task.c.role == role)


def _one_of(
    holdings: Sequence[Holding],
    groups: Sequence[RecordRef],
    person: RecordRef,
    general: Sequence[str],
) -> sa.ColumnElement[bool]:
    """Tasks that any one of a list may do, where this person is one that it means."""
    found = [_lists(person), sa.and_(task.c.any_of.like("%,record:%"), task.c.role.in_(general))]
    for role, record in holdings:
        if record is not None and record.entity != "group":
            found.append(sa.and_(task.c.role == role, _lists(record)))
    for group in groups:
        roles = sorted({role for role, record in holdings if record in {None, group}})
        found.append(sa.and_(task.c.role.in_(roles), _lists(group)))
    return sa.and_(_IS_LISTED, sa.or_(*found))


def _allowed(person: int) -> sa.ColumnElement[bool]:
    """Tasks that this person is not barred from."""
    return sa.or_(task.c.not_by.is_(None), task.c.not_by.not_like(f"%,{person},%"))


def _lists(item: RecordRef) -> sa.ColumnElement[bool]:
    return task.c.any_of.like(f"%,{listed(item)},%")
