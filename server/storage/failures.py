"""Failures: where runs could not go on, until somebody has mended the cause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from server.storage.tables import failure

WAITING, SETTLED = "waiting", "settled"


def note(
    connection: sa.Connection,
    run_id: int | None,
    step: str | None,
    sentence: str,
    retry: Any,
    at: datetime,
) -> bool:
    """Keep a failure; the same one again only counts. True when it is a new one."""
    same = sa.and_(
        failure.c.state == WAITING,
        failure.c.run_id == run_id if run_id else failure.c.run_id.is_(None),
        failure.c.step == step if step else failure.c.step.is_(None),
        failure.c.sentence == sentence,
    )
    counted = connection.execute(
        failure.update().where(same).values(attempts=failure.c.attempts + 1, at=at, command=retry)
    )
    if counted.rowcount:
        return False
    connection.execute(
        failure.insert().values(
            run_id=run_id,
            step=step,
            sentence=sentence,
            command=retry,
            state=WAITING,
            attempts=1,
            at=at,
        )
    )
    return True


def waiting(connection: sa.Connection, run_id: int | None = None) -> tuple[Any, ...]:
    """The failures that nobody has mended yet, oldest first; all, or those of one run."""
    statement = sa.select(failure).where(failure.c.state == WAITING).order_by(failure.c.id)
    if run_id is not None:
        statement = statement.where(failure.c.run_id == run_id)
    return tuple(connection.execute(statement))


def one(connection: sa.Connection, failure_id: int) -> Any:
    """A failure's row, or None."""
    return connection.execute(sa.select(failure).where(failure.c.id == failure_id)).one_or_none()


def settle(connection: sa.Connection, failure_ids: Sequence[int], at: datetime) -> None:
    """These failures are over."""
    connection.execute(
        failure.update()
        .where(failure.c.id.in_(failure_ids), failure.c.state == WAITING)
        .values(state=SETTLED, settled_at=at)
    )
