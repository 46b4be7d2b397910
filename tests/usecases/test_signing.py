"""Approvals and votes, from My work to the record of each signature."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from server.domain.refusals import Conflict, Failed, Invalid, NotAllowed, NotFound
from server.domain.run import RunState, TaskState
from server.usecases import records, runs, tasks
from tests.builders import AT, may, stored
from tests.usecases.council_hall import Hall, open_hall

STAFF = {
    "Cleo": "clerk",
    "Cora": "clerk",
    "Ann": "member",
    "Bob": "member",
    "Cat": "member",
    "Dan": None,
    "Eve": "speaker",
}


@pytest.fixture
def hall(database) -> Hall:
    return open_hall(database, STAFF)


def bring(hall: Hall, procedure: str = "council-vote", by: str = "Cleo", **values: Any):
    answers = {"name": "A bench", **values}
    return runs.start(hall.app, hall.actor(by), procedure, None, answers)


def mine(hall: Hall, name: str) -> list[str]:
    return [line.step for line in tasks.my_work(hall.app, hall.actor(name)).items]


def task_of(hall: Hall, name: str) -> int:
    [line] = tasks.my_work(hall.app, hall.actor(name)).items
    return line.id


def sign(hall: Hall, name: str, mark: str = "approve", task: int | None = None, **answers: Any):
    revision = answers.pop("record_revision", None)
    return tasks.complete(
        hall.app,
        hall.actor(name),
        task or task_of(hall, name),
        outcome=mark,
        answers=answers,
        record_revision=revision,
    )


def signatures(hall: Hall, run) -> list[tuple[Any, ...]]:
    """What is kept of the signatures of a run's record: who, what, why, of which revision."""
    cleo = hall.actor("Cleo")
    found = records.page(hall.app, cleo, "approval", limit=50).items
    return [
        (
            view.shown["signer"],
            view.values["mark"],
            view.values["because"],
            view.values["item_revision"],
        )
        for view in sorted(found, key=lambda view: view.title.record.id)
        if view.values["proposal"] == run.line.about.record
    ]


class TestAVote:
    def test_stands_in_the_work_of_every_member_and_of_nobody_else(self, hall) -> None:
        bring(hall)

        assert [mine(hall, name) for name in ("Ann", "Bob", "Cat")] == [["vote"]] * 3
        assert [mine(hall, name) for name in ("Cora", "Dan", "Eve")] == [[]] * 3

    def test_stands_in_the_queue_of_what_is_to_be_signed(self, hall) -> None:
        bring(hall)

        to_sign = tasks.my_work(hall.app, hall.actor("Ann"), which="to-sign").items
        assert [line.step for line in to_sign] == ["vote"]
        assert tasks.counts(hall.app, hall.actor("Cora"))["to-sign"] == 0

    def test_shows_the_words_of_its_ballot_and_what_each_has_said(self, hall) -> None:
        bring(hall)
        sign(hall, "Bob", "reject", because="No price", reason="Ask again")

        view = hall.task("vote", "Ann")

        assert [(item.key, item.label) for item in view.outcomes] == [
            ("approve", "Do it"),
            ("reject", "Do not do it"),
            ("abstain", "Leave it to the others"),
        ]
        assert view.text == "Shall the town do it?"
        assert [(str(item.held_for), item.said, item.because) for item in view.signatures] == [
            ("Ann", "", ""),
            ("Bob", "Do not do it", "No price"),
            ("Cat", "", ""),
        ]

    def test_is_decided_as_soon_as_it_cannot_change(self, hall) -> None:
        run = bring(hall)
        sign(hall, "Ann")

        done = sign(hall, "Cat")

        assert (done.run_state, done.run_end) == (RunState.ENDED, "accepted")
        assert hall.value(run.line.about.record, "status") == "accepted"
        assert mine(hall, "Bob") == []

    def test_may_stay_undecided(self, hall) -> None:
        run = bring(hall)
        sign(hall, "Ann")
        sign(hall, "Bob", "abstain")

        done = sign(hall, "Cat", "reject", because="Too dear", reason="Ask again")

        assert done.run_end == "laid-aside"
        assert [said[:2] for said in signatures(hall, run)] == [
            ("Ann", "approve"),
            ("Bob", "abstain"),
            ("Cat", "reject"),
        ]

    def test_is_told_in_the_history(self, hall) -> None:
        run = bring(hall)
        sign(hall, "Ann")
        sign(hall, "Cat")

        told = [
            line.sentence for line in runs.view(hall.app, hall.actor("Cleo"), run.line.id).history
        ]

        assert "'Vote on the proposal' waits for 3 seats." in told
        assert "'Vote on the proposal' was completed: Do it." in told
        assert "'Vote on the proposal' is approved: of 3 seats, 2 for it, 0 against." in told

    def test_rejecting_takes_a_reason_and_what_the_outcome_needs(self, hall) -> None:
        bring(hall)

        with pytest.raises(Invalid) as refused:
            sign(hall, "Ann", "reject")

        assert refused.value.problems == {
            "because": "This is needed for 'Do not do it'.",
            "reason": "This is needed for 'Do not do it'.",
        }

    def test_knows_no_other_word(self, hall) -> None:
        bring(hall)

        with pytest.raises(Invalid) as refused:
            sign(hall, "Ann", "approved")

        assert refused.value.problems == {"outcome": "One of approve, reject, abstain."}

    def test_each_signs_once(self, hall) -> None:
        bring(hall)
        task = task_of(hall, "Ann")
        sign(hall, "Ann")

        with pytest.raises(Exception, match="completed already"):
            sign(hall, "Ann", task=task)

    def test_is_late_once_its_time_has_passed(self, hall) -> None:
        run = bring(hall)
        proposal = run.line.about.record
        hall.clock.pass_time(days=4)

        records.update(hall.app, hall.actor("Cleo"), proposal, {"like": proposal.id})

        view = runs.view(hall.app, hall.actor("Cleo"), run.line.id)
        assert view.line.end == "laid-aside"
        assert {task.state for task in view.tasks} == {TaskState.WITHDRAWN}


class TestASignature:
    def test_keeps_the_revision_that_was_signed(self, hall) -> None:
        run = bring(hall)
        sign(hall, "Ann", reason="Because", because="I like it")
        sign(hall, "Bob", "abstain")

        assert signatures(hall, run) == [
            ("Ann", "approve", "I like it", 1),
            ("Bob", "abstain", None, 2),
        ]

    def test_is_refused_for_what_has_changed_since_it_was_seen(self, hall) -> None:
        # given a member who looks, and somebody who changes the proposal meanwhile
        run = bring(hall)
        seen = hall.task("vote", "Ann").record_revision
        about = run.line.about.record
        records.update(hall.app, hall.actor("Cleo"), about, {"like": about.id})

        # when the member signs what was seen
        with pytest.raises(Conflict, match="Cleo has changed what you are to sign") as refused:
            sign(hall, "Ann", record_revision=seen)

        # then it is told what is different, and nothing is kept
        assert refused.value.fields == {"like": about.id}
        assert refused.value.before == {"like": None}
        assert signatures(hall, run) == []

    def test_tells_nothing_of_what_is_hidden_from_who_signs(self, hall) -> None:
        run = bring(hall)
        seen = hall.task("vote", "Ann").record_revision
        about = run.line.about.record
        records.update(hall.app, hall.actor("Cleo"), about, {"like": about.id})
        definitions = hall.app.definitions
        member = replace(definitions.roles["member"], may={"*": may("read", like="hidden")})
        roles = definitions.roles | {"member": member}
        hall.app = replace(hall.app, definitions=replace(definitions, roles=roles))

        with pytest.raises(Conflict) as refused:
            sign(hall, "Ann", record_revision=seen)

        assert refused.value.fields == {}


class TestSeats:
    def test_are_held_for_records_and_signed_by_any_holder(self, hall) -> None:
        # given an area with two speakers
        area = stored(hall.app.database, hall.app.models, "area", name="North")
        for name in ("Dan", "Bob"):
            person = hall.records[name]
            stored(
                hall.app.database,
                hall.app.models,
                "holder",
                person=person,
                role="speaker",
                area=area,
            )
        run = bring(hall, "area-consent", area=area.id)
        assert (mine(hall, "Dan"), mine(hall, "Bob"), mine(hall, "Eve")) == (["sign"],) * 3

        done = sign(hall, "Dan")

        assert done.run_end == "signed"
        assert mine(hall, "Bob") == []
        assert [said[0] for said in signatures(hall, run)] == ["Dan"]

    def test_without_any_nothing_begins(self, hall) -> None:
        with pytest.raises(Failed, match="Nobody has a seat to sign"):
            bring(hall, "area-consent")


class TestAgain:
    def test_only_those_who_refused_sign_where_the_step_says_so(self, hall) -> None:
        # given a road that an area and a clerk have to sign, and the clerk refuses
        area = stored(hall.app.database, hall.app.models, "area", name="North")
        run = bring(hall, "area-consent", name="A road", area=area.id)
        sign(hall, "Eve")
        sign(hall, "Cora", "reject", because="No plan")
        assert mine(hall, "Eve") == []

        # when it has been adjusted
        hall.complete(
            "adjust", "Cora", reason="Plan", lines=[{"values": {"text": "Plan", "amount": "1"}}]
        )

        # then who refused is asked again, and nobody else
        assert (mine(hall, "Eve"), mine(hall, "Cora")) == ([], ["sign"])
        assert sign(hall, "Cora").run_end == "signed"
        assert [said[:2] for said in signatures(hall, run)] == [
            ("Eve", "approve"),
            ("Cora", "reject"),
            ("Cora", "approve"),
        ]


class TestOnesOwnRequest:
    def test_is_signed_by_another_holder(self, hall) -> None:
        area = stored(hall.app.database, hall.app.models, "area", name="North")
        bring(hall, "area-consent", name="A road", area=area.id)
        clerks = [line for line in _lines(hall) if line.lane == "clerk"]

        assert (mine(hall, "Cleo"), mine(hall, "Cora")) == ([], ["sign"])
        with pytest.raises(NotAllowed, match="your own request"):
            sign(hall, "Cleo", task=clerks[0].id)

    def test_is_signed_by_who_stands_in_where_there_is_no_other(self, hall) -> None:
        # given an area whose only speaker has asked for it
        area = stored(hall.app.database, hall.app.models, "area", name="North")
        run = bring(hall, "area-consent", area=area.id)
        eve = hall.records["Eve"].id

        records.update(hall.app, hall.actor("Cleo"), run.line.about.record, {"asked_by": eve})

        # then a clerk stands in, other than the one who began it, and the history says so
        assert (mine(hall, "Eve"), mine(hall, "Cleo"), mine(hall, "Cora")) == ([], [], ["sign"])
        told = runs.view(hall.app, hall.actor("Cleo"), run.line.id).history
        assert told[-1].sentence == "'Sign the proposal' moved to Clerk, standing in for Speaker."

    def test_leaves_a_member_of_the_council_out(self, hall) -> None:
        run = bring(hall)
        assert mine(hall, "Ann") == ["vote"]

        records.update(
            hall.app,
            hall.actor("Cleo"),
            run.line.about.record,
            {"asked_by": hall.records["Ann"].id},
        )

        assert mine(hall, "Ann") == []
        assert sign(hall, "Bob").run_state is RunState.OPEN
        assert sign(hall, "Cat").run_end == "accepted"

    def test_is_also_what_has_become_part_of_it(self, hall) -> None:
        # given a proposal on which the council votes
        run = bring(hall)
        cleo, proposal = hall.actor("Cleo"), run.line.about.record
        assert (mine(hall, "Ann"), mine(hall, "Bob")) == (["vote"], ["vote"])

        # when lines are added that two of its members wished for, and one is not wanted after all
        lines = [
            records.create(
                hall.app,
                cleo,
                "line",
                {"text": "Wood", "amount": "5", "proposal": proposal.id} | {"wished_by": who.id},
            ).title.record
            for who in (hall.records["Ann"], hall.records["Bob"])
        ]
        assert (mine(hall, "Ann"), mine(hall, "Bob"), mine(hall, "Cat")) == ([], [], ["vote"])
        records.delete(hall.app, cleo, lines[1])

        # then who wished for the one that is left does not vote, and the other does
        assert (mine(hall, "Ann"), mine(hall, "Bob"), mine(hall, "Cat")) == (
            [],
            ["vote"],
            ["vote"],
        )


class TestADelegate:
    def names(self, hall: Hall, **days: date) -> None:
        """Ann names Dan to act for her."""
        cleo = hall.actor("Cleo")
        [holding] = [
            view.title.record
            for view in records.page(hall.app, cleo, "holder", limit=50).items
            if view.values["person"] == hall.records["Ann"]
        ]
        dan = {"delegate": hall.records["Dan"].id}
        records.update(
            hall.app, cleo, holding, dan | {key: day.isoformat() for key, day in days.items()}
        )

    def test_signs_while_the_dates_say_so(self, hall) -> None:
        run = bring(hall)
        today = AT.date()
        self.names(hall, delegate_from=today, delegate_until=today + timedelta(days=1))
        assert mine(hall, "Dan") == ["vote"]

        sign(hall, "Dan")

        assert [said[:2] for said in signatures(hall, run)] == [("Dan", "approve")]
        assert mine(hall, "Ann") == []

    def test_does_not_outside_of_them(self, hall) -> None:
        bring(hall)
        task = task_of(hall, "Ann")
        self.names(hall, delegate_from=AT.date() + timedelta(days=1))

        assert mine(hall, "Dan") == []
        with pytest.raises(NotFound):
            sign(hall, "Dan", task=task)

    def test_without_dates_signs_while_the_holder_is_away(self, hall) -> None:
        bring(hall)
        self.names(hall)
        assert mine(hall, "Dan") == []

        away = {"away_from": AT.date().isoformat(), "away_until": AT.date().isoformat()}
        records.update(hall.app, hall.actor("Cleo"), hall.records["Ann"], away)

        assert mine(hall, "Dan") == ["vote"]
        assert sign(hall, "Dan").run_state is RunState.OPEN


def _lines(hall: Hall):
    view = runs.page(hall.app, hall.actor("Cleo")).items[0]
    return runs.view(hall.app, hall.actor("Cleo"), view.id).tasks
