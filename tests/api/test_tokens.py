"""/api/v1/tokens"""

from __future__ import annotations

import pytest

from tests.api.desk import PASSWORD, problem


@pytest.fixture
def nobody(desk, ann):
    return desk.anybody()


def log_in(caller, login="ann", password=PASSWORD, **more):
    return caller.post("/tokens", {"login": login, "password": password, **more})


def test_a_login_and_its_password_give_a_token(desk, nobody):
    given = log_in(nobody, label="A script")
    assert given.status_code == 201
    assert given.json["expires_at"] is None
    nobody.token = given.json["token"]
    assert nobody.get("/tasks").status_code == 200


def test_a_wrong_password_and_an_unknown_login_are_told_alike(nobody):
    wrong = problem(log_in(nobody, password="wrong password"), 401)
    unknown = problem(log_in(nobody, login="nobody"), 401)
    assert wrong == unknown


def test_a_token_may_run_out(desk, nobody):
    given = log_in(nobody, expires_at="2026-03-02T10:00:00+00:00").json
    assert given["expires_at"] == "2026-03-02T10:00:00Z"
    nobody.token = given["token"]
    assert nobody.get("/tasks").status_code == 200
    desk.app.now.pass_time(hours=2)
    problem(nobody.get("/tasks"), 401)


def test_a_token_that_has_run_out_already_is_none(nobody):
    told = problem(log_in(nobody, expires_at="2020-01-01T00:00:00Z"), 422)
    assert told["problems"].keys() == {"expires_at"}


def test_a_token_is_given_back(ann):
    assert ann.delete("/tokens/current").status_code == 204
    problem(ann.delete("/tokens/current"), 401)


def test_a_token_is_not_kept_by_anything_between(nobody):
    assert log_in(nobody).headers["Cache-Control"] == "no-store"
