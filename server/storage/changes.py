"""The audit of records, read back."""

from __future__ import annotations

import sqlalchemy as sa

from server.domain.values import RecordRef
from server.storage.tables import change


def fields_since(connection: sa.Connection, record: RecordRef, revision: int) -> frozenset[str]:
    """The fields that were changed after the record had this revision."""
    statement = sa.select(change.c.field).where(
        change.c.entity == record.entity,
        change.c.record_id == record.id,
        change.c.revision > revision,
    )
    return frozenset(connection.scalars(statement))
