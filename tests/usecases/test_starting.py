"""Starts that nobody has a button for, begun by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import NotAllowed, NotFound, WrongState
from server.usecases import records, runs, starting
from tests.builders import AT
from tests.promises.shop import YARD, Shop, open_shop
from tests.promises.sound import assert_sound


@pytest.fixture
def yard(database) -> Shop:
    return open_shop(database, YARD)


def a_boat(yard: Shop, **values) -> int:
    launch = (AT + timedelta(days=9)).isoformat()
    given = {"name": "Anna", "launch_at": launch, **values}
    return records.create(yard.app, APPLICATION, "boat", given).title.record.id


def test_the_moment_of_a_record_begins_a_run_on_it_once(yard) -> None:
    boat = a_boat(yard)

    run = starting.begin_on(yard.app, APPLICATION, "launching", "high-water", boat)
    again = starting.begin_on(yard.app, APPLICATION, "launching", "high-water", boat)

    assert [task.step for task in run.tasks] == ["watch"]
    assert run.line.about.record.id == boat
    assert again.line.id == run.line.id
    assert_sound(yard.app)


def test_a_condition_that_does_not_hold_begins_nothing(yard) -> None:
    boat = a_boat(yard, status="scrapped")

    with pytest.raises(WrongState, match="condition of the start 'high-water' does not hold"):
        starting.begin_on(yard.app, APPLICATION, "launching", "high-water", boat)

    assert runs.page(yard.app, APPLICATION).items == ()


def test_a_record_is_handed_over_by_hand_where_the_procedure_before_did_not(yard) -> None:
    boat = a_boat(yard)

    run = starting.begin_on(yard.app, APPLICATION, "rigging", "after-building", boat)

    assert [task.step for task in run.tasks] == ["rig"]
    assert run.line.about.record.id == boat
    assert_sound(yard.app)


def test_a_period_begins_a_run_for_each_record_of_its_list(yard) -> None:
    begun = starting.begin_for_period(yard.app, APPLICATION, "reviewing", "monthly")

    [run] = begun
    review = run.line.about.record
    [task] = run.tasks
    assert str(task.person) == "Moritz"
    assert yard.value(review, "begins_on") == date(2026, 2, 1)
    assert yard.value(review, "ends_on") == date(2026, 2, 28)
    assert yard.value(review, "master") == yard.records["Moritz"]
    assert_sound(yard.app)


@pytest.mark.parametrize(
    ("begin", "refusal", "told"),
    [
        (
            lambda app, who: starting.begin_on(app, who, "launching", "tide", 1),
            NotFound,
            "no start",
        ),
        (
            lambda app, who: starting.begin_on(app, who, "reviewing", "monthly", 1),
            WrongState,
            "does not begin on a record",
        ),
        (
            lambda app, who: starting.begin_for_period(app, who, "launching", "high-water"),
            WrongState,
            "does not recur",
        ),
        (
            lambda app, who: starting.begin_on(app, who, "launching", "high-water", 99),
            NotFound,
            "There is no boat 99",
        ),
    ],
)
def test_what_is_no_such_start_is_told(yard, begin, refusal, told) -> None:
    with pytest.raises(refusal, match=told):
        begin(yard.app, APPLICATION)


def test_only_who_administers_begins_what_only_time_begins(yard) -> None:
    with pytest.raises(NotAllowed):
        starting.begin_for_period(yard.app, yard.actor("Cleo"), "reviewing", "monthly")
