"""Waiting for a moment or a condition. Source: language, *Waiting*."""

from __future__ import annotations

from datetime import timedelta

from server.domain.run import RunState
from server.domain.values import RecordRef
from server.engine import events as happened
from tests.builders import AT
from tests.engine.builders import Each, Office, a_procedure, do, group, together, wait_until

DAY = timedelta(days=1)


def an_office(*steps, **over) -> tuple[Office, RecordRef]:
    office = Office(a_procedure("handling", *steps, **over))
    office.person("Ann", "specialist")
    return office, office.record("incident_request", summary="No mail")


def kinds(office: Office, run_id: int) -> list[str]:
    return [line for line in office.told(run_id) if "wait" in line]


def test_a_length_of_time_is_waited_for_from_arrival() -> None:
    office, request = an_office(wait_until("pause", "now + 3 days"), do("close"))
    run_id = office.begin("handling", request)
    begun = office.waiting(run_id)

    office.wait(2 * DAY)
    office.change(request, note="a change in between moves nothing")
    early = office.waiting(run_id)
    office.wait(DAY)

    assert (begun, early, office.waiting(run_id)) == ([], [], ["close"])
    assert kinds(office, run_id) == ["wait-opened pause", "wait-over pause"]
    assert office.replayed(run_id).scopes == office.runs[run_id].scopes


def test_a_moment_that_has_come_already_is_not_waited_for() -> None:
    office, request = an_office(wait_until("pause", "now - 1 hour"), do("close"))

    run_id = office.begin("handling", request)

    assert office.waiting(run_id) == ["close"]
    assert kinds(office, run_id) == []


def test_a_moment_of_a_record_moves_with_it() -> None:
    office = Office(a_procedure("planning", wait_until("start", "change.begins_at"), do("build"),
                                about="change"))  # fmt: skip
    office.person("Ann", "specialist")
    change = office.record("change", title="New disks", begins_at=AT + DAY)
    run_id = office.begin("planning", change)

    office.change(change, begins_at=AT + 3 * DAY)
    office.wait(2 * DAY)
    early = office.waiting(run_id)
    office.wait(DAY)

    assert early == []
    assert office.waiting(run_id) == ["build"]
    [moved] = [line for line in office.history(run_id) if isinstance(line, happened.WaitMoved)]
    assert moved.due == AT + 3 * DAY


def test_an_unknown_moment_is_waited_for_until_it_is_known() -> None:
    office = Office(a_procedure("planning", wait_until("start", "change.begins_at"), do("build"),
                                about="change"))  # fmt: skip
    office.person("Ann", "specialist")
    change = office.record("change", title="New disks")
    run_id = office.begin("planning", change)
    office.wait(9 * DAY)
    unknown = office.waiting(run_id)

    office.change(change, begins_at=AT + DAY)

    assert unknown == []
    assert office.waiting(run_id) == ["build"]


def test_a_condition_that_holds_on_arrival_is_not_waited_for() -> None:
    office, request = an_office(
        wait_until("note", condition="incident_request.note is not null"), do("close")
    )
    office.change(request, note="there")

    run_id = office.begin("handling", request)

    assert office.waiting(run_id) == ["close"]
    assert [step for step, _ in office.verdicts] == ["note"]


def test_a_condition_is_looked_at_after_every_command_that_changes_what_it_reads() -> None:
    office, request = an_office(
        wait_until("note", condition="incident_request.note is not null"), do("close")
    )
    run_id = office.begin("handling", request)
    office.change(request, summary="Still no mail")
    before = office.waiting(run_id)

    office.change(request, note="there")

    assert before == []
    assert office.waiting(run_id) == ["close"]


def test_a_condition_over_other_records_is_looked_at_when_these_change_or_come() -> None:
    built = "every c in incident_request.changes satisfies c.status = done"
    office, request = an_office(
        do("look"),
        wait_until("built", condition=f"count(incident_request.changes) > 1 and {built}"),
        do("close"),
    )
    one = office.record("change", title="One", incident_request=request)
    run_id = office.begin("handling", request)
    office.complete(run_id, "look")
    for status in ("planned", "done"):
        office.change(one, status=status)
    one_done = office.waiting(run_id)

    # when a second one comes, done from the start
    def second(machine) -> None:
        made = machine.draft.create("change", {"title": "Two", "incident_request": request})
        for status in ("planned", "done"):
            machine.draft.change(made, {"status": status})

    office.command(second)

    assert one_done == []
    assert office.waiting(run_id) == ["close"]


def test_too_late_is_an_outcome_of_its_own() -> None:
    office, request = an_office(
        wait_until(
            "note",
            condition="incident_request.note is not null",
            at_latest="2 days",
            outcomes={"late": {"then": "chase", "set": {"incident_request.note": '"late"'}}},
        ),
        do("close", then="done"),
        do("chase"),
    )
    run_id = office.begin("handling", request)

    office.wait(2 * DAY)

    assert office.waiting(run_id) == ["chase"]
    assert office.records.rows[request]["note"] == "late"
    [over] = [line for line in office.history(run_id) if isinstance(line, happened.WaitOver)]
    assert over.late


def test_what_comes_in_time_is_not_late_afterwards() -> None:
    office, request = an_office(
        wait_until(
            "note",
            condition="incident_request.note is not null",
            at_latest="2 days",
            outcomes={"late": "chase"},
        ),
        do("close", then="done"),
        do("chase"),
    )
    run_id = office.begin("handling", request)

    office.change(request, note="there")
    office.wait(3 * DAY)

    assert office.waiting(run_id) == ["close"]


def test_of_a_moment_and_its_deadline_the_earlier_counts_however_late_one_looks() -> None:
    for moment, latest, follows in (("1 day", "2 days", "close"), ("2 days", "1 day", "chase")):
        office, request = an_office(
            wait_until("pause", f"now + {moment}", at_latest=latest, outcomes={"late": "chase"}),
            do("close", then="done"),
            do("chase"),
        )
        run_id = office.begin("handling", request)

        office.wait(9 * DAY)

        assert office.waiting(run_id) == [follows]


def test_a_wait_in_a_turn_is_its_own() -> None:
    each = Each("change", "incident_request.changes", at_once=True)
    office, request = an_office(
        group("work", wait_until("start", "change.begins_at"), do("build", about="change"),
              each=each),
        do("close"),
    )  # fmt: skip
    one, two = (
        office.record("change", title=title, incident_request=request, begins_at=AT + days * DAY)
        for title, days in (("One", 1), ("Two", 2))
    )
    run_id = office.begin("handling", request)

    office.wait(DAY)
    first = [task.about for task in office.runs[run_id].open_tasks]
    office.change(two, begins_at=AT)
    both = [task.about for task in office.runs[run_id].open_tasks]

    assert first == [one]
    assert both == [one, two]


def test_a_loop_of_waiting_and_asking_goes_round() -> None:
    office, request = an_office(
        do("ask", outcomes={"not_yet": None, "over": "close"}),
        wait_until("pause", "now + 1 hour", then="ask"),
        do("close"),
    )
    run_id = office.begin("handling", request)
    for _ in range(3):
        office.complete(run_id, "ask", "not_yet")
        assert office.waiting(run_id) == []
        office.wait(timedelta(hours=1))
    office.complete(run_id, "ask", "over")

    assert office.waiting(run_id) == ["close"]


def test_what_is_waited_for_is_withdrawn_with_its_list_and_with_the_run() -> None:
    race = together(
        "race", {"pause": [wait_until("pause", "now + 1 day")], "act": [do("act")]}, "first"
    )
    office, request = an_office(race, wait_until("rest", "now + 1 day"))
    run_id = office.begin("handling", request)

    office.complete(run_id, "act")
    raced = kinds(office, run_id)
    office.stop(run_id)
    office.wait(9 * DAY)

    assert raced == ["wait-opened pause", "wait-withdrawn pause", "wait-opened rest"]
    assert kinds(office, run_id)[-1] == "wait-withdrawn rest"
    assert office.runs[run_id].state is RunState.STOPPED
    assert office.runs[run_id].scopes[0].wait is None
