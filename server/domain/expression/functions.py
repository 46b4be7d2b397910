"""The functions that expressions may call: what each takes, and what it gives.

A function never sees null among the members of a list: lists leave out what is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from typing import Any

from server.domain.calendar import NoWorkingTime
from server.domain.expression.kinds import (
    DATE,
    DURATION,
    ORDERED,
    WHOLE_NUMBER,
    all_together,
    comparable,
    computed,
    spoken,
)
from server.domain.expression.numbers import calculated
from server.domain.expression.tree import Constant, Node, World
from server.domain.values import DATE_TIME, NUMERIC, YES_NO, Kind, Type, Value, from_json

PERSON = Type(Kind.REF, entity="person")


class UnfitError(Exception):
    """These arguments mean nothing to the function; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Function:
    """`takes` gives the type of the result, or raises UnfitError; `gives` computes it."""

    usage: str
    takes: Callable[[Sequence[Node], Sequence[Type]], Type]
    gives: Callable[[World, Sequence[Value]], Value]
    at_most: int = 1


def _of_list(arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    """The type of the members that are meant: of one list, or of several values."""
    if len(arguments) == 1:
        if types[0].kind is not Kind.LIST or types[0].item is None:
            raise UnfitError(f"A list is needed here, and this is {spoken(types[0])}.")
        return types[0].item
    found = all_together(types)
    if found is None:
        raise UnfitError("These values are of different kinds.")
    return found


def _counted(_arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    if types[0].kind is not Kind.LIST:
        raise UnfitError(f"A list is needed here, and this is {spoken(types[0])}.")
    return WHOLE_NUMBER


def _summed(arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    item = _of_list(arguments, types)
    if item.kind not in NUMERIC | {Kind.DURATION}:
        raise UnfitError(f"Numbers or durations are added up, and this is {spoken(item)}.")
    total = computed("+", item, item)
    assert total is not None
    return total


def _ordered(arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    item = _of_list(arguments, types)
    if item.kind not in ORDERED:
        raise UnfitError(f"Nothing is least or greatest among values of this kind: {item.kind}.")
    return item


def _contained(_arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    where, what = types
    if where.kind is Kind.TEXT and what.kind is Kind.TEXT:
        return YES_NO
    if where.kind is Kind.LIST and where.item is not None and comparable(where.item, what):
        return YES_NO
    raise UnfitError(f"{spoken(where).capitalize()} cannot contain {spoken(what)}.")


def _distinct(_arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    _of_list([_arguments[0]], types)
    return types[0]


def _held(arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    if not (isinstance(arguments[0], Constant) and types[0].kind is Kind.TEXT):
        raise UnfitError("The role stands in quotes.")
    if len(types) > 1 and types[1].kind is not Kind.REF:
        raise UnfitError("A role is held for a record.")
    return Type(Kind.LIST, item=PERSON)


def _written(typ: Type, *also: Kind) -> Callable[[Sequence[Node], Sequence[Type]], Type]:
    """A value written in quotes; or one of another kind that can be made into it."""

    def takes(arguments: Sequence[Node], types: Sequence[Type]) -> Type:
        match arguments[0]:
            case Constant(value=str() as text):
                try:
                    from_json(typ, text)
                except ValueError as error:
                    raise UnfitError(str(error)) from error
            case _ if types[0].kind not in also:
                raise UnfitError(f"{spoken(typ).capitalize()} is written in quotes.")
        return typ

    return takes


def _working_time(_arguments: Sequence[Node], types: Sequence[Type]) -> Type:
    if any(item.kind is not Kind.DATE_TIME for item in types):
        raise UnfitError("Working time lies between two moments.")
    return DURATION


def _after(*amounts: Kind) -> Callable[[Sequence[Node], Sequence[Type]], Type]:
    def takes(_arguments: Sequence[Node], types: Sequence[Type]) -> Type:
        moment, amount = types
        if moment.kind is not Kind.DATE_TIME or amount.kind not in amounts:
            raise UnfitError("Working time is added to a moment.")
        return DATE_TIME

    return takes


def _between(world: World, arguments: Sequence[Any]) -> Value:
    start, end = arguments
    return None if start is None or end is None else world.calendar.between(start, end)


def _after_time(world: World, arguments: Sequence[Any]) -> Value:
    return _passed(world.calendar.after, *arguments)


def _after_days(world: World, arguments: Sequence[Any]) -> Value:
    return _passed(world.calendar.after_days, *arguments)


def _passed(pass_on: Callable[[Any, Any], datetime], start: Any, amount: Any) -> Value:
    """The moment, null where the calendar has not so much time, or time cannot go back."""
    if start is None or amount is None or amount < type(amount)():
        return None
    try:
        return pass_on(start, amount)
    except (NoWorkingTime, OverflowError):
        return None


def _total(_world: World, arguments: Sequence[Value]) -> Value:
    members = _members(arguments)
    return reduce(lambda left, right: calculated("+", left, right), members) if members else 0


def empty_sum(typ: Type) -> Value:
    """What nothing at all adds up to."""
    return timedelta() if typ.kind is Kind.DURATION else 0


def _members(arguments: Sequence[Value]) -> list[Any]:
    single = arguments[0] if len(arguments) == 1 else arguments
    assert isinstance(single, Sequence)
    return [item for item in single if item is not None]


def _count(_world: World, arguments: Sequence[Value]) -> Value:
    return len(_members(arguments))


def _least(_world: World, arguments: Sequence[Value]) -> Value:
    return min(_members(arguments), default=None)


def _greatest(_world: World, arguments: Sequence[Value]) -> Value:
    return max(_members(arguments), default=None)


def _contains(_world: World, arguments: Sequence[Value]) -> Value:
    where, what = arguments
    if where is None or what is None:
        return False
    assert isinstance(where, str | tuple)
    return what in where


def _once_each(_world: World, arguments: Sequence[Value]) -> Value:
    return tuple(dict.fromkeys(_members(arguments)))


def _holders(world: World, arguments: Sequence[Value]) -> Value:
    role, *of = arguments
    return world.holders(str(role), of[0] if of else None)  # type: ignore[arg-type]


def literal(typ: Type, value: Value) -> Value:
    """A date, moment or duration as it is written; or made of a moment, or of a date."""
    match value:
        case None:
            return None
        case datetime() if typ.kind is Kind.DATE:
            return value.date()
        case date():
            return from_json(typ, value.isoformat())
        case _:
            return from_json(typ, value)


def _literal(typ: Type) -> Callable[[World, Sequence[Value]], Value]:
    return lambda _world, arguments: literal(typ, arguments[0])


_MANY = 20

FUNCTIONS: Mapping[str, Function] = {
    "count": Function("count(list)", _counted, _count),
    "sum": Function("sum(list) or sum(a, b)", _summed, _total, _MANY),
    "min": Function("min(list) or min(a, b)", _ordered, _least, _MANY),
    "max": Function("max(list) or max(a, b)", _ordered, _greatest, _MANY),
    "contains": Function("contains(list or text, item)", _contained, _contains, 2),
    "distinct": Function("distinct(list)", _distinct, _once_each),
    "holders": Function('holders("role") or holders("role", record)', _held, _holders, 2),
    "date": Function(
        'date("2026-11-24") or date(moment)', _written(DATE, Kind.DATE_TIME), _literal(DATE)
    ),
    "date_time": Function(
        'date_time("2026-11-24T16:30:00Z") or date_time(date)',
        _written(DATE_TIME, Kind.DATE),
        _literal(DATE_TIME),
    ),
    "working_time": Function("working_time(from, until)", _working_time, _between, 2),
    "after_working": Function(
        "after_working(moment, duration)", _after(Kind.DURATION), _after_time, 2
    ),
    "after_working_days": Function(
        "after_working_days(moment, count)", _after(Kind.WHOLE_NUMBER), _after_days, 2
    ),
    "duration": Function('duration("P3D")', _written(DURATION), _literal(DURATION)),
}
CALENDAR = frozenset({"working_time", "after_working", "after_working_days"})
"""Functions that go by the calendar of the model."""
FEWEST = dict.fromkeys(("contains", *CALENDAR), 2)
LITERALS = frozenset({"date", "date_time", "duration"})
LISTS = frozenset({"count", "sum", "min", "max", "distinct"})
"""Functions over lists. Of an empty list the least and the greatest are null."""
EMPTY_IS_NULL = frozenset({"min", "max"})
