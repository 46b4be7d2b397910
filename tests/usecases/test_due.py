"""What is due next: by when tasks should be done, also where nobody is told that they are late."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from server.domain.actor import APPLICATION
from server.storage.tables import task
from server.usecases import notices, records, runs, tasks, waiting
from server.usecases.views import Page, TaskLine
from tests.builders import AT
from tests.promises.shop import WORKSHOP, YARD, Shop, open_shop
from tests.promises.sound import assert_sound

DAY = timedelta(days=1)


@pytest.fixture
def yard(database) -> Shop:
    return open_shop(database, YARD)


def order(yard: Shop, name: str) -> int:
    run = runs.start(yard.app, yard.actor("Cleo"), "building", "ordered", {"name": name})
    return run.tasks[0].id


def due(yard: Shop, **more) -> Page[TaskLine]:
    return tasks.my_work(yard.app, yard.actor("Cleo"), which="due", **more)


def labels(page: Page[TaskLine]) -> list[str]:
    return [line.about.label for line in page.items]


def test_what_is_due_first_comes_first_page_by_page(yard) -> None:
    # given orders of which the first is put off, and something that nobody waits for
    first = order(yard, "Anna")
    for name in ("Berta", "Carla"):
        yard.clock.pass_time(hours=1)
        order(yard, name)
    yard.bring("Clock")
    with yard.app.database.write() as connection:
        connection.execute(task.update().where(task.c.id == first).values(due_at=AT + 4 * DAY))

    # when the queue is read in pages
    page = due(yard, limit=1)
    seen = labels(page)
    while page.after is not None:
        page = due(yard, limit=1, after=page.after)
        seen += labels(page)

    # then
    assert seen == ["Berta", "Carla", "Anna"]


def test_what_is_due_later_is_left_out(yard) -> None:
    order(yard, "Anna")
    yard.clock.pass_time(days=2)
    order(yard, "Berta")
    assert labels(due(yard, until=AT + 2 * DAY)) == []
    assert labels(due(yard, until=AT + 3 * DAY)) == ["Anna"]
    assert labels(due(yard, until=AT + 9 * DAY)) == ["Anna", "Berta"]


def test_what_is_done_is_due_no_more(yard) -> None:
    number = order(yard, "Anna")
    tasks.complete(yard.app, yard.actor("Cleo"), number, outcome=None, answers={})
    assert labels(due(yard)) == []


def test_what_is_late_stays_due_after_somebody_was_told(yard) -> None:
    order(yard, "Anna")
    yard.clock.pass_time(days=4)
    assert waiting.wake(yard.app) == 1
    assert waiting.wake(yard.app) == 0
    [line] = due(yard).items
    assert line.due_at == AT + 3 * DAY
    assert_sound(yard.app)


@pytest.fixture
def quiet(database, tmp_path: Path) -> Shop:
    """A yard where the plan is due at the launch, and nobody is told that it is late."""
    folder = tmp_path / "yard"
    shutil.copytree(YARD[1], folder)
    building = folder / "procedures" / "boats" / "building.yaml"
    text = building.read_text(encoding="utf-8")
    given = "due: { within: 3 days, late: tell master }"
    assert given in text
    within = """due: { within: 'if boat.note = "hurry" then 1 day else 3 days' }"""
    building.write_text(text.replace(given, within), encoding="utf-8")
    return open_shop(database, (WORKSHOP, folder))


def test_a_task_is_due_where_nobody_is_told_and_time_wakes_nobody(quiet) -> None:
    number = order(quiet, "Anna")
    quiet.clock.pass_time(days=4)
    assert waiting.wake(quiet.app) == 0
    assert notices.unread(quiet.app, quiet.actor("Moritz")) == 0
    [line] = due(quiet).items
    assert (line.id, line.due_at) == (number, AT + 3 * DAY)
    assert_sound(quiet.app)


def test_by_when_it_is_due_follows_what_the_record_says(quiet) -> None:
    order(quiet, "Anna")
    [line] = due(quiet).items
    boat = line.about.record
    records.update(quiet.app, APPLICATION, boat, {"note": "hurry"}, reason="The tide waits.")
    [line] = due(quiet).items
    assert line.due_at == AT + DAY
    assert_sound(quiet.app)
