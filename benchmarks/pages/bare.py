"""The same statements in the bare driver: what the database itself takes for a page."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.crowd.filling import PASSWORD
from benchmarks.pages.asked import ANYBODY, Client
from benchmarks.pages.browser import Answer, form_of
from benchmarks.statements import Asked, recorded
from server.main import web
from server.settings import Settings
from server.storage.database import PLANNING, Database
from server.usecases import publish

ROUNDS = 5
WRITES = frozenset({"save a record"})


def seconds(url: str, last: int, only: str) -> Mapping[str, float]:
    """The median of some rounds, for each page that only reads."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database=url, data=Path(folder))
        database = Database(url)
        inside = Inside(web(publish.build(database, ()), settings))
        inside.log_in("coordinator-1", PASSWORD)
        raw = _raw(url)
        for name, ask in ANYBODY.items():
            if name in WRITES or only not in name:
                continue
            client: Any = Client(inside, "coordinator-1", last, Random(name))  # type: ignore[arg-type]
            with recorded(database) as asked:
                ask(client)
            found[name] = statistics.median(_taken(raw, asked) for _ in range(ROUNDS))
        raw.close()
        database.dispose()
    return found


class Inside:
    """A browser without a network, so that the statements can be listened to."""

    def __init__(self, flask: Flask) -> None:
        self._client = flask.test_client()

    def log_in(self, login: str, password: str) -> None:
        form = form_of(self.get("/log-in").text)
        answer = self._client.post("/log-in", data=form | {"login": login, "password": password})
        assert answer.status_code == 302

    def get(self, path: str) -> Answer:
        answer = self._client.get(path)
        return Answer(answer.status_code, answer.data, 0.0, "")


def _taken(raw: Any, asked: list[Asked]) -> float:
    begun = time.perf_counter()
    raw.execute("BEGIN")
    for item in asked:
        for values in item.rows:
            cursor = raw.execute(item.text, values)
            if cursor.description:
                cursor.fetchall()
    raw.execute("ROLLBACK")
    return time.perf_counter() - begun


def _raw(url: str) -> Any:
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        import sqlite3

        assert address.database
        return sqlite3.connect(address.database, timeout=30, isolation_level=None)
    import psycopg

    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, options=PLANNING)
