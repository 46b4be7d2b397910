"""Whoever is named hears that a task is late: once, in their notices and in the run's history."""

from __future__ import annotations

import pytest

from server.domain.actor import APPLICATION
from server.usecases import notices, runs, tasks, waiting
from server.usecases.views import RunView
from tests.builders import AT
from tests.promises.shop import YARD, Shop, again, open_shop
from tests.promises.sound import assert_sound


@pytest.fixture
def yard(database) -> Shop:
    return open_shop(database, YARD)


@pytest.fixture
def ordered(yard) -> RunView:
    """A boat whose plan is to be drawn within three days, else the master is told."""
    return runs.start(yard.app, yard.actor("Cleo"), "building", "ordered", {"name": "Anna"})


def pass_time(yard: Shop, **amounts: float) -> int:
    """Let time pass, and the worker look once; how many runs it looked at."""
    yard.clock.pass_time(**amounts)
    return waiting.wake(yard.app)


def late_lines(yard: Shop, run: RunView) -> list[str]:
    found = runs.view(yard.app, APPLICATION, run.line.id).history
    return [line.sentence for line in found if line.kind == "task-late"]


def test_a_role_hears_once_that_a_task_is_late(yard, ordered) -> None:
    # when the time is over, and the worker looks again and again, also after a restart
    early = pass_time(yard, days=2)
    looked = [pass_time(yard, days=1), pass_time(again(yard), days=1)]

    # then the master has one notice, and the history a line
    assert (early, looked) == (0, [1, 0])
    [told] = notices.page(yard.app, yard.actor("Moritz")).items
    assert told.subject == "Late: Draw the plan, BOT000000000001"
    assert told.text == (
        "'Draw the plan' of Building was to be done by 2026-03-05 09:00 UTC and is still open. It is "
        "about Anna."
    )
    assert (told.run_id, told.at) == (ordered.line.id, AT.replace(day=5))
    assert late_lines(yard, ordered) == [
        "'Draw the plan' was to be done by 2026-03-05 09:00 UTC; told: Master (Moritz)."
    ]

    # and nobody else was told, the task is where it was, and rows say what runs say
    assert notices.unread(yard.app, yard.actor("Cleo")) == 0
    [task] = runs.view(yard.app, APPLICATION, ordered.line.id).tasks
    assert task.state.value == "open"
    assert_sound(yard.app)


def test_what_is_done_in_time_is_told_to_nobody(yard, ordered) -> None:
    [task] = ordered.tasks
    tasks.complete(yard.app, yard.actor("Cleo"), task.id, outcome=None, answers={})

    assert pass_time(yard, days=9) == 0
    assert notices.unread(yard.app, yard.actor("Moritz")) == 0
    assert_sound(yard.app)


def test_a_task_that_is_done_late_was_told_all_the_same(yard, ordered) -> None:
    pass_time(yard, days=3)
    [task] = ordered.tasks

    tasks.complete(yard.app, yard.actor("Cleo"), task.id, outcome=None, answers={})

    assert len(late_lines(yard, ordered)) == 1
    assert_sound(yard.app)
