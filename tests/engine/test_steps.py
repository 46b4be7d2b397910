"""What each verb of a step does, and where the run goes next."""

from __future__ import annotations

import pytest

from server.domain.notification import Notification, Recipient
from server.domain.refusals import Invalid, WrongState
from server.domain.run import RunState
from server.domain.values import TEXT, YES_NO, RecordRef
from server.engine import events as happened
from server.engine.seats import candidates
from tests.builders import choice, ref
from tests.engine.builders import (
    Office,
    a_procedure,
    a_table,
    after,
    by_hand,
    choose,
    continue_in,
    create,
    decide,
    do,
    end,
    expression,
    put,
    start,
    tell,
    wait_until,
)

MAY_RESOLVE = a_table(
    "may-resolve",
    {"skills": YES_NO, "time": YES_NO},
    YES_NO,
    [("able", "skills = true and time = true", True), ("otherwise", None, False)],
)


def an_office(*steps, **over) -> tuple[Office, RecordRef]:
    """An office with one procedure, `handling`, an incident request and a specialist."""
    known = {key: over.pop(key) for key in ("decisions", "notifications") if key in over}
    office = Office(a_procedure("handling", *steps, **over), **known)
    office.person("Ann", "specialist")
    return office, office.record("incident_request", summary="No mail")


def test_a_run_rests_at_its_first_task_and_ends_after_its_last() -> None:
    office, request = an_office(do("look"), do("act"))

    run_id = office.begin("handling", request)
    waiting_first = office.waiting(run_id)
    office.complete(run_id, "look")
    waiting_then = office.waiting(run_id)
    run = office.complete(run_id, "act")

    assert (waiting_first, waiting_then) == (["look"], ["act"])
    assert (run.state, run.end) == (RunState.ENDED, "done")
    assert office.waiting(run_id) == []


def test_a_start_may_begin_at_a_later_step() -> None:
    office, request = an_office(do("look"), do("act"), starts=[by_hand(begins_at="act")])

    assert office.waiting(office.begin("handling", request)) == ["act"]


def test_outcomes_lead_where_they_say_and_otherwise_to_the_next_step() -> None:
    steps = [
        do("look", outcomes={"stop": "over", "go_on": None, "again": "look"}),
        do("act"),
        end("over"),
    ]
    office, request = an_office(*steps)

    run_id = office.begin("handling", request)
    assert office.waiting(run_id) == ["look"]
    office.complete(run_id, "look", "again")
    assert office.waiting(run_id) == ["look"]
    office.complete(run_id, "look", "go_on")
    assert office.waiting(run_id) == ["act"]

    other = office.begin("handling", office.record("incident_request", summary="No print"))
    run = office.complete(other, "look", "stop")
    assert (run.state, run.end) == (RunState.ENDED, "over")


def test_then_of_a_step_goes_on_elsewhere_and_may_jump_back() -> None:
    office, request = an_office(
        do("look"),
        do("act", outcomes={"more": "look", "enough": "over"}),
        do("never", then="act"),
        end("over"),
    )

    run_id = office.begin("handling", request)
    for _ in range(3):
        office.complete(run_id, "look")
        office.complete(run_id, "act", "more")
    office.complete(run_id, "look")
    run = office.complete(run_id, "act", "enough")

    assert run.end == "over"
    assert run.task_count == 8


def test_answers_are_called_by_their_name_afterwards_the_latest_first() -> None:
    office, request = an_office(
        do("look", asks={"hard": YES_NO}, name="view", outcomes={"ours": None}),
        choose("again", ("view.hard = true and view.outcome = ours", "look"), otherwise="act"),
        do("act"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "look", "ours", answers={"hard": True})
    assert office.waiting(run_id) == ["look"]
    office.complete(run_id, "look", "ours", answers={"hard": False})

    assert office.waiting(run_id) == ["act"]
    assert office.runs[run_id].scopes[0].names["view"] == {"hard": False, "outcome": "ours"}


def test_a_decision_is_asked_with_what_is_given_and_its_verdict_leads_on() -> None:
    office, request = an_office(
        do("look", asks={"skills": YES_NO, "time": YES_NO}, name="ability"),
        decide(
            "able",
            MAY_RESOLVE,
            {"skills": "ability.skills", "time": "ability.time"},
            {"yes": "act", "no": "give-up"},
            name="verdict",
        ),
        do("act"),
        end("give-up"),
        decisions=[MAY_RESOLVE],
    )

    able = office.begin("handling", request)
    office.complete(able, "look", answers={"skills": True, "time": True})
    unable = office.begin("handling", office.record("incident_request", summary="No print"))
    office.complete(unable, "look", answers={"skills": True, "time": False})

    assert office.waiting(able) == ["act"]
    assert office.runs[able].scopes[0].names["verdict"] == {"then": True}
    assert office.runs[unable].end == "give-up"
    step, verdict = office.verdicts[0]
    assert (step, verdict.hits) == ("able", ("able",))
    [decided] = [line for line in office.history(able) if isinstance(line, happened.Decided)]
    assert (decided.hits, decided.because) == (("able",), ("because of able",))


def test_a_decision_without_outcomes_only_names_its_verdict() -> None:
    urgency = a_table("urgency", {"text": TEXT}, choice("high", "low"), [("any", None, "high")])
    office, request = an_office(
        decide("weigh", urgency, {"text": "incident_request.summary"}, name="weight"),
        choose("which", ("weight.then = high", "act"), otherwise="done"),
        do("act"),
        decisions=[urgency],
    )

    assert office.waiting(office.begin("handling", request)) == ["act"]


def test_a_gateway_takes_the_first_condition_that_holds() -> None:
    office, request = an_office(
        choose(
            "which",
            ("incident_request.impact = minor", "small"),
            ("incident_request.impact in [minor, moderate]", "middle"),
            otherwise="large",
        ),
        do("small", then="done"),
        do("middle", then="done"),
        do("large"),
    )
    minor = office.record("incident_request", summary="a", impact="minor")
    extensive = office.record("incident_request", summary="b", impact="extensive")

    at = [
        office.waiting(office.begin("handling", record)) for record in (minor, request, extensive)
    ]

    assert at == [["small"], ["middle"], ["large"]]
    told = [line for line in office.history(1) if isinstance(line, happened.Chosen)]
    assert [(line.rule, line.then) for line in told] == [("which-1", "small")]


def test_set_writes_fields_when_its_step_completes_before_what_follows() -> None:
    office, request = an_office(
        do("look", set={"incident_request.status": "assigned", "incident_request.note": '"seen"'}),
        choose("which", ("incident_request.status = assigned", "act"), otherwise="done"),
        do("act"),
    )

    run_id = office.begin("handling", request)
    before = office.records.field(request, "status")
    office.complete(run_id, "look")

    assert (before, office.records.field(request, "status")) == ("new", "assigned")
    assert office.records.field(request, "note") == "seen"
    assert office.waiting(run_id) == ["act"]
    [written] = [line for line in office.history(run_id) if isinstance(line, happened.Written)]
    assert written.fields == ("incident_request.status", "incident_request.note")


def test_all_values_of_a_set_are_read_before_the_first_is_written() -> None:
    office, request = an_office(
        put(
            "swap",
            {
                "incident_request.description": "incident_request.summary",
                "incident_request.summary": '"new"',
                "incident_request.note": "incident_request.summary",
            },
        ),
        do("look"),
    )

    office.begin("handling", request)

    row = office.records.rows[request]
    assert (row["description"], row["summary"], row["note"]) == ("No mail", "new", "No mail")


def test_an_outcome_sets_what_belongs_to_it_after_what_the_step_sets() -> None:
    office, request = an_office(
        do(
            "look",
            set={"incident_request.status": "assigned", "incident_request.note": '"step"'},
            outcomes={
                "drop": {"set": {"incident_request.note": '"dropped"'}, "then": "done"},
                "keep": None,
            },
        ),
        do("act"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "look", "drop")

    assert office.records.field(request, "status") == "assigned"
    assert office.records.field(request, "note") == "dropped"


def test_a_status_moves_only_as_its_entity_lets_it_and_a_refusal_leaves_everything() -> None:
    office, request = an_office(do("look", set={"incident_request.status": "closed"}))
    run_id = office.begin("handling", request)
    before = (office.runs[run_id], list(office.histories[run_id]), dict(office.records.rows))

    with pytest.raises(WrongState, match="is new and cannot become closed") as refused:
        office.complete(run_id, "look", summary="Other")

    assert "Assigned, Cancelled" in refused.value.hint
    assert before == (office.runs[run_id], office.histories[run_id], office.records.rows)


def test_setting_the_status_that_is_there_is_no_move() -> None:
    office, request = an_office(do("look", set={"incident_request.status": "new"}), do("act"))

    run_id = office.begin("handling", request)
    office.complete(run_id, "look")

    assert office.waiting(run_id) == ["act"]
    assert office.changes == ()


def test_a_status_asks_for_the_fields_that_it_requires() -> None:
    office, request = an_office(
        do("look", set={"incident_request.status": "assigned"}),
        do("hold", set={"incident_request.status": "pending"}),
        do("act"),
    )
    run_id = office.begin("handling", request)
    office.complete(run_id, "look")

    with pytest.raises(Invalid) as refused:
        office.complete(run_id, "hold")
    office.complete(run_id, "hold", pending_reason="Waiting for parts")

    assert refused.value.problems.keys() == {"pending_reason"}
    assert office.waiting(run_id) == ["act"]


def test_a_task_fills_the_record_that_its_step_is_about() -> None:
    office, request = an_office(do("look", about="incident_request.cause"), do("act"))
    cause = office.record("incident_request", summary="Disk full")
    office.records.rows[request]["cause"] = cause
    run_id = office.begin("handling", request)
    [task] = office.runs[run_id].open_tasks

    office.complete(run_id, "look", note="Cleaned")

    assert task.about == cause
    assert office.records.field(cause, "note") == "Cleaned"
    assert office.records.field(request, "note") is None


def test_a_task_creates_a_record_from_its_form_and_names_it() -> None:
    office, request = an_office(
        do(
            "plan",
            creates=("change", "planned"),
            set={"planned.incident_request": "incident_request", "planned.status": "planned"},
        ),
        do("act", about="planned"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "plan", title="Replace the disk", risk=3)

    [change] = office.records.all("change")
    row = office.records.rows[change]
    assert (row["title"], row["risk"], row["status"]) == ("Replace the disk", 3, "planned")
    assert row["incident_request"] == request
    assert office.runs[run_id].scopes[0].names["planned"] == change
    [task] = office.runs[run_id].open_tasks
    assert task.about == change


def test_whoever_creates_a_record_holds_no_role_for_it() -> None:
    office, request = an_office(
        do("plan", creates=("change", "planned")), do("act", of="planned", about="planned")
    )
    cat = office.person("Cat")
    run_id = office.begin("handling", request, by=cat)

    office.complete(run_id, "plan", by=cat, title="Replace the disk")

    [task] = office.runs[run_id].open_tasks
    assert cat not in candidates(task.seat, office.records)


def test_nobody_waits_for_those_who_may_look_and_be_asked() -> None:
    office, request = an_office(do("look", with_roles=["service-owner"]), do("act"))
    nobody = office.records.every_holder("service-owner")

    run_id = office.begin("handling", request)
    [task] = office.runs[run_id].open_tasks
    office.complete(run_id, "look")

    assert nobody == ()
    assert task.seat.role == "specialist"
    assert office.waiting(run_id) == ["act"]


def test_a_step_creates_a_record_by_itself_and_its_set_fills_it() -> None:
    office, request = an_office(
        create("draw", "change", "drawn", set={"drawn.title": "incident_request.summary"}),
        do("act", about="drawn"),
    )

    run_id = office.begin("handling", request)

    [change] = office.records.all("change")
    assert office.records.field(change, "title") == "No mail"
    [created] = [line for line in office.history(run_id) if isinstance(line, happened.Created)]
    assert created.record == change


def test_a_created_record_without_what_it_needs_is_refused_whole() -> None:
    office, request = an_office(create("draw", "change", "drawn"), do("act"))

    with pytest.raises(Invalid) as refused:
        office.begin("handling", request)

    assert refused.value.problems == {"title": "Title is needed."}
    assert office.runs == {}
    assert office.records.all("change") == ()


def test_a_notification_reaches_each_person_meant_once() -> None:
    names = {"incident_request": ref("incident_request")}
    told = Notification(
        "news",
        "News",
        "incident_request",
        (
            Recipient(of=expression("incident_request.requester", names)),
            Recipient(of=expression("incident_request.assigned_group", names)),
            Recipient("on-duty-manager"),
            Recipient(of=expression("incident_request.assignee", names)),
        ),
        "News",
        "Text",
    )
    office, request = an_office(tell("say", "news"), do("act"), notifications=[told])
    group = office.record("group", name="Network")
    bob = office.person("Bob", "on-duty-manager", group=group)
    cat = office.person("Cat", group=group)
    office.records.rows[request] |= {"requester": cat, "assigned_group": group}

    run_id = office.begin("handling", request)

    [line] = [line for line in office.history(run_id) if isinstance(line, happened.Notified)]
    assert line.persons == (cat, bob)
    assert office.waiting(run_id) == ["act"]


def test_a_named_end_ends_the_run_under_its_name() -> None:
    office, request = an_office(
        do("look"), end("gone", "gone-for-good", set={"incident_request.status": "cancelled"})
    )

    run_id = office.begin("handling", request)
    run = office.complete(run_id, "look")

    assert (run.state, run.end) == (RunState.ENDED, "gone-for-good")
    assert office.records.field(request, "status") == "cancelled"


def test_the_steps_by_which_fields_were_written_are_told_field_by_field() -> None:
    office, request = an_office(
        do("look"), put("mark", {"incident_request.status": "assigned"}), do("act")
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "look", note="Seen")

    [change] = office.changes
    assert change.places == {"note": (run_id, "look"), "status": (run_id, "mark")}


WRITES = {"incident_request.description": '"written"'}
BESIDE_VERBS = {
    "choose": choose(
        "it", ('incident_request.summary = "x"', "last"), otherwise="last", set=WRITES
    ),
    "wait_until": wait_until("it", condition="incident_request.summary is not null", set=WRITES),
    "start": start("it", "other", set=WRITES),
    "continue_in": continue_in("it", "other", set=WRITES),
}


@pytest.mark.parametrize("verb", BESIDE_VERBS)
def test_set_beside_a_verb_is_done_when_the_step_is(verb: str) -> None:
    other = a_procedure("other", do("see"), starts=[after("handling")])
    handling = a_procedure("handling", BESIDE_VERBS[verb], do("last"))
    office = Office(handling, other)
    office.person("Ann", "specialist")
    request = office.record("incident_request", summary="No mail")

    run_id = office.begin("handling", request)

    assert office.records.field(request, "description") == "written"
    assert office.waiting(run_id) == ([] if verb == "continue_in" else ["last"])


def test_what_is_set_before_a_hand_over_is_there_when_the_other_begins() -> None:
    # given another procedure that goes where the description says
    other = a_procedure(
        "other",
        choose("which", ('incident_request.description = "written"', "told"), otherwise="silent"),
        do("told", then="done"),
        do("silent"),
        starts=[after("handling")],
    )
    office = Office(a_procedure("handling", continue_in("it", "other", set=WRITES)), other)
    office.person("Ann", "specialist")

    office.begin("handling", office.record("incident_request", summary="No mail"))

    [begun] = [number for number, run in office.runs.items() if run.procedure == "other"]
    assert office.waiting(begun) == ["told"]


def test_of_says_for_whom_a_task_is_whatever_the_lane_says() -> None:
    handling = a_procedure(
        "handling",
        do("act", "service-owner", of="incident_request.service"),
        do("tell", "service-owner"),
        lanes={"service-owner": "incident_request.requester"},
    )
    office = Office(handling)
    mail = office.record("service", name="Mail")
    ann, eve = office.person("Ann", "service-owner", of=mail), office.person("Eve")
    request = office.record("incident_request", summary="Slow", service=mail, requester=eve)

    run_id = office.begin("handling", request)
    [act] = office.runs[run_id].open_tasks
    office.complete(run_id, "act")
    [tell] = office.runs[run_id].open_tasks

    assert candidates(act.seat, office.records) == (ann,)
    assert candidates(tell.seat, office.records) == (eve,)
