"""Whether what is stored agrees with itself: runs with their history, verdicts with their tables."""

from __future__ import annotations

import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.domain.run import Run, Scope
from server.engine.apply import replay
from server.engine.history import event_of
from server.storage import queues, tables, verdicts
from server.storage.runs import Runs
from server.usecases import App, explaining
from server.usecases.running import Running


def assert_sound(app: App) -> None:
    """Every run is what its history tells, and every verdict is given again."""
    runs_are_what_their_history_tells(app)
    rows_of_waits_are_what_runs_wait_for(app)
    one_run_is_open_for_each_procedure_and_record(app)
    verdicts_are_given_again(app)


def runs_are_what_their_history_tells(app: App) -> int:
    """Replays every run; how many there are."""
    with app.database.read() as connection:
        ids = connection.scalars(sa.select(tables.run.c.id)).all()
        for run_id in ids:
            stored = Runs(connection).load(run_id, hold=False)
            assert stored is not None
            told = queues.history_of(connection, run_id)
            assert [line.sequence for line in told] == list(range(1, stored.sequence + 1))
            fresh = Run(
                stored.id, stored.procedure, stored.definition, stored.about, {0: Scope(0, None)}
            )
            again = replay(fresh, (event_of(line.kind, line.step, line.facts) for line in told))
            assert again.scopes == stored.scopes, run_id
            assert (again.state, again.end) == (stored.state, stored.end), run_id
            assert again.task_count == stored.task_count, run_id
            assert _standing(again) == _standing(stored), run_id
            rows = queues.of_run(connection, run_id)
            assert {row.number: row.state for row in rows} == {
                number: task.state for number, task in again.tasks.items()
            }
    return len(ids)


def rows_of_waits_are_what_runs_wait_for(app: App) -> None:
    """The rows by which waits are found say what the runs say; runs that are over have none."""
    with app.database.read() as connection:
        kept = sorted(
            (row.run_id, row.scope, row.step, row.wakes_at, row.for_run)
            for row in connection.execute(sa.select(tables.wait))
        )
        meant = []
        for run_id in connection.scalars(sa.select(tables.run.c.id)).all():
            run = Runs(connection).load(run_id, hold=False)
            assert run is not None
            meant += [
                (
                    run_id,
                    scope.number,
                    scope.waits_for.step if scope.waits_for else scope.at,
                    run.wakes_at(scope.number),
                    scope.waits_for.run if scope.waits_for else None,
                )
                for scope in run.scopes.values()
                if scope.waits_for is not None or run.wakes_at(scope.number) is not None
            ]
        over = sa.select(tables.run.c.id).where(tables.run.c.ended_at.is_not(None))
        watched = connection.execute(
            sa.select(tables.watch).where(tables.watch.c.run_id.in_(over))
        ).all()
    assert kept == sorted(meant)
    assert watched == []


def _standing(run: Run) -> list[tuple[object, ...]]:
    return sorted(
        (task.number, task.step, task.scope, task.seat, task.about, task.claimed_by, task.limit)
        for task in run.open_tasks
    )


def one_run_is_open_for_each_procedure_and_record(app: App) -> None:
    with app.database.read() as connection:
        open_ones = [
            (row.procedure, row.about)
            for row in queues.runs(connection, limit=100_000)
            if row.ended_at is None
        ]
    assert len(open_ones) == len(set(open_ones))


def verdicts_are_given_again(app: App) -> int:
    """Asks for every verdict again, of the table as it was then; how many there are."""
    with app.database.read() as connection:
        running = Running(app, connection, APPLICATION)
        given = verdicts.page(connection, after=0, limit=1_000_000)
        for kept in given:
            before = kept.verdict
            after = app.rules.decide(explaining.asked(running, kept), before.inputs)
            assert (after.hits, after.output) == (before.hits, before.output)
            assert (after.definition, after.because) == (before.definition, before.because)
    return len(given)
