"""What all processes of an installation share, such as the generation of its definitions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.storage.tables import setting


def read(connection: sa.Connection, key: str) -> Any:
    """The value kept under a key; None when there is none, or no table to keep it yet."""
    if not sa.inspect(connection).has_table(setting.name):
        return None
    return connection.scalar(sa.select(setting.c.value).where(setting.c.key == key))


def write(connection: sa.Connection, key: str, value: Any) -> None:
    """Keep a value under a key."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(setting).values(key=key, value=value)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["key"], set_={"value": statement.excluded.value}
        )
    )
