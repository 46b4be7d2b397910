"""What open runs wait for and watch, in rows by which they are found: by time, run or record.

The truth stands in the run itself; these rows are written with it, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from server.domain.run import Run, RunState, Wait
from server.domain.watch import Watch
from server.storage.prepared import Prepared
from server.storage.tables import run, wait, watch


def save_waits(connection: sa.Connection, before: Run, after: Run, run_id: int) -> None:
    """Write what a run waits for, where it is new or differs, and delete what is over.

    A list where somebody is to be told that a task is late waits for that moment, too.
    """
    was, now = _waits(before), _waits(after)
    for scope, known in was.items():
        if now.get(scope) != known:
            connection.execute(_DELETE_WAIT, {"of_run": run_id, "of_scope": scope})
    rows = [
        {
            "run_id": run_id,
            "scope": scope,
            "step": item.step,
            "since": item.since,
            "wakes_at": wakes_at,
            "for_run": item.run,
        }
        for scope, (item, wakes_at) in now.items()
        if was.get(scope) != (item, wakes_at)
    ]
    if rows:
        connection.execute(_INSERT_WAIT, rows)


def save_watches(connection: sa.Connection, run_id: int, watches: Iterable[Watch]) -> None:
    """Have just these watched by a run."""
    known = set(connection.scalars(_WATCHED_BY, {"of_run": run_id}))
    wanted = {_text(item) for item in watches}
    gone = [{"of_run": run_id, "of_watched": text} for text in sorted(known - wanted)]
    if gone:
        connection.execute(_DELETE_WATCH, gone)
    new = [{"run_id": run_id, "watched": text} for text in sorted(wanted - known)]
    if new:
        connection.execute(_INSERT_WATCH, new)


def watching(connection: sa.Connection, watches: Iterable[Watch]) -> Sequence[int]:
    """The ids of the runs that watch one of these."""
    texts = sorted(_text(item) for item in watches if item.record is None or item.record.id > 0)
    found: set[int] = set()
    for start in range(0, len(texts), _AT_ONCE):
        some = texts[start : start + _AT_ONCE]
        asked = some + some[:1] * (_AT_ONCE - len(some))
        given = {f"watched_{number}": text for number, text in enumerate(asked)}
        found.update(row.run_id for row in _WATCHING.all(connection, given))
    return sorted(found)


def callers(connection: sa.Connection, run_id: int) -> Sequence[int]:
    """The ids of the runs that wait for this one to end."""
    return list(connection.scalars(_CALLERS, {"of_run": run_id}))


def due(connection: sa.Connection, now: datetime, limit: int) -> Sequence[int]:
    """The ids of runs that time lets go on, the longest due first; not of those that failed."""
    return list(connection.scalars(_DUE, {"now": now, "most": limit}))


def _waits(of: Run) -> Mapping[int, tuple[Wait, datetime | None]]:
    """For each list what it waits for, and when time alone does something there."""
    telling = [task for task in of.open_tasks if task.limit is not None and task.limit.tells]
    limited = {task.scope for task in telling}
    found: dict[int, tuple[Wait, datetime | None]] = {}
    for number, scope in of.scopes.items():
        wait = scope.waits_for
        if number in limited:
            since = min(
                task.limit.since
                for task in telling
                if task.limit is not None and task.scope == number
            )
            found[number] = (wait or Wait(scope.at or "", since), of.wakes_at(number))
        elif wait is not None:
            found[number] = (wait, wait.wakes_at)
    return found


def _text(item: Watch) -> str:
    record = f"{item.record.entity}:{item.record.id}" if item.record is not None else ""
    return f"{item.entity} {item.via} {record}"


_INSERT_WAIT = wait.insert()
_DELETE_WAIT = wait.delete().where(
    wait.c.run_id == sa.bindparam("of_run"), wait.c.scope == sa.bindparam("of_scope")
)
_INSERT_WATCH = watch.insert()
_DELETE_WATCH = watch.delete().where(
    watch.c.run_id == sa.bindparam("of_run"), watch.c.watched == sa.bindparam("of_watched")
)
_WATCHED_BY = sa.select(watch.c.watched).where(watch.c.run_id == sa.bindparam("of_run"))
_AT_ONCE = 16
"""How many watches are asked for in one statement, which is made ready once."""
_WATCHING = Prepared(
    sa.select(watch.c.run_id).where(
        sa.or_(*(watch.c.watched == sa.bindparam(f"watched_{n}") for n in range(_AT_ONCE)))
    )
)
_CALLERS = (
    sa.select(wait.c.run_id)
    .where(wait.c.for_run == sa.bindparam("of_run"))
    .order_by(wait.c.run_id)
)
_DUE = (
    sa.select(wait.c.run_id)
    .join(run, run.c.id == wait.c.run_id)
    .where(wait.c.wakes_at <= sa.bindparam("now"), run.c.state == RunState.OPEN.value)
    .group_by(wait.c.run_id)
    .order_by(sa.func.min(wait.c.wakes_at))
    .limit(sa.bindparam("most"))
)
