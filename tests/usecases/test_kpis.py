"""What people are told of KPIs: in their zone, over periods, split, and only where they may know."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from server.domain.kpi import Standing
from server.domain.periods import Span
from server.domain.refusals import Malformed, NotAllowed, NotFound
from server.usecases import kpis
from server.usecases.rights import rights_now
from tests.builders import AT, Clock, an_app, somebody, stored
from tests.usecases.measured import a_request, measured_definitions

ZONE = ZoneInfo("UTC")
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture
def app(database):
    return an_app(database, measured_definitions(), clock=Clock())


@pytest.fixture
def small(sqlite):
    return an_app(sqlite, measured_definitions(), clock=Clock())


def test_a_figure_is_told_with_how_it_stands_to_its_target(app):
    # given one grave request of three this month, and others of the month before
    ann = somebody(app, "specialist")
    for impact in ("extensive", "minor", "moderate"):
        a_request(app, impact, AT)
    a_request(app, "extensive", AT - timedelta(days=2))

    # when all KPIs are asked for
    grave, many = kpis.all_of(app, ann, Span.MONTH, ZONE)

    # then each has its figure of this month
    assert (grave.now.value, grave.now.text) == (Fraction(100, 3), "33.3 %")
    assert grave.now.standing is Standing.NEAR
    assert (many.now.value, many.now.text) == (3, "3 requests")
    assert many.now.title == "March 2026"


def test_a_trend_goes_back_over_periods_and_leaves_none_out(app):
    ann = somebody(app, "specialist")
    a_request(app, "extensive", AT)
    a_request(app, "minor", AT - timedelta(days=50))

    told = kpis.one(app, ann, "grave", Span.MONTH, ZONE, count=3)

    assert [item.value for item in told.figures] == [0, None, 100]
    assert [item.title for item in told.figures] == [
        "January 2026",
        "February 2026",
        "March 2026",
    ]
    assert told.figures[1].standing is Standing.UNKNOWN


def test_a_split_has_a_part_for_each_value_and_none_for_want_of_one(app):
    ann = somebody(app, "specialist")
    mail = stored(app.database, app.models, "service", name="Mail")
    a_request(app, "extensive", AT, service=mail)
    a_request(app, "minor", AT, service=mail)
    a_request(app, "minor", AT)

    told = kpis.one(app, ann, "grave", Span.MONTH, ZONE, by="service")

    assert [(item.part, item.value, item.records) for item in told.parts] == [
        (mail, 50, 2),
        (None, 0, 1),
    ]


def test_a_day_is_that_of_the_reader(app):
    # given a request that came in on Sunday evening in UTC
    ann = somebody(app, "specialist")
    a_request(app, "extensive", datetime(2026, 3, 1, 20, tzinfo=UTC))

    # when today, a Monday, is asked for in both places, then in Tokyo it came today
    [here, _], [there, _] = (kpis.all_of(app, ann, Span.DAY, zone) for zone in (ZONE, TOKYO))
    assert (here.now.records, there.now.records) == (0, 1)


@pytest.mark.parametrize("role", ["requester", "partner"])
def test_who_may_not_read_all_that_it_is_made_of_is_told_why_there_is_no_figure(small, role):
    somebody_else = somebody(small, role)
    a_request(small, "extensive", AT)

    told, _ = kpis.all_of(small, somebody_else, Span.MONTH, ZONE)

    assert told.figures == ()
    assert told.kept_back.startswith("This figure is made of all incident requests")


def test_a_hidden_field_keeps_back_only_what_is_made_of_it(small):
    partner = somebody(small, "partner")
    a_request(small, "extensive", AT)

    _, many = kpis.all_of(small, partner, Span.MONTH, ZONE)

    assert many.now.value == 1


def test_the_records_behind_are_those_that_count(app):
    ann = somebody(app, "specialist")
    wanted = a_request(app, "extensive", AT)
    a_request(app, "minor", AT)
    a_request(app, "extensive", AT - timedelta(days=40))
    grave = kpis.found(app, "grave")

    part = ("impact", "extensive")
    condition = kpis.behind(rights_now(app, ann), grave, Span.MONTH, ZONE, AT.date(), part)

    table = app.models.tables["incident_request"]
    with app.database.read() as connection:
        assert connection.scalars(sa.select(table.c.id).where(condition)).all() == [wanted.id]


def test_who_is_told_no_figure_is_shown_no_records_behind_it(small):
    partner = somebody(small, "partner")

    with pytest.raises(NotAllowed):
        kpis.behind(
            rights_now(small, partner), kpis.found(small, "grave"), Span.DAY, ZONE, AT.date()
        )


def test_what_is_not_there_is_said_with_what_is_near(small):
    ann = somebody(small, "specialist")

    with pytest.raises(NotFound, match="There is no KPI 'grav'") as refused:
        kpis.one(small, ann, "grav", Span.DAY, ZONE)
    assert refused.value.hint == "Did you mean 'grave'?"
    with pytest.raises(Malformed, match="is not split by 'summary'"):
        kpis.one(small, ann, "grave", Span.DAY, ZONE, by="summary")
    with pytest.raises(Malformed, match="too far"):
        kpis.one(small, ann, "grave", Span.DAY, ZONE, day=date(9999, 1, 1))
