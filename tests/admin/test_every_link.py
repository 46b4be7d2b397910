"""Every link that is shown leads to a page that is fit to be read, whatever role one holds.

One test goes through all roles: to fill a database with the sample takes as long as five of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

import admin
from server.domain.entity import Entity
from server.domain.values import Kind, RecordRef
from server.rules import Rules
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models
from server.usecases import App, access, sample
from server.usecases.sample import logins_by_role
from tests import shipped
from tests.access.town import PLAIN
from tests.admin.crawl import Crawl
from tests.builders import stored

TUESDAY = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
ALL, A_FEW = (1000, 2), (1, 1)
"""Of how many entities an administrator opens the pages, and how many of each, and what others do:
the access of each role to each entity is walked in `tests/access`."""


@pytest.fixture(scope="module")
def fernwick(tmp_path_factory) -> Iterator[App]:
    """The sample, and a record of each entity of which it has none."""
    definitions = shipped.definitions()
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('fernwick') / 'procedura.db'}")
    models = Models(definitions.entities)
    tables.metadata.create_all(database.engine)
    models.metadata.create_all(database.engine)
    app = App(definitions, database, models, Rules(definitions.decisions), now=lambda: TUESDAY)
    sample.load(app)
    for entity in definitions.entities.values():
        _at_least_one(app, entity)
    yield app
    database.dispose()


def _at_least_one(app: App, entity: Entity) -> RecordRef:
    with app.database.read() as connection:
        first = connection.scalar(sa.select(sa.func.min(app.models.tables[entity.key].c.id)))
    if first is not None:
        return RecordRef(entity.key, first)
    values: dict[str, Any] = {}
    for item in entity.columns:
        if item.required and item.default is None and item.key != "status":
            match item.type.kind:
                case Kind.REF:
                    target = app.definitions.entities[str(item.type.entity)]
                    values[item.key] = _at_least_one(app, target).id
                case Kind.TEXT:
                    values[item.key] = f"Some {item.title.lower()}"
                case Kind.CHOICE:
                    values[item.key] = item.type.choices[0]
                case kind:
                    values[item.key] = PLAIN[kind]
    return stored(app.database, app.models, entity.key, TUESDAY, **values)


@contextmanager
def holding_only(app: App, role: str) -> Iterator[str]:
    """The log-in of somebody who holds a role, and meanwhile no other."""
    login = logins_by_role()[role][0]
    account = next(it for it in access.accounts(app) if it.login == login)
    holder = app.models.tables["holder"]
    others = sa.and_(holder.c.person == account.person, holder.c.role != role)
    with app.database.write() as connection:
        kept = [
            dict(row) for row in connection.execute(sa.select(holder).where(others)).mappings()
        ]
        connection.execute(sa.delete(holder).where(others))
    yield login
    if kept:
        with app.database.write() as connection:
            connection.execute(sa.insert(holder), kept)


def entering(app: App, flask: Flask, login: str) -> FlaskClient:
    client = flask.test_client()
    with client.session_transaction() as session:
        actor = access.actor_of_account(app, login)
        session["key"] = access.begin_session(app, actor, "", "")
    return client


@pytest.mark.slow
def test_whoever_follows_what_is_shown_reaches_pages_that_are_whole(fernwick):
    flask = Flask("procedura", static_folder=None)
    flask.config.update(SECRET_KEY="x" * 32)
    admin.mount(flask, fernwick)
    found: dict[str, list[str]] = {}
    seen: Counter[str] = Counter()
    for role in shipped.definitions().roles:
        with holding_only(fernwick, role) as login:
            crawl = Crawl(
                entering(fernwick, flask, login),
                seen,
                *(ALL if role == "administrator" else A_FEW),
            )
            crawl.follow("/")
        if crawl.faults:
            found[role] = crawl.faults
    assert found == {}
