"""The time of an application, moved by hand: what falls due on the way is woken as a worker would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from server.domain.run import RunState
from server.storage import tables
from server.usecases import App, waiting


@dataclass
class Clock:
    """Tells an application the time: `App(…, now=clock)`."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def come(self, app: App, moment: datetime) -> None:
        """The worker wakes each run when its moment comes, up to this one."""
        while (due := _next_due(app, moment)) is not None:
            self.now = max(due, self.now)
            waiting.wake(app)
        self.now = max(moment, self.now)


def _next_due(app: App, until: datetime) -> datetime | None:
    """The next moment for which a worker looks."""
    run, wait = tables.run, tables.wait
    wakes = sa.select(sa.func.min(wait.c.wakes_at)).join(run, run.c.id == wait.c.run_id)
    with app.database.read() as connection:
        due = connection.scalar(wakes.where(run.c.state == RunState.OPEN))
    return None if due is None or due > until else due
