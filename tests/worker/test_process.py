"""`procedura worker` in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.storage import tables
from server.usecases import events
from tests.api.live import shipped_desk
from tests.builders import stored
from tests.usecases.monitoring import an_alert

PROCEDURA = str(Path(sys.executable).with_name("procedura"))
ALERTS = 40


class Process:
    """A worker over the database of an application."""

    def __init__(self, app, folder):
        environment = os.environ | {
            "PROCEDURA_DATABASE": app.database.url.render_as_string(hide_password=False),
            "PROCEDURA_DATA": str(folder),
        }
        self.log = folder / "worker.log"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [PROCEDURA, "worker", "--poll", "0.05"],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        return self.process.wait(20)


@pytest.fixture
def app(database):
    desk = shipped_desk(database)
    otto = stored(database, desk.app.models, "person", name="Otto")
    stored(database, desk.app.models, "holder", person=otto, role="operator")
    return desk.app


def count(app, table, *conditions):
    statement = sa.select(sa.func.count()).select_from(table).where(*conditions)
    with app.database.read() as connection:
        return connection.scalar(statement)


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


@pytest.mark.slow
def test_a_worker_does_what_is_due_and_stops_when_told(app, tmp_path):
    worker = Process(app, tmp_path)
    try:
        events.receive(app, APPLICATION, "alertmanager", {"alerts": [an_alert()]})
        until(lambda: count(app, app.models.tables["event"]) == 1)
    finally:
        assert worker.stop() == 0
    told = worker.log.read_text()
    assert "The worker begins" in told
    assert "The worker has stopped" in told


@pytest.mark.slow
def test_workers_that_are_killed_lose_nothing_and_double_nothing(app, tmp_path):
    # given many messages, each alert three times
    alerts = [an_alert(f"f{number}") for number in range(ALERTS)]
    for _ in range(3):
        events.receive(app, APPLICATION, "alertmanager", {"alerts": alerts})
    handled = tables.inbox.c.state == "handled"
    # when workers are killed again and again on their way
    for goal in (1, ALERTS, 2 * ALERTS):
        workers = [Process(app, tmp_path) for _ in range(2)]
        until(lambda goal=goal: count(app, tables.inbox, handled) >= goal)
        for worker in workers:
            worker.stop(signal.SIGKILL)
    # then the last one finishes the work: every event is there once, with everything counted
    last = Process(app, tmp_path)
    until(lambda: count(app, tables.inbox, handled) == 3 * ALERTS)
    assert last.stop() == 0
    table = app.models.tables["event"]
    assert count(app, table) == ALERTS
    assert count(app, table, table.c.occurrences == 3) == ALERTS
    assert count(app, tables.run) == ALERTS
    assert count(app, tables.task) == ALERTS
