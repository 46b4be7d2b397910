"""Monitoring's messages become events, each once, however they come."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.domain.entity import STATUS
from server.domain.refusals import Invalid, Malformed, NotAllowed, NotFound, WrongState
from server.domain.role import Role
from server.storage import tables
from server.storage.inbox import MessageState
from server.usecases import events
from server.usecases.running import Running
from tests.builders import AT, Clock, acting, may, stored
from tests.usecases.monitoring import ALERTS, an_alert, an_app, some_monitoring


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def app(database, clock):
    app = an_app(database, some_monitoring(), clock)
    with_operator(app)
    return app


def with_operator(app, name="Otto"):
    person = stored(app.database, app.models, "person", name=name)
    stored(app.database, app.models, "holder", person=person, role="operator")
    return acting(person, name)


def deliver(app, *alerts):
    return events.receive(app, APPLICATION, "alertmanager", {"alerts": list(alerts)})


def handle_all(app):
    while events.handle(app):
        pass


def rows(app, table):
    with app.database.read() as connection:
        return connection.execute(sa.select(table).order_by(table.c.id)).all()


def event_rows(app):
    return rows(app, app.models.tables["event"])


def close(app, row):
    """Close an event by hand."""
    with app.database.write() as connection:
        running = Running(app, connection, APPLICATION)
        running.draft.change(running.records.all("event")[row.id - 1], {STATUS: "closed"})
        running.settle()
        running.save()


class TestADelivery:
    def test_is_kept_before_it_is_handled(self, app):
        assert deliver(app, an_alert("f1"), an_alert("f2")).count == 2
        assert [row.state for row in rows(app, tables.inbox)] == ["waiting", "waiting"]
        assert event_rows(app) == []

    def test_that_cannot_be_read_leaves_nothing(self, app):
        for payload, refusal in (
            ({"alerts": [an_alert(), {}]}, Invalid),
            ({"alarms": []}, Malformed),
            ("alerts", Malformed),
        ):
            with pytest.raises(refusal):
                events.receive(app, APPLICATION, "alertmanager", payload)
        assert rows(app, tables.inbox) == []

    def test_of_an_unknown_source_is_not_taken(self, app):
        with pytest.raises(NotFound, match="'nagios'") as refused:
            events.receive(app, APPLICATION, "nagios", {})
        assert "alertmanager" in refused.value.hint

    def test_is_taken_from_who_may_create_events(self, app):
        nobody = acting(stored(app.database, app.models, "person", name="Nora"), "Nora")
        with pytest.raises(NotAllowed):
            events.receive(app, nobody, "alertmanager", {"alerts": [an_alert()]})
        events.receive(app, with_operator(app), "alertmanager", {"alerts": [an_alert()]})
        assert len(rows(app, tables.inbox)) == 1

    def test_is_not_taken_from_who_may_create_their_own_alone(self, app):
        own = Role("operator", "Operator", may={"event": may("create", "service")})
        roles = app.definitions.roles | {"operator": own}
        narrow = replace(app, definitions=replace(app.definitions, roles=roles))
        with pytest.raises(NotAllowed, match="let you enter your own alone"):
            events.receive(narrow, with_operator(app), "alertmanager", {"alerts": [an_alert()]})
        assert rows(app, tables.inbox) == []


class TestTheFirstMessage:
    def test_makes_an_event_with_what_it_says(self, app):
        # given a CI and a service that the message names
        ci = stored(app.database, app.models, "ci", name="web-1")
        service = stored(app.database, app.models, "service", name="mail")
        # when it comes
        labels = {"severity": "critical", "instance": "web-1:9100", "service": "mail"}
        deliver(app, an_alert(labels=labels))
        handle_all(app)
        # then the event is linked to them
        [event] = event_rows(app)
        assert (event.summary, event.severity) == ("The disk is full", "critical")
        assert (event.fingerprint, event.occurrences) == ("f1", 1)
        assert (event.first_seen_at, event.last_seen_at) == (AT, AT)
        assert event.resolved_at is None
        assert (event.ci, event.service) == (ci.id, service.id)
        # and the message tells what it became
        [message] = rows(app, tables.inbox)
        assert (message.state, message.record_entity) == ("handled", "event")
        assert message.record_id == event.id

    def test_begins_the_procedure_for_new_events(self, app):
        deliver(app, an_alert())
        handle_all(app)
        [run] = rows(app, tables.run)
        assert (run.procedure, run.about_entity, run.about_id) == ("event-handling", "event", 1)
        [task] = rows(app, tables.task)
        assert (task.step, task.role, task.state) == ("review", "operator", "open")

    def test_names_a_ci_that_nobody_knows_or_two_have(self, app):
        stored(app.database, app.models, "service", name="mail")
        stored(app.database, app.models, "service", name="mail")
        deliver(app, an_alert(labels={"severity": "warning", "instance": "x", "service": "mail"}))
        handle_all(app)
        [event] = event_rows(app)
        assert event.ci is None
        assert event.service is None

    def test_that_already_says_the_end_is_not_lost(self, app):
        deliver(app, an_alert(status="resolved"))
        handle_all(app)
        [event] = event_rows(app)
        assert event.resolved_at == AT


class TestAFurtherMessage:
    def test_of_an_open_event_is_counted(self, app, clock):
        deliver(app, an_alert(), an_alert())
        handle_all(app)
        clock.pass_time(minutes=5)
        deliver(app, an_alert())
        handle_all(app)
        [event] = event_rows(app)
        assert event.occurrences == 3
        assert event.first_seen_at == AT
        assert event.last_seen_at == AT + timedelta(minutes=5)
        assert len(rows(app, tables.run)) == 1

    def test_of_another_time_or_thing_is_another_event(self, app):
        deliver(app, an_alert(), an_alert("f2"), an_alert(starts_at="2026-03-02T10:00:00Z"))
        handle_all(app)
        assert [event.occurrences for event in event_rows(app)] == [1, 1, 1]

    def test_that_says_the_end_is_noted_and_closes_nothing(self, app, clock):
        deliver(app, an_alert())
        handle_all(app)
        clock.pass_time(hours=1)
        deliver(app, an_alert(status="resolved"))
        handle_all(app)
        [event] = event_rows(app)
        assert event.resolved_at == AT + timedelta(hours=1)
        assert event.status == "open"

    def test_after_the_end_takes_the_end_back(self, app):
        deliver(app, an_alert(), an_alert(status="resolved"), an_alert())
        handle_all(app)
        [event] = event_rows(app)
        assert (event.occurrences, event.resolved_at) == (3, None)

    def test_that_is_older_than_the_end_does_not(self, app):
        # given a message that had to wait while the end was noted
        deliver(app, an_alert(), an_alert(status="resolved"))
        with app.database.write() as connection:
            first = tables.inbox.c.id == 1
            later = AT + timedelta(minutes=1)
            connection.execute(tables.inbox.update().where(first).values(due_at=later))
        handle_all(app)
        # when its time comes
        app.now.pass_time(minutes=2)
        handle_all(app)
        # then the end stands
        [event] = event_rows(app)
        assert (event.occurrences, event.resolved_at) == (2, AT)

    def test_of_an_event_closed_while_trouble_lasts_is_counted_there(self, app):
        deliver(app, an_alert())
        handle_all(app)
        close(app, event_rows(app)[0])
        deliver(app, an_alert())
        handle_all(app)
        [event] = event_rows(app)
        assert (event.status, event.occurrences) == ("closed", 2)

    def test_of_an_event_closed_and_ended_is_a_new_event(self, app):
        deliver(app, an_alert(), an_alert(status="resolved"))
        handle_all(app)
        close(app, event_rows(app)[0])
        deliver(app, an_alert(status="resolved"))
        handle_all(app)
        assert len(event_rows(app)) == 1
        deliver(app, an_alert())
        handle_all(app)
        assert [event.status for event in event_rows(app)] == ["closed", "open"]

    def test_of_a_closed_event_is_a_new_one_where_no_end_is_ever_said(self, database):
        app = an_app(database, some_monitoring(replace(ALERTS, resolved="")))
        with_operator(app)
        deliver(app, an_alert())
        handle_all(app)
        close(app, event_rows(app)[0])
        deliver(app, an_alert())
        handle_all(app)
        assert [event.status for event in event_rows(app)] == ["closed", "open"]


class TestManyAtOnce:
    def test_three_senders_of_one_alert_make_one_event(self, app):
        # given three senders and two workers, all at once
        ready = threading.Barrier(3)

        def send(_):
            ready.wait()
            for _ in range(5):
                deliver(app, an_alert(), an_alert("f2"))
                events.handle(app)

        with ThreadPoolExecutor(3) as senders:
            list(senders.map(send, range(3)))
        # when everything is handled, also what the workers kept from each other
        app.now.pass_time(hours=1)
        handle_all(app)
        # then there is one event of each, with everything counted
        assert [event.occurrences for event in event_rows(app)] == [15, 15]
        assert len(rows(app, tables.run)) == 2
        assert {row.state for row in rows(app, tables.inbox)} == {"handled"}

    def test_a_batch_is_taken_by_one_worker(self, app):
        deliver(app, *(an_alert(f"f{number}") for number in range(45)))
        with ThreadPoolExecutor(4) as workers:
            list(workers.map(lambda _: handle_all(app), range(4)))
        assert len(event_rows(app)) == 45
        assert len(rows(app, tables.task)) == 45


class TestAMessageThatCannotBeHandled:
    def unfit(self):
        return an_alert("bad", labels={"severity": "deafening"})

    def test_waits_longer_and_longer_and_is_parked_in_the_end(self, app, clock):
        deliver(app, self.unfit())
        for attempt in range(events.MOST_ATTEMPTS):
            assert events.handle(app) == 1
            assert events.handle(app) == 0, "it waits"
            clock.pass_time(seconds=events.delay(attempt).total_seconds())
        [message] = rows(app, tables.inbox)
        assert (message.state, message.attempts) == ("parked", events.MOST_ATTEMPTS)
        assert "deafening" in message.problem
        assert event_rows(app) == []
        assert events.handle(app) == 0

    def test_does_not_hold_up_the_others_of_its_batch(self, app):
        deliver(app, an_alert("f1"), self.unfit(), an_alert("f2"))
        handle_all(app)
        assert [event.fingerprint for event in event_rows(app)] == ["f1", "f2"]
        assert [row.state for row in rows(app, tables.inbox)] == ["handled", "waiting", "handled"]

    def test_leaves_nothing_of_what_it_had_begun(self, database, clock):
        # given a procedure whose only role nobody holds
        app = an_app(database, some_monitoring(), clock)
        deliver(app, an_alert())
        # when the event is made and its procedure cannot begin
        assert events.handle(app) == 1
        # then neither is there, and the message tells why
        assert event_rows(app) == []
        assert rows(app, tables.run) == []
        [message] = rows(app, tables.inbox)
        assert "Nobody holds the role Operator" in message.problem
        # and it is done once somebody holds the role
        with_operator(app)
        clock.pass_time(seconds=1)
        handle_all(app)
        assert len(event_rows(app)) == 1

    def test_is_handled_anew_when_an_administrator_says_so(self, app, clock):
        # given a message that was parked
        deliver(app, self.unfit())
        for attempt in range(events.MOST_ATTEMPTS):
            events.handle(app)
            clock.pass_time(seconds=events.delay(attempt).total_seconds())
        person = stored(app.database, app.models, "person", name="Ada")
        stored(app.database, app.models, "holder", person=person, role="administrator")
        ada = acting(person, "Ada")
        # when the definitions are mended and it is resumed
        [message] = events.page(app, ada, state=MessageState.PARKED).items
        readings = dict(ALERTS.fields)
        readings["severity"] = replace(readings["severity"], values={"deafening": "critical"})
        mended = replace(
            app,
            definitions=replace(
                app.definitions, correlations={"alerts": replace(ALERTS, fields=readings)}
            ),
        )
        assert events.resume(mended, ada, message.id).state is MessageState.WAITING
        handle_all(mended)
        # then it is an event
        [event] = event_rows(app)
        assert event.severity == "critical"
        with pytest.raises(WrongState, match="handled, not parked"):
            events.resume(mended, ada, message.id)
        with pytest.raises(NotFound):
            events.resume(mended, ada, 99)

    def test_is_shown_to_administrators_only(self, app):
        with pytest.raises(NotAllowed):
            events.page(app, with_operator(app))
        with pytest.raises(NotAllowed):
            events.resume(app, with_operator(app), 1)


class TestAWorkerThatIsKilled:
    class Killed(BaseException):
        pass

    @pytest.mark.parametrize(
        "point",
        ["before-records", "after-records", "after-runs", "after-history", "before-commit"],
    )
    def test_has_done_all_or_nothing(self, app, point):
        # given two messages of one event
        deliver(app, an_alert(), an_alert())

        def crash(at):
            if at == point:
                raise self.Killed

        # when the worker dies on its way
        with pytest.raises(self.Killed):
            events.handle(replace(app, crash=crash))
        assert event_rows(app) == []
        # then another one does the whole work
        handle_all(app)
        [event] = event_rows(app)
        assert event.occurrences == 2
        assert len(rows(app, tables.run)) == 1

    def test_and_a_sender_that_is_not_answered_sends_again(self, app):
        def crash(at):
            if at == "after-commit":
                raise self.Killed

        with pytest.raises(self.Killed):
            deliver(replace(app, crash=crash), an_alert())
        deliver(app, an_alert())
        handle_all(app)
        [event] = event_rows(app)
        assert event.occurrences == 2
