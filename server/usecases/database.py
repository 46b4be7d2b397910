"""Use cases about the database: see what it lacks, bring it to the definitions, back it up.

For whoever runs the installation, on its own machine; no person of the application asks for these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from server.domain.refusals import WrongState
from server.storage import applying, schema
from server.storage.acts import Plan, Risk, Step
from server.storage.database import Database
from server.storage.models import Models
from server.storage.plan import plan as compare

__all__ = ["Brought", "Plan", "Risk", "Step", "apply", "back_up", "check_schema", "plan"]


@dataclass(frozen=True, slots=True)
class Brought:
    """What an apply has done; `backup` is the copy that was made of a SQLite file before."""

    steps: tuple[Step, ...]
    backup: Path | None


def plan(database: Database, models: Models) -> Plan:
    """What would be done to the database. Changes nothing."""
    with database.read() as connection:
        return compare(connection, models)


def apply(
    database: Database, models: Models, reviewed: Plan, *, confirmed: bool, now: datetime
) -> Brought:
    """Bring the database to the definitions: all steps of the plan, or none.

    Raises:
        WrongState: a step cannot be done; one needs somebody to say yes (`confirmed`); or the
            database has changed since the plan was made.
    """
    if not (confirmed or reviewed.is_safe or reviewed.problems):
        raise WrongState(
            "Some steps touch records that are there, or retire what held some.",
            hint="Read the plan, then say yes: procedura db apply --yes.",
        )
    copy = None if reviewed.problems else _copy_before(database, reviewed, now)
    with applying.held(database) as connection:
        applying.carry_out(connection, models, reviewed)
    return Brought(reviewed.steps, copy)


def back_up(database: Database, target: Path) -> None:
    """Copy a SQLite database into a file, while it is being used.

    Raises:
        WrongState: it is a PostgreSQL database, or the file is there already.
    """
    applying.backup(database, target)


def check_schema(database: Database, models: Models) -> str | None:
    """Why these definitions cannot be served on this database; None when they can."""
    with database.read() as connection:
        applied = schema.applied(connection)
        if applied.fingerprint == schema.fingerprint(models):
            return None
        if applied.version > schema.FIXED_VERSION:
            return f"{schema.newer(applied)} {schema.INSTALL_NEWER}"
        steps = compare(connection, models).steps
    if not steps:
        return None
    if not applied.fingerprint:
        return (
            "The database has not been brought to the definitions yet. "
            "Do so with 'procedura db apply'."
        )
    count = len(steps)
    return (
        f"The database is {count} step{'s' if count > 1 else ''} behind the definitions. "
        "See them with 'procedura db plan', then do them with 'procedura db apply'."
    )


def _copy_before(database: Database, reviewed: Plan, now: datetime) -> Path | None:
    """A copy of a SQLite file beside it, unless nothing is there that could be lost."""
    name = database.url.database
    if not database.is_sqlite or not name or name == ":memory:" or reviewed.is_empty:
        return None
    with database.read() as connection:
        if not schema.existing(connection):
            return None
    file = Path(name)
    copy = file.with_name(f"{file.stem}-before-{now:%Y-%m-%dT%H-%M-%S}{file.suffix}")
    count = 1
    while copy.exists():
        count += 1
        copy = file.with_name(f"{file.stem}-before-{now:%Y-%m-%dT%H-%M-%S}-{count}{file.suffix}")
    applying.backup(database, copy)
    return copy
