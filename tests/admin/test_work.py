"""From logging in to a finished task, page by page."""

import json

import pytest

from server.domain.values import RecordRef
from server.usecases import records, runs, tasks
from tests.admin.conftest import BEGIN, PASSWORD, differences, filled, send, token

HANDLED = RecordRef("incident_request", 1)


def text(page):
    return page.get_data(as_text=True)


class TestAsNeeded:
    def test_a_run_offers_it_to_those_who_may_and_leads_to_its_task(self, office, begun):
        run = tasks.view(office.app, office.actor("bob"), begun).line.run_id
        client = office.browser("bob")

        assert 'name="offer" value="call-back"' in text(client.get(f"/runs/{run}/"))
        sent = {
            "csrf_token": token(client.get(f"/runs/{run}/")),
            "offer": "call-back",
            "list": "0",
        }
        answer = client.post(f"/runs/{run}/as-needed", data=sent)

        assert answer.status_code == 302
        page = text(client.get(answer.location))
        assert "Ring up" in page
        assert "Be kind." in page

    def test_a_run_does_not_offer_it_to_others(self, office, begun):
        run = tasks.view(office.app, office.actor("bob"), begun).line.run_id
        assert 'name="offer"' not in text(office.browser("ann").get(f"/runs/{run}/"))


class TestLoggingIn:
    def test_a_page_asks_who_you_are_and_then_shows_itself(self, office):
        client = office.browser()
        answer = client.get("/guide/?a=1")
        assert answer.status_code == 302
        assert answer.location == "/log-in?next=/guide/?a%3D1"
        page = client.get(answer.location)
        sent = filled(page) | {"login": "ann", "password": PASSWORD}
        answer = client.post("/log-in", data=sent)
        assert answer.location == "/guide/?a=1"
        assert client.get(answer.location).status_code == 200

    def test_a_wrong_password_is_refused_without_telling_which_part_was_wrong(self, office):
        client = office.browser()
        for login in ("ann", "nobody"):
            sent = filled(client.get("/log-in")) | {"login": login, "password": "x"}
            answer = client.post("/log-in", data=sent)
            assert answer.status_code == 401
            assert "Log-in or password is wrong." in text(answer)
        assert client.get("/").status_code == 302

    def test_a_session_from_before_logging_in_is_not_kept(self, office):
        client = office.browser()
        sent = filled(client.get("/log-in")) | {"login": "ann", "password": PASSWORD}
        with client.session_transaction() as session:
            session["planted"] = "yes"
        client.post("/log-in", data=sent)
        with client.session_transaction() as session:
            assert "planted" not in session

    def test_logging_out_ends_it(self, office):
        client = office.browser("ann")
        client.post("/log-out", data={"csrf_token": token(client.get("/"))})
        assert client.get("/").status_code == 302

    def test_an_account_that_was_closed_is_let_in_nowhere(self, office):
        from server.usecases import access

        client = office.browser("ann")
        access.close_account(office.app, "ann")
        assert client.get("/").status_code == 302

    def test_a_session_does_not_last_for_ever(self, office):
        client = office.browser("ann")
        office.clock.pass_time(hours=25)
        assert client.get("/").status_code == 302

    def test_the_cookie_is_not_for_scripts(self, office):
        client = office.browser()
        sent = filled(client.get("/log-in")) | {"login": "ann", "password": PASSWORD}
        [cookie] = client.post("/log-in", data=sent).headers.getlist("Set-Cookie")
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


class TestBeginning:
    def test_offers_what_the_persons_roles_begin(self, office):
        assert "A user phones" in text(office.browser("ann").get("/begin/"))
        assert "Nothing to begin" in text(office.browser("bob").get("/begin/"))

    def test_makes_the_record_and_the_first_task(self, office, begun):
        page = office.browser("bob").get("/")
        assert "Diagnose" in text(page)
        assert "Printer burns" in text(page)

    def test_says_at_the_field_what_is_missing(self, office):
        answer = send(office.browser("ann"), BEGIN, f__description="All of it")
        assert answer.status_code == 422
        assert "Summary is needed." in text(answer)
        assert "All of it" in text(answer)

    def test_sent_twice_begins_one(self, office):
        client = office.browser("ann")
        sent = filled(client.get(BEGIN)) | {"f-summary": "Once"}
        for _ in range(2):
            assert client.post(BEGIN, data=sent).status_code == 302
        assert len(runs.page(office.app, office.actor("ann")).items) == 1

    def test_is_not_for_those_whose_roles_do_not(self, office):
        assert office.browser("bob").get(BEGIN).status_code == 404


class TestMyWork:
    def test_shows_who_a_task_is_for_and_offers_it(self, office, begun):
        client = office.browser("bob")
        assert "Specialist" in text(client.get("/?which=groups"))
        client.post(f"/tasks/{begun}/claim", data={"csrf_token": token(client.get("/"))})
        assert "Nothing is offered" in text(client.get("/?which=groups"))
        assert "Printer burns" in text(client.get("/?which=mine"))

    def test_shows_who_began_it_what_others_have_to_do(self, office, begun):
        assert "Printer burns" in text(office.browser("ann").get("/?which=waiting"))

    def test_says_what_to_expect_when_there_is_nothing(self, office):
        assert "Nothing waits for you" in text(office.browser("eve").get("/?which=nonsense"))


class TestATask:
    def test_shows_the_form_the_instruction_the_questions_and_the_ways_on(self, office, begun):
        page = text(office.browser("bob").get(f"/tasks/{begun}/"))
        assert "What you found" in page
        assert "<li>Think. &lt;b&gt;Never&lt;/b&gt; guess.</li>" in page
        assert "Is it solved?" in page
        assert "It works again" in page
        assert "Next: Is a credit due?" in page or "Next: Credit" in page

    def test_completing_it_goes_on_to_the_end(self, office, begun):
        client = office.browser("bob")
        answer = send(
            client,
            f"/tasks/{begun}/",
            f__description="Out of paper",
            f__solved="yes",
            outcome="resolved",
        )
        assert answer.status_code == 302
        assert "is done" in text(client.get(answer.location))
        [run] = runs.page(office.app, office.actor("bob")).items
        assert run.end == "resolved"

    def test_a_question_left_open_is_told_and_nothing_is_lost(self, office, begun):
        client = office.browser("bob")
        answer = send(
            client, f"/tasks/{begun}/", f__description="Typed with care", outcome="resolved"
        )
        assert answer.status_code == 422
        assert "1 answer to put right." in text(answer)
        assert "Typed with care" in text(answer)
        assert tasks.view(office.app, office.actor("bob"), begun).line.state == "open"

    def test_without_an_outcome_it_says_to_choose(self, office, begun):
        answer = send(office.browser("bob"), f"/tasks/{begun}/", f__solved="yes")
        assert answer.status_code == 422
        assert "Choose how the task came out." in text(answer)

    def test_sent_twice_is_done_once(self, office, begun):
        client = office.browser("bob")
        sent = filled(client.get(f"/tasks/{begun}/"))
        sent |= {"f-solved": "yes", "outcome": "again"}
        for _ in range(2):
            assert client.post(f"/tasks/{begun}/", data=sent).status_code == 302
        [run] = runs.page(office.app, office.actor("bob")).items
        view = runs.view(office.app, office.actor("bob"), run.id)
        assert len(view.tasks) == 2

    def test_what_was_typed_is_kept_and_put_back(self, office, begun):
        client = office.browser("bob")
        page = client.get(f"/tasks/{begun}/")
        sent = filled(page) | {"f-description": "Half a sentence", "csrf_token": token(page)}
        kept = client.post(f"/tasks/{begun}/draft", data=sent)
        assert kept.get_json() == {"kept": True}
        page = text(client.get(f"/tasks/{begun}/"))
        assert "Half a sentence" in page
        assert "Your draft was put back." in page

    def test_a_draft_that_is_refused_says_why_to_the_script(self, office, begun):
        client = office.browser("eve")
        sent = {"csrf_token": token(client.get("/"))}
        answer = client.post(
            f"/tasks/{begun}/draft", data=sent, headers={"Accept": "application/json"}
        )
        assert answer.status_code == 404
        assert json.loads(text(answer))["detail"] == f"There is no task {begun}."

    def test_somebody_else_is_told_who_is_at_it(self, office, begun):
        office.person("ben", "specialist")
        tasks.claim(office.app, office.actor("bob"), begun)
        page = text(office.browser("ben").get(f"/tasks/{begun}/"))
        assert "Bob is working on this task." in page
        assert 'name="outcome"' not in page
        client = office.browser("ben")
        sent = {"csrf_token": token(client.get("/")), "outcome": "resolved", "f-solved": "yes"}
        assert client.post(f"/tasks/{begun}/", data=sent).status_code == 409

    def test_it_can_be_given_to_somebody_else_who_holds_the_role(self, office, begun):
        ben = office.person("ben", "specialist")
        client = office.browser("bob")
        sent = {"csrf_token": token(client.get("/")), "person": ben.id}
        client.post(f"/tasks/{begun}/assign", data=sent)
        assert tasks.view(office.app, office.actor("ben"), begun).line.claimed_by.record == ben

    def test_a_claimed_one_is_given_back(self, office, begun):
        client = office.browser("bob")
        csrf = {"csrf_token": token(client.get("/"))}
        client.post(f"/tasks/{begun}/claim", data=csrf)
        client.post(f"/tasks/{begun}/release", data=csrf)
        assert tasks.view(office.app, office.actor("bob"), begun).line.claimed_by is None

    def test_who_changed_the_record_meanwhile_is_told(self, office, begun):
        """Two people write the same field from two pages: the second is shown the first's."""
        client = office.browser("bob")
        sent = filled(client.get(f"/tasks/{begun}/"))
        record = tasks.view(office.app, office.actor("bob"), begun).line.about.record
        records.update(
            office.app,
            office.actor("root"),
            record,
            {"description": "From the phone"},
            reason="The user phoned again",
        )
        sent |= {"f-description": "From the printer", "f-solved": "yes", "outcome": "again"}
        answer = client.post(f"/tasks/{begun}/", data=sent)
        assert answer.status_code == 409
        assert "Root has changed what you are about to write since you read it." in text(answer)
        assert differences(answer) == [
            ["Description", "empty", "From the phone", "From the printer"]
        ]
        assert "From the printer" in text(answer)
        assert (
            client.post(
                f"/tasks/{begun}/", data=filled(answer) | {"f-solved": "yes", "outcome": "again"}
            ).status_code
            == 302
        )

    def test_that_is_done_is_only_shown(self, office, begun):
        client = office.browser("bob")
        send(client, f"/tasks/{begun}/", f__solved="yes", outcome="resolved")
        page = text(client.get(f"/tasks/{begun}/"))
        assert "This task was completed by Bob" in page
        assert 'name="outcome"' not in page

    def test_that_somebody_else_has_done_says_by_whom_and_loses_nothing_typed(self, office, begun):
        office.person("ben", "specialist")
        client = office.browser("bob")
        page = filled(client.get(f"/tasks/{begun}/"))
        send(office.browser("ben"), f"/tasks/{begun}/", f__solved="yes", outcome="resolved")
        sent = page | {"f-description": "Typed with care", "f-solved": "no", "outcome": "again"}
        answer = client.post(f"/tasks/{begun}/", data=sent)
        assert answer.status_code == 409
        assert "This task has been completed already, by Ben." in text(answer)
        kept = text(answer).split("What you had typed")[1].split("</dl>")[0]
        assert '<dt>Description</dt><dd class="prewrap">Typed with care</dd>' in kept
        assert '<dt>Is it solved?</dt><dd class="prewrap">No</dd>' in kept

    def test_that_somebody_has_taken_meanwhile_loses_nothing_typed_either(self, office, begun):
        office.person("ben", "specialist")
        client = office.browser("bob")
        page = filled(client.get(f"/tasks/{begun}/"))
        tasks.claim(office.app, office.actor("ben"), begun)
        answer = client.post(f"/tasks/{begun}/", data=page | {"f-description": "Typed with care"})
        assert answer.status_code == 409
        assert "Ben is working on this task." in text(answer)
        assert "Typed with care" in text(answer).split("What you had typed")[1]

    def test_that_is_none_says_so(self, office):
        assert office.browser("bob").get("/tasks/99/").status_code == 404


class TestARecordThatAProcedureKeeps:
    ADDRESS = "/records/incident_request/edit/?id=1"

    def test_says_which_task_changes_it(self, office, begun):
        page = text(office.browser("ann").get("/records/incident_request/details/?id=1"))
        assert f'<a href="/tasks/{begun}/">Task {begun}</a> changes: ' in page

    def test_leaves_what_it_keeps_to_its_tasks(self, office, begun):
        client = office.browser("ann")
        answer = send(client, self.ADDRESS, f__summary="Mine", f__impact="minor")
        assert answer.status_code == 302
        view = records.view(office.app, office.actor("ann"), HANDLED)
        assert view.values["impact"] == "minor"
        assert 'name="f-description"' not in text(client.get(self.ADDRESS))

    def test_is_overridden_by_who_may_with_a_reason(self, office, begun):
        client = office.browser("root")
        answer = send(client, self.ADDRESS, f__description="Corrected")
        assert answer.status_code == 409
        assert "give a reason" in text(answer)
        reason = {"f__override__reason": "The user was misheard"}
        answer = send(client, self.ADDRESS, f__description="Corrected", **reason)
        assert answer.status_code == 302
        page = text(client.get(answer.location))
        assert "The user was misheard" in page
        assert "Corrected" in page


class TestARun:
    @pytest.fixture
    def ended(self, office, begun):
        send(office.browser("bob"), f"/tasks/{begun}/", f__solved="yes", outcome="resolved")
        [line] = runs.page(office.app, office.actor("bob")).items
        return line.id

    def test_tells_its_history_and_why_its_decisions_came_out_so(self, office, ended):
        page = text(office.browser("bob").get(f"/runs/{ended}/"))
        assert "was completed: It works again." in page
        assert "It took longer than was promised." in page
        assert "<code>long</code>" in page
        assert "table <code>" in page

    def test_explains_a_decision_rule_by_rule(self, office, ended):
        client = office.browser("bob")
        assert "/runs/verdicts/1/" in text(client.get(f"/runs/{ended}/"))
        page = text(client.get("/runs/verdicts/1/"))
        assert "<b>It held.</b> It took longer than was promised." in page
        assert "Another rule held." in page
        assert client.get("/runs/verdicts/99/").status_code == 404

    def test_lights_up_the_way_so_far(self, office, ended):
        page = text(office.browser("bob").get(f"/runs/{ended}/"))
        assert 'class="node is-task is-done" data-key="diagnose"' in page

    def test_stands_in_the_list_and_is_filtered(self, office, ended):
        client = office.browser("bob")
        assert f"/runs/{ended}/" in text(client.get("/runs/?state=ended"))
        assert f"/runs/{ended}/" not in text(client.get("/runs/?state=open"))
        assert f"/runs/{ended}/" in text(client.get("/runs/?state=x&procedure=y&after=z"))

    def test_is_linked_from_the_record(self, office, ended):
        page = text(office.browser("ann").get("/records/incident_request/details/?id=1"))
        assert f"/runs/{ended}/" in page

    def test_that_is_over_cannot_be_cancelled(self, office, ended):
        client = office.browser("root")
        sent = {"csrf_token": token(client.get("/")), "reason": "No more"}
        answer = client.post(f"/runs/{ended}/cancel", data=sent)
        assert answer.status_code in {403, 409}


class TestTheGuide:
    @pytest.mark.parametrize(
        ("address", "words"),
        [
            ("/guide/", "Restore."),
            ("/guide/processes/incident-management/", "Process map"),
            (
                "/guide/processes/incident-management/",
                'Owned by <a href="/guide/roles/specialist/">Specialist</a>',
            ),
            ("/guide/procedures/incident-handling/", "Find out what is wrong"),
            ("/guide/roles/", "Service desk analyst"),
            ("/guide/roles/specialist/", "Diagnose"),
            ("/guide/decisions/", "Is a credit due?"),
            ("/guide/decisions/credit/", "It took longer than was promised."),
            ("/guide/entities/incident_request/", "What users report."),
            ("/guide/", '<a href="/guide/calendars/mornings/">Mornings</a>'),
            ("/guide/calendars/mornings/", "<dt>Monday</dt><dd>8:00-12:00, 13:00-24:00</dd>"),
            ("/guide/calendars/mornings/", "<dt>2026-04-06</dt><dd>closed (Easter Monday)</dd>"),
            ("/guide/calendars/mornings/", "<dt>2026-12-31</dt><dd>9:00-10:00</dd>"),
        ],
    )
    def test_says_what_is_defined(self, office, address, words):
        assert words in text(office.browser("eve").get(address))

    def test_draws_the_procedure_with_links(self, office):
        page = text(office.browser("eve").get("/guide/procedures/incident-handling/"))
        assert '<svg xmlns="http://www.w3.org/2000/svg" class="diagram"' in page
        assert 'href="/guide/decisions/credit/"' in page
        assert 'href="/guide/procedures/incident-handling/#step-diagnose"' in page
        assert 'id="step-diagnose"' in page

    def test_says_where_it_was_written_and_what_a_setting_is(self, office):
        client = office.browser("eve")
        page = text(client.get("/guide/procedures/incident-handling/"))
        assert "definitions/procedures/x.yaml:1" in page
        assert 'href="/guide/procedures/incident-handling.bpmn"' in page
        # and the procedure is a file for the tools of others
        file = client.get("/guide/procedures/incident-handling.bpmn")
        assert (
            file.headers["Content-Disposition"] == 'attachment; filename="incident-handling.bpmn"'
        )
        assert "<bpmn:process" in text(file)
        assert "What was promised" in text(client.get("/guide/decisions/credit/"))

    def test_what_is_not_defined_is_not_found(self, office):
        client = office.browser("eve")
        for kind in ("processes", "procedures", "roles", "decisions", "entities", "notifications"):
            assert client.get(f"/guide/{kind}/nothing/").status_code == 404


class TestSearching:
    def test_a_bare_number_leads_to_its_record(self, office, begun):
        answer = office.browser("ann").get("/search/?q=INC1")
        assert answer.location == "/records/incident_request/details/?id=1"

    def test_words_find_records_and_the_guide(self, office, begun):
        client = office.browser("ann")
        assert "Printer <mark>burns</mark>" in text(client.get("/search/?q=burns"))
        assert "/guide/procedures/incident-handling/" in text(client.get("/search/?q=handling"))

    def test_finds_nothing_that_one_may_not_read(self, office, begun):
        assert "Printer" not in text(office.browser("eve").get("/search/?q=burns"))


class TestAdministration:
    def test_shows_roles_that_nobody_holds_and_who_evaluates(self, office):
        page = text(office.browser("root").get("/administration/"))
        assert "Nothing has failed" in page
        assert office.app.rules.evaluator in page

    def test_shows_who_holds_roles_that_are_kept_apart(self, office):
        ann = office.people["ann"]
        assert "in one hand" not in text(office.browser("root").get("/administration/"))

        office.store("holder", person=ann, role="on-duty-manager")

        page = text(office.browser("root").get("/administration/"))
        assert "Ann is On-duty manager and Service desk analyst." in page

    @pytest.mark.parametrize("role", ["on-duty-manager", "service-desk-analyst"])
    def test_the_guide_tells_both_roles_what_they_are_kept_apart_from(self, office, role):
        assert "Never in one hand with" in text(office.browser("ann").get(f"/guide/roles/{role}/"))

    def test_is_for_administrators(self, office):
        assert office.browser("ann").get("/administration/").status_code == 403
        assert "/administration/" not in text(office.browser("ann").get("/"))


class TestEveryPage:
    def test_says_what_a_browser_may_load_and_run(self, office):
        policy = office.browser("ann").get("/").headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy

    def test_is_not_kept_by_the_browser_but_its_files_are(self, office):
        client = office.browser("ann")
        assert client.get("/").headers["Cache-Control"] == "no-store"
        with client.get("/static/screens.css") as answer:
            assert "max-age" in answer.headers["Cache-Control"]

    def test_an_address_that_leads_nowhere_is_told_in_the_same_look(self, office):
        answer = office.browser("ann").get("/nothing/here")
        assert answer.status_code == 404
        assert "There is no such page." in text(answer)
        assert 'aria-label="Main menu"' in text(answer)

    def test_a_stranger_is_told_nothing(self, office):
        assert office.browser().get("/nothing/here").status_code == 302

    def test_the_look_is_what_the_reader_chose(self, office):
        client = office.browser("ann")
        assert "data-bs-theme" not in text(client.get("/"))
        client.set_cookie("theme", "dark")
        assert '<html lang="en" data-bs-theme="dark">' in text(client.get("/"))
        client.set_cookie("theme", '"><script>')
        assert "<script>" not in text(client.get("/"))
