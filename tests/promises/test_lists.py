"""Lists, waits and calls keep the promises too: wherever a process ends, and however many act.

G4 (crash at every named point), G12 (turns and branches join once), G13 (callers and called runs
exclude themselves, not each other), and that a wait is over once however many workers look.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import Refusal
from server.domain.run import RunState
from server.storage.database import Database
from server.usecases import records, runs, starting, tasks, waiting
from server.usecases.app import CRASH_POINTS
from server.usecases.commands import AlreadyDone, Key
from tests.builders import AT
from tests.promises.shop import YARD, Shop, again, open_shop, told
from tests.promises.sound import assert_sound
from tests.promises.town import CrashError

pytestmark = pytest.mark.slow

ON_THE_WAY = tuple(point for point in CRASH_POINTS if point != "before-failure")
NOT_KEYED = 3
"""Commands of the walk that may find nothing left to do when they are sent again."""
WAYS_OUT = {"saw": "good", "rig": "rigged"}


class Crashing:
    """Carries out commands one after the other; each meets a crash once, and is sent again."""

    def __init__(self, shop: Shop, point: str | None) -> None:
        self.shop = shop
        self.point = point
        self.commands = 0
        self.met = 0

    def send(self, act: Callable[[Any, Key], Any]) -> Any:
        self.commands += 1
        key = Key(f"command {self.commands}", "request", told)
        left = [self.point]

        def crash(name: str) -> None:
            if name == left[0]:
                left[0] = None
                self.met += 1
                raise CrashError

        try:
            return act(again(self.shop, crash=crash).app, key)
        except CrashError:
            pass
        try:
            return act(again(self.shop).app, key)
        except AlreadyDone as before:
            return before.answer


def walked(shop: Shop, point: str | None) -> Crashing:
    """Through groups, turns, branches, waits, a call, as needed and starts of every kind."""
    crashing = Crashing(shop, point)
    clerk, master = shop.actor("Cleo"), shop.actor("Moritz")
    order = {"name": "Anna", "launch_at": (AT + timedelta(days=9)).isoformat()}
    crashing.send(lambda app, key: runs.start(app, clerk, "building", "ordered", order, key=key))
    [line] = runs.page(shop.app, APPLICATION).items
    boat, run_id = line.about.record, line.id
    for name in ("Keel", "Bow"):
        values = {"name": name, "boat": boat.id}
        crashing.send(
            lambda app, key, values=values: records.create(
                app, APPLICATION, "plank", values, key=key
            )
        )
    crashing.send(
        lambda app, key: waiting.begin_as_needed(app, master, run_id, "complaint", key=key)
    )
    while (step := next_task(shop)) is not None:
        task, outcome = step
        crashing.send(
            lambda app, key, task=task, outcome=outcome: tasks.complete(
                app, APPLICATION, task, outcome=outcome, answers={}, key=key
            )
        )
        if outcome == "good":
            shop.clock.pass_time(days=2)
            crashing.send(lambda app, _key: waiting.wake(app))
    crashing.send(
        lambda app, key: starting.begin_on(
            app, APPLICATION, "launching", "high-water", boat.id, key=key
        )
    )
    shop.clock.pass_time(days=9)
    crashing.send(lambda app, _key: waiting.wake(app))
    return crashing


def next_task(shop: Shop) -> tuple[int, str | None] | None:
    """The first open task, with the outcome that leads on."""
    found = sorted(shop.open_tasks().values(), key=lambda line: line.id)
    return (found[0].id, WAYS_OUT.get(found[0].step)) if found else None


def ended(shop: Shop) -> list[Any]:
    """How everything came out, whatever the ids are."""
    views = [
        runs.view(shop.app, APPLICATION, line.id)
        for line in runs.page(shop.app, APPLICATION).items
    ]
    return sorted(
        (
            view.line.procedure,
            view.line.state.value,
            view.line.end,
            [line.kind for line in view.history],
            [(task.step, task.state.value) for task in view.tasks],
        )
        for view in views
    )


@pytest.fixture(scope="module")
def expected(tmp_path_factory) -> list[Any]:
    """How it comes out where nothing crashes."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('twin') / 'procedura.db'}")
    twin = open_shop(database, YARD)
    walked(twin, None)
    assert_sound(twin.app)
    found = ended(twin)
    database.dispose()
    return found


def test_without_a_crash_the_boat_is_afloat(expected) -> None:
    assert [item[:3] for item in expected] == [
        ("building", "ended", "afloat"),
        ("launching", "open", None),
        ("rigging", "ended", "rigged"),
    ]


@pytest.mark.parametrize("point", ON_THE_WAY)
def test_a_yard_ends_like_its_twin_wherever_its_commands_crash(database, expected, point) -> None:
    shop = open_shop(database, YARD)

    crashing = walked(shop, point)

    assert ended(shop) == expected
    assert crashing.met >= crashing.commands - NOT_KEYED
    assert_sound(shop.app)


# -- many at once ---------------------------------------------------------------------------------


def at_once(*acts: Callable[[], None]) -> None:
    """Do these in threads of their own; whatever one raises is raised here."""
    failed: list[BaseException] = []

    def guarded(act: Callable[[], None]) -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001  raised again below
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def boats(shop: Shop, count: int, *planks: str) -> list[int]:
    """Runs of boats whose plan is drawn, in the order in which they were ordered."""
    found = []
    for number in range(count):
        order = {"name": f"Boat {number}", "launch_at": (AT + timedelta(days=9)).isoformat()}
        run = runs.start(shop.app, shop.actor("Cleo"), "building", "ordered", order)
        for name in planks:
            values = {"name": name, "boat": run.line.about.record.id}
            records.create(shop.app, APPLICATION, "plank", values)
        [plan] = run.tasks
        tasks.complete(shop.app, APPLICATION, plan.id, outcome=None, answers={})
        found.append(run.line.id)
    return found


def open_tasks(shop: Shop, run_id: int) -> list[tuple[int, str]]:
    view = runs.view(shop.app, APPLICATION, run_id)
    return [(task.id, task.step) for task in view.tasks if task.state.value == "open"]


def complete(shop: Shop, task: int, step: str) -> None:
    tasks.complete(shop.app, APPLICATION, task, outcome=WAYS_OUT.get(step), answers={})


def turns_and_branches_join_once(shop: Shop, rounds: int) -> None:
    built = boats(shop, rounds, "Keel", "Bow")
    work = [open_tasks(shop, run_id) for run_id in built]
    assert {len(tasks_of) for tasks_of in work} == {3}
    ready = threading.Barrier(3)

    def finish(number: int) -> None:
        for tasks_of in work:
            ready.wait()
            complete(shop, *tasks_of[number])

    # when both turns and the other branch end at the same instant, and many see the time come
    at_once(*(lambda number=number: finish(number) for number in range(3)))
    shop.clock.pass_time(days=2)

    def look() -> None:
        while waiting.wake(shop.app):
            pass

    at_once(look, look, look, look)

    # then each boat is rigged once
    for run_id in built:
        kinds = Counter(line.kind for line in runs.view(shop.app, APPLICATION, run_id).history)
        assert (kinds["called"], kinds["turn-opened"], kinds["wait-over"]) == (1, 2, 2)
        assert (kinds["branch-closed"], kinds["list-closed"]) == (2, 5)
    rigging = runs.page(shop.app, APPLICATION, procedure="rigging", limit=rounds + 1).items
    assert [line.state for line in rigging] == [RunState.OPEN] * rounds
    assert_sound(shop.app)


def test_turns_and_branches_that_end_at_the_same_instant_join_once(database) -> None:
    turns_and_branches_join_once(open_shop(database, YARD), 15)


def test_turns_and_branches_join_once_a_thousand_times(database) -> None:
    turns_and_branches_join_once(open_shop(database, YARD), 500)


def test_callers_that_are_cancelled_and_called_runs_that_end_meet_no_deadlock(database) -> None:
    # given boats that wait for their rigging, which locks the called run first and then the caller
    shop = open_shop(database, YARD)
    built = boats(shop, 20)
    for run_id in built:
        for task, step in open_tasks(shop, run_id):
            complete(shop, task, step)
    rigging = runs.page(shop.app, APPLICATION, procedure="rigging", limit=50).items
    work = [open_tasks(shop, line.id)[0] for line in reversed(rigging)]
    ready = threading.Barrier(2)
    refused: Counter[str] = Counter()

    def cancel() -> None:
        for run_id in built:
            ready.wait()
            try:
                runs.cancel(shop.app, APPLICATION, run_id, "Nobody pays")
            except Refusal as refusal:
                refused[type(refusal).__name__] += 1

    def rig() -> None:
        for task, step in work:
            ready.wait()
            try:
                complete(shop, task, step)
            except Refusal as refusal:
                refused[type(refusal).__name__] += 1

    # when one is cancelled while the other ends
    at_once(cancel, rig)

    # then one of the two came first, and the other was told so
    assert set(refused) <= {"WrongState"}
    assert all(
        runs.view(shop.app, APPLICATION, run_id).line.state is RunState.STOPPED for run_id in built
    )
    assert_sound(shop.app)
