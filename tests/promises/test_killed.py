"""G14: a restart loses nothing. Servers are killed at any moment, under load, and started again.

Two servers work on one database, each for a caller of its own who sends a command again, with its
key, until it is answered. Afterwards everything is as with servers that nobody killed.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.domain.values import RecordRef
from server.storage import queues, tables
from server.storage.database import Database
from server.usecases import runs
from server.usecases.running import Running
from tests.promises.shop import Shop, open_shop
from tests.promises.sound import assert_sound

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ITEMS, KILLS = 12, 8


class Clerk:
    """A server process that can be killed."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.started = 0
        self._process: subprocess.Popen[str] | None = None
        self._changing = threading.Lock()

    def ask(self, asked: Any) -> Any:
        """The answer to a command, sent again until there is one."""
        while True:
            process = self._alive()
            with suppress(BrokenPipeError, OSError, json.JSONDecodeError, ValueError):
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(json.dumps(asked) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
                if line:
                    return json.loads(line)
            with self._changing:
                process.wait()

    def kill(self) -> None:
        with self._changing:
            if self._process is not None:
                self._process.kill()

    def _alive(self) -> subprocess.Popen[str]:
        with self._changing:
            if self._process is None or self._process.poll() is not None:
                self.close()
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.promises.clerk", self.url],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
                self.started += 1
                assert self._process.stdout is not None
                self._process.stdout.readline()
            return self._process

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                with suppress(BrokenPipeError):
                    pipe.close()


def day(clerk: Clerk, caller: str) -> list[Any]:
    """A day's work of one caller, whose items have names of their own; what was answered."""
    answers = []
    numbers = iter(range(10_000))

    def send(by: str, do: str, **asked: Any) -> None:
        command = {"by": by, "do": do, "key": f"{caller}-{next(numbers)}", **asked}
        answers.append(clerk.ask(command))

    def complete(by: str, step: str, item: str, **asked: Any) -> None:
        task = clerk.ask({"by": by, "do": "find", "step": step, "item": item})
        send(by, "complete", task=task, **asked)

    for number in range(ITEMS):
        item = f"{caller} {number}"
        values = {"name": item, "bench": "Clocks", "dear": number % 3 == 0}
        send("Cleo", "bring", answers=values)
        parts = number % 2 == 0
        estimate = {"price": "9.50", "parts_there": parts, "hours": 1}
        complete("Max", "estimate", item, answers=estimate)
        if not parts:
            complete("Cora", "order", item, answers={"name": "Spring"})
            complete("Cleo", "receive", item)
            complete("Cleo", "tell", item, outcome="goes_on")
            complete("Mia", "estimate", item, answers=estimate | {"parts_there": True})
        complete("Max", "mend", item, outcome="mended", answers={"minutes": 5 + 30 * parts})
        if number % 4:
            complete("Cora", "hand-out", item, outcome="fine")
    return answers


def kept(shop: Shop) -> dict[str, Any]:
    """What there is about each item, told without ids or moments."""
    found: dict[str, Any] = {}
    models, database = shop.app.models, shop.app.database
    with database.read() as connection:
        records = Running(shop.app, connection, APPLICATION).records
        parts = [records.row(ref) for ref in records.all("part")]
        for ref in records.all("item"):
            row = records.row(ref)
            assert row is not None
            change = tables.change.c
            audit = connection.execute(
                sa.select(change.field, change.old, change.new, change.step, change.rule)
                .where(change.entity == "item", change.record_id == ref.id)
                .order_by(change.id)
            )
            name = str(row["name"])
            assert name not in found
            found[name] = {
                "values": {key: str(row[key]) for key in ("status", "price", "care", "fault")},
                "revision": row["revision"],
                "parts": sum(part is not None and part["item"] == ref for part in parts),
                "audit": [tuple(map(str, line)) for line in audit],
                "runs": [_run(connection, item.id) for item in _runs_about(connection, ref)],
                "notices": connection.scalar(
                    sa.select(sa.func.count())
                    .select_from(tables.notice)
                    .where(tables.notice.c.about_id == ref.id)
                ),
            }
    assert models is not None
    return found


def _runs_about(connection: sa.Connection, record: RecordRef) -> list[queues.Standing]:
    return sorted(queues.runs(connection, about=record, limit=100), key=lambda run: run.id)


def _run(connection: sa.Connection, run_id: int) -> tuple[Any, ...]:
    run = queues.run_row(connection, run_id)
    assert run is not None
    history = [(line.kind, line.step) for line in queues.history_of(connection, run_id)]
    return run.procedure, run.state.value, run.end, history


@pytest.fixture
def opened(request, tmp_path) -> Iterator[Callable[[str], tuple[Shop, str]]]:
    """Opens a workshop on a database of its own, and tells its address."""
    found: list[Database] = []

    def open_one(name: str) -> tuple[Shop, str]:
        if request.param == "sqlite":
            url = f"sqlite:///{tmp_path / f'{name}.db'}"
        else:
            server = request.getfixturevalue("postgresql_url")
            url = server.render_as_string(hide_password=False)
            if name != "twin":
                url = _another(server, name)
        database = Database(url)
        found.append(database)
        return open_shop(database), url

    yield open_one
    for database in found:
        database.dispose()


def _another(server: sa.URL, name: str) -> str:
    """A second database beside the test's own; it goes with the server."""
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    fresh = f"{server.database}_{name}"
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {fresh}")
    return server.set(database=fresh).render_as_string(hide_password=False)


@pytest.mark.parametrize("opened", ["sqlite", "postgresql"], indirect=True)
def test_servers_that_are_killed_under_load_leave_what_their_twins_leave(opened) -> None:
    callers = ("Ada", "Bo")
    spared, address = opened("twin")
    twins = [Clerk(address) for _ in callers]
    expected = [day(clerk, caller) for clerk, caller in zip(twins, callers, strict=True)]
    for clerk in twins:
        clerk.close()

    killed, address = opened("killed")
    clerks = [Clerk(address) for _ in callers]
    answers: dict[str, Any] = {}
    threads = [
        threading.Thread(
            target=lambda clerk=clerk, caller=caller: answers.update({caller: day(clerk, caller)})
        )
        for clerk, caller in zip(clerks, callers, strict=True)
    ]
    for thread in threads:
        thread.start()
    chance = random.Random(14)
    end = time.monotonic() + 40
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 1.5))
        if time.monotonic() > end or not all(thread.is_alive() for thread in threads):
            break
        chance.choice(clerks).kill()
    for thread in threads:
        thread.join(timeout=120)
    for clerk in clerks:
        clerk.close()

    assert sum(clerk.started for clerk in clerks) > len(clerks)
    assert [len(answers[caller]) for caller in callers] == [len(item) for item in expected]
    assert not [item for item in answers["Ada"] + answers["Bo"] if isinstance(item, str)]
    assert kept(killed) == kept(spared)
    assert_sound(killed.app)
    assert len(runs.failures(killed.app, APPLICATION)) == 0
