"""A command under a key of the caller's happens once, however often and however fast it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from server.storage import tables
from tests.api.desk import a_desk_over, problem

PATH = "/procedures/registration/runs"


def begin(caller, key, summary="Printer"):
    body = {"start": "by-phone", "answers": {"summary": summary, "impact": "minor"}}
    return caller.post(PATH, body, Idempotency_Key=key)


def run_count(desk):
    with desk.app.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(tables.run))


def test_the_same_again_gives_the_same_answer_and_does_nothing_more(desk, ann):
    first, second = begin(ann, "k1"), begin(ann, "k1")
    assert first.status_code == second.status_code == 201
    assert first.json == second.json
    for header in ("Location", "ETag"):
        assert first.headers[header] == second.headers[header]
    assert run_count(desk) == 1


def test_another_command_under_the_same_key_is_refused(desk, ann):
    begin(ann, "k1")
    told = problem(begin(ann, "k1", summary="Mouse"), 409)
    assert "used for another command" in told["detail"]
    assert run_count(desk) == 1


def test_what_was_refused_may_be_sent_again_under_its_key(desk, ann):
    problem(begin(ann, "k1", summary="x" * 200), 422)
    assert begin(ann, "k1").status_code == 201


def test_everybody_has_keys_of_their_own(desk, ann):
    begin(ann, "k1")
    begin(desk.person("Bob", "service-desk-analyst"), "k1")
    assert run_count(desk) == 2


def test_a_repeated_command_does_not_mind_what_has_changed_since(ann):
    [task] = begin(ann, "k1").json["tasks"]
    body = {"outcome": "go_on", "answers": {"knows": True}}
    path = f"/tasks/{task['id']}/complete"
    answers = [ann.post(path, body, Idempotency_Key="k2", If_Match='"1"').json for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["opened"]


def test_many_at_once_are_one(database):
    desk = a_desk_over(database)
    ann = desk.person("Ann", "service-desk-analyst")
    with ThreadPoolExecutor(8) as senders:
        answers = list(senders.map(lambda _: begin(ann, "k1"), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert run_count(desk) == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 151, "schlüssel"])
def test_a_key_that_is_none_is_malformed(ann, key):
    problem(begin(ann, key), 400)
