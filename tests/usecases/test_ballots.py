"""Three-way ballots for each item of a list, and what time puts an end to."""

from __future__ import annotations

import pytest

from server.domain.refusals import WrongState
from server.domain.run import RunState
from server.usecases import records, runs, tasks, waiting
from tests.builders import stored
from tests.usecases.council_hall import Hall, open_hall
from tests.usecases.test_signing import STAFF, bring, mine

MEMBERS = ("Ann", "Bob", "Cat")


@pytest.fixture
def hall(database) -> Hall:
    """A council with two proposals on its desk."""
    hall = open_hall(database, STAFF)
    for name in ("A bench", "A road"):
        hall.records[name] = stored(
            database, hall.app.models, "proposal", name=name, status="draft"
        )
    return hall


def opened(hall: Hall):
    """The meeting, opened by somebody who holds the role for that."""
    stored(hall.app.database, hall.app.models, "holder", person=hall.records["Dan"], role="member")
    return runs.start(hall.app, hall.actor("Dan"), "agenda", None, {"name": "All of the town"})


def says(hall: Hall, name: str, proposal: str, mark: str):
    """A member marks the ballot of a proposal."""
    [task] = [
        line.id
        for line in tasks.my_work(hall.app, hall.actor(name)).items
        if line.about.record == hall.records[proposal]
    ]
    because = {"because": "No price"} if mark == "reject" else {}
    return tasks.complete(hall.app, hall.actor(name), task, outcome=mark, answers=because)


def test_every_member_has_a_ballot_for_every_item(hall) -> None:
    opened(hall)

    assert [mine(hall, name) for name in MEMBERS] == [["ballot", "ballot"]] * 3
    assert mine(hall, "Dan") == []  # who opened the meeting asked for it, and votes on nothing


def test_each_item_is_taken_up_rejected_or_carried_over(hall) -> None:
    # given a meeting about two proposals
    run = opened(hall)

    # when one finds two thirds, and the other neither for it nor against it
    says(hall, "Ann", "A bench", "approve")
    says(hall, "Ann", "A road", "approve")
    says(hall, "Bob", "A road", "reject")
    says(hall, "Bob", "A bench", "approve")
    assert hall.value(hall.records["A bench"], "status") == "accepted"
    assert mine(hall, "Cat") == ["ballot"]
    done = says(hall, "Cat", "A road", "abstain")

    # then the first is taken up, the second is left for the next meeting, and this one is over
    assert hall.value(hall.records["A road"], "status") == "draft"
    assert (done.run_state, done.run_end) == (RunState.ENDED, "closed")
    assert run.line.id == done.run_id


def test_whoever_turns_out_to_have_asked_for_an_item_votes_on_the_others_only(hall) -> None:
    opened(hall)

    ann = {"asked_by": hall.records["Ann"].id}
    records.update(hall.app, hall.actor("Cleo"), hall.records["A bench"], ann)

    [left] = tasks.my_work(hall.app, hall.actor("Ann")).items
    assert left.about.record == hall.records["A road"]
    says(hall, "Bob", "A bench", "approve")
    says(hall, "Cat", "A bench", "approve")
    assert hall.value(hall.records["A bench"], "status") == "accepted"


def test_what_nobody_has_signed_in_time_is_late(hall) -> None:
    # given a meeting, and a vote about something else
    meeting, other = opened(hall), bring(hall)
    says(hall, "Ann", "A bench", "reject")

    # when the time for it is over
    hall.clock.pass_time(days=2)
    assert waiting.wake(hall.app) == 0
    hall.clock.pass_time(days=1)
    waiting.wake(hall.app)

    # then both are over by themselves, and nobody is asked any more
    ends = {
        line.id: line.end for line in runs.page(hall.app, hall.actor("Cleo"), state="ended").items
    }
    assert ends == {meeting.line.id: "closed", other.line.id: "laid-aside"}
    assert [mine(hall, name) for name in MEMBERS] == [[]] * 3
    assert hall.value(hall.records["A bench"], "status") == "draft"


def test_an_item_with_open_ballots_is_not_deleted(hall) -> None:
    opened(hall)

    with pytest.raises(WrongState, match="tell of this proposal"):
        records.delete(hall.app, hall.actor("Cleo"), hall.records["A bench"])

    assert mine(hall, "Ann") == ["ballot", "ballot"]
