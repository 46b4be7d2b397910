"""Where stories are played: what a player does there, and what it looks at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.domain.beginning import Beginning
from server.domain.refusals import Invalid
from server.domain.values import RecordRef, Value
from server.engine import events as happened
from server.engine.draft import Draft
from server.usecases.rehearsal.setting import Told


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open task: its run's procedure, its step, what it is about, and who may do it.

    `with_roles` are those that may be asked about it.
    """

    task: int
    procedure: str
    step: str
    about: RecordRef
    lane: str
    role: str
    people: tuple[RecordRef, ...]
    with_roles: tuple[str, ...]


SHOWS, NEEDS, TAKES = "shows", "needs", "takes"
"""How a form has a field: to be read only, refused without it, or to be filled in or left."""


def asked(*, required: bool, read_only: bool) -> str:
    """How a form has a field that it shows so."""
    if read_only:
        return SHOWS
    return NEEDS if required else TAKES


@dataclass(frozen=True, slots=True)
class Blank:
    """A record for which nothing has been filled in: its values, and the fields it cannot do without."""

    values: Mapping[str, Value]
    needs: frozenset[str]


def blank(draft: Draft, entity: str) -> Blank:
    """What a draft in which nothing else has been written makes of a new record."""
    record = draft.create(entity, {})
    values = {item.key: draft.field(record, item.key) for item in draft.entities[entity].columns}
    try:
        draft.finish()
    except Invalid as refusal:
        return Blank(values, frozenset(refusal.problems))
    return Blank(values, frozenset())


@dataclass(frozen=True, slots=True)
class Line:
    """Something that has happened to a run."""

    run: int
    procedure: str
    event: happened.Event


class Stage(Protocol):
    """What a player does and looks at. Commands raise the refusals that people would get."""

    @property
    def now(self) -> datetime: ...

    def begin(
        self,
        procedure: str,
        beginning: Beginning,
        about: RecordRef | None,
        person: RecordRef | None,
        told: Told,
    ) -> RecordRef:
        """A run begins; the record that it is about. Without `about`, by hand, by a person."""

    def complete(self, task: int, person: RecordRef, outcome: str | None, told: Told) -> None:
        """A person completes a task."""

    def enter(self, entity: str, told: Told) -> RecordRef:
        """A record comes into being."""

    def change(self, record: RecordRef, told: Told, because: str | None) -> None:
        """A record is changed by hand."""

    def need(self, run: int, key: str, person: RecordRef) -> None:
        """A person begins what an open run offers as needed."""

    def come(self, moment: datetime) -> None:
        """The clock shows a later moment; what was due until then happens."""

    def waiting(self) -> tuple[Waiting, ...]:
        """All open tasks, in the order in which they came up."""

    def history(self) -> tuple[Line, ...]:
        """All that has happened to all runs."""

    def field(self, record: RecordRef, name: str) -> Value:
        """What a record holds."""

    def newest(self, entity: str) -> RecordRef | None:
        """The record of this entity that came last."""

    def since(self, entity: str, record: RecordRef | None) -> tuple[RecordRef, ...]:
        """The records of this entity that came after that one, or all, oldest first."""

    def blank(self, entity: str) -> Blank:
        """A record of an entity for which nothing has been filled in."""

    def asked(self, task: int) -> Mapping[str, str]:
        """How the form of an open task has each field that it shows before anything is typed."""

    def asked_to_begin(self, procedure: str, beginning: Beginning) -> Mapping[str, str]:
        """As `asked`, for the form of a start."""

    def read_by(self, person: RecordRef, record: RecordRef) -> frozenset[str]:
        """The fields of a record that a person sees by hand; none of one that is out of reach."""

    def holders(self, role: str) -> tuple[RecordRef, ...]:
        """Who holds a role, for whatever record."""
