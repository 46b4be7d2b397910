"""The audit of records, read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from server.domain.values import RecordRef
from server.storage.tables import change


@dataclass(frozen=True, slots=True)
class Since:
    """A field that was changed since a revision: what it held then, as JSON, and who has changed it last.

    `person` is None for the application.
    """

    before: Any
    person: int | None


def fields_since(
    connection: sa.Connection, record: RecordRef, revision: int
) -> Mapping[str, Since]:
    """The fields that were changed after the record had this revision."""
    statement = (
        sa.select(change.c.field, change.c.old, change.c.person_id)
        .where(
            change.c.entity == record.entity,
            change.c.record_id == record.id,
            change.c.revision > revision,
        )
        .order_by(change.c.id)
    )
    found: dict[str, Since] = {}
    for field, old, person in connection.execute(statement):
        first = found.get(field)
        found[field] = Since(old if first is None else first.before, person)
    return found
