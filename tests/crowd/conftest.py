"""A small crowd, as the benchmarks fill a large one: many requests, few of them open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from benchmarks.crowd import Sizes, fill
from benchmarks.crowd.filling import Filled
from server.domain.actor import Actor
from server.domain.values import RecordRef
from server.rules import Rules
from server.storage.database import Database
from server.usecases.app import App
from tests import postgresql, shipped
from tests.builders import models_of

SIZES = Sizes(requests=800, history=3_000, open=120, people=60)


@dataclass(frozen=True)
class Crowd:
    app: App
    filled: Filled

    def person(self, key: int) -> Actor:
        return Actor(self.filled.organisation.names[key], RecordRef("person", key), "")


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
)
def crowd(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Crowd]:
    """What all tests of a crowd share; whoever changes some of it leaves the rest as it is."""
    if request.param == "postgresql":
        with postgresql.a_database(request.getfixturevalue("postgresql_server")) as database:
            yield _filled(database)
        return
    path = tmp_path_factory.mktemp("crowd") / "crowd.db"
    database = Database(f"sqlite:///{path}")
    yield _filled(database)
    database.dispose()


def _filled(database: Database) -> Crowd:
    definitions = shipped.definitions()
    filled = fill(database, definitions, SIZES)
    models = models_of(definitions.entities)
    return Crowd(App(definitions, database, models, Rules(definitions.decisions)), filled)
