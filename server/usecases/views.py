"""What use cases answer: plain values that screens show and the API sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from server.domain.role import Operation
from server.domain.run import RunState, TaskState
from server.domain.values import RecordRef, Type, Value
from server.storage.journal import Attached

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of a longer list, in order. `after` asks for what follows; None when nothing does."""

    items: tuple[Item, ...]
    after: int | None = None


@dataclass(frozen=True, slots=True)
class RecordTitle:
    """A record as people refer to it: `INC000000000137` and its label."""

    record: RecordRef
    number: str
    label: str

    def __str__(self) -> str:
        bare = self.number == str(self.record.id)
        return self.label or self.number if bare else f"{self.number} {self.label}".strip()


@dataclass(frozen=True, slots=True)
class FieldView:
    """A place in a form. `asked` tells a question of the step from a field of the record."""

    key: str
    title: str
    type: Type
    guideline: str = ""
    required: bool = False
    read_only: bool = False
    value: Value = None
    shown: str = ""
    lines: int = 1
    titles: Mapping[str, str] = field(default_factory=dict)
    asked: bool = False


@dataclass(frozen=True, slots=True)
class RowView:
    """One child record in a form. `id` and `revision` are None for one that is to be added."""

    id: int | None
    revision: int | None
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class RowsView:
    """Child records that a form adds, changes and removes; `offered` is what a new one begins with.

    `key` is the list of the form's record in which they stand. Nobody adds to or removes from
    `fixed` ones.
    """

    key: str
    title: str
    at_least: int
    fixed: bool
    rows: tuple[RowView, ...]
    offered: RowView


@dataclass(frozen=True, slots=True)
class SectionView:
    title: str
    fields: tuple[FieldView, ...]
    rows: RowsView | None = None


@dataclass(frozen=True, slots=True)
class FormView:
    title: str
    sections: tuple[SectionView, ...]

    @property
    def fields(self) -> tuple[FieldView, ...]:
        return tuple(item for section in self.sections for item in section.fields)


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """A button. `leads_to` is the title of what follows, in words."""

    key: str
    label: str
    leads_to: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StartButton:
    """A procedure that this person may begin, and the form that it begins with."""

    procedure: str
    procedure_title: str
    start: str
    title: str
    form: FormView


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task as it stands in a queue."""

    id: int
    run_id: int
    procedure: str
    procedure_title: str
    step: str
    title: str
    about: RecordTitle
    lane: str
    role_title: str
    group: RecordTitle | None
    person: RecordTitle | None
    claimed_by: RecordTitle | None
    opened_at: datetime
    state: TaskState
    revision: int
    priority: str | None = None
    on_hold: str | None = None
    is_question: bool = False
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AskedView:
    """What was asked for the sake of a task, and the answer once there is one."""

    person: RecordTitle
    question: str
    asked_at: datetime
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignatureView:
    """A seat of a round of signing: for which role, and for what; what it says, once it does."""

    role_title: str
    held_for: RecordTitle | None
    said: str = ""
    because: str = ""
    by: RecordTitle | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task as it is worked on: the form, the instruction beside it, the buttons below.

    `signatures` are the seats of the round that it belongs to, where it is one to sign. `beside` are
    those who hold `with_roles` here: others than the person asking, who may look and be asked.
    """

    line: TaskLine
    text: str
    instruction: str
    form: FormView
    outcomes: tuple[OutcomeView, ...]
    draft: Mapping[str, Any]
    record_revision: int | None
    candidates: tuple[RecordTitle, ...]
    with_roles: tuple[str, ...]
    may_claim: bool
    may_complete: bool
    beside: tuple[RecordTitle, ...] = ()
    signatures: tuple[SignatureView, ...] = ()
    asked: tuple[AskedView, ...] = ()
    outcome: str | None = None
    answers: Mapping[str, Value] = field(default_factory=dict)
    completed_by: RecordTitle | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RunLine:
    id: int
    procedure: str
    procedure_title: str
    about: RecordTitle
    state: RunState
    end: str | None
    started_at: datetime
    ended_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """`sentence` tells it to people; `facts` is what replaying needs."""

    sequence: int
    at: datetime
    who: str
    kind: str
    step: str | None
    sentence: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VerdictView:
    id: int
    decision: str
    title: str
    step: str | None
    at: datetime
    inputs: Mapping[str, Any]
    hits: tuple[str, ...]
    output: Mapping[str, Any]
    because: tuple[str, ...]
    evaluator: str
    definition: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """What may be begun as needed in a run now; `list` tells where, when it is offered twice."""

    key: str
    title: str
    list: int
    role_title: str


@dataclass(frozen=True, slots=True)
class WaitView:
    """What a run waits for that is no task: a moment, a condition, or the end of another run.

    `due` is when the moment comes, `late` when it is given up; None where that is not known.
    `is_signed`: signatures are waited for, and after `late` it is decided without those missing.
    """

    step: str
    title: str
    since: datetime
    due: datetime | None
    late: datetime | None
    run: int | None
    is_signed: bool = False


@dataclass(frozen=True, slots=True)
class RunView:
    """`done` and `current` are keys of steps, to be lit up in the diagram.

    `offers` are those that the person asking may begin.
    """

    line: RunLine
    definition: str
    tasks: tuple[TaskLine, ...]
    history: tuple[HistoryLine, ...]
    verdicts: tuple[VerdictView, ...]
    done: frozenset[str]
    current: frozenset[str]
    waits: tuple[WaitView, ...] = ()
    offers: tuple[OfferView, ...] = ()


@dataclass(frozen=True, slots=True)
class Completed:
    """What followed from a completed task."""

    task_id: int
    run_id: int
    run_state: RunState
    run_end: str | None
    opened: tuple[TaskLine, ...]


@dataclass(frozen=True, slots=True)
class FailureView:
    id: int
    run: RunLine | None
    step: str | None
    sentence: str
    attempts: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record, with those of its fields that whoever asks may see.

    `held` maps fields that an open run writes to the task that would change them. `may` is what
    whoever asks may do to it by hand, apart from fields that are `unwritable`; lists do not tell.
    """

    title: RecordTitle
    values: Mapping[str, Value]
    shown: Mapping[str, str]
    revision: int
    created_at: datetime
    updated_at: datetime
    held: Mapping[str, int | None] = field(default_factory=dict)
    may: frozenset[Operation] = frozenset()
    unwritable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note about a record. `is_internal`: not for whoever asked for the record."""

    id: int
    at: datetime
    who: str
    text: str
    is_internal: bool
    attached: tuple[Attached, ...] = ()


@dataclass(frozen=True, slots=True)
class JournalView:
    """The notes about a record: which parts whoever asks `sees` and `writes`, of `domain.role.JOURNALS`."""

    notes: Page[NoteView]
    sees: frozenset[str]
    writes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One field of one record, changed once.

    `old_title` and `new_title` are what the records are called that a reference meant.
    """

    id: int
    at: datetime
    who: str
    field: str
    old: Any
    new: Any
    run_id: int | None
    step: str | None
    rule: str | None
    reason: str | None
    old_title: str = ""
    new_title: str = ""
