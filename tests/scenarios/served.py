"""A stage with a database: stories played through the use cases that people and programs call."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.domain.actor import APPLICATION, Actor
from server.domain.definitions import Definitions
from server.domain.form import Form
from server.domain.procedure import Approve, Beginning, Do
from server.domain.refusals import Invalid
from server.domain.run import Run, RunState
from server.domain.scenario import Given
from server.domain.values import RecordRef, Type, Value, to_json
from server.engine.draft import Draft
from server.engine.events import event_of
from server.engine.forms import questions
from server.engine.rows import Row
from server.engine.seats import candidates
from server.rules import Rules
from server.storage import queues, tables
from server.storage.database import Database
from server.storage.models import Models
from server.storage.records import Records
from server.usecases import App, records, runs, tasks, waiting
from server.usecases.commands import carry_out
from server.usecases.rehearsal import setting
from server.usecases.rehearsal.player import MONDAY
from server.usecases.rehearsal.setting import Told
from server.usecases.rehearsal.stage import Line, Waiting
from server.usecases.running import Running


class Served:
    """Every story begins with an empty database; commands are those of the surfaces."""

    def __init__(self, definitions: Definitions, database: Database) -> None:
        self.definitions = definitions
        self.database = database
        self.models = Models(definitions.entities)
        tables.metadata.create_all(database.engine)
        self.models.metadata.create_all(database.engine)
        self.now = MONDAY
        self.rules = Rules(definitions.decisions)
        self.app = App(definitions, database, self.models, self.rules, lambda: self.now)

    def enter_given(self, given: Given, now: datetime) -> dict[str, RecordRef]:
        """Begin anew with just what is given; what its names stand for."""
        self.now = now
        with self.database.write() as connection:
            self._empty(connection)
        self.app.pinned.clear()
        with self.database.write() as connection:
            kept = self._records(connection)
            draft = Draft(
                kept, self.definitions.entities, self.definitions.decisions, self.rules.decide, now
            )
            names, statuses = setting.enter(given, draft, self.definitions.entities)
            stored = kept.save(draft.changes, at=now)
            for record, status in statuses.items():
                table = self.models.tables[record.entity]
                connection.execute(
                    table.update().where(table.c.id == stored[record].id).values(status=status)
                )
        return {name: stored[record] for name, record in names.items()}

    def _empty(self, connection: sa.Connection) -> None:
        """No row is left. Tables refer to each other in circles, so all go at once."""
        every = [*self.models.metadata.tables.values(), *tables.metadata.tables.values()]
        if connection.dialect.name == "postgresql":
            names = ", ".join(f'"{table.name}"' for table in every)
            connection.exec_driver_sql(f"TRUNCATE {names} CASCADE")
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for table in every:
            connection.execute(table.delete())

    # -- commands -------------------------------------------------------------------------------

    def begin(
        self,
        procedure: str,
        beginning: Beginning,
        about: RecordRef | None,
        person: RecordRef | None,
        told: Told,
    ) -> RecordRef:
        if about is not None:
            carry_out(self.app, APPLICATION, lambda running: _begun(running, beginning, about))
            return about
        form = self.definitions.forms.get(beginning.form or "")
        answers = self._sent(told, form, {})
        actor = Actor("Somebody", person)
        begun = runs.start(self.app, actor, procedure, beginning.key, answers)
        return begun.line.about.record

    def complete(self, task: int, person: RecordRef, outcome: str | None, told: Told) -> None:
        view = tasks.view(self.app, Actor("Somebody", person), task)
        procedure = self.definitions.procedures[view.line.procedure]
        action = procedure.step(view.line.step).action
        assert isinstance(action, Do | Approve)
        form = self.definitions.forms.get(action.form or "")
        types = {key: asked.type for key, asked in questions(action).items()}
        answers = self._sent(told, form, types)
        actor = Actor("Somebody", person)
        tasks.complete(self.app, actor, task, outcome=outcome, answers=answers)

    def enter(self, entity: str, told: Told) -> RecordRef:
        made = records.create(self.app, APPLICATION, entity, self._values(told, entity))
        return made.title.record

    def change(self, record: RecordRef, told: Told, because: str | None) -> None:
        values = self._values(told, record.entity)
        records.update(self.app, APPLICATION, record, values, reason=because)

    def need(self, run: int, key: str, person: RecordRef) -> None:
        waiting.begin_as_needed(self.app, Actor("Somebody", person), run, key)

    def come(self, moment: datetime) -> None:
        """The worker wakes each run when its moment comes."""
        while (due := self._next_due(moment)) is not None:
            self.now = max(due, self.now)
            waiting.wake(self.app)
        self.now = max(moment, self.now)

    def _next_due(self, until: datetime) -> datetime | None:
        wakes = (
            run.wakes_at(scope)
            for run in self._runs()
            if run.state is RunState.OPEN
            for scope in run.scopes
        )
        return min((due for due in wakes if due is not None and due <= until), default=None)

    def _runs(self) -> list[Run]:
        with self.database.read() as connection:
            kept = Running(self.app, connection, APPLICATION).runs
            found = [kept.load(row.id, hold=False) for row in self._rows(connection, tables.run)]
            return [run for run in found if run is not None]

    # -- looking --------------------------------------------------------------------------------

    def waiting(self) -> tuple[Waiting, ...]:
        with self.database.read() as connection:
            running = Running(self.app, connection, APPLICATION)
            found = []
            for row in self._rows(connection, tables.run):
                run = running.runs.load(row.id, hold=False)
                assert run is not None
                if run.is_open:
                    found += [
                        Waiting(
                            task.id or 0,
                            run.procedure,
                            task.step,
                            task.about,
                            task.seat.lane,
                            task.seat.role,
                            candidates(task.seat, running.records),
                        )
                        for task in run.open_tasks
                    ]
            return tuple(sorted(found, key=lambda item: item.task))

    def history(self) -> tuple[Line, ...]:
        with self.database.read() as connection:
            return tuple(
                Line(row.id, row.procedure, event_of(line.kind, line.step, line.facts))
                for row in self._rows(connection, tables.run)
                for line in queues.history_of(connection, row.id)
            )

    def field(self, record: RecordRef, name: str) -> Value:
        with self.database.read() as connection:
            return self._records(connection).field(record, name)

    def newest(self, entity: str) -> RecordRef | None:
        with self.database.read() as connection:
            table = self.models.tables[entity]
            number = connection.scalar(sa.select(sa.func.max(table.c.id)))
            return None if number is None else RecordRef(entity, number)

    def holders(self, role: str) -> tuple[RecordRef, ...]:
        with self.database.read() as connection:
            return self._records(connection).every_holder(role)

    # -- as people send it ----------------------------------------------------------------------

    def _records(self, connection: sa.Connection) -> Records:
        return Records(connection, self.models, self.definitions.entities, self.now)

    def _rows(self, connection: sa.Connection, table: sa.Table) -> Any:
        return connection.execute(sa.select(table).order_by(table.c.id)).all()

    def _values(self, told: Told, entity: str) -> dict[str, Any]:
        columns = self.definitions.entities[entity].columns
        return self._sent(told, None, {item.key: item.type for item in columns})

    def _sent(self, told: Told, form: Form | None, types: Mapping[str, Type]) -> dict[str, Any]:
        """What a person or a program would send."""
        asked, rows = dict(types), {}
        entities = self.definitions.entities
        if form is not None:
            fields = entities[form.entity].fields
            asked |= {item.field: fields[item.field].type for item in form.fields}
            for item in form.rows:
                of_row = entities[item.entity].fields
                inner = {placed.field: of_row[placed.field].type for placed in item.fields}
                found = told.rows_of(item.field, inner)
                if found is not None:
                    rows[item.field] = [_row(row) for row in found]
        raw = {key: item for key, item in told.raw.items() if key not in rows}
        values, problems = Told(raw, told.names).values(asked)
        if problems:
            raise Invalid("What the story says cannot be read.", problems)
        return {key: to_json(value) for key, value in values.items()} | rows


def _row(row: Row) -> dict[str, Any]:
    sent: dict[str, Any] = {"values": {key: to_json(value) for key, value in row.values.items()}}
    if row.record is not None:
        sent["id"] = row.record.id
    if row.remove:
        sent["remove"] = True
    return sent


def _begun(running: Running, beginning: Beginning, about: RecordRef) -> Any:
    """Begin as the engine does when another procedure hands over."""
    procedure = next(
        key
        for key, item in running.app.definitions.procedures.items()
        if any(start is beginning for start in item.starts)
    )
    running.machine.begin(running.book(procedure), beginning, about)
    return lambda: None
