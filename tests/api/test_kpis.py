"""Figures of KPIs in JSON, as the description of the API has them."""

from datetime import timedelta

import pytest

from tests.api.desk import Desk, flask_of, problem
from tests.builders import AT, Clock, an_app
from tests.usecases.measured import a_request, measured_definitions


@pytest.fixture
def desk(sqlite):
    app = an_app(sqlite, measured_definitions(), clock=Clock())
    a_request(app, "extensive", AT)
    a_request(app, "minor", AT)
    a_request(app, "minor", AT - timedelta(days=20))
    return Desk(app, flask_of(app))


@pytest.fixture
def sam(desk):
    return desk.person("Sam", "specialist")


def test_all_kpis_are_listed_with_the_figure_of_this_month(sam):
    found = sam.get("/kpis").json["items"]

    assert [(item["kpi"], item["figures"][0]["text"]) for item in found] == [
        ("grave", "50 %"),
        ("many", "2 requests"),
    ]


def test_one_is_read_over_periods_and_split(sam):
    found = sam.get("/kpis/grave?span=month&count=2&by=impact&zone=Europe/Berlin").json

    assert [item["value"] for item in found["figures"]] == [0, 50]
    assert found["figures"][1] == {
        "begins": "2026-03-01",
        "title": "March 2026",
        "records": 2,
        "value": 50,
        "exact": "50",
        "text": "50 %",
        "standing": "missed",
    }
    assert {item["part"]: item["value"] for item in found["parts"]} == {
        "extensive": 100,
        "minor": 0,
    }
    assert (found["of"], found["target"], found["direction"]) == (
        "impact in [extensive, significant]",
        20,
        "lower",
    )
    assert found["processes"] == ["handling"]


def test_an_earlier_day_asks_for_an_earlier_period(sam):
    assert sam.get("/kpis/many?day=2026-02-10").json["figures"][0]["records"] == 1


def test_who_may_not_know_the_figure_is_told_why(desk):
    found = desk.person("Pat", "partner").get("/kpis/grave").json

    assert found["figures"] == []
    assert "your roles let you read only some" in found["kept_back"]


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/kpis?zone=Nowhere/Land", 400),
        ("/kpis/grave?day=0002-01-01&span=quarter&count=24", 400),
        ("/kpis/grave?day=9999-12-31", 400),
        ("/kpis/many?by=impact", 400),
        ("/kpis/grav", 404),
    ],
)
def test_what_cannot_be_answered_is_refused(sam, address, status):
    assert problem(sam.get(address), status)["detail"]


def test_processes_name_their_kpis(sam):
    assert sam.get("/processes/handling").json["kpis"] == ["grave", "many"]
