"""Several tasks at once in My work, what is to be signed, and what is watched."""

import re

import pytest

from server.usecases import tasks
from tests.admin.conftest import BEGIN, send, token


@pytest.fixture
def begun_twice(office, begun):
    send(office.browser("ann"), BEGIN, f__summary="Screen is dark")
    lines = tasks.my_work(office.app, office.actor("bob")).items
    return [line.id for line in lines]


def together(client, verb, chosen, **more):
    sent = {"csrf_token": token(client.get("/")), "verb": verb, "task": chosen, "back": "/"}
    return client.post("/tasks/together", data=sent | more, follow_redirects=True)


def mine(office, name):
    return [line.id for line in tasks.my_work(office.app, office.actor(name), which="mine").items]


def test_tasks_are_claimed_and_released_together(office, begun_twice):
    client = office.browser("bob")
    page = together(client, "claim", begun_twice).get_data(as_text=True)
    assert "2 tasks claimed." in page
    assert mine(office, "bob") == begun_twice
    page = together(client, "release", begun_twice[:1]).get_data(as_text=True)
    assert "1 task released." in page
    assert mine(office, "bob") == begun_twice[1:]


def test_tasks_are_given_away_together(office, begun_twice):
    ben = office.person("ben", "specialist")
    page = together(office.browser("bob"), "assign", begun_twice, person=ben.id)
    assert "2 tasks given away." in page.get_data(as_text=True)
    assert mine(office, "ben") == begun_twice


def test_what_cannot_be_done_of_it_is_told_and_the_rest_is_done(office, begun_twice):
    office.person("ben", "specialist")
    tasks.claim(office.app, office.actor("ben"), begun_twice[0])
    page = together(office.browser("bob"), "claim", [*begun_twice, 99]).get_data(as_text=True)
    assert f"Task {begun_twice[0]}: Ben is working on this task." in page
    assert "Task 99: There is no task 99." in page
    assert "1 task claimed." in page


def test_what_somebody_has_taken_since_the_list_was_shown_is_not_taken_from_them(
    office, begun_twice
):
    # given a list that Bob has open, and a task of it that Ben has taken meanwhile
    office.person("ben", "specialist")
    bob = office.browser("bob")
    shown = re.findall(r'name="task" value="(\d+:\d+)"', bob.get("/").get_data(as_text=True))
    assert len(shown) == 2
    tasks.claim(office.app, office.actor("ben"), begun_twice[0])
    # when Bob gives both to himself
    page = together(bob, "assign", shown, person=office.people["bob"].id)
    # then it is told who has the one, and that one stays theirs
    told = f"Task {begun_twice[0]}: The task has changed since you looked; Ben is working on it."
    assert told in page.get_data(as_text=True)
    assert mine(office, "ben") == begun_twice[:1]
    assert mine(office, "bob") == begun_twice[1:]


@pytest.mark.parametrize(
    ("verb", "chosen"), [("claim", []), ("delete", [1]), ("claim", ["x", "1:y"])]
)
def test_nothing_chosen_is_said(office, begun, verb, chosen):
    page = together(office.browser("bob"), verb, chosen).get_data(as_text=True)
    assert "Choose tasks, and what is to be done with them." in page


def test_a_record_is_watched_from_its_page(office, begun):
    client = office.browser("ann")
    page = client.get("/records/incident_request/details/?id=1")
    sent = {"csrf_token": token(page)}
    page = client.post("/watch/incident_request/1", data=sent, follow_redirects=True)
    assert "Stop watching" in page.get_data(as_text=True)
    assert "Printer burns" in client.get("/?which=watched").get_data(as_text=True)
    client.post("/watch/incident_request/1/end", data=sent)
    assert "Nothing is open" in client.get("/?which=watched").get_data(as_text=True)
