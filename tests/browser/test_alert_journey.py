"""From an alert to a closed request, by people at browsers; the server is killed on the way."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Person, choose
from tests.journeys.conftest import people_enter
from tests.journeys.servers import ServerProcess
from tests.journeys.stories import delivery, events_of
from tests.journeys.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def town(tmp_path):
    """The real server with Fernwick's people in its database, and monitoring to report to it."""
    address = f"sqlite:///{tmp_path / 'procedura.db'}"
    server = ServerProcess(address, tmp_path)
    server.carry_out("db", "apply")
    tokens = people_enter(address)
    server.start()
    yield Town(server, tokens)
    server.kill()


@pytest.fixture
def at_desk(town, browser):
    """`at_desk("ivo")`: Ivo at his own browser, logged in to the real server."""
    people: dict[str, Person] = {}

    def sit_down(login: str) -> Page:
        if login not in people:
            context = browser.new_context(viewport={"width": 1360, "height": 900})
            people[login] = Person(SimpleNamespace(at=town.server.address), context, login)
        return people[login].go("/")

    yield sit_down
    # while the server is down, keeping a draft may fail
    errors = [
        error
        for person in people.values()
        for error in person.errors
        if "ERR_CONNECTION" not in error
    ]
    for person in people.values():
        person.context.close()
    assert errors == []


def take(page: Page, task: str) -> None:
    """Open a task from My work."""
    page.get_by_role("link", name=task, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(task)


def say(page: Page, question: str, answer: str) -> None:
    group = page.get_by_role("group", name=re.compile(re.escape(question)))
    group.get_by_text(answer, exact=True).click()


def finish(page: Page, button: str = "Done") -> None:
    page.get_by_role("button", name=re.compile(rf"^{button}\b")).click()
    expect(page.get_by_role("status").first).to_contain_text("is done")


def test_an_alert_is_followed_until_its_request_is_closed(town, at_desk):
    # given an alert that monitoring has reported
    town.command("ivo", "/events/alertmanager", delivery("firing"))
    town.soon(lambda: events_of(town), "an event")
    # when people do what their tasks ask, and monitoring says that all is well
    operator_registers_the_outage(at_desk)
    coordinator_gives_it_to_a_specialist(at_desk, town)
    specialist_resolves_it(at_desk)
    town.command("ivo", "/events/alertmanager", delivery("resolved"))
    page = at_desk("ivo")
    take(page, "Try the solution")
    finish(page, "It works")
    # then the request is closed, its event too, and nobody has anything left to do
    (request,) = town.every("alex", "/records/incident_request")
    assert request["values"]["status"] == "closed"
    (event,) = town.soon(
        lambda: [one for one in events_of(town) if one["values"]["resolved_at"]], "the end"
    )
    assert event["values"]["status"] == "closed"
    assert town.every("alex", "/runs?state=open") == []


def operator_registers_the_outage(at_desk):
    page = at_desk("ivo")
    take(page, "Review the event")
    expect(page.get_by_text("1,400 letters wait on mail-1").first).to_be_visible()
    for question in ("planned change", "another CI failed", "an incident request for this"):
        say(page, question, "No")
    say(page, "What is it the first notice of?", "Outage")
    finish(page)
    page = at_desk("ivo")
    take(page, "Register the outage")
    page.get_by_role("textbox", name="Description").fill(
        "1,400 letters wait on mail-1 since half past eleven."
    )
    choose(page, "Requester", "Ivo Petrov")
    page.get_by_label("Impact").select_option("extensive")
    page.get_by_label("Urgency").select_option("critical")
    say(page, "Do you know how to put it right?", "No")
    say(page, "May you do what it takes?", "Yes")
    say(page, "Can you do it without leaving", "Yes")
    finish(page)


def coordinator_gives_it_to_a_specialist(at_desk, town):
    """The rules have found the group. The server is killed before the answers are sent."""
    page = at_desk("petra")
    take(page, "Review the request")
    expect(page.get_by_text("Critical").first).to_be_visible()
    say(page, "Are all facts there", "Yes")
    say(page, "Is your group the right one", "Yes")
    finish(page)
    page = at_desk("petra")
    take(page, "Judge what resolving it will do")
    for question in ("down or degraded", "work differently", "have to be updated"):
        say(page, question, "No")
    town.server.kill()
    town.server.start()
    finish(page)
    page = at_desk("petra")
    take(page, "Assign it to a specialist")
    choose(page, "Specialist", "Quentin Dubois")
    finish(page)


def specialist_resolves_it(at_desk):
    page = at_desk("quentin")
    take(page, "Review the request")
    for question in ("interrupt or slow down", "behave differently", "need an update"):
        say(page, question, "No")
    finish(page)
    page = at_desk("quentin")
    take(page, "Resolve the request")
    finish(page, "It is solved")
    page = at_desk("quentin")
    take(page, "Record the solution")
    page.get_by_role("textbox", name="Solution").fill("The delivery service was started again.")
    for question in ("Workaround", "Likely to recur", "help themselves", "desk resolve", "save"):
        say(page, question, "No")
    finish(page)
