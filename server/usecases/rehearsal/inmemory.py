"""A stage that needs no database: the engine and the rules, records in memory, a clock set by hand."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from server.domain.ballot import Mark
from server.domain.decision import NoVerdict
from server.domain.definitions import Book, Definitions
from server.domain.procedure import BECAUSE, Approve, Beginning, Do
from server.domain.refusals import Failed, Invalid, NotAllowed, NotFound, WrongState
from server.domain.run import Run, RunState, TaskState
from server.domain.values import RecordRef, Type, Value
from server.domain.watch import Watch
from server.engine import events as happened
from server.engine import settled, settling, watching
from server.engine.advance import Machine
from server.engine.apply import apply
from server.engine.draft import Decide, Draft
from server.engine.forms import Sheet, accepted, questions, sheet_of
from server.engine.people import PeopleOfRecords, PeopleSeen
from server.engine.rows import Written, write
from server.engine.seats import candidates
from server.engine.signing import Signature
from server.engine.walk import StepFailed, Walk
from server.usecases import submission
from server.usecases.holding import written_fields
from server.usecases.rehearsal.memory import Memory
from server.usecases.rehearsal.setting import Told
from server.usecases.rehearsal.stage import Line, Waiting


@dataclass(slots=True)
class _Kept:
    run: Run
    book: Book


class Rehearsal:
    """A stage in memory: the engine and the rules, records in dictionaries, a clock set by hand.

    What follows from a command is settled by the engine, as it is where there is a database.
    """

    def __init__(self, definitions: Definitions, decide: Decide, now: datetime) -> None:
        self.definitions = definitions
        self.memory = Memory(definitions.entities)
        self.hits: list[tuple[str, str]] = []
        self._decide = decide
        self._now = now
        self._runs: dict[int, _Kept] = {}
        self._history: list[Line] = []
        self._books: dict[str, Book] = {}
        self._tasks: dict[int, tuple[int, int]] = {}
        self._machine: Machine | None = None
        self._called: set[int] = set()

    @property
    def now(self) -> datetime:
        return self._now

    # -- commands -----------------------------------------------------------------------------

    def begin(
        self,
        procedure: str,
        beginning: Beginning,
        about: RecordRef | None,
        person: RecordRef | None,
        told: Told,
    ) -> RecordRef:
        book = self.book(procedure)
        if about is None and person is not None and str(beginning.by) not in self.roles_of(person):
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

        found: RecordRef = self._carry_out(do, by=person)
        return found

    def complete(self, task: int, person: RecordRef, outcome: str | None, told: Told) -> None:
        run_id, number = self._tasks[task]
        kept = self._runs[run_id]
        found = kept.run.tasks[number]
        if found.state is not TaskState.OPEN:
            raise WrongState(f"This task has been {found.state} already.")
        if person not in candidates(found.seat, self._people(self._draft())):
            raise NotAllowed(f"This task is for the role {found.seat.role}.")

        def do(command: _Command) -> None:
            walk = command.machine.walk(kept.run, kept.book)
            step = kept.book.procedure.step(found.step)
            action = step.action
            assert isinstance(action, Do | Approve)
            chosen = submission.outcome(step, outcome)
            sheet = sheet_of(walk, found, step, command.draft, self.definitions.entities)
            types: dict[str, Type] = {key: item.type for key, item in questions(action).items()}
            if sheet is not None:
                types |= _types(sheet)
            lists = sheet.rows(self.definitions.entities) if sheet is not None else ()
            sent, problems = told.values(types, lists)
            rows, of_rows = told.rows(lists)
            values, asked = accepted(
                command.draft, found, action, chosen, sheet, sent, problems | of_rows
            )
            if isinstance(action, Approve):
                assert chosen is not None
                because = asked[BECAUSE]
                said = Signature(Mark(chosen.key), str(because) if because else None, person)
                command.machine.sign(walk, number, said, values, asked, rows)
            else:
                command.machine.complete(walk, number, chosen, values, asked, rows)

        self._carry_out(do, by=person)

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
                    for kept in self._runs.values()
                    if kept.run.is_open and kept.run.about == record
                )
            )
            if because is None and differing.keys() & held:
                raise WrongState("An open run holds what is about to be changed.")
            command.draft.change(record, differing)

        self._carry_out(do)

    def need(self, run: int, key: str, person: RecordRef) -> None:
        kept = self._runs[run]

        def do(command: _Command) -> None:
            walk = command.machine.walk(kept.run, kept.book)
            number = command.machine.begin_as_needed(walk, key, None)
            [task] = [item for item in walk.run.open_tasks if item.scope == number]
            if person not in candidates(task.seat, self._people(self._draft())):
                raise NotAllowed(f"This is for the role {task.seat.role}.")
            walk.happen(happened.TaskClaimed(task.step, task.number, person.id))

        self._carry_out(do)

    def come(self, moment: datetime) -> None:
        while (found := self._next_due(moment)) is not None:
            due, run_id = found
            self._now = max(due, self._now)
            with contextlib.suppress(Failed):  # then it is told by its history, and woken no more
                self._carry_out(functools.partial(_recheck, self._runs[run_id]))
        self._now = max(moment, self._now)

    def _next_due(self, until: datetime) -> tuple[datetime, int] | None:
        """The next moment that lets a run go on, and that run."""
        return min(
            (
                (wakes, number)
                for number, kept in self._runs.items()
                if kept.run.state is RunState.OPEN
                for scope in kept.run.scopes.values()
                if (wait := scope.waits_for) is not None
                and (wakes := wait.wakes_at) is not None
                and wakes <= until
            ),
            default=None,
        )

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
            )
            for task, kept in sorted(
                (
                    (task, kept)
                    for kept in self._runs.values()
                    if kept.run.is_open
                    for task in kept.run.open_tasks
                ),
                key=lambda pair: pair[0].id or 0,
            )
        )

    def history(self) -> tuple[Line, ...]:
        return tuple(self._history)

    def field(self, record: RecordRef, name: str) -> Value:
        return self.memory.field(record, name)

    def newest(self, entity: str) -> RecordRef | None:
        return max(self.memory.all(entity), default=None)

    def holders(self, role: str) -> tuple[RecordRef, ...]:
        return self._people(self._draft()).every_holder(role)

    # -- what the engine asks -----------------------------------------------------------------

    def book(self, procedure: str) -> Book:
        if procedure not in self.definitions.procedures:
            raise NotFound(f"There is no procedure '{procedure}'.")
        if procedure not in self._books:
            self._books[procedure] = self.definitions.book(procedure)
        return self._books[procedure]

    def open_run(self, procedure: str, about: RecordRef) -> tuple[Run, Book] | None:
        for kept in self._runs.values():
            run = kept.run
            if run.procedure == procedure and run.about == about and run.is_open:
                return run, kept.book
        return None

    def callers(self, run: int) -> tuple[tuple[Run, Book], ...]:
        return tuple(
            (kept.run, kept.book)
            for kept in self._runs.values()
            if kept.run.is_open
            and self._is_free(kept.run)
            and any(
                scope.wait is not None and scope.wait.run == run
                for scope in kept.run.scopes.values()
            )
        )

    def called(self, run: int) -> tuple[Run, Book] | None:
        kept = self._runs.get(run)
        if kept is None or not kept.run.is_open or run not in self._called:
            return None
        return kept.run, kept.book

    def watching(self, watches: Iterable[Watch]) -> Iterable[int]:
        wanted = set(watches)
        draft = self._draft()
        return [
            number
            for number, kept in self._runs.items()
            if kept.run.is_open
            and wanted
            & watching.watches(
                Walk(kept.run, kept.book, kept.run), draft, self.definitions.entities, self._now
            )
        ]

    def _is_free(self, run: Run) -> bool:
        """Whether the command under way has not taken this run up yet."""
        return self._machine is None or run.id not in self._machine.walks

    def open_about(self, records: Iterable[RecordRef]) -> Iterable[int]:
        wanted = set(records)
        return [
            number
            for number, kept in self._runs.items()
            if kept.run.is_open and kept.run.about in wanted
        ]

    def open_with_role(self, roles: Iterable[str]) -> Iterable[int]:
        wanted = set(roles)
        return [
            number
            for number, kept in self._runs.items()
            if kept.run.is_open
            and any({task.seat.lane, task.seat.role} & wanted for task in kept.run.open_tasks)
        ]

    def roles_of(self, person: RecordRef) -> Iterable[str]:
        return {
            str(self.memory.field(holder, "role"))
            for holder in self.memory.all("holder")
            if self.memory.field(holder, "person") == person
        }

    def role_kept(self, holder: RecordRef) -> str:
        return str(self.memory.field(holder, "role"))

    def take_up(self, run: int) -> None:
        assert self._machine is not None
        kept = self._runs[run]
        self._machine.walk(kept.run, kept.book)

    # -- one command --------------------------------------------------------------------------

    def _draft(self) -> Draft:
        definitions = self.definitions
        return Draft(
            self.memory, definitions.entities, definitions.decisions, self._decide, self._now
        )

    def _people(self, draft: Draft) -> PeopleOfRecords:
        return PeopleOfRecords(draft, self.definitions.entities)

    def _carry_out(self, do: Callable[[_Command], Any], *, by: RecordRef | None = None) -> Any:
        draft = self._draft()
        entities, roles = self.definitions.entities, self.definitions.roles
        people = PeopleSeen(draft, self._people(self._draft()), entities)
        machine = self._machine = Machine(draft, people, roles, self._decide, self, by)
        try:
            made = do(_Command(draft, machine))
            settling.settle(machine, draft, self.definitions.procedures, entities, self)
            stored = self._save(draft, machine)
        except (StepFailed, NoVerdict) as error:
            raise self._failed(error, machine) from error
        return stored.get(made, made) if isinstance(made, RecordRef) else made

    def _save(self, draft: Draft, machine: Machine) -> Mapping[RecordRef, RecordRef]:
        stored = self.memory.save(draft.finish())
        walks = [walk for walk in machine.walks.values() if walk.events]
        ids: dict[int, int] = {}
        for walk in walks:
            if walk.run.id < 0:
                ids[walk.run.id] = len(self._runs) + len(ids) + 1
        for walk in walks:
            self._keep(walk, ids, stored)
        for _, verdict in draft.verdicts:
            self.hits += [(verdict.decision, rule) for rule in verdict.hits]
        return stored

    def _keep(
        self, walk: Walk, ids: Mapping[int, int], stored: Mapping[RecordRef, RecordRef]
    ) -> None:
        run_id = ids.get(walk.run.id, walk.run.id)
        run = settled.run(settled.awaiting(walk.run, ids), stored)
        tasks = {}
        for number, task in run.tasks.items():
            task_id = task.id
            if task_id is None:
                task_id = len(self._tasks) + 1
                self._tasks[task_id] = (run_id, number)
            tasks[number] = replace(task, id=task_id)
        run = replace(run, id=run_id, tasks=tasks)
        self._runs[run_id] = _Kept(run, walk.book)
        for event in walk.events:
            if isinstance(event, happened.RunStarted) and event.called:
                self._called.add(run_id)
            self._history.append(Line(run_id, run.procedure, settled.event(event, stored, ids)))
        for _, verdict in walk.verdicts:
            self.hits += [(verdict.decision, rule) for rule in verdict.hits]

    def _failed(self, error: StepFailed | NoVerdict, machine: Machine) -> Failed:
        """Nothing of the command is done; its run waits to be mended, as it would be kept."""
        origin = next((number for number in machine.walks if number > 0), None)
        kept = self._runs.get(origin or 0)
        if kept is not None and kept.run.state is RunState.OPEN:
            step = error.step if isinstance(error, StepFailed) else None
            event = happened.RunFailed(str(error), step)
            kept.run = apply(kept.run, event)
            self._history.append(Line(kept.run.id, kept.run.procedure, event))
        return Failed(f"The run cannot go on: {error}")

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


def _recheck(kept: _Kept, command: _Command) -> None:
    command.machine.recheck(command.machine.walk(kept.run, kept.book))


def _types(sheet: Sheet) -> dict[str, Type]:
    return {item.field: sheet.entity.fields[item.field].type for item in sheet.form.fields}


def _raise(problems: Mapping[str, str]) -> None:
    if problems:
        count = len(problems)
        raise Invalid(f"{count} answer{'s' if count > 1 else ''} to put right.", problems)
