"""Errors of pages, and of what is served beside them."""

import pytest
from flask import Flask

import admin
from admin import work
from server import api
from tests.admin.conftest import token


@pytest.fixture
def both(office):
    """Screens and API in one application, as they are served."""
    flask = Flask("procedura", static_folder=None)
    flask.config.update(SECRET_KEY="x" * 32, TESTING=True)
    api.mount(flask, office.app)
    admin.mount(flask, office.app)
    office.flask = flask
    return office


class TestBesideTheApi:
    @pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/nothing"])
    def test_the_api_answers_its_own_errors(self, both, path):
        answer = both.browser().get(path)
        assert answer.status_code in {401, 404}
        assert "Main menu" not in answer.get_data(as_text=True)

    def test_the_api_needs_no_token_of_a_form(self, both):
        answer = both.browser().post("/api/v1/tokens", json={"login": "ann", "password": "x"})
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"

    def test_being_logged_in_to_the_screens_opens_nothing_in_the_api(self, both):
        assert both.browser("root").get("/api/v1/tasks").status_code == 401

    def test_no_page_needs_the_api_to_be_logged_in_for_health(self, both):
        assert both.browser().get("/health").status_code == 200


class TestAPage:
    def test_of_a_fault_says_that_nothing_was_changed(self, office, monkeypatch, caplog):
        def broken(*_args, **_kwargs):
            raise RuntimeError("inside")

        monkeypatch.setattr(work.tasks, "my_work", broken)
        office.flask.config["PROPAGATE_EXCEPTIONS"] = False
        answer = office.browser("ann").get("/")
        assert answer.status_code == 500
        text = answer.get_data(as_text=True)
        assert "The application has failed; nothing was changed." in text
        assert "inside" not in text
        assert "inside" in caplog.text

    def test_asked_for_the_wrong_way(self, office):
        answer = office.browser("ann").get("/log-out")
        assert answer.status_code == 405

    def test_sent_too_much(self, office):
        client = office.browser("ann")
        sent = {"csrf_token": token(client.get("/")), "f-summary": "x" * 2_000_000}
        answer = client.post("/records/incident_request/new/", data=sent)
        assert answer.status_code == 413
        assert "Send less at once." in answer.get_data(as_text=True)
