"""Whatever is refused is told as a problem: what was wrong, what to do, and which fields."""

from __future__ import annotations

import logging

import pytest
from sqlalchemy.exc import OperationalError

from server.api.refusals import STATUS
from server.domain import refusals
from tests.api.desk import flask_of, problem

ALL = {
    kind
    for kind in vars(refusals).values()
    if isinstance(kind, type) and issubclass(kind, refusals.Refusal)
}


def test_every_refusal_has_its_status():
    assert ALL - {refusals.Refusal} <= set(STATUS)


class TestWhoAsks:
    def test_must_be_said(self, desk):
        response = desk.anybody().get("/tasks")
        told = problem(response, 401)
        assert told["hint"].startswith("Send a token")
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="Procedura"'

    @pytest.mark.parametrize("sent", ["Bearer nonsense", "Bearer ", "Basic YTpi", "nonsense"])
    def test_must_be_known(self, desk, sent):
        response = desk.anybody().get("/tasks", Authorization=sent)
        problem(response, 401)
        assert "invalid_token" in response.headers["WWW-Authenticate"]

    def test_comes_before_what_is_asked(self, desk):
        problem(desk.anybody().post("/tasks/1/complete", {"nonsense": 1}), 401)


class TestTheAddress:
    def test_that_is_none(self, ann):
        assert "openapi.json" in problem(ann.get("/tusks"), 404)["hint"]
        problem(ann.get(""), 404)

    def test_outside_the_api_is_not_our_business(self, desk):
        response = desk.flask.test_client().get("/elsewhere")
        assert response.status_code == 404
        assert response.mimetype == "text/html"

    def test_with_another_method(self, ann):
        response = ann.send("DELETE", "/tasks")
        assert problem(response, 405)["hint"]
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        assert ann.send("TRACE", "/tasks").status_code == 405

    def test_of_an_entity_that_is_none(self, ann):
        told = problem(ann.get("/records/incident_reqest"), 404)
        assert told["hint"] == "Did you mean 'incident_request'?"

    def test_of_a_procedure_that_is_not_begun_by_hand(self, ann):
        assert (
            "not begun by hand"
            in problem(ann.post("/procedures/handling/runs", {}), 409)["detail"]
        )
        problem(ann.post("/procedures/nothing/runs", {}), 404)


class TestTheQuery:
    @pytest.mark.parametrize(
        ("query", "name"),
        [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=ten", "limit"),
            ("limit=", "limit"),
            ("limit=1&limit=2", "limit"),
            ("after=-1", "after"),
            ("after=9223372036854775808", "after"),
            ("after=٣", "after"),
            ("colour=red", "colour"),
            ("procedure=nonsense", "procedure"),
        ],
    )
    def test_that_does_not_fit_is_told_by_its_parameter(self, ann, query, name):
        assert problem(ann.get(f"/tasks?{query}"), 422)["problems"].keys() == {name}


class TestTheBody:
    def send(self, caller, data, **more):
        client = caller.desk.flask.test_client()
        headers = {"Authorization": f"Bearer {caller.token}"}
        return client.post("/api/v1/tasks/1/assign", data=data, headers=headers, **more)

    def test_that_is_no_json(self, ann):
        sent = self.send(ann, b"{", content_type="application/json")
        assert problem(sent, 400)["type"] == "urn:procedura:refusal:malformed"

    def test_that_is_sent_as_something_else(self, ann):
        for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
            sent = self.send(ann, b'{"person": 1}', content_type=content_type)
            assert "application/json" in problem(sent, 415)["hint"]

    def test_that_is_sent_in_a_character_set(self, ann):
        sent = self.send(ann, b'{"person": 1}', content_type="application/json; charset=utf-8")
        problem(sent, 404)

    def test_that_is_missing(self, ann):
        assert problem(self.send(ann, b""), 422)["problems"] == {"person": "This is needed."}

    def test_that_is_too_large(self, ann):
        sent = self.send(ann, b" " * ((1 << 20) + 1), content_type="application/json")
        assert "1,048,576 bytes" in problem(sent, 413)["detail"]

    def test_that_is_too_large_for_this_installation(self, ann, desk):
        desk.flask = flask_of(desk.app, body_limit=100)
        sent = self.send(ann, b" " * 101, content_type="application/json")
        assert "100 bytes" in problem(sent, 413)["detail"]


class TestOurOwnFaults:
    @pytest.fixture
    def broken(self, ann, monkeypatch):
        """A way to make what the API calls raise something."""

        def breaks(error):
            def fail(*_, **__):
                raise error

            monkeypatch.setattr("server.api.tasks.tasks.counts", fail)
            return ann.get("/tasks/counts")

        return breaks

    def test_tell_nothing_of_what_is_inside_and_are_logged_once(self, broken, caplog):
        with caplog.at_level(logging.ERROR):
            told = problem(broken(ValueError("the password is 123")), 500)
        assert "123" not in str(told)
        [record] = caplog.records
        assert record.exc_info[1].args == ("the password is 123",)

    def test_of_the_database_are_to_be_tried_again(self, broken):
        response = broken(OperationalError("SELECT 1", {}, Exception("locked")))
        assert "SELECT" not in str(problem(response, 503))
        assert response.headers["Retry-After"]
