"""Something that an open run reads live: when it changes, the run is looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.values import RecordRef


@dataclass(frozen=True, slots=True)
class Watch:
    """Something that is read: the record itself; or, given `via`, records of `entity`.

    `via` is a field of theirs that refers to `record`; `*` for all records of the entity; or, for
    holders, `role=` and a role.
    """

    entity: str
    via: str = ""
    record: RecordRef | None = None

    def settled(self, records: Mapping[RecordRef, RecordRef]) -> Watch:
        """The same, meaning the record that is stored."""
        if self.record is None:
            return self
        return Watch(self.entity, self.via, records.get(self.record, self.record))
