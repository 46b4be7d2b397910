"""The API over SQLite, with an analyst, a specialist and an administrator."""

from __future__ import annotations

import pytest

from tests.api.desk import a_desk_over


@pytest.fixture
def desk(sqlite):
    return a_desk_over(sqlite)


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
