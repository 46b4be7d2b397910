"""Servers with Fernwick in their database, on SQLite and on PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from server.storage.database import Database
from server.usecases import access, publish
from server.usecases.sample.organisation import enter
from tests.journeys.servers import ServerProcess
from tests.journeys.town import Town

Opened = Callable[..., Town]


@pytest.fixture(params=["sqlite", "postgresql"])
def opened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """Opens a town on an empty database of its own, as often as it is asked."""
    with ExitStack() as stack:

        def open_town(killed: Mapping[int, bool] | None = None) -> Town:
            folder = tmp_path_factory.mktemp("town")
            if request.param == "sqlite":
                address = f"sqlite:///{folder / 'procedura.db'}"
            else:
                address = _database_of_postgresql(
                    request.getfixturevalue("postgresql_server"), stack
                )
            server = ServerProcess(address, folder)
            server.carry_out("db", "apply")
            tokens = people_enter(address)
            stack.callback(server.kill)
            server.start()
            return Town(server, tokens, killed or {})

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


def _database_of_postgresql(server: sa.URL, stack: ExitStack) -> str:
    name = f"journey_{uuid.uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name} TEMPLATE template0")
    stack.callback(_administer, server, f"DROP DATABASE {name} WITH (FORCE)")
    return server.set(database=name).render_as_string(hide_password=False)


def _administer(server: sa.URL, statement: str) -> None:
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)
