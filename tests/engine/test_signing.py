"""People sign: who has a seat, who may take it, and what follows as soon as it is certain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest

from server.domain.ballot import Mark
from server.domain.run import RunState
from server.domain.values import TEXT, RecordRef
from server.engine import events as happened
from server.engine.seats import candidates
from server.engine.walk import StepFailed
from tests.builders import AT, a_field, an_entity, back, choice, ref
from tests.engine.builders import (
    WORLD,
    Office,
    a_procedure,
    a_table,
    approve,
    decide,
    do,
    end,
    together,
)

APPROVE, REJECT, ABSTAIN = Mark.APPROVE, Mark.REJECT, Mark.ABSTAIN
OWNER, MANAGER = "service-owner", "on-duty-manager"
ENTITIES = {
    **WORLD,
    "incident_request": replace(
        WORLD["incident_request"],
        fields={
            **WORLD["incident_request"].fields,
            "board": back("board", "seat_on_board", "incident_request"),
        },
        requested_by=(("requester",), ("consequences", "requester")),
    ),
    "approval": an_entity(
        "approval",
        a_field("item"),
        a_field("item_revision", "whole_number"),
        a_field("procedure"),
        a_field("step"),
        a_field("round", "whole_number"),
        a_field("role"),
        a_field("signer", ref("person")),
        a_field("mark", choice("approve", "reject", "abstain")),
        a_field("because"),
        a_field("signed_at", "date_time"),
        a_field("incident_request", ref("incident_request")),
    ),
}


def an_office(*steps, lanes=None, **over) -> Office:
    procedure = a_procedure("p", *steps, lanes=lanes, **over)
    return Office(procedure, entities=ENTITIES)


def board(office: Office, *names: str) -> dict[str, RecordRef]:
    """Persons who hold the role of a service owner for everything."""
    return {name: office.person(name, OWNER) for name in names}


def seats(office: Office, run_id: int) -> dict[int, tuple[RecordRef, ...]]:
    """Who may sign at each task that is open."""
    return {
        task.number: candidates(task.seat, office.records)
        for task in office.runs[run_id].open_tasks
    }


def a_vote(*, members: int = 3, **over):
    """An office with a run that asks the members of a board, a person each."""
    outcomes = {"approved": "passed", "rejected": "failed", "undecided": "open-still"}
    step = approve("vote", (OWNER, 'holders("service-owner")'), outcomes=outcomes, **over)
    office = an_office(step, end("passed"), end("failed"), end("open-still"), end("late"))
    people = board(office, *(f"member {number}" for number in range(1, members + 1)))
    run_id = office.begin("p", office.record("incident_request", summary="New mail"))
    return office, run_id, list(people.values())


class TestSeats:
    def test_there_is_one_for_each_record_that_the_role_is_held_for(self) -> None:
        office = an_office(
            approve("sign", (OWNER, "incident_request.consequences.service")), end("signed")
        )
        mail, print_ = (
            office.record("service", name="Mail"),
            office.record("service", name="Print"),
        )
        ann = office.person("Ann", OWNER, of=mail)
        office.records.held.append((ann, OWNER, print_))
        about = office.record("incident_request", summary="Two at once")
        for service in (mail, print_, mail):
            office.record("incident_request", summary="x", service=service, cause=about)

        run_id = office.begin("p", about)

        # Ann holds two seats, and signs each: for mail and for printing
        assert seats(office, run_id) == {1: (ann,), 2: (ann,)}
        office.sign(run_id, 1, APPROVE, by=ann)
        assert office.sign(run_id, 2, APPROVE, by=ann).end == "signed"

    def test_each_signer_has_one(self) -> None:
        office = an_office(approve("sign", (OWNER, ""), (MANAGER, "")), lanes={})
        owner, manager = office.person("Ann", OWNER), office.person("Max", MANAGER)

        run_id = office.begin("p", office.record("incident_request", summary="Mail"))

        assert seats(office, run_id) == {1: (owner,), 2: (manager,)}

    def test_each_member_of_a_list_has_one(self) -> None:
        office, run_id, members = a_vote()

        assert seats(office, run_id) == {
            number: (member,) for number, member in enumerate(members, start=1)
        }

    def test_any_holder_of_a_seat_signs_and_signs_once(self) -> None:
        office = an_office(approve("sign", (OWNER, "")), end("signed"))
        people = board(office, "Ann", "Bob")
        run_id = office.begin("p", office.record("incident_request", summary="Mail"))
        assert seats(office, run_id) == {1: tuple(people.values())}

        office.sign(run_id, 1, APPROVE, by=people["Bob"])

        assert office.runs[run_id].end == "signed"

    def test_a_signer_who_is_not_needed_has_none(self) -> None:
        condition = 'incident_request.summary = "Mail"'
        office = an_office(approve("sign", (OWNER, ""), (MANAGER, "", condition)))
        ann = office.person("Ann", OWNER)
        max_ = office.person("Max", MANAGER)

        needed = office.begin("p", office.record("incident_request", summary="Mail"))
        left_out = office.begin("p", office.record("incident_request", summary="Print"))

        assert seats(office, needed) == {1: (ann,), 2: (max_,)}
        assert seats(office, left_out) == {1: (ann,)}

    def test_none_at_all_is_a_failure(self) -> None:
        office = an_office(approve("sign", (OWNER, 'holders("service-owner")')))

        with pytest.raises(StepFailed, match="Nobody has a seat to sign at step 'sign'"):
            office.begin("p", office.record("incident_request", summary="Mail"))

    def test_fewer_than_it_takes_to_pass_are_a_failure(self) -> None:
        office = an_office(approve("sign", (OWNER, ""), passes=2))
        board(office, "Ann", "Bob")

        with pytest.raises(StepFailed, match="takes 2 signatures to pass, and has 1 seat"):
            office.begin("p", office.record("incident_request", summary="Mail"))

    def test_they_are_read_anew_while_the_round_is_open(self) -> None:
        # given a vote of three, of whom one has signed
        office, run_id, members = a_vote(passes="all")
        office.sign(run_id, 1, APPROVE, by=members[0])

        # when one leaves the board and one joins it
        office.records.held.remove((members[1], OWNER, None))
        new = office.person("New", OWNER)
        office.look_again(run_id)

        # then those who sit there now sign, and what was signed stays
        assert seats(office, run_id) == {3: (members[2],), 4: (new,)}
        office.sign(run_id, 3, APPROVE)
        assert office.sign(run_id, 4, APPROVE).end == "passed"

    def test_who_has_signed_and_left_still_counts(self) -> None:
        office, run_id, members = a_vote(passes="all")
        office.sign(run_id, 1, APPROVE, by=members[0])

        office.records.held.remove((members[0], OWNER, None))
        office.look_again(run_id)

        assert sorted(seats(office, run_id)) == [2, 3]

    def test_they_stay_where_fewer_are_left_than_it_takes_to_pass(self) -> None:
        # given a vote that takes two of three, of whom one has signed
        office, run_id, members = a_vote(passes=2)
        office.sign(run_id, 1, APPROVE, by=members[0])

        # when the two others leave the board
        for member in members[1:]:
            office.records.held.remove((member, OWNER, None))
        office.look_again(run_id)

        # then it is not decided by that, and goes on as soon as somebody joins
        assert office.runs[run_id].is_open
        new = office.person("New", OWNER)
        office.look_again(run_id)
        assert list(seats(office, run_id).values()) == [(new,)]
        [task] = office.runs[run_id].open_tasks
        assert office.sign(run_id, task.number, APPROVE, by=new).end == "passed"

    def test_they_stay_where_none_is_left(self) -> None:
        # given a vote of two, neither of whom has signed
        office, run_id, members = a_vote(members=2)

        # when both leave the board
        office.records.held.clear()
        office.look_again(run_id)

        # then it is not decided by that, and whoever joins next signs
        assert office.waiting(run_id) == ["vote", "vote"]
        assert seats(office, run_id) == {1: (members[0],), 2: (members[1],)}
        new = office.person("New", OWNER)
        office.look_again(run_id)
        assert seats(office, run_id) == {3: (new,)}
        assert office.sign(run_id, 3, APPROVE, by=new).end == "passed"

    def test_may_be_for_whom_a_decision_names(self) -> None:
        # given a table that says who signs
        table = a_table(
            "who",
            {"text": TEXT},
            choice("owner", "manager"),
            [("mail", 'text = "Mail"', "owner"), ("other", None, "manager")],
        )
        procedure = a_procedure(
            "p",
            decide("weigh", table, {"text": "incident_request.summary"}, name="who"),
            approve("sign", (OWNER, "", "who.then = owner"), (MANAGER, "", "who.then = manager")),
        )
        office = Office(procedure, entities=ENTITIES, decisions=[table])
        ann, max_ = office.person("Ann", OWNER), office.person("Max", MANAGER)

        mail = office.begin("p", office.record("incident_request", summary="Mail"))
        other = office.begin("p", office.record("incident_request", summary="Print"))

        assert (seats(office, mail), seats(office, other)) == ({1: (ann,)}, {1: (max_,)})

    def test_fewer_seats_may_decide_it(self) -> None:
        office, run_id, members = a_vote(passes=Fraction(2, 3))
        office.sign(run_id, 1, APPROVE, by=members[0])

        office.records.held.remove((members[1], OWNER, None))
        office.records.held.remove((members[2], OWNER, None))
        office.look_again(run_id)

        assert office.runs[run_id].end == "passed"


class TestDeciding:
    def test_comes_as_soon_as_it_cannot_change(self) -> None:
        office, run_id, _ = a_vote(passes=Fraction(2, 3))
        office.sign(run_id, 1, APPROVE)

        run = office.sign(run_id, 2, APPROVE)

        assert (run.state, run.end) == (RunState.ENDED, "passed")
        assert office.told(run_id)[-5:] == [
            "task-completed vote",
            "task-completed vote",
            "task-withdrawn vote",
            "round-closed vote",
            "run-ended passed",
        ]

    def test_one_refusal_is_enough_where_all_must_sign(self) -> None:
        office, run_id, _ = a_vote(passes="all")

        assert office.sign(run_id, 2, REJECT, "Too dear").end == "failed"

    def test_two_thirds_are_of_the_seats_and_not_of_the_votes(self) -> None:
        office, run_id, _ = a_vote(
            members=4,
            passes=Fraction(2, 3),
            fails=Fraction(2, 3),
            ballot={"abstain": "Carry it over"},
        )
        office.sign(run_id, 1, APPROVE)
        office.sign(run_id, 2, APPROVE)

        run = office.sign(run_id, 3, ABSTAIN)
        assert run.state is RunState.OPEN
        assert office.sign(run_id, 4, ABSTAIN).end == "open-still"

    def test_the_count_is_known_afterwards(self) -> None:
        outcomes = {"approved": "look", "rejected": "look"}
        vote = approve(
            "vote", (OWNER, 'holders("service-owner")'), outcomes=outcomes, name="votes"
        )
        office = an_office(vote, do("look", OWNER), end("seen"))
        board(office, "Ann", "Bob", "Cat")
        run_id = office.begin("p", office.record("incident_request", summary="Mail"))

        office.sign(run_id, 1, APPROVE)
        office.sign(run_id, 2, REJECT, "No")

        assert office.runs[run_id].scopes[0].names["votes"] == {
            "outcome": "rejected",
            "seats": 3,
            "approvals": 1,
            "rejections": 1,
            "abstentions": 0,
        }

    def test_it_is_late_when_the_moment_has_passed(self) -> None:
        office, run_id, _ = a_vote(passes="all", at_latest='duration("P3D")')
        office.sign(run_id, 1, APPROVE)

        assert office.look_again(run_id, at=AT + timedelta(days=2)).state is RunState.OPEN
        run = office.look_again(run_id, at=AT + timedelta(days=3))

        assert run.state is RunState.ENDED
        assert office.history(run_id)[-2].result == "late"


class TestAgain:
    def again(self, again: str):
        outcomes = {"approved": "passed", "rejected": "adjust"}
        vote = approve(
            "vote",
            (OWNER, 'holders("service-owner")'),
            again=again,
            outcomes=outcomes,
        )
        office = an_office(vote, end("passed"), do("adjust", MANAGER, then="vote"))
        people = board(office, "Ann", "Bob")
        office.person("Max", MANAGER)
        run_id = office.begin("p", office.record("incident_request", summary="Mail"))
        office.sign(run_id, 1, APPROVE, by=people["Ann"])
        office.sign(run_id, 2, REJECT, "Too dear", by=people["Bob"])
        office.complete(run_id, "adjust")
        return office, run_id, people

    def test_is_a_new_round_for_all(self) -> None:
        office, run_id, people = self.again("all")

        assert list(seats(office, run_id).values()) == [(people["Ann"],), (people["Bob"],)]
        assert office.runs[run_id].scopes[0].rounds["vote"].number == 2

    def test_may_be_for_those_only_who_refused(self) -> None:
        office, run_id, people = self.again("refusers")

        [(number, who)] = seats(office, run_id).items()
        assert who == (people["Bob"],)
        assert office.sign(run_id, number, APPROVE).end == "passed"

    def test_is_for_those_too_who_said_nothing_or_kept_out_of_it(self) -> None:
        # given a vote of three: one for, one against, one who had not to sign any more
        vote = approve(
            "vote",
            (OWNER, 'holders("service-owner")'),
            again="refusers",
            outcomes={"approved": "passed", "rejected": "adjust"},
        )
        office = an_office(vote, end("passed"), do("adjust", MANAGER, then="vote"))
        people = board(office, "Ann", "Bob", "Cat")
        office.person("Max", MANAGER)
        run_id = office.begin("p", office.record("incident_request", summary="Mail"))
        office.sign(run_id, 1, APPROVE, by=people["Ann"])
        office.sign(run_id, 2, REJECT, "Too dear", by=people["Bob"])

        office.complete(run_id, "adjust")

        assert list(seats(office, run_id).values()) == [(people["Bob"],), (people["Cat"],)]


class TestOnesOwnRequest:
    def test_is_signed_by_who_stands_in(self) -> None:
        office = an_office(approve("sign", (OWNER, "incident_request.service")))
        mail = office.record("service", name="Mail")
        ann = office.person("Ann", OWNER, of=mail)
        max_ = office.person("Max", MANAGER)
        about = office.record("incident_request", summary="Mail", service=mail)

        run_id = office.begin("p", about, by=ann)

        assert seats(office, run_id) == {1: (max_,)}
        [task] = office.runs[run_id].open_tasks
        assert (task.seat.role, task.seat.not_by) == (MANAGER, (ann.id,))

    def test_is_the_one_of_whom_the_record_names_too(self) -> None:
        office = an_office(approve("sign", (OWNER, "")))
        ann, bob = office.person("Ann", OWNER), office.person("Bob", OWNER)

        run_id = office.begin(
            "p", office.record("incident_request", summary="Mail", requester=ann), by=None
        )

        assert seats(office, run_id) == {1: (bob,)}

    def test_fails_where_nobody_stands_in(self) -> None:
        office = an_office(approve("sign", (MANAGER, "")))
        max_ = office.person("Max", MANAGER)

        with pytest.raises(StepFailed, match="nobody signs on their own request"):
            office.begin("p", office.record("incident_request", summary="Mail"), by=max_)

    @pytest.mark.parametrize("of", ["", 'holders("service-owner")'])
    def test_is_not_signed_by_who_turns_out_to_have_asked_either(self, of: str) -> None:
        # given a seat of which Ann is the only holder
        office = an_office(approve("sign", (OWNER, of)), end("signed"))
        ann = office.person("Ann", OWNER)
        about = office.record("incident_request", summary="Mail")
        run_id = office.begin("p", about, by=None)
        assert seats(office, run_id) == {1: (ann,)}

        # when the record comes to name her as who asked for it
        office.change(about, requester=ann)

        # then she signs it no more, and whoever joins does
        assert seats(office, run_id) == {1: ()}
        bob = office.person("Bob", OWNER)
        office.look_again(run_id)
        assert list(seats(office, run_id).values()) == [(bob,)]

    def test_is_that_of_everybody_to_whom_the_record_leads(self) -> None:
        # given a request that a second one led to, which Bob made
        office = an_office(approve("sign", (OWNER, "")), end("signed"))
        ann, bob, cat = (office.person(name, OWNER) for name in ("Ann", "Bob", "Cat"))
        about = office.record("incident_request", summary="Mail", requester=ann)
        second = office.record("incident_request", summary="Mail", requester=bob, cause=about)
        run_id = office.begin("p", about, by=None)
        assert seats(office, run_id) == {1: (cat,)}

        # when it turns out that Cat had made it
        office.change(second, requester=cat)

        # then it is Bob who signs
        assert seats(office, run_id) == {1: (bob,)}

    def test_is_that_of_somebody_who_asks_later(self) -> None:
        # given a board of two
        office = an_office(approve("sign", (OWNER, 'holders("service-owner")')), end("signed"))
        ann, bob = office.person("Ann", OWNER), office.person("Bob", OWNER)
        about = office.record("incident_request", summary="Mail")
        run_id = office.begin("p", about, by=None)
        assert list(seats(office, run_id).values()) == [(ann,), (bob,)]

        # when one of them asks for the same
        later = office.record("incident_request", summary="Mail as well", requester=ann)
        office.change(later, cause=about)

        # then the other alone signs
        assert list(seats(office, run_id).values()) == [(bob,)]

    def test_may_be_tested_by_who_has_asked(self) -> None:
        office = an_office(approve("sign", (OWNER, ""), requesters_sign=True), end("signed"))
        ann = office.person("Ann", OWNER)

        run_id = office.begin(
            "p", office.record("incident_request", summary="Mail", requester=ann), by=ann
        )

        assert seats(office, run_id) == {1: (ann,)}
        assert office.sign(run_id, 1, APPROVE, by=ann).end == "signed"

    def test_leaves_a_person_of_a_board_out_and_tells_so(self) -> None:
        office = an_office(
            approve("vote", (MANAGER, 'holders("on-duty-manager")'), passes=Fraction(2, 3))
        )
        people = [office.person(name, MANAGER) for name in ("Ann", "Bob", "Cat")]
        about = office.record("incident_request", summary="Mail", requester=people[0])

        run_id = office.begin("p", about)

        [opened] = [e for e in office.history(run_id) if isinstance(e, happened.RoundOpened)]
        assert opened.recused == (people[0],)
        assert list(seats(office, run_id).values()) == [(people[1],), (people[2],)]


class TestDelegates:
    def test_sign_for_those_who_named_them(self) -> None:
        office, run_id, members = a_vote(members=2)
        dan = office.person("Dan")

        office.records.named.append((members[0], OWNER, dan))

        assert seats(office, run_id) == {1: (members[0], dan), 2: (members[1],)}

    def test_of_whoever_asked_for_it_do_not(self) -> None:
        office = an_office(approve("sign", (OWNER, "")))
        ann, bob = office.person("Ann", OWNER), office.person("Bob", OWNER)
        dan = office.person("Dan")
        office.records.named.append((ann, OWNER, dan))

        run_id = office.begin("p", office.record("incident_request", summary="Mail"), by=ann)

        assert seats(office, run_id) == {1: (bob,)}

    def test_who_asked_for_it_acts_for_nobody_either(self) -> None:
        office = an_office(approve("sign", (OWNER, "")))
        bob = office.person("Bob", OWNER)
        dan = office.person("Dan")
        office.records.named.append((bob, OWNER, dan))

        run_id = office.begin("p", office.record("incident_request", summary="Mail"), by=dan)

        assert seats(office, run_id) == {1: (bob,)}


class TestWithdrawing:
    def an_office(self, **over) -> tuple[Office, int]:
        vote = approve("vote", (OWNER, 'holders("service-owner")'))
        office = an_office(
            together("both", {"ask": [vote], "work": [do("work", MANAGER)]}, "first"),
            do("close", MANAGER),
            **over,
        )
        board(office, "Ann", "Bob")
        office.person("Max", MANAGER)
        run_id = office.begin("p", office.record("incident_request", summary="Mail"))
        assert office.waiting(run_id) == ["vote", "vote", "work"]
        return office, run_id

    def test_takes_every_seat_back_with_the_list_they_are_in(self) -> None:
        office, run_id = self.an_office()
        office.sign(run_id, 1, APPROVE)

        office.complete(run_id, "work")

        assert office.waiting(run_id) == ["close"]
        assert office.replayed(run_id).scopes == office.runs[run_id].scopes

    def test_comes_with_what_stops_the_run(self) -> None:
        office, run_id = self.an_office(stops_when="incident_request.status = cancelled")
        office.sign(run_id, 1, APPROVE)

        office.change(office.runs[run_id].about, status="cancelled")

        assert office.runs[run_id].state is RunState.STOPPED
        assert office.waiting(run_id) == []

    def test_keeps_what_was_signed(self) -> None:
        office, run_id = self.an_office()
        office.sign(run_id, 1, APPROVE)

        office.complete(run_id, "work")

        [kept] = office.records.all("approval")
        assert office.records.rows[kept]["mark"] == "approve"


class TestASignature:
    def test_is_kept_as_a_record_with_the_revision_signed(self) -> None:
        office, run_id, members = a_vote()

        office.sign(run_id, 2, REJECT, "Too dear", by=members[1])

        [kept] = office.records.all("approval")
        about = office.runs[run_id].about
        assert office.records.rows[kept] == {
            "item": "INC000000000004",
            "item_revision": 7,
            "procedure": "p",
            "step": "vote",
            "round": 1,
            "role": OWNER,
            "signer": members[1],
            "mark": "reject",
            "because": "Too dear",
            "signed_at": AT,
            "incident_request": about,
        }


def test_history_makes_the_run() -> None:
    office, run_id, members = a_vote(passes=Fraction(2, 3))
    office.sign(run_id, 1, REJECT, "No", by=members[0])

    run = office.runs[run_id]

    replayed = office.replayed(run_id)
    assert replayed.scopes == run.scopes
    assert {number: replayed.tasks[number] for number in run.tasks} == run.tasks
