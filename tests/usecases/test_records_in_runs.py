"""Records while runs are open about them: who may change what, and what follows."""

from zoneinfo import ZoneInfo

import pytest

from server.domain.actor import APPLICATION
from server.domain.calendar import Calendar
from server.domain.refusals import NotAllowed, WrongState
from server.domain.run import RunState, TaskState
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import records, runs, tasks
from server.usecases.app import App
from tests.builders import AT, an_app, somebody, stored
from tests.engine.builders import a_procedure, choose, end, when_new
from tests.usecases.desk import a_desk

INCIDENT = "incident_request"


@pytest.fixture
def app(database: Database) -> App:
    return an_app(database, a_desk())


@pytest.fixture
def analyst(app: App):
    return somebody(app, "service-desk-analyst")


def enter(app: App, actor) -> RecordRef:
    return records.create(app, actor, INCIDENT, {"summary": "No mail"}).title.record


def open_tasks(app: App):
    lines = (
        runs.view(app, APPLICATION, line.id).tasks for line in runs.page(app, APPLICATION).items
    )
    return [task for found in lines for task in found if task.state is TaskState.OPEN]


def open_task(app: App):
    [task] = open_tasks(app)
    return task


class TestANewRecord:
    def test_begins_the_procedures_that_wait_for_it(self, app: App, analyst):
        request = enter(app, analyst)
        line = open_task(app)
        assert (line.step, line.about.record) == ("assign", request)

    def test_is_not_kept_when_what_it_begins_cannot_go_on(self, app: App):
        with pytest.raises(Exception, match="Nobody holds the role Service desk analyst"):
            enter(app, APPLICATION)
        assert records.page(app, APPLICATION, INCIDENT).items == ()


def test_working_time_is_counted_by_the_calendar_that_is_served(database: Database) -> None:
    # given people who work two hours each morning, in a zone of their own
    mornings = Calendar("mornings", dict.fromkeys(range(5), ((480, 600),)), ZoneInfo("Asia/Tokyo"))
    procedure = a_procedure(
        "handling",
        # at nine there on Wednesday: three hours of work after Monday, six in the evening there
        choose(
            "when",
            ('now + 3 working hours = date_time("2026-03-04T00:00:00Z")', "counted"),
            otherwise="otherwise",
        ),
        end("otherwise"),
        end("counted"),
        starts=(when_new(INCIDENT),),
    )
    app = an_app(database, a_desk(procedures=(procedure,), calendar=mornings))

    # when a request comes in on that Monday
    enter(app, somebody(app, "service-desk-analyst"))

    # then its time is counted in their hours
    [run] = runs.page(app, APPLICATION, state="ended").items
    assert run.end == "counted"


class TestAFieldThatARunWrites:
    def test_names_the_task_that_would_change_it(self, app: App, analyst):
        request = enter(app, analyst)
        line = open_task(app)
        view = records.view(app, analyst, request)
        assert view.held == {"status": line.id, "assignee": line.id, "pending_reason": None}

        with pytest.raises(WrongState) as refused:
            records.update(app, analyst, request, {"status": "assigned", "impact": "minor"})
        assert str(refused.value) == (
            f"Status is changed by the task 'Assign' of 'Handling' (task {line.id})."
        )
        with pytest.raises(WrongState, match="by the steps of 'Handling' only"):
            records.update(app, analyst, request, {"pending_reason": "X"})
        assert records.view(app, analyst, request).values["impact"] == "moderate"

    def test_is_no_matter_when_it_stays_as_it_is(self, app: App, analyst):
        request = enter(app, analyst)
        view = records.update(app, analyst, request, {"status": "new", "impact": "minor"})
        assert view.values["impact"] == "minor"

    def test_is_free_when_the_run_is_over(self, app: App, analyst):
        request = enter(app, analyst)
        runs.cancel(app, APPLICATION, open_task(app).run_id, "Entered by mistake")
        assert records.view(app, analyst, request).held == {}
        records.update(app, analyst, request, {"status": "assigned"})

    def test_changes_through_its_task(self, app: App, analyst):
        somebody(app, "service-owner", name="Owner")
        request = enter(app, analyst)
        tasks.complete(
            app, analyst, open_task(app).id, outcome=None, answers={"assignee": analyst.id}
        )
        view = records.view(app, analyst, request)
        assert (view.values["status"], view.values["assignee"]) == ("assigned", analyst.person)
        newest_first = records.history(app, analyst, request).items
        told = {line.field: line for line in reversed(newest_first)}
        assert (told["status"].step, told["status"].run_id) == ("assign", 1)


class TestOverriding:
    def test_needs_the_right_to(self, app: App, analyst):
        request = enter(app, analyst)
        with pytest.raises(NotAllowed, match="override"):
            records.update(app, analyst, request, {"status": "assigned"}, reason="Because")

    def test_is_kept_with_its_reason(self, app: App, analyst):
        boss = somebody(app, "administrator", name="Boss")
        request = enter(app, analyst)
        view = records.update(app, boss, request, {"status": "assigned"}, reason=" Phoned ")
        assert view.values["status"] == "assigned"
        [line] = records.history(app, boss, request, limit=1).items
        assert (line.who, line.field, line.reason) == ("Boss", "status", "Phoned")

    def test_is_no_way_around_the_moves_of_a_status(self, app: App, analyst):
        boss = somebody(app, "administrator", name="Boss")
        request = enter(app, analyst)
        with pytest.raises(WrongState, match="cannot become closed"):
            records.update(app, boss, request, {"status": "closed"}, reason="Because")

    def test_ends_a_run_whose_condition_it_meets(self, app: App, analyst):
        boss = somebody(app, "administrator", name="Boss")
        request = enter(app, analyst)
        run_id = open_task(app).run_id
        records.update(app, boss, request, {"status": "cancelled"}, reason="Not needed any more")
        assert runs.view(app, boss, run_id).line.state is RunState.STOPPED
        assert open_tasks(app) == []


class TestPeople:
    """Open tasks are given to others in the transaction that changes who is there."""

    @pytest.fixture
    def judged(self, app: App, analyst):
        """A request that waits for its service owner, with an on-duty manager standing by."""
        owner = somebody(app, "service-owner", name="Owner")
        somebody(app, "on-duty-manager", name="Duty")
        enter(app, analyst)
        tasks.complete(app, analyst, open_task(app).id, outcome=None, answers={})
        assert open_task(app).role_title == "Service owner"
        return owner

    def test_who_are_absent_leave_their_tasks_to_those_who_stand_in(self, app: App, judged):
        away = {"away_from": AT.date().isoformat()}
        records.update(app, APPLICATION, judged.person, away)
        assert open_task(app).role_title == "On-duty manager"
        records.update(app, APPLICATION, judged.person, {"away_from": None})
        assert open_task(app).role_title == "Service owner"

    def test_who_have_left_leave_their_tasks(self, app: App, judged):
        records.update(app, APPLICATION, judged.person, {"active": False})
        assert open_task(app).role_title == "On-duty manager"

    def test_whose_role_ends_leave_its_tasks(self, app: App, judged):
        [holder] = records.page(app, APPLICATION, "holder", filters={"person": judged.id}).items
        records.delete(app, APPLICATION, holder.title.record)
        assert open_task(app).role_title == "On-duty manager"

    def test_who_get_a_role_get_its_tasks(self, app: App, judged):
        records.update(app, APPLICATION, judged.person, {"active": False})
        new = stored(app.database, app.models, "person", name="New")
        records.create(app, APPLICATION, "holder", {"person": new.id, "role": "service-owner"})
        assert open_task(app).role_title == "Service owner"
