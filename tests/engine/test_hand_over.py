"""Procedures that begin others: not waiting, or ending themselves; one open run for each record."""

from __future__ import annotations

import pytest

from server.domain.run import RunState
from server.engine import events as happened
from server.engine.walk import StepFailed
from tests.builders import ref
from tests.engine.builders import (
    Office,
    a_procedure,
    after,
    assignments,
    by_hand,
    call,
    continue_in,
    create,
    do,
    end,
    put,
    start,
    when_new,
)


def an_office(*procedures) -> Office:
    office = Office(*procedures)
    office.person("Ann", "specialist")
    return office


def test_start_begins_the_other_and_goes_on() -> None:
    office = an_office(
        a_procedure("handling", start("ask-owner", "escalation"), do("act")),
        a_procedure("escalation", do("judge"), starts=[after("handling")]),
    )
    request = office.record("incident_request", summary="No mail")

    here = office.begin("handling", request)

    [there] = [run_id for run_id in office.runs if run_id != here]
    assert (office.waiting(here), office.waiting(there)) == (["act"], ["judge"])
    [started] = [line for line in office.history(here) if isinstance(line, happened.Started)]
    assert (started.run, started.joined, started.continues) == (there, False, False)
    [begun] = [line for line in office.history(there) if isinstance(line, happened.RunStarted)]
    assert (begun.after_run, begun.start) == (here, "after-handling")


def test_continue_in_ends_this_run_and_begins_the_other_in_one_command() -> None:
    office = an_office(
        a_procedure("handling", do("look"), continue_in("hand-on", "closing")),
        a_procedure("closing", do("verify"), starts=[after("handling")]),
    )
    request = office.record("incident_request", summary="No mail")

    here = office.begin("handling", request)
    run = office.complete(here, "look")

    assert (run.state, run.end) == (RunState.ENDED, "closing")
    assert office.waiting(2) == ["verify"]


def test_only_the_record_handed_over_crosses() -> None:
    office = an_office(
        a_procedure(
            "handling",
            create("draw", "change", "drawn", set={"drawn.title": '"Swap"'}),
            start("approve", "approval", about="drawn"),
            do("act"),
        ),
        a_procedure("approval", do("sign"), about="change", starts=[after("handling")]),
    )
    request = office.record("incident_request", summary="No mail")

    office.begin("handling", request)

    [change] = office.records.all("change")
    there = office.runs[2]
    assert there.about == change
    assert there.scopes[0].names == {"change": change}
    assert [task.about for task in there.open_tasks] == [change]


def test_a_run_that_is_open_on_the_record_only_gets_a_note() -> None:
    office = an_office(
        a_procedure("handling", do("look"), start("ask-owner", "escalation"), do("act")),
        a_procedure("escalation", do("judge"), do("tell"), starts=[by_hand(), after("handling")]),
    )
    request = office.record("incident_request", summary="No mail")
    open_one = office.begin("escalation", request)
    office.complete(open_one, "judge")

    here = office.begin("handling", request)
    office.complete(here, "look")

    assert len(office.runs) == 2
    assert office.waiting(open_one) == ["tell"]
    [noted] = [line for line in office.history(open_one) if isinstance(line, happened.Noted)]
    assert (noted.procedure, noted.from_run) == ("handling", here)
    [started] = [line for line in office.history(here) if isinstance(line, happened.Started)]
    assert (started.run, started.joined) == (open_one, True)


def test_going_on_in_a_run_that_is_open_ends_this_one_and_gives_that_one_a_note() -> None:
    office = an_office(
        a_procedure("handling", do("look"), continue_in("hand-on", "escalation")),
        a_procedure("escalation", do("judge"), do("tell"), starts=[by_hand(), after("handling")]),
    )
    request = office.record("incident_request", summary="No mail")
    open_one = office.begin("escalation", request)
    office.complete(open_one, "judge")

    here = office.begin("handling", request)
    run = office.complete(here, "look")

    assert (run.state, run.end) == (RunState.ENDED, "escalation")
    assert office.waiting(open_one) == ["tell"]
    [noted] = [line for line in office.history(open_one) if isinstance(line, happened.Noted)]
    assert (noted.procedure, noted.from_run) == ("handling", here)
    assert len(office.runs) == 2


@pytest.mark.parametrize("hands_over", [start, continue_in, call])
def test_the_record_that_a_step_is_about_is_handed_over_else_the_one_of_the_run(
    hands_over,
) -> None:
    for about, entity in (("drawn", "change"), (None, "incident_request")):
        office = an_office(
            a_procedure(
                "handling",
                create("draw", "change", "drawn", set={"drawn.title": '"Swap"'}),
                hands_over("hand-on", "approval", about=about),
            ),
            a_procedure("approval", do("sign"), about=entity, starts=[after("handling")]),
        )
        request = office.record("incident_request", summary="No mail")

        office.begin("handling", request)

        [meant] = office.records.all(entity)
        assert office.runs[2].about == meant


def test_two_that_hand_over_in_one_command_share_one_run() -> None:
    office = an_office(
        a_procedure("handling", start("one", "escalation"), start("two", "escalation"), do("act")),
        a_procedure("escalation", do("judge"), starts=[after("handling")]),
    )

    here = office.begin("handling", office.record("incident_request", summary="No mail"))

    started = [line for line in office.history(here) if isinstance(line, happened.Started)]
    assert [line.joined for line in started] == [False, True]
    assert len(office.runs) == 2


def test_a_run_begun_after_another_on_the_record_has_ended_is_a_new_one() -> None:
    office = an_office(
        a_procedure(
            "handling",
            do("look"),
            continue_in("back", "tracking"),
            starts=[by_hand(), after("tracking")],
        ),
        a_procedure(
            "tracking",
            do("urge"),
            continue_in("again", "handling"),
            starts=[after("handling")],
        ),
    )
    request = office.record("incident_request", summary="No mail")

    first = office.begin("handling", request)
    office.complete(first, "look")
    office.complete(2, "urge")

    assert [office.runs[number].state for number in (1, 2, 3)] == [
        RunState.ENDED,
        RunState.ENDED,
        RunState.OPEN,
    ]
    assert office.waiting(3) == ["look"]


def test_the_step_says_which_start_it_enters_by() -> None:
    office = an_office(
        a_procedure("handling", continue_in("hand-on", "closing", "later")),
        a_procedure(
            "closing",
            do("verify"),
            do("close"),
            starts=[after("handling", "first"), after("handling", "later", begins_at="close")],
        ),
    )

    office.begin("handling", office.record("incident_request", summary="No mail"))

    assert office.waiting(2) == ["close"]


def test_a_procedure_that_is_gone_makes_a_failure_that_names_it() -> None:
    office = an_office(a_procedure("handling", do("look"), continue_in("hand-on", "closing")))
    here = office.begin("handling", office.record("incident_request", summary="No mail"))

    with pytest.raises(StepFailed, match="There is no procedure 'closing'") as failed:
        office.complete(here, "look")

    assert (failed.value.run.id, failed.value.step) == (here, "hand-on")
    assert office.waiting(here) == ["look"]


def test_a_start_that_is_gone_makes_a_failure_that_says_what_is_missing() -> None:
    office = an_office(
        a_procedure("handling", do("look"), start("ask-owner", "escalation")),
        a_procedure("escalation", do("judge"), starts=[by_hand()]),
    )
    here = office.begin("handling", office.record("incident_request", summary="No mail"))

    with pytest.raises(StepFailed, match="has no start for this any more"):
        office.complete(here, "look")

    assert office.waiting(here) == ["look"]


def test_a_hand_over_about_nothing_is_a_failure() -> None:
    office = an_office(
        a_procedure("handling", start("ask", "escalation", about="incident_request.cause")),
        a_procedure("escalation", do("judge"), starts=[after("handling")]),
    )

    with pytest.raises(StepFailed, match=r"incident_request\.cause is empty"):
        office.begin("handling", office.record("incident_request", summary="No mail"))

    assert office.runs == {}


def test_a_new_record_starts_a_run_about_itself_or_about_what_it_names() -> None:
    office = an_office(
        a_procedure("review", do("look"), about="event", starts=[when_new("event")]),
        a_procedure(
            "reopening",
            do("judge", of="event.incident_request.assignee"),
            starts=[
                when_new("event", "event.incident_request", "event.incident_request is not null")
            ],
        ),
    )
    ann = office.person("Ann", "specialist")
    request = office.record("incident_request", summary="No mail", assignee=ann)

    def note(machine, **values):
        event = machine.draft.create("event", values)
        for key in ("review", "reopening"):
            book = office.books[key]
            machine.begin_with(book, book.procedure.starts[0], event)

    office.command(lambda machine: note(machine, summary="Alone"))
    office.command(lambda machine: note(machine, summary="About", incident_request=request))

    assert [run.procedure for run in office.runs.values()] == ["review", "review", "reopening"]
    assert office.runs[3].about == request
    [alone, about] = office.records.all("event")
    assert (office.runs[1].about, office.runs[2].about) == (alone, about)
    assert office.runs[3].scopes[0].names == {"incident_request": request, "event": about}
    [task] = office.runs[3].open_tasks
    assert task.seat.person == ann.id


def test_what_a_start_sets_is_written_before_the_first_step() -> None:
    sets = assignments(
        {"incident_request.note": '"by phone"'}, {"incident_request": ref("incident_request")}
    )
    office = an_office(
        a_procedure(
            "handling",
            put("copy", {"incident_request.description": "incident_request.note"}),
            do("look"),
            starts=[by_hand(set=sets)],
        )
    )
    request = office.record("incident_request", summary="No mail")

    office.begin("handling", request)

    assert office.records.field(request, "description") == "by phone"


def test_a_chain_of_hand_overs_runs_to_its_end_in_one_command() -> None:
    length = 120
    chain = [
        a_procedure(
            f"link-{number}",
            put("mark", {"incident_request.note": f'"{number}"'}),
            continue_in("on", f"link-{number + 1}"),
            starts=[after(f"link-{number - 1}") if number else by_hand()],
        )
        for number in range(length)
    ]
    last = a_procedure(f"link-{length}", end("over"), starts=[after(f"link-{length - 1}")])
    office = an_office(*chain, last)
    request = office.record("incident_request", summary="No mail")

    office.begin("link-0", request)

    assert len(office.runs) == length + 1
    assert {run.state for run in office.runs.values()} == {RunState.ENDED}
    assert office.records.field(request, "note") == str(length - 1)
