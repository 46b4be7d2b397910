"""/api/v1/tokens"""

from __future__ import annotations

from collections import defaultdict

import pytest

from server.api import routes_of
from server.domain.scope import Scope
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


def asked_of(route) -> str:
    """An address of the route; that nothing has that number is found out later than who asks."""
    return route.path.format_map(defaultdict(lambda: "1"))


@pytest.mark.parametrize("scope", [Scope.READ, Scope.WRITE])
def test_a_token_serves_on_every_route_as_far_as_its_scope_reaches(desk, nobody, scope):
    desk.person("Root", "administrator")
    nobody.token = log_in(nobody, login="root", scope=scope).json["token"]
    beyond = {
        route.name
        for route in routes_of(desk.app.definitions)
        if not route.public
        and route.name != "revoke_token"
        and f"This token has the scope '{scope}'"
        in (nobody.send(route.method, asked_of(route), {}).json or {}).get("detail", "")
    }
    expected = {
        route.name
        for route in routes_of(desk.app.definitions)
        if not route.public
        and (route.scope or (Scope.READ if route.method == "GET" else Scope.WRITE))
        not in (Scope.READ, scope)
    }
    assert beyond == expected
    assert "retry_failure" in beyond
    assert ("claim_task" in beyond) == (scope is Scope.READ)


def test_a_token_of_any_scope_can_be_given_back(nobody):
    nobody.token = log_in(nobody, scope="read").json["token"]
    assert nobody.delete("/tokens/current").status_code == 204


def test_a_token_that_is_asked_for_with_a_password_writes_and_does_not_administer(desk, nobody):
    desk.person("Root", "administrator")
    nobody.token = log_in(nobody, login="root").json["token"]
    told = problem(nobody.get("/failures"), 403)
    assert told["detail"] == "This token has the scope 'write'; this takes 'administer'."
