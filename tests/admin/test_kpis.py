"""KPIs on pages: at a glance, in the guide, with their trend and split, and the records behind."""

from datetime import timedelta

import pytest

from tests.admin.conftest import Office, screens_of
from tests.builders import AT, Clock, an_app, stored
from tests.usecases.measured import a_request, measured_definitions


@pytest.fixture
def office(sqlite):
    app = an_app(sqlite, measured_definitions(), clock=Clock())
    office = Office(app, screens_of(app), app.now)
    office.person("bob", "specialist")
    office.person("pat", "partner")
    mail = stored(app.database, app.models, "service", name="Mail & more")
    a_request(app, "extensive", AT, service=mail)
    a_request(app, "minor", AT)
    a_request(app, "minor", AT - timedelta(days=20))
    return office


def page(office, address, name="bob"):
    answer = office.browser(name).get(address)
    return answer.status_code, answer.get_data(as_text=True)


def test_all_are_shown_at_a_glance_each_with_a_word_for_how_it_stands(office):
    status, text = page(office, "/kpis/")

    assert status == 200
    assert "Grave requests" in text
    assert "50 %" in text
    assert "Target missed" in text
    assert "Lower is better" in text


def test_the_guide_shows_them_with_their_process(office):
    status, text = page(office, "/guide/processes/handling/")

    assert status == 200
    assert "How well it works" in text
    assert "2 requests" in text


def test_one_has_its_trend_as_drawing_and_table(office):
    status, text = page(office, "/kpis/grave/?span=month")

    assert status == 200
    assert '<svg class="trend"' in text
    assert "February 2026 0 %; March 2026 50 %. Target 20 %." in text
    assert "<strong>who</strong>" in text
    assert "Extensive" in text
    assert "style=" not in text.split("<main")[-1]


def test_it_can_be_split_by_something_else(office):
    _, text = page(office, "/kpis/grave/?by=service")

    assert "Mail &amp; more" in text
    assert "Not said" in text


def test_the_records_behind_a_figure_lead_to_their_pages(office):
    address = "/kpis/grave/records/?span=month&day=2026-03-01&by=impact&part=extensive"

    status, text = page(office, address)

    assert status == 200
    assert (
        "/records/incident_request/details/?id=1" in text or "/records/incident_request/" in text
    )
    assert text.count('data-label="Number"') == 1


def test_who_may_not_know_is_told_why_and_shown_no_records(office):
    assert "your roles let you read only some" in page(office, "/kpis/grave/", "pat")[1]
    assert page(office, "/kpis/grave/records/?day=2026-03-01", "pat")[0] == 403


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/kpis/grav/", 404),
        ("/kpis/grave/records/?day=never", 400),
        ("/kpis/grave/records/?day=0001-01-01", 400),
        ("/kpis/grave/records/?day=9999-12-31", 400),
        ("/kpis/grave/?by=summary", 400),
    ],
)
def test_what_is_not_there_is_said(office, address, status):
    assert page(office, address)[0] == status


def test_a_period_that_is_not_known_is_a_month(office):
    assert "March 2026" in page(office, "/kpis/grave/?span=aeon")[1]
