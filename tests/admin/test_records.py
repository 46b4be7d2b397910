"""Lists and pages of records: what Flask-Admin generates, and every door of it that must be shut."""

import csv
import io

import pytest

from admin.reading import COUNT_CAP
from server.usecases import records
from tests.admin.conftest import differences, filled, send, token


def text(page):
    return page.get_data(as_text=True)


@pytest.fixture
def incident(office):
    return office.store(
        "incident_request", summary="Printer burns", requester=office.people["eve"]
    )


class TestAList:
    def test_shows_numbers_titles_and_who_is_meant(self, office, incident):
        page = office.browser("ann").get("/records/incident_request/")
        assert page.status_code == 200
        assert "INC000000000001" in text(page)
        assert "Printer burns" in text(page)
        assert '<span class="pill pill-grey">New</span>' in text(page)

    def test_finds_a_record_by_its_bare_number(self, office, incident):
        office.store("incident_request", summary="Another")
        page = office.browser("ann").get("/records/incident_request/?search=1")
        assert "Printer burns" in text(page)
        assert "Another" not in text(page)

    def test_a_percent_sign_is_looked_for_not_obeyed(self, office, incident):
        office.store("incident_request", summary="At 100%")
        page = office.browser("ann").get("/records/incident_request/?search=%25")
        assert "At 100%" in text(page)
        assert "Printer burns" not in text(page)

    def test_filters_by_a_choice(self, office, incident):
        office.store("incident_request", summary="Slow", impact="minor")
        page = office.browser("ann").get("/records/incident_request/?flt1_impact=minor")
        assert "Slow" in text(page)
        assert "Printer burns" not in text(page)

    def test_filters_by_a_record(self, office, incident):
        office.store("incident_request", summary="Mine", assignee=office.people["bob"])
        bob = office.people["bob"].id
        page = office.browser("ann").get(f"/records/incident_request/?flt2_assignee={bob}")
        assert "Mine" in text(page)
        assert "Printer burns" not in text(page)
        assert 'data-title="Bob"' in text(page)

    @pytest.mark.parametrize(
        "query",
        [
            "flt1_impact=nonsense",
            "flt1_impact=",
            "flt0_status=%00",
            "flt2_assignee=x",
            "flt2_assignee=99999999999999999999999",
            "flt9_nothing=1",
            "flt_=1",
            "page=9000000000000000000",
            "page=-3",
            "page=x",
            "page_size=100000",
            "sort=99&desc=1",
            "sort=-1",
            "search=%E2%82%AC%27%22%5C",
        ],
    )
    def test_no_address_makes_it_fail(self, office, incident, query):
        assert office.browser("ann").get(f"/records/incident_request/?{query}").status_code == 200

    def test_says_what_to_do_when_there_is_nothing(self, office):
        page = office.browser("ann").get("/records/incident_request/")
        assert "Nothing here yet" in text(page)
        assert "New incident request" in text(page)

    def test_counts_no_further_than_anybody_reads(self, office, incident):
        view = next(
            view
            for view in office.flask.extensions["admin"][0]._views
            if view.endpoint == "incident_request"
        )
        assert view.counted(COUNT_CAP) == "More than 10,000 records"
        assert view.counted(1) == "1 record"

    def test_sorts_only_by_what_has_an_index(self, office, incident):
        page = office.browser("ann").get("/records/incident_request/?sort=1")
        assert "aria-sort" not in text(page).replace('aria-sort="ascending">Summary', "")


class TestExport:
    def test_gives_all_columns_as_csv(self, office, incident):
        page = office.browser("ann").get("/records/incident_request/export/csv/")
        header, row = csv.reader(io.StringIO(text(page)))
        assert header[:2] == ["Number", "Summary"]
        assert row[:2] == ["INC000000000001", "Printer burns"]

    @pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
    def test_no_cell_is_a_formula(self, office, evil):
        office.store("incident_request", summary=evil)
        page = office.browser("ann").get("/records/incident_request/export/csv/")
        [_, row] = csv.reader(io.StringIO(text(page)))
        assert row[1] == f"'{evil}"


class TestMakingARecord:
    def test_goes_through_the_use_case_and_is_told_in_the_history(self, office):
        client = office.browser("ann")
        answer = send(
            client,
            "/records/incident_request/new/",
            f__summary="Slow",
            f__impact="minor",
        )
        assert answer.status_code == 302
        assert answer.location == "/records/incident_request/details/?id=1"
        page = client.get(answer.location)
        assert "Slow" in text(page)
        assert "Ann" in text(page)

    def test_a_wrong_value_stands_at_its_field_and_nothing_is_lost(self, office):
        answer = send(
            office.browser("ann"),
            "/records/incident_request/new/",
            f__summary="x" * 121,
            f__description="Typed with care",
        )
        assert answer.status_code == 422
        assert "at most 120" in text(answer)
        assert "Typed with care" in text(answer)
        assert records.page(office.app, office.actor("ann"), "incident_request").items == ()

    def test_sent_twice_makes_one(self, office):
        client = office.browser("ann")
        sent = filled(client.get("/records/incident_request/new/")) | {"f-summary": "Once"}
        for _ in range(2):
            answer = client.post("/records/incident_request/new/", data=sent)
            assert answer.location == "/records/incident_request/details/?id=1"
        assert len(records.page(office.app, office.actor("ann"), "incident_request").items) == 1

    def test_fields_that_are_given_are_not_taken_from_the_browser(self, office):
        send(
            office.browser("ann"),
            "/records/incident_request/new/",
            f__summary="Slow",
            f__id="77",
            f__revision="9",
            f__status="closed",
        )
        [made] = records.page(office.app, office.actor("ann"), "incident_request").items
        assert made.title.record.id == 1
        assert made.values["status"] == "new"


class TestEditing:
    def test_changes_what_was_changed(self, office, incident):
        client = office.browser("ann")
        answer = send(
            client,
            f"/records/incident_request/edit/?id={incident.id}",
            f__summary="Printer smokes",
            f__impact="minor",
            f__status="assigned",
            f__requester=str(office.people["eve"].id),
        )
        assert answer.status_code == 302
        view = records.view(office.app, office.actor("ann"), incident)
        assert view.values["summary"] == "Printer smokes"
        assert view.values["status"] == "assigned"

    def test_offers_only_the_statuses_that_may_follow(self, office, incident):
        page = text(office.browser("ann").get(f"/records/incident_request/edit/?id={incident.id}"))
        offered = page.split('id="field-status"')[1].split("</select>")[0]
        assert ">New<" in offered
        assert ">Assigned<" in offered
        assert ">Closed<" not in offered

    def test_a_second_tab_is_told_what_the_first_has_changed(self, office, incident):
        client = office.browser("ann")
        address = f"/records/incident_request/edit/?id={incident.id}"
        first_tab = filled(client.get(address))
        # given a second tab that saves first
        assert send(client, address, f__summary="First").status_code == 302
        # when the first one saves
        answer = client.post(address, data=first_tab | {"f-summary": "Second"})
        # then it is told, what was typed is still there, and nothing was written over
        assert answer.status_code == 409
        assert "Ann has changed this incident request since you read it." in text(answer)
        assert differences(answer) == [["Summary", "Printer burns", "First", "Second"]]
        assert 'value="Second"' in text(answer)
        view = records.view(office.app, office.actor("ann"), incident)
        assert view.values["summary"] == "First"
        # and sent again, now that it was seen, it is taken
        again = client.post(address, data=filled(answer))
        assert again.status_code == 302
        view = records.view(office.app, office.actor("ann"), incident)
        assert view.values["summary"] == "Second"

    def test_what_was_not_touched_takes_what_others_have_written(self, office, incident):
        # given a page that Ann has open, and what others have written meanwhile
        ann, root = office.browser("ann"), office.browser("root")
        address = f"/records/incident_request/edit/?id={incident.id}"
        page = filled(ann.get(address))
        bob = str(office.people["bob"].id)
        send(root, address, f__impact="minor", f__assignee=bob, f__description="From root")
        # when she changes what nobody else has, and the description
        answer = ann.post(address, data=page | {"f-summary": "Mine", "f-description": "Mine too"})
        # then she is told all of it in words
        assert answer.status_code == 409
        assert "Root has changed" in text(answer)
        assert differences(answer) == [
            ["Assignee", "empty", "Bob", "nothing typed"],
            ["Description", "empty", "From root", "Mine too"],
            ["Impact", "Moderate", "Minor", "nothing typed"],
        ]
        # and sent again, nothing is undone that she has not touched
        assert ann.post(address, data=filled(answer)).status_code == 302
        values = records.view(office.app, office.actor("ann"), incident).values
        assert (values["impact"], values["assignee"]) == ("minor", office.people["bob"])
        assert (values["summary"], values["description"]) == ("Mine", "Mine too")

    def test_of_what_somebody_has_deleted_loses_nothing_typed(self, office, incident):
        ann = office.browser("ann")
        address = f"/records/incident_request/edit/?id={incident.id}"
        bob = str(office.people["bob"].id)
        page = filled(ann.get(address)) | {"f-description": "Typed with care", "f-assignee": bob}
        records.delete(office.app, office.actor("root"), incident)
        answer = ann.post(address, data=page)
        assert answer.status_code == 404
        assert "There is no such incident request." in text(answer)
        kept = text(answer).split("What you had typed")[1]
        assert '<dt>Description</dt><dd class="prewrap">Typed with care</dd>' in kept
        assert '<dt>Assignee</dt><dd class="prewrap">Bob</dd>' in kept
        assert "What you had typed" not in text(ann.get(address))

    @pytest.mark.parametrize("asked", ["1,2", "x", "", "-1", "0", "99", "9" * 30, "%00"])
    def test_an_address_of_no_record_says_so(self, office, incident, asked):
        client = office.browser("ann")
        for page in ("details", "edit"):
            answer = client.get(f"/records/incident_request/{page}/?id={asked}")
            assert answer.status_code == 404
            assert "There is no such incident request" in text(answer)


class TestWhoMayNot:
    """Eve holds no role; Bob may only read."""

    @pytest.mark.parametrize("address", ["", "details/?id=1", "edit/?id=1", "new/", "export/csv/"])
    def test_somebody_without_a_role_sees_nothing(self, office, incident, address):
        assert office.browser("eve").get(f"/records/incident_request/{address}").status_code == 403

    def test_the_menu_does_not_offer_it(self, office):
        assert "/records/incident_request/" not in text(office.browser("eve").get("/"))
        assert "/records/incident_request/" in text(office.browser("bob").get("/"))

    def test_looking_up_shows_nothing_either(self, office, incident):
        answer = office.browser("eve").get("/look-up/incident_request?text=printer")
        assert answer.status_code == 403
        assert "Printer" not in text(answer)

    def test_flask_admins_own_look_up_is_shut(self, office, incident):
        client = office.browser("root")
        for name in ("requester", "assignee", "x"):
            address = f"/records/incident_request/ajax/lookup/?name={name}&query=e&limit=100000"
            assert client.get(address).status_code == 404

    def test_looking_up_gives_no_more_than_a_list_shows(self, office):
        for number in range(30):
            office.store("group", name=f"Group {number}")
        found = office.browser("ann").get("/look-up/group?text=group&limit=1000").get_json()
        assert len(found) == 20

    @pytest.mark.parametrize("address", ["new/", "edit/?id=1"])
    def test_a_reader_cannot_open_a_form(self, office, incident, address):
        assert office.browser("bob").get(f"/records/incident_request/{address}").status_code == 403

    def test_a_reader_cannot_send_one_either(self, office, incident):
        client = office.browser("bob")
        sent = {"csrf_token": token(client.get("/")), "f-summary": "Mine now", "id": incident.id}
        for address in ("new/", f"edit/?id={incident.id}", "delete/", "action/", "ajax/update/"):
            client.post(
                f"/records/incident_request/{address}",
                data=sent
                | {
                    "action": "delete",
                    "rowid": incident.id,
                    "list_form_pk": incident.id,
                    "summary": "Mine now",
                },
            )
        [view] = records.page(office.app, office.actor("ann"), "incident_request").items
        assert view.values["summary"] == "Printer burns"

    def test_editing_in_the_list_is_shut_for_everybody(self, office, incident):
        client = office.browser("root")
        sent = {
            "csrf_token": token(client.get("/")),
            "list_form_pk": incident.id,
            "summary": "Mine now",
        }
        assert client.post("/records/incident_request/ajax/update/", data=sent).status_code == 404

    def test_who_may_not_delete_does_not(self, office, incident):
        client = office.browser("ann")
        sent = {"csrf_token": token(client.get("/")), "id": incident.id}
        assert client.post("/records/incident_request/delete/", data=sent).status_code == 403
        assert records.view(office.app, office.actor("ann"), incident)


class TestDeleting:
    def test_goes_through_the_use_case(self, office):
        group = office.store("group", name="Network")
        client = office.browser("root")
        sent = {"csrf_token": token(client.get("/")), "id": group.id, "url": "/records/group/"}
        answer = client.post("/records/group/delete/", data=sent)
        assert answer.status_code == 302
        assert records.page(office.app, office.actor("root"), "group").items == ()

    def test_of_something_that_others_refer_to_is_refused_in_words(self, office, incident):
        client = office.browser("root")
        eve = office.people["eve"]
        sent = {"csrf_token": token(client.get("/")), "id": eve.id}
        client.post("/records/person/delete/", data=sent)
        assert records.view(office.app, office.actor("root"), eve)

    def test_of_something_that_refers_to_itself_does_not_fail(self, office):
        group = office.store("incident_request", summary="Its own cause")
        client = office.browser("root")
        send(
            client,
            f"/records/incident_request/edit/?id={group.id}",
            f__summary="Its own cause",
            f__cause=str(group.id),
        )
        sent = {"csrf_token": token(client.get("/")), "id": group.id}
        assert client.post("/records/incident_request/delete/", data=sent).status_code == 302

    def test_many_at_once_are_deleted_one_by_one_by_the_use_case(self, office):
        groups = [office.store("group", name=f"Group {number}") for number in range(3)]
        client = office.browser("root")
        sent = {
            "csrf_token": token(client.get("/")),
            "action": "delete",
            "rowid": [group.id for group in groups],
        }
        client.post("/records/group/action/", data=sent)
        assert records.page(office.app, office.actor("root"), "group").items == ()


def test_a_change_without_the_token_of_a_form_is_refused(office, incident):
    client = office.browser("root")
    for address in (
        "/records/incident_request/new/",
        f"/records/incident_request/edit/?id={incident.id}",
        "/records/incident_request/delete/",
        "/records/incident_request/action/",
        "/log-out",
    ):
        answer = client.post(address, data={"id": incident.id, "f-summary": "x"})
        assert answer.status_code == 400
        assert "Open the page again" in text(answer)


def test_a_fault_of_ours_is_shown_as_it_is_not_as_another(office, monkeypatch):
    """Flask-Admin would call a failing view again with `cls` and tell of that instead."""

    def broken(*_args, **_kwargs):
        raise TypeError("the real one")

    monkeypatch.setattr(records, "view", broken)
    office.store("group", name="Network")
    with pytest.raises(TypeError, match="the real one"):
        office.browser("root").get("/records/group/details/?id=1")


def test_markup_in_a_record_is_text(office):
    office.store("incident_request", summary="<script>alert(1)</script>")
    for address in ("", "details/?id=1", "edit/?id=1"):
        page = office.browser("ann").get(f"/records/incident_request/{address}")
        assert "<script>alert" not in text(page)
        assert "&lt;script&gt;alert" in text(page)
