"""A service target of its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from server.domain.calendar import STANDARD, Calendar
from server.domain.clock import State
from server.domain.entity import Entity
from server.domain.expression import Expression, evaluate
from server.domain.expression.kinds import DURATION
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.target import Agreed, Change, History, Seen, Target
from server.domain.values import YES_NO, Value
from server.loading.building.steps import decision_input
from server.loading.desk import Desk, Place, Scope, flag, is_sound, words
from server.loading.faults import sense
from server.loading.faults import target as faults
from server.loading.manuscript import Manuscript

NO_CLOCK = "none"
"""What a test expects where there must be no clock."""


def build_target(desk: Desk) -> Target | None:
    """The target; None where its entity is broken or unknown."""
    data = desk.data
    desk.refer("entity", data["entity"], "entity")
    if "calendar" in data:
        desk.refer("calendar", data["calendar"], "calendar")
    entity = desk.manuscript.entities.get(data["entity"])
    if entity is None:
        return None
    scope = _own_fields(entity)
    target = Target(
        data["target"],
        words(data, "title"),
        entity.key,
        desk.expression(data["done_when"], scope, "done_when", expected=YES_NO),
        _goal(desk, scope),
        words(data, "purpose"),
        _condition(desk, scope, "counts_while"),
        _condition(desk, scope, "pauses_while"),
        _condition(desk, scope, "void_when"),
        flag(data, "for_good"),
        data.get("calendar"),
        _share(desk),
    )
    return replace(target, tests=_tests(desk, entity, target))


def _own_fields(entity: Entity) -> Scope:
    """The fields that a row holds, by their names; those that need not be filled in may be null."""
    fields = {field.key: field for field in entity.columns}
    certain = {key for key, field in fields.items() if field.required}
    if entity.statuses:
        certain.add("status")
    return Scope(
        {key: field.type for key, field in fields.items()},
        optional=frozenset(fields.keys() - certain),
    )


def _condition(desk: Desk, scope: Scope, key: str) -> Expression | None:
    if key not in desk.data:
        return None
    return desk.expression(desk.data[key], scope, key, expected=YES_NO)


def _goal(desk: Desk, scope: Scope) -> timedelta | Agreed:
    raw = desk.data["goal"]
    if not isinstance(raw, Mapping):
        goal = _amount(desk, raw, "goal")
        if goal is not None and goal <= timedelta():
            desk.say(faults.no_time(desk.source.mark("goal")))
        return goal or timedelta()
    key = raw["decide"]
    desk.refer("decision", key, "goal", "decide")
    decision = desk.manuscript.decisions.get(key)
    given = {
        name: decision_input(
            desk, scope, decision, name, text, Place(desk.source, ("goal", "given", name))
        )
        for name, text in raw["given"].items()
    }
    output = raw.get("output", "")
    if decision is not None:
        path = ("goal", "output") if output else ("goal", "decide")
        mark = desk.source.mark(*path)
        if not output and len(decision.outputs) == 1:
            [output] = decision.outputs
        if output not in decision.outputs:
            desk.say(faults.unknown_output(mark, key, output, list(decision.outputs)))
        elif decision.says[output] != DURATION:
            desk.say(faults.no_duration(mark, key, output, str(decision.says[output])))
    return Agreed(key, given, output)


def _share(desk: Desk) -> Fraction | None:
    if "endangered_at" not in desk.data:
        return None
    share = Fraction(desk.data["endangered_at"])
    if share >= 1:
        desk.say(faults.no_share(desk.source.mark("endangered_at"), share))
    return share


# -- its tests ----------------------------------------------------------------------------------


def _tests(desk: Desk, entity: Entity, target: Target) -> tuple[History, ...]:
    calendar = calendar_of(desk.manuscript, target.calendar)
    return tuple(
        History(
            raw["test"],
            _changes(desk, entity, target, calendar, index),
            tuple(
                _seen(desk, calendar, one, "tests", index, "expect", number)
                for number, one in enumerate(raw["expect"])
            ),
        )
        for index, raw in enumerate(desk.data.get("tests", ()))
    )


def calendar_of(manuscript: Manuscript, key: str | None) -> Calendar:
    """The calendar of this key; of None, the one that the model names."""
    for model in manuscript.of_kind("model"):
        key = key or model.data.get("calendar")
    return manuscript.calendars.get(key or "", STANDARD)


def _changes(
    desk: Desk, entity: Entity, target: Target, calendar: Calendar, index: int
) -> tuple[Change, ...]:
    found: list[Change] = []
    for number, raw in enumerate(desk.data["tests"][index]["changes"]):
        path = ("tests", index, "changes", number)
        at = _moment(desk, raw["at"], calendar, *path, "at")
        if found and at <= found[-1].at:
            desk.say(faults.out_of_order(desk.source.mark(*path, "at")))
        found.append(Change(at, _fields(desk, entity, target, raw.get("set", {}), *path, "set")))
    return tuple(found)


def _fields(
    desk: Desk, entity: Entity, target: Target, raw: Mapping[str, Any], *path: str | int
) -> Mapping[str, Value]:
    found: dict[str, Value] = {}
    for name, written in raw.items():
        if name not in target.reads:
            mark = desk.source.key_mark(*path, name)
            desk.say(faults.not_read(mark, name, sorted(target.reads)))
        elif name in entity.fields:
            found[name] = desk.value(written, entity.fields[name].type, *path, name)
    return found


def _seen(desk: Desk, calendar: Calendar, raw: Mapping[str, Any], *path: str | int) -> Seen:
    state = raw["state"]
    return Seen(
        _moment(desk, raw["at"], calendar, *path, "at"),
        None if state == NO_CLOCK else State(state),
        _amount(desk, raw["elapsed"], *path, "elapsed") if "elapsed" in raw else None,
        _amount(desk, raw["remaining"], *path, "remaining") if "remaining" in raw else None,
        _moment(desk, raw["due"], calendar, *path, "due") if "due" in raw else None,
    )


def _amount(desk: Desk, raw: Any, *path: str | int) -> timedelta | None:
    """A duration as expressions write it; None where it is none, which is told."""
    found = desk.expression(raw, Scope(), *path, expected=DURATION)
    value = evaluate(found, {}, NOWHERE, EPOCH) if is_sound(found) else None
    return value if isinstance(value, timedelta) else None


def _moment(desk: Desk, raw: str, calendar: Calendar, *path: str | int) -> datetime:
    """A moment as a clock on the wall shows it, where the calendar is."""
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=calendar.zone)
    except ValueError:
        desk.say(sense.unfit(desk.source.mark(*path), f"There is no moment {raw}."))
        return EPOCH
