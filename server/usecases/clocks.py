"""Use cases about service targets: where the clocks of records stand, read from the audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from server.domain.actor import Actor
from server.domain.clock import Clock, Stand, clock
from server.domain.decision import Verdict
from server.domain.entity import Field
from server.domain.refusals import NotFound
from server.domain.role import Operation
from server.domain.target import Fields, Target, ledger, worst_first
from server.domain.values import Kind, RecordRef, Value, from_json
from server.storage import audit
from server.storage.audit import ChangedField
from server.usecases import record_views, showing
from server.usecases.app import App
from server.usecases.running import Running
from server.usecases.wording import worded

FIRST_REVISION = 1


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock of a record at this moment. `because` says why it stands still: fields, and what they hold."""

    target: Target
    clock: Clock
    because: tuple[tuple[str, str], ...] = ()


def of_record(app: App, actor: Actor, record: RecordRef) -> tuple[ClockView, ...]:
    """The clocks of a record, the worst first.

    Who may not read a field that a target depends on sees nothing of its clock.

    Raises:
        NotFound: there is no such record, or it is out of reach.
        NotAllowed: no role lets this person read such records.
    """
    if record.entity not in app.definitions.entities:
        raise NotFound(f"There are no records called '{record.entity[:80]}'.")
    with app.database.read() as connection:
        running = Running(app, connection, actor)
        running.rights.require_of(connection, Operation.READ, record)
        if running.records.row(record) is None:
            raise record_views.missing(app, record)
        return of_records(running, record.entity, (record,))[record]


def of_records(
    running: Running, entity: str, found: Sequence[RecordRef]
) -> Mapping[RecordRef, tuple[ClockView, ...]]:
    """The clocks of records of one entity that may be read: one question for them all."""
    definitions = running.app.definitions
    hidden = running.rights.hidden(running.connection, found)
    targets = definitions.promised(entity)
    read = frozenset[str]().union(*(target.reads for target in targets))
    fields = [definitions.entities[entity].fields[name] for name in sorted(read)]
    names = {item.was or item.key: item for item in fields} | {item.key: item for item in fields}
    changes = audit.of_fields(running.connection, entity, [ref.id for ref in found], names)
    running.records.load(found)
    clocks: dict[RecordRef, tuple[ClockView, ...]] = {}
    for record in found:
        past = list(_past(running, record, changes.get(record.id, ()), names))
        seen = (target for target in targets if not target.reads & hidden[record])
        clocks[record] = _standing(running, seen, past)
    return clocks


def _standing(
    running: Running, targets: Iterator[Target], past: Sequence[tuple[datetime, Fields]]
) -> tuple[ClockView, ...]:
    definitions, now = running.app.definitions, running.at
    found = []
    for target in targets:
        happened = ledger(target, past, lambda key, given: _asked(running, key, given))
        calendar = definitions.calendar_of(target)
        at = clock(happened, calendar, now, target.endangered_at)
        if at is not None:
            found.append((target, at))
    _, present = past[-1]
    return tuple(
        ClockView(target, at, _because(running, target, at, present))
        for target, at in worst_first(found)
    )


def _asked(running: Running, key: str, given: Mapping[str, Value]) -> Verdict:
    app = running.app
    return app.rules.decide(app.definitions.decisions[key], given)


def _because(
    running: Running, target: Target, at: Clock, present: Fields
) -> tuple[tuple[str, str], ...]:
    """What a clock that stands still is waiting for, in the words of the fields that make it."""
    if at.stand is Stand.DONE:
        return ()
    keys = target.standing_still(present, running.at)
    held = {key: present[key] for key in keys}
    titles = showing.record_titles(
        running, [value for value in held.values() if isinstance(value, RecordRef)]
    )
    named = {ref: str(title) for ref, title in titles.items()}
    fields = running.app.definitions.entities[target.entity].fields
    return tuple(
        (fields[key].title, worded(fields[key], value, named) or "nothing")
        for key, value in held.items()
    )


def _past(
    running: Running,
    record: RecordRef,
    changes: Sequence[ChangedField],
    names: Mapping[str, Field],
) -> Iterator[tuple[datetime, Fields]]:
    """What the fields held, from when on, the earliest first: the present row, and back from there."""
    row = running.records.row(record)
    assert row is not None, "whoever asks has looked"
    fields: dict[str, Value] = {item.key: row[item.key] for item in names.values()}
    versions: list[tuple[datetime, Fields]] = []
    revision = None
    for revision, lines in groupby(reversed(changes), key=lambda line: line.revision):  # noqa: B007  the last one is asked about below
        together = list(lines)
        versions.append((together[0].at, dict(fields)))
        for line in together:
            fields[names[line.field].key] = _held(names[line.field], line.old)
    if revision != FIRST_REVISION:
        made = row["created_at"]
        assert isinstance(made, datetime)
        versions.append((made, fields))
    return reversed(versions)


def _held(field: Field, old: object) -> Value:
    """What a field held once; a choice that is gone since is known by its key still."""
    try:
        return from_json(field.type, old)
    except ValueError:
        return old if field.type.kind is Kind.CHOICE and isinstance(old, str) else None
