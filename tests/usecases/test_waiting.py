"""Lists, calls and waits with rows: what time lets go on, what other records let go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.domain.refusals import NotAllowed, NotFound, WrongState
from server.domain.run import RunState
from server.domain.values import RecordRef
from server.storage import tables
from server.usecases import records, runs, starting, tasks, waiting
from server.usecases.commands import AlreadyDone
from server.usecases.views import RunView
from tests.builders import AT
from tests.promises.shop import YARD, Shop, again, key, open_shop
from tests.promises.sound import assert_sound

DAY = timedelta(days=1)


@pytest.fixture
def yard(database) -> Shop:
    return open_shop(database, YARD)


def order(yard: Shop, *planks: str, **values) -> RunView:
    """A boat that is ordered, with its planks listed."""
    answers = {"name": "Anna", **values}
    run = runs.start(yard.app, yard.actor("Cleo"), "building", "ordered", answers)
    for name in planks:
        add_plank(yard, run, name)
    return run


def add_plank(yard: Shop, run: RunView, name: str) -> RecordRef:
    values = {"name": name, "boat": run.line.about.record.id}
    return records.create(yard.app, APPLICATION, "plank", values).title.record


def view(yard: Shop, run: RunView) -> RunView:
    return runs.view(yard.app, APPLICATION, run.line.id)


def open_steps(yard: Shop, run: RunView) -> list[str]:
    return sorted(task.step for task in view(yard, run).tasks if task.state.value == "open")


def complete(yard: Shop, run: RunView, step: str, outcome: str | None = None, about="") -> None:
    found = [
        task
        for task in view(yard, run).tasks
        if task.step == step and task.state.value == "open" and about in task.about.label
    ]
    task = min(found, key=lambda line: line.id)
    tasks.complete(yard.app, APPLICATION, task.id, outcome=outcome, answers={})


def pass_time(yard: Shop, **amounts: float) -> int:
    """Let time pass, and the worker look once; how many runs it looked at."""
    yard.clock.pass_time(**amounts)
    return waiting.wake(yard.app)


def called(yard: Shop, run: RunView) -> RunView:
    [wait] = view(yard, run).waits
    assert wait.run is not None
    return runs.view(yard.app, APPLICATION, wait.run)


def rows(yard: Shop, table: sa.Table) -> int:
    with yard.app.database.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def test_a_boat_is_built_of_turns_branches_waits_and_a_call(yard) -> None:
    # given a boat of two planks, and one that is listed when the work has begun
    run = order(yard, "Keel", "Bow", launch_at=(AT + 20 * DAY).isoformat())
    complete(yard, run, "plan")
    begun = open_steps(yard, run)
    add_plank(yard, run, "Stern")
    grown = open_steps(yard, run)

    # when everybody has done their part, and the wood has dried
    complete(yard, run, "saw", "split", "Keel")
    for name in ("Keel", "Bow", "Stern"):
        complete(yard, run, "saw", "good", name)
    complete(yard, run, "register")
    drying = view(yard, run)
    too_early = pass_time(yard, days=1)
    looked = pass_time(yard, days=1)
    rigging = called(yard, run)
    complete(yard, rigging, "rig", "rigged")
    afloat_at = [wait.due for wait in view(yard, run).waits]
    pass_time(yard, days=18)

    # then it is afloat, and nothing is left behind
    assert begun == ["register", "saw", "saw"]
    assert grown == ["register", "saw", "saw", "saw"]
    assert {wait.due for wait in drying.waits} == {AT + 2 * DAY}
    assert drying.current == {"dry"}
    assert (too_early, looked) == (0, 1)
    assert afloat_at == [AT + 20 * DAY]
    assert view(yard, run).line.end == "afloat"
    assert yard.value(run.line.about.record, "status") == "launched"
    assert rows(yard, tables.wait) == rows(yard, tables.watch) == 0
    assert_sound(yard.app)


def test_a_moment_that_is_moved_by_hand_moves_the_wait(yard) -> None:
    run = order(yard, launch_at=(AT + 20 * DAY).isoformat())
    complete(yard, run, "plan")
    complete(yard, run, "register")
    complete(yard, called(yard, run), "rig", "rigged")
    boat = run.line.about.record

    records.update(yard.app, APPLICATION, boat, {"launch_at": (AT + 2 * DAY).isoformat()})

    assert [wait.due for wait in view(yard, run).waits] == [AT + 2 * DAY]
    assert pass_time(yard, days=2) == 1
    assert view(yard, run).line.end == "afloat"
    assert_sound(yard.app)


def test_what_is_late_goes_another_way(yard) -> None:
    run = order(yard)
    complete(yard, run, "plan")
    complete(yard, run, "register")
    complete(yard, called(yard, run), "rig", "rigged")

    pass_time(yard, days=30)

    assert view(yard, run).line.end == "given-up"
    assert yard.value(run.line.about.record, "note") == "given up"


def test_a_run_that_is_stopped_takes_its_called_run_along(yard) -> None:
    run = order(yard)
    complete(yard, run, "plan")
    complete(yard, run, "register")
    rigging = called(yard, run)

    runs.cancel(yard.app, APPLICATION, run.line.id, "Nobody pays")

    assert view(yard, run).line.state is RunState.STOPPED
    assert view(yard, rigging).line.state is RunState.STOPPED
    assert view(yard, rigging).history[-1].sentence == (
        "The run was stopped: nobody waits for it any more."
    )
    assert rows(yard, tables.wait) == 0
    assert_sound(yard.app)


def test_a_called_run_that_is_stopped_stops_its_caller(yard) -> None:
    run = order(yard)
    complete(yard, run, "plan")
    complete(yard, run, "register")

    runs.cancel(yard.app, APPLICATION, called(yard, run).line.id, "No mast to be had")

    assert view(yard, run).line.state is RunState.STOPPED
    assert_sound(yard.app)


def test_stops_when_withdraws_turns_waits_and_what_was_begun_as_needed(yard) -> None:
    run = order(yard, "Keel", "Bow")
    complete(yard, run, "plan")
    complete(yard, run, "saw", "good", "Keel")
    waiting.begin_as_needed(yard.app, yard.actor("Moritz"), run.line.id, "complaint")

    records.update(
        yard.app, APPLICATION, run.line.about.record, {"status": "scrapped"}, reason="A storm"
    )

    stopped = view(yard, run)
    assert stopped.line.state is RunState.STOPPED
    assert open_steps(yard, run) == []
    assert (stopped.waits, stopped.offers) == ((), ())
    assert rows(yard, tables.wait) == rows(yard, tables.watch) == 0
    assert_sound(yard.app)


def test_what_stops_a_run_is_looked_at_when_it_begins(yard) -> None:
    boat = records.create(yard.app, APPLICATION, "boat", {"name": "Anna", "status": "scrapped"})

    run = starting.begin_on(
        yard.app, APPLICATION, "rigging", "after-building", boat.title.record.id
    )

    assert run.line.state is RunState.STOPPED
    assert open_steps(yard, run) == []
    assert_sound(yard.app)


def test_a_run_offers_what_is_needed_to_those_who_may_begin_it(yard) -> None:
    run = order(yard)

    seen = runs.view(yard.app, yard.actor("Moritz"), run.line.id).offers
    task = waiting.begin_as_needed(yard.app, yard.actor("Moritz"), run.line.id, "complaint")
    other = waiting.begin_as_needed(yard.app, yard.actor("Moritz"), run.line.id, "complaint")
    tasks.complete(yard.app, yard.actor("Moritz"), task.line.id, outcome=None, answers={})

    assert [(item.key, item.title, item.role_title) for item in seen] == [
        ("complaint", "Take a complaint", "Master")
    ]
    assert runs.view(yard.app, yard.actor("Cleo"), run.line.id).offers == ()
    assert (task.line.step, str(task.line.claimed_by)) == ("complain", "Moritz")
    assert other.line.id != task.line.id
    assert yard.value(run.line.about.record, "note") == "somebody was cross"
    assert open_steps(yard, run) == ["complain", "plan"]
    assert_sound(yard.app)


@pytest.mark.parametrize(
    ("who", "offer", "refusal", "told"),
    [
        ("Cleo", "complaint", NotAllowed, "This is for Master"),
        ("Moritz", "praise", WrongState, "Nothing called 'praise'"),
    ],
)
def test_what_is_not_for_somebody_or_not_offered_leaves_nothing(
    yard, who, offer, refusal, told
) -> None:
    run = order(yard)
    before = len(view(yard, run).history)

    with pytest.raises(refusal, match=told):
        waiting.begin_as_needed(yard.app, yard.actor(who), run.line.id, offer)

    assert len(view(yard, run).history) == before


def test_nothing_is_begun_in_a_run_that_is_over_or_nowhere(yard) -> None:
    run = order(yard)
    runs.cancel(yard.app, APPLICATION, run.line.id, "Nobody pays")

    with pytest.raises(WrongState, match="is over already"):
        waiting.begin_as_needed(yard.app, APPLICATION, run.line.id, "complaint")
    with pytest.raises(NotFound):
        waiting.begin_as_needed(yard.app, APPLICATION, 99, "complaint")


def test_the_same_key_begins_it_once(yard) -> None:
    run = order(yard)
    actor = yard.actor("Moritz")

    waiting.begin_as_needed(yard.app, actor, run.line.id, "complaint", key=key("k"))
    with pytest.raises(AlreadyDone):
        waiting.begin_as_needed(yard.app, actor, run.line.id, "complaint", key=key("k"))

    assert open_steps(yard, run) == ["complain", "plan"]


def test_a_wait_whose_step_fails_is_told_and_left_alone_until_it_is_mended(yard) -> None:
    # given planks that dry, and nobody left who could go on
    run = order(yard, "Keel")
    complete(yard, run, "plan")
    complete(yard, run, "register")
    complete(yard, run, "saw", "good")
    for name in ("Max", "Mia", "Rob", "Moritz"):
        records.update(yard.app, APPLICATION, yard.records[name], {"active": False})

    # when its time has come
    looked = [pass_time(yard, days=2), waiting.wake(yard.app)]

    # then the failure is kept, and it is tried again when somebody says so
    [failure] = runs.failures(yard.app, APPLICATION)
    assert "Nobody holds the role Mender" in failure.sentence
    assert looked == [1, 0]
    records.update(yard.app, APPLICATION, yard.records["Max"], {"active": True})
    runs.dismiss(yard.app, APPLICATION, failure.id)
    assert waiting.wake(yard.app) == 1
    assert open_steps(yard, called(yard, run)) == ["rig"]
    assert_sound(yard.app)


def test_a_restart_forgets_no_wait(yard) -> None:
    run = order(yard, "Keel")
    complete(yard, run, "plan")
    complete(yard, run, "register")
    complete(yard, run, "saw", "good")

    fresh = again(yard)
    pass_time(fresh, days=2)

    assert open_steps(fresh, called(fresh, run)) == ["rig"]


def test_a_task_says_by_when_it_is_due(yard) -> None:
    run = order(yard)
    [plan] = run.tasks

    yard.clock.pass_time(days=1)

    assert tasks.view(yard.app, APPLICATION, plan.id).line.due_at == AT + 3 * DAY


def test_the_buttons_of_a_turn_lead_within_it(yard) -> None:
    run = order(yard, "Keel")
    complete(yard, run, "plan")
    [saw] = [task for task in view(yard, run).tasks if task.step == "saw"]

    shown = tasks.view(yard.app, APPLICATION, saw.id)

    assert [(item.key, item.leads_to) for item in shown.outcomes] == [
        ("split", "Saw the plank"),
        ("good", "Let it dry"),
    ]
