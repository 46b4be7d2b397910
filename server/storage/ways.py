"""The ways on which tasks come to somebody, each a condition that an index of its own serves.

A queue is all that one of its ways leads to. They are kept apart to the end: asked for all of them
in one condition, a database looks at every open task of the organisation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def mine(person: int) -> Ways:
    """Tasks that this person has claimed, or that are meant for nobody else."""
    return (
        sa.and_(IS_WAITING, task.c.claimed_by == person),
        sa.and_(_IS_FREE, task.c.person_id == person),
    )


def acting(holders: Sequence[tuple[str, RecordRef]], person: int) -> Ways:
    """Tasks meant for one of these persons alone, by the role for which this person acts."""
    free = sa.and_(_IS_FREE, _allowed(person))
    of_one = [
        sa.and_(free, task.c.role == role, task.c.person_id == holder.id)
        for role, holder in holders
    ]
    of_any = [sa.and_(task.c.role == role, _lists(holder)) for role, holder in holders]
    return [*of_one, sa.and_(free, _IS_LISTED, sa.or_(*of_any))] if holders else []


def offered(holdings: Sequence[Holding], groups: Sequence[RecordRef], person: RecordRef) -> Ways:
    """Tasks nobody has claimed, which the holder of these roles in these groups may claim."""
    free = sa.and_(_IS_FREE, _allowed(person.id), task.c.person_id.is_(None))
    return [sa.and_(free, way) for way in _offered(holdings, groups, person)]


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
