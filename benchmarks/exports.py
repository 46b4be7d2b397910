"""Memory over long lists: what a server process grows by while a list is sent as a file.

python -m benchmarks.exports [RECORDS]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask

import admin
from admin.sending import XLSX_LIMIT
from benchmarks import floor
from benchmarks.floor import Row
from server.domain.actor import Actor
from server.usecases import access

MOST = 200_000
FEW = 5_000
BAR = 10.0
_AT_ONCE = 10_000


def rows(most: int = MOST) -> list[Row]:
    """Megabytes that the largest file of each kind takes more than a small one does."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/exports.db"
        [worker] = floor.prepare(url)
        app = floor.application(url)
        flask = Flask("benchmark", static_folder=None)
        flask.config["SECRET_KEY"] = "measured, not served"
        admin.mount(flask, app)
        client = _browser(app, flask, worker)
        found = []
        for kind in ("csv", "xlsx"):
            last = most if kind == "csv" else min(most, XLSX_LIMIT)
            with app.database.write() as connection:
                connection.execute(app.models.tables["ticket"].delete())
            _fill(app, FEW)
            _send(client, kind)
            before = _megabytes()
            _fill(app, last - FEW)
            began = time.perf_counter()
            size = _send(client, kind)
            seconds = time.perf_counter() - began
            detail = f"{last:,} records, {size / 1e6:.1f} MB in {seconds:.1f} s"
            grown = _megabytes() - before
            found.append(Row(f"megabytes grown by a {kind} file", grown, BAR, detail, True))
        app.database.dispose()
    return found


def _browser(app: Any, flask: Flask, worker: Actor) -> Any:
    assert worker.person is not None
    access.create_account(app, "worker", worker.person.id, "a long and secret one")
    client = flask.test_client()
    with client.session_transaction() as session:
        named = Actor(worker.name, worker.person, "worker")
        session["key"] = access.begin_session(app, named, "", "")
    return client


def _fill(app: Any, records: int) -> None:
    at = datetime.now(UTC)
    for start in range(0, records, _AT_ONCE):
        lines = [
            {
                "summary": f"Something to do, the {number}th time; nobody knows why",
                "rounds": number,
                "weight": 5,
                "revision": 1,
                "created_at": at,
                "updated_at": at,
            }
            for number in range(start, min(start + _AT_ONCE, records))
        ]
        with app.database.write() as connection:
            connection.execute(app.models.tables["ticket"].insert(), lines)


def _send(client: Any, kind: str) -> int:
    """Take the file piece by piece, and keep none; its size in bytes."""
    with client.get(f"/records/ticket/export/{kind}/", buffered=False) as answer:
        assert answer.status_code == 200, answer.status_code
        return sum(len(piece) for piece in answer.response)


def _megabytes() -> float:
    """What the process holds in memory (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    for row in rows(int(sys.argv[1]) if len(sys.argv) > 1 else MOST):
        print(row)
