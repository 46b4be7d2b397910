"""Signing on the page of a task: the ballot's words, a reason, and what the others have said."""

from __future__ import annotations

import pytest

from server.storage.database import Database
from server.usecases import access, runs
from tests.admin.conftest import Office, screens_of, send
from tests.premises import Premises
from tests.usecases.council_hall import Hall, open_hall
from tests.usecases.test_signing import STAFF, bring, sign, task_of


@pytest.fixture(scope="module")
def _served(tmp_path_factory):
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('hall') / 'hall.db'}")
    hall = open_hall(database, STAFF)
    access.create_account(hall.app, "ann", hall.records["Ann"].id, "a long and secret one")
    office = Office(hall.app, screens_of(hall.app), hall.clock)
    return hall, office, Premises(hall.app, office.flask)


@pytest.fixture
def hall(_served) -> Hall:
    hall, _, premises = _served
    premises.tidy()
    return hall


@pytest.fixture
def client(_served):
    _, office, _ = _served
    return office.browser("ann")


def page_of(hall: Hall) -> str:
    return f"/tasks/{task_of(hall, 'Ann')}/"


def text(page) -> str:
    return page.get_data(as_text=True)


def test_the_page_has_the_words_of_the_ballot_and_the_signatures_so_far(hall, client):
    bring(hall)
    sign(hall, "Bob", "reject", because="No price", reason="Ask again")

    page = text(client.get(page_of(hall)))

    for words in ("What do you say?", "Do it", "Do not do it", "Leave it to the others"):
        assert words in page
    assert "No price" in page
    assert "Why?" in page


def test_a_rejection_without_a_reason_is_refused_at_the_field(hall, client):
    bring(hall)

    page = send(client, page_of(hall), outcome="reject", f__reason="Ask again")

    assert page.status_code == 422
    assert "This is needed for &#39;Do not do it&#39;." in text(page)


def test_a_signature_counts(hall, client):
    run = bring(hall)
    sign(hall, "Bob")

    answer = send(client, page_of(hall), outcome="approve")

    assert answer.status_code == 302
    assert runs.view(hall.app, hall.actor("Cleo"), run.line.id).line.end == "accepted"


def test_the_guide_says_who_signs_and_how_many_it_takes(client):
    page = text(client.get("/guide/procedures/council-vote/"))

    assert (
        "Signed by: Member. It passes when 2/3 of the seats approve, and fails when 2/3 reject."
    ) in page


def test_somebody_can_be_asked_and_the_task_laid_aside(hall, client):
    bring(hall)
    where = page_of(hall)
    dan = str(hall.records["Dan"].id)

    send(client, f"{where}ask", at=where, person=dan, question="What does it cost?")
    send(client, f"{where}hold", at=where, reason="Waiting for Dan")

    page = text(client.get(where))
    assert "What does it cost?" in page
    assert "No answer yet" in page
    assert "Laid aside: Waiting for Dan" in page
    assert "Waiting for Dan" in text(client.get("/"))
    send(client, f"{where}resume", at=where)
    assert "Laid aside: Waiting" not in text(client.get(where))


def test_a_question_to_nobody_is_refused_with_a_sentence(hall, client):
    bring(hall)
    where = page_of(hall)

    send(client, f"{where}ask", at=where, person="", question="What does it cost?")

    assert "Choose somebody else who works here." in text(client.get(where))
