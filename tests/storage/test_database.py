"""One database, whose connections read or write."""

import runpy
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.storage import database as databases


@pytest.mark.parametrize("kind", ["read", "write"])
def test_commits_of_sqlite_wait_for_the_disk(tmp_path, kind):
    # given the module as the product imports it: tests do not wait
    database = runpy.run_path(databases.__file__)["Database"](f"sqlite:///{tmp_path / 'x.db'}")

    with getattr(database, kind)() as connection:
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    database.dispose()

    full = 2
    assert synchronous == full


def test_whoever_asks_after_it_was_disposed_of_is_given_connections_to_what_is_there_now(sqlite):
    # given a database from which was read and into which was written
    path = sqlite.url.database
    with sqlite.write() as connection:
        connection.exec_driver_sql("CREATE TABLE before_it (id INTEGER)")
    with sqlite.read() as connection:
        assert sa.inspect(connection).get_table_names() == ["before_it"]

    # when its file is exchanged
    sqlite.dispose()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)

    # then both see the new one
    for transaction in (sqlite.read, sqlite.write):
        with transaction() as connection:
            assert sa.inspect(connection).get_table_names() == []
