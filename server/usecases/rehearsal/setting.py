"""What a story gives: its people and records, entered before it begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.domain.entity import STATUS, Entity
from server.domain.scenario import Given, Person
from server.domain.somebody import PERSON
from server.domain.values import Kind, RecordRef, Type, Value, from_json
from server.engine.draft import Draft
from server.engine.people import HOLDER, MEMBERSHIP
from server.engine.rows import Row, RowSheet, Written

Names = Mapping[str, RecordRef]
Statuses = Mapping[RecordRef, str]
FOREVER = "9999-12-31"
ROW_KEYS = frozenset({"record", "remove"})
"""What a row of a form may say besides its fields: which record it is, and that it goes."""
FLAGS: Mapping[Any, bool] = {"yes": True, "no": False, True: True, False: False}


def enter(given: Given, draft: Draft, entities: Mapping[str, Entity]) -> tuple[Names, Statuses]:
    """Enter all that is given; what the names stand for, and in which status each record stands.

    Statuses are not entered: what is given has come to them before the story, on whatever way.
    """
    names: dict[str, RecordRef] = {}
    for name in given.people:
        names[name] = draft.create(PERSON, {})
    for name, thing in given.records.items():
        names[name] = draft.create(thing.entity, {})
    statuses = {}
    for person in given.people.values():
        _person(person, names, draft, entities)
    for name, thing in given.records.items():
        types = {item.key: item.type for item in entities[thing.entity].columns}
        values, _ = read(types, thing.fields, names)
        status = values.pop(STATUS, None) if entities[thing.entity].statuses else None
        if status is not None:
            statuses[names[name]] = str(status)
        draft.change(names[name], values)
    return names, statuses


@dataclass(frozen=True, slots=True)
class Told:
    """What a story says that is typed in; `names` are those of its records."""

    raw: Mapping[str, Any]
    names: Names

    def values(
        self, types: Mapping[str, Type], lists: Iterable[RowSheet] = ()
    ) -> tuple[dict[str, Value], dict[str, str]]:
        """Values of these types, and a sentence for what is none of them and no list of rows."""
        passed = {sheet.rows.field for sheet in lists}
        raw = {key: item for key, item in self.raw.items() if key not in passed}
        return read(types, raw, self.names)

    def rows(self, lists: Iterable[RowSheet]) -> tuple[Written, dict[str, str]]:
        """What is to be done to rows of a form, and what is wrong with them."""
        written: dict[str, tuple[RowSheet, tuple[Row, ...]]] = {}
        problems: dict[str, str] = {}
        for sheet in lists:
            types = {place.field.key: place.field.type for place in sheet.places}
            found = self.rows_of(sheet.rows.field, types)
            problems |= sheet.problems(found)
            written[sheet.rows.field] = (sheet, sheet.written(found))
        return written, problems

    def rows_of(self, key: str, types: Mapping[str, Type]) -> list[Row] | None:
        """The rows that the story tells, None where it tells none."""
        if key not in self.raw:
            return None
        found = []
        for item in self.raw[key]:
            values = {name: raw for name, raw in item.items() if name not in ROW_KEYS}
            record = self.names[item["record"]] if "record" in item else None
            read_values, _ = read(types, values, self.names)
            found.append(Row(record, read_values, FLAGS[item.get("remove", False)]))
        return found


def read(
    types: Mapping[str, Type], raw: Mapping[str, Any], names: Names
) -> tuple[dict[str, Value], dict[str, str]]:
    """What a story says, as values of these types, and a sentence for each that is none."""
    values: dict[str, Value] = {}
    problems: dict[str, str] = {}
    for key, written in raw.items():
        if key not in types:
            problems[key] = "There is no such field here."
            continue
        try:
            values[key] = value(types[key], written, names)
        except ValueError as error:
            problems[key] = str(error)
    return values, problems


def value(typ: Type, raw: Any, names: Names) -> Value:
    """One value; a name in a place for a record means the record of that name.

    Raises:
        ValueError: it is no such value, or nothing is called so.
    """
    if typ.kind is Kind.LIST and typ.item is not None and raw is not None:
        items = raw if isinstance(raw, list) else [raw]
        return tuple(value(typ.item, item, names) for item in items)
    if typ.kind is Kind.REF and isinstance(raw, str):
        if raw not in names:
            raise ValueError(f"Nothing is called '{raw}' here.")
        return names[raw]
    return from_json(typ, str(raw) if isinstance(raw, Decimal) else raw)


def _person(person: Person, names: Names, draft: Draft, entities: Mapping[str, Entity]) -> None:
    own = names[person.name]
    types = {item.key: item.type for item in entities[PERSON].columns}
    fields, _ = read(types, person.fields, names)
    full = {"name": person.name.replace("_", " ").title(), **fields}
    if person.away:
        full |= {
            "away_from": value(types["away_from"], "2000-01-01", names),
            "away_until": value(types["away_until"], FOREVER, names),
        }
    draft.change(own, full)
    for role in person.holds:
        for held_for in person.of or (None,):
            narrowed = _narrowed(names, held_for, entities[HOLDER])
            draft.create(HOLDER, {"person": own, "role": role, **narrowed})
    for group in person.groups:
        draft.create(MEMBERSHIP, {"person": own, "group": names[group]})


def _narrowed(names: Names, held_for: str | None, holder: Entity) -> dict[str, Value]:
    """The field of a holder that says for what the role is held."""
    if held_for is None:
        return {}
    record = names[held_for]
    for field in holder.refs():
        if field.key != "person" and field.type.entity == record.entity:
            return {field.key: record}
    return {}
