"""My work as a list: its columns, its filters, its saved views, and what is due."""

import csv
import io
import re
from datetime import timedelta
from html import unescape

import pytest

from admin import work
from admin.texts import due_in_words
from server.domain.saved_view import MY_WORK, Asked
from server.storage.tables import task
from server.usecases import saved_views
from tests.admin.conftest import BEGIN, send, token
from tests.builders import AT


def text(page):
    assert page.status_code == 200
    return unescape(page.get_data(as_text=True))


def heads(page):
    table = page.partition("<table")[2].partition("</thead>")[0]
    return re.findall(r"<th>([^<]*)</th>", table)


def is_due(office, begun, **amounts):
    with office.app.database.write() as connection:
        due_at = AT + timedelta(**amounts)
        connection.execute(task.update().where(task.c.id == begun).values(due_at=due_at))


def test_it_has_the_columns_that_are_chosen_and_always_the_task(office, begun):
    client = office.browser("bob")
    usual = ["Task", "About", "Priority", "For", "Since"]
    assert heads(text(client.get("/"))) == usual
    is_due(office, begun, days=1)
    assert heads(text(client.get("/"))) == [*usual, "Due"]
    page = text(client.get("/?which=mine&columns=for"))
    assert 'name="which" value="mine"' in page
    page = text(client.get("/?columns=procedure&columns=about,nothing"))
    assert heads(page) == ["Task", "Procedure", "About"]


def test_it_is_of_one_procedure(office, begun):
    client = office.browser("bob")
    assert "Printer burns" in text(client.get("/?procedure=incident-handling"))
    assert "Printer burns" in text(client.get("/?procedure=nothing&due=never"))


@pytest.mark.parametrize(
    ("amounts", "said"),
    [
        ({"hours": -3}, "Overdue by 3 hours"),
        ({"seconds": -1}, "Overdue by 0 minutes"),
        ({"days": -1, "hours": -3}, "Overdue by 1 day"),
        ({"minutes": 61}, "In 1 hour"),
        ({"hours": 24}, "In 1 day"),
        ({"hours": 25}, ""),
    ],
)
def test_what_is_due_is_said_in_words_and_colour(amounts, said):
    words, colour = due_in_words(AT + timedelta(**amounts), AT)
    assert words == said
    assert colour == ("red" if "Overdue" in said else "orange" if said else "")


def test_what_is_overdue_stands_in_due_next_and_on_its_page(office, begun):
    client = office.browser("bob")
    assert "Nothing is due" in text(client.get("/?which=due"))
    is_due(office, begun, hours=-3)
    for address in ("/?which=due", "/", "/?which=due&due=overdue", f"/tasks/{begun}/"):
        assert '<span class="pill pill-red">Overdue by 3 hours</span>' in text(client.get(address))
    is_due(office, begun, days=3)
    assert "Printer burns" not in text(client.get("/?which=due&due=day"))
    assert "Printer burns" in text(client.get("/?which=due&due=week"))


def test_a_view_of_it_is_kept_and_opened(office, begun):
    client = office.browser("bob")
    sent = {
        "csrf_token": token(client.get("/")),
        "name": "Due at once",
        "address": "?which=due&due=day&columns=task,due&procedure=",
        "default": "yes",
    }
    answer = client.post("/views/my-work/keep", data=sent)
    assert answer.location == "/?view=1"
    opened = client.get("/")
    assert opened.status_code == 302
    page = text(client.get(opened.location))
    assert "Due at once</button>" in page
    assert 'value="day" selected' in page
    assert heads(text(client.get("/?view=0"))) != ["Task", "Due"]
    is_due(office, begun, hours=1)
    assert heads(text(client.get(opened.location))) == ["Task", "Due"]


def test_a_view_with_what_there_is_no_more_says_so_and_opens(office, begun):
    stale = Asked(
        filters={"which": "lost", "procedure": "gone", "due": "never"}, columns=("age", "due")
    )
    saved_views.save(office.app, office.actor("bob"), MY_WORK, "Old", stale)
    page = text(office.browser("bob").get("/?view=1", follow_redirects=True))
    for told in ("queue 'lost'", "procedure 'gone'", "span of time 'never'", "column 'age'"):
        assert f"There is no {told} any more. The view is shown without it." in page
    assert heads(page) == ["Task", "Due"]


def test_several_at_once_are_answered_to_a_script_with_what_failed_and_why(office, begun):
    client = office.browser("bob")
    sent = {"csrf_token": token(client.get("/")), "verb": "claim", "task": [begun, 99]}
    answer = client.post("/tasks/together", data=sent, headers={"Accept": "application/json"})
    assert answer.json == {
        "done": 1,
        "told": "1 task claimed.",
        "failed": {"99": "There is no task 99."},
    }


def test_too_many_at_once_are_none(office, begun):
    client = office.browser("bob")
    sent = {"csrf_token": token(client.get("/")), "verb": "claim", "task": [begun] * 101}
    page = client.post("/tasks/together", data=sent, follow_redirects=True)
    assert "Choose at most 100 tasks at once." in text(page)


@pytest.mark.parametrize("at_once", [1, 200])
def test_it_is_had_as_a_file_with_the_columns_and_filters_of_the_page(
    office, begun, at_once, monkeypatch
):
    monkeypatch.setattr(work, "AT_ONCE", at_once)
    send(office.browser("ann"), BEGIN, f__summary="=Slow")
    client = office.browser("bob")
    page = client.get("/my-work/export/csv/?which=groups&columns=about,since")
    assert list(csv.reader(io.StringIO(text(page)))) == [
        ["Number", "Task", "About", "Since"],
        ["INC000000000001", "Diagnose", "Printer burns", "2026-03-02T09:00:00+00:00"],
        ["INC000000000002", "Diagnose", "'=Slow", "2026-03-02T09:00:00+00:00"],
    ]
    assert "/my-work/export/xlsx/?which=mine" in text(client.get("/?which=mine"))
    with client.get("/my-work/export/xlsx/?which=mine") as book:
        assert (book.status_code, book.get_data()[:2]) == (200, b"PK")
    assert client.get("/my-work/export/exe/").status_code == 404
