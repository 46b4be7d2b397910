"""Tasks: found by those who may do them, claimed by one, completed with their answers."""

from __future__ import annotations

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import (
    Conflict,
    Failed,
    Invalid,
    NotAllowed,
    NotFound,
    TooLarge,
    WrongState,
)
from server.domain.run import RunState, TaskState
from server.usecases import records, runs, tasks
from tests.builders import stored
from tests.promises.shop import Shop, open_shop

ESTIMATE = {"price": "12.50", "parts_there": True, "hours": 2}


@pytest.fixture
def shop(database) -> Shop:
    return open_shop(database)


def steps(shop: Shop, name: str, which: str = "all") -> list[str]:
    return [line.step for line in tasks.my_work(shop.app, shop.actor(name), which=which).items]


def test_a_task_is_offered_to_those_of_the_group_who_hold_its_role(shop) -> None:
    shop.bring()

    assert {name: steps(shop, name) for name in ("Max", "Mia", "Rob", "Cleo")} == {
        "Max": ["estimate"],
        "Mia": ["estimate"],
        "Rob": [],
        "Cleo": [],
    }
    assert steps(shop, "Cleo", "waiting") == ["estimate"]


def test_a_claimed_task_is_in_one_queue_only(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]

    view = tasks.claim(shop.app, shop.actor("Max"), task.id)

    assert str(view.line.claimed_by) == "Max"
    assert (steps(shop, "Max", "mine"), steps(shop, "Max", "groups")) == (["estimate"], [])
    assert steps(shop, "Mia") == []
    with pytest.raises(WrongState, match="Max is working on this task"):
        tasks.claim(shop.app, shop.actor("Mia"), task.id)
    with pytest.raises(WrongState, match="Max is working on this task"):
        shop.complete("estimate", "Mia", **ESTIMATE)


def test_claiming_again_changes_nothing(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]

    first = tasks.claim(shop.app, shop.actor("Max"), task.id)
    second = tasks.claim(shop.app, shop.actor("Max"), task.id)

    assert first.line.revision == second.line.revision


def test_a_task_is_released_by_who_has_it_or_by_who_assigns(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]
    tasks.claim(shop.app, shop.actor("Max"), task.id)

    with pytest.raises(NotAllowed):
        tasks.release(shop.app, shop.actor("Mia"), task.id)
    view = tasks.release(shop.app, shop.actor("Moritz"), task.id)

    assert view.line.claimed_by is None
    assert steps(shop, "Mia") == ["estimate"]


def test_a_task_is_given_to_somebody_who_may_do_it(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]
    mia, rob = shop.records["Mia"].id, shop.records["Rob"].id

    with pytest.raises(Invalid, match="may not do the task"):
        tasks.assign(shop.app, shop.actor("Max"), task.id, rob)
    with pytest.raises(NotAllowed):
        tasks.assign(shop.app, shop.actor("Rob"), task.id, mia)
    view = tasks.assign(shop.app, shop.actor("Moritz"), task.id, mia)

    assert str(view.line.claimed_by) == "Mia"


def test_who_does_not_hold_the_role_may_not_do_the_task(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]

    for act in (
        lambda: tasks.claim(shop.app, shop.actor("Rob"), task.id),
        lambda: shop.complete("estimate", "Rob", **ESTIMATE),
        lambda: tasks.save_draft(shop.app, shop.actor("Rob"), task.id, {}),
    ):
        with pytest.raises(NotAllowed, match="a role that you do not hold here"):
            act()


def test_a_completed_task_hands_out_what_follows(shop) -> None:
    run = shop.bring()

    done = shop.complete("estimate", "Max", **ESTIMATE)

    assert [line.step for line in done.opened] == ["mend"]
    assert (done.run_state, done.run_end) == (RunState.ENDED, "mending")
    assert shop.value(run.line.about.record, "status") == "in_work"
    assert steps(shop, "Max") == ["mend"]


def test_all_is_kept_with_who_did_it_and_by_which_step_and_rule(shop) -> None:
    run = shop.bring(age=80)
    item = run.line.about.record
    shop.complete("estimate", "Max", **ESTIMATE)

    changes = records.history(shop.app, shop.actor("Moritz"), item).items
    line = {change.field: change for change in reversed(changes)}
    view = runs.view(shop.app, shop.actor("Max"), run.line.id)

    assert (line["price"].who, line["price"].step, line["price"].new) == (
        "Max",
        "estimate",
        "12.5",
    )
    assert (line["status"].old, line["status"].new) == ("brought", "in_work")
    assert (line["care"].who, line["care"].rule) == ("Cleo", "item-care: old")
    assert [(item.step, item.hits) for item in view.verdicts] == [("worth", ("at-once",))]
    assert [entry.who for entry in view.history if entry.kind == "task-completed"] == ["Max"]
    assert view.done == {"estimate", "worth", "mend"}


def test_a_task_that_was_done_cannot_be_done_again(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]
    shop.complete("estimate", "Max", **ESTIMATE)

    for act in (
        lambda: tasks.complete(
            shop.app, shop.actor("Max"), task.id, outcome=None, answers=ESTIMATE
        ),
        lambda: tasks.claim(shop.app, shop.actor("Max"), task.id),
        lambda: tasks.release(shop.app, shop.actor("Max"), task.id),
    ):
        with pytest.raises(WrongState, match="has been completed already"):
            act()
    view = tasks.view(shop.app, shop.actor("Max"), task.id)
    assert view.line.state is TaskState.COMPLETED
    assert (str(view.completed_by), view.answers) == ("Max", {"parts_there": True, "hours": 2})
    assert not view.may_complete


def test_a_task_that_there_is_not_is_not_found(shop) -> None:
    for act in (
        lambda: tasks.view(shop.app, shop.actor("Max"), 99),
        lambda: tasks.claim(shop.app, shop.actor("Max"), 99),
        lambda: tasks.complete(shop.app, shop.actor("Max"), 99, outcome=None, answers={}),
    ):
        with pytest.raises(NotFound, match="no task 99"):
            act()


def test_answers_are_read_against_form_and_questions_and_all_problems_told(shop) -> None:
    shop.bring()

    with pytest.raises(Invalid, match="5 answers to put right") as refused:
        shop.complete("estimate", "Max", name="Other", price="much", hours="two", colour="red")

    assert refused.value.problems == {
        "name": "Name cannot be changed here.",
        "price": "'much' is not a number.",
        "hours": "'two' is not a whole number.",
        "parts_there": "This question needs an answer.",
        "colour": "This step has no such field.",
    }


def test_a_refused_task_is_as_it_was(shop) -> None:
    shop.bring()
    before = shop.open_tasks()

    with pytest.raises(Invalid):
        shop.complete("estimate", "Max", price="12")

    assert shop.open_tasks() == before


def test_an_outcome_must_be_one_of_the_step(shop) -> None:
    shop.bring()
    with pytest.raises(Invalid, match="no outcomes"):
        shop.complete("estimate", "Max", "mended", **ESTIMATE)
    shop.complete("estimate", "Max", **ESTIMATE)

    for outcome in (None, "thrown_away"):
        with pytest.raises(Invalid, match="Choose how the task came out"):
            shop.complete("mend", "Max", outcome, minutes=3)
    assert shop.complete("mend", "Max", "mended", minutes=3).opened


def test_a_task_that_creates_a_record_names_it_for_what_follows(shop) -> None:
    item = shop.bring().line.about.record
    shop.complete("estimate", "Max", price="9", parts_there=False, hours=1)

    done = shop.complete("order", "Cleo", name="Spring")

    [part] = records.page(shop.app, shop.actor("Cleo"), "part").items
    assert part.values["item"] == item
    assert sorted(line.step for line in done.opened) == ["receive", "tell"]
    shop.complete("receive", "Cora")
    shop.complete("tell", "Cleo", "asks_again")
    done = shop.complete("tell", "Cleo", "goes_on")
    assert [line.step for line in done.opened] == ["estimate"]


def test_what_somebody_else_changed_is_not_written_over(shop) -> None:
    item = shop.bring().line.about.record
    seen = tasks.view(shop.app, shop.actor("Max"), shop.open_tasks()["estimate"].id)
    master = shop.actor("Moritz")
    records.update(shop.app, master, item, {"age": 7}, expecting=seen.record_revision)

    def complete(**answers) -> None:
        tasks.complete(
            shop.app,
            shop.actor("Max"),
            seen.line.id,
            outcome=None,
            answers=answers,
            record_revision=seen.record_revision,
        )

    # the price is the master's to change only with a reason, as the open run writes it
    records.update(shop.app, master, item, {"price": "99"}, expecting=None, reason="He asked")
    with pytest.raises(Conflict) as conflict:
        complete(**ESTIMATE)
    assert conflict.value.fields == {"price": "99"}
    complete(**ESTIMATE | {"price": "99"})
    assert shop.value(item, "age") == 7


def test_a_task_expected_at_another_revision_is_left_alone(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]
    tasks.claim(shop.app, shop.actor("Max"), task.id)

    with pytest.raises(Conflict, match="has changed since you looked"):
        tasks.complete(
            shop.app,
            shop.actor("Max"),
            task.id,
            outcome=None,
            answers=ESTIMATE,
            expecting=task.revision,
        )


def test_what_is_typed_is_kept_until_it_is_sent(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]

    view = tasks.save_draft(shop.app, shop.actor("Max"), task.id, {"fault": "Rust", "hours": "t"})

    assert view.draft == {"fault": "Rust", "hours": "t"}
    with pytest.raises(TooLarge):
        tasks.save_draft(shop.app, shop.actor("Max"), task.id, {"fault": "x" * 300_000})


def test_a_task_shows_form_instruction_and_where_its_buttons_lead(shop) -> None:
    shop.bring()
    estimate = tasks.view(shop.app, shop.actor("Max"), shop.open_tasks()["estimate"].id)
    shop.complete("estimate", "Max", **ESTIMATE)
    mend = tasks.view(shop.app, shop.actor("Max"), shop.open_tasks()["mend"].id)

    assert [field.key for field in estimate.form.fields] == [
        "name",
        "fault",
        "price",
        "parts_there",
        "hours",
    ]
    assert estimate.instruction.startswith("Open it.")
    assert [(item.key, item.leads_to) for item in estimate.outcomes] == [("", "Is it worth it?")]
    assert [(item.label, item.leads_to) for item in mend.outcomes] == [
        ("It works", "Was it quick?"),
        ("It cannot be mended", "Give it back"),
    ]
    assert [str(item) for item in estimate.candidates] == ["Max", "Mia"]


def test_what_a_step_asks_is_asked_anew_each_time_and_what_a_record_holds_is_shown(shop) -> None:
    # given a step that was answered, and is come back to
    shop.bring(dear=True)
    shop.complete("estimate", "Max", **{**ESTIMATE, "parts_there": False})
    shop.complete("order", "Cleo", name="Spring")
    shop.complete("receive", "Cleo")
    shop.complete("tell", "Cleo", "goes_on")

    again = tasks.view(shop.app, shop.actor("Max"), shop.open_tasks()["estimate"].id)

    shown = {field.key: field.value for field in again.form.fields}
    assert (shown["parts_there"], shown["hours"]) == (None, None)
    assert shown["price"] is not None


def test_queues_are_read_page_by_page(shop) -> None:
    for number in range(5):
        shop.bring(f"Clock {number}")

    first = tasks.my_work(shop.app, shop.actor("Max"), limit=2)
    second = tasks.my_work(shop.app, shop.actor("Max"), limit=2, after=first.after)
    last = tasks.my_work(shop.app, shop.actor("Max"), limit=2, after=second.after)

    names = [line.about.label for page in (first, second, last) for line in page.items]
    assert names == [f"Clock {number}" for number in range(5)]
    assert last.after is None
    assert tasks.counts(shop.app, shop.actor("Max")) == {
        "all": 5,
        "mine": 0,
        "groups": 5,
        "to-sign": 0,
        "waiting": 0,
        "watched": 0,
    }
    with pytest.raises(Invalid):
        tasks.my_work(shop.app, shop.actor("Max"), which="others")


def test_the_application_has_no_queue(shop) -> None:
    with pytest.raises(NotAllowed):
        tasks.my_work(shop.app, APPLICATION)


def test_while_all_menders_are_away_the_master_is_asked(shop) -> None:
    for name in ("Max", "Mia"):
        records.update(
            shop.app,
            shop.actor("Moritz"),
            shop.records[name],
            {"away_from": "2026-03-01", "away_until": "2026-03-09"},
            expecting=None,
        )

    shop.bring()

    assert steps(shop, "Moritz") == ["estimate"]
    assert shop.complete("estimate", "Moritz", **ESTIMATE).opened


def test_a_task_moves_to_the_master_when_the_last_mender_goes_and_back_again(shop) -> None:
    shop.bring()
    task = shop.open_tasks()["estimate"]
    tasks.claim(shop.app, shop.actor("Max"), task.id)

    def away(name: str, **values) -> None:
        person = shop.records[name]
        records.update(shop.app, shop.actor("Moritz"), person, values, expecting=None)

    away("Mia", away_from="2026-03-01", away_until="2026-03-09")
    still = tasks.view(shop.app, shop.actor("Moritz"), task.id)
    away("Max", away_from="2026-03-01", away_until="2026-03-09")
    moved = tasks.view(shop.app, shop.actor("Moritz"), task.id)
    away("Max", away_from=None, away_until=None)
    back = tasks.view(shop.app, shop.actor("Moritz"), task.id)

    assert str(still.line.claimed_by) == "Max"
    assert (moved.line.role_title, moved.line.claimed_by) == ("Master", None)
    assert back.line.role_title == "Mender"


def test_a_task_that_moves_takes_along_what_was_typed(shop) -> None:
    run = shop.bring()
    task = shop.open_tasks()["estimate"]
    tasks.save_draft(shop.app, shop.actor("Max"), task.id, {"fault": "Rust"})
    radios = shop.records["Radios"].id

    records.update(
        shop.app,
        shop.actor("Moritz"),
        run.line.about.record,
        {"bench": radios},
        reason="It is a radio",
    )

    moved = tasks.view(shop.app, shop.actor("Rob"), task.id)
    assert [str(who) for who in moved.candidates] == ["Rob"]
    assert moved.draft == {"fault": "Rust"}


def test_nobody_left_for_a_role_is_a_failure_with_the_cause(database) -> None:
    shop = open_shop(database)
    item = stored(database, shop.app.models, "group", name="Pianos")

    records.update(
        shop.app, shop.actor("Moritz"), shop.records["Moritz"], {"active": False}, expecting=None
    )

    with pytest.raises(Failed, match="Nobody holds the role Mender for group") as failed:
        shop.bring(bench=item.id)

    assert "Administrators see the failure" in failed.value.hint
