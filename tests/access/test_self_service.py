"""Who only asks for something finds pages for that, and reaches nothing else."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

import admin
from admin.self_service import REACHED, ROOMS
from server import api
from server.domain.actor import APPLICATION, Actor
from server.domain.scope import Scope
from server.domain.values import RecordRef, Value
from server.rules import Rules
from server.storage.database import Database
from server.usecases import App, access, records, self_service, starting, tasks
from tests.access.town import as_it_was
from tests.builders import Clock, founded, make_tables, models_of, stored
from tests.shipped import definitions

PASSWORD = "a long and secret one"
PEOPLE = {
    "Lily": ("requester",),
    "Amy": ("requester",),
    "Carla": ("requester", "change-coordinator"),
    "Anna": ("service-desk-analyst",),
    "Dora": ("service-desk-manager",),
    "Omar": ("service-owner",),
    "Nobody": (),
}
PRINTER = "The printer eats paper"


@dataclass
class Desk:
    app: App
    flask: Flask
    people: dict[str, RecordRef]

    def actor(self, name: str) -> Actor:
        return Actor(name, self.people[name], name.lower())

    def visit(self, name: str) -> FlaskClient:
        client = self.flask.test_client()
        sent = {"csrf_token": token(client, "/log-in"), "login": name, "password": PASSWORD}
        assert client.post("/log-in", data=sent).status_code == 302
        return client

    def token(self, name: str) -> str:
        return access.create_token(self.app, self.actor(name), "A program", None, Scope.READ)

    def enter(self, entity: str, **values: Value) -> RecordRef:
        return stored(self.app.database, self.app.models, entity, **values)

    def request_of(self, name: str, **values: Value) -> RecordRef:
        given = {"summary": f"{name} needs paper", "requester": self.people[name]} | values
        return self.enter("incident_request", **given)


def settle(database: Database) -> Desk:
    """The people at the screens of what is shipped."""
    model = definitions()
    models = models_of(model.entities)
    app = App(model, database, models, Rules(model.decisions), Clock())

    def enter() -> dict[str, RecordRef]:
        make_tables(database, models)
        people = {}
        for name, roles in PEOPLE.items():
            people[name] = stored(database, models, "person", name=name)
            access.create_account(app, name.lower(), people[name].id, PASSWORD)
            for role in roles:
                stored(database, models, "holder", person=people[name], role=role)
        return people

    people = founded(database, "self-service", enter)
    flask = Flask("procedura", static_folder=None)
    flask.config.update(SECRET_KEY="x" * 32, TESTING=True)
    api.mount(flask, app)
    admin.mount(flask, app)
    return Desk(app, flask, people)


@pytest.fixture(scope="module")
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('asking') / 'desk.db'}")
    yield settle(database)
    database.dispose()


@pytest.fixture
def desk(mounted: Desk) -> Iterator[Desk]:
    """Each test leaves the rows as they were."""
    with as_it_was(mounted.app.database):
        yield mounted


def token(client: FlaskClient, page: str = "/requests/") -> str:
    body = client.get(page).get_data(as_text=True)
    return body.split('name="csrf-token" content="')[1].split('"')[0]


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def send(client: FlaskClient, path: str, **sent: Any) -> Any:
    return client.post(path, data={"csrf_token": token(client), **sent})


class TestTheGate:
    def test_keeps_every_other_address_closed(self, desk, caplog) -> None:
        # given somebody who holds no other role, and every address that there is
        client, tried = desk.visit("Lily"), 0
        sent = {"csrf_token": token(client)}
        for rule in desk.flask.url_map.iter_rules():
            room = rule.endpoint.partition(".")[0]
            if rule.endpoint in REACHED or room in ROOMS | {"api", "static", "health"}:
                continue
            path = rule.rule
            for argument in rule.arguments:
                path = path.replace(f"<int:{argument}>", "1").replace(f"<{argument}>", "1")
            path = path.replace("<path:", "").replace(">", "")
            if path.startswith(admin.OTHER_PATHS):
                continue
            # when it is asked for in each way that it can be
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                answer = client.open(path, method=method, data=sent)
                # then it is refused, or leads back
                leads_back = answer.headers.get("Location") == "/requests/"
                assert answer.status_code == 403 or leads_back, (method, path)
                tried += 1
        assert tried > 100
        assert "Refused: lily at GET /guide/; it takes a role without self_service" in caplog.text

    def test_leads_to_the_requests_after_logging_in(self, desk) -> None:
        assert desk.visit("Lily").get("/").headers["Location"] == "/requests/"

    def test_is_for_nobody_who_does_more(self, desk) -> None:
        carla = desk.visit("Carla")

        assert carla.get("/guide/").status_code == 200
        assert 'href="/requests/"' in text(carla.get("/"))
        assert carla.get("/requests/").status_code == 200

    def test_lets_those_without_such_a_role_see_none_of_it(self, desk) -> None:
        for name in ("Anna", "Nobody"):
            client = desk.visit(name)
            assert client.get("/requests/").status_code == 403
            assert 'href="/requests/"' not in text(client.get("/"))

    def test_leaves_no_way_out_on_its_pages(self, desk) -> None:
        request = desk.request_of("Lily")
        client = desk.visit("Lily")

        for path in ("/requests/", f"/requests/incident_request/{request.id}/", "/notifications/"):
            body = text(client.get(path))
            for elsewhere in ("/records/", "/guide/", "/runs/", "/search", "/begin/'"):
                assert f'href="{elsewhere}' not in body, (path, elsewhere)

    def test_keeps_how_the_work_is_done_from_programs_too(self, desk) -> None:
        # given programs that ask in the name of either
        client = desk.flask.test_client()
        made = {name: desk.token(name) for name in ("Lily", "Anna")}

        def ask(name: str, path: str) -> int:
            bearer = {"Authorization": f"Bearer {made[name]}"}
            return client.get(f"/api/v1{path}", headers=bearer).status_code

        for path in ("/procedures", "/decisions", "/roles", "/entities/contact", "/calendars"):
            assert (ask("Lily", path), ask("Anna", path)) == (403, 200), path
        for path in ("/records/incident_request", "/starts", "/tasks"):
            assert ask("Lily", path) == 200, path


class TestReporting:
    PATH = "/requests/report/contact-report/"

    def test_makes_a_record_of_ones_own_and_begins_the_work(self, desk) -> None:
        client = desk.visit("Lily")

        answer = send(client, self.PATH, **{"f-message": PRINTER})

        [contact] = records.page(desk.app, desk.actor("Lily"), "contact").items
        assert answer.headers["Location"] == f"/requests/contact/{contact.title.record.id}/"
        assert contact.values["caller"] == desk.people["Lily"]
        assert contact.values["channel"] == "in_writing"
        [task] = tasks.my_work(desk.app, desk.actor("Anna")).items
        assert (task.step, task.about.record) == ("read", contact.title.record)
        assert PRINTER in text(client.get("/requests/"))
        assert PRINTER not in text(desk.visit("Amy").get("/requests/"))

    def test_once_though_it_is_sent_twice(self, desk) -> None:
        client = desk.visit("Lily")
        for _ in range(2):
            send(client, self.PATH, command="c" * 32, **{"f-message": PRINTER})

        assert len(records.page(desk.app, desk.actor("Lily"), "contact").items) == 1

    def test_says_what_is_missing_and_keeps_what_was_typed(self, desk) -> None:
        client = desk.visit("Lily")

        answer = send(client, self.PATH, **{"f-message": "  "})

        assert answer.status_code == 422
        assert "Message is needed." in text(answer)

    def test_for_somebody_else_is_not_possible(self, desk) -> None:
        client = desk.visit("Lily")

        send(client, self.PATH, **{"f-message": PRINTER, "f-caller": str(desk.people["Amy"].id)})

        [contact] = records.page(desk.app, desk.actor("Anna"), "contact").items
        assert contact.values["caller"] == desk.people["Lily"]

    def test_by_a_form_of_no_role_of_theirs_is_not_possible(self, desk) -> None:
        client = desk.visit("Lily")

        assert client.get("/requests/report/contact-intake/").status_code == 404
        assert send(client, "/requests/report/contact-intake/").status_code == 404
        assert send(client, "/requests/report/nothing/").status_code == 404

    def test_takes_up_what_it_is_about(self, desk) -> None:
        page = text(desk.visit("Lily").get(f"{self.PATH}?about=INC137"))

        assert "\nINC137: </textarea>" in page

    def test_may_also_be_what_their_roles_begin(self, desk) -> None:
        # given the form for a change, which begins a procedure
        service = desk.enter("service", name="Printing")
        stored(
            desk.app.database,
            desk.app.models,
            "holder",
            person=desk.people["Carla"],
            role="change-coordinator",
            service=service,
        )
        client = desk.visit("Lily")
        path = "/begin/request-for-change-review/request-form/"
        assert f'href="{path}"' in text(client.get("/requests/"))

        # when it is sent
        sent = {
            "f-summary": "A second printer",
            "f-description": "The first is always busy.",
            "f-service": str(service.id),
            "f-requester": str(desk.people["Lily"].id),
        }
        answer = send(client, path, **sent)

        # then it is followed here
        [asked] = records.page(desk.app, desk.actor("Lily"), "request_for_change").items
        number = asked.title.record.id
        assert answer.headers["Location"] == f"/requests/request_for_change/{number}/"
        assert "A second printer" in text(client.get("/requests/"))


def test_numbers_that_no_database_holds_are_no_pages(desk) -> None:
    client, staff = desk.visit("Lily"), desk.visit("Anna")
    huge = 10**21

    assert client.get(f"/requests/incident_request/{huge}/").status_code == 404
    for path in (f"/tasks/{huge}/", f"/runs/{huge}/", f"/journal/incident_request/{huge}/"):
        assert staff.get(path).status_code == 404, path


class TestFollowing:
    def test_shows_ones_own_by_whether_they_go_on(self, desk) -> None:
        desk.request_of("Lily", summary="Slow mail")
        desk.request_of("Lily", summary="Old matter", status="closed", solution="Turned it on")
        desk.request_of("Amy", summary="Not hers")

        page = text(desk.visit("Lily").get("/requests/"))

        going, _, finished = page.partition("<summary>Finished</summary>")
        assert ("Slow mail" in going, "Old matter" in going) == (True, False)
        assert "Old matter" in finished
        assert "Not hers" not in page

    def test_shows_of_one_what_the_role_says(self, desk) -> None:
        request = desk.request_of("Lily", description="Since Monday", work_notes="She is slow")

        page = text(desk.visit("Lily").get(f"/requests/incident_request/{request.id}/"))

        assert "Since Monday" in page
        assert "She is slow" not in page
        assert "Times reopened" not in page

    def test_of_what_is_somebody_elses_is_not_possible(self, desk) -> None:
        request = desk.request_of("Amy")
        client = desk.visit("Lily")

        assert client.get(f"/requests/incident_request/{request.id}/").status_code == 404
        assert client.get("/requests/person/1/").status_code == 404
        assert client.get("/requests/nothing/1/").status_code == 404

    def test_lets_them_answer_and_attach(self, desk) -> None:
        request = desk.request_of("Lily")
        client = desk.visit("Lily")
        here = f"/requests/incident_request/{request.id}/"

        sent = {"text": "It is the one upstairs.", "back": here, "for": "journal"}
        file = (io.BytesIO(b"a picture"), "printer.png")
        answer = send(client, f"/journal/incident_request/{request.id}/", files=file, **sent)

        assert answer.headers["Location"] == here
        page = text(client.get(here))
        assert ("It is the one upstairs." in page, "printer.png" in page) == (True, True)

    def test_offers_to_come_back_to_what_is_over(self, desk) -> None:
        request = desk.request_of("Lily", status="closed", solution="Turned it on")

        page = text(desk.visit("Lily").get(f"/requests/incident_request/{request.id}/"))

        number = f"INC{request.id:012}"
        assert f'href="/requests/report/contact-report/?about={number}"' in page


class TestTheVerdict:
    @pytest.fixture
    def task(self, desk) -> int:
        """Lily is asked to try what was done for her."""
        request = desk.request_of("Lily", status="resolved", solution="Paper was damp")
        run = starting.begin_on(
            desk.app,
            APPLICATION,
            "incident-request-closure",
            "resolved-by-specialist",
            request.id,
        )
        [task] = [item for item in run.tasks if item.step == "verify"]
        return task.id

    def test_is_asked_for_where_they_see_it(self, desk, task) -> None:
        client = desk.visit("Lily")
        assert f'href="/tasks/{task}/"' in text(client.get("/requests/"))
        assert f'href="/tasks/{task}/"' not in text(desk.visit("Amy").get("/requests/"))

        page = text(client.get(f"/tasks/{task}/"))

        assert "Paper was damp" in page
        for inside in ("The way so far", "What happened", "Lay it aside", "/runs/"):
            assert inside not in page, inside
        assert 'href="None"' not in page
        assert 'href="/guide/' not in page

    @pytest.mark.parametrize(
        ("outcome", "sent", "status"),
        [
            ("accept", {}, "closed"),
            ("not_good_enough", {"f-reopen_reason": "It eats paper still"}, "assigned"),
        ],
    )
    def test_accepts_or_reopens(self, desk, task, outcome, sent, status) -> None:
        client = desk.visit("Lily")
        desk.enter("group", name="Desk")

        answer = send(client, f"/tasks/{task}/", outcome=outcome, **sent)

        assert answer.status_code == 302
        [request] = records.page(desk.app, desk.actor("Lily"), "incident_request").items
        assert request.values["status"] == status


class TestSuggestions:
    def test_are_what_is_approved(self, desk) -> None:
        desk.enter("solution", title="Printer eats paper", text="Dry it.", status="active")
        desk.enter("solution", title="Printer eats cable", text="Not read", status="proposed")
        client = desk.visit("Lily")

        asked = {"f-message": "My printer eats all the paper"}
        page = text(client.get("/requests/suggestions", query_string=asked))

        assert ("Dry it." in page, "Not read" in page) == (True, False)

    def test_are_a_part_of_the_page_for_the_script(self, desk) -> None:
        client = desk.visit("Lily")
        asked = {"query_string": {"f-message": "<b>%'\""}, "headers": {"HX-Request": "true"}}

        page = text(client.get("/requests/suggestions", **asked))

        assert "<html" not in page
        assert "Nothing like this is known." in page

    def test_are_none_for_no_words(self, desk) -> None:
        desk.enter("solution", title="Printer eats paper", text="Dry it.", status="active")

        page = text(desk.visit("Lily").get("/requests/suggestions?text=+"))

        assert "Dry it." not in page

    def test_ask_nothing_that_is_closed_to_them(self, desk) -> None:
        # given a task of hers about a record that something helps with
        request = desk.request_of("Lily", status="resolved", solution="Paper was damp")
        run = starting.begin_on(
            desk.app, APPLICATION, "incident-request-closure", "resolved-by-specialist", request.id
        )
        [task] = [item for item in run.tasks if item.step == "verify"]

        assert "/helping/" not in text(desk.visit("Lily").get(f"/tasks/{task.id}/"))


def test_both_databases_keep_what_is_reported_and_tell_what_goes_on(database) -> None:
    # given a report, and a request that is over
    desk = settle(database)
    lily = desk.actor("Lily")
    view = self_service.report(desk.app, lily, "contact-report", {"message": PRINTER})
    desk.request_of("Lily", status="closed", solution="Turned it on")

    # when it is looked at what has become of them
    requests, _, contacts = self_service.followed(desk.app, lily)

    # then the report is hers and goes on, and the request is not
    assert [item.title for item in contacts.open.items] == [view.title]
    assert view.values["caller"] == lily.person
    assert (len(requests.open.items), len(requests.finished)) == (0, 1)
    assert all(
        group.open.items == () for group in self_service.followed(desk.app, desk.actor("Amy"))
    )


def test_what_a_gate_keeps_is_logged_at_the_api_too(desk, caplog) -> None:
    caplog.set_level(logging.WARNING)
    secret = desk.token("Lily")

    desk.flask.test_client().get("/api/v1/roles", headers={"Authorization": f"Bearer {secret}"})

    assert (
        "Refused: lily at GET /api/v1/roles; it takes a role without self_service" in caplog.text
    )
