"""A stage that needs no database: the engine and the rules, records in memory, a clock set by hand."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.ballot import Mark
from server.domain.beginning import Beginning
from server.domain.decision import NoVerdict
from server.domain.definitions import Book, Definitions
from server.domain.refusals import Failed, Invalid, NotAllowed, WrongState
from server.domain.role import JOURNALS, Operation
from server.domain.run import TaskState
from server.domain.somebody import speaks_of
from server.domain.step import (
    BECAUSE,
    Approve,
    Do,
)
from server.domain.values import RecordRef, Type, Value
from server.engine import events as happened
from server.engine import settling
from server.engine.advance import Machine
from server.engine.draft import Decide, Draft
from server.engine.forms import Sheet, accepted, questions, sheet_of
from server.engine.people import PeopleOfRecords, PeopleSeen
from server.engine.rows import Written, write
from server.engine.seats import candidates
from server.engine.signing import Signature
from server.engine.walk import StepFailed
from server.usecases import submission
from server.usecases.holding import written_fields
from server.usecases.rehearsal.memory import Memory
from server.usecases.rehearsal.runs import Kept, RunsInMemory
from server.usecases.rehearsal.setting import Told
from server.usecases.rehearsal.stage import Blank, Line, Waiting, asked, blank


class Rehearsal:
    """A stage in memory: the engine and the rules, records in dictionaries, a clock set by hand.

    What follows from a command is settled by the engine, as it is where there is a database.
    """

    def __init__(self, definitions: Definitions, decide: Decide, now: datetime) -> None:
        self.definitions = definitions
        self.memory = Memory(definitions.entities, definitions.calendar)
        self.runs = RunsInMemory(definitions, self.memory, now)
        self._decide = decide

    @property
    def now(self) -> datetime:
        return self.runs.now

    # -- commands -----------------------------------------------------------------------------

    def begin(
        self,
        procedure: str,
        beginning: Beginning,
        about: RecordRef | None,
        person: RecordRef | None,
        told: Told,
    ) -> RecordRef:
        book = self.runs.book(procedure)
        if (
            about is None
            and person is not None
            and str(beginning.by) not in self.runs.roles_of(person)
        ):
            raise NotAllowed(f"{book.procedure.title} is begun by the role {beginning.by}.")

        def do(command: _Command) -> RecordRef:
            record = about
            if record is None:
                values, rows = self._typed(book, beginning, told, command.draft)
                record = command.draft.create(book.procedure.about, values)
                write(command.draft, record, rows)
            walk = command.machine.begin(book, beginning, record)
            if walk is None:
                raise WrongState(f"The condition of the start '{beginning.key}' does not hold.")
            return record

        found: RecordRef = self._carry_out(do, None if about is not None else person)
        return found

    def complete(self, task: int, person: RecordRef, outcome: str | None, told: Told) -> None:
        run_id, number = self.runs.tasks[task]
        kept = self.runs.known[run_id]
        found = kept.run.tasks[number]
        if found.state is not TaskState.OPEN:
            raise WrongState(f"This task has been {found.state} already.")
        if person.id in found.seat.not_by:
            raise NotAllowed("This is their own request, and nobody signs what they asked for.")
        if person not in candidates(found.seat, self._people(self._draft())):
            raise NotAllowed(f"This task is for the role {found.seat.role}.")

        def do(command: _Command) -> None:
            walk = command.machine.walk(kept.run, kept.book)
            step = walk.step(found.scope, found.step)
            action = step.action
            assert isinstance(action, Do | Approve)
            chosen = submission.outcome(step, outcome)
            sheet = sheet_of(walk, found, step, command.draft, self.definitions.entities)
            types = {key: item.type for key, item in questions(action).items()}
            if sheet is not None:
                types |= _types(sheet)
            lists = sheet.rows(self.definitions.entities) if sheet is not None else ()
            sent, problems = told.values(types, lists)
            rows, of_rows = told.rows(lists)
            values, asked = accepted(
                command.draft, found, action, chosen, sheet, sent, problems | of_rows
            )
            if isinstance(action, Do):
                command.machine.complete(walk, number, chosen, values, asked, rows)
                return
            assert chosen is not None
            because = asked[BECAUSE]
            said = Signature(Mark(chosen.key), str(because) if because else None, person)
            command.machine.sign(walk, number, said, values, asked, rows)

        self._carry_out(do, person)

    def enter(self, entity: str, told: Told) -> RecordRef:
        definition = self.definitions.entities[entity]
        types = {item.key: item.type for item in definition.columns}

        def do(command: _Command) -> RecordRef:
            values, problems = told.values(types)
            _raise(problems)
            return command.draft.create(entity, values)

        found: RecordRef = self._carry_out(do)
        return found

    def change(self, record: RecordRef, told: Told, because: str | None) -> None:
        definition = self.definitions.entities[record.entity]
        types = {item.key: item.type for item in definition.columns}

        def do(command: _Command) -> None:
            values, problems = told.values(types)
            _raise(problems)
            differing = {
                key: value
                for key, value in values.items()
                if command.draft.field(record, key) != value
            }
            held = frozenset().union(
                *(
                    written_fields(kept.book)
                    for kept in self.runs.known.values()
                    if kept.run.is_open and kept.run.about == record
                )
            )
            if because is None and differing.keys() & held:
                raise WrongState("An open run holds what is about to be changed.")
            command.draft.change(record, differing)

        self._carry_out(do)

    def need(self, run: int, key: str, person: RecordRef) -> None:
        kept = self.runs.known[run]

        def do(command: _Command) -> None:
            walk = command.machine.walk(kept.run, kept.book)
            number = command.machine.begin_as_needed(walk, key, None)
            [task] = [item for item in walk.run.open_tasks if item.scope == number]
            if person not in candidates(task.seat, self._people(self._draft())):
                raise NotAllowed(f"This is for the role {task.seat.role}.")
            walk.happen(happened.TaskClaimed(task.step, task.number, person.id))

        self._carry_out(do, person)

    def come(self, moment: datetime) -> None:
        while (found := self.runs.next_due(moment)) is not None:
            due, run_id = found
            self.runs.now = max(due, self.runs.now)
            with contextlib.suppress(Failed):  # then it is told by its history, and woken no more
                self._carry_out(functools.partial(_recheck, self.runs.known[run_id]))
        self.runs.now = max(moment, self.runs.now)

    # -- looking ------------------------------------------------------------------------------

    def waiting(self) -> tuple[Waiting, ...]:
        people = self._people(self._draft())
        return tuple(
            Waiting(
                task.id or 0,
                kept.run.procedure,
                task.step,
                task.about,
                task.seat.lane,
                task.seat.role,
                candidates(task.seat, people),
                getattr(kept.book.procedure.step(task.step).action, "with_roles", ()),
            )
            for task, kept in sorted(
                (
                    (task, kept)
                    for kept in self.runs.known.values()
                    if kept.run.is_open
                    for task in kept.run.open_tasks
                ),
                key=lambda pair: pair[0].id or 0,
            )
        )

    def history(self) -> tuple[Line, ...]:
        return tuple(self.runs.history)

    def field(self, record: RecordRef, name: str) -> Value:
        return self.memory.field(record, name)

    def newest(self, entity: str) -> RecordRef | None:
        return max(self.memory.all(entity), default=None)

    def since(self, entity: str, record: RecordRef | None) -> tuple[RecordRef, ...]:
        return tuple(
            sorted(item for item in self.memory.all(entity) if record is None or item > record)
        )

    def blank(self, entity: str) -> Blank:
        return blank(self._draft(), entity)

    def asked(self, task: int) -> Mapping[str, str]:
        run_id, number = self.runs.tasks[task]
        kept = self.runs.known[run_id]
        draft = self._draft()
        walk = self._machine(draft).walk(kept.run, kept.book)
        found = kept.run.tasks[number]
        step = walk.step(found.scope, found.step)
        return self._shown(sheet_of(walk, found, step, draft, self.definitions.entities))

    def asked_to_begin(self, procedure: str, beginning: Beginning) -> Mapping[str, str]:
        if beginning.form is None:
            return {}
        form = self.runs.book(procedure).forms[beginning.form]
        entity = self.definitions.entities[form.entity]
        return self._shown(Sheet(form, entity, None, {}, self._draft()))

    def _shown(self, sheet: Sheet | None) -> Mapping[str, str]:
        if sheet is None:
            return {}
        places = {place.field.key: place for place in sheet.shown({})}
        for lists in sheet.rows(self.definitions.entities):
            places |= {f"{lists.rows.field}.{item.field.key}": item for item in lists.places}
        return {
            key: asked(required=place.required, read_only=place.read_only)
            for key, place in places.items()
        }

    def read_by(self, person: RecordRef, record: RecordRef) -> frozenset[str]:
        somebody = self.memory.somebody(person)
        every = {*self.definitions.entities[record.entity].fields, *JOURNALS}
        seen: set[str] = set()
        for key in somebody.roles:
            grant = self.definitions.roles[key].grant(record.entity)
            if grant is None or Operation.READ not in grant.operations:
                continue
            if speaks_of(grant, key, record, somebody, self.memory.field):
                seen |= every - grant.hidden
        return frozenset(seen)

    def holders(self, role: str) -> tuple[RecordRef, ...]:
        return self._people(self._draft()).every_holder(role)

    # -- one command --------------------------------------------------------------------------

    def _draft(self) -> Draft:
        definitions = self.definitions
        return Draft(
            self.memory,
            definitions.entities,
            definitions.decisions,
            self._decide,
            self.runs.now,
            definitions.calendar,
        )

    def _machine(self, draft: Draft, person: RecordRef | None = None) -> Machine:
        people = PeopleSeen(draft, self._people(self._draft()), self.definitions.entities)
        return Machine(draft, people, self.definitions.roles, self._decide, self.runs, person)

    def _people(self, draft: Draft) -> PeopleOfRecords:
        return PeopleOfRecords(draft, self.definitions.entities)

    def _carry_out(self, do: Callable[[_Command], Any], person: RecordRef | None = None) -> Any:
        """One command of a person, or of the application itself, settled and kept."""
        draft = self._draft()
        entities = self.definitions.entities
        machine = self._machine(draft, person)
        self.runs.machine = machine
        try:
            made = do(_Command(draft, machine))
            settling.settle(machine, draft, self.definitions.procedures, entities, self.runs)
            stored = self._save(draft, machine)
        except (StepFailed, NoVerdict) as error:
            self.runs.fail(error)
            raise Failed(f"The run cannot go on: {error}") from error
        return stored.get(made, made) if isinstance(made, RecordRef) else made

    def _save(self, draft: Draft, machine: Machine) -> Mapping[RecordRef, RecordRef]:
        stored = self.memory.save(draft.finish())
        walks = [walk for walk in machine.walks.values() if walk.events]
        ids: dict[int, int] = {}
        for walk in walks:
            if walk.run.id < 0:
                ids[walk.run.id] = len(self.runs.known) + len(ids) + 1
        for walk in walks:
            self.runs.keep(walk, ids, stored)
        for _, verdict in draft.verdicts:
            self.runs.hits += [(verdict.decision, rule) for rule in verdict.hits]
        return stored

    def _typed(
        self, book: Book, beginning: Beginning, told: Told, draft: Draft
    ) -> tuple[Mapping[str, Value], Written]:
        """What the form of a start makes of what the story answers."""
        if beginning.form is None:
            values, problems = told.values({})
            _raise(problems)
            return values, {}
        form = book.forms[beginning.form]
        entities = self.definitions.entities
        sheet = Sheet(form, entities[form.entity], None, {}, draft)
        lists = sheet.rows(entities)
        values, problems = told.values(_types(sheet), lists)
        rows, of_rows = told.rows(lists)
        _raise({**sheet.problems(values), **problems, **of_rows})
        return sheet.written(values), rows


@dataclass(frozen=True, slots=True)
class _Command:
    draft: Draft
    machine: Machine


def _recheck(kept: Kept, command: _Command) -> None:
    command.machine.recheck(command.machine.walk(kept.run, kept.book))


def _types(sheet: Sheet) -> dict[str, Type]:
    return {item.field: sheet.entity.fields[item.field].type for item in sheet.form.fields}


def _raise(problems: Mapping[str, str]) -> None:
    if problems:
        count = len(problems)
        raise Invalid(f"{count} answer{'s' if count > 1 else ''} to put right.", problems)
