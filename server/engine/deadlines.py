"""By when people should be done, and who is told when they are not.

What says how long people have is read live, counted from when the task was opened. A late task stays
with whoever has it; the role that is named is told once. Source: language reference, *Waiting*.
"""

from __future__ import annotations

from datetime import datetime

from server.domain.run import Limit, Task
from server.domain.step import (
    Approve,
    Do,
    Due,
)
from server.engine import events as happened
from server.engine.beside import Beside
from server.engine.facts import Facts
from server.engine.moments import moment_of
from server.engine.walk import Walk


class Deadlines:
    """The deadlines of tasks, for the machine of one command at `now`."""

    def __init__(self, facts: Facts, beside: Beside, now: datetime) -> None:
        self._facts = facts
        self._beside = beside
        self._now = now

    def of(self, walk: Walk, scope: int, action: Do | Approve) -> Limit | None:
        """The limit of a task that opens now; None where nothing says how long people have."""
        if action.due is None:
            return None
        at = self._moment(walk, scope, action.due, self._now)
        return Limit(self._now, at, tells=action.due.late is not None)

    def look(self, walk: Walk) -> None:
        """Look again at every limit of an open task, and tell of each that has passed."""
        for task in walk.run.open_tasks:
            if task.limit is not None:
                self._look(walk, task, task.limit)

    def _look(self, walk: Walk, task: Task, before: Limit) -> None:
        action = walk.step(task.scope, task.step).action
        assert isinstance(action, Do | Approve)
        due = action.due
        assert due is not None
        at = self._moment(walk, task.scope, due, before.since)
        if at != before.at:
            walk.happen(happened.TaskDueMoved(task.step, task.number, at))
        if before.tells and at <= self._now:
            assert due.late is not None
            persons = self._beside.holding(walk, task.scope, due.late)
            walk.happen(
                happened.TaskLate(task.step, task.number, task.about, at, due.late, persons)
            )

    def _moment(self, walk: Walk, scope: int, due: Due, since: datetime) -> datetime:
        at = moment_of(self._facts.value(walk, scope, due.within, at=since), since)
        assert at is not None, "definitions were checked"
        return at
