"""What a command made, with the ids that storing it gave.

During a command, records and runs that it makes have ids below zero. Storing them gives each its
own; here those are put in place of the first, wherever a run, an event or a verdict means them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.domain.decision import Verdict
from server.domain.round import as_values, round_of
from server.domain.run import Run, Seat
from server.domain.somebody import GROUP, PERSON
from server.domain.values import RecordRef, Value
from server.engine.events import Event

Stored = Mapping[RecordRef, RecordRef]
_RUN_IDS = frozenset({"run", "from_run", "after_run"})


def event(happened: Event, records: Stored, runs: Mapping[int, int]) -> Event:
    """The event, meaning the records and runs that are stored."""
    if not records and not runs:
        return happened
    changes: dict[str, Any] = {}
    for item in dataclasses.fields(happened):
        before = getattr(happened, item.name)
        after: Any = before
        if item.name in _RUN_IDS:
            after = runs.get(before, before)
        elif isinstance(before, Seat):
            after = _seat(before, records)
        elif isinstance(before, RecordRef | tuple | Mapping):
            after = value(before, records)
        if after != before:
            changes[item.name] = after
    return replace(happened, **changes) if changes else happened


def value(held: Value, records: Stored) -> Value:
    """The value, meaning the records that are stored."""
    match held:
        case RecordRef():
            return records.get(held, held)
        case tuple():
            return tuple(value(item, records) for item in held)
        case Mapping():
            return names(held, records)
        case _:
            return held


def names(held: Mapping[str, Value], records: Stored) -> dict[str, Value]:
    """Named values, meaning the records that are stored."""
    return {name: value(item, records) for name, item in held.items()}


def run(before: Run, records: Stored) -> Run:
    """The run, meaning the records that are stored; its own id is given by whoever stores it."""
    if not records:
        return before
    return replace(
        before,
        about=records.get(before.about, before.about),
        scopes={
            number: replace(
                scope,
                names=names(scope.names, records),
                rounds={
                    step: round_of(names(as_values(kept), records))
                    for step, kept in scope.rounds.items()
                },
                member=records.get(scope.member, scope.member) if scope.member else None,
                begun=tuple(records.get(item, item) for item in scope.begun),
            )
            for number, scope in before.scopes.items()
        },
        tasks={
            number: replace(
                task,
                about=records.get(task.about, task.about),
                seat=_seat(task.seat, records),
            )
            for number, task in before.tasks.items()
        },
    )


def awaiting(before: Run, runs: Mapping[int, int]) -> Run:
    """The run, waiting for the runs that are stored."""
    scopes = {
        number: replace(scope, wait=replace(scope.wait, run=runs[run]))
        for number, scope in before.scopes.items()
        if scope.wait is not None and (run := scope.wait.run) is not None and run in runs
    }
    return replace(before, scopes={**before.scopes, **scopes}) if scopes else before


def verdict(given: Verdict, records: Stored) -> Verdict:
    """The verdict, meaning the records that are stored."""
    return replace(given, inputs=names(given.inputs, records)) if records else given


def _seat(seat: Seat, records: Stored) -> Seat:
    return replace(
        seat,
        holder_for=records.get(seat.holder_for, seat.holder_for) if seat.holder_for else None,
        group=_id(GROUP, seat.group, records),
        person=_id(PERSON, seat.person, records),
        not_by=tuple(records.get(who, who).id for who in _persons(seat.not_by)),
        any_of=tuple(records.get(item, item) for item in seat.any_of),
    )


def _persons(ids: tuple[int, ...]) -> tuple[RecordRef, ...]:
    return tuple(RecordRef(PERSON, number) for number in ids)


def _id(entity: str, before: int | None, records: Stored) -> int | None:
    if before is None:
        return None
    known = RecordRef(entity, before)
    return records.get(known, known).id
