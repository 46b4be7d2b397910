"""Runs: begun, followed, cancelled; failures that wait until the cause is mended."""

from __future__ import annotations

import pytest

from server.domain.actor import APPLICATION
from server.domain.refusals import Failed, Invalid, NotAllowed, NotFound, WrongState
from server.domain.run import RunState
from server.usecases import notices, records, runs, tasks
from tests.promises.shop import Shop, open_shop

ESTIMATE = {"price": "12.50", "parts_there": True, "hours": 2}


@pytest.fixture
def shop(database) -> Shop:
    return open_shop(database)


def test_what_may_be_begun_comes_with_the_form_it_begins_with(shop) -> None:
    [button] = runs.startable(shop.app, shop.actor("Cleo"))

    assert (button.procedure, button.start, button.title) == (
        "intake",
        "at-the-desk",
        "Somebody brings something",
    )
    assert [field.key for field in button.form.fields] == ["name", "fault", "age", "dear", "bench"]
    assert runs.startable(shop.app, shop.actor("Max")) == ()
    assert runs.startable(shop.app, APPLICATION) == ()


def test_a_run_begins_with_a_record_made_by_the_form_of_its_start(shop) -> None:
    run = shop.bring("Radio", bench="Radios", age=60)

    view = records.view(shop.app, shop.actor("Cleo"), run.line.about.record)
    assert view.title.number == "ITM000000000001"
    assert (view.values["name"], view.values["status"], view.values["care"]) == (
        "Radio",
        "brought",
        "much",
    )
    assert run.current == {"estimate"}
    assert [line.title for line in run.tasks] == ["Estimate the work"]
    assert run.history[0].sentence == "The run began."


@pytest.mark.parametrize(
    ("who", "procedure", "start", "answers", "refusal", "told"),
    [
        ("Max", "intake", None, {"name": "x"}, NotAllowed, "begun by the role Clerk"),
        ("Cleo", "stealing", None, {}, NotFound, "no procedure 'stealing'"),
        ("Cleo", "intake", "at-night", {"name": "x"}, NotFound, "no start 'at-night'"),
        ("Cleo", "mending", None, {}, WrongState, "is not begun by hand"),
        ("Cleo", "intake", None, {"age": -1, "colour": 1}, Invalid, "3 answers to put right"),
    ],
)
def test_a_start_that_may_not_be_leaves_nothing(
    shop, who, procedure, start, answers, refusal, told
) -> None:
    with pytest.raises(refusal, match=told):
        runs.start(shop.app, shop.actor(who), procedure, start, answers)

    assert runs.page(shop.app, shop.actor("Cleo")).items == ()
    assert records.page(shop.app, shop.actor("Cleo"), "item").items == ()


def test_a_new_record_begins_the_runs_that_wait_for_such(shop) -> None:
    shop.bring("Violin", dear=True)

    procedures = {line.procedure for line in runs.page(shop.app, APPLICATION).items}

    assert procedures == {"intake", "hurry"}
    assert shop.open_tasks().keys() == {"estimate", "look"}


def test_a_run_tells_its_history_in_sentences_and_its_reasons(shop) -> None:
    run = shop.bring()
    tasks.claim(shop.app, shop.actor("Max"), shop.open_tasks()["estimate"].id)
    shop.complete("estimate", "Max", **ESTIMATE)
    [mending] = runs.page(shop.app, APPLICATION, procedure="mending").items

    view = runs.view(shop.app, shop.actor("Cleo"), run.line.id)
    after = runs.view(shop.app, shop.actor("Cleo"), mending.id)

    assert [line.sentence for line in view.history] == [
        "The run began.",
        "'Estimate the work' was given to Mender.",
        "'Estimate the work' is worked on by Max.",
        "'Estimate the work' was completed.",
        "Item: Status is now In work.",
        "Is it worth it?: verdict mend (rule at-once).",
        "The run ended: Mending.",
        f"Mending began (run {mending.id}).",
    ]
    [verdict] = view.verdicts
    assert (verdict.inputs, verdict.because) == (
        {"parts_there": True, "hours": 2, "dear": False},
        ("All parts are there.",),
    )
    assert after.history[0].sentence == f"The run began, handed over by run {run.line.id}."


def test_runs_are_found_by_state_procedure_and_record(shop) -> None:
    one, two = shop.bring("One"), shop.bring("Two")
    runs.cancel(shop.app, shop.actor("Moritz"), one.line.id, "Taken back")

    def found(**by) -> list[int]:
        return [line.id for line in runs.page(shop.app, APPLICATION, **by).items]

    assert found() == [two.line.id, one.line.id]
    assert found(state="stopped") == [one.line.id]
    assert found(about=two.line.about.record) == [two.line.id]
    assert found(procedure="mending") == []
    assert found(limit=1, after=two.line.id) == [one.line.id]
    with pytest.raises(Invalid):
        runs.page(shop.app, APPLICATION, state="lost")
    with pytest.raises(NotFound):
        runs.view(shop.app, APPLICATION, 99)


def test_a_cancelled_run_is_over_with_its_reason(shop) -> None:
    run = shop.bring()

    with pytest.raises(NotAllowed, match="do not let you cancel"):
        runs.cancel(shop.app, shop.actor("Cleo"), run.line.id, "No")
    with pytest.raises(Invalid, match="A reason is needed"):
        runs.cancel(shop.app, shop.actor("Moritz"), run.line.id, "  ")
    view = runs.cancel(shop.app, shop.actor("Moritz"), run.line.id, "Taken back")

    assert view.line.state is RunState.STOPPED
    assert shop.open_tasks() == {}
    assert view.history[-1].sentence == "The run was stopped: Taken back."
    with pytest.raises(WrongState, match="is over already"):
        runs.cancel(shop.app, shop.actor("Moritz"), run.line.id, "Again")
    with pytest.raises(NotFound):
        runs.cancel(shop.app, shop.actor("Moritz"), 99, "x")


def test_a_record_changed_by_hand_stops_the_runs_that_it_says(shop) -> None:
    run = shop.bring("Violin", dear=True)

    records.update(
        shop.app,
        shop.actor("Moritz"),
        run.line.about.record,
        {"status": "returned"},
        reason="Its owner took it back",
    )

    assert {line.state for line in runs.page(shop.app, APPLICATION).items} == {RunState.STOPPED}
    assert shop.open_tasks() == {}


def test_people_are_told_in_the_words_of_the_notification(shop) -> None:
    shop.bring("Clock")
    shop.complete("estimate", "Max", **ESTIMATE)
    shop.complete("mend", "Mia", "mended", minutes=10)

    told = {
        name: [item.subject for item in notices.page(shop.app, shop.actor(name)).items]
        for name in ("Cleo", "Cora", "Max", "Mia", "Rob", "Moritz")
    }

    ready = ["ITM000000000001 is ready: Clock"]
    assert told == {
        "Cleo": ready,
        "Cora": ready,
        "Max": ready,
        "Mia": ready,
        "Rob": [],
        "Moritz": [],
    }
    [notice] = notices.page(shop.app, shop.actor("Cleo")).items
    assert notice.text == "**Clock** is mended, for 12.5."


# -- failures ---------------------------------------------------------------------------------


def nobody_mends(shop: Shop) -> None:
    """Nobody in the group mends any more, and the master has left."""
    for name in ("Max", "Mia", "Moritz"):
        person = shop.records[name]
        records.update(shop.app, APPLICATION, person, {"active": False})


def mended(shop: Shop, name: str = "Max") -> None:
    records.update(shop.app, APPLICATION, shop.records[name], {"active": True})


def one_failed(shop: Shop) -> int:
    """A run that could not go on: the part is ordered, and nobody is there to estimate anew."""
    run = shop.bring()
    shop.complete("estimate", "Max", price="9", parts_there=False, hours=1)
    shop.complete("order", "Cleo", name="Spring")
    shop.complete("receive", "Cleo")
    nobody_mends(shop)
    with pytest.raises(Failed, match="Nobody holds the role Mender"):
        shop.complete("tell", "Cleo", "goes_on")
    return run.line.id


def test_a_failure_is_kept_with_its_run_and_nothing_of_the_command_is_done(shop) -> None:
    run_id = one_failed(shop)

    view = runs.view(shop.app, APPLICATION, run_id)
    [failure] = runs.failures(shop.app, APPLICATION)

    assert view.line.state is RunState.FAILED
    assert view.history[-1].sentence.startswith("The run could not go on. Nobody holds")
    assert view.current == {"tell"}
    assert (failure.run.id, failure.step, failure.attempts) == (run_id, "estimate", 1)


def test_failing_again_only_counts(shop) -> None:
    run_id = one_failed(shop)
    lines = len(runs.view(shop.app, APPLICATION, run_id).history)

    for _ in range(2):
        with pytest.raises(Failed):
            shop.complete("tell", "Cora", "goes_on")

    [failure] = runs.failures(shop.app, APPLICATION)
    assert failure.attempts == 3
    assert len(runs.view(shop.app, APPLICATION, run_id).history) == lines


def test_a_failure_that_is_retried_with_success_is_over(shop) -> None:
    run_id = one_failed(shop)
    [failure] = runs.failures(shop.app, APPLICATION)

    with pytest.raises(Failed):
        runs.retry(shop.app, APPLICATION, failure.id)
    mended(shop)
    assert runs.retry(shop.app, APPLICATION, failure.id) == run_id

    view = runs.view(shop.app, APPLICATION, run_id)
    assert runs.failures(shop.app, APPLICATION) == ()
    assert view.line.state is RunState.OPEN
    assert view.current == {"estimate"}
    assert view.history[-1].sentence == "What had failed was put right."
    done = [line for line in view.history if line.kind == "task-completed"]
    assert (done[-1].step, done[-1].who) == ("tell", "Cleo")
    with pytest.raises(WrongState, match="cannot be retried"):
        runs.retry(shop.app, APPLICATION, failure.id)


def test_a_failure_is_over_when_the_task_is_done_after_all(shop) -> None:
    run_id = one_failed(shop)
    mended(shop)

    shop.complete("tell", "Cora", "goes_on")

    assert runs.failures(shop.app, APPLICATION) == ()
    assert runs.view(shop.app, APPLICATION, run_id).line.state is RunState.OPEN


def test_other_tasks_of_a_failed_run_can_be_done_and_leave_the_failure(shop) -> None:
    run = shop.bring()
    shop.complete("estimate", "Max", price="9", parts_there=False, hours=1)
    shop.complete("order", "Cleo", name="Spring")
    nobody_mends(shop)
    shop.complete("receive", "Cleo")
    with pytest.raises(Failed):
        shop.complete("tell", "Cleo", "goes_on")

    shop.complete("tell", "Cleo", "asks_again")

    # the task at which it failed is done otherwise: that failure is over
    assert runs.failures(shop.app, APPLICATION) == ()
    assert runs.view(shop.app, APPLICATION, run.line.id).line.state is RunState.OPEN


def test_cancelling_a_failed_run_settles_its_failures(shop) -> None:
    run_id = one_failed(shop)

    runs.cancel(shop.app, APPLICATION, run_id, "Nobody is left")

    assert runs.failures(shop.app, APPLICATION) == ()
    assert runs.view(shop.app, APPLICATION, run_id).line.state is RunState.STOPPED


def test_a_failure_is_dismissed_by_administrators_only(shop) -> None:
    run_id = one_failed(shop)
    [failure] = runs.failures(shop.app, APPLICATION)

    for act in (
        lambda: runs.failures(shop.app, shop.actor("Cleo")),
        lambda: runs.retry(shop.app, shop.actor("Cleo"), failure.id),
        lambda: runs.dismiss(shop.app, shop.actor("Cleo"), failure.id),
    ):
        with pytest.raises(NotAllowed, match="Your roles do not let you"):
            act()
    with pytest.raises(NotFound):
        runs.dismiss(shop.app, APPLICATION, 99)
    runs.dismiss(shop.app, APPLICATION, failure.id)

    assert runs.failures(shop.app, APPLICATION) == ()
    assert runs.view(shop.app, APPLICATION, run_id).line.state is RunState.OPEN


def test_a_start_that_fails_leaves_no_record_and_can_be_done_anew(shop) -> None:
    nobody_mends(shop)

    with pytest.raises(Failed):
        shop.bring()

    [failure] = runs.failures(shop.app, APPLICATION)
    assert (failure.run, failure.step) == (None, "estimate")
    assert records.page(shop.app, APPLICATION, "item").items == ()
    with pytest.raises(WrongState, match="cannot be retried from here"):
        runs.retry(shop.app, APPLICATION, failure.id)
