"""Lives of a request as the product makes them: played once, read back as rows, copied later."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

import sqlalchemy as sa

from benchmarks.crowd.organisation import Organisation, enter, group, service
from server.domain.actor import Actor
from server.domain.definitions import Definitions
from server.domain.values import RecordRef
from server.rules import Rules
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import database as bringing
from server.usecases.app import App
from server.usecases.sample import stories
from server.usecases.sample.organisation import Organisation as Sample
from server.usecases.sample.stories import Case, Told
from server.usecases.sample.work import Clock, Left, Work

REQUEST = "incident_request"
BEGINS = datetime(2026, 3, 2, 9, tzinfo=UTC)
KEPT = (tables.run, tables.task, tables.history, tables.verdict)
"""What is kept of a run, each after what it refers to."""
CASE: Case = {
    "says": "SAYS",
    "summary": "SUMMARY",
    "service": service(1),
    "solution": "SOLUTION",
    "notes": "NOTES",
    "pending": "supplier",
}


@dataclass(frozen=True, slots=True)
class Life:
    """How far a request has come, and the rows that tell it, as SQLite keeps them."""

    record: Mapping[str, Any]
    rows: Mapping[str, tuple[Mapping[str, Any], ...]]

    @property
    def open_tasks(self) -> int:
        return sum(row["state"] == "open" for row in self.rows[tables.task.name])

    @property
    def history(self) -> int:
        return len(self.rows[tables.history.name])


@dataclass(frozen=True, slots=True)
class Lives:
    """Every life with its weight; `bundles` are what their runs are pinned to, as rows."""

    going_on: tuple[tuple[Life, int], ...]
    closed: Life
    bundles: tuple[Mapping[str, Any], ...]
    cast: Organisation


def _assigned(work: Work, case: Case) -> Told:
    yield from stories.registered(work, case, "time")
    yield from stories.group_gives_it_to_a_specialist(work)


def _worked_on(work: Work, case: Case) -> Told:
    yield from _assigned(work, case)
    yield from stories.specialist_resolves(work, case)
    yield from stories.accepted(work)


GOING_ON = (
    (_worked_on, "review", 30),
    (_worked_on, "assign-specialist", 10),
    (_assigned, "", 25),
    (_worked_on, "resolve", 20),
    (stories.waits, "wait", 5),
    (_worked_on, "verify", 10),
)
"""Stories that stop somewhere, the step at which nobody goes on, and how many of a hundred do."""


def played(definitions: Definitions) -> Lives:
    """The lives, by the definitions that are served."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/lives.db")
        with disposing(database):
            clock = Clock(BEGINS)
            models = Models(definitions.entities)
            app = App(definitions, database, models, Rules(definitions.decisions), now=clock)
            plan = bringing.plan(database, models)
            bringing.apply(database, models, plan, confirmed=True, now=BEGINS)
            with database.write() as connection:
                cast = enter(
                    connection,
                    models,
                    requesters=1,
                    at=BEGINS,
                    groups=1,
                    services=1,
                    specialists=1,
                    analysts=1,
                )
            work = Work(app, _as_sample(cast), clock, Random("crowd"))
            going_on = []
            for story, leave, weight in GOING_ON:
                _play(replace(work, leave=leave, open={}), story)
                going_on.append((_newest(app), weight))
            _play(replace(work, open={}), _worked_on)
            closed = _newest(app)
            with database.read() as connection:
                bundles = tuple(
                    dict(row)
                    for row in connection.execute(sa.select(tables.definition)).mappings()
                )
    return Lives(tuple(going_on), closed, bundles, cast)


@contextmanager
def disposing(database: Database) -> Iterator[None]:
    yield
    database.dispose()


def _as_sample(cast: Organisation) -> Sample:
    """The cast as the sample's stories know theirs."""
    actors = {name: Actor(name, RecordRef("person", key), "") for key, name in cast.names.items()}
    [requester] = cast.requesters
    name = cast.names
    specialists = tuple(name[key] for key in cast.specialists[1])
    return Sample(
        actors=actors,
        records=cast.refs,
        members={group(1): specialists},
        holders={
            "service-desk-analyst": tuple(name[key] for key in cast.analysts),
            "specialist": specialists,
        },
        customers={"": (name[requester],)},
        logins={},
    )


def _play(work: Work, story: Any) -> None:
    caller = work.organisation.callers(None)[0]
    work.clock.at = BEGINS
    try:
        for moment in story(replace(work, caller=caller), CASE):
            work.clock.at = moment
    except Left:
        return


def _newest(app: App) -> Life:
    """The request made last, with the runs about it; not the one about the contact it came of."""
    with app.database.read() as connection:
        raw = connection.exec_driver_sql
        [record] = _rows(raw(f"SELECT * FROM {REQUEST} ORDER BY id DESC LIMIT 1"))
        about = (REQUEST, record["id"])
        runs = _rows(
            raw(
                "SELECT * FROM procedura_run WHERE about_entity = ? AND about_id = ? ORDER BY id",
                about,
            )
        )
        ids = ", ".join(str(row["id"]) for row in runs)
        rows = {
            table.name: _rows(
                raw(f"SELECT * FROM {table.name} WHERE run_id IN ({ids}) ORDER BY id")
            )
            for table in KEPT[1:]
        }
        for table in (tables.wait, tables.watch):
            waiting = raw(f"SELECT count(*) FROM {table.name} WHERE run_id IN ({ids})")
            assert not waiting.scalar(), "A life that waits or watches is not copied."
    return Life(record, {tables.run.name: runs, **rows})


def _rows(found: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(dict(row) for row in found.mappings())
