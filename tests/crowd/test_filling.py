"""What the benchmarks fill a database with is what the product would have made itself."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from benchmarks.crowd.lives import REQUEST
from server.domain.actor import APPLICATION
from server.domain.run import Run, Scope, TaskState
from server.engine.apply import replay
from server.engine.history import event_of
from server.storage import queues, tables, ways
from server.storage.runs import Runs
from server.usecases import access, records, runs, tasks
from server.usecases.database import check_schema
from tests.crowd.conftest import SIZES

FIRST = [("Laptop does not start, House 4", 554, 3), ("Calendar was lost, House 53", 558, 4)]
"""The first requests of a crowd, whenever it is filled."""


def open_tasks(crowd):
    with crowd.app.database.read() as connection:
        return queues.tasks(connection, ways.every_open())


def count(crowd, table):
    with crowd.app.database.read() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(table))


def test_a_crowd_has_the_sizes_asked_for(crowd):
    assert count(crowd, crowd.app.models.tables[REQUEST]) == SIZES.requests
    assert SIZES.open <= len(open_tasks(crowd)) <= SIZES.open + 1
    assert SIZES.history <= count(crowd, tables.history) < SIZES.history + 60


def test_a_crowd_fits_the_definitions(crowd):
    assert check_schema(crowd.app.database, crowd.app.models) is None


def test_the_history_of_a_run_tells_where_it_stands(crowd):
    # given all runs with what has happened to them
    with crowd.app.database.read() as connection:
        told = defaultdict(list)
        for row in connection.execute(sa.select(tables.history).order_by(tables.history.c.id)):
            told[row.run_id].append(event_of(row.kind, row.step, row.facts))
        for run_id, events in told.items():
            kept = Runs(connection).load(run_id, hold=False)
            assert kept is not None
            # when it happens again
            fresh = Run(
                kept.id,
                kept.procedure,
                kept.definition,
                kept.about,
                {0: Scope(0, None)},
                started_by=kept.started_by,
            )
            again = replay(fresh, events)
            # then the run is the same
            assert (again.state, again.sequence, again.scopes) == (
                kept.state,
                kept.sequence,
                kept.scopes,
            )
            assert [item.seat for item in again.open_tasks] == [
                item.seat for item in kept.open_tasks
            ]


def test_an_open_task_of_each_step_can_be_opened_and_completed(crowd):
    # given one open task of each step, not of those that the others follow from
    kinds = {(task.procedure, task.step): task for task in open_tasks(crowd)}
    assert len(kinds) == 7
    for task in kinds.values():
        page = tasks.view(crowd.app, APPLICATION, task.id)
        if page.line.state is not TaskState.OPEN:
            continue  # trying the solution and closing in silence exclude each other
        # when somebody who may do it does it
        [person, *_] = page.candidates
        actor = crowd.person(person.record.id)
        asked = {
            field.key: False
            for section in page.form.sections
            for field in section.fields
            if field.asked and field.required
        }
        needed = {
            field.key: {"assignee": task_assignee(crowd, task)}.get(field.key, "Done.")
            for section in page.form.sections
            for field in section.fields
            if field.required and not field.asked and not field.read_only and field.value is None
        }
        if task.procedure.endswith("assignment") and task.step == "review":
            asked = dict.fromkeys(asked, True)
        outcome = next((item.key for item in page.outcomes if not item.needs), None) or None
        done = tasks.complete(crowd.app, actor, task.id, outcome=outcome, answers=asked | needed)
        # then it is done, and what follows can be seen
        assert tasks.view(crowd.app, actor, task.id).line.state is TaskState.COMPLETED
        for line in done.opened:
            assert runs.view(crowd.app, APPLICATION, line.run_id).tasks


def task_assignee(crowd, task):
    return crowd.filled.organisation.specialists[task.seat.group][0] if task.seat.group else None


def test_the_next_request_has_the_next_number(crowd):
    person = crowd.filled.organisation.analysts[0]
    answers = {"summary": "One more", "requester": person}
    newest = count(crowd, crowd.app.models.tables[REQUEST])

    made = records.create(crowd.app, crowd.person(person), REQUEST, answers)

    assert made.title.record.id == newest + 1


def test_people_of_a_crowd_can_log_in(crowd):
    for names in crowd.filled.logins.values():
        for name in names:
            assert access.log_in(crowd.app, name, crowd.filled.password)


def test_a_crowd_is_the_same_every_time(crowd):
    with crowd.app.database.read() as connection:
        first = connection.execute(
            sa.select(crowd.app.models.tables[REQUEST].c["summary", "requester", "service"])
            .order_by("id")
            .limit(2)
        ).all()
    assert [tuple(row) for row in first] == FIRST
