"""Queues: the tasks that wait for a person, and lists of tasks and runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.run import RunState, Seat, TaskState
from server.domain.values import RecordRef
from server.storage.prepared import Prepared
from server.storage.tables import history, run, task

Holding = tuple[str, RecordRef | None]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A task as its row tells it."""

    id: int
    run_id: int
    procedure: str
    step: str
    title: str
    about: RecordRef
    seat: Seat
    claimed_by: int | None
    opened_at: datetime
    closed_at: datetime | None
    state: TaskState
    revision: int
    completed_by: int | None
    outcome: str | None
    answers: Any
    draft: Any
    number: int
    scope: int
    question: str | None = None
    answers_to: int | None = None
    on_hold: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A run as its row tells it."""

    id: int
    procedure: str
    definition: str
    about: RecordRef
    state: RunState
    end: str | None
    started_by: int | None
    started_at: datetime
    ended_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class Told:
    """A line of history as its row tells it."""

    sequence: int
    at: datetime
    person: int | None
    kind: str
    step: str | None
    facts: Any


def mine(person: int) -> sa.ColumnElement[bool]:
    """Tasks that this person has claimed, or that are meant for nobody else."""
    claimed = sa.select(task.c.id).where(IS_WAITING, task.c.claimed_by == person)
    meant = sa.select(task.c.id).where(
        IS_WAITING, task.c.claimed_by.is_(None), task.c.person_id == person
    )
    # two questions, since no database asks two indexes of open tasks for an `or`
    return task.c.id.in_(claimed.union_all(meant))


def barring(persons: Sequence[int]) -> str | None:
    """How a row keeps the persons who may not do its task, so that a queue can leave it out."""
    return "".join(f",{person}" for person in persons) + "," if persons else None


def not_by(kept: str | None) -> tuple[int, ...]:
    """The persons that `barring` told of."""
    return tuple(int(person) for person in (kept or "").split(",") if person)


def listing(records: Sequence[RecordRef]) -> str | None:
    """How a row keeps the records of which any one is meant, so that a queue can find it.

    Persons and groups are told from the others, for which a role is held.
    """
    if not records:
        return None
    return "".join(f",{_listed(item)}" for item in records) + ","


def _listed(item: RecordRef) -> str:
    kind = item.entity if item.entity in {"person", "group"} else f"record:{item.entity}"
    return f"{kind}:{item.id}"


def seat_of(row: Any) -> Seat:
    """Who may do the task of a row."""
    holder_for = None if row.for_id is None else RecordRef(row.for_entity, row.for_id)
    texts = [text for text in (row.any_of or "").split(",") if text]
    parts = [text.removeprefix("record:").split(":") for text in texts]
    any_of = tuple(RecordRef(entity, int(number)) for entity, number in parts)
    barred = not_by(row.not_by)
    return Seat(row.lane, row.role, holder_for, row.group_id, row.person_id, barred, any_of)


def allowed(person: int) -> sa.ColumnElement[bool]:
    """Tasks that this person is not barred from."""
    return sa.or_(task.c.not_by.is_(None), task.c.not_by.not_like(f"%,{person},%"))


def acting(holders: Sequence[tuple[str, RecordRef]]) -> sa.ColumnElement[bool]:
    """Tasks meant for one of these persons alone, by the role for which somebody else acts."""
    return sa.and_(
        IS_WAITING,
        task.c.claimed_by.is_(None),
        sa.or_(
            *(
                sa.and_(
                    task.c.role == role,
                    sa.or_(
                        task.c.person_id == person.id, task.c.any_of.like(f"%,{_listed(person)},%")
                    ),
                )
                for role, person in holders
            )
        ),
    )


def offered(
    holdings: Sequence[Holding], groups: Sequence[RecordRef], person: RecordRef
) -> sa.ColumnElement[bool]:
    """Tasks nobody has claimed, which the holder of these roles in these groups may claim."""
    every = sorted({role for role, _ in holdings})
    general = sorted({role for role, record in holdings if record is None})
    ways: list[sa.ColumnElement[bool]] = [
        sa.and_(
            task.c.group_id.is_(None),
            task.c.for_id.is_(None),
            task.c.any_of.is_(None),
            task.c.role.in_(every),
        ),
        sa.and_(task.c.for_id.is_not(None), task.c.role.in_(general)),
    ]
    ways += [
        sa.and_(
            task.c.role == role,
            task.c.for_entity == record.entity,
            task.c.for_id == record.id,
        )
        for role, record in holdings
        if record is not None and record.entity != "group"
    ]
    for group in groups:
        roles = {role for role, record in holdings if record in {None, group}}
        ways.append(sa.and_(task.c.group_id == group.id, task.c.role.in_(sorted(roles))))
    ways.append(sa.and_(task.c.any_of.is_not(None), _one_of(holdings, groups, person, general)))
    return sa.and_(
        IS_WAITING, task.c.claimed_by.is_(None), task.c.person_id.is_(None), sa.or_(*ways)
    )


def _one_of(
    holdings: Sequence[Holding],
    groups: Sequence[RecordRef],
    person: RecordRef,
    general: Sequence[str],
) -> sa.ColumnElement[bool]:
    """Tasks that any one of a list may do, where this person is one that it means."""

    def lists(item: RecordRef) -> sa.ColumnElement[bool]:
        return task.c.any_of.like(f"%,{_listed(item)},%")

    ways = [lists(person), sa.and_(task.c.any_of.like("%,record:%"), task.c.role.in_(general))]
    for role, record in holdings:
        if record is not None and record.entity != "group":
            ways.append(sa.and_(task.c.role == role, lists(record)))
    for group in groups:
        roles = sorted({role for role, record in holdings if record in {None, group}})
        ways.append(sa.and_(task.c.role.in_(roles), lists(group)))
    return sa.or_(*ways)


def of_steps(steps: Sequence[tuple[str, str]]) -> sa.ColumnElement[bool]:
    """Tasks of these steps, each with its procedure."""
    return sa.tuple_(task.c.procedure, task.c.step).in_(steps)


def asked_by(person: int) -> sa.ColumnElement[bool]:
    """Open tasks of runs that this person has started: what they wait for others to do."""
    started = sa.select(run.c.id).where(run.c.started_by == person, GOES_ON)
    return sa.and_(IS_WAITING, task.c.run_id.in_(started))


def has_part(person: int) -> sa.ColumnElement[bool]:
    """Runs that this person has begun, or of which they have, or had, a task."""
    of_theirs = sa.select(task.c.run_id).where(
        sa.or_(
            task.c.claimed_by == person,
            task.c.completed_by == person,
            task.c.person_id == person,
        )
    )
    return sa.or_(run.c.started_by == person, run.c.id.in_(of_theirs))


def took_part(connection: sa.Connection, run_id: int, person: int) -> bool:
    found = sa.select(run.c.id).where(run.c.id == run_id, has_part(person))
    return connection.scalar(found) is not None


def about_any(of: sa.Table, entities: Sequence[str]) -> sa.ColumnElement[bool]:
    """Runs or tasks (`of`) about records of these entities."""
    return of.c.about_entity.in_(entities)


def about_one_of(
    of: sa.Table, records: sa.Table, reach: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Runs or tasks (`of`) about the records of an entity's table for which a condition holds."""
    found = sa.select(records.c.id).where(reach)
    return sa.and_(of.c.about_entity == records.name, of.c.about_id.in_(found))


def every_open() -> sa.ColumnElement[bool]:
    return IS_WAITING


IS_WAITING = task.c.state == sa.literal_column(f"'{TaskState.OPEN.value}'")
"""Written out, not given, so that the indexes of open tasks alone serve it."""
GOES_ON = run.c.state.in_(
    [sa.literal_column(f"'{state.value}'") for state in (RunState.OPEN, RunState.FAILED)]
)
"""Written out likewise, for the indexes of open runs."""


def tasks(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    *,
    after: int | None = None,
    limit: int | None = None,
    procedure: str | None = None,
) -> tuple[Waiting, ...]:
    """Tasks in the order in which they came up."""
    statement = sa.select(task).where(condition).order_by(task.c.id)
    if after is not None:
        statement = statement.where(task.c.id > after)
    if procedure is not None:
        statement = statement.where(task.c.procedure == procedure)
    if limit is not None:
        statement = statement.limit(limit)
    return tuple(_waiting(row) for row in connection.execute(statement))


def count(connection: sa.Connection, condition: sa.ColumnElement[bool], *, most: int) -> int:
    """How many tasks there are; never counts beyond `most`."""
    found = sa.select(task.c.id).where(condition).limit(most).subquery()
    return int(connection.scalar(sa.select(sa.func.count()).select_from(found)) or 0)


def of_run(connection: sa.Connection, run_id: int) -> tuple[Waiting, ...]:
    return tuple(_waiting(row) for row in _OF_RUN.all(connection, {"of_run": run_id}))


def one(connection: sa.Connection, task_id: int) -> Waiting | None:
    row = _ONE.first(connection, {"of_task": task_id})
    return None if row is None else _waiting(row)


def open_about(connection: sa.Connection, record: RecordRef) -> tuple[Waiting, ...]:
    """The open tasks of all runs about a record."""
    about = sa.and_(run.c.about_entity == record.entity, run.c.about_id == record.id)
    return tasks(
        connection, sa.and_(IS_WAITING, task.c.run_id.in_(sa.select(run.c.id).where(about)))
    )


def runs(
    connection: sa.Connection,
    *,
    state: str | None = None,
    procedure: str | None = None,
    about: RecordRef | None = None,
    before: int | None = None,
    limit: int = 50,
    within: sa.ColumnElement[bool] | None = None,
) -> tuple[Standing, ...]:
    """Runs, newest first; those `within` a condition."""
    statement = sa.select(run).order_by(run.c.id.desc()).limit(limit)
    if within is not None:
        statement = statement.where(within)
    if state is not None:
        statement = statement.where(run.c.state == state)
    if procedure is not None:
        statement = statement.where(run.c.procedure == procedure)
    if about is not None:
        statement = statement.where(run.c.about_entity == about.entity, run.c.about_id == about.id)
    if before is not None:
        statement = statement.where(run.c.id < before)
    return tuple(_standing(row) for row in connection.execute(statement))


def run_row(connection: sa.Connection, run_id: int) -> Standing | None:
    row = _RUN.first(connection, {"of_run": run_id})
    return None if row is None else _standing(row)


def history_of(connection: sa.Connection, run_id: int) -> tuple[Told, ...]:
    """A run's history, line by line."""
    return tuple(
        Told(row.sequence, row.at, row.person_id, row.kind, row.step, row.facts)
        for row in _HISTORY.all(connection, {"of_run": run_id})
    )


_RUN = Prepared(sa.select(run).where(run.c.id == sa.bindparam("of_run")))
_ONE = Prepared(sa.select(task).where(task.c.id == sa.bindparam("of_task")))
_OF_RUN = Prepared(
    sa.select(task).where(task.c.run_id == sa.bindparam("of_run")).order_by(task.c.id)
)
_HISTORY = Prepared(
    sa.select(history)
    .where(history.c.run_id == sa.bindparam("of_run"))
    .order_by(history.c.sequence)
)


def _waiting(row: Any) -> Waiting:
    return Waiting(
        id=row.id,
        run_id=row.run_id,
        procedure=row.procedure,
        step=row.step,
        title=row.title,
        about=RecordRef(row.about_entity, row.about_id),
        seat=seat_of(row),
        claimed_by=row.claimed_by,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        state=TaskState(row.state),
        revision=row.revision,
        completed_by=row.completed_by,
        outcome=row.outcome,
        answers=row.answers,
        draft=row.draft,
        number=row.number,
        scope=row.scope,
        question=row.question,
        answers_to=row.answers_to,
        on_hold=row.on_hold,
    )


def _standing(row: Any) -> Standing:
    return Standing(
        id=row.id,
        procedure=row.procedure,
        definition=row.definition,
        about=RecordRef(row.about_entity, row.about_id),
        state=RunState(row.state),
        end=row.end,
        started_by=row.started_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
        revision=row.revision,
    )
