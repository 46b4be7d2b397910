"""More information: a question becomes a task of whoever is asked, and its answer comes back."""

from __future__ import annotations

import pytest

from server.domain.refusals import Invalid, NotAllowed, NotFound, WrongState
from server.domain.run import RunState, TaskState
from server.domain.values import RecordRef
from server.usecases import asking, records, runs, tasks
from tests.builders import stored
from tests.usecases.council_hall import Hall, open_hall
from tests.usecases.test_signing import STAFF, bring, mine, sign, task_of


@pytest.fixture
def hall(database) -> Hall:
    return open_hall(database, STAFF)


def ask(hall: Hall, by: str = "Ann", whom: str = "Dan", question: str = "What does it cost?"):
    """Ann's task, in which Dan is asked something."""
    task = task_of(hall, by)
    asking.ask(hall.app, hall.actor(by), task, hall.records[whom].id, question)
    return task


class TestAQuestion:
    def test_is_a_task_of_whoever_is_asked_and_comes_back_with_the_answer(self, hall) -> None:
        # given a member who wants to know something before voting
        bring(hall)
        voting = ask(hall)

        # when the question is answered
        question = tasks.view(hall.app, hall.actor("Dan"), task_of(hall, "Dan"))
        assert (question.text, question.line.title) == (
            "What does it cost?",
            "Question: Vote on the proposal",
        )
        done = tasks.complete(
            hall.app,
            hall.actor("Dan"),
            question.line.id,
            outcome="answered",
            answers={"answer": "12 with tax"},
        )

        # then it stands with the vote, which is still to be signed
        assert done.run_state is RunState.OPEN
        [asked] = tasks.view(hall.app, hall.actor("Ann"), voting).asked
        assert (str(asked.person), asked.question, asked.answer) == (
            "Dan",
            "What does it cost?",
            "12 with tax",
        )
        assert (mine(hall, "Ann"), mine(hall, "Dan")) == (["vote"], [])
        answered = tasks.view(hall.app, hall.actor("Dan"), question.line.id)
        assert answered.line.state is TaskState.COMPLETED
        assert answered.answers == {"answer": "12 with tax"}

    def test_is_told_in_the_history(self, hall) -> None:
        run = bring(hall)
        ask(hall)

        told = runs.view(hall.app, hall.actor("Cleo"), run.line.id).history

        assert told[-1].sentence == "Dan was asked: What does it cost?"
        assert told[-1].who == "Ann"

    def test_holds_nothing_up_and_is_taken_back_once_it_is_not_needed(self, hall) -> None:
        bring(hall)
        ask(hall)
        question = task_of(hall, "Dan")

        sign(hall, "Ann")

        assert mine(hall, "Dan") == []
        with pytest.raises(WrongState, match="withdrawn already"):
            tasks.complete(
                hall.app,
                hall.actor("Dan"),
                question,
                outcome="answered",
                answers={"answer": "Too late"},
            )

    def test_is_taken_back_when_the_vote_is_decided(self, hall) -> None:
        bring(hall)
        ask(hall)

        sign(hall, "Bob")
        sign(hall, "Cat")

        assert mine(hall, "Dan") == []

    def test_is_taken_back_with_its_run(self, hall) -> None:
        run = bring(hall)
        ask(hall)
        question = task_of(hall, "Dan")

        runs.cancel(hall.app, hall.actor("Cleo"), run.line.id, "The town has no money.")

        assert mine(hall, "Dan") == []
        with pytest.raises(WrongState, match="withdrawn already"):
            tasks.complete(
                hall.app,
                hall.actor("Dan"),
                question,
                outcome="answered",
                answers={"answer": "12 with tax"},
            )

    def test_may_be_asked_at_any_task(self, hall) -> None:
        hall.propose()
        task = hall.open_tasks()["work-out"]

        asking.ask(hall.app, hall.actor("Cleo"), task.id, hall.records["Dan"].id, "How long?")
        assert mine(hall, "Dan") == ["work-out"]

        hall_lines = {"lines": [{"values": {"text": "Wood", "amount": "1"}}], "reason": "Rest"}
        tasks.complete(hall.app, hall.actor("Cleo"), task.id, outcome=None, answers=hall_lines)
        assert mine(hall, "Dan") == []

    @pytest.mark.parametrize(
        ("whom", "question", "key"),
        [("Ann", "What?", "person"), ("Dan", "  ", "question"), ("Dan", "x" * 2001, "question")],
    )
    def test_is_asked_of_somebody_else_and_asks_something(self, hall, whom, question, key) -> None:
        bring(hall)

        with pytest.raises(Invalid) as refused:
            ask(hall, whom=whom, question=question)

        assert list(refused.value.problems) == [key]

    def test_is_asked_by_those_who_may_do_the_task(self, hall) -> None:
        bring(hall)
        task = task_of(hall, "Ann")

        with pytest.raises(NotFound):
            asking.ask(hall.app, hall.actor("Dan"), task, hall.records["Bob"].id, "What?")

    def test_needs_an_answer_and_nothing_else(self, hall) -> None:
        bring(hall)
        ask(hall)
        question = task_of(hall, "Dan")

        for answers, key in (({}, "answer"), ({"answer": "12", "price": "12"}, "price")):
            with pytest.raises(Invalid) as refused:
                tasks.complete(
                    hall.app, hall.actor("Dan"), question, outcome="answered", answers=answers
                )
            assert list(refused.value.problems) == [key]

    def test_stays_where_it_is_when_roles_change_hands(self, hall) -> None:
        run = bring(hall)
        ask(hall)

        records.update(
            hall.app,
            hall.actor("Cleo"),
            run.line.about.record,
            {"asked_by": hall.records["Bob"].id},
        )

        assert mine(hall, "Dan") == ["vote"]


class TestATaskLaidAside:
    def test_says_why_and_can_still_be_done(self, hall) -> None:
        bring(hall)
        task = task_of(hall, "Ann")

        view = asking.hold(hall.app, hall.actor("Ann"), task, "Waiting for the plan")
        assert view.line.on_hold == "Waiting for the plan"
        [line] = tasks.my_work(hall.app, hall.actor("Ann")).items
        assert line.on_hold == "Waiting for the plan"

        assert sign(hall, "Ann").run_state is RunState.OPEN

    def test_is_taken_up_again(self, hall) -> None:
        run = bring(hall)
        task = task_of(hall, "Ann")
        asking.hold(hall.app, hall.actor("Ann"), task, "Waiting for the plan")

        view = asking.resume(hall.app, hall.actor("Ann"), task)

        assert view.line.on_hold is None
        told = runs.view(hall.app, hall.actor("Cleo"), run.line.id).history
        assert [line.sentence for line in told[-2:]] == [
            "'Vote on the proposal' was laid aside: Waiting for the plan",
            "'Vote on the proposal' was taken up again.",
        ]

    def test_needs_a_reason(self, hall) -> None:
        bring(hall)

        with pytest.raises(Invalid) as refused:
            asking.hold(hall.app, hall.actor("Ann"), task_of(hall, "Ann"), " ")

        assert refused.value.problems == {"reason": "Say what is being waited for."}


class TestWithWhomATaskIsDone:
    """Nils is a neighbour of the North, Nora one of everywhere; neither may read a proposal."""

    @pytest.fixture
    def town(self, database) -> Hall:
        hall = open_hall(database, {"Cleo": "clerk", "Dan": None, "Nils": None, "Nora": None})
        north = self.area(hall, "North")
        self.neighbour(hall, "Nils", north)
        self.neighbour(hall, "Nora")
        hall.propose(area=north.id)
        return hall

    def area(self, hall: Hall, name: str) -> RecordRef:
        return stored(hall.app.database, hall.app.models, "area", name=name)

    def neighbour(self, hall: Hall, name: str, area: RecordRef | None = None) -> None:
        person = hall.records[name]
        stored(
            hall.app.database,
            hall.app.models,
            "holder",
            person=person,
            role="neighbour",
            area=area,
        )

    def test_are_those_who_hold_the_role_here_and_are_named_to_whoever_may_ask(self, town) -> None:
        assert [str(person) for person in town.task("work-out", "Cleo").beside] == ["Nils", "Nora"]
        assert [str(person) for person in town.task("work-out", "Nils").beside] == ["Nora"]

    def test_may_look_at_the_task_and_its_run_and_do_neither(self, town) -> None:
        for name in ("Nils", "Nora"):
            task = town.task("work-out", name)
            assert not task.may_claim
            assert not task.may_complete
            seen = runs.view(town.app, town.actor(name), task.line.run_id)
            assert [line.step for line in seen.tasks] == ["work-out"]
            assert mine(town, name) == []
            with pytest.raises(NotAllowed):
                tasks.claim(town.app, town.actor(name), task.line.id)

    def test_are_not_those_who_hold_it_elsewhere(self, town) -> None:
        self.neighbour(town, "Dan", self.area(town, "South"))
        line = town.open_tasks()["work-out"]

        with pytest.raises(NotFound):
            tasks.view(town.app, town.actor("Dan"), line.id)
        with pytest.raises(NotFound):
            runs.view(town.app, town.actor("Dan"), line.run_id)

    def test_look_no_longer_once_it_is_done_and_nobody_has_waited_for_them(self, town) -> None:
        line = town.open_tasks()["work-out"]
        costs = {"lines": [{"values": {"text": "Wood", "amount": "1"}}], "reason": "Rest"}

        tasks.complete(town.app, town.actor("Cleo"), line.id, outcome=None, answers=costs)

        assert runs.view(town.app, town.actor("Cleo"), line.run_id).line.end == "worked-out"
        with pytest.raises(NotFound):
            runs.view(town.app, town.actor("Nils"), line.run_id)

    def test_may_be_nobody(self, database) -> None:
        hall = open_hall(database, {"Cleo": "clerk"})
        hall.propose()

        assert hall.task("work-out", "Cleo").beside == ()
