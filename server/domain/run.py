"""A run: one walk through a procedure, where it stands, and the tasks it has handed out."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.round import Round
from server.domain.values import RecordRef, Value


class RunState(enum.StrEnum):
    """The values are stored and shown in the API; renaming one needs a migration."""

    OPEN = "open"
    ENDED = "ended"
    STOPPED = "stopped"
    FAILED = "failed"


class TaskState(enum.StrEnum):
    """The values are stored and shown in the API; renaming one needs a migration."""

    OPEN = "open"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Seat:
    """Who may do a task: a person; or the holders of `role`, for a record, or in a group.

    `lane` is the role that the procedure names; `role` differs from it while a fallback serves.
    `not_by` are the ids of persons who may not do it, whatever they hold: it is their own request.
    With `any_of`, whoever one of these records means may do it: a person, or the holders of `role`
    in a group or for another record; `holder_for`, `group` and `person` are then not given.
    """

    lane: str
    role: str
    holder_for: RecordRef | None = None
    group: int | None = None
    person: int | None = None
    not_by: tuple[int, ...] = ()
    any_of: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """By when a task should be done that was opened `since`.

    `tells`: somebody is still to be told when it is late.
    """

    since: datetime
    at: datetime
    tells: bool = True


@dataclass(frozen=True, slots=True)
class Task:
    """One step of one run, waiting for a person or done.

    `number` counts the tasks of the run from 1; `id` is what the world knows it by, once stored.
    `question` is what somebody who works on the task `answers_to` wants to know of one person; it
    holds nothing up. `on_hold` is the reason why a task is laid aside for a while. `limit` is by
    when it should be done, None where nothing says so.
    """

    number: int
    step: str
    scope: int
    seat: Seat
    about: RecordRef
    state: TaskState = TaskState.OPEN
    claimed_by: int | None = None
    id: int | None = None
    revision: int = 0
    question: str | None = None
    answers_to: int | None = None
    on_hold: str | None = None
    limit: Limit | None = None


class ListKind(enum.StrEnum):
    """What sort of list is gone through. The values are stored; renaming one needs a migration."""

    OWN = "own"
    BRANCH = "branch"
    GROUP = "group"
    TURNS = "turns"
    TURN = "turn"
    AS_NEEDED = "as-needed"


@dataclass(frozen=True, slots=True)
class Wait:
    """What a list rests at that is no task: a moment, a condition, or another run.

    `since` is when it came there. `due` is when the moment comes that is waited for, `late` when it
    is given up; None where that is not known. `run` is the id of the run that was called.
    """

    step: str
    since: datetime
    due: datetime | None = None
    late: datetime | None = None
    run: int | None = None

    @property
    def wakes_at(self) -> datetime | None:
        """When time alone lets it go on."""
        return min((item for item in (self.due, self.late) if item is not None), default=None)


@dataclass(frozen=True, slots=True)
class Scope:
    """A list of steps being gone through.

    `at` is the key of the step where it rests, None when it is done. `names` are the names born in
    it. `kind`, `step` and `branch` say which list it is: the run's own (number 0, no step), a branch
    of a step or what is begun as needed there (`branch` is its key), the group of a step, or a turn
    of it for the record `member`. The turns of a step stand around its turn lists: `begun` are the
    records that have had or have one, `completed` how many are done. `rounds` are the latest
    rounds of signing of its steps.
    """

    number: int
    at: str | None
    parent: int | None = None
    step: str | None = None
    branch: str | None = None
    names: Mapping[str, Value] = field(default_factory=dict)
    kind: ListKind = ListKind.OWN
    member: RecordRef | None = None
    begun: tuple[RecordRef, ...] = ()
    completed: int = 0
    wait: Wait | None = None
    rounds: Mapping[str, Round] = field(default_factory=dict)

    @property
    def waits_for(self) -> Wait | None:
        """What time may put an end to here: a wait, or a round of signing with a deadline."""
        kept = self.rounds.get(self.at or "")
        if self.wait is not None or kept is None or kept.is_closed or self.at is None:
            return self.wait
        return Wait(self.at, kept.opened_at, late=kept.late_at) if kept.late_at else None


@dataclass(frozen=True, slots=True)
class Run:
    """`id` is below zero until stored. `definition` is the hash of what it goes by, for life.

    `revision` counts the changes; `sequence` the lines of its history. `scopes[0]` is always the
    run's own list; `tasks` maps numbers to the tasks known here: always those that are open.
    `task_count` is the number of the newest task.
    """

    id: int
    procedure: str
    definition: str
    about: RecordRef
    scopes: Mapping[int, Scope]
    tasks: Mapping[int, Task] = field(default_factory=dict)
    state: RunState = RunState.OPEN
    end: str | None = None
    revision: int = 0
    sequence: int = 0
    task_count: int = 0
    started_by: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state in {RunState.OPEN, RunState.FAILED}

    @property
    def open_tasks(self) -> tuple[Task, ...]:
        return tuple(task for task in self.tasks.values() if task.state is TaskState.OPEN)

    def wakes_at(self, number: int) -> datetime | None:
        """When time alone does something in a list: it goes on, or a task of it becomes late."""
        wait = self.scopes[number].waits_for
        moments = [
            task.limit.at
            for task in self.tasks.values()
            if task.scope == number and task.state is TaskState.OPEN
            if task.limit is not None and task.limit.tells
        ]
        if wait is not None and wait.wakes_at is not None:
            moments.append(wait.wakes_at)
        return min(moments, default=None)

    def inside(self, number: int, *kinds: ListKind, step: str | None = None) -> tuple[Scope, ...]:
        """The lists of these kinds right inside a list, of this step where one is given."""
        return tuple(
            scope
            for scope in self.scopes.values()
            if scope.parent == number
            and scope.kind in kinds
            and (step is None or scope.step == step)
        )
