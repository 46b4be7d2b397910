"""What becomes of a failure: it is kept with its run, and over once the cause is mended."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from server import loading
from server.domain.actor import Actor
from server.domain.decision import NoVerdict
from server.domain.refusals import Failed, Refusal
from server.domain.run import RunState
from server.engine import events as happened
from server.engine.seats import NobodyHolds
from server.engine.walk import StepFailed, Walk
from server.storage import failures
from server.usecases.app import App
from server.usecases.running import Running

log = logging.getLogger(__name__)
_EXPECTED = (Refusal, NoVerdict, NobodyHolds, loading.NoLongerFits)


def keep(app: App, actor: Actor, error: StepFailed | NoVerdict, retry: Any) -> Failed:
    """Keep a failure, in a transaction of its own; what to tell the person who met it.

    `retry` is what to do once the cause is mended, as JSON.
    """
    run_id = error.origin if isinstance(error, StepFailed) else None
    step = error.step if isinstance(error, StepFailed) else None
    if error.__cause__ is not None and not isinstance(error.__cause__, _EXPECTED):
        log.error("Run %s, step %s: a fault", run_id, step, exc_info=error.__cause__)
    app.crash("before-failure")
    with app.database.write() as connection:
        running = Running(app, connection, actor)
        run = None if run_id is None else running.runs.load(run_id)
        is_new = failures.note(connection, run_id, step, str(error), retry, running.at)
        if run is not None and run.is_open and is_new:
            is_own = isinstance(error, StepFailed) and error.run.id == run_id
            walk = running.walk_anyway(run)
            walk.happen(happened.RunFailed(str(error), step if is_own else None))
            running.save()
    return Failed(
        f"The run cannot go on: {error}",
        hint="Nothing was changed. Administrators see the failure and can have it tried again.",
    )


def settle(running: Running, walk: Walk, task_id: int | None = None) -> None:
    """A run has gone on: what had failed at this task is over; all of it, when the run is."""
    if walk.before.state is not RunState.FAILED:
        return
    left = failures.waiting(running.connection, walk.before.id)
    over = [
        row.id for row in left if not walk.run.is_open or _task(row.command) in {task_id, None}
    ]
    failures.settle(running.connection, over, running.at)
    if len(over) == len(left) and walk.run.is_open:
        walk.happen(happened.RunMended())


def dismiss(running: Running, row: Any) -> None:
    """A failure is over because somebody says so."""
    failures.settle(running.connection, [row.id], running.at)
    run = None if row.run_id is None else running.runs.load(row.run_id)
    if run is None or run.state is not RunState.FAILED:
        return
    if not failures.waiting(running.connection, run.id):
        running.walk_anyway(run).happen(happened.RunMended())


def _task(command: Mapping[str, Any] | None) -> int | None:
    return (command or {}).get("task")
