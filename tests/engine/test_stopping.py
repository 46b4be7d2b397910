"""What ends a run from outside, and what moves its open tasks."""

from __future__ import annotations

from server.domain.run import RunState
from server.domain.values import RecordRef
from server.engine import events as happened
from tests.engine.builders import Office, a_procedure, after, by_hand, do, start, together

STOPS = "incident_request.status in [resolved, closed, cancelled]"


def an_office(*steps, **over) -> tuple[Office, RecordRef]:
    office = Office(a_procedure("handling", *steps, **over))
    office.person("Ann", "specialist")
    return office, office.record("incident_request", summary="No mail")


def test_a_change_by_hand_that_stops_a_run_withdraws_its_tasks() -> None:
    office, request = an_office(
        together("both", {"one": [do("a")], "two": [do("b")]}), do("act"), stops_when=STOPS
    )
    run_id = office.begin("handling", request)

    office.change(request, status="cancelled")

    run = office.runs[run_id]
    assert (run.state, run.end) == (RunState.STOPPED, None)
    assert office.waiting(run_id) == []
    assert list(run.scopes) == [0]
    gone = [line for line in office.history(run_id) if isinstance(line, happened.TaskWithdrawn)]
    assert [(line.step, line.reason) for line in gone] == [("a", STOPS), ("b", STOPS)]
    step, verdict = office.verdicts[-1]
    assert (step, verdict.hits) == (None, ("stops",))


def test_a_change_that_does_not_stop_a_run_leaves_no_line() -> None:
    office, request = an_office(do("look"), stops_when=STOPS)
    run_id = office.begin("handling", request)
    told = office.told(run_id)

    office.change(request, note="Called twice")

    assert office.told(run_id) == told
    assert office.verdicts == []


def test_a_run_is_looked_at_once_it_rests_not_on_its_way() -> None:
    steps = [
        do("look", set={"incident_request.status": "cancelled"}, outcomes={"stop": None}),
        do("tell"),
    ]
    office, request = an_office(*steps, stops_when=STOPS)

    run_id = office.begin("handling", request)
    run = office.complete(run_id, "look", "stop")

    assert run.state is RunState.STOPPED
    assert office.told(run_id)[-3:] == ["task-opened tell", "task-withdrawn tell", "run-stopped"]


def test_runs_that_a_stopped_one_has_started_go_on() -> None:
    office = Office(
        a_procedure("handling", start("ask", "escalation"), do("look"), stops_when=STOPS),
        a_procedure("escalation", do("judge"), starts=[after("handling")]),
    )
    office.person("Ann", "specialist")
    request = office.record("incident_request", summary="No mail")
    here = office.begin("handling", request)

    office.change(request, status="cancelled")

    assert office.runs[here].state is RunState.STOPPED
    assert office.waiting(2) == ["judge"]


def test_one_change_stops_all_runs_that_it_concerns_and_no_other() -> None:
    office = Office(
        a_procedure("handling", do("look"), stops_when=STOPS),
        a_procedure("tracking", do("urge"), stops_when=STOPS),
        a_procedure("review", do("learn")),
    )
    office.person("Ann", "specialist")
    request = office.record("incident_request", summary="No mail")
    other = office.record("incident_request", summary="No print")
    runs = [office.begin(key, request) for key in ("handling", "tracking", "review")]
    untouched = office.begin("handling", other)

    office.change(request, status="cancelled")

    states = [office.runs[run_id].state for run_id in (*runs, untouched)]
    assert states == [RunState.STOPPED, RunState.STOPPED, RunState.OPEN, RunState.OPEN]


def test_a_run_that_is_over_is_not_looked_at_again() -> None:
    office, request = an_office(do("look"), stops_when=STOPS)
    run_id = office.begin("handling", request)
    office.complete(run_id, "look")

    office.change(request, status="cancelled")

    assert office.runs[run_id].state is RunState.ENDED


def test_an_open_task_moves_with_the_field_that_says_who_does_it() -> None:
    office, request = an_office(do("look"), lanes={"specialist": "incident_request.assignee"})
    bob, cat = office.person("Bob", "specialist"), office.person("Cat", "specialist")
    office.records.rows[request]["assignee"] = bob
    run_id = office.begin("handling", request)

    office.change(request, assignee=cat)

    [task] = office.runs[run_id].open_tasks
    assert task.seat.person == cat.id
    assert office.told(run_id)[-1] == "task-moved look"


def test_a_claimed_task_stays_claimed_where_its_person_may_still_do_it() -> None:
    office, request = an_office(
        do("look"), lanes={"specialist": "incident_request.assigned_group"}
    )
    one, two = office.record("group", name="One"), office.record("group", name="Two")
    both = office.person("Bob", "specialist", group=one)
    office.records.joined.append((both, two))
    office.person("Cat", "specialist", group=two)
    office.records.rows[request]["assigned_group"] = one
    run_id = office.begin("handling", request)
    office.command(
        lambda machine: machine.walk(office.runs[run_id], office.books["handling"]).happen(
            happened.TaskClaimed("look", 1, both.id)
        )
    )

    office.change(request, assigned_group=two)
    [stays] = office.runs[run_id].open_tasks
    office.records.joined.remove((both, one))
    office.change(request, assigned_group=one, note="nobody is in One now")
    [left] = office.runs[run_id].open_tasks
    office.person("Dan", "specialist", group=one)
    office.change(request, note="Dan has joined One")
    [moved] = office.runs[run_id].open_tasks

    assert (stays.seat.group, stays.claimed_by) == (two.id, both.id)
    assert (left.seat.group, left.claimed_by) == (two.id, both.id)
    assert (moved.seat.group, moved.claimed_by) == (one.id, None)


def test_a_claim_ends_when_its_person_may_not_do_the_task_any_more() -> None:
    office, request = an_office(do("look"))
    bob = office.person("Bob", "specialist")
    run_id = office.begin("handling", request)
    walk = office.runs[run_id]
    office.command(
        lambda machine: machine.walk(walk, office.books["handling"]).happen(
            happened.TaskClaimed("look", 1, bob.id)
        )
    )

    office.records.held.remove((bob, "specialist", None))
    office.change(request, note="Bob has another job now")

    [task] = office.runs[run_id].open_tasks
    assert task.claimed_by is None
    assert office.told(run_id)[-1] == "task-released look"


def test_stopping_by_hand_gives_the_reason() -> None:
    office, request = an_office(do("look"))
    run_id = office.begin("handling", request)
    run, book = office.runs[run_id], office.books["handling"]

    office.command(lambda machine: machine.stop(machine.walk(run, book), "Entered by mistake"))

    assert office.runs[run_id].state is RunState.STOPPED
    [stopped] = [line for line in office.history(run_id) if isinstance(line, happened.RunStopped)]
    assert stopped.reason == "Entered by mistake"


def test_the_start_that_began_a_run_keeps_its_verdict() -> None:
    from tests.engine.builders import when_new

    office = Office(
        a_procedure(
            "review",
            do("look"),
            about="event",
            starts=[by_hand(), when_new("event", condition="event.severity = critical")],
        )
    )
    office.person("Ann", "specialist")
    book = office.books["review"]
    beginning = book.procedure.starts[1]
    warning = office.record("event", summary="slow", severity="warning")
    critical = office.record("event", summary="down", severity="critical")

    stays = office.command(lambda machine: machine.begin_with(book, beginning, warning))
    office.command(lambda machine: machine.begin_with(book, beginning, critical))

    assert stays is None
    assert [run.about for run in office.runs.values()] == [critical]
    [(step, verdict)] = office.verdicts
    assert (step, verdict.inputs) == ("when-new-event", {"event_severity": "critical"})
