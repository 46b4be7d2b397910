"""Whether the application can do its work, and what administrators should look at."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from server.domain.actor import APPLICATION
from server.storage import failures, inbox
from server.usecases import duties
from server.usecases.app import App
from server.usecases.database import check_schema
from server.usecases.running import Running

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readiness:
    """`problems` are reasons not to send people here; the rest is to be looked at.

    `vacant` are the roles that nobody holds, with nobody to stand in; `together` tells who holds roles
    that are kept apart, from before they were; `parked` counts messages that
    could not be handled, `failed` the runs' failures that wait to be mended.
    """

    problems: tuple[str, ...]
    vacant: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    parked: int = 0
    failed: int = 0
    notice: str = ""

    @property
    def is_ready(self) -> bool:
        return not self.problems


def readiness(app: App) -> Readiness:
    """How things are now."""
    try:
        behind = check_schema(app.database, app.models)
        if behind is not None:
            return Readiness((behind,))
        with app.database.read() as connection:
            running = Running(app, connection, APPLICATION)
            return Readiness(
                (),
                vacant=_vacant(running),
                together=tuple(duties.together(running)),
                parked=inbox.parked(connection),
                failed=len(failures.waiting(connection)),
                notice=app.rules.notice or "",
            )
    except SQLAlchemyError:
        log.exception("The database does not answer")
        return Readiness(("The database does not answer.",))


def _vacant(running: Running) -> tuple[str, ...]:
    """The roles used in procedures that nobody holds, nor any role that stands in for them."""
    definitions = running.app.definitions
    used = {role for procedure in definitions.procedures.values() for role in procedure.lanes}
    return tuple(role for role in definitions.roles if role in used and _is_vacant(running, role))


def _is_vacant(running: Running, role: str) -> bool:
    asked: str | None = role
    while asked is not None:
        if running.records.every_holder(asked):
            return False
        asked = running.app.definitions.roles[asked].fallback
    return True
