"""One command on records and runs: what is loaded, thought and saved together.

The one write path. Whoever changes a record or a run does it inside `carry_out`: tasks, screens,
API, worker and import alike. What follows from a change (runs that a new record starts, runs that
end because of it, tasks that move to somebody else) happens in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import Any

import sqlalchemy as sa

from server import loading
from server.domain.actor import Actor
from server.domain.definitions import Book
from server.domain.procedure import Procedure
from server.domain.role import Operation
from server.domain.run import Run
from server.domain.values import RecordRef, Type, Value
from server.domain.watch import Watch
from server.engine import events as happened
from server.engine import history, settled, settling, watching
from server.engine.advance import Machine
from server.engine.draft import Draft
from server.engine.people import PeopleSeen
from server.engine.walk import StepFailed, Walk
from server.storage import failures, notices, pins, verdicts, waiting
from server.storage.queues import Standing, Waiting
from server.storage.records import Records
from server.storage.runs import Closing, Line, Runs
from server.usecases import books, notifying
from server.usecases.app import App
from server.usecases.reading import Problems, read_values
from server.usecases.rights import Rights, rights_of


class Running:
    """The parts of one command, in one transaction."""

    def __init__(
        self, app: App, connection: sa.Connection, actor: Actor, reason: str | None = None
    ) -> None:
        self.app = app
        self.connection = connection
        self.actor = actor
        self.reason = reason
        self.at = app.now()
        entities = app.definitions.entities
        self.records = Records(connection, app.models, entities, self.at)
        self.runs = Runs(connection)
        self.stored: Mapping[RecordRef, RecordRef] = {}
        self.run_ids: Mapping[int, int] = {}
        self.opened: list[Waiting] = []
        self.draft = Draft(
            self.records,
            entities,
            app.definitions.decisions,
            app.rules.decide,
            self.at,
            app.definitions.calendar,
        )
        people = PeopleSeen(self.draft, self.records, entities)
        self.machine = Machine(
            self.draft, people, app.definitions.roles, app.rules.decide, self, actor.person
        )

    @cached_property
    def rights(self) -> Rights:
        """What the actor may do, by the roles held when this is first asked."""
        return rights_of(self.app, self.actor, self.records)

    def read(
        self, types: Mapping[str, Type], raw: Mapping[str, Any], present: Iterable[Value] = ()
    ) -> tuple[dict[str, Value], Problems]:
        """What the actor sends, as `read_values`; a record is meant by who may read it.

        What is `present` already may be sent again by anybody.
        """

        @cache
        def known() -> frozenset[RecordRef]:
            return frozenset(value for value in present if isinstance(value, RecordRef))

        def may_mean(record: RecordRef) -> bool:
            return (
                self.rights.reaches(self.connection, Operation.READ, record) or record in known()
            )

        return read_values(self.records, self.app.definitions.entities, types, raw, may_mean)

    # -- the machine's library ----------------------------------------------------------------

    def book(self, procedure: str) -> Book:
        return books.current(self.app, procedure)

    def open_run(self, procedure: str, about: RecordRef) -> tuple[Run, Book] | None:
        run = self.runs.open_run(procedure, about)
        return None if run is None else (run, self.book_of(run))

    def callers(self, run: int) -> tuple[tuple[Run, Book], ...]:
        found = (
            self.runs.load(run_id)
            for run_id in waiting.callers(self.connection, run)
            if run_id not in self.machine.walks
        )
        return tuple((item, self.book_of(item)) for item in found if item and item.is_open)

    def called(self, run: int) -> tuple[Run, Book] | None:
        found = self.runs.load(run)
        if found is None or not found.is_open or not self.runs.was_called(run):
            return None
        return found, self.readable_book(found)

    def book_of(self, run: Run) -> Book:
        """What this run was begun with, however definitions have changed since.

        Raises:
            StepFailed: it does not fit the entities of today.
        """
        try:
            return books.pinned(self.app, self.connection, run.definition)
        except loading.NoLongerFits as error:
            raise StepFailed(run, None, str(error)) from error

    def readable_book(self, run: Run | Standing) -> Book:
        """As `book_of`; without any step where that fits no more, for reading and for ending."""
        try:
            return books.pinned(self.app, self.connection, run.definition)
        except loading.NoLongerFits:
            return books.bare(run)

    def walk(self, run: Run) -> Walk:
        return self.machine.walk(run, self.book_of(run))

    def walk_anyway(self, run: Run) -> Walk:
        """The walk of a run that is only to be stopped or noted, whatever it goes by."""
        return self.machine.walk(run, self.readable_book(run))

    @property
    def origin(self) -> int | None:
        """The id of the stored run that the command is about: the first that was taken up."""
        return next((run_id for run_id in self.machine.walks if run_id > 0), None)

    # -- what follows -------------------------------------------------------------------------

    def settle(self) -> None:
        """Carry on until no change is left that something else would follow from."""
        definitions = self.app.definitions
        settling.settle(
            self.machine, self.draft, definitions.procedures, definitions.entities, self
        )

    def open_about(self, records: Iterable[RecordRef]) -> Iterable[int]:
        return self.runs.open_about(list(records))

    def open_with_role(self, roles: Iterable[str]) -> Iterable[int]:
        return self.runs.open_with_role(list(roles))

    def watching(self, watches: Iterable[Watch]) -> Iterable[int]:
        return waiting.watching(self.connection, watches)

    def roles_of(self, person: RecordRef) -> Iterable[str]:
        return self.records.roles_of(person)

    def role_kept(self, holder: RecordRef) -> str:
        return str(self.records.field(holder, "role"))

    def take_up(self, run: int) -> None:
        """Have a run looked at; one that fits no more is told to administrators, and left alone."""
        found = self.runs.load(run)
        if found is None or not found.is_open:
            return
        try:
            self.walk(found)
        except StepFailed as error:
            failures.note(self.connection, run, None, str(error), None, self.at)

    # -- saving -------------------------------------------------------------------------------

    def save(self) -> None:
        """Write everything: records, runs, tasks, history, verdicts, notices, audit."""
        crash = self.app.crash
        changes = self.draft.finish()
        crash("before-records")
        stored = self.records.save(changes, at=self.at) if changes else {}
        crash("after-records")
        walks = [walk for walk in self.machine.walks.values() if walk.events]
        ids = self._save_runs(walks, stored)
        crash("after-runs")
        for walk in walks:
            self._save_history(walk, ids, stored)
        crash("after-history")
        self._save_verdicts(walks, ids, stored)
        if changes:
            self.records.audit(
                changes, stored, at=self.at, actor=self.actor, runs=ids, reason=self.reason
            )
        self.stored, self.run_ids = stored, ids
        crash("after-audit")

    def stored_as(self, record: RecordRef) -> RecordRef:
        """The record as it is known after `save`."""
        return self.stored.get(record, record)

    def run_id(self, walk: Walk) -> int:
        """The id of a walk's run after `save`."""
        return self.run_ids.get(walk.run.id, walk.run.id)

    def _save_runs(self, walks: list[Walk], stored: dict[RecordRef, RecordRef]) -> dict[int, int]:
        for walk in walks:
            if walk.run.id > 0:
                self.runs.update(walk.before, settled.run(walk.run, stored), at=self.at)
        ids: dict[int, int] = {}
        for walk in walks:
            if walk.run.id < 0:
                book = walk.book
                self._pin(book.hash, book.procedure.key, self.app.definitions.bundles)
                run = settled.run(walk.run, stored)
                ids[walk.run.id] = self.runs.insert(run, person=self.actor.id, at=self.at)
        for walk in walks:
            self.opened += self.runs.save_tasks(
                walk.before,
                settled.run(walk.run, stored),
                ids.get(walk.run.id, walk.run.id),
                title_of=partial(_title, walk.book.procedure),
                closings=_closings(walk, self.actor),
                at=self.at,
            )
        for walk in walks:
            self._save_waits(walk, ids, stored)
        return ids

    def _save_waits(
        self, walk: Walk, ids: dict[int, int], stored: Mapping[RecordRef, RecordRef]
    ) -> None:
        """Write what a run waits for and watches; it may wait for runs stored just now."""
        run_id = ids.get(walk.run.id, walk.run.id)
        after = settled.awaiting(walk.run, ids)
        if after is not walk.run:
            self.runs.save_scopes(run_id, settled.run(after, stored))
        waiting.save_waits(self.connection, walk.before, after, run_id)
        if not walk.book.procedure.steps:  # it fits no more, and nobody knows what it reads
            if not walk.run.is_open:
                waiting.save_watches(self.connection, run_id, ())
            return
        before = replace(walk, run=walk.before)
        if watching.watches_anything(walk) or watching.watches_anything(before):
            entities = self.app.definitions.entities
            found = watching.watches(walk, self.draft, entities, self.at)
            watched = (item.settled(stored) for item in found)
            waiting.save_watches(self.connection, run_id, watched)

    def _pin(self, digest: str, name: str, bundles: Mapping[str, Mapping[str, Any]]) -> None:
        """Have what a run or a verdict goes by stored; once it is kept for good, that is known."""
        known = self.app.pinned
        if digest in known:
            return
        if pins.is_kept(self.connection, digest):
            known.add(digest)
            return
        pins.keep(self.connection, digest, name, bundles[name], self.at)

    def _save_history(
        self, walk: Walk, ids: dict[int, int], stored: dict[RecordRef, RecordRef]
    ) -> None:
        told = [settled.event(event, stored, ids) for event in walk.events]
        run_id = ids.get(walk.run.id, walk.run.id)
        lines = [Line(history.kind(item), item.step, history.facts(item)) for item in told]
        self.runs.append(run_id, walk.before.sequence + 1, lines, person=self.actor.id, at=self.at)
        entities = self.app.definitions.entities
        notices.append(
            self.connection,
            notifying.told(walk.book, run_id, told, stored, self.draft, entities),
        )

    def _save_verdicts(
        self, walks: list[Walk], ids: dict[int, int], stored: dict[RecordRef, RecordRef]
    ) -> None:
        kept = [
            verdicts.KeptVerdict(
                settled.verdict(item, stored),
                stored.get(walk.run.about, walk.run.about),
                ids.get(walk.run.id, walk.run.id),
                step,
            )
            for walk in walks
            for step, item in walk.verdicts
        ]
        for _, item in self.draft.verdicts:
            self._pin(item.definition, item.decision, self.app.definitions.deciding)
        kept += [
            verdicts.KeptVerdict(settled.verdict(item, stored), stored.get(record, record))
            for record, item in self.draft.verdicts
        ]
        verdicts.append(self.connection, kept, self.at)


def _title(procedure: Procedure, step: str) -> str:
    return procedure.step(step).title


def _closings(walk: Walk, actor: Actor) -> dict[int, Closing]:
    found: dict[int, Closing] = {}
    for event in walk.events:
        match event:
            case happened.TaskCompleted(task=task, outcome=outcome, answers=answers):
                found[task] = Closing(outcome, answers, actor.id)
            case happened.Answered(task=task, answer=answer):
                found[task] = Closing("answered", {"answer": answer}, actor.id)
    return found
