"""Groups of steps, and what people begin as they need it. Source: language, *Tokens*, *Ad hoc*."""

from __future__ import annotations

import pytest

from server.domain.refusals import WrongState
from server.domain.run import RunState
from server.domain.values import YES_NO, RecordRef
from server.engine import events as happened
from tests.engine.builders import (
    Each,
    Office,
    a_procedure,
    choose,
    do,
    end,
    group,
    put,
    together,
)


def an_office(*steps, **over) -> tuple[Office, RecordRef]:
    office = Office(a_procedure("handling", *steps, **over))
    office.person("Ann", "specialist")
    return office, office.record("incident_request", summary="No mail")


def test_done_ends_the_group_and_what_stands_after_it_follows() -> None:
    office, request = an_office(
        group(
            "work",
            do("look", asks={"fine": YES_NO}, name="seen"),
            choose("good", ("seen.fine = true", "done"), otherwise="mend"),
            do("mend"),
            set={"incident_request.note": '"worked"'},
        ),
        do("close"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "look", answers={"fine": True})

    assert office.waiting(run_id) == ["close"]
    assert office.records.rows[request]["note"] == "worked"
    assert office.replayed(run_id).scopes == office.runs[run_id].scopes


def test_passing_the_last_step_ends_the_group_and_jumps_stay_within_it() -> None:
    office, request = an_office(
        group("work", do("look"), do("mend", outcomes={"again": "look", "well": None})),
        do("close"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "look")
    office.complete(run_id, "mend", "again")
    again = office.waiting(run_id)
    office.complete(run_id, "look")
    office.complete(run_id, "mend", "well")

    assert again == ["look"]
    assert office.waiting(run_id) == ["close"]


def test_a_name_born_in_a_group_is_private_to_it() -> None:
    office, request = an_office(
        group("work", do("look", asks={"fine": YES_NO}, name="seen"), do("mend")), do("close")
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "look", answers={"fine": True})
    [inner] = [scope for scope in office.runs[run_id].scopes.values() if scope.parent == 0]
    office.complete(run_id, "mend")

    assert inner.names["seen"] == {"fine": True, "outcome": None}
    assert "seen" not in office.runs[run_id].scopes[0].names


# -- as needed ------------------------------------------------------------------------------------

BUTTON = {"order": [do("order"), do("receive")]}


def test_what_is_needed_is_offered_while_the_run_is_open_and_begun_any_number_of_times() -> None:
    office, request = an_office(do("look"), do("close"), as_needed=BUTTON)
    run_id = office.begin("handling", request)

    offered = office.offered(run_id)
    office.as_needed(run_id, "order")
    office.as_needed(run_id, "order")

    assert offered == ["order"]
    assert office.waiting(run_id) == ["look", "order", "order"]
    assert office.replayed(run_id).scopes == office.runs[run_id].scopes


def test_what_is_begun_as_needed_goes_on_by_itself_and_delays_nothing() -> None:
    office, request = an_office(do("look"), do("close"), as_needed=BUTTON)
    run_id = office.begin("handling", request)
    office.as_needed(run_id, "order")

    office.complete(run_id, "order")
    office.complete(run_id, "receive")
    done = office.waiting(run_id)
    office.as_needed(run_id, "order")
    office.complete(run_id, "look")

    assert done == ["look"]
    assert office.waiting(run_id) == ["close", "order"]


def test_whatever_is_open_at_the_end_of_the_run_is_withdrawn() -> None:
    office, request = an_office(do("look"), end("seen"), as_needed=BUTTON)
    run_id = office.begin("handling", request)
    office.as_needed(run_id, "order")

    office.complete(run_id, "look")

    run = office.runs[run_id]
    assert (run.state, run.end, run.open_tasks) == (RunState.ENDED, "seen", ())
    [withdrawn] = [
        line for line in office.history(run_id) if isinstance(line, happened.TaskWithdrawn)
    ]
    assert withdrawn.reason == "the run has ended"
    assert office.offered(run_id) == []


def test_a_group_offers_it_while_it_is_open_and_withdraws_it_at_its_end() -> None:
    office, request = an_office(
        do("look"), group("work", do("mend"), as_needed=BUTTON), do("close")
    )
    run_id = office.begin("handling", request)

    before = office.offered(run_id)
    office.complete(run_id, "look")
    within = office.offered(run_id)
    office.as_needed(run_id, "order")
    office.complete(run_id, "mend")

    assert (before, within, office.offered(run_id)) == ([], ["order"], [])
    assert office.waiting(run_id) == ["close"]
    assert list(office.runs[run_id].scopes) == [0]


@pytest.mark.parametrize("finish_when", ["all", "first", "left"])
def test_together_offers_it_while_its_branches_are_open(finish_when) -> None:
    office, request = an_office(
        together("both", {"left": [do("a")], "right": [do("b")]}, finish_when, as_needed=BUTTON),
        do("close"),
    )
    run_id = office.begin("handling", request)
    within = office.offered(run_id)
    office.as_needed(run_id, "order")

    office.complete(run_id, "a")
    if finish_when == "all":
        office.complete(run_id, "b")

    assert within == ["order"]
    assert office.offered(run_id) == []
    assert office.waiting(run_id) == ["close"]


def test_each_turn_offers_it_for_itself() -> None:
    needed = {"order": [do("order", about="change")]}
    each = Each("change", "incident_request.changes", at_once=True)
    office, request = an_office(
        group("work", do("mend", about="change"), as_needed=needed, each=each), do("close")
    )
    one, two = (
        office.record("change", title=title, incident_request=request) for title in ("One", "Two")
    )
    run_id = office.begin("handling", request)

    with pytest.raises(WrongState, match="offered several times"):
        office.as_needed(run_id, "order")
    groups = [s for s in office.runs[run_id].scopes.values() if s.kind == "group"]
    office.as_needed(run_id, "order", groups[1].number)

    about = [task.about for task in office.runs[run_id].open_tasks if task.step == "order"]
    assert about == [two]
    assert one != two


def test_what_is_not_offered_cannot_be_begun() -> None:
    office, request = an_office(do("look"), as_needed=BUTTON)
    run_id = office.begin("handling", request)

    with pytest.raises(WrongState, match="Nothing called 'mend'"):
        office.as_needed(run_id, "mend")


def test_names_of_the_group_are_known_to_what_is_needed() -> None:
    needed = {"order": [do("order"), put("note", {"incident_request.note": '"ordered"'})]}
    office, request = an_office(group("work", do("mend"), as_needed=needed))
    run_id = office.begin("handling", request)

    office.as_needed(run_id, "order")
    office.complete(run_id, "order")

    assert office.records.rows[request]["note"] == "ordered"
    assert office.waiting(run_id) == ["mend"]


def test_done_ends_what_was_begun_as_needed_and_nothing_around_it() -> None:
    needed = {"order": [do("order", then="done"), do("receive")]}
    office, request = an_office(do("look"), as_needed=needed)
    run_id = office.begin("handling", request)
    office.as_needed(run_id, "order")

    office.complete(run_id, "order")

    assert office.waiting(run_id) == ["look"]
    assert list(office.runs[run_id].scopes) == [0]
    assert office.offered(run_id) == ["order"]
