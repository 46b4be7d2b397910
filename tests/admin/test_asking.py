"""Asking on the page of a task: those with whom it is done are found first, and may look at it."""

from __future__ import annotations

import pytest

from server.storage.database import Database
from server.usecases import access
from tests.admin.conftest import PASSWORD, Office, screens_of
from tests.builders import stored
from tests.usecases.council_hall import Hall, open_hall

STAFF = {"Ann": None, "Cleo": "clerk", "Nils": "neighbour", "Nora": "neighbour", "Zoe": None}


@pytest.fixture(scope="module")
def hall(tmp_path_factory) -> Hall:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('hall') / 'hall.db'}")
    hall = open_hall(database, STAFF)
    for name in ("Cleo", "Nils"):
        access.create_account(hall.app, name.lower(), hall.records[name].id, PASSWORD)
    hall.propose()
    return hall


@pytest.fixture(scope="module")
def office(hall) -> Office:
    return Office(hall.app, screens_of(hall.app), hall.clock)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["Nils", "Nora", "Ann", "Cleo", "Zoe"]),
        ("n", ["Nils", "Nora", "Ann"]),
        ("zoe", ["Zoe"]),
        ("nobody", []),
    ],
)
def test_those_with_whom_a_task_is_done_are_found_before_others(hall, office, text, found):
    task = hall.open_tasks()["work-out"].id

    answer = office.browser("cleo").get(f"/tasks/{task}/whom?text={text}")

    assert [title for _, title in answer.json] == found


def test_the_page_names_them_and_lets_them_look_and_nothing_else(hall, office):
    task = hall.open_tasks()["work-out"].id

    page = office.browser("cleo").get(f"/tasks/{task}/").get_data(as_text=True)
    assert "May look and be asked: Neighbour (Nils, Nora)" in page
    assert f'data-look-up="/tasks/{task}/whom?text="' in page

    looked_at = office.browser("nils").get(f"/tasks/{task}/")
    assert looked_at.status_code == 200
    assert "You can look, but not complete it." in looked_at.get_data(as_text=True)
    assert "Ask for more information" not in looked_at.get_data(as_text=True)


def test_whoever_has_no_business_with_a_task_learns_nothing_of_whom_to_ask(hall, office):
    stranger = stored(hall.app.database, hall.app.models, "person", name="Sam")
    access.create_account(hall.app, "sam", stranger.id, PASSWORD)

    answer = office.browser("sam").get(f"/tasks/{hall.open_tasks()['work-out'].id}/whom?text=")

    assert answer.status_code == 404
