"""The database session that Flask-Admin's list views read with. It never writes."""

from __future__ import annotations

from typing import Any, NoReturn

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, orm

from server.storage.database import Database

COUNT_CAP = 10_001
"""Rows that are counted at most: nobody reads further, and counting a million takes its time."""


class Reading(SQLAlchemy):
    """What Flask-Admin takes for the application's database.

    It insists on this class; engine and models are those that the use cases have.
    """

    def __init__(self, database: Database, flask: Flask) -> None:
        self._database = database
        super().__init__()
        flask.teardown_appcontext(lambda _error: self.session.remove())

    def _make_session_factory(self, options: dict[str, Any]) -> Any:
        """Sessions on the engine that there is; Flask-SQLAlchemy would make one of its own."""
        del options
        factory = orm.sessionmaker(bind=self._database.engine, autoflush=False)
        event.listen(factory, "before_flush", _refuse)
        return factory


def _refuse(*_: Any) -> NoReturn:
    raise AssertionError("Records are written by use cases, never through a list view.")


def capped(query: Any, most: int = COUNT_CAP) -> Any:
    """A counting query that stops at `most`, however it is filtered afterwards."""

    class Capped(type(query)):  # type: ignore[misc]  # whatever class the query has
        def scalar(self) -> int:
            rows = self.with_entities(sa.literal(1)).order_by(None).limit(most).subquery()
            counted = self.session.query(sa.func.count()).select_from(rows)
            return int(counted.scalar())

    query.__class__ = Capped
    return query
