"""The worker does what is due, rests when nothing is, and outlives what goes wrong."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from server.domain.actor import APPLICATION
from server.storage import tables
from server.usecases import events
from server.worker import Worker
from tests.builders import stored
from tests.usecases.monitoring import an_alert, an_app, some_monitoring

FAST = 0.01


@pytest.fixture
def app(sqlite):
    app = an_app(sqlite, some_monitoring())
    person = stored(app.database, app.models, "person", name="Otto")
    stored(app.database, app.models, "holder", person=person, role="operator")
    return app


@pytest.fixture
def working():
    """Starts workers, and stops them after the test."""
    started = []

    def start(worker):
        started.append(worker)
        worker.start()
        return worker

    yield start
    for worker in started:
        worker.join(10)


def until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(FAST)


def event_count(app):
    with app.database.read() as connection:
        return connection.scalar(
            sa.select(sa.func.count()).select_from(app.models.tables["event"])
        )


def test_messages_become_events_by_themselves(app, working):
    working(Worker(lambda: app, poll=FAST))
    payload = {"alerts": [an_alert(f"f{number}") for number in range(30)]}
    events.receive(app, APPLICATION, "alertmanager", payload)
    until(lambda: event_count(app) == 30)


def test_new_definitions_are_taken_with_the_next_look(app, working):
    # given a worker that follows a server
    served = [app]
    working(Worker(lambda: served[0], poll=FAST))
    # when another application is served, with another clock
    seen = threading.Event()

    def now():
        seen.set()
        return app.now()

    served[0] = replace(app, now=now)
    # then it works for that one
    assert seen.wait(10)


def test_an_error_does_not_end_it(app, working, caplog):
    # given a database that is away for a while
    answers = [OperationalError("SELECT 1", {}, Exception("gone")), ValueError("a fault"), 0, 0]
    looked = []

    def handler(_app):
        looked.append(time.monotonic())
        answer = answers.pop(0) if answers else 0
        if isinstance(answer, Exception):
            raise answer
        return answer

    with caplog.at_level(logging.INFO):
        working(Worker(lambda: app, poll=FAST, handlers=(handler,)))
        until(lambda: len(looked) >= 4)
    # then it goes on, waiting longer after each error, and the log tells
    assert looked[2] - looked[1] >= FAST * 4
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 2
    assert all(record.exc_info for record in errors)


def test_it_finishes_what_it_has_begun_before_it_stops(app, working):
    begun, finish, done = threading.Event(), threading.Event(), []

    def handler(_app):
        begun.set()
        finish.wait(10)
        done.append(True)
        return 1

    worker = working(Worker(lambda: app, poll=FAST, handlers=(handler,)))
    assert begun.wait(10)
    worker.stop()
    finish.set()
    worker.join(10)
    assert done == [True]


def test_it_rests_while_nothing_is_due(app, working):
    looked = []
    worker = working(Worker(lambda: app, poll=0.2, handlers=(lambda _app: looked.append(1) or 0,)))
    time.sleep(0.5)
    worker.join(10)
    assert 2 <= len(looked) <= 4


def test_a_signal_stops_it(app):
    worker = Worker(lambda: app, poll=10)
    before = signal.signal(signal.SIGTERM, lambda *_: worker.stop())
    try:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
        begun = time.monotonic()
        worker.run()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert time.monotonic() - begun < 5


def test_a_waiting_inbox_is_looked_at_without_the_lock_of_writers(app):
    # given somebody who writes
    with app.database.write() as connection:
        connection.execute(sa.select(tables.inbox.c.id))
        # when the worker looks into an inbox where nothing is due, then it does not wait
        assert events.handle(app) == 0
