"""What a story expects, beside what has come of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.entity import STATUS
from server.domain.role import Operation, any_allows
from server.domain.run import RunState
from server.domain.scenario import NewRecord, Path, Then
from server.domain.values import Kind, RecordRef, Type, Value
from server.engine import events as happened
from server.usecases.rehearsal import setting
from server.usecases.rehearsal.offers import differing_open
from server.usecases.rehearsal.seen import Names, Seen, spoken, titled

NOW = "now"
NOT_BEGUN = "not begun"


def differences(then: Then, seen: Seen) -> Iterator[tuple[Path, str]]:
    """Where what is differs from what should be, each with a sentence."""
    if then.open is not None:
        yield from differing_open(then, seen)
    for name, fields in then.records.items():
        yield from _record(then, name, fields, seen)
    for entity, rows in then.made.items():
        yield from _made(then, entity, rows, seen)
    yield from _runs(then, seen)
    if then.hands_over_to is not None:
        yield from _hand_overs(then, seen)
    if then.told is not None:
        yield from _told(then, seen)
    if then.late is not None:
        yield from _late(then, then.late, seen)
    for place, rules in then.rules.items():
        yield from _rules(then, place, rules, seen)
    yield from _rights(then, seen)
    yield from _sights(then, seen)
    for entity, wanted in then.new.items():
        yield from _new(then, entity, wanted, seen)
    for name, statuses in then.may_become.items():
        yield from _moves(then, name, statuses, seen)


# -- records --------------------------------------------------------------------------------------


def _record(
    then: Then, name: str, fields: Mapping[str, Any], seen: Seen
) -> Iterator[tuple[Path, str]]:
    at = (*then.path, "records", name)
    record = seen.named(name)
    entity = seen.definitions.entities[record.entity]
    for key, raw in fields.items():
        typ = entity.fields[key].type
        actual = seen.stage.field(record, key)
        expected = _meant(typ, raw, seen)
        if not _same(expected, actual):
            yield (
                (*at, key),
                (
                    f"Expected {name}.{key} to be {spoken(expected, seen)}; it is "
                    f"{spoken(actual, seen)}."
                ),
            )


def _made(
    then: Then, entity: str, rows: tuple[Mapping[str, Any], ...], seen: Seen
) -> Iterator[tuple[Path, str]]:
    """Each row stands for a record of its own."""
    left = list(seen.made(entity))
    title = seen.definitions.entities[entity].title
    types = {key: item.type for key, item in seen.definitions.entities[entity].fields.items()}
    for index, row in enumerate(rows):
        expected = {key: _meant(types[key], raw, seen) for key, raw in row.items()}
        found = next((item for item in left if _has(item, expected, seen)), None)
        if found is not None:
            left.remove(found)
            continue
        told = ", ".join(f"{key} {spoken(value, seen)}" for key, value in expected.items())
        others = ", ".join(titled(item, seen) for item in left) or "no other"
        yield (
            (*then.path, "made", entity, index),
            f"Expected that a {title} with {told} has come into being; there is {others}.",
        )


def _has(record: RecordRef, expected: Mapping[str, Value], seen: Seen) -> bool:
    return all(_same(value, seen.stage.field(record, key)) for key, value in expected.items())


def _meant(typ: Type, raw: Any, seen: Seen) -> Value:
    """The value that a story expects."""
    if raw == NOW and typ.kind is Kind.DATE_TIME:
        return seen.stage.now
    return setting.value(typ, raw, Names(seen.named))


def _same(expected: Value, actual: Value) -> bool:
    if isinstance(expected, tuple) and isinstance(actual, tuple):
        return sorted(map(str, expected)) == sorted(map(str, actual))
    return expected == actual


# -- runs -----------------------------------------------------------------------------------------


def _runs(then: Then, seen: Seen) -> Iterator[tuple[Path, str]]:
    wanted = {
        **{key: ("ended", key, f"ended: {end}") for key, end in then.ended.items()},
        **dict.fromkeys(then.stopped, ("stopped", None, RunState.STOPPED.value)),
        **dict.fromkeys(then.failed, ("failed", None, RunState.FAILED.value)),
        **dict.fromkeys(then.not_begun, ("not_begun", None, NOT_BEGUN)),
    }
    states = _states(seen)
    for procedure, (word, key, expected) in wanted.items():
        actual = states.get(procedure, NOT_BEGUN)
        if actual != expected:
            at = (*then.path, word) if key is None else (*then.path, word, key)
            yield at, f"Expected {procedure} to be {expected}; it is {actual}."


def _states(seen: Seen) -> dict[str, str]:
    """How the latest run of each procedure stands."""
    latest: dict[str, int] = {}
    states: dict[int, str] = {}
    for line in seen.stage.history():
        match line.event:
            case happened.RunStarted():
                latest[line.procedure] = line.run
                states[line.run] = RunState.OPEN.value
            case happened.RunEnded(end=end):
                states[line.run] = f"ended: {end}"
            case happened.RunStopped():
                states[line.run] = RunState.STOPPED.value
            case happened.RunFailed():
                states[line.run] = RunState.FAILED.value
            case happened.RunMended():
                states[line.run] = RunState.OPEN.value
    return {procedure: states[run] for procedure, run in latest.items()}


def _hand_overs(then: Then, seen: Seen) -> Iterator[tuple[Path, str]]:
    assert then.hands_over_to is not None
    actual = [
        line.event.procedure
        for line in seen.stage.history()
        if isinstance(line.event, happened.Started)
    ]
    if sorted(set(actual)) != sorted(set(then.hands_over_to)):
        expected = ", ".join(then.hands_over_to) or "nothing"
        yield (
            (*then.path, "hands_over_to"),
            (
                f"Expected to be handed over to: {expected}; it was to: "
                f"{', '.join(dict.fromkeys(actual)) or 'nothing'}."
            ),
        )


def _told(then: Then, seen: Seen) -> Iterator[tuple[Path, str]]:
    assert then.told is not None
    actual: dict[str, set[RecordRef]] = {}
    for line in seen.stage.history():
        if isinstance(line.event, happened.Notified):
            actual.setdefault(line.event.notification, set()).update(line.event.persons)
    for key, names in then.told.items():
        at, got = (*then.path, "told", key), actual.pop(key, None)
        if got is None:
            yield at, f"Expected '{key}' to be sent; it was not."
        elif got != {seen.named(name) for name in names}:
            wanted = ", ".join(names) or "nobody"
            yield at, f"Expected '{key}' to be sent to {wanted}; it was sent to {_all(got, seen)}."
    for key in actual:
        yield (*then.path, "told"), f"Expected no other notification; '{key}' was sent."


def _late(
    then: Then, late: Mapping[str, tuple[str, ...]], seen: Seen
) -> Iterator[tuple[Path, str]]:
    actual: dict[tuple[str, str], set[RecordRef]] = {}
    for line in seen.stage.history():
        if isinstance(line.event, happened.TaskLate):
            persons = actual.setdefault((line.event.step, line.procedure), set())
            persons.update(line.event.persons)
    for place, names in late.items():
        step, _, procedure = place.partition(" in ")
        meant = [key for key in actual if key[0] == step and procedure in {"", key[1]}]
        got = {person for key in meant for person in actual.pop(key)}
        at = (*then.path, "late", place)
        if not meant:
            yield at, f"Expected '{step}' to be late; it is not."
        elif got != {seen.named(name) for name in names}:
            wanted = ", ".join(names) or "nobody"
            yield at, f"Expected {wanted} to hear that '{step}' is late; {_all(got, seen)} did."
    for step, procedure in actual:
        at = (*then.path, "late")
        yield at, f"Expected nothing else to be late; '{step}' in {procedure} is."


def _all(persons: set[RecordRef], seen: Seen) -> str:
    return ", ".join(titled(person, seen) for person in sorted(persons)) or "nobody"


def _rules(
    then: Then, place: str, rules: tuple[str, ...], seen: Seen
) -> Iterator[tuple[Path, str]]:
    step, _, procedure = place.partition(" in ")
    actual: tuple[str, ...] | None = None
    for line in seen.stage.history():
        if procedure and line.procedure != procedure:
            continue
        match line.event:
            case happened.Decided(step=decided, hits=hits) if decided == step:
                actual = hits
            case happened.Chosen(step=chosen, rule=rule) if chosen == step:
                actual = (rule,)
    if actual is None or set(actual) != set(rules):
        came = ", ".join(actual) if actual is not None else "nothing: it was not reached"
        yield (
            (*then.path, "rules", place),
            f"Expected '{step}' to be decided by {', '.join(rules)}; it was by {came}.",
        )


# -- rights and moves -----------------------------------------------------------------------------


def _rights(then: Then, seen: Seen) -> Iterator[tuple[Path, str]]:
    for part, roles, wanted in (("may", then.may, True), ("may_not", then.may_not, False)):
        for role, rights in roles.items():
            for entity, operations in rights.items():
                for operation in map(Operation, operations):
                    allowed = any_allows(seen.definitions.roles, [role], operation, entity)
                    if allowed is not wanted:
                        yield (
                            (*then.path, part, role, entity),
                            (
                                f"Expected that a {role} {'may' if wanted else 'may not'} {operation} "
                                f"{seen.definitions.entities[entity].plural}; "
                                f"{'it is allowed' if allowed else 'no such right is given'}."
                            ),
                        )


def _sights(then: Then, seen: Seen) -> Iterator[tuple[Path, str]]:
    """Where somebody sees what they should not, or does not see what they should."""
    for part, wanted in (("reads", then.reads), ("does_not_read", then.does_not_read)):
        for person, records in wanted.items():
            for name, fields in records.items():
                shown = seen.stage.read_by(seen.named(person), seen.named(name))
                for field in fields:
                    if (field in shown) is not (part == "reads"):
                        yield (
                            (*then.path, part, person, name),
                            (
                                f"Expected that {person} {'reads' if part == 'reads' else 'does not read'} "
                                f"'{field}' of {name}; {'it is seen' if field in shown else 'it is not seen'}."
                            ),
                        )


def _moves(
    then: Then, name: str, statuses: tuple[str, ...], seen: Seen
) -> Iterator[tuple[Path, str]]:
    record = seen.named(name)
    known = seen.definitions.entities[record.entity].statuses
    now = str(seen.stage.field(record, STATUS))
    for status in statuses:
        if now not in known or status not in known[now].to:
            yield (
                (*then.path, "may_become", name),
                f"Expected that {name} may become {status}; it is {now}, and may become "
                f"{', '.join(known[now].to) if now in known else ''}".rstrip(" ,")
                + ".",
            )


def _new(then: Then, entity: str, wanted: NewRecord, seen: Seen) -> Iterator[tuple[Path, str]]:
    at = (*then.path, "new", entity)
    title = seen.definitions.entities[entity].title
    fields = seen.definitions.entities[entity].fields
    blank = seen.stage.blank(entity)
    for key in wanted.needs:
        if key not in blank.needs:
            yield (*at, "needs"), f"Expected that {title} needs '{key}'; it does without."
    for key in wanted.differs_in:
        if not fields[key].unique:
            yield (
                (*at, "differs_in"),
                f"Expected that no two are alike in '{key}' of {title}; they may be.",
            )
    for key, raw in wanted.begins_with.items():
        expected = setting.value(fields[key].type, raw, Names(seen.named))
        if blank.values[key] != expected:
            yield (
                (*at, "begins_with", key),
                (
                    f"Expected that {title} begins with {key} {spoken(expected, seen)}; it begins "
                    f"with {spoken(blank.values[key], seen)}."
                ),
            )
