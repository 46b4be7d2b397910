"""Plays a story on a stage, and says where it did not go as it was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from server.domain.beginning import Beginning
from server.domain.definitions import Definitions
from server.domain.refusals import Invalid, Refusal
from server.domain.scenario import (
    Act,
    Asked,
    Begin,
    Change,
    Complete,
    Enter,
    Need,
    Pass,
    Path,
    Place,
    Scenario,
    Story,
    Then,
)
from server.domain.values import RecordRef
from server.usecases.rehearsal import setting
from server.usecases.rehearsal.expectations import differences
from server.usecases.rehearsal.offers import differing_form, differing_tasks
from server.usecases.rehearsal.seen import Seen
from server.usecases.rehearsal.stage import Line, Stage, Waiting

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When stories begin that do not say when."""
REFUSALS = {
    "NotFound": "not_found",
    "NotAllowed": "not_allowed",
    "WrongState": "wrong_state",
    "Conflict": "conflict",
    "Invalid": "invalid",
    "Failed": "failed",
}
"""What a story calls each refusal."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What was expected at `path` of the scenario, and what happened instead."""

    path: Path
    sentence: str


@dataclass(frozen=True, slots=True)
class Played:
    """A story as it went. `hits` are the rules that held, by decision."""

    scenario: str
    story: Story
    differences: tuple[Difference, ...]
    history: tuple[Line, ...]
    hits: tuple[tuple[str, str], ...] = ()

    @property
    def is_right(self) -> bool:
        return not self.differences


class Player:
    """One telling of one story. It stops at the first act that does not go as told."""

    def __init__(
        self,
        definitions: Definitions,
        scenario: Scenario,
        story: Story,
        stage: Stage,
        names: Mapping[str, RecordRef],
    ) -> None:
        self._definitions = definitions
        self._scenario = scenario
        self._story = story
        self._stage = stage
        self._names = dict(names)
        self._before = {key: stage.newest(key) for key in definitions.entities}

    def play(self) -> tuple[Difference, ...]:
        """Where the story went otherwise; nothing where it went as told."""
        for act in self._story.acts:
            found = self._do(act)
            if found:
                return found
        return ()

    def _do(self, act: Act) -> tuple[Difference, ...]:
        if isinstance(act, Then):
            seen = self._seen()
            try:
                return (
                    *(Difference(path, text) for path, text in differences(act, seen)),
                    *(self._differing_tasks() if act.open is not None else ()),
                )
            except _NotAsToldError as error:
                return (Difference(act.path, str(error)),)
        expected = None if isinstance(act, Pass) else act.refused
        try:
            self._carry_out(act)
        except _NotAsToldError as error:
            return (Difference(act.path, str(error)),)
        except _OtherTaskError as error:
            return error.differences
        except Refusal as refusal:
            happened = REFUSALS[type(refusal).__name__]
            if happened == expected:
                return ()
            wanted = f"a refusal as {expected}" if expected else "this to be done"
            return (Difference(act.path, f"Expected {wanted}; refused as {_told(refusal)}"),)
        if expected is not None:
            return (
                Difference(act.path, f"Expected a refusal as {expected}; it was carried out."),
            )
        return ()

    def _carry_out(self, act: Act) -> None:
        match act:
            case Begin():
                self._begin(act)
            case Complete():
                self._complete(act)
            case Enter():
                self._call(act.name, self._stage.enter(act.entity, self._read(act.values)))
            case Change():
                self._stage.change(self._named(act.record), self._read(act.values), act.because)
            case Need():
                self._need(act)
            case Pass():
                self._stage.come(self._moment(act))

    # -- acts ---------------------------------------------------------------------------------

    def _begin(self, act: Begin) -> None:
        procedure = self._definitions.procedures[act.procedure]
        beginning = procedure.beginning(act.start or "")
        assert beginning is not None, "the scenario was checked"
        if act.form is not None:
            _compare(act.form, self._stage.asked_to_begin(procedure.key, beginning), act.path)
        about = self._named(act.about) if act.about is not None else None
        person = self._beginner(act.by, beginning) if about is None else None
        record = self._stage.begin(
            procedure.key, beginning, about, person, self._read(act.answers)
        )
        if about is None:
            self._call(act.name, record)

    def _beginner(self, by: str | None, beginning: Beginning) -> RecordRef:
        if by in self._names:
            return self._names[by]
        role = by or beginning.by or ""
        holders = self._stage.holders(role)
        if not holders:
            raise _NotAsToldError(f"Nobody holds the role '{role}' in this story.")
        return holders[0]

    def _complete(self, act: Complete) -> None:
        task = self._open(act.place, act.by)
        if found := self._differing_tasks():
            raise _OtherTaskError(found)
        person = self._names.get(act.by or "")
        if person is None:
            if act.by is not None and act.by not in {task.lane, task.role}:
                raise _NotAsToldError(
                    f"Expected '{act.place}' to be a task of the role {act.by}; it is one of the "
                    f"role {task.lane}{'' if task.lane == task.role else f' ({task.role})'}."
                )
            if not task.people:
                raise _NotAsToldError(f"Nobody may do '{act.place}'.")
            person = task.people[0]
        if act.form is not None:
            _compare(act.form, self._stage.asked(task.task), act.path)
        made = self._made_before()
        self._stage.complete(task.task, person, act.outcome, self._read(act.answers))
        if act.name is not None:
            new = next(
                (
                    after
                    for entity, before in made.items()
                    if (after := self._stage.newest(entity)) != before
                    and after is not None
                    and self._creates(task, entity)
                ),
                None,
            )
            if new is None:
                raise _NotAsToldError(f"'{act.place}' made no record to be called '{act.name}'.")
            self._names[act.name] = new

    def _differing_tasks(self) -> tuple[Difference, ...]:
        """Which open tasks are for others than the scenario says."""
        return tuple(
            Difference(path, f"{text} (In: {self._story.title})")
            for path, text in differing_tasks(
                self._scenario.tasks, self._stage.waiting(), self._seen()
            )
        )

    def _seen(self) -> Seen:
        return Seen(
            self._definitions, self._stage, self._scenario.procedure, self._named, self._made
        )

    def _need(self, act: Need) -> None:
        run = None
        for line in self._stage.history():
            if line.procedure == (act.place.procedure or self._scenario.procedure):
                run = line.run
        if run is None:
            raise _NotAsToldError(f"No run offers '{act.place.step}'.")
        person = self._names.get(act.by or "")
        if person is None:
            holders = self._stage.holders(act.by or "")
            if not holders:
                raise _NotAsToldError(f"Nobody holds the role '{act.by}' in this story.")
            person = holders[0]
        self._stage.need(run, act.place.step, person)

    def _open(self, place: Place, by: str | None) -> Waiting:
        waiting = self._stage.waiting()
        found = [item for item in waiting if self._is_meant(item, place)]
        if not found:
            told = ", ".join(f"{item.step} in {item.procedure}" for item in waiting)
            raise _NotAsToldError(f"Expected '{place}' to be open; open is {told or 'nothing'}.")
        if by in self._names:
            theirs = [item for item in found if self._names[by] in item.people]
            return (theirs or found)[0]
        return found[0]

    def _is_meant(self, waiting: Waiting, place: Place) -> bool:
        if waiting.step != place.step:
            return False
        if place.about is not None and waiting.about != self._named(place.about):
            return False
        if place.procedure is not None:
            return waiting.procedure == place.procedure
        own = self._definitions.procedures[self._scenario.procedure]
        has_own = any(step.key == place.step for step in own.walk())
        return not has_own or waiting.procedure == own.key

    def _creates(self, task: Waiting, entity: str) -> bool:
        step = self._definitions.procedures[task.procedure].step(task.step)
        creation = getattr(step.action, "creates", None)
        return creation is not None and creation.entity == entity

    def _made_before(self) -> Mapping[str, RecordRef | None]:
        return {entity: self._stage.newest(entity) for entity in self._definitions.entities}

    def _moment(self, act: Pass) -> datetime:
        now = self._stage.now
        if act.until is not None:
            return act.until
        if act.working_days is not None:
            return self._definitions.calendar.after_days(now, act.working_days)
        if act.working is not None:
            return self._definitions.calendar.after(now, act.working)
        assert act.amount is not None
        return now + act.amount

    # -- names --------------------------------------------------------------------------------

    def _named(self, name: str) -> RecordRef:
        """The record that a name stands for; an entity's key for its newest one of this story."""
        if name in self._names:
            return self._names[name]
        newest = self._stage.newest(name)
        if newest is None or newest == self._before.get(name):
            raise _NotAsToldError(f"No {name} has come into being in this story.")
        return newest

    def _made(self, entity: str) -> tuple[RecordRef, ...]:
        """The records of an entity that have come into being in this story, oldest first."""
        return self._stage.since(entity, self._before[entity])

    def _call(self, name: str | None, record: RecordRef) -> None:
        if name is not None:
            self._names[name] = record

    def _read(self, raw: Mapping[str, Any]) -> setting.Told:
        made = {
            entity: record
            for entity, record in self._made_before().items()
            if record is not None and record != self._before[entity]
        }
        return setting.Told(raw, made | self._names)


class _NotAsToldError(Exception):
    """The story cannot go on. The text says what was expected and what is."""


class _OtherTaskError(Exception):
    """A task, or what its form asks, is otherwise than told."""

    def __init__(self, differences: tuple[Difference, ...]) -> None:
        super().__init__()
        self.differences = differences


def _compare(wanted: Asked, actual: Mapping[str, str], path: Path) -> None:
    found = tuple(
        Difference(at, text) for at, text in differing_form(wanted, actual, (*path, "form"))
    )
    if found:
        raise _OtherTaskError(found)


def _told(refusal: Refusal) -> str:
    name = REFUSALS[type(refusal).__name__]
    details = ""
    if isinstance(refusal, Invalid):
        details = "".join(f" {key}: {text}" for key, text in refusal.problems.items())
    return f"{name}: {refusal}{details}"
