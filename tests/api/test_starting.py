"""Runs that nobody has a button for, begun by whoever administers: POST /api/v1/runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from server.storage.database import Database
from server.usecases import access
from tests.api.desk import Caller, Desk, flask_of, problem
from tests.builders import AT, stored
from tests.premises import Premises
from tests.promises.shop import YARD, Shop, open_shop


@pytest.fixture(scope="module")
def _served(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('yard') / 'yard.db'}")
    yard = open_shop(database, YARD)
    desk = Desk(yard.app, flask_of(yard.app))
    return yard, desk, Premises(yard.app, desk.flask)


@pytest.fixture
def yard(_served) -> Shop:
    yard, _, premises = _served
    premises.tidy()
    return yard


@pytest.fixture
def callers(yard: Shop, _served) -> Mapping[str, Caller]:
    _, desk, _ = _served
    found = {}
    for name in ("Cleo", "Moritz"):
        access.create_account(yard.app, name.lower(), yard.records[name].id, "a long secret")
        token = access.create_token(yard.app, yard.actor(name), "tests", None)
        found[name] = Caller(desk, yard.records[name].id, token)
    return found


@pytest.fixture
def boat(yard: Shop) -> int:
    launch = AT + timedelta(days=9)
    return stored(yard.app.database, yard.app.models, "boat", name="Anna", launch_at=launch).id


def test_a_record_is_handed_over_once(callers, boat):
    body = {"procedure": "rigging", "start": "after-building", "record": boat}

    first = callers["Moritz"].post("/runs", body)
    again = callers["Moritz"].post("/runs", body)

    assert first.status_code == 201
    assert first.headers["Location"] == f"/api/v1/runs/{first.json['id']}"
    assert first.json["about"]["id"] == boat
    assert [task["step"] for task in first.json["tasks"]] == ["rig"]
    assert again.json["id"] == first.json["id"]


def test_a_moment_of_a_record_need_not_be_waited_for(callers, boat):
    body = {"procedure": "launching", "start": "high-water", "record": boat}

    begun = callers["Moritz"].post("/runs", body)

    assert [task["step"] for task in begun.json["tasks"]] == ["watch"]


def test_a_period_begins_a_run_for_each_record_of_its_list(callers):
    begun = callers["Moritz"].post(
        "/runs/for-period", {"procedure": "reviewing", "start": "monthly"}
    )

    assert begun.status_code == 201
    [run] = begun.json["items"]
    assert (run["procedure"], run["state"]) == ("reviewing", "open")


def test_what_is_no_such_start_or_record_is_told(callers, boat):
    moritz = callers["Moritz"]
    body = {"procedure": "rigging", "start": "after-building", "record": boat}

    problem(moritz.post("/runs", body | {"record": 99}), 404)
    problem(moritz.post("/runs", body | {"start": "tide"}), 404)
    told = problem(moritz.post("/runs", body | {"start": "by-itself"}), 409)
    assert told["hint"] == "Starts after another procedure and at the moment of a record do."
    problem(moritz.post("/runs/for-period", {"procedure": "rigging", "start": "by-itself"}), 409)
    assert problem(moritz.post("/runs", body | {"procedure": "sailing"}), 422)["problems"].keys()


def test_only_who_administers_begins_them(callers, boat):
    cleo = callers["Cleo"]
    begin_one = {"procedure": "rigging", "start": "after-building", "record": boat}

    problem(cleo.post("/runs", begin_one), 403)
    problem(cleo.post("/runs/for-period", {"procedure": "reviewing", "start": "monthly"}), 403)
