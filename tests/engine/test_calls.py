"""`call`: another procedure is carried out, and its end waited for. Source: language, *Hand-over*,
*Records*, *Cancellation*."""

from __future__ import annotations

import pytest

from server.domain.run import RunState
from server.domain.values import RecordRef
from server.engine import events as happened
from server.engine.walk import StepFailed
from tests.engine.builders import (
    Each,
    Office,
    a_procedure,
    after,
    by_hand,
    call,
    do,
    end,
    start,
    together,
    when_new,
)

NOTED = '"known"'


def called(*steps, **over):
    """The procedure that is called: by handling, and by hand."""
    return a_procedure(
        "supply", *steps, starts=[after("handling"), after("tracking"), by_hand()], **over
    )


SUPPLY = called(do("order", outcomes={"got": "got", "none": "none"}), end("got"), end("none"))


def an_office(*steps, other=SUPPLY, more=(), **over) -> tuple[Office, RecordRef]:
    office = Office(a_procedure("handling", *steps, **over), other, *more)
    office.person("Ann", "specialist")
    return office, office.record("incident_request", summary="No mail")


def run_of(office: Office, procedure: str) -> int:
    [run_id] = [run.id for run in office.runs.values() if run.procedure == procedure]
    return run_id


def test_the_caller_waits_and_goes_on_with_the_end_of_the_called_run() -> None:
    office, request = an_office(
        call("supply", "supply", outcomes={"got": "close", "none": "sorry"}),
        do("close", then="done"),
        do("sorry"),
    )
    run_id = office.begin("handling", request)
    waiting = office.waiting(run_id)

    office.complete(run_of(office, "supply"), "order", "none")

    assert waiting == []
    assert office.waiting(run_id) == ["sorry"]
    assert office.told(run_id) == [
        "run-started",
        "called supply",
        "returned supply",
        "task-opened sorry",
    ]
    assert office.replayed(run_id).scopes == office.runs[run_id].scopes


def test_without_outcomes_any_end_leads_to_the_next_step_and_set_applies_then() -> None:
    office, request = an_office(
        call("supply", "supply", set={"incident_request.note": NOTED}), do("close")
    )
    run_id = office.begin("handling", request)
    before = office.records.rows[request].get("note")

    office.complete(run_of(office, "supply"), "order", "got")

    assert before is None
    assert office.records.rows[request]["note"] == "known"
    assert office.waiting(run_id) == ["close"]


def test_a_called_run_that_needs_nobody_returns_at_once() -> None:
    office, request = an_office(
        call("supply", "supply", outcomes={"done": None}),
        do("close"),
        other=called(end("done")),
    )

    run_id = office.begin("handling", request)

    assert office.waiting(run_id) == ["close"]


def test_a_call_into_an_open_run_waits_for_it() -> None:
    office, request = an_office(call("supply", "supply"), do("close"))
    open_run = office.begin("supply", request, "by-hand")

    run_id = office.begin("handling", request)
    waiting = office.waiting(run_id)
    office.complete(open_run, "order", "got")

    assert waiting == []
    assert office.waiting(run_id) == ["close"]
    assert "noted" in office.told(open_run)
    [line] = [line for line in office.history(run_id) if isinstance(line, happened.Called)]
    assert (line.run, line.joined) == (open_run, True)


def test_every_caller_is_told() -> None:
    tracking = a_procedure("tracking", call("supply", "supply"), do("note"))
    office, request = an_office(call("supply", "supply"), do("close"), more=(tracking,))
    one = office.begin("handling", request)
    other = office.begin("tracking", request)

    office.complete(run_of(office, "supply"), "order", "got")

    assert office.waiting(one) == ["close"]
    assert office.waiting(other) == ["note"]


def test_a_called_run_that_is_stopped_gives_the_outcome_stopped() -> None:
    outcomes = {"got": "close", "none": "close", "stopped": "sorry"}
    office, request = an_office(
        call("supply", "supply", outcomes=outcomes), do("close", then="done"), do("sorry")
    )
    run_id = office.begin("handling", request)

    office.stop(run_of(office, "supply"))

    assert office.waiting(run_id) == ["sorry"]


@pytest.mark.parametrize("outcomes", [{}, {"got": "close", "none": "close"}])
def test_where_stopped_is_not_listed_the_caller_stops_too(outcomes) -> None:
    office, request = an_office(call("supply", "supply", outcomes=outcomes), do("close"))
    run_id = office.begin("handling", request)

    office.stop(run_of(office, "supply"))

    assert office.runs[run_id].state is RunState.STOPPED
    [stopped] = [line for line in office.history(run_id) if isinstance(line, happened.RunStopped)]
    assert stopped.reason == "Supply, which it waited for, was stopped"


def test_a_cancelled_caller_withdraws_the_called_run() -> None:
    office, request = an_office(call("supply", "supply"), do("close"))
    run_id = office.begin("handling", request)

    office.stop(run_id)

    supply = office.runs[run_of(office, "supply")]
    assert supply.state is RunState.STOPPED
    assert supply.open_tasks == ()


def test_a_called_run_that_somebody_else_awaits_goes_on() -> None:
    tracking = a_procedure("tracking", call("supply", "supply"), do("note"))
    office, request = an_office(call("supply", "supply"), do("close"), more=(tracking,))
    one = office.begin("handling", request)
    other = office.begin("tracking", request)

    office.stop(one)
    still = office.runs[run_of(office, "supply")].state
    office.stop(other)

    assert still is RunState.OPEN
    assert office.runs[run_of(office, "supply")].state is RunState.STOPPED


def test_a_run_that_was_begun_otherwise_goes_on_without_its_caller() -> None:
    office, request = an_office(call("supply", "supply"), do("close"))
    open_run = office.begin("supply", request, "by-hand")
    run_id = office.begin("handling", request)

    office.stop(run_id)

    assert office.runs[open_run].state is RunState.OPEN


def test_started_runs_go_on_when_their_starter_is_cancelled() -> None:
    office, request = an_office(start("supply", "supply"), do("close"))
    run_id = office.begin("handling", request)

    office.stop(run_id)

    assert office.runs[run_of(office, "supply")].state is RunState.OPEN


def test_a_call_in_a_branch_that_is_withdrawn_withdraws_the_called_run() -> None:
    office, request = an_office(
        together("race", {"buy": [call("supply", "supply")], "act": [do("act")]}, "first"),
        do("close"),
    )
    run_id = office.begin("handling", request)

    office.complete(run_id, "act")

    assert office.waiting(run_id) == ["close"]
    assert office.runs[run_of(office, "supply")].state is RunState.STOPPED


def test_each_turn_calls_for_its_own_record() -> None:
    planning = a_procedure("planning", do("plan"), about="change", starts=[after("handling")])
    each = Each("change", "incident_request.changes", at_once=True)
    office, request = an_office(
        call("plan", "planning", about="change", each=each), do("close"), other=planning
    )
    records = [
        office.record("change", title=title, incident_request=request) for title in ("One", "Two")
    ]
    run_id = office.begin("handling", request)

    runs = {run.about: run.id for run in office.runs.values() if run.procedure == "planning"}
    for record in records:
        assert office.waiting(run_id) == []
        office.complete(runs[record], "plan")

    assert office.waiting(run_id) == ["close"]


def test_calls_go_through_several_procedures() -> None:
    office, request = an_office(
        call("supply", "supply", outcomes={"got": None}),
        do("close"),
        other=called(call("buy", "buying", outcomes={"bought": "got"}), end("got")),
        more=(a_procedure("buying", do("buy"), end("bought"), starts=[after("supply")]),),
    )
    run_id = office.begin("handling", request)

    office.complete(run_of(office, "buying"), "buy")

    assert office.waiting(run_id) == ["close"]
    assert office.runs[run_of(office, "supply")].end == "got"


def test_a_cancelled_caller_withdraws_what_the_called_run_called() -> None:
    office, request = an_office(
        call("supply", "supply"),
        other=called(call("buy", "buying")),
        more=(a_procedure("buying", do("buy"), starts=[after("supply")]),),
    )
    run_id = office.begin("handling", request)

    office.stop(run_id)

    assert {run.state for run in office.runs.values()} == {RunState.STOPPED}


def test_a_run_that_would_wait_for_itself_is_told() -> None:
    office, request = an_office(
        do("look"),
        call("supply", "supply"),
        other=called(do("order"), call("back", "handling")),
        starts=[by_hand(), after("supply")],
    )
    run_id = office.begin("handling", request)
    office.complete(run_id, "look")

    with pytest.raises(StepFailed, match="would wait for ever"):
        office.complete(run_of(office, "supply"), "order")


def test_a_call_whose_start_does_not_fit_the_record_is_told() -> None:
    conditional = when_new("incident_request", condition="incident_request.note is not null")
    entrance = after("handling", gateway=conditional.gateway, given=conditional.given)
    other = a_procedure("supply", do("order"), starts=[entrance])
    office, request = an_office(call("supply", "supply"), other=other)

    with pytest.raises(StepFailed, match="does not hold for this record"):
        office.begin("handling", request)


@pytest.mark.parametrize(("listed", "rest"), [(True, ["sorry"]), (False, [])])
def test_what_stops_a_called_run_by_itself_is_told_to_its_caller_too(listed, rest) -> None:
    stopping = called(do("order"), stops_when="incident_request.status = cancelled")
    outcomes = {"done": "close", "stopped": "sorry"} if listed else {}
    office, request = an_office(
        call("supply", "supply", outcomes=outcomes),
        do("close", then="done"),
        do("sorry"),
        other=stopping,
    )
    run_id = office.begin("handling", request)

    office.change(request, status="cancelled")

    assert office.runs[run_of(office, "supply")].state is RunState.STOPPED
    assert office.waiting(run_id) == rest
    assert (office.runs[run_id].state is RunState.STOPPED) is not listed


def test_a_call_within_a_turn_that_is_stopped_stops_the_whole_run() -> None:
    other = a_procedure("supply", do("order"), about="change", starts=[after("handling")])
    each = Each("change", "incident_request.changes")
    office, request = an_office(
        call("supply", "supply", each=each, about="change"), do("close"), other=other
    )
    office.record("change", title="One", incident_request=request)
    run_id = office.begin("handling", request)

    office.stop(run_of(office, "supply"))

    assert office.runs[run_id].state is RunState.STOPPED
