"""By when people should be done, and who is told. Source: language, *Waiting*."""

from __future__ import annotations

from datetime import timedelta

from server.domain.ballot import Mark
from server.engine import events as happened
from tests.builders import AT
from tests.engine.builders import Office, a_procedure, approve, do, end, together

DAY = timedelta(days=1)
MANAGER = "on-duty-manager"
THREE_DAYS = ("3 days", MANAGER)


def an_office(*steps, **over) -> Office:
    office = Office(a_procedure("handling", *steps, **over))
    office.person("Ann", "specialist")
    return office


def late(office: Office, run_id: int) -> list[happened.TaskLate]:
    return [line for line in office.history(run_id) if isinstance(line, happened.TaskLate)]


def test_the_named_role_is_told_once_that_a_task_is_late() -> None:
    # given a task to be done within three days
    office = an_office(do("look", due=THREE_DAYS))
    mia = office.person("Mia", MANAGER)
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))

    # when time passes
    office.wait(3 * DAY - timedelta(seconds=1))
    early = late(office, run_id)
    office.wait(timedelta(seconds=1))
    office.wait(9 * DAY)

    # then the manager is told when it is late, once, and the task stays with whoever has it
    assert early == []
    [told] = late(office, run_id)
    assert (told.step, told.due, told.persons) == ("look", AT + 3 * DAY, (mia,))
    assert office.waiting(run_id) == ["look"]
    assert office.replayed(run_id) == office.runs[run_id]


def test_nobody_is_told_of_what_is_done_in_time() -> None:
    office = an_office(do("look", due=THREE_DAYS), do("close"))
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))

    office.wait(2 * DAY)
    office.complete(run_id, "look")
    office.wait(9 * DAY)

    assert late(office, run_id) == []


def test_time_is_counted_from_when_the_task_was_opened() -> None:
    office = an_office(do("look"), do("close", due=THREE_DAYS))
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))

    office.wait(2 * DAY)
    office.complete(run_id, "look")
    office.wait(2 * DAY)
    early = late(office, run_id)
    office.wait(DAY)

    assert early == []
    assert [told.due for told in late(office, run_id)] == [AT + 5 * DAY]


def test_a_deadline_moves_with_what_it_is_read_from() -> None:
    within = "if change.risk is not null and change.risk > 3 then 1 days else 3 days"
    office = an_office(do("look", due=(within, MANAGER)), about="change")
    change = office.record("change", title="New disks", risk=1)
    run_id = office.begin("handling", change)

    office.change(change, risk=5)
    office.wait(DAY)

    assert [told.due for told in late(office, run_id)] == [AT + DAY]
    assert [line for line in office.told(run_id) if "due" in line] == ["task-due-moved look"]
    assert office.replayed(run_id) == office.runs[run_id]


def test_whoever_holds_the_role_for_this_run_is_told() -> None:
    office = an_office(
        do("look", due=THREE_DAYS), about="change", lanes={MANAGER: "change.assignee"}
    )
    mia = office.person("Mia", MANAGER)
    bea = office.person("Bea")
    change = office.record("change", title="New disks", assignee=bea)
    run_id = office.begin("handling", change)

    office.wait(3 * DAY)

    [told] = late(office, run_id)
    assert told.persons == (bea,)
    assert mia not in told.persons


def test_that_nobody_holds_the_role_holds_nothing_up() -> None:
    office = an_office(do("look", due=THREE_DAYS))
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))

    office.wait(3 * DAY)

    assert [told.persons for told in late(office, run_id)] == [()]
    assert office.waiting(run_id) == ["look"]


def test_every_seat_that_has_not_signed_is_late() -> None:
    outcomes = {"approved": "done", "rejected": "done"}
    office = an_office(approve("sign", ("service-owner", ""), (MANAGER, ""), due=THREE_DAYS,
                               outcomes=outcomes))  # fmt: skip
    olga, mia = office.person("Olga", "service-owner"), office.person("Mia", MANAGER)
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))

    office.sign(run_id, 1, Mark.APPROVE, by=olga)
    office.wait(3 * DAY)

    assert [(told.task, told.persons) for told in late(office, run_id)] == [(2, (mia,))]


def test_a_round_that_ends_wakes_first_for_those_who_are_late() -> None:
    outcomes = {"approved": "done", "rejected": "done", "late": "over"}
    office = an_office(
        approve("sign", (MANAGER, ""), due=("2 days", MANAGER), at_latest="5 days",
                outcomes=outcomes),
        end("over"),
    )  # fmt: skip
    office.person("Mia", MANAGER)
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))

    office.wait(2 * DAY)
    warned = len(late(office, run_id))
    office.wait(3 * DAY)

    assert warned == len(late(office, run_id)) == 1
    assert office.runs[run_id].end == "over"


def test_tasks_side_by_side_are_late_each_in_its_time() -> None:
    office = an_office(
        together("both", {
            "one": [do("first", due=("1 days", MANAGER))],
            "other": [do("second", due=("2 days", MANAGER))],
        })
    )  # fmt: skip
    run_id = office.begin("handling", office.record("incident_request", summary="No mail"))

    office.wait(DAY)
    after_one = [told.step for told in late(office, run_id)]
    office.wait(DAY)

    assert after_one == ["first"]
    assert [told.step for told in late(office, run_id)] == ["first", "second"]
