"""Pending changes of records: the one way in which any record is written.

A draft is itself a `World`: whoever reads through it sees what the command has written so far.
Types, legal status moves, required fields and fields set by decisions are looked after here, for
tasks, screens, API and import alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.domain.calendar import STANDARD, Calendar
from server.domain.change import Place, RecordChange
from server.domain.decision import Decision, NoVerdict, Verdict
from server.domain.entity import STATUS, Entity, Field
from server.domain.expression import Reading
from server.domain.refusals import Invalid, WrongState
from server.domain.values import RecordRef, Value

Decide = Callable[[Decision, Mapping[str, Value]], Verdict]


@dataclass(slots=True)
class _Pending:
    """What a command does to one record. `writes` counts how often."""

    new: dict[str, Value] = field(default_factory=dict)
    old: dict[str, Value] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    deleted: bool = False
    writes: int = 0


class Draft:
    """The changes of one command, seen as a world. `verdicts` are those that set fields."""

    def __init__(
        self,
        world: Reading,
        entities: Mapping[str, Entity],
        decisions: Mapping[str, Decision],
        decide: Decide,
        now: datetime,
        calendar: Calendar = STANDARD,
    ) -> None:
        self._world = world
        self.entities = entities
        self._decisions = decisions
        self._decide = decide
        self._pending: dict[RecordRef, _Pending] = {}
        self.now = now
        self.calendar = calendar
        self.verdicts: list[tuple[RecordRef, Verdict]] = []

    # -- a world ------------------------------------------------------------------------------

    def field(self, record: RecordRef, name: str) -> Value:
        pending = self._pending.get(record)
        if pending is not None and name in pending.new:
            return pending.new[name]
        back = self.entities[record.entity].fields[name].back
        if back is not None:
            return self._referring(record, name, *back)
        return None if record.id < 0 else self._world.field(record, name)

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        stored = [ref for ref in self._world.all(entity) if not self._is_deleted(ref)]
        new = (ref for ref in self._pending if ref.entity == entity and ref.id < 0)
        return (*stored, *(ref for ref in new if not self._is_deleted(ref)))

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        return self._world.holders(role, of)

    def _referring(self, record: RecordRef, name: str, entity: str, key: str) -> tuple[Value, ...]:
        stored = () if record.id < 0 else self._world.field(record, name)
        assert isinstance(stored, tuple)
        kept = [
            ref
            for ref in stored
            if isinstance(ref, RecordRef)
            and not self._is_deleted(ref)
            and self.field(ref, key) == record
        ]
        added = [
            ref
            for ref, pending in self._pending.items()
            if ref.entity == entity
            and pending.new.get(key) == record
            and not pending.deleted
            and ref not in kept
        ]
        return (*kept, *added)

    def _is_deleted(self, record: RecordRef) -> bool:
        pending = self._pending.get(record)
        return pending is not None and pending.deleted

    # -- writing ------------------------------------------------------------------------------

    @property
    def touched(self) -> tuple[RecordRef, ...]:
        """The records that are new or differ, in the order in which they came up."""
        return tuple(
            ref for ref, pending in self._pending.items() if pending.new or pending.deleted
        )

    def changed(self, record: RecordRef) -> frozenset[str]:
        """The fields of this record that the command writes."""
        pending = self._pending.get(record)
        return frozenset(pending.new) if pending else frozenset()

    def kept(self, record: RecordRef, name: str) -> Value:
        """The value of a field before the command."""
        pending = self._pending.get(record)
        if pending is not None and name in pending.old:
            return pending.old[name]
        return None if record.id < 0 else self._world.field(record, name)

    def writes(self, record: RecordRef) -> int:
        """How often the command has written to this record so far."""
        pending = self._pending.get(record)
        return pending.writes if pending else 0

    def create(
        self,
        entity: str,
        values: Mapping[str, Value],
        *,
        run: int | None = None,
        step: str | None = None,
    ) -> RecordRef:
        """A new record with its defaults, its first status and `values`."""
        definition = self.entities[entity]
        record = RecordRef(entity, -1 - sum(ref.id < 0 for ref in self._pending))
        pending = self._pending[record] = _Pending(writes=1)
        pending.new.update(
            {item.key: item.default for item in definition.columns if item.default is not None}
        )
        if definition.first_status:
            pending.new[STATUS] = definition.first_status
        moves = definition.first_status is not None and STATUS in values
        first = {key: value for key, value in values.items() if not (moves and key == STATUS)}
        pending.new.update(self._known(definition, first))
        if moves and values[STATUS] not in (None, definition.first_status):
            self._move(record, definition, values[STATUS])
        self._take_decisions(record, definition, frozenset(definition.fields))
        self._place(pending, (run, step))
        return record

    def change(
        self,
        record: RecordRef,
        values: Mapping[str, Value],
        *,
        run: int | None = None,
        step: str | None = None,
    ) -> None:
        """Write values; those that are there already change nothing.

        Raises:
            WrongState: the status may not move there from where it is.
            Invalid: the entity has no such field.
        """
        definition = self.entities[record.entity]
        differing = {
            key: value
            for key, value in self._known(definition, values).items()
            if self.field(record, key) != value
        }
        if not differing:
            return
        pending = self._pending.setdefault(record, _Pending())
        pending.writes += 1
        before = dict(pending.new)
        for key, value in differing.items():
            if key == STATUS and definition.statuses:
                self._move(record, definition, value)
            else:
                self._write(record, key, value)
        self._take_decisions(record, definition, frozenset(differing))
        self._place(pending, (run, step), before)

    def delete(self, record: RecordRef) -> None:
        pending = self._pending.setdefault(record, _Pending())
        pending.deleted = True
        pending.writes += 1

    def forget(self, record: RecordRef) -> None:
        """Undo the making of the newest record, when nothing has come of it."""
        del self._pending[record]
        self.verdicts = [item for item in self.verdicts if item[0] != record]

    def finish(self) -> tuple[RecordChange, ...]:
        """All changes, whole and sound.

        Raises:
            Invalid: a required field is empty; `problems` names each.
        """
        for record, pending in self._pending.items():
            if not pending.deleted and (pending.new or record.id < 0):
                self._require(record, pending)
        return self.changes

    @property
    def changes(self) -> tuple[RecordChange, ...]:
        """All changes as they are, whether what is required is there or not."""
        return tuple(
            RecordChange(
                record,
                pending.new,
                pending.old,
                pending.rules,
                pending.places,
                pending.deleted,
            )
            for record, pending in self._pending.items()
            if pending.new or pending.deleted or record.id < 0
        )

    def _known(self, entity: Entity, values: Mapping[str, Value]) -> Mapping[str, Value]:
        strange = {key for key in values if key not in entity.fields}
        if strange:
            raise Invalid(
                f"{entity.title} has no such field.",
                {key: f"{entity.title} has no field '{key}'." for key in sorted(strange)},
            )
        return values

    def _place(
        self, pending: _Pending, place: Place, before: Mapping[str, Value] | None = None
    ) -> None:
        """Note where the fields that now differ from `before` were written."""
        known = before or {}
        for key, value in pending.new.items():
            if key not in known or known[key] != value:
                pending.places[key] = place

    def _write(self, record: RecordRef, key: str, value: Value) -> None:
        pending = self._pending[record]
        if record.id > 0 and key not in pending.old:
            pending.old[key] = self._world.field(record, key)
        pending.new[key] = value
        if record.id > 0 and pending.old[key] == value:
            del pending.new[key], pending.old[key]

    def _move(self, record: RecordRef, entity: Entity, status: Value) -> None:
        now = self.field(record, STATUS)
        current = entity.statuses.get(str(now))
        if status not in entity.statuses:
            raise Invalid(
                f"{entity.title} has no such status.",
                {STATUS: f"'{status}' is not one of {', '.join(entity.statuses)}."},
            )
        if current is not None and status not in current.to:
            allowed = ", ".join(entity.statuses[key].title for key in current.to) or "nothing else"
            raise WrongState(
                f"This {entity.title.lower()} is {current.title.lower()} and cannot become "
                f"{entity.statuses[str(status)].title.lower()}.",
                hint=f"From here it can become: {allowed}.",
            )
        self._write(record, STATUS, status)

    def _take_decisions(self, record: RecordRef, entity: Entity, written: frozenset[str]) -> None:
        """Decide anew each field whose decision reads one that was written, and so on from there."""
        inputs = {
            item.key: self._decisions[str(item.decided_by)].inputs.keys()
            for item in entity.decided_fields()
        }
        while due := [key for key, read in inputs.items() if written & read]:
            key = next((key for key in due if not inputs[key] & inputs.keys()), due[0])
            del inputs[key]
            self._take_decision(record, entity.fields[key])
            written |= {key}

    def _take_decision(self, record: RecordRef, item: Field) -> None:
        decision = self._decisions[str(item.decided_by)]
        inputs = {key: self.field(record, key) for key in decision.inputs}
        missing = [key for key, value in inputs.items() if value is None]
        if any(key not in decision.optional for key in missing):
            self._write(record, item.key, None)
            return
        try:
            verdict = self._decide(decision, inputs)
        except NoVerdict as error:
            raise Invalid(
                f"{item.title} cannot be decided.", {key: str(error) for key in inputs}
            ) from error
        self.verdicts.append((record, verdict))
        self._write(record, item.key, verdict.value)
        self._pending[record].rules[item.key] = f"{decision.key}: {', '.join(verdict.hits)}"

    def _require(self, record: RecordRef, pending: _Pending) -> None:
        entity = self.entities[record.entity]
        written = pending.new.keys() if record.id > 0 else entity.fields.keys()
        problems = {
            item.key: f"{item.title} is needed."
            for item in entity.columns
            if item.required and item.key in written and self.field(record, item.key) is None
        }
        status = entity.statuses.get(str(self.field(record, STATUS))) if entity.statuses else None
        if status is not None:
            problems |= {
                key: f"{entity.fields[key].title} is needed while the status is {status.title}."
                for key in status.requires
                if self.field(record, key) is None
            }
        if problems:
            count = len(problems)
            raise Invalid(
                f"{entity.title}: {count} field{'s' if count > 1 else ''} to fill in.", problems
            )
