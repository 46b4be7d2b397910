"""The API over SQLite, with an analyst, a specialist and an administrator."""

from __future__ import annotations

import pytest

from server.storage.database import Database
from tests.api.desk import Desk, a_desk_over
from tests.premises import Premises


@pytest.fixture(scope="session")
def _desk(tmp_path_factory):
    desk = a_desk_over(Database(f"sqlite:///{tmp_path_factory.mktemp('desk') / 'desk.db'}"))
    return desk, Premises(desk.app, desk.flask)


@pytest.fixture
def desk(_desk):
    first, premises = _desk
    premises.tidy()
    return Desk(first.app, first.flask)


@pytest.fixture
def ann(desk):
    """A service desk analyst."""
    return desk.person("Ann", "service-desk-analyst")


@pytest.fixture
def sam(desk):
    """A specialist, and an operator, who takes alerts."""
    return desk.person("Sam", "specialist", "operator")


@pytest.fixture
def ada(desk):
    """An administrator."""
    return desk.person("Ada", "administrator")
