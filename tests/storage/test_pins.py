"""What is kept by its hash is known to be kept once others can see it, and not before."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from server.storage import pins, tables

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _tables(database):
    tables.metadata.create_all(database.engine)


def keep(connection: sa.Connection) -> None:
    pins.keep(connection, "c0ffee", "desk", {"procedure": {"key": "desk"}}, AT)


def test_is_not_known_to_be_kept_by_the_transaction_that_keeps_it(database):
    with database.write() as connection:
        keep(connection)
        assert not pins.is_kept(connection, "c0ffee"), "nobody else can see it yet"
    with database.write() as connection:
        assert pins.is_kept(connection, "c0ffee")


def test_what_a_part_of_a_transaction_kept_goes_with_that_part_and_can_be_kept_again(database):
    with database.write() as connection:
        part = connection.begin_nested()
        keep(connection)
        part.rollback()
        assert not pins.is_kept(connection, "c0ffee")
        keep(connection)
    with database.read() as connection:
        assert pins.digests(connection) == ("c0ffee",)


def test_keeping_again_what_is_kept_changes_nothing(database):
    for _ in range(2):
        with database.write() as connection:
            keep(connection)
    with database.read() as connection:
        assert pins.bundle(connection, "c0ffee") == {"procedure": {"key": "desk"}}
