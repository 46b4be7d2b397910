"""Fernwick in a database, copied for each test that asks for it."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

import tests.shipped
from server.domain.definitions import Definitions
from server.rules import Rules
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import App, access
from server.usecases.sample.organisation import enter
from tests.builders import Clock
from tests.postgresql import administer
from tests.promises.town import Ground, TownWithin

Opened = Callable[..., TownWithin]


@dataclass(frozen=True)
class Served:
    """The shipped definitions, on whatever database."""

    definitions: Definitions
    models: Models
    rules: Rules

    def on(self, database: Database) -> App:
        return App(self.definitions, database, self.models, self.rules, now=Clock())


@pytest.fixture(scope="session")
def shipped() -> Served:
    definitions = tests.shipped.definitions()
    return Served(definitions, Models(definitions.entities), Rules(definitions.decisions))


@pytest.fixture(scope="session")
def sqlite_template(
    shipped: Served, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Mapping[str, str]]:
    path = tmp_path_factory.mktemp("fernwick") / "fernwick.db"
    database = Database(f"sqlite:///{path}")
    tokens = _people_enter(shipped, database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path, tokens


@pytest.fixture(scope="session")
def postgresql_template(
    shipped: Served, postgresql_server: sa.URL
) -> Iterator[tuple[str, Mapping[str, str]]]:
    name = f"fernwick_{uuid.uuid4().hex}"
    administer(postgresql_server, f"CREATE DATABASE {name} TEMPLATE template0")
    database = Database(postgresql_server.set(database=name).render_as_string(False))
    tokens = _people_enter(shipped, database)
    database.dispose()
    yield name, tokens
    administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True)
class Place:
    """A ground for towns, and how its database is made anew; tokens for Fernwick's people."""

    ground: Ground
    tokens: Mapping[str, str]
    make_anew: Callable[[], None]


@pytest.fixture(
    scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
)
def _place(
    request: pytest.FixtureRequest, shipped: Served, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    """Making all routes takes as long as walking a journey, so it is done once for all of them."""
    if request.param == "sqlite":
        template, tokens = request.getfixturevalue("sqlite_template")
        path = tmp_path_factory.mktemp("town") / "town.db"
        database = Database(f"sqlite:///{path}")

        def make_anew() -> None:
            for file in path.parent.glob(f"{path.name}*"):
                file.unlink()
            shutil.copyfile(template, path)

        yield Place(Ground(shipped.on(database)), tokens, make_anew)
        database.dispose()
    else:
        server: sa.URL = request.getfixturevalue("postgresql_server")
        template, tokens = request.getfixturevalue("postgresql_template")
        name = f"town_{uuid.uuid4().hex}"
        database = Database(server.set(database=name).render_as_string(False))

        def make_anew() -> None:
            administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")

        yield Place(Ground(shipped.on(database)), tokens, make_anew)
        database.dispose()
        administer(server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture
def opened(_place: Place) -> Iterator[Opened]:
    """Opens a town as often as it is asked; the one before is no more."""
    database = _place.ground.app.database

    def open_town(point: str = "") -> TownWithin:
        database.dispose()
        _place.make_anew()
        return _place.ground.build(_place.tokens, point)

    yield open_town
    database.dispose()


def _people_enter(shipped: Served, database: Database) -> Mapping[str, str]:
    """Fernwick's people, services and CIs in the database; a token for each log-in."""
    app = shipped.on(database)
    tables.metadata.create_all(database.engine)
    app.models.metadata.create_all(database.engine)
    fernwick = enter(app, app.now())
    return {
        login: access.create_token(app, fernwick.actors[name], "journey", None)
        for login, name in fernwick.logins.items()
    }
