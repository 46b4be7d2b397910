"""What has happened to a run, as values in the past tense: the lines of its history.

Records created by the same command have ids below zero until they are stored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from server.domain.run import Limit, Seat
from server.domain.values import RecordRef, Value


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins. `names` are the run's record and, where there is one, the record that began it.

    `called`: the run `after_run` waits for its end.
    """

    start: str
    names: Mapping[str, Value]
    after_run: int | None = None
    called: bool = False
    step: str | None = None


@dataclass(frozen=True, slots=True)
class TaskOpened:
    """`limit` is by when it should be done, where something says so."""

    step: str
    task: int
    scope: int
    seat: Seat
    about: RecordRef
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class TaskMoved:
    """What says who holds the role has changed; the task went along, its draft with it."""

    step: str
    task: int
    seat: Seat


@dataclass(frozen=True, slots=True)
class TaskClaimed:
    """`person` works on it: by own claim, or because somebody else asked for it."""

    step: str
    task: int
    person: int


@dataclass(frozen=True, slots=True)
class TaskReleased:
    step: str
    task: int


@dataclass(frozen=True, slots=True)
class TaskCompleted:
    """`answers` are those of the questions asked; `name` is what expressions call them.

    `created` is the record that the step brought into being, called `created_name`.
    """

    step: str
    task: int
    scope: int
    outcome: str | None
    answers: Mapping[str, Value]
    name: str | None = None
    created: RecordRef | None = None
    created_name: str | None = None


@dataclass(frozen=True, slots=True)
class TaskWithdrawn:
    step: str
    task: int
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody at the task `answers_to` wants to know something of a person: a task of its own."""

    step: str
    task: int
    scope: int
    answers_to: int
    seat: Seat
    about: RecordRef
    question: str


@dataclass(frozen=True, slots=True)
class Answered:
    step: str
    task: int
    answer: str


@dataclass(frozen=True, slots=True)
class TaskHeld:
    """The task is laid aside for a while; None: it is taken up again."""

    step: str
    task: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class TaskDueMoved:
    """What says by when the task should be done has changed."""

    step: str
    task: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TaskLate:
    """The task was to be done `due` and is not: whoever holds the role `tells` is told."""

    step: str
    task: int
    about: RecordRef
    due: datetime
    tells: str
    persons: tuple[RecordRef, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    step: str
    scope: int
    decision: str
    hits: tuple[str, ...]
    output: Mapping[str, Value]
    because: tuple[str, ...]
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    step: str
    scope: int
    rule: str
    then: str


@dataclass(frozen=True, slots=True)
class Written:
    """The application set fields: what `set` of a step says, done as part of that step.

    `fields` are the places as the step names them, `business_case.status`. `values` are what was
    set, by the same names, where that is short; texts and records stand in the changes of the record.
    """

    step: str
    fields: tuple[str, ...]
    values: Mapping[str, Value] | None = None


@dataclass(frozen=True, slots=True)
class Created:
    step: str
    scope: int
    name: str
    record: RecordRef


@dataclass(frozen=True, slots=True)
class Notified:
    step: str
    notification: str
    about: RecordRef
    persons: tuple[RecordRef, ...]


@dataclass(frozen=True, slots=True)
class Started:
    """Another procedure was begun, or was already open on that record and only got a note."""

    step: str
    procedure: str
    about: RecordRef
    run: int
    joined: bool = False
    continues: bool = False


@dataclass(frozen=True, slots=True)
class Noted:
    """Another run handed over into this one, which was open already."""

    procedure: str
    from_run: int
    step: str | None = None


@dataclass(frozen=True, slots=True)
class BranchOpened:
    """A branch begins beside others. `opened` is the number of its list, `scope` of that around."""

    step: str
    scope: int
    branch: str
    opened: int


@dataclass(frozen=True, slots=True)
class BranchClosed:
    step: str
    scope: int
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class RoundOpened:
    """People are asked to sign. `seats` as `domain.round` tells them.

    `recused` are persons of the board whose own request it is, and whom nobody stands in for.
    """

    step: str
    scope: int
    round: int
    seats: tuple[Mapping[str, Value], ...]
    opened_at: datetime
    item: RecordRef | None = None
    late_at: datetime | None = None
    recused: tuple[RecordRef, ...] = ()


@dataclass(frozen=True, slots=True)
class SeatsChanged:
    """Who has to sign is read anew; what has been signed stays."""

    step: str
    scope: int
    seats: tuple[Mapping[str, Value], ...]


@dataclass(frozen=True, slots=True)
class RoundClosed:
    """It is decided, or too late. `name` is what expressions call the count."""

    step: str
    scope: int
    result: str
    seats: int
    approvals: int
    rejections: int
    abstentions: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class GroupOpened:
    """The steps of a group begin. `opened` is the number of their list, `scope` of that around."""

    step: str
    scope: int
    opened: int


@dataclass(frozen=True, slots=True)
class TurnsOpened:
    """A step is done for each record of a list; `opened` is the number that turns stand in."""

    step: str
    scope: int
    opened: int


@dataclass(frozen=True, slots=True)
class TurnOpened:
    """The turn of a record begins, in which it is called `name`."""

    step: str
    scope: int
    member: RecordRef
    name: str
    opened: int


@dataclass(frozen=True, slots=True)
class AsNeededOpened:
    """Somebody begins what is offered under `key`; `step` is what offers it, None for the run."""

    scope: int
    key: str
    opened: int
    step: str | None = None


@dataclass(frozen=True, slots=True)
class ListClosed:
    """A group, a turn, all turns of a step, or what was begun as needed, is over."""

    scope: int
    withdrawn: bool = False
    step: str | None = None


@dataclass(frozen=True, slots=True)
class WaitOpened:
    """The run waits for a moment or a condition. `due`, `late`: see `domain.run.Wait`."""

    step: str
    scope: int
    since: datetime
    due: datetime | None = None
    late: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitMoved:
    """What says for which moment is waited has changed."""

    step: str
    scope: int
    due: datetime | None = None
    late: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaitOver:
    """What was waited for has come; or it is `late`, and waited for no more."""

    step: str
    scope: int
    late: bool = False


@dataclass(frozen=True, slots=True)
class WaitWithdrawn:
    step: str
    scope: int
    reason: str


@dataclass(frozen=True, slots=True)
class Called:
    """Another procedure is carried out, and its end waited for; `joined`, where it was open."""

    step: str
    scope: int
    procedure: str
    about: RecordRef
    run: int
    since: datetime
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """The run that was called has come to its end, or was stopped."""

    step: str
    scope: int
    run: int
    end: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    end: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class RunStopped:
    reason: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class RunFailed:
    """A command could not be carried out; nothing of it was done. Administrators are to mend why."""

    reason: str
    step: str | None = None


@dataclass(frozen=True, slots=True)
class RunMended:
    """Nothing of what had failed is left."""

    step: str | None = None


Event = (
    RunStarted
    | TaskOpened
    | TaskMoved
    | TaskClaimed
    | TaskReleased
    | TaskCompleted
    | TaskWithdrawn
    | Asked
    | Answered
    | TaskHeld
    | TaskDueMoved
    | TaskLate
    | Decided
    | Chosen
    | Written
    | Created
    | Notified
    | Started
    | Noted
    | BranchOpened
    | BranchClosed
    | RoundOpened
    | SeatsChanged
    | RoundClosed
    | GroupOpened
    | TurnsOpened
    | TurnOpened
    | AsNeededOpened
    | ListClosed
    | WaitOpened
    | WaitMoved
    | WaitOver
    | WaitWithdrawn
    | Called
    | Returned
    | RunEnded
    | RunStopped
    | RunFailed
    | RunMended
)
