"""G3 for votes: wherever a process ends, a signature is lost whole or counts once."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from server.usecases import records, runs, tasks
from server.usecases.app import CRASH_POINTS
from tests.promises.shop import again, answered, key
from tests.promises.sound import assert_sound
from tests.promises.town import CrashError
from tests.usecases.council_hall import Hall, open_hall

pytestmark = pytest.mark.slow

STAFF = {"Cleo": "clerk", "Ann": "member", "Bob": "member", "Cat": "member"}
MARKS = {"Ann": "approve", "Cat": "reject", "Bob": "approve"}
"""Two of three approve, the last of them last: the vote ends with that signature."""
ON_THE_WAY = tuple(point for point in CRASH_POINTS if point != "before-failure")


def sign(name: str, task: int, hall: Hall) -> Any:
    said = {"because": "No price", "reason": "Ask again"} if MARKS[name] == "reject" else {}
    return tasks.complete(
        hall.app, hall.actor(name), task, outcome=MARKS[name], answers=said, key=key(name)
    )


@pytest.mark.parametrize("point", ON_THE_WAY)
def test_a_signature_that_is_sent_again_after_a_crash_counts_once(database, point) -> None:
    # given a vote that waits for three
    hall = open_hall(database, STAFF)
    begun = runs.start(hall.app, hall.actor("Cleo"), "council-vote", None, {"name": "A bench"})
    seats = {name: tasks.my_work(hall.app, hall.actor(name)).items[0].id for name in MARKS}

    def crash(name: str) -> None:
        if name == point:
            raise CrashError

    # when the process ends while each of them signs, and each sends it again
    for name, task in seats.items():
        send = partial(sign, name, task)
        with pytest.raises(CrashError):
            send(again(hall, crash=crash))
        assert_sound(hall.app)
        answered(partial(send, again(hall)))
    # then every signature is there once, and the vote has ended as they say
    cleo = hall.actor("Cleo")
    kept = records.page(hall.app, cleo, "approval", limit=50).items
    assert sorted((view.shown["signer"], view.values["mark"]) for view in kept) == [
        ("Ann", "approve"), ("Bob", "approve"), ("Cat", "reject"),
    ]  # fmt: skip
    ended = runs.view(hall.app, cleo, begun.line.id)
    assert ended.line.end == "accepted"
    assert hall.value(begun.line.about.record, "status") == "accepted"
    assert_sound(hall.app)
