"""Clocks of records: read from the audit, as they would have been written down at the time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa

from server.domain.clock import State
from server.domain.expression.kinds import DURATION
from server.domain.refusals import NotAllowed, NotFound
from server.domain.role import Role
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import clocks, records
from server.usecases.app import App
from server.usecases.running import Running
from tests.builders import AT, ROLES, Clock, an_app, may, somebody
from tests.engine.builders import a_table
from tests.promised import promised
from tests.usecases.desk import PRIORITY, REQUEST, a_desk

INCIDENT = "incident_request"
HOUR = timedelta(hours=1)
TIMES = a_table(
    "times",
    {"priority": REQUEST.fields["priority"].type},
    DURATION,
    [("critical", "priority = critical", 2 * HOUR), ("rest", None, 8 * HOUR)],
)


[HOURS] = TIMES.outputs
RESOLUTION = promised(
    "resolution",
    "status in [resolved, closed]",
    ("times", "priority", HOURS),
    entity=REQUEST,
    pauses_while='status = pending and pending_reason = "requester"',
    void_when="status = cancelled",
    endangered_at=Fraction(3, 4),
)
RESPONSE = promised("response", "assignee is not null", HOUR, entity=REQUEST, for_good=True)


@pytest.fixture
def clock() -> Clock:
    return Clock(AT)


@pytest.fixture
def app(database: Database, clock: Clock) -> App:
    shy = Role("shy", "Shy", may={INCIDENT: may("read", assignee="hidden")})
    definitions = a_desk(
        procedures=(),
        roles=ROLES | {"shy": shy, "stranger": Role("stranger", "Stranger")},
        targets={item.key: item for item in (RESOLUTION, RESPONSE)},
    )
    decisions = {"priority": PRIORITY, "times": TIMES}
    return an_app(database, replace(definitions, decisions=decisions), clock=clock)


class TestTheClocksOfARecord:
    def test_follow_from_what_was_changed_when(self, app: App, clock: Clock):
        # given a request that is taken up, waits for its requester, and goes on
        analyst = somebody(app, "service-desk-analyst")
        request = records.create(app, analyst, INCIDENT, {"summary": "Jammed"}).title.record
        change(app, clock, analyst, request, 1, status="assigned", assignee=analyst.id)
        change(app, clock, analyst, request, 2, status="pending", pending_reason="requester")
        change(app, clock, analyst, request, 4, pending_reason="supplier")

        # when it is looked at an hour later
        clock.at = AT + 5 * HOUR
        resolution, response = clocks.of_record(app, analyst, request)

        # then two hours of the five do not count, and the first answer came at the last moment
        assert resolution.target.key == "resolution"
        assert (resolution.clock.state, resolution.clock.elapsed) == (State.COUNTING, 3 * HOUR)
        assert resolution.clock.goal == 8 * HOUR
        assert resolution.because == ()
        assert (response.clock.state, response.clock.elapsed) == (State.MET, HOUR)

    def test_say_why_they_stand_still(self, app: App, clock: Clock):
        analyst = somebody(app, "service-desk-analyst")
        request = records.create(app, analyst, INCIDENT, {"summary": "Jammed"}).title.record
        change(app, clock, analyst, request, 1, status="assigned")
        change(app, clock, analyst, request, 2, status="pending", pending_reason="requester")

        found = {item.target.key: item for item in clocks.of_record(app, analyst, request)}

        assert found["resolution"].clock.state is State.PAUSED
        assert found["resolution"].clock.since == AT + 2 * HOUR
        assert found["resolution"].because == (
            ("Status", "Pending"),
            ("Pending reason", "requester"),
        )
        assert found["response"].clock.state is State.MISSED

    def test_count_a_higher_priority_from_the_beginning(self, app: App, clock: Clock):
        analyst = somebody(app, "service-desk-analyst")
        request = records.create(app, analyst, INCIDENT, {"summary": "Jammed"}).title.record
        change(app, clock, analyst, request, 3, impact="extensive")

        found = {item.target.key: item.clock for item in clocks.of_record(app, analyst, request)}

        assert (found["resolution"].goal, found["resolution"].state) == (2 * HOUR, State.MISSED)
        assert found["resolution"].missed_at == AT + 2 * HOUR

    def test_are_seen_by_who_may_read_all_that_they_depend_on(self, app: App):
        analyst = somebody(app, "service-desk-analyst")
        request = records.create(app, analyst, INCIDENT, {"summary": "Jammed"}).title.record

        seen = clocks.of_record(app, somebody(app, "shy", name="Sue"), request)

        assert [item.target.key for item in seen] == ["resolution"]
        with pytest.raises(NotAllowed):
            clocks.of_record(app, somebody(app, "stranger", name="Sid"), request)

    def test_are_of_records_that_there_are(self, app: App):
        analyst = somebody(app, "service-desk-analyst")

        for missing in (RecordRef(INCIDENT, 99), RecordRef("gnome", 1)):
            with pytest.raises(NotFound):
                clocks.of_record(app, analyst, missing)

    def test_of_many_records_are_one_question(self, app: App, clock: Clock):
        # given a page of requests
        analyst = somebody(app, "service-desk-analyst")
        found = [
            records.create(app, analyst, INCIDENT, {"summary": f"Jam {number}"}).title.record
            for number in range(5)
        ]
        change(app, clock, analyst, found[3], 1, status="assigned", assignee=analyst.id)

        # when their clocks are asked for
        asked: list[str] = []
        with app.database.read() as connection:
            running = Running(app, connection, analyst)
            sa.event.listen(
                connection, "before_cursor_execute", lambda *told: asked.append(told[2])
            )
            seen = clocks.of_records(running, INCIDENT, found)

        # then the audit is read once
        assert sum("procedura_change" in statement for statement in asked) == 1
        states = [{item.target.key: item.clock.state for item in seen[ref]} for ref in found]
        waiting = {"response": State.COUNTING, "resolution": State.COUNTING}
        assert states == [*[waiting] * 3, waiting | {"response": State.MET}, waiting]


def change(app: App, clock: Clock, actor, record: RecordRef, hours: int, **values) -> None:
    """Change the record so many hours after it was made."""
    clock.at = AT + hours * HOUR
    seen = records.view(app, actor, record).revision
    records.update(app, actor, record, values, expecting=seen)
