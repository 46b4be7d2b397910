"""`for_each`: one turn for each record of a list, read live. Source: language, *Lists*."""

from __future__ import annotations

from fractions import Fraction

import pytest

from server.domain.run import Run
from server.domain.values import YES_NO, RecordRef
from server.engine import events as happened
from tests.engine.builders import (
    Each,
    Office,
    a_procedure,
    choose,
    create,
    do,
    end,
    group,
    put,
    together,
)

CHANGES = "incident_request.changes"


def an_office(*steps, **over) -> tuple[Office, RecordRef]:
    office = Office(a_procedure("handling", *steps, **over))
    office.person("Ann", "specialist")
    return office, office.record("incident_request", summary="No mail")


def changes(office: Office, request: RecordRef, *titles: str) -> list[RecordRef]:
    return [office.record("change", title=title, incident_request=request) for title in titles]


def open_tasks(office: Office, run_id: int) -> list[tuple[str, RecordRef]]:
    return [(task.step, task.about) for task in office.runs[run_id].open_tasks]


def complete(office: Office, run_id: int, about: RecordRef, outcome: str | None = None) -> Run:
    """Complete the open task about this record."""
    run = office.runs[run_id]
    [task] = [task for task in run.open_tasks if task.about == about]
    book = office.books[run.procedure]
    chosen = book.procedure.step(task.step).outcomes[outcome] if outcome else None
    office.command(
        lambda machine: machine.complete(machine.walk(run, book), task.number, chosen, {}, {})
    )
    return office.runs[run_id]


def each_change(**over) -> Each:
    return Each("change", CHANGES, **over)


def test_each_record_has_its_turn_one_by_one_in_the_order_of_the_list() -> None:
    # given a list of three
    office, request = an_office(do("build", each=each_change(), about="change"), do("close"))
    one, two, three = changes(office, request, "One", "Two", "Three")

    # when each turn is done
    run_id = office.begin("handling", request)
    at = [open_tasks(office, run_id)]
    for record in (one, two, three):
        complete(office, run_id, record)
        at.append(open_tasks(office, run_id))

    # then one came after the other, and what follows last
    assert at == [[("build", one)], [("build", two)], [("build", three)], [("close", request)]]
    assert office.replayed(run_id).scopes == office.runs[run_id].scopes


def test_all_at_once_opens_every_turn_and_any_may_be_done_first() -> None:
    office, request = an_office(
        do("build", each=each_change(at_once=True), about="change"), do("close")
    )
    one, two = changes(office, request, "One", "Two")

    run_id = office.begin("handling", request)
    begun = open_tasks(office, run_id)
    complete(office, run_id, two)
    between = open_tasks(office, run_id)
    complete(office, run_id, one)

    assert begun == [("build", one), ("build", two)]
    assert between == [("build", one)]
    assert open_tasks(office, run_id) == [("close", request)]


def test_an_empty_list_is_done_at_once() -> None:
    office, request = an_office(do("build", each=each_change(), about="change"), do("close"))

    run_id = office.begin("handling", request)

    assert office.waiting(run_id) == ["close"]


@pytest.mark.parametrize("at_once", [True, False])
def test_members_added_later_get_turns_too(at_once) -> None:
    office, request = an_office(
        do("build", each=each_change(at_once=at_once), about="change"), do("close")
    )
    [one] = changes(office, request, "One")
    run_id = office.begin("handling", request)

    # when a change is added by somebody else's command while a turn is open
    office.command(
        lambda machine: machine.draft.create(
            "change", {"title": "Two", "incident_request": request}
        )
    )
    two = RecordRef("change", max(ref.id for ref in office.records.all("change")))
    added = open_tasks(office, run_id)
    complete(office, run_id, one)

    # then it gets its turn: at once, or when the turn before is done
    assert added == ([("build", one), ("build", two)] if at_once else [("build", one)])
    assert open_tasks(office, run_id) == [("build", two)]
    complete(office, run_id, two)
    assert office.waiting(run_id) == ["close"]


def test_a_begun_turn_continues_though_its_record_stops_matching() -> None:
    planned = Each("change", f"{CHANGES} where status = planned", at_once=True)
    office, request = an_office(do("build", each=planned, about="change"), do("close"))
    one, two = changes(office, request, "One", "Two")
    for record in (one, two):
        office.change(record, status="planned")
    run_id = office.begin("handling", request)

    # when one of them is done by other means
    office.change(one, status="done")

    # then its turn is still there, and has to be done
    assert open_tasks(office, run_id) == [("build", one), ("build", two)]
    complete(office, run_id, two)
    assert open_tasks(office, run_id) == [("build", one)]


def test_a_record_that_stops_matching_before_its_turn_has_none() -> None:
    planned = Each("change", f"{CHANGES} where status = planned")
    office, request = an_office(do("build", each=planned, about="change"), do("close"))
    one, two = changes(office, request, "One", "Two")
    for record in (one, two):
        office.change(record, status="planned")
    run_id = office.begin("handling", request)

    office.change(two, status="done")
    complete(office, run_id, one)

    assert office.waiting(run_id) == ["close"]


def test_a_record_gets_one_turn_only() -> None:
    planned = Each("change", f"{CHANGES} where status = planned", at_once=True)
    office, request = an_office(do("build", each=planned, about="change"), do("close"))
    one, two = changes(office, request, "One", "Two")
    office.change(one, status="planned")
    office.change(two, status="planned")
    run_id = office.begin("handling", request)

    complete(office, run_id, one)
    office.change(one, title="One again")

    assert open_tasks(office, run_id) == [("build", two)]


@pytest.mark.parametrize(
    ("finish_when", "enough"),
    [
        ("one", 1),
        (2, 2),
        (Fraction(1, 2), 2),
        (Fraction(2, 3), 3),
        (Fraction(1, 1), 4),
        ("all", 4),
    ],
)
def test_turns_are_over_when_enough_are_done_and_the_others_are_withdrawn(
    finish_when, enough
) -> None:
    each = each_change(at_once=True, finish_when=finish_when)
    office, request = an_office(do("build", each=each, about="change"), do("close"))
    records = changes(office, request, "One", "Two", "Three", "Four")
    run_id = office.begin("handling", request)

    for record in records[:enough]:
        assert "close" not in office.waiting(run_id)
        complete(office, run_id, record)

    assert office.waiting(run_id) == ["close"]
    withdrawn = [
        line for line in office.history(run_id) if isinstance(line, happened.TaskWithdrawn)
    ]
    assert len(withdrawn) == len(records) - enough
    assert list(office.runs[run_id].scopes) == [0]


def test_a_share_of_turns_is_of_the_members_that_there_are_now() -> None:
    # given half of four, of which one is done
    each = each_change(at_once=True, finish_when=Fraction(1, 2))
    office, request = an_office(do("build", each=each, about="change"), do("close"))
    first, second, *_ = changes(office, request, "One", "Two", "Three", "Four")
    run_id = office.begin("handling", request)
    complete(office, run_id, first)

    # when two are added
    changes(office, request, "Five", "Six")
    office.look_again(run_id)

    # then it takes three of six
    complete(office, run_id, second)
    assert "close" not in office.waiting(run_id)
    [third, *_] = [about for _, about in open_tasks(office, run_id)]
    complete(office, run_id, third)
    assert office.waiting(run_id) == ["close"]


def test_more_turns_asked_for_than_there_are_members_end_with_the_last() -> None:
    office, request = an_office(
        do("build", each=each_change(finish_when=5), about="change"), do("close")
    )
    [one] = changes(office, request, "One")
    run_id = office.begin("handling", request)

    complete(office, run_id, one)

    assert office.waiting(run_id) == ["close"]


def test_with_a_condition_turns_are_over_just_when_it_holds() -> None:
    each = each_change(at_once=True, until='incident_request.note = "over"')
    office, request = an_office(do("build", each=each, about="change"), do("close"))
    one, two = changes(office, request, "One", "Two")
    run_id = office.begin("handling", request)

    # when all turns are done, it stays open; new members still get turns
    complete(office, run_id, one)
    complete(office, run_id, two)
    nothing_open = office.waiting(run_id)
    office.command(
        lambda machine: machine.draft.create(
            "change", {"title": "Three", "incident_request": request}
        )
    )
    third = office.waiting(run_id)
    office.change(request, note="over")

    # then only the condition ends it, and what is open is withdrawn
    assert nothing_open == []
    assert third == ["build"]
    assert office.waiting(run_id) == ["close"]


def test_a_condition_over_the_members_is_looked_at_when_a_member_changes() -> None:
    each = each_change(at_once=True, until=f"every c in {CHANGES} satisfies c.status = done")
    office, request = an_office(do("build", each=each, about="change"), do("close"))
    one, two = changes(office, request, "One", "Two")
    for record in (one, two):
        office.change(record, status="planned")
    run_id = office.begin("handling", request)

    office.change(one, status="done")
    first = office.waiting(run_id)
    office.change(two, status="done")

    assert first == ["build", "build"]
    assert office.waiting(run_id) == ["close"]


def test_a_group_is_a_turn_with_names_of_its_own() -> None:
    # given a turn of two steps with a question and a jump back
    office, request = an_office(
        group(
            "work",
            do(
                "test",
                about="change",
                asks={"fine": YES_NO},
                name="seen",
            ),
            choose("good", ("seen.fine = true", "mark"), otherwise="test"),
            put("mark", {"change.risk": "1"}),
            each=each_change(at_once=True),
        ),
        do("close"),
    )
    one, two = changes(office, request, "One", "Two")
    run_id = office.begin("handling", request)

    def answer(record: RecordRef, fine: bool) -> None:
        run = office.runs[run_id]
        [task] = [task for task in run.open_tasks if task.about == record]
        book = office.books["handling"]
        office.command(
            lambda machine: machine.complete(
                machine.walk(run, book), task.number, None, {}, {"fine": fine}
            )
        )

    # when one turn goes round and the other does not
    answer(one, False)
    answer(two, True)
    between = open_tasks(office, run_id)
    answer(one, True)

    # then neither knew of the other's answers
    assert between == [("test", one)]
    assert office.records.rows[one]["risk"] == office.records.rows[two]["risk"] == 1
    assert office.waiting(run_id) == ["close"]
    assert office.runs[run_id].scopes[0].names.keys() == {"incident_request"}


def test_an_outcome_of_a_turn_may_repeat_it_or_end_it() -> None:
    outcomes = {"again": "build", "enough": "done"}
    office, request = an_office(
        do("build", each=each_change(), about="change", outcomes=outcomes), do("close")
    )
    one, two = changes(office, request, "One", "Two")
    run_id = office.begin("handling", request)

    complete(office, run_id, one, "again")
    again = open_tasks(office, run_id)
    complete(office, run_id, one, "enough")

    assert again == [("build", one)]
    assert open_tasks(office, run_id) == [("build", two)]


def test_the_application_does_its_turns_by_itself() -> None:
    office, request = an_office(
        create(
            "plan",
            "change",
            "made",
            each=Each("request", "incident_requests"),
            set={"made.title": "request.summary", "made.risk": "2"},
        ),
        do("close"),
    )
    office.record("incident_request", summary="No phone")

    run_id = office.begin("handling", request)

    titles = sorted(str(office.records.rows[ref]["title"]) for ref in office.records.all("change"))
    assert titles == ["No mail", "No phone"]
    assert office.waiting(run_id) == ["close"]


def test_turns_within_a_branch_are_withdrawn_with_it() -> None:
    office, request = an_office(
        together(
            "both",
            {"builds": [do("build", each=each_change(at_once=True), about="change")],
             "track": [do("watch")]},
            "track",
        ),
        do("close"),
    )  # fmt: skip
    changes(office, request, "One", "Two")
    run_id = office.begin("handling", request)

    office.complete(run_id, "watch")

    assert office.waiting(run_id) == ["close"]
    assert list(office.runs[run_id].scopes) == [0]


def test_turns_within_turns_are_each_their_own() -> None:
    inner = do("check", each=Each("other", CHANGES, at_once=True), about="other")
    office, request = an_office(group("work", inner, each=each_change(at_once=True)), end("ended"))
    one, two = changes(office, request, "One", "Two")
    run_id = office.begin("handling", request)

    assert sorted(about.id for _, about in open_tasks(office, run_id)) == sorted(
        [one.id, two.id, one.id, two.id]
    )
    for task in tuple(office.runs[run_id].open_tasks):
        run, book = office.runs[run_id], office.books["handling"]
        office.command(
            lambda machine, run=run, book=book, task=task: machine.complete(
                machine.walk(run, book), task.number, None, {}, {}
            )
        )
    assert office.runs[run_id].end == "ended"


def test_a_condition_that_holds_on_arrival_leaves_no_turn_to_be_done() -> None:
    each = each_change(at_once=True, until='incident_request.note = "over"')
    office, request = an_office(do("build", each=each, about="change"), do("close"))
    changes(office, request, "One")
    office.change(request, note="over")

    run_id = office.begin("handling", request)

    assert office.waiting(run_id) == ["close"]
    assert office.runs[run_id].task_count == 1


def test_an_empty_list_with_a_condition_stays_open_for_what_is_added() -> None:
    each = each_change(at_once=True, until='incident_request.note = "over"')
    office, request = an_office(do("build", each=each, about="change"), do("close"))
    run_id = office.begin("handling", request)
    empty = office.waiting(run_id)

    office.command(
        lambda machine: machine.draft.create(
            "change", {"title": "One", "incident_request": request}
        )
    )

    assert empty == []
    assert office.waiting(run_id) == ["build"]
