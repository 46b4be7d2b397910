"""A workshop with its people, served on a database: what the promises are tried on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from server import loading
from server.domain.actor import APPLICATION, Actor
from server.domain.definitions import Definitions
from server.domain.values import RecordRef, Value
from server.rules import Rules
from server.storage import queues, ways
from server.storage.database import Database
from server.usecases import App, runs, showing, tasks
from server.usecases.commands import AlreadyDone, Key
from server.usecases.running import Running
from server.usecases.views import Completed, RecordView, RunView, TaskLine
from tests.builders import Clock, acting, founded, make_tables, models_of, stored

WORKSHOP = Path(__file__).parent / "workshop"
YARD = (WORKSHOP, Path(__file__).parent / "yard")
"""The workshop with a yard beside it, where boats are built: all that lists and waits can do."""
Folders = Path | tuple[Path, ...]
STAFF = {
    "Cleo": ("clerk", None),
    "Cora": ("clerk", None),
    "Max": ("mender", "Clocks"),
    "Mia": ("mender", "Clocks"),
    "Rob": ("mender", "Radios"),
    "Moritz": ("master", None),
}


@cache
def read(folder: Folders = WORKSHOP) -> Definitions:
    """The definitions of a folder, or of several over each other; they have no errors."""
    loaded = loading.load((folder,) if isinstance(folder, Path) else folder)
    assert loaded.definitions is not None, "\n".join(map(str, loaded.diagnostics))
    return loaded.definitions


@cache
def rules_of(definitions_hash: str, folder: Folders) -> Rules:
    del definitions_hash
    return Rules(read(folder).decisions)


def serve(database: Database, folder: Folders = WORKSHOP, **over: Any) -> App:
    """An application over the definitions of a folder."""
    definitions = read(folder)
    rules = rules_of(definitions.generation, folder)
    return App(definitions, database, models_of(definitions.entities), rules, **over)


@dataclass
class Shop:
    """The workshop and whoever works there."""

    app: App
    clock: Clock
    records: Mapping[str, RecordRef]

    def actor(self, name: str) -> Actor:
        return acting(self.records[name], name)

    def bring(self, name: str = "Clock", *, by: str = "Cleo", **values: Any) -> RunView:
        """Somebody brings something; the run that takes it in."""
        answers = {"name": name, "bench": "Clocks", **values}
        return runs.start(self.app, self.actor(by), "intake", "at-the-desk", answers)

    def open_tasks(self) -> dict[str, TaskLine]:
        """The open tasks by their step; tests about several of one step look themselves."""
        with self.app.database.read() as connection:
            found = queues.tasks(connection, ways.every_open())
            lines = showing.task_lines(Running(self.app, connection, APPLICATION), found)
        return {line.step: line for line in lines}

    def complete(
        self,
        step: str,
        by: str,
        outcome: str | None = None,
        *,
        key: Key | None = None,
        **answers: Any,
    ) -> Completed:
        """Complete the open task of a step."""
        task = self.open_tasks()[step]
        return tasks.complete(
            self.app, self.actor(by), task.id, outcome=outcome, answers=answers, key=key
        )

    def value(self, record: RecordRef, name: str) -> Value:
        with self.app.database.read() as connection:
            return Running(self.app, connection, APPLICATION).records.field(record, name)


def open_shop(database: Database, folder: Folders = WORKSHOP, **over: Any) -> Shop:
    """The workshop with its staff, on an empty database."""
    clock = Clock()
    app = serve(database, folder, now=clock, **over)

    def enter() -> dict[str, RecordRef]:
        make_tables(database, app.models)
        known: dict[str, RecordRef] = {}
        for name in ("Clocks", "Radios"):
            known[name] = stored(database, app.models, "group", name=name)
        for name, (role, group) in STAFF.items():
            person = known[name] = stored(database, app.models, "person", name=name)
            stored(database, app.models, "holder", person=person, role=role)
            if group:
                stored(database, app.models, "membership", person=person, group=known[group])
        return known

    return Shop(app, clock, founded(database, folder, enter))


def again(shop: Shop, **over: Any) -> Shop:
    """The workshop as it is after a restart: nothing is known that is not in the database."""
    app = replace(shop.app, books={}, pinned=set(), **over)
    return replace(shop, app=app)


def key(text: str, request: str = "request") -> Key:
    """A key whose answer tells what was done, as the API would."""
    return Key(text, request, told)


def told(result: Any) -> Any:
    """What a caller would be answered, without moments."""
    match result:
        case Completed():
            opened = [[line.id, line.step] for line in result.opened]
            return {"task": result.task_id, "state": result.run_state.value, "opened": opened}
        case RunView():
            return {"run": result.line.id, "tasks": [line.id for line in result.tasks]}
        case RecordView():
            return {"record": str(result.title), "revision": result.revision}
        case _:
            return {"task": result.line.id, "claimed_by": str(result.line.claimed_by)}


def answered(act: Callable[[], Any]) -> Any:
    """What a command answers, whether it is done now or was done before."""
    try:
        return told(act())
    except AlreadyDone as before:
        return before.answer
