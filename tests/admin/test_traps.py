"""Sixteen traps of Flask-Admin, in the order in which they were found: each is sprung on its own pages, and tried in the same way on ours.

So it is seen that the attack is one, and that what stands between is ours.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from flask_admin.contrib.sqla import ModelView
from markupsafe import escape
from sqlalchemy import event
from wtforms import StringField

import admin
from server.domain.actor import APPLICATION
from server.domain.role import Role
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import records, runs
from tests.admin.conftest import DEFINITIONS, Office, filled, screens_of, send, token
from tests.admin.stock import stock
from tests.builders import ENTITIES, Clock, a_field, an_app, may

pytestmark = pytest.mark.filterwarnings(
    "ignore:Passing SelectField choices as tuples:DeprecationWarning",
    r"ignore:Yielding raw tuples from iter_choices\(\):DeprecationWarning",
)
HELP = "<b onclick=x>What is wrong</b>"
INCIDENT = ENTITIES["incident_request"]
FIELDS = {
    **INCIDENT.fields,
    "summary": replace(INCIDENT.fields["summary"], guideline=HELP),
    "due": a_field("due", "date_time"),
}
REQUESTS = "/records/incident_request"


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Ann reads and changes her own requests and no group; Bob reads; root does everything."""
    definitions = replace(
        DEFINITIONS,
        entities={
            **DEFINITIONS.entities,
            "incident_request": replace(INCIDENT, fields=FIELDS, menu="Incidents"),
        },
        roles={
            **DEFINITIONS.roles,
            "clerk": Role(
                "clerk",
                "Clerk",
                may={
                    "incident_request": may("read update", "requester", impact="hidden"),
                    "person": may("read", "itself"),
                },
            ),
        },
    )
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('traps') / 'traps.db'}")
    app = an_app(database, definitions, clock=Clock())
    office = Office(app, screens_of(app), app.now)
    office.person("ann", "clerk")
    office.person("bob", "specialist")
    office.person("root", "administrator")
    return office


def of(ours: Office, person: str, **values: Any) -> RecordRef:
    """A new request of a person."""
    return ours.store("incident_request", requester=ours.people[person], **values)


def post(client: FlaskClient, address: str, **sent: Any) -> Any:
    return client.post(address, data={"csrf_token": token(client.get("/")), **sent})


def held(ours: Office, record: RecordRef, field: str) -> Any:
    return records.view(ours.app, ours.actor("root"), record).values[field]


def text(answer: Any) -> str:
    return str(answer.get_data(as_text=True))


def only_the_first(view: Any) -> Any:
    return ModelView.get_query(view).filter(view.model.number == 1)


class TestRowsThatAListDoesNotShow:
    def test_are_opened_by_their_number_in_stock(self):
        client = stock(get_query=only_the_first).client
        assert "Bob" not in text(client.get("/admin/request/"))
        assert "Bob" in text(client.get("/admin/request/edit/?id=2"))

    def test_are_not_there_in_ours(self, ours):
        other = of(ours, "bob", summary="Bob's own")
        client = ours.browser("ann")
        for page in ("edit", "details"):
            answer = client.get(f"{REQUESTS}/{page}/?id={other.id}")
            assert (answer.status_code, "Bob's own" in text(answer)) == (404, False)


class TestEditingInTheList:
    def test_writes_though_nobody_may_edit_in_stock(self):
        app = stock(can_edit=False, column_editable_list=["summary"])
        app.client.post("/admin/request/ajax/update/", data={"list_form_pk": 2, "summary": "Mine"})
        assert app.request(2)["summary"] == "Mine"

    def test_writes_nothing_in_ours(self, ours):
        record = of(ours, "bob", summary="Bob's")
        for person in ("bob", "root"):
            address = f"{REQUESTS}/ajax/update/"
            answer = post(ours.browser(person), address, list_form_pk=record.id, summary="Mine")
            assert answer.status_code == 404
        assert held(ours, record, "summary") == "Bob's"


class TestLookingUp:
    def test_gives_anybody_any_number_of_anything_in_stock(self):
        look_up = {"person": {"fields": ("name",), "page_size": 1}}
        address = "/admin/request/ajax/lookup/?name=person&query=&limit=100000"
        assert len(stock(form_ajax_refs=look_up).client.get(address).json) == 2

    def test_gives_what_may_be_read_in_ours(self, ours):
        found = ours.browser("ann").get("/look-up/person?text=&limit=100000").json
        assert [title for _, title in found] == ["Ann"]
        assert ours.browser("ann").get("/look-up/group?text=").status_code == 403


class TestAReferenceThatIsPosted:
    """The look-up offers Ann alone; what is sent names Bob."""

    def test_is_taken_in_stock(self):
        offered = {"person": {"fields": ("name",), "filters": ["name = 'Ann'"]}}
        app = stock(form_ajax_refs=offered)
        found = app.client.get("/admin/request/ajax/lookup/?name=person&query=").json
        assert [name for _, name in found] == ["Ann"]
        sent = {"summary": "x", "status": "NEW", "person": 2}
        app.client.post("/admin/request/edit/?id=1", data=sent)
        assert app.request(1)["person_id"] == 2

    def test_is_none_in_ours(self, ours):
        record = of(ours, "ann", summary="Ann's")
        client = ours.browser("ann")
        for field, person in (("assignee", "bob"), ("requester", "root")):
            other = ours.people[person]
            address = f"{REQUESTS}/edit/?id={record.id}"
            answer = send(client, address, **{f"f__{field}": str(other.id)})
            assert answer.status_code == 422
            assert "There is no person " in text(answer)
        assert held(ours, record, "assignee") is None


class TestAFormOfAnotherSite:
    def test_is_taken_in_stock(self):
        app = stock()
        app.client.post("/admin/request/delete/", data={"id": 2})
        assert app.request(2) is None

    def test_is_refused_in_ours(self, ours):
        record = of(ours, "bob", summary="Bob's")
        answer = ours.browser("root").post(f"{REQUESTS}/delete/", data={"id": record.id})
        assert answer.status_code == 400
        assert held(ours, record, "summary") == "Bob's"


@pytest.mark.parametrize(
    ("asked", "fault"),
    [
        ("details/?id=1,2", sa.exc.InvalidRequestError),
        ("?flt0_0=bogus", KeyError),
        (f"?page={9 * 10**18}", OverflowError),
    ],
)
class TestAnAddressThatMeansNothing:
    def test_is_a_fault_in_stock(self, asked, fault):
        app = stock(can_view_details=True, column_filters=["status"])
        with pytest.raises(fault):
            app.client.get(f"/admin/request/{asked}")

    def test_is_answered_in_ours(self, ours, asked, fault):
        del fault
        of(ours, "ann", summary="Ann's")
        answer = ours.browser("root").get(f"{REQUESTS}/{asked.replace('flt0_0', 'flt0_status')}")
        assert answer.status_code == (404 if "details" in asked else 200)


class TestTranslations:
    """They are installed, as they may be by anything, and nobody has begun them."""

    def test_fail_every_page_in_stock(self):
        with pytest.raises(KeyError, match="babel"):
            stock(babel=False).client.get("/admin/request/")

    def test_are_begun_in_ours(self, ours):
        assert "babel" in ours.flask.extensions
        assert ours.browser("root").get(f"{REQUESTS}/").status_code == 200


def fails(*_: Any, **__: Any) -> Any:
    raise TypeError("the real one")


class TestAFault:
    def test_is_told_as_another_in_stock(self):
        app = stock(get_list=fails)
        with pytest.raises(TypeError) as told:
            app.client.get("/admin/request/")
        assert "the real one" not in str(told.value)

    def test_is_told_as_it_is_in_ours(self, ours, monkeypatch):
        monkeypatch.setattr(admin.lists.RecordList, "get_list", fails)
        with pytest.raises(TypeError, match="the real one"):
            ours.browser("root").get(f"{REQUESTS}/")


class TestHelpForAField:
    def test_is_markup_in_stock(self):
        app = stock(form_args={"summary": {"description": HELP}})
        assert HELP in text(app.client.get("/admin/request/new/"))

    def test_is_text_in_ours(self, ours):
        page = text(ours.browser("root").get(f"{REQUESTS}/new/"))
        assert HELP not in page
        assert str(escape(HELP)) in page


class TestARecordThatRefersToItself:
    def test_cannot_be_deleted_in_stock(self):
        app = stock()
        with app.flask.app_context():
            table = app.view.model.__table__
            app.database.session.execute(table.update().values(cause_id=table.c.number))
            app.database.session.commit()
        app.client.post("/admin/request/delete/", data={"id": 1})
        assert app.request(1) is not None

    def test_is_deleted_in_ours(self, ours):
        record = of(ours, "ann", summary="Its own cause")
        table = ours.app.models.tables["incident_request"]
        with ours.app.database.write() as connection:
            connection.execute(
                table.update().where(table.c.id == record.id).values(cause=record.id)
            )
        assert post(ours.browser("root"), f"{REQUESTS}/delete/", id=record.id).status_code == 302
        assert ours.browser("root").get(f"{REQUESTS}/details/?id={record.id}").status_code == 404


class TestAFieldBesideThoseOfTheRecord:
    def test_is_dropped_without_a_word_in_stock(self):
        beside = {"reason": StringField("Why this is changed")}
        app = stock(form_columns=["summary"], form_extra_fields=beside)
        assert "Why this is changed" not in text(app.client.get("/admin/request/edit/?id=1"))

    def test_stands_in_ours(self, ours):
        said = {"summary": "A call", "requester": ours.people["ann"].id}
        begun = runs.start(ours.app, APPLICATION, "incident-handling", "by-phone", said)
        page = ours.browser("root").get(f"{REQUESTS}/edit/?id={begun.line.about.record.id}")
        assert "f-override-reason" in filled(page)


class TestAFieldThatIsKeptFromSomebody:
    def test_fails_a_list_that_is_edited_in_stock(self):
        def pruned(view: Any, obj: Any = None) -> Any:
            form = ModelView.list_form(view, obj)
            del form.summary
            return form

        app = stock(column_editable_list=["summary"], list_form=pruned)
        with pytest.raises(TypeError):
            app.client.get("/admin/request/")

    def test_is_left_out_of_ours(self, ours):
        record = of(ours, "ann", summary="Ann's")
        page = ours.browser("ann").get(f"{REQUESTS}/")
        assert page.status_code == 200
        assert f'details/?id={record.id}"' in text(page)
        assert ">Impact<" not in text(page)
        assert ">Impact<" in text(ours.browser("root").get(f"{REQUESTS}/"))


class TestAMomentAsBrowsersSendIt:
    def test_is_not_understood_in_stock(self):
        app = stock()
        sent = {"summary": "x", "status": "NEW", "due": "2026-11-24T16:30"}
        app.client.post("/admin/request/edit/?id=1", data=sent)
        assert app.request(1)["due"] is None

    def test_is_understood_in_ours(self, ours):
        record = of(ours, "ann", summary="Ann's")
        address = f"{REQUESTS}/edit/?id={record.id}"
        sent = send(ours.browser("ann"), address, f__due="2026-11-24T16:30:00Z")
        assert sent.status_code == 302
        assert held(ours, record, "due").isoformat() == "2026-11-24T16:30:00+00:00"


def counted(engine: sa.Engine, client: FlaskClient, address: str) -> int:
    """How often the database is asked for a page."""
    asked: list[str] = []

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    assert client.get(address).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(asked)


class TestRecordsBelowARecord:
    def test_are_each_asked_for_in_stock(self):
        """The inline form of a person's requests asks anew for what each line could refer to."""
        app = stock()
        view = type("Persons", (ModelView,), {"inline_models": [app.view.model]})
        person = app.view.model.person.property.mapper.class_
        pages = app.flask.extensions["admin"][0]
        pages.add_view(view(person, app.database, endpoint="person"))
        with app.flask.app_context():
            engine = app.database.engine
            few = counted(engine, app.client, "/admin/person/edit/?id=1")
            app.database.session.add_all(app.view.model(person_id=1) for _ in range(5))
            app.database.session.commit()
            assert counted(engine, app.client, "/admin/person/edit/?id=1") >= few + 5

    def test_are_asked_for_together_in_ours(self, ours):
        cause = of(ours, "ann", summary="The cause")
        of(ours, "ann", summary="One", cause=cause)
        of(ours, "ann", summary="Two", cause=cause)
        client, engine = ours.browser("root"), ours.app.database.engine
        address = f"{REQUESTS}/details/?id={cause.id}"
        counted(engine, client, address)
        few = counted(engine, client, address)
        for number in range(5):
            of(ours, "ann", summary=f"More {number}", cause=cause)
        assert counted(engine, client, address) == few


INLINE = re.compile(r"\son\w+=|<script>|javascript:")


class TestDeletingWhereScriptsInPagesAreForbidden:
    def test_asks_nobody_in_stock(self):
        assert INLINE.search(text(stock().client.get("/admin/request/")))

    def test_needs_no_script_in_the_page_in_ours(self, ours):
        of(ours, "ann", summary="Ann's")
        answer = ours.browser("root").get(f"{REQUESTS}/")
        assert "script-src 'self';" in answer.headers["Content-Security-Policy"]
        assert not INLINE.search(text(answer))


class TestThePageForThoseWhoListen:
    def test_says_no_language_in_stock(self):
        assert "<html lang" not in text(stock().client.get("/admin/request/"))

    def test_says_its_language_in_ours(self, ours):
        assert '<html lang="en"' in text(ours.browser("root").get(f"{REQUESTS}/"))


class TestWhatDependsOnWhoAsks:
    def test_is_asked_while_nobody_does_in_stock(self):
        with pytest.raises(RuntimeError, match="Working outside of"):
            stock(can_view_details=property(lambda _: g.may_look))

    def test_is_asked_of_each_who_does_in_ours(self, ours):
        admin.mount(Flask("again", static_folder=None), ours.app)
        record = of(ours, "bob", summary="Bob's")
        address = f"{REQUESTS}/details/?id={record.id}"
        shown = {
            person: f"edit/?id={record.id}" in text(ours.browser(person).get(address))
            for person in ("bob", "root")
        }
        assert shown == {"bob": False, "root": True}
