"""Queues: the tasks that wait for a person, and lists of tasks and runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.run import RunState, Seat, TaskState
from server.domain.values import RecordRef
from server.storage.prepared import Prepared
from server.storage.tables import history, run, task

Ways = Sequence[sa.ColumnElement[bool]]
"""Conditions of tasks, of which any one will do; see `ways`."""


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
    due_at: datetime | None = None


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
class Asked:
    """Which part of a queue is asked for: of a procedure, those after a task, no more than so many.

    `by_due`: those alone of which is known by when they should be done, the first due first; `until`
    a moment, where one is given.
    """

    after: int | None = None
    limit: int | None = None
    procedure: str | None = None
    by_due: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A line of history as its row tells it."""

    sequence: int
    at: datetime
    person: int | None
    kind: str
    step: str | None
    facts: Any


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
    return "".join(f",{listed(item)}" for item in records) + ","


def listed(item: RecordRef) -> str:
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


def has_part(person: int) -> sa.ColumnElement[bool]:
    """Runs that this person has begun, or of which they have, or had, a task."""
    begun = sa.select(run.c.id).where(run.c.started_by == person)
    has = (sa.select(task.c.run_id).where(IS_WAITING, of == person) for of in _PERSONS[1:])
    had = (sa.select(task.c.run_id).where(sa.not_(IS_WAITING), of == person) for of in _PERSONS)
    return run.c.id.in_(begun.union_all(*has, *had))


def took_part(connection: sa.Connection, run_id: int, person: int) -> bool:
    """Whether a run is one of which `has_part` holds."""
    begun = sa.exists().where(run.c.id == run_id, run.c.started_by == person)
    any_task = sa.or_(*(column == person for column in _PERSONS))
    had = sa.exists().where(task.c.run_id == run_id, any_task)
    return connection.scalar(sa.select(sa.or_(begun, had))) is True


_PERSONS = (task.c.completed_by, task.c.claimed_by, task.c.person_id)


def about_any(of: sa.Table, entities: Sequence[str]) -> sa.ColumnElement[bool]:
    """Runs or tasks (`of`) about records of these entities."""
    return of.c.about_entity.in_(entities)


def about_one_of(
    of: sa.Table, records: sa.Table, reach: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """Runs or tasks (`of`) about the records of an entity's table for which a condition holds."""
    found = sa.select(records.c.id).where(reach)
    return sa.and_(of.c.about_entity == records.name, of.c.about_id.in_(found))


IS_WAITING = task.c.state == sa.literal_column(f"'{TaskState.OPEN.value}'")
"""Written out, not given, so that the indexes of open tasks alone serve it."""
GOES_ON = run.c.state.in_(
    [sa.literal_column(f"'{state.value}'") for state in (RunState.OPEN, RunState.FAILED)]
)
"""Written out likewise, for the indexes of open runs."""


def tasks(
    connection: sa.Connection,
    ways: Ways,
    asked: Asked = Asked(),
) -> tuple[Waiting, ...]:
    """The tasks that one of these ways leads to, in the order in which they came up or are due.

    Each way is walked on its own, no further than the limit: no database finds the first of an `or`
    without looking at all of them.
    """
    narrow = list(_narrow(asked))
    order = (task.c.due_at, task.c.id) if asked.by_due else (task.c.id,)
    firsts = [_first(sa.and_(way, *narrow), asked.limit, *order) for way in ways]
    statement = sa.select(task).where(task.c.id.in_(sa.union(*firsts)))
    found = connection.execute(statement.order_by(*order).limit(asked.limit))
    return tuple(_waiting(row) for row in found)


def _narrow(asked: Asked) -> Iterator[sa.ColumnElement[bool]]:
    """Which of the tasks of a queue are asked for."""
    if asked.procedure is not None:
        yield task.c.procedure == asked.procedure
    if asked.by_due:
        yield task.c.due_at.is_not(None)
        if asked.until is not None:
            yield task.c.due_at <= asked.until
    if asked.after is not None and not asked.by_due:
        yield task.c.id > asked.after
    elif asked.after is not None:
        of = task.alias()
        due = sa.select(of.c.due_at).where(of.c.id == asked.after).scalar_subquery()
        later = sa.and_(task.c.due_at == due, task.c.id > asked.after)
        yield sa.or_(task.c.due_at > due, later)


def tasks_by_run(
    connection: sa.Connection,
    condition: sa.ColumnElement[bool],
    asked: Asked,
) -> tuple[Waiting, ...]:
    """Open tasks of runs of which a condition holds, in the order in which these were begun."""
    statement = (
        sa.select(task)
        .join(run, run.c.id == task.c.run_id)
        .where(condition, IS_WAITING)
        .order_by(run.c.id, task.c.id)
        .limit(asked.limit)
    )
    if asked.procedure is not None:
        statement = statement.where(task.c.procedure == asked.procedure)
    if asked.after is not None:
        of = task.alias()
        of_run = sa.select(of.c.run_id).where(of.c.id == asked.after).scalar_subquery()
        statement = statement.where(
            run.c.id >= of_run, sa.or_(run.c.id > of_run, task.c.id > asked.after)
        )
    return tuple(_waiting(row) for row in connection.execute(statement))


@dataclass(frozen=True, slots=True)
class Counting:
    """A question how many tasks stand in each of some queues, as a kind of database takes it."""

    names: tuple[str, ...]
    text: str
    given: Any
    most: int


def counting(
    dialect: sa.Dialect,
    by_ways: Mapping[str, Ways],
    by_run: Mapping[str, sa.ColumnElement[bool]],
    most: int,
) -> Counting:
    """One question for all the queues; none is counted beyond `most`.

    A queue is given by ways to its tasks, or by a condition of runs whose open tasks they are.
    """
    parts: dict[str, sa.SelectBase] = {name: _found(ways, most) for name, ways in by_ways.items()}
    parts |= {name: _found_by_run(condition, most) for name, condition in by_run.items()}
    columns = [
        sa.select(sa.func.count()).select_from(part.subquery()).scalar_subquery()
        for part in parts.values()
    ]
    ready: Any = sa.select(*columns).compile(
        dialect=dialect, compile_kwargs={"render_postcompile": True}
    )
    values = ready.construct_params()
    given = tuple(values[name] for name in ready.positiontup) if ready.positional else values
    return Counting(tuple(parts), str(ready), given, most)


def counts(connection: sa.Connection, asked: Counting) -> dict[str, int]:
    """How many tasks stand in each queue."""
    row = connection.exec_driver_sql(asked.text, asked.given).one()
    return {
        name: min(int(count), asked.most) for name, count in zip(asked.names, row, strict=True)
    }


def _found(ways: Ways, most: int) -> sa.CompoundSelect[Any]:
    """The ids of tasks that ways lead to, and that are counted once though several do."""
    return sa.union(*(_first(way, most) for way in ways))


def _found_by_run(condition: sa.ColumnElement[bool], most: int) -> sa.Select[Any]:
    joined = sa.select(task.c.id).join(run, run.c.id == task.c.run_id)
    return joined.where(condition, IS_WAITING).limit(most)


def _first(
    way: sa.ColumnElement[bool], most: int | None, *order: sa.ColumnElement[Any]
) -> sa.Select[Any]:
    """The ids of the first tasks that a way leads to, as a part of a union; in any order for none."""
    part = sa.select(task.c.id).where(way).order_by(*order).limit(most).subquery()
    return sa.select(part.c.id)


def of_run(connection: sa.Connection, run_id: int) -> tuple[Waiting, ...]:
    return tuple(_waiting(row) for row in _OF_RUN.all(connection, {"of_run": run_id}))


def one(connection: sa.Connection, task_id: int) -> Waiting | None:
    row = _ONE.first(connection, {"of_task": task_id})
    return None if row is None else _waiting(row)


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
        due_at=row.due_at,
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
