"""Records without a database: what rows would hold, in plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain.calendar import Calendar
from server.domain.change import RecordChange
from server.domain.entity import Entity
from server.domain.refusals import Conflict
from server.domain.somebody import Held, Somebody
from server.domain.values import RecordRef, Value
from server.engine import settled


class Memory:
    """A `World` of stored records. Ids count from 1 in each entity, as in a new database."""

    def __init__(self, entities: Mapping[str, Entity], calendar: Calendar) -> None:
        self._entities = entities
        self.calendar = calendar
        self._records: dict[str, dict[int, dict[str, Value]]] = {key: {} for key in entities}

    # -- a world ------------------------------------------------------------------------------

    def field(self, record: RecordRef, name: str) -> Value:
        back = self._entities[record.entity].fields[name].back
        if back is not None:
            entity, key = back
            return tuple(
                RecordRef(entity, number)
                for number, values in self._records[entity].items()
                if values.get(key) == record
            )
        return self._records[record.entity].get(record.id, {}).get(name)

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        return tuple(RecordRef(entity, number) for number in self._records[entity])

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        """Who holds the role, for `of` or (None) for everything."""
        found = []
        for values in self._records["holder"].values():
            held_for = set(self._held_for(values))
            person = values.get("person")
            fits = of in held_for if of is not None else not held_for
            if values.get("role") == role and fits and isinstance(person, RecordRef):
                found.append(person)
        return tuple(sorted(set(found)))

    def somebody(self, person: RecordRef) -> Somebody:
        """A person with groups and roles, as grants see one."""
        groups = [
            values["group"]
            for values in self._records["membership"].values()
            if values.get("person") == person
        ]
        held = [
            Held(str(values["role"]), of)
            for values in self._records["holder"].values()
            if values.get("person") == person
            for of in self._held_for(values) or (None,)
        ]
        return Somebody(
            person, tuple(ref for ref in groups if isinstance(ref, RecordRef)), tuple(held)
        )

    def _held_for(self, holder: Mapping[str, Value]) -> tuple[RecordRef, ...]:
        """What a role is held for; nothing where it is for everything."""
        found = (holder.get(key) for key in self._narrowing)
        return tuple(ref for ref in found if isinstance(ref, RecordRef))

    @property
    def _narrowing(self) -> tuple[str, ...]:
        refs = self._entities["holder"].refs()
        return tuple(item.key for item in refs if item.key not in {"person", "delegate"})

    # -- writing ------------------------------------------------------------------------------

    def save(self, changes: Iterable[RecordChange]) -> dict[RecordRef, RecordRef]:
        """Keep changes; the ids that new records have got.

        Raises:
            Conflict: a value that has to be unique is there already.
        """
        changed = tuple(changes)
        stored = {}
        for change in changed:
            if change.is_new:
                kept = self._records[change.record.entity]
                number = max(kept, default=0) + 1
                kept[number] = {}
                stored[change.record] = RecordRef(change.record.entity, number)
        for change in changed:
            record = stored.get(change.record, change.record)
            if change.deleted:
                self._records[record.entity].pop(record.id, None)
            else:
                values = settled.names(change.new, stored)
                self._unique(record, values)
                self._records[record.entity][record.id].update(values)
        return stored

    def put(self, record: RecordRef, values: Mapping[str, Value]) -> None:
        """Have fields of a stored record be so, whatever they were."""
        self._records[record.entity][record.id].update(values)

    def _unique(self, record: RecordRef, values: Mapping[str, Value]) -> None:
        for item in self._entities[record.entity].columns:
            value = values.get(item.key)
            if not item.unique or value is None:
                continue
            for number, other in self._records[record.entity].items():
                if number != record.id and other.get(item.key) == value:
                    raise Conflict(
                        "Another record has the same unique value, or a record that is referred "
                        "to is gone.",
                        hint="Read again what is there and decide anew.",
                    )
