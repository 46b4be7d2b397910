"""Failures: where runs could not go on, until somebody has mended the cause."""

from __future__ import annotations

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
) -> None:
    """Keep a failure; the same one again only counts."""
    same = sa.and_(
        failure.c.state == WAITING,
        failure.c.run_id == run_id if run_id else failure.c.run_id.is_(None),
        failure.c.step == step if step else failure.c.step.is_(None),
        failure.c.sentence == sentence,
    )
    counted = connection.execute(
        failure.update().where(same).values(attempts=failure.c.attempts + 1, at=at, command=retry)
    )
    if counted.rowcount == 0:
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


def waiting(connection: sa.Connection) -> tuple[Any, ...]:
    """The failures that nobody has mended yet, oldest first."""
    statement = sa.select(failure).where(failure.c.state == WAITING).order_by(failure.c.id)
    return tuple(connection.execute(statement))


def one(connection: sa.Connection, failure_id: int) -> Any:
    """A failure's row, or None."""
    return connection.execute(sa.select(failure).where(failure.c.id == failure_id)).one_or_none()


def settle(connection: sa.Connection, run_id: int, step: str, at: datetime) -> None:
    """The step has been passed: its failures are over."""
    connection.execute(
        failure.update()
        .where(failure.c.run_id == run_id, failure.c.step == step, failure.c.state == WAITING)
        .values(state=SETTLED, settled_at=at)
    )


def settle_one(connection: sa.Connection, failure_id: int, at: datetime) -> None:
    """What failed has been done after all."""
    connection.execute(
        failure.update().where(failure.c.id == failure_id).values(state=SETTLED, settled_at=at)
    )
