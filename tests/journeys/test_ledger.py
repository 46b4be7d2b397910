"""Every outcome that the ledger asks for is reached through the API, from the trace alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from server import api, loading
from server.rules import Rules
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import App, access
from server.usecases import database as databases
from server.usecases.sample.organisation import enter
from tests.journeys.clock import Clock
from tests.journeys.trace import Trace, outcome_of
from tests.journeys.walker import Lost, Walker
from tests.journeys.ways import ways
from tests.model.test_trace import TRACE

pytestmark = pytest.mark.slow

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OUTCOMES = [
    pytest.param(name.split("/")[-1], label, id=f"{name.split('/')[-1]}-{label}")
    for name, found in TRACE.items()
    for label, place in found.items()
    if "outcome" in place
]


@pytest.fixture(scope="module")
def walker(tmp_path_factory) -> Walker:
    definitions = loading.load(loading.folders([])).definitions
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('ledger') / 'procedura.db'}")
    models = Models(definitions.entities)
    databases.apply(
        database,
        models,
        databases.plan(database, models),
        confirmed=True,
        now=MONDAY,
    )
    clock = Clock(MONDAY)
    app = App(definitions, database, models, Rules(definitions.decisions), clock)
    organisation = enter(app, clock.now)
    flask = Flask("procedura")
    api.mount(flask, app)
    people = {
        organisation.actors[name].id: asking(flask, app, organisation.actors[name])
        for name in organisation.logins.values()
    }
    people[0] = asking(flask, app, organisation.actors["Alex Morgan"])
    return Walker(
        definitions, Trace.of(TRACE), people, clock, lambda moment: clock.come(app, moment)
    )


def asking(flask: Flask, app: App, actor: Any):
    """A function that asks the API as one person."""
    headers = {"Authorization": f"Bearer {access.create_token(app, actor, 'ledger', None)}"}

    def ask(method: str, path: str, body: Any = None, revision: int | None = None) -> Any:
        more = {} if revision is None else {"If-Match": f'"{revision}"'}
        with flask.test_client() as client:
            answer = client.open(
                f"/api/v1{path}", method=method, json=body, headers=headers | more
            )
        assert answer.status_code < 300, (path, body, answer.get_json())
        return answer.get_json()

    return ask


@pytest.mark.parametrize(("procedure", "label"), OUTCOMES)
def test_an_outcome_of_the_ledger_is_reached(walker: Walker, procedure: str, label: str):
    place = place_of(procedure, label)
    goal = (procedure, place["step"])
    lost = []
    for way in ways(walker.definitions, walker.trace, goal, outcome_of(place)):
        try:
            walker.walk(way, place.get("facts", {}))
        except Lost as error:
            lost.append(f"{way.procedure.key} {way.start.key}: {error}")
        else:
            return
    raise AssertionError("\n".join(lost) or "no way leads there")


def place_of(procedure: str, label: str) -> Any:
    (found,) = (found for name, found in TRACE.items() if name.split("/")[-1] == procedure)
    return found[label]
