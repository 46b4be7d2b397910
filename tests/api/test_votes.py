"""Rows, signatures and questions through the API, as OpenAPI describes them."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from openapi_spec_validator import validate

from server.api import components_of, routes_of
from server.api.openapi import document
from server.storage.database import Database
from server.usecases import access
from tests.api.desk import Caller, Desk, flask_of, problem
from tests.premises import Premises
from tests.promises.shop import read
from tests.usecases.council_hall import COUNCIL, Hall, open_hall

STAFF = {"Cleo": "clerk", "Ann": "member", "Bob": "member", "Cat": "member", "Dan": None}
LINE = {"values": {"text": "Wood", "amount": "12.50"}}


@pytest.fixture(scope="module")
def _served(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('hall') / 'hall.db'}")
    hall = open_hall(database, STAFF)
    desk = Desk(hall.app, flask_of(hall.app))
    return hall, desk, Premises(hall.app, desk.flask)


@pytest.fixture
def hall(_served) -> Hall:
    hall, _, premises = _served
    premises.tidy()
    return hall


@pytest.fixture
def callers(hall: Hall, _served):
    _, desk, _ = _served
    found = {}
    for name, person in hall.records.items():
        access.create_account(hall.app, name.lower(), person.id, "a long and secret one")
        token = access.create_token(hall.app, hall.actor(name), "tests", None)
        found[name] = Caller(desk, person.id, token)
    return found


def task_of(caller: Caller) -> int:
    [line] = caller.get("/tasks").json["items"]
    return line["id"]


def voting(callers) -> int:
    """A vote that has begun; Ann's task."""
    body = {"answers": {"name": "A bench", "lines": [LINE]}}
    assert callers["Cleo"].post("/procedures/council-vote/runs", body).status_code == 201
    return task_of(callers["Ann"])


def test_the_description_of_rows_and_signatures_is_openapi():
    definitions = read(COUNCIL)

    described = document(definitions, routes_of(definitions), components_of(definitions))

    validate(described)


class TestRows:
    def test_are_shown_with_the_form_and_sent_with_the_answers(self, callers):
        # given a proposal with a line
        cleo = callers["Cleo"]
        cleo.post("/procedures/drafting/runs", {"answers": {"name": "A bench", "lines": [LINE]}})
        task = task_of(cleo)
        rows = cleo.get(f"/tasks/{task}").json["form"]["sections"][1]["rows"]
        [row] = rows["rows"]
        assert (rows["key"], rows["at_least"], rows["fixed"]) == ("lines", 1, False)

        # when it is changed and another added
        changed = {"id": row["id"], "revision": row["revision"], "values": {"amount": "13"}}
        answers = {"reason": "Rest", "lines": [changed, {"values": {"text": "Paint"}}]}
        done = cleo.post(f"/tasks/{task}/complete", {"answers": answers})

        # then both are kept
        assert done.json["run_end"] == "worked-out"
        lines = cleo.get("/records/line?sort=id").json["items"]
        assert [(item["values"]["text"], item["values"]["amount"]) for item in lines] == [
            ("Wood", "13"),
            ("Paint", "10"),
        ]

    def test_that_do_not_fit_are_refused_at_their_place(self, callers):
        cleo = callers["Cleo"]
        sent = [{"values": {"text": "Wood", "amount": "much"}}, {"colour": "red"}]

        told = problem(
            cleo.post("/procedures/drafting/runs", {"answers": {"name": "B", "lines": sent}}), 422
        )

        assert sorted(told["problems"]) == ["lines.0.values.amount", "lines.1.colour"]


class TestSigning:
    def test_is_completing_the_task_with_a_word_of_the_ballot(self, callers):
        task = voting(callers)
        read = callers["Ann"].get(f"/tasks/{task}").json
        assert [item["key"] for item in read["outcomes"]] == ["approve", "reject", "abstain"]

        said = {"outcome": "reject", "answers": {"because": "Too dear", "reason": "Ask"}}
        callers["Ann"].post(f"/tasks/{task}/complete", said)

        seats = callers["Bob"].get(f"/tasks/{task_of(callers['Bob'])}").json["signatures"]
        assert [(seat["said"], seat["because"]) for seat in seats] == [
            ("Do not do it", "Too dear"),
            ("", ""),
            ("", ""),
        ]
        [kept] = callers["Cleo"].get("/records/approval").json["items"]
        assert kept["values"]["mark"] == "reject"

    def test_tells_until_when_it_is_signed(self, callers):
        voting(callers)

        [run] = callers["Cleo"].get("/runs").json["items"]
        [wait] = callers["Cleo"].get(f"/runs/{run['id']}").json["waits"]

        since, late = (datetime.fromisoformat(wait[word]) for word in ("since", "late"))
        assert (wait["is_signed"], wait["due"], late - since) == (True, None, timedelta(days=3))

    def test_takes_a_reason_to_reject(self, callers):
        task = voting(callers)

        told = problem(callers["Ann"].post(f"/tasks/{task}/complete", {"outcome": "reject"}), 422)

        assert sorted(told["problems"]) == ["because", "reason"]


class TestAsking:
    def test_gives_somebody_a_task_and_brings_the_answer_back(self, callers):
        task = voting(callers)

        asked = callers["Ann"].post(
            f"/tasks/{task}/ask", {"person": callers["Dan"].id, "question": "How much?"}
        )
        assert asked.status_code == 200
        question = task_of(callers["Dan"])
        assert callers["Dan"].get(f"/tasks/{question}").json["is_question"] is True
        callers["Dan"].post(f"/tasks/{question}/complete", {"answers": {"answer": "12"}})

        [found] = callers["Ann"].get(f"/tasks/{task}").json["asked"]
        assert (found["question"], found["answer"]) == ("How much?", "12")

    def test_a_task_is_laid_aside_and_taken_up_again(self, callers):
        task = voting(callers)
        ann = callers["Ann"]

        held = ann.post(f"/tasks/{task}/hold", {"reason": "No plan yet"})
        assert held.json["on_hold"] == "No plan yet"
        assert ann.post(f"/tasks/{task}/resume").json["on_hold"] is None
