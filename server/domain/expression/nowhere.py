"""Where decisions are made: without records and without a clock. Asked again, they say the same."""

from __future__ import annotations

from datetime import UTC, datetime

from server.domain.calendar import STANDARD
from server.domain.values import RecordRef, Value

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Nowhere:
    """A world in which there is nothing to read: all that a decision goes by are its inputs."""

    calendar = STANDARD

    def field(self, _record: RecordRef, _name: str) -> Value:
        return None

    def all(self, _entity: str) -> tuple[RecordRef, ...]:
        return ()

    def holders(self, _role: str, _of: RecordRef | None) -> tuple[RecordRef, ...]:
        return ()


NOWHERE = Nowhere()
