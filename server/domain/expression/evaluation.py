"""The value of a resolved expression. Every node becomes a closure once, and is called thereafter.

Evaluation is total: it always ends, and it raises nothing. What cannot be computed is null, and
null is neither less nor more than anything.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.domain.expression.functions import FUNCTIONS, empty_sum
from server.domain.expression.numbers import calculated, negative
from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Expression,
    Fields,
    Interval,
    IsNull,
    Joined,
    Listing,
    Membership,
    Names,
    Negative,
    Node,
    Not,
    Now,
    Path,
    Quantified,
    Where,
    World,
)
from server.domain.expression.types import type_of
from server.domain.values import Kind, RecordRef, Type, Value

Closure = Callable[[Names, World, datetime], Value]
_Order = Callable[[Any, Any], bool]
_Test = Callable[[Any, Names, World, datetime], bool]

_KEPT = 8_192
_closures: dict[int, tuple[Expression, Closure]] = {}


def evaluate(expression: Expression, names: Names, world: World, now: datetime) -> Value:
    """What a resolved expression gives, with these names, in this world, at this moment."""
    return closure(expression)(names, world, now)


def closure(expression: Expression) -> Closure:
    """The expression as one Python function. Kept, for as long as memory is no concern."""
    kept = _closures.get(id(expression))
    if kept is not None and kept[0] is expression:
        return kept[1]
    made = compiled(expression)
    if len(_closures) >= _KEPT:
        _closures.clear()
    _closures[id(expression)] = (expression, made)
    return made


def compiled(expression: Expression) -> Closure:
    """The expression as a function that nobody keeps but who asked for it."""
    return _converted(_closure(expression.tree), expression.type)


def _converted(inner: Closure, typ: Type | None) -> Closure:
    """Numbers in the form that the expected type has: 3 as `Decimal(3)` where money is meant."""
    form: type[Decimal | Fraction] | None = None
    if typ is not None:
        form = {Kind.NUMBER: Decimal, Kind.MONEY: Decimal, Kind.FRACTION: Fraction}.get(typ.kind)
    if form is None:
        return inner

    def converted(names: Names, world: World, now: datetime) -> Value:
        value = inner(names, world, now)
        return value if value is None or isinstance(value, form) else form(value)  # type: ignore[arg-type]

    return converted


def _closure(node: Node) -> Closure:
    match node:
        case Constant(value=value):
            return lambda _names, _world, _now: value
        case Path():
            return _path(node)
        case Now():
            return lambda _names, _world, now: now
        case Fields(operand=operand, parts=parts):
            inner = _closure(operand)
            return lambda names, world, now: _walk(inner(names, world, now), parts, world)
        case Not(operand=operand):
            inner = _closure(operand)
            return lambda names, world, now: not inner(names, world, now)
        case Negative(operand=operand):
            inner = _closure(operand)
            return lambda names, world, now: negative(inner(names, world, now))
        case Joined(operator="and", operands=operands):
            tests = tuple(_closure(item) for item in operands)
            return lambda names, world, now: all(test(names, world, now) for test in tests)
        case Joined(operands=operands):
            tests = tuple(_closure(item) for item in operands)
            return lambda names, world, now: any(test(names, world, now) for test in tests)
        case Arithmetic(operator=sign, left=left, right=right):
            one, other = _closure(left), _closure(right)
            return lambda names, world, now: calculated(
                sign, one(names, world, now), other(names, world, now)
            )
        case Comparison():
            return _comparison(node)
        case IsNull(operand=operand, negated=negated):
            inner = _closure(operand)
            if negated:
                return lambda names, world, now: inner(names, world, now) is not None
            return lambda names, world, now: inner(names, world, now) is None
        case Membership(operand=operand, items=items):
            return _membership(_closure(operand), tuple(_test(item) for item in items))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            choice, one, other = _closure(condition), _closure(then), _closure(otherwise)
            return lambda names, world, now: (one if choice(names, world, now) else other)(
                names, world, now
            )
        case Call():
            return _call(node)
        case Where() | Quantified():
            return _over_members(node)
        case Listing(items=items):
            return _listing(tuple(_closure(item) for item in items))
        case Interval():
            raise AssertionError("A range is no value; the parser lets it stand only after 'in'.")


def _path(node: Path) -> Closure:
    root, parts, all_of = node.parts[0], node.parts[1:], node.all_of
    if all_of is not None:
        return lambda _names, world, _now: _walk(world.all(all_of), parts, world)
    if node.type is not None and node.type.kind is Kind.LIST:
        return lambda names, world, _now: _walk(names.get(root), parts, world) or ()
    if not parts:
        return lambda names, _world, _now: names.get(root)
    return lambda names, world, _now: _walk(names.get(root), parts, world)


def _walk(value: Value, parts: tuple[str, ...], world: World) -> Value:
    for part in parts:
        value = _member(value, part, world)
    return value


def _member(value: Value, part: str, world: World) -> Value:
    """A field of a record, an answer, or of each member of a list what it has there."""
    match value:
        case RecordRef():
            return world.field(value, part)
        case tuple():
            found: list[Value] = []
            for item in value:
                inner = _member(item, part, world)
                if isinstance(inner, tuple):
                    found.extend(inner)
                elif inner is not None:
                    found.append(inner)
            return tuple(found)
        case Mapping():
            return value.get(part)
        case _:
            return None


_ORDERS: Mapping[str, _Order] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _comparison(node: Comparison) -> Closure:
    one, other = _closure(node.left), _closure(node.right)
    if node.operator == "=":
        return lambda names, world, now: one(names, world, now) == other(names, world, now)
    if node.operator == "!=":
        return lambda names, world, now: one(names, world, now) != other(names, world, now)
    order = _ORDERS[node.operator]

    def ordered(names: Names, world: World, now: datetime) -> Value:
        left, right = one(names, world, now), other(names, world, now)
        return left is not None and right is not None and order(left, right)

    return ordered


def _listing(members: tuple[Closure, ...]) -> Closure:
    def listed(names: Names, world: World, now: datetime) -> Value:
        values = (member(names, world, now) for member in members)
        return tuple(value for value in values if value is not None)

    return listed


def _membership(operand: Closure, tests: tuple[_Test, ...]) -> Closure:
    def belongs(names: Names, world: World, now: datetime) -> Value:
        value = operand(names, world, now)
        return any(test(value, names, world, now) for test in tests)

    return belongs


def _test(item: Node) -> _Test:
    """Whether a value belongs to one item after `in`."""
    if isinstance(item, Interval):
        return _within(item)
    inner = _closure(item)
    if type_of(item).kind is Kind.LIST:
        return lambda value, names, world, now: value in inner(names, world, now)  # type: ignore[operator]
    return lambda value, names, world, now: value == inner(names, world, now)


def _within(node: Interval) -> _Test:
    low = None if node.low is None else _closure(node.low)
    high = None if node.high is None else _closure(node.high)
    above: _Order = operator.ge if node.includes_low else operator.gt
    below: _Order = operator.le if node.includes_high else operator.lt

    def within(value: Any, names: Names, world: World, now: datetime) -> bool:
        for bound, order in ((low, above), (high, below)):
            if bound is None:
                continue
            end = bound(names, world, now)
            if value is None or end is None or not order(value, end):
                return False
        return True

    return within


def _call(node: Call) -> Closure:
    gives = FUNCTIONS[node.function].gives
    parts = tuple(_closure(item) for item in node.arguments)
    if node.function == "sum" and len(parts) == 1:
        nothing, [members] = empty_sum(type_of(node)), parts
        return lambda names, world, now: (
            gives(world, (found,)) if (found := members(names, world, now)) else nothing
        )
    return lambda names, world, now: gives(world, tuple(part(names, world, now) for part in parts))


def _over_members(node: Where | Quantified) -> Closure:
    name, members, condition = node.name, _closure(node.members), _closure(node.condition)

    def kept(names: Names, world: World, now: datetime) -> Any:
        found = members(names, world, now)
        assert isinstance(found, tuple)
        return (item for item in found if condition({**names, name: item}, world, now))

    if isinstance(node, Where):
        return lambda names, world, now: tuple(kept(names, world, now))
    if node.quantifier == "some":
        return lambda names, world, now: any(True for _ in kept(names, world, now))

    def every(names: Names, world: World, now: datetime) -> Value:
        found = members(names, world, now)
        assert isinstance(found, tuple)
        return all(condition({**names, name: item}, world, now) for item in found)

    return every
