"""What a story expects: every name of its `then` looked up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.decision import Decision
from server.domain.procedure import Procedure
from server.domain.role import JOURNALS
from server.domain.scenario import NewRecord, Open, Place, Then
from server.domain.step import (
    Choose,
    ContinueIn,
    Decide,
    Step,
)
from server.domain.ways import DONE
from server.loading.building.story_names import Names, several
from server.loading.faults import scenario as faults
from server.loading.marked import Path


def then(names: Names, raw: Mapping[str, Any], path: Path) -> Then:
    for name, fields in raw.get("records", {}).items():
        entity = names.known.get(name, name)
        if name not in names.known and name not in names.desk.manuscript.entities:
            names.look_up(name, (*path, "records", name), is_key=True)
        else:
            names.fields(entity, fields, (*path, "records", name), expected=True)
    for entity, rows in raw.get("made", {}).items():
        names.desk.refer_key("entity", entity, *path, "made", entity)
        for index, fields in enumerate(rows):
            names.fields(entity, fields, (*path, "made", entity, index), expected=True)
    for key in ("stopped", "failed", "not_begun"):
        for named in several(raw.get(key, ())):
            names.desk.refer("procedure", named, *path, key)
    for procedure, end in raw.get("ended", {}).items():
        names.desk.refer_key("procedure", procedure, *path, "ended", procedure)
        _end(names, procedure, end, (*path, "ended", procedure))
    for index, procedure in enumerate(raw.get("hands_over_to", ())):
        names.desk.refer("procedure", procedure, *path, "hands_over_to", index)
    for notification, people in raw.get("told", {}).items():
        names.desk.refer_key("notification", notification, *path, "told", notification)
        for person in several(people):
            names.look_up(person, (*path, "told", notification), "person")
    for written, rules in raw.get("rules", {}).items():
        place = names.place(written, (*path, "rules", written), is_key=True)
        _rules(names, place, several(rules), (*path, "rules", written))
    for written, people in raw.get("late", {}).items():
        names.place(written, (*path, "late", written), is_key=True)
        for person in several(people):
            names.look_up(person, (*path, "late", written), "person")
    for key in ("may", "may_not"):
        for role, rights in raw.get(key, {}).items():
            names.desk.refer_key("role", role, *path, key, role)
            for entity in rights:
                names.desk.refer_key("entity", entity, *path, key, role, entity)
    for key in ("reads", "does_not_read"):
        for person, records in raw.get(key, {}).items():
            names.look_up(person, (*path, key, person), "person", is_key=True)
            for name, fields in records.items():
                _fields(names, name, fields, (*path, key, person, name))
    for entity, expected in raw.get("new", {}).items():
        _new(names, entity, expected, (*path, "new", entity))
    for name, statuses in raw.get("may_become", {}).items():
        _statuses(names, name, statuses, (*path, "may_become", name))
    told, late = raw.get("told"), raw.get("late")
    return Then(
        path,
        _open(names, raw["open"], (*path, "open")) if "open" in raw else None,
        raw.get("records", {}),
        raw.get("ended", {}),
        several(raw.get("stopped", ())),
        several(raw.get("failed", ())),
        tuple(raw["hands_over_to"]) if "hands_over_to" in raw else None,
        {key: several(people) for key, people in told.items()} if told is not None else None,
        {key: several(people) for key, people in late.items()} if late is not None else None,
        {key: several(rules) for key, rules in raw.get("rules", {}).items()},
        _rights(raw.get("may", {})),
        _rights(raw.get("may_not", {})),
        {name: tuple(statuses) for name, statuses in raw.get("may_become", {}).items()},
        {
            entity: NewRecord(
                tuple(expected.get("needs", ())),
                tuple(expected.get("differs_in", ())),
                expected.get("begins_with", {}),
            )
            for entity, expected in raw.get("new", {}).items()
        },
        several(raw.get("not_begun", ())),
        {entity: tuple(rows) for entity, rows in raw.get("made", {}).items()},
        _rights(raw.get("reads", {})),
        _rights(raw.get("does_not_read", {})),
    )


def _rights(raw: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """What roles may do to entities, or what persons read of records."""
    return {
        who: {what: tuple(named) for what, named in rights.items()} for who, rights in raw.items()
    }


def _fields(names: Names, name: str, fields: list[str], path: Path) -> None:
    """Fields of a record that is called by name, or of the newest of an entity."""
    entity = names.known.get(name, name)
    if entity not in names.desk.manuscript.entities:
        names.look_up(name, path, is_key=True)
        return
    for index, field in enumerate(fields):
        if field not in JOURNALS:
            names.desk.refer("field", f"{entity}.{field}", *path, index)


def _new(names: Names, entity: str, raw: Mapping[str, Any], path: Path) -> None:
    names.desk.refer_key("entity", entity, *path)
    for part in ("needs", "differs_in"):
        for index, key in enumerate(raw.get(part, ())):
            names.desk.refer("field", f"{entity}.{key}", *path, part, index)
    names.fields(entity, raw.get("begins_with", {}), (*path, "begins_with"))


def _statuses(names: Names, name: str, statuses: list[str], path: Path) -> None:
    key = names.known.get(name, name)
    entity = names.desk.manuscript.entities.get(key)
    if entity is None:
        names.look_up(name, path, is_key=True)
        return
    for index, status in enumerate(statuses):
        if status not in entity.statuses:
            mark = names.desk.source.mark(*path, index)
            where = f"A record of the kind {key}"
            names.desk.say(faults.no_such_outcome(mark, status, where, entity.statuses))


def _open(names: Names, raw: Any, path: Path) -> tuple[Open, ...]:
    if isinstance(raw, list):
        return tuple(Open(names.place(item, (*path, index))) for index, item in enumerate(raw))
    found = []
    for written, people in raw.items():
        at = (*path, written)
        who = several(people)
        for name in who:
            if name not in {"somebody", *names.desk.manuscript.known("role")}:
                names.look_up(name, at, "person")
        meant = None if who == ("somebody",) else who
        found.append(Open(names.place(written, at, is_key=True), meant))
    return tuple(found)


def _end(names: Names, key: str, end: str, path: Path) -> None:
    procedure = names.desk.manuscript.procedures.get(key)
    if procedure is None:
        return
    known = {DONE, *procedure.ends(), *_continuations(procedure)}
    if end not in known:
        mark = names.desk.source.mark(*path)
        names.desk.say(faults.no_such_outcome(mark, end, f"'{key}'", sorted(known)))


def _rules(names: Names, place: Place, rules: tuple[str, ...], path: Path) -> None:
    known = {
        rule
        for step in names.steps(place)
        for rule in _rules_of(step, names.desk.manuscript.decisions)
    }
    for rule in rules:
        if known and rule not in known:
            mark = names.desk.source.mark(*path)
            where = f"Step '{place.step}'"
            names.desk.say(faults.no_such_outcome(mark, rule, where, sorted(known)))


def _rules_of(step: Step, decisions: Mapping[str, Decision]) -> Iterator[str]:
    """The keys of the rules by which a step may be decided."""
    match step.action:
        case Choose(gateway=gateway):
            yield from (rule.key for rule in gateway.rules)
        case Decide(decision=key) if key in decisions:
            yield from (rule.key for rule in decisions[key].rules)


def _continuations(procedure: Procedure) -> Iterator[str]:
    """The procedures in which a run may go on: it ends by their keys."""
    for step in procedure.walk():
        if isinstance(step.action, ContinueIn):
            yield step.action.procedure
