"""A stage that is the product: stories played through the REST API, each person with a token.

What is given is entered as it is, for a story may begin where no way leads. What no person does in
the story (a hand-over from elsewhere, a record of another program, a look at everything) is asked
for by somebody who administers. The clock is given to the application, and the worker's use case
wakes what is due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from server.api import PREFIX, paging
from server.domain import refusals
from server.domain.actor import Actor
from server.domain.beginning import Beginning
from server.domain.definitions import Definitions
from server.domain.form import Form
from server.domain.role import Role
from server.domain.run import TaskState
from server.domain.scenario import Given
from server.domain.step import Approve, Do
from server.domain.values import RecordRef, Type, Value, from_json, to_json
from server.engine.draft import Draft
from server.engine.forms import questions
from server.engine.history import event_of
from server.engine.rows import Row
from server.rules import Rules
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models
from server.storage.records import Records
from server.usecases import App, access
from server.usecases.rehearsal import setting
from server.usecases.rehearsal.player import MONDAY
from server.usecases.rehearsal.setting import Told
from server.usecases.rehearsal.stage import Blank, Line, Waiting, asked, blank
from tests.builders import may
from tests.journeys.clock import Clock
from tests.journeys.runs import Looked

OFFICE = "administrator"
"""The role of whoever asks for what no person of the story does."""
REFUSED = {
    f"urn:procedura:refusal:{name}": refusal
    for name, refusal in {
        "not-found": refusals.NotFound,
        "not-allowed": refusals.NotAllowed,
        "wrong-state": refusals.WrongState,
        "conflict": refusals.Conflict,
        "failed": refusals.Failed,
    }.items()
}
INVALID = "urn:procedura:refusal:invalid"
KEPT = frozenset({tables.definition, tables.setting})
"""What a story leaves as it was: a server goes on with the definitions that it has begun with."""


class Surface(Protocol):
    """Where requests go; answers the status and what JSON says.

    `revision` is what was read before, for If-Match.
    """

    def __call__(
        self, method: str, path: str, token: str, body: Any, revision: int | None
    ) -> tuple[int, Any]: ...


def with_office(definitions: Definitions) -> Definitions:
    """The definitions with a role for who administers, where they have none of that name."""
    office = Role(
        OFFICE,
        "Administrator",
        may={"*": may("read create update delete")},
        permissions=frozenset({"administer", "override"}),
    )
    return replace(definitions, roles={OFFICE: office} | dict(definitions.roles))


class Served:
    """Every story begins with an empty database. `surface` is told when it is known."""

    def __init__(self, definitions: Definitions, database: Database) -> None:
        self.definitions = definitions
        self.models = Models(definitions.entities)
        tables.metadata.create_all(database.engine)
        self.models.metadata.create_all(database.engine)
        self.clock = Clock(MONDAY)
        self.rules = Rules(definitions.decisions)
        self.app = App(definitions, database, self.models, self.rules, self.clock)
        self.surface: Surface
        self._tokens: dict[RecordRef, str] = {}
        self._office: RecordRef
        self._runs: Looked
        self._seen: dict[str, Any] = {}

    @property
    def now(self) -> datetime:
        return self.clock.now

    def enter_given(self, given: Given, now: datetime) -> dict[str, RecordRef]:
        """Begin anew with just what is given; what its names stand for."""
        self.clock.now = now
        self._tokens.clear()
        self._runs = Looked(lambda run: self._ask(self._office, "GET", f"/runs/{run}"))
        self._seen.clear()
        with self.app.database.write() as connection:
            self._empty(connection)
        with self.app.database.write() as connection:
            kept = Records(connection, self.models, self.definitions.entities, now)
            draft = Draft(
                kept, self.definitions.entities, self.definitions.decisions, self.rules.decide, now
            )
            names, statuses = setting.enter(given, draft, self.definitions.entities)
            office = draft.create("person", {"name": "Somebody who administers"})
            draft.create("holder", {"person": office, "role": OFFICE})
            stored = kept.save(draft.changes, at=now)
            self._office = stored[office]
            for record, status in statuses.items():
                table = self.models.tables[record.entity]
                connection.execute(
                    table.update().where(table.c.id == stored[record].id).values(status=status)
                )
        return {name: stored[record] for name, record in names.items()}

    def _empty(self, connection: sa.Connection) -> None:
        """No row is left but of `KEPT`. Tables refer to each other in circles, so all go at once."""
        every = [*self.models.metadata.tables.values(), *tables.metadata.tables.values()]
        emptied = [table.delete() for table in every if table not in KEPT]
        if connection.dialect.name == "postgresql":
            *most, last = emptied
            connection.execute(last.add_cte(*(one.cte() for one in most)))
            return
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for one in emptied:
            connection.execute(one)

    # -- commands -------------------------------------------------------------------------------

    def begin(
        self,
        procedure: str,
        beginning: Beginning,
        about: RecordRef | None,
        person: RecordRef | None,
        told: Told,
    ) -> RecordRef:
        body: dict[str, Any] = {"start": beginning.key}
        if about is not None:
            body |= {"procedure": procedure, "record": about.id}
            self._command(self._office, "POST", "/runs", body)
            return about
        assert person is not None
        form = self.definitions.forms.get(beginning.form or "")
        body["answers"] = self._sent(told, form, {})
        begun = self._command(person, "POST", f"/procedures/{procedure}/runs", body)
        return _record(begun["about"])

    def complete(self, task: int, person: RecordRef, outcome: str | None, told: Told) -> None:
        [meant] = [item for item in self.waiting() if item.task == task]
        action = self.definitions.procedures[meant.procedure].step(meant.step).action
        assert isinstance(action, Do | Approve)
        form = self.definitions.forms.get(action.form or "")
        types = {key: asked.type for key, asked in questions(action).items()}
        body: dict[str, Any] = {"answers": self._sent(told, form, types), "outcome": outcome}
        queue = self._every(person, f"/tasks?procedure={meant.procedure}")
        offered = [line["revision"] for line in queue if line["id"] == task]
        if offered:
            body["revision"] = offered[0]
        self._command(person, "POST", f"/tasks/{task}/complete", body)
        assert offered, f"{meant.step} was done by somebody who does not find it in any queue"

    def enter(self, entity: str, told: Told) -> RecordRef:
        body = {"values": self._values(told, entity)}
        made = self._command(self._office, "POST", f"/records/{entity}", body)
        return RecordRef(entity, made["id"])

    def change(self, record: RecordRef, told: Told, because: str | None) -> None:
        body: dict[str, Any] = {"values": self._values(told, record.entity)}
        if because is not None:
            body["reason"] = because
        path = f"/records/{record.entity}/{record.id}"
        seen = self._ask(self._office, "GET", path)["revision"]
        self._command(self._office, "PATCH", path, body, seen)

    def need(self, run: int, key: str, person: RecordRef) -> None:
        self._command(person, "POST", f"/runs/{run}/as-needed", {"as_needed": key})

    def come(self, moment: datetime) -> None:
        self.clock.come(self.app, moment)
        self._seen.clear()

    # -- looking --------------------------------------------------------------------------------

    def waiting(self) -> tuple[Waiting, ...]:
        if "waiting" not in self._seen:
            roles = {role.title: key for key, role in self.definitions.roles.items()}
            tasks = [
                self._ask(self._office, "GET", f"/tasks/{line['id']}")
                for run in self._look()
                for line in run["tasks"]
                if line["state"] == TaskState.OPEN
            ]
            self._seen["waiting"] = tuple(
                Waiting(
                    task["id"],
                    task["procedure"],
                    task["step"],
                    _record(task["about"]),
                    task["lane"],
                    roles[task["role_title"]],
                    tuple(map(_record, task["candidates"])),
                    tuple(task["with_roles"]),
                )
                for task in sorted(tasks, key=lambda task: task["id"])
            )
        found: tuple[Waiting, ...] = self._seen["waiting"]
        return found

    def history(self) -> tuple[Line, ...]:
        return tuple(
            Line(run["id"], run["procedure"], event_of(line["kind"], line["step"], line["facts"]))
            for run in self._look()
            for line in run["history"]
        )

    def field(self, record: RecordRef, name: str) -> Value:
        path = f"/records/{record.entity}/{record.id}"
        if path not in self._seen:
            self._seen[path] = self._ask(self._office, "GET", path)["values"]
        kept = self.definitions.entities[record.entity].fields[name]
        return from_json(kept.type, self._seen[path][name])

    def newest(self, entity: str) -> RecordRef | None:
        """How a story finds what came last; nothing that people ask for, so not by a request."""
        if "newest" not in self._seen:
            highest = [
                sa.select(sa.literal(key), sa.func.max(table.c.id))
                for key, table in self.models.tables.items()
            ]
            with self.app.database.read() as connection:
                found = connection.execute(sa.union_all(*highest)).all()
            self._seen["newest"] = {row[0]: row[1] for row in found}
        number = self._seen["newest"][entity]
        return None if number is None else RecordRef(entity, number)

    def since(self, entity: str, record: RecordRef | None) -> tuple[RecordRef, ...]:
        """As for `newest`."""
        table = self.models.tables[entity]
        later = sa.select(table.c.id).where(table.c.id > (record.id if record else 0))
        with self.app.database.read() as connection:
            found = connection.scalars(later.order_by(table.c.id)).all()
        return tuple(RecordRef(entity, number) for number in found)

    def blank(self, entity: str) -> Blank:
        """Nothing that people ask for, so not by a request."""
        with self.app.database.read() as connection:
            kept = Records(connection, self.models, self.definitions.entities, self.now)
            decisions, decide = self.definitions.decisions, self.rules.decide
            draft = Draft(kept, self.definitions.entities, decisions, decide, self.now)
            return blank(draft, entity)

    def asked(self, task: int) -> Mapping[str, str]:
        return _asked(self._ask(self._office, "GET", f"/tasks/{task}")["form"])

    def asked_to_begin(self, procedure: str, beginning: Beginning) -> Mapping[str, str]:
        [form] = [
            start["form"]
            for start in self._ask(self.holders(str(beginning.by))[0], "GET", "/starts")["items"]
            if (start["procedure"], start["start"]) == (procedure, beginning.key)
        ]
        return _asked(form)

    def read_by(self, person: RecordRef, record: RecordRef) -> frozenset[str]:
        path = f"/records/{record.entity}/{record.id}"
        status, told = self.surface("GET", path, self._token(person), None, None)
        if status != 200:
            return frozenset()
        path = f"/journal/{record.entity}/{record.id}"
        return frozenset({*told["values"], *self._ask(person, "GET", path)["sees"]})

    def holders(self, role: str) -> tuple[RecordRef, ...]:
        """Whom a story means by a role."""
        with self.app.database.read() as connection:
            kept = Records(connection, self.models, self.definitions.entities, self.now)
            return kept.every_holder(role)

    def _look(self) -> list[Any]:
        """All runs, oldest first."""
        if "runs" not in self._seen:
            self._seen["runs"] = self._runs.at(self._every(self._office, "/runs"))
        found: list[Any] = self._seen["runs"]
        return found

    # -- requests -------------------------------------------------------------------------------

    def _command(
        self, person: RecordRef, method: str, path: str, body: Any, revision: int | None = None
    ) -> Any:
        self._seen.clear()
        return self._ask(person, method, path, body, revision)

    def _every(self, person: RecordRef, path: str) -> list[Any]:
        """A whole list, page by page."""
        found: list[Any] = []
        mark = "&" if "?" in path else "?"
        following: str | None = f"{path}{mark}limit={paging.MOST}"
        while following is not None:
            page = self._ask(person, "GET", following)
            found += page["items"]
            following = page["next"] and page["next"].removeprefix(PREFIX)
        return found

    def _ask(
        self,
        person: RecordRef,
        method: str,
        path: str,
        body: Any = None,
        revision: int | None = None,
    ) -> Any:
        """What the API answers; a refusal that a story may tell of is raised as what it is."""
        status, told = self.surface(method, path, self._token(person), body, revision)
        if status < 400:
            return told
        if told["type"] == INVALID:
            raise refusals.Invalid(told["detail"], told["problems"])
        assert told["type"] in REFUSED, f"{method} {path}: {told}"
        raise REFUSED[told["type"]](told["detail"])

    def _token(self, person: RecordRef) -> str:
        if person not in self._tokens:
            login = f"person-{person.id}"
            access.create_account(self.app, login, person.id, "a long and secret one")
            actor = Actor(login, person, login)
            self._tokens[person] = access.create_token(self.app, actor, "a story", None)
        return self._tokens[person]

    # -- as people send it ----------------------------------------------------------------------

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
            raise refusals.Invalid("What the story says cannot be read.", problems)
        return {key: to_json(value) for key, value in values.items()} | rows


def _record(title: Mapping[str, Any]) -> RecordRef:
    return RecordRef(title["entity"], title["id"])


def _asked(form: Mapping[str, Any]) -> Mapping[str, str]:
    """How a form has each field, as a browser or a program is told."""
    found = {}
    for section in form["sections"]:
        rows = section.get("rows")
        named = [(item["key"], item) for item in section["fields"] if not item["asked"]]
        if rows:
            named = [(f"{rows['key']}.{item['key']}", item) for item in rows["offered"]["fields"]]
        for key, item in named:
            found[key] = asked(required=item["required"], read_only=item["read_only"])
    return found


def _row(row: Row) -> dict[str, Any]:
    sent: dict[str, Any] = {"values": {key: to_json(value) for key, value in row.values.items()}}
    if row.record is not None:
        sent["id"] = row.record.id
    if row.remove:
        sent["remove"] = True
    return sent
