"""Branches side by side: when they are done, what is withdrawn, which names are seen where."""

from __future__ import annotations

import pytest

from server.domain.run import RunState, TaskState
from server.domain.values import YES_NO, RecordRef
from server.engine import events as happened
from tests.engine.builders import Office, a_procedure, choose, create, do, end, put, together


def an_office(*steps, **over) -> tuple[Office, RecordRef]:
    office = Office(a_procedure("handling", *steps, **over))
    office.person("Ann", "specialist")
    return office, office.record("incident_request", summary="No mail")


def test_all_branches_are_open_at_once_and_the_last_to_end_moves_on() -> None:
    office, request = an_office(
        together("both", {"test": [do("plan"), do("try")], "tell": [do("write")]}), do("act")
    )

    run_id = office.begin("handling", request)
    at = [office.waiting(run_id)]
    for step in ("plan", "write", "try"):
        office.complete(run_id, step)
        at.append(office.waiting(run_id))

    assert at == [["plan", "write"], ["try", "write"], ["try"], ["act"]]
    assert list(office.runs[run_id].scopes) == [0]


def test_the_first_branch_to_end_has_the_others_withdrawn() -> None:
    office, request = an_office(
        together("race", {"one": [do("a"), do("b")], "two": [do("c")]}, "first"), do("act")
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "a")
    office.complete(run_id, "c")

    assert office.waiting(run_id) == ["act"]
    [withdrawn] = [
        line for line in office.history(run_id) if isinstance(line, happened.TaskWithdrawn)
    ]
    assert (withdrawn.step, withdrawn.reason) == ("b", "race is done")
    assert list(office.runs[run_id].scopes) == [0]


@pytest.mark.parametrize("order", [["minor", "lead"], ["lead"]])
def test_a_named_branch_alone_decides_when_they_are_done(order) -> None:
    office, request = an_office(
        together("both", {"side": [do("minor"), do("more")], "main": [do("lead")]}, "main"),
        do("act"),
    )

    run_id = office.begin("handling", request)
    for step in order:
        office.complete(run_id, step)

    assert office.waiting(run_id) == ["act"]


def test_a_branch_that_ends_by_itself_before_the_others_begin_withdraws_them() -> None:
    office, request = an_office(
        together(
            "race",
            {"one": [put("mark", {"incident_request.note": '"x"'})], "two": [do("c")]},
            "first",
        ),
        do("act"),
    )

    run_id = office.begin("handling", request)

    assert office.waiting(run_id) == ["act"]
    assert office.runs[run_id].task_count == 1


def test_branches_within_branches_have_lists_of_their_own() -> None:
    office, request = an_office(
        together(
            "outer",
            {
                "left": [
                    together("inner", {"upper": [do("a")], "lower": [do("b")]}),
                    do("after-inner"),
                ],
                "right": [do("c")],
                "third": [do("d")],
            },
        ),
        do("act"),
    )

    run_id = office.begin("handling", request)
    opened = [line for line in office.history(run_id) if isinstance(line, happened.BranchOpened)]
    at = [office.waiting(run_id)]
    for step in ("b", "c", "a", "d", "after-inner"):
        office.complete(run_id, step)
        at.append(office.waiting(run_id))

    assert len({line.opened for line in opened}) == 5
    assert at == [
        ["a", "b", "c", "d"],
        ["a", "c", "d"],
        ["a", "d"],
        ["after-inner", "d"],
        ["after-inner"],
        ["act"],
    ]


def test_withdrawing_a_branch_withdraws_what_is_inside_it() -> None:
    office, request = an_office(
        together(
            "outer",
            {
                "left": [together("inner", {"upper": [do("a")], "lower": [do("b")]})],
                "right": [do("c")],
            },
            "first",
        ),
        do("act"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "c")

    assert office.waiting(run_id) == ["act"]
    assert list(office.runs[run_id].scopes) == [0]
    gone = [
        line.step for line in office.history(run_id) if isinstance(line, happened.TaskWithdrawn)
    ]
    assert gone == ["a", "b"]


def test_branches_that_are_entered_again_are_new_ones() -> None:
    office, request = an_office(
        together("both", {"one": [do("a")], "two": [do("b")], "three": [do("c")]}),
        do("check", outcomes={"again": "both", "good": None}),
        do("act"),
    )

    run_id = office.begin("handling", request)
    for _ in range(3):
        for step in ("c", "a", "b"):
            office.complete(run_id, step)
        office.complete(run_id, "check", "again")
    opened = [
        line.opened for line in office.history(run_id) if isinstance(line, happened.BranchOpened)
    ]

    assert office.waiting(run_id) == ["a", "b", "c"]
    assert len(opened) == len(set(opened)) == 12


def test_jumps_within_a_branch_stay_in_it() -> None:
    office, request = an_office(
        together(
            "both",
            {"one": [do("a", outcomes={"again": "a", "enough": "done"})], "two": [do("b")]},
        ),
        do("act"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "a", "again")
    office.complete(run_id, "b")
    assert office.waiting(run_id) == ["a"]
    office.complete(run_id, "a", "enough")

    assert office.waiting(run_id) == ["act"]


def test_a_name_born_in_a_branch_is_seen_in_it_and_not_beside_it() -> None:
    office, request = an_office(
        together(
            "both",
            {
                "one": [
                    do("ask", asks={"hard": YES_NO}, name="view"),
                    choose("which", ("view is not null and view.hard = true", "more")),
                    do("more"),
                ],
                "two": [do("b"), choose("seen", ("view is not null", "b"), otherwise="done")],
            },
        ),
        choose("which-then", ("view is not null", "never"), otherwise="act"),
        do("never"),
        do("act"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "ask", answers={"hard": True})
    inside = office.waiting(run_id)
    office.complete(run_id, "b")
    office.complete(run_id, "more")

    assert inside == ["b", "more"]
    assert office.waiting(run_id) == ["act"]
    assert "view" not in office.runs[run_id].scopes[0].names


def test_a_name_of_the_list_around_is_seen_in_a_branch() -> None:
    office, request = an_office(
        create("draw", "change", "drawn", set={"drawn.title": '"Swap"'}),
        together("both", {"one": [do("a", about="drawn")], "two": [do("b")]}),
    )

    run_id = office.begin("handling", request)

    about = {task.step: task.about.entity for task in office.runs[run_id].open_tasks}
    assert about == {"a": "change", "b": "incident_request"}


def test_the_set_of_branches_side_by_side_happens_when_they_are_done() -> None:
    office, request = an_office(
        together(
            "both",
            {"one": [do("a")], "two": [do("b")]},
            set={"incident_request.note": '"both done"'},
        ),
        do("act"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "a")
    before = office.records.field(request, "note")
    office.complete(run_id, "b")

    assert (before, office.records.field(request, "note")) == (None, "both done")


def test_branches_as_the_last_step_end_the_run() -> None:
    office, request = an_office(together("both", {"one": [do("a")], "two": [do("b")]}))

    run_id = office.begin("handling", request)
    office.complete(run_id, "b")
    run = office.complete(run_id, "a")

    assert (run.state, run.end) == (RunState.ENDED, "done")
    assert all(task.state is not TaskState.OPEN for task in run.tasks.values())


def test_then_after_branches_jumps_over_what_is_written_next() -> None:
    office, request = an_office(
        together("both", {"one": [do("a")], "two": [do("b")]}, then="over"),
        do("never"),
        end("over"),
    )

    run_id = office.begin("handling", request)
    office.complete(run_id, "a")

    assert office.complete(run_id, "b").end == "over"
