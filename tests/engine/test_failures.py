"""Steps that cannot be done: nothing of the command is kept, and the sentence says what to mend."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain.role import Role
from server.domain.values import YES_NO, RecordRef
from server.engine.advance import AUTOMATIC_STEPS
from server.engine.walk import StepFailed
from tests.builders import ROLES, choice
from tests.engine.builders import (
    Office,
    a_procedure,
    a_table,
    after,
    by_hand,
    choose,
    continue_in,
    decide,
    do,
    end,
    put,
    start,
    tell,
    together,
)


def an_office(*steps, people: tuple[str, ...] = ("specialist",), **over) -> Office:
    office = Office(a_procedure("handling", *steps, **over))
    for role in people:
        office.person(f"Holder of {role}", role)
    return office


def begin(office: Office) -> int:
    return office.begin("handling", office.record("incident_request", summary="No mail"))


def unchanged(office: Office, act) -> StepFailed:
    """The failure of `act`, which left everything as it was."""
    before = (dict(office.runs), {key: list(line) for key, line in office.histories.items()})
    rows = {ref: dict(row) for ref, row in office.records.rows.items()}
    with pytest.raises(StepFailed) as failed:
        act()
    assert before == (office.runs, office.histories)
    assert rows == office.records.rows
    return failed.value


CIRCLES = {
    "a jump back": [put("mark", {"incident_request.note": '"x"'}, then="mark")],
    "a gateway": [
        choose("which", ("incident_request.impact = minor", "stop"), otherwise="which"),
        end("stop"),
    ],
    "branches": [
        together("both", {"one": [put("a", {})], "two": [put("b", {})]}, then="both"),
    ],
    "the first of branches": [
        together("both", {"one": [put("a", {})], "two": [do("b")]}, "first", then="both"),
    ],
}


@pytest.mark.parametrize("steps", CIRCLES.values(), ids=CIRCLES.keys())
def test_a_circle_without_a_person_is_a_failure_not_an_endless_command(steps) -> None:
    office = an_office(do("look"), *steps)
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look"))

    assert "go round in a circle" in str(failure)
    assert str(AUTOMATIC_STEPS) in str(failure)
    assert failure.run.id == run_id


def test_procedures_that_hand_over_in_a_circle_are_a_failure() -> None:
    office = Office(
        a_procedure("one", continue_in("on", "two"), starts=[by_hand(), after("two")]),
        a_procedure("two", continue_in("on", "one"), starts=[after("one")]),
    )

    with pytest.raises(StepFailed, match="round in a circle"):
        office.begin("one", office.record("incident_request", summary="No mail"))

    assert office.runs == {}


def test_a_circle_through_a_run_that_is_open_already_comes_to_rest() -> None:
    office = Office(
        a_procedure(
            "one",
            together("both", {"a": [start("on", "two")], "b": [put("x", {})]}),
            starts=[by_hand(), after("two")],
        ),
        a_procedure("two", continue_in("on", "one"), starts=[after("one")]),
    )

    office.begin("one", office.record("incident_request", summary="No mail"))

    assert all(not run.is_open for run in office.runs.values())


def test_a_circle_with_a_person_in_it_is_none() -> None:
    office = an_office(do("look"), put("mark", {"incident_request.note": '"x"'}, then="look"))
    run_id = begin(office)

    for _ in range(AUTOMATIC_STEPS):
        office.complete(run_id, "look")

    assert office.waiting(run_id) == ["look"]


def test_a_table_without_a_verdict_is_a_failure_of_its_step() -> None:
    partial = a_table("partial", {"hard": YES_NO}, choice("a"), [("only", "hard = true", "a")])
    office = Office(
        a_procedure(
            "handling",
            do("look", asks={"hard": YES_NO}, name="view"),
            decide("which", partial, {"hard": "view.hard"}, {"a": "done"}),
        ),
        decisions=[partial],
    )
    office.person("Ann", "specialist")
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look", answers={"hard": False}))

    assert (failure.run.id, failure.step) == (run_id, "which")
    assert "no rule holds" in str(failure)


def test_nobody_who_holds_the_role_is_a_failure_that_names_it() -> None:
    office = an_office(do("look"), do("judge", "service-desk-analyst"))
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look"))

    assert "Nobody holds the role Service desk analyst" in str(failure)
    assert "Enter a holder" in str(failure)


def test_after_the_cause_is_mended_the_same_command_goes_through() -> None:
    office = an_office(do("look"), do("judge", "service-desk-analyst"))
    run_id = begin(office)
    unchanged(office, lambda: office.complete(run_id, "look"))

    office.person("Dan", "service-desk-analyst")
    office.complete(run_id, "look")

    assert office.waiting(run_id) == ["judge"]


def test_a_record_that_is_missing_is_a_failure_of_the_step_about_it() -> None:
    office = an_office(do("look"), do("act", about="incident_request.cause"))
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look"))

    assert str(failure) == "Step 'act' has no record: incident_request.cause is empty."


def test_setting_a_field_of_nothing_is_a_failure() -> None:
    office = an_office(do("look"), put("mark", {"incident_request.cause.note": '"x"'}))
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look"))

    assert "'incident_request.cause.note' cannot be set" in str(failure)


def test_an_illegal_move_by_a_step_that_nobody_does_is_a_failure_of_the_run() -> None:
    office = an_office(do("look"), put("close", {"incident_request.status": "closed"}))
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look"))

    assert (failure.run.id, failure.step) == (run_id, "close")
    assert "Step 'Close' cannot be done" in str(failure)
    assert "cannot become closed" in str(failure)


def test_a_fault_of_the_application_is_a_failure_of_the_step_where_it_came_up() -> None:
    office = an_office(do("look"), tell("say", "never-written"))
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look"))

    assert failure.step == "say"
    assert "a fault of the application, KeyError: 'never-written'" in str(failure)


def test_a_failure_in_another_run_names_that_run() -> None:
    office = Office(
        a_procedure("handling", do("look"), start("ask", "escalation"), do("act")),
        a_procedure("escalation", do("judge", "service-desk-analyst"), starts=[after("handling")]),
    )
    office.person("Ann", "specialist")
    run_id = begin(office)

    failure = unchanged(office, lambda: office.complete(run_id, "look"))

    assert (failure.run.procedure, failure.step) == ("escalation", "judge")
    assert failure.run.id < 0


def test_a_fallback_that_leads_round_is_not_gone_round() -> None:
    circle = {
        "specialist": Role("specialist", "Specialist", fallback="owner"),
        "owner": Role("owner", "Owner", fallback="specialist"),
    }
    office = Office(a_procedure("handling", do("look")), roles={**ROLES, **circle})

    with pytest.raises(StepFailed, match="Nobody holds the role Specialist"):
        begin(office)


def test_a_role_that_is_gone_is_a_failure() -> None:
    roles = {key: role for key, role in ROLES.items() if key != "specialist"}
    office = Office(a_procedure("handling", do("look")), roles=roles)

    with pytest.raises(StepFailed, match="specialist"):
        begin(office)


def test_a_fallback_that_is_gone_is_a_failure() -> None:
    roles = {**ROLES, "specialist": replace(ROLES["specialist"], fallback="gone")}
    office = Office(a_procedure("handling", do("look")), roles=roles)

    with pytest.raises(StepFailed, match="Nobody holds the role Specialist"):
        begin(office)


def test_a_record_reference_is_told_by_its_entity_and_number() -> None:
    office = an_office(do("look", of="incident_request.service"), people=())
    service = office.record("service", name="Mail")
    request = office.record("incident_request", summary="No mail", service=service)

    with pytest.raises(StepFailed, match=f"for {RecordRef('service', service.id)}"):
        office.begin("handling", request)
