"""Facts of the trace as a world of records, so that decisions can be asked about them.

A fact is a dotted name and a value: `incident_request.is_outage: yes` is a field of the record
called so, `findings.planned: no` an answer, `judgement.outcome: accept` the button that was chosen.
`item.ballots: [{ wish: reject }, {}]` are records of a list, each with its fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.domain.definitions import Definitions
from server.domain.procedure import Procedure
from server.domain.values import Kind, RecordRef, Type, Value, from_json


class UnknownFactError(Exception):
    """A fact that names nothing. The text says which part."""


class Facts:
    """`names` are what expressions may use; this object is the world that they read."""

    def __init__(
        self, definitions: Definitions, procedure: Procedure, facts: Mapping[str, Any]
    ) -> None:
        self.definitions = definitions
        self.calendar = definitions.calendar
        self.names: dict[str, Value] = {}
        self._fields: dict[RecordRef, dict[str, Value]] = {}
        self._answers: dict[str, dict[str, Value]] = {}
        for name, typ in procedure.names.items():
            if name == procedure.about:
                self.names[name] = self._record(typ)
        for path, raw in facts.items():
            self._place(procedure, path, raw)

    def field(self, record: RecordRef, name: str) -> Value:
        known = self._fields[record]
        if name in known:
            return known[name]
        field = self.definitions.entities[record.entity].fields[name]
        return () if field.back else field.default

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        return tuple(record for record in self._fields if record.entity == entity)

    def holders(self, _role: str, _of: RecordRef | None) -> tuple[RecordRef, ...]:
        return ()

    def _place(self, procedure: Procedure, path: str, raw: Any) -> None:
        root, *parts = path.split(".")
        typ = procedure.names.get(root)
        if typ is None and root in self.definitions.entities:
            typ = Type(Kind.REF, entity=root)
        if typ is None or not parts:
            raise UnknownFactError(f"{path}: {procedure.key} has no name '{root}'")
        if typ.kind is Kind.ANSWERS:
            answers = self._answers.setdefault(root, {})
            self.names[root] = answers
            answers[parts[0]] = self._value(path, typ.members.get(parts[0]), raw)
            return
        record = self.names.setdefault(root, None) or self._record(typ)
        self.names[root] = record
        for part in parts[:-1]:
            assert isinstance(record, RecordRef)
            known = self._fields[record]
            if part not in known:
                known[part] = self._record(self._type(path, record, part))
            record = known[part]
        assert isinstance(record, RecordRef)
        typ = self._type(path, record, parts[-1])
        self._fields[record][parts[-1]] = (
            tuple(self._member(path, typ.item, fields) for fields in raw)
            if typ.item is not None
            else self._value(path, typ, raw)
        )

    def _member(self, path: str, typ: Type, fields: Mapping[str, Any]) -> RecordRef:
        record = self._record(typ)
        for name, raw in fields.items():
            found = self._value(path, self._type(path, record, name), raw)
            self._fields[record][name] = found
        return record

    def _record(self, typ: Type) -> RecordRef:
        assert typ.entity is not None
        record = RecordRef(typ.entity, len(self._fields) + 1)
        self._fields[record] = {}
        return record

    def _type(self, path: str, record: RecordRef, name: str) -> Type:
        field = self.definitions.entities[record.entity].fields.get(name)
        if field is None:
            raise UnknownFactError(f"{path}: {record.entity} has no field '{name}'")
        return field.type

    def _value(self, path: str, typ: Type | None, raw: Any) -> Value:
        if typ is None:
            raise UnknownFactError(f"{path}: no such answer")
        try:
            return from_json(typ, raw)
        except ValueError as error:
            raise UnknownFactError(f"{path}: {error}") from error
