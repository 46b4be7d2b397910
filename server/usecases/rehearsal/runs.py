"""Runs without a database: what rows would hold of them, and what the engine asks about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.decision import NoVerdict
from server.domain.definitions import Book, Definitions
from server.domain.refusals import NotFound
from server.domain.run import Run, RunState
from server.domain.values import RecordRef
from server.domain.watch import Watch
from server.engine import events as happened
from server.engine import settled, watching
from server.engine.advance import Machine
from server.engine.apply import apply
from server.engine.walk import StepFailed, Walk
from server.usecases.rehearsal.memory import Memory
from server.usecases.rehearsal.stage import Line


@dataclass(slots=True)
class Kept:
    """A run with what it goes by."""

    run: Run
    book: Book


class RunsInMemory:
    """The library of the engine, and what it asks while a command settles.

    `now` is the moment of the command under way, `machine` what carries it out. `tasks` maps each
    task to its run and its number there; `hits` are the rules that held, by decision.
    """

    def __init__(self, definitions: Definitions, memory: Memory, now: datetime) -> None:
        self.definitions = definitions
        self.memory = memory
        self.now = now
        self.known: dict[int, Kept] = {}
        self.history: list[Line] = []
        self.hits: list[tuple[str, str]] = []
        self.tasks: dict[int, tuple[int, int]] = {}
        self.machine: Machine | None = None
        self._books: dict[str, Book] = {}
        self._called: set[int] = set()

    def book(self, procedure: str) -> Book:
        if procedure not in self.definitions.procedures:
            raise NotFound(f"There is no procedure '{procedure}'.")
        if procedure not in self._books:
            self._books[procedure] = self.definitions.book(procedure)
        return self._books[procedure]

    def open_run(self, procedure: str, about: RecordRef) -> tuple[Run, Book] | None:
        for kept in self.known.values():
            run = kept.run
            if run.procedure == procedure and run.about == about and run.is_open:
                return run, kept.book
        return None

    def callers(self, run: int) -> tuple[tuple[Run, Book], ...]:
        return tuple(
            (kept.run, kept.book)
            for kept in self.known.values()
            if kept.run.is_open
            and self._is_free(kept.run)
            and any(
                scope.wait is not None and scope.wait.run == run
                for scope in kept.run.scopes.values()
            )
        )

    def called(self, run: int) -> tuple[Run, Book] | None:
        kept = self.known.get(run)
        if kept is None or not kept.run.is_open or run not in self._called:
            return None
        return kept.run, kept.book

    def watching(self, watches: Iterable[Watch]) -> Iterable[int]:
        wanted = set(watches)
        entities = self.definitions.entities
        return [
            number
            for number, kept in self.known.items()
            if kept.run.is_open
            and wanted
            & watching.watches(
                Walk(kept.run, kept.book, kept.run), self.memory, entities, self.now
            )
        ]

    def _is_free(self, run: Run) -> bool:
        """Whether the command under way has not taken this run up yet."""
        return self.machine is None or run.id not in self.machine.walks

    def open_about(self, records: Iterable[RecordRef]) -> Iterable[int]:
        wanted = set(records)
        return [
            number
            for number, kept in self.known.items()
            if kept.run.is_open and kept.run.about in wanted
        ]

    def open_with_role(self, roles: Iterable[str]) -> Iterable[int]:
        wanted = set(roles)
        return [
            number
            for number, kept in self.known.items()
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
        assert self.machine is not None
        kept = self.known[run]
        self.machine.walk(kept.run, kept.book)

    def next_due(self, until: datetime) -> tuple[datetime, int] | None:
        """The next moment that does something to a run, and that run."""
        return min(
            (
                (wakes, number)
                for number, kept in self.known.items()
                if kept.run.state is RunState.OPEN
                for scope in kept.run.scopes
                if (wakes := kept.run.wakes_at(scope)) is not None and wakes <= until
            ),
            default=None,
        )

    def keep(
        self, walk: Walk, ids: Mapping[int, int], stored: Mapping[RecordRef, RecordRef]
    ) -> None:
        run_id = ids.get(walk.run.id, walk.run.id)
        run = settled.run(settled.awaiting(walk.run, ids), stored)
        tasks = {}
        for number, task in run.tasks.items():
            task_id = task.id
            if task_id is None:
                task_id = len(self.tasks) + 1
                self.tasks[task_id] = (run_id, number)
            tasks[number] = replace(task, id=task_id)
        run = replace(run, id=run_id, tasks=tasks)
        self.known[run_id] = Kept(run, walk.book)
        for event in walk.events:
            if isinstance(event, happened.RunStarted) and event.called:
                self._called.add(run_id)
            self.history.append(Line(run_id, run.procedure, settled.event(event, stored, ids)))
        for _, verdict in walk.verdicts:
            self.hits += [(verdict.decision, rule) for rule in verdict.hits]

    def fail(self, error: StepFailed | NoVerdict) -> None:
        """Nothing of the command is done; its run waits to be mended, as it would be kept."""
        walks = self.machine.walks if self.machine is not None else {}
        origin = next((number for number in walks if number > 0), None)
        kept = self.known.get(origin or 0)
        if kept is not None and kept.run.state is RunState.OPEN:
            step = error.step if isinstance(error, StepFailed) else None
            event = happened.RunFailed(str(error), step)
            kept.run = apply(kept.run, event)
            self.history.append(Line(kept.run.id, kept.run.procedure, event))
