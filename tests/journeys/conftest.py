"""Servers with Fernwick in their database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.storage.database import Database
from server.usecases import access, publish
from server.usecases.sample.organisation import enter
from tests.journeys.servers import ServerProcess
from tests.journeys.town import Town
from tests.postgresql import administer

Opened = Callable[..., Town]


@dataclass(frozen=True)
class Founded:
    """A database with Fernwick's people in it, their tokens, and how another is made like it."""

    tokens: Mapping[str, str]
    copy: Callable[[Path], str]


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def founded(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Founded]:
    """Once for each kind of database: what the database of every town is a copy of."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("founded")
        if request.param == "sqlite":
            address, copy = _of_sqlite(folder)
        else:
            address, copy = _of_postgresql(request.getfixturevalue("postgresql_server"), stack)
        ServerProcess(address, folder).carry_out("db", "apply")
        yield Founded(people_enter(address), copy)


@pytest.fixture
def opened(founded: Founded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """Opens a town on a database of its own, as often as it is asked."""
    with ExitStack() as stack:

        def open_town(
            killed: Mapping[int, bool] | None = None, *, killed_while_many_send: bool = False
        ) -> Town:
            folder = tmp_path_factory.mktemp("town")
            server = ServerProcess(founded.copy(folder), folder)
            stack.callback(server.kill)
            server.start()
            return Town(server, founded.tokens, killed or {}, killed_while_many_send)

        yield open_town


def people_enter(address: str) -> Mapping[str, str]:
    """Fernwick's people, services and CIs in the database; a token for each log-in."""
    database = Database(address)
    app = publish.build(database, [])
    fernwick = enter(app, datetime.now(UTC))
    tokens = {
        login: access.create_token(app, fernwick.actors[name], "journey", None)
        for login, name in fernwick.logins.items()
    }
    database.dispose()
    return tokens


def _of_sqlite(folder: Path) -> tuple[str, Callable[[Path], str]]:
    file = folder / "procedura.db"

    def copy(into: Path) -> str:
        with (
            closing(sqlite3.connect(file)) as one,
            closing(sqlite3.connect(into / file.name)) as it,
        ):
            one.backup(it)
        return f"sqlite:///{into / file.name}"

    return f"sqlite:///{file}", copy


def _of_postgresql(server: sa.URL, stack: ExitStack) -> tuple[str, Callable[[Path], str]]:
    def create(template: str) -> tuple[str, str]:
        name = f"journey_{uuid.uuid4().hex}"
        administer(server, f"CREATE DATABASE {name} TEMPLATE {template}")
        stack.callback(administer, server, f"DROP DATABASE {name} WITH (FORCE)")
        return name, server.set(database=name).render_as_string(hide_password=False)

    first, address = create("template0")
    return address, lambda _: create(first)[1]
