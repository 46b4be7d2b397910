"""Runs and their tasks, in and out of their rows. Takes and gives domain values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.refusals import Conflict
from server.domain.round import as_values, round_of
from server.domain.run import Limit, ListKind, Run, RunState, Scope, Task, TaskState, Wait
from server.domain.values import RecordRef, Value, freeze, thaw
from server.storage.prepared import Prepared, insertion
from server.storage.queues import GOES_ON, IS_WAITING, Waiting, barring, listing, seat_of
from server.storage.tables import history, run, task


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a run's history, ready to be kept."""

    kind: str
    step: str | None
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Closing:
    """How a task was completed, and by whom."""

    outcome: str | None
    answers: Mapping[str, Value]
    person: int | None


class Runs:
    """Runs as they are in one transaction. Whoever loads a run to change it holds its row."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    # -- reading ------------------------------------------------------------------------------

    def load(self, run_id: int, *, hold: bool = True) -> Run | None:
        """The run with its open tasks."""
        return self._one(_HELD if hold else _LOOKED_AT, of_run=run_id)

    def of_task(self, task_id: int) -> tuple[Run, Task] | None:
        """The run of a task, held, and the task as it is, open or not."""
        found = self._one(_HELD_OF_TASK, of_task=task_id)
        if found is None:
            return None
        for item in found.open_tasks:
            if item.id == task_id:
                return found, item
        return found, _task(_TASK.first(self._connection, {"of_task": task_id}))

    def open_run(self, procedure: str, about: RecordRef) -> Run | None:
        """The one run of this procedure that is open on this record, held."""
        return self._one(
            _HELD_OPEN_ON, procedure=procedure, about_entity=about.entity, about_id=about.id
        )

    def open_about(self, records: Sequence[RecordRef]) -> tuple[int, ...]:
        """The ids of the runs that are open on any of these records, oldest first."""
        found: set[int] = set()
        for record in records:
            about = {"about_entity": record.entity, "about_id": record.id}
            found.update(row.id for row in _OPEN_ABOUT.all(self._connection, about))
        return tuple(sorted(found))

    def open_with_role(self, roles: Sequence[str]) -> tuple[int, ...]:
        """The ids of the runs with an open task that one of these roles, or a person, holds."""
        waiting = sa.select(task.c.run_id).where(
            IS_WAITING,
            task.c.lane.in_(roles) | task.c.role.in_(roles),
        )
        statement = sa.select(run.c.id).where(run.c.id.in_(waiting)).order_by(run.c.id)
        return tuple(self._connection.scalars(statement))

    def was_called(self, run_id: int) -> bool:
        """Whether a run was begun by another that waits for its end."""
        began = self._connection.scalars(_BEGAN, {"of_run": run_id}).one()
        return bool(began.get("called"))

    def _one(self, statement: Prepared, **given: Any) -> Run | None:
        row = statement.first(self._connection, given)
        if row is None:
            return None
        # read after the run is held, so that nobody changes them any more
        return _run(row, _OPEN_TASKS.all(self._connection, {"of_run": row.id}))

    # -- writing ------------------------------------------------------------------------------

    def insert(self, new: Run, *, person: int | None, at: datetime) -> int:
        """Give a new run its id. Its tasks and history follow with `save`."""
        values = _columns(new) | {
            "procedure": new.procedure,
            "definition": new.definition,
            "about_entity": new.about.entity,
            "about_id": new.about.id,
            "started_by": person,
            "started_at": at,
            "ended_at": None if new.is_open else at,
            "revision": 1,
        }
        return _INSERT_RUN.number(self._connection, values)

    def update(self, before: Run, after: Run, *, at: datetime) -> None:
        """Write a run over the revision it was loaded at.

        Raises:
            Conflict: somebody else has changed the run since.
        """
        values = _columns(after) | {
            "of_run": before.id,
            "of_revision": before.revision,
            "revision": before.revision + 1,
            "ended_at": None if after.is_open else at,
        }
        statement = _UPDATE_RUN if before.state is not after.state else _GO_ON
        if statement.changed(self._connection, values) != 1:
            raise Conflict(
                "The run has gone on since you looked.", hint="Read it again and decide anew."
            )

    def save_scopes(self, run_id: int, after: Run) -> None:
        """Write where a run stands once more, within the command that has written the run."""
        self._connection.execute(
            _UPDATE_SCOPES, {"of_run": run_id, "scopes": _columns(after)["scopes"]}
        )

    def save_tasks(
        self,
        before: Run,
        after: Run,
        run_id: int,
        *,
        title_of: Callable[[str], str],
        closings: Mapping[int, Closing],
        at: datetime,
    ) -> tuple[Waiting, ...]:
        """Write the tasks that are new or differ; those that were opened and wait.

        `title_of` gives the title of a step.
        """
        new = [item for number, item in after.tasks.items() if number not in before.tasks]
        opened: list[Waiting] = []
        for item in new:
            row = _task_columns(item, at) | _closing(item, closings)
            row |= {
                "run_id": run_id,
                "number": item.number,
                "procedure": after.procedure,
                "step": item.step,
                "scope": item.scope,
                "title": title_of(item.step),
                "about_entity": item.about.entity,
                "about_id": item.about.id,
                "question": item.question,
                "answers_to": item.answers_to,
                "opened_at": at,
                "revision": 1,
                "draft": None,
            }
            task_id = _INSERT_TASK.number(self._connection, row)
            if item.state is TaskState.OPEN:
                opened.append(_opened(item, task_id, run_id, after.procedure, row))
        for number, item in after.tasks.items():
            if number in before.tasks and before.tasks[number] != item:
                values = _task_columns(item, at) | _closing(item, closings)
                values |= {"of_task": item.id, "revision": item.revision + 1}
                _UPDATE_TASK.changed(self._connection, values)
        return tuple(opened)

    def append(
        self,
        run_id: int,
        sequence: int,
        lines: Sequence[Line],
        *,
        person: int | None,
        at: datetime,
    ) -> None:
        """Add lines to a run's history, the first of them at `sequence`."""
        if not lines:
            return
        _INSERT_HISTORY.many(
            self._connection,
            [
                {
                    "run_id": run_id,
                    "sequence": sequence + position,
                    "at": at,
                    "person_id": person,
                    "kind": line.kind,
                    "step": line.step,
                    "facts": dict(line.facts),
                }
                for position, line in enumerate(lines)
            ],
        )

    def save_draft(self, item: Task, answers: Mapping[str, Any]) -> None:
        """Keep what has been typed into a task and not sent."""
        self._connection.execute(
            task.update().where(task.c.id == item.id), {"draft": dict(answers)}
        )


_THE_RUN = sa.select(run).where(run.c.id == sa.bindparam("of_run"))
_THE_TASK = sa.select(task).where(task.c.id == sa.bindparam("of_task"))
_OPEN_ABOUT = Prepared(
    sa.select(run.c.id).where(
        run.c.about_entity == sa.bindparam("about_entity"),
        run.c.about_id == sa.bindparam("about_id"),
        GOES_ON,
    )
)
_TASK = Prepared(_THE_TASK)
_LOOKED_AT = Prepared(_THE_RUN)
_HELD = Prepared(_THE_RUN.with_for_update())
_HELD_OF_TASK = Prepared(
    sa.select(run)
    .where(run.c.id == _THE_TASK.with_only_columns(task.c.run_id).scalar_subquery())
    .with_for_update()
)
_HELD_OPEN_ON = Prepared(
    sa.select(run)
    .where(
        run.c.procedure == sa.bindparam("procedure"),
        run.c.about_entity == sa.bindparam("about_entity"),
        run.c.about_id == sa.bindparam("about_id"),
        GOES_ON,
    )
    .with_for_update()
)
_OPEN_TASKS = Prepared(
    sa.select(task)
    .where(task.c.run_id == sa.bindparam("of_run"), IS_WAITING)
    .order_by(task.c.number)
)
_BEGAN = sa.select(history.c.facts).where(
    history.c.run_id == sa.bindparam("of_run"), history.c.sequence == 1
)
_HELD_AT = (run.c.id == sa.bindparam("of_run"), run.c.revision == sa.bindparam("of_revision"))


def _writing(*names: str) -> Prepared:
    values: dict[str, Any] = {name: sa.bindparam(name) for name in names}
    return Prepared(run.update().where(*_HELD_AT).values(values))


_GO_ON = _writing("scopes", "revision", "sequence", "task_count")
"""A run whose state stays; not named, it leaves the indexes of open runs alone."""
_UPDATE_RUN = _writing("scopes", "revision", "sequence", "task_count", "state", "end", "ended_at")
_UPDATE_SCOPES = (
    run.update().where(run.c.id == sa.bindparam("of_run")).values(scopes=sa.bindparam("scopes"))
)
_TASK_VALUES = (
    "state",
    "lane",
    "role",
    "for_entity",
    "for_id",
    "group_id",
    "person_id",
    "not_by",
    "any_of",
    "on_hold",
    "due_at",
    "late_at",
    "claimed_by",
    "closed_at",
    "completed_by",
    "outcome",
    "answers",
    "revision",
)
_INSERT_RUN = insertion(run, numbered=True)
_INSERT_TASK = insertion(task, numbered=True)
_INSERT_HISTORY = insertion(history)
_UPDATE_TASK = Prepared(
    task.update()
    .where(task.c.id == sa.bindparam("of_task"))
    .values({name: sa.bindparam(name) for name in _TASK_VALUES})
)


def _columns(value: Run) -> dict[str, Any]:
    return {
        "state": value.state.value,
        "end": value.end,
        "scopes": [_scope_json(scope) for scope in value.scopes.values()],
        "sequence": value.sequence,
        "task_count": value.task_count,
    }


def _scope_json(scope: Scope) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "number": scope.number,
        "at": scope.at,
        "parent": scope.parent,
        "step": scope.step,
        "branch": scope.branch,
        "names": {name: freeze(value) for name, value in scope.names.items()},
        "rounds": {step: freeze(as_values(kept)) for step, kept in scope.rounds.items()},
    }
    if scope.kind is not ListKind.OWN:
        kept["kind"] = scope.kind.value
    if scope.member is not None:
        kept["member"] = freeze(scope.member)
    if scope.kind is ListKind.TURNS:
        kept |= {"begun": freeze(scope.begun), "completed": scope.completed}
    if scope.wait is not None:
        kept["wait"] = {
            "step": scope.wait.step,
            "since": freeze(scope.wait.since),
            "due": freeze(scope.wait.due),
            "late": freeze(scope.wait.late),
            "run": scope.wait.run,
        }
    return kept


def _scope(raw: Mapping[str, Any]) -> Scope:
    """The list as it was kept; those kept before there were other lists are the run's or branches."""
    names = {name: thaw(value) for name, value in raw["names"].items()}
    rounds = {step: round_of(_thawed(kept)) for step, kept in raw.get("rounds", {}).items()}
    kind = raw.get("kind", ListKind.OWN if raw["step"] is None else ListKind.BRANCH)
    member, begun = thaw(raw.get("member")), thaw(raw.get("begun"))
    wait = raw.get("wait")
    return Scope(
        raw["number"],
        raw["at"],
        raw["parent"],
        raw["step"],
        raw["branch"],
        names,
        ListKind(kind),
        member if isinstance(member, RecordRef) else None,
        tuple(item for item in begun if isinstance(item, RecordRef))
        if isinstance(begun, tuple)
        else (),
        raw.get("completed", 0),
        _wait(wait) if wait else None,
        rounds,
    )


def _wait(raw: Mapping[str, Any]) -> Wait:
    since, due, late = (thaw(raw[name]) for name in ("since", "due", "late"))
    assert isinstance(since, datetime)
    return Wait(
        raw["step"],
        since,
        due if isinstance(due, datetime) else None,
        late if isinstance(late, datetime) else None,
        raw["run"],
    )


def _thawed(raw: Any) -> Mapping[str, Value]:
    values = thaw(raw)
    assert isinstance(values, Mapping)
    return values


def _run(row: Any, tasks: Sequence[Any]) -> Run:
    scopes = [_scope(raw) for raw in row.scopes]
    return Run(
        id=row.id,
        procedure=row.procedure,
        definition=row.definition,
        about=RecordRef(row.about_entity, row.about_id),
        scopes={scope.number: scope for scope in scopes},
        tasks={item.number: _task(item) for item in tasks},
        state=RunState(row.state),
        end=row.end,
        revision=row.revision,
        sequence=row.sequence,
        task_count=row.task_count,
        started_by=row.started_by,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )


def _task(row: Any) -> Task:
    return Task(
        number=row.number,
        step=row.step,
        scope=row.scope,
        seat=seat_of(row),
        about=RecordRef(row.about_entity, row.about_id),
        state=TaskState(row.state),
        claimed_by=row.claimed_by,
        id=row.id,
        revision=row.revision,
        question=row.question,
        answers_to=row.answers_to,
        on_hold=row.on_hold,
        limit=None
        if row.due_at is None
        else Limit(row.opened_at, row.due_at, row.late_at is not None),
    )


def _task_columns(item: Task, at: datetime) -> dict[str, Any]:
    return {
        "state": item.state.value,
        "lane": item.seat.lane,
        "role": item.seat.role,
        "for_entity": item.seat.holder_for.entity if item.seat.holder_for else None,
        "for_id": item.seat.holder_for.id if item.seat.holder_for else None,
        "group_id": item.seat.group,
        "person_id": item.seat.person,
        "not_by": barring(item.seat.not_by),
        "any_of": listing(item.seat.any_of),
        "on_hold": item.on_hold,
        "due_at": None if item.limit is None else item.limit.at,
        "late_at": item.limit.at if item.limit is not None and item.limit.tells else None,
        "claimed_by": item.claimed_by,
        "closed_at": None if item.state is TaskState.OPEN else at,
    }


def _opened(
    item: Task, task_id: int, run_id: int, procedure: str, row: Mapping[str, Any]
) -> Waiting:
    return Waiting(
        id=task_id,
        run_id=run_id,
        procedure=procedure,
        step=item.step,
        title=row["title"],
        about=item.about,
        seat=item.seat,
        claimed_by=item.claimed_by,
        opened_at=row["opened_at"],
        closed_at=None,
        state=item.state,
        revision=row["revision"],
        completed_by=None,
        outcome=None,
        answers=None,
        draft=None,
        number=item.number,
        scope=item.scope,
        question=item.question,
        answers_to=item.answers_to,
        on_hold=item.on_hold,
        due_at=row["due_at"],
    )


def _closing(item: Task, closings: Mapping[int, Closing]) -> dict[str, Any]:
    closing = closings.get(item.number)
    if closing is None:
        return {"completed_by": None, "outcome": None, "answers": None}
    return {
        "completed_by": closing.person,
        "outcome": closing.outcome,
        "answers": {name: freeze(value) for name, value in closing.answers.items()},
    }
