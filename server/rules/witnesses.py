"""Inputs worth trying on a table: what stands at and beside every constant that it names."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from server.domain.decision import Decision
from server.domain.expression.nowhere import EPOCH
from server.domain.expression.numbers import calculated
from server.domain.expression.tree import Constant
from server.domain.expression.walking import nodes
from server.domain.values import NUMERIC, Kind, RecordRef, Type, Value
from server.rules.intake import fitness

TRIED = 200
"""Combinations of inputs that a table is tried with, beside each value once."""


def witnesses(decision: Decision) -> Iterator[dict[str, Value]]:
    """Fit inputs: every value of interest once, then some combinations.

    They are drawn by a seed that never changes, so that a trial can be repeated.
    """
    values = {name: _values(decision, name, typ) for name, typ in decision.inputs.items()}
    if not all(values.values()):
        return
    base = {name: found[0] for name, found in values.items()}
    yield base
    for name, found in values.items():
        for value in found[1:]:
            yield {**base, name: value}
    draw = random.Random(0)  # noqa: S311  no secret: the same combinations every time
    for _ in range(TRIED):
        yield {name: draw.choice(found) for name, found in values.items()}


def _values(decision: Decision, name: str, typ: Type) -> list[Value]:
    """Values of interest of one input, each fit."""
    found: list[Value] = [
        *_ordinary(typ),
        *(near for constant in _constants(decision) for near in _beside(constant.value)),
    ]
    if name in decision.optional:
        found.append(None)
    fits = fitness(typ, optional=name in decision.optional)
    distinct: dict[tuple[type, Value], Value] = {}
    for value in found:
        fit = _as(typ, value)
        if fits(fit):
            distinct.setdefault((type(fit), _key(fit)), fit)
    return list(distinct.values())


def _key(value: Value) -> Value:
    return tuple(sorted(value.items())) if isinstance(value, Mapping) else value


def _constants(decision: Decision) -> Iterator[Constant]:
    expressions = [rule.condition for rule in decision.rules if rule.condition is not None]
    others = [*decision.computed.values(), *decision.assuming, *decision.derived.values()]
    for expression in [*expressions, *others]:
        for node in nodes(expression.tree):
            if isinstance(node, Constant):
                yield node
    for setting in decision.settings.values():
        yield Constant(setting.value, setting.type, (0, 0))


def _beside(value: Value) -> tuple[Value, ...]:
    """The value, and what lies just before and after it."""
    step: Value
    match value:
        case bool() | str() | None | RecordRef() | tuple() | Mapping():
            return (value,)
        case Decimal():
            step = Decimal(1).scaleb(int(value.as_tuple().exponent))
        case datetime() | timedelta():
            step = timedelta(seconds=1)
        case date():
            step = timedelta(days=1)
        case _:
            step = 1
    return (calculated("-", value, step), value, calculated("+", value, step))


def _as(typ: Type, value: Value) -> Value:
    """A number in the form of the type, where it has one."""
    if not isinstance(value, int | Decimal | Fraction) or isinstance(value, bool):
        return value
    match typ.kind:
        case Kind.NUMBER | Kind.MONEY if isinstance(value, int):
            return Decimal(value)
        case Kind.NUMBER | Kind.MONEY if isinstance(value, Fraction):
            return Decimal(value.numerator) / Decimal(value.denominator)
        case Kind.FRACTION:
            return Fraction(value)
        case Kind.WHOLE_NUMBER:
            return int(value)
        case _:
            return value


def _ordinary(typ: Type) -> tuple[Value, ...]:
    """Values of the type that no table needs to name."""
    if typ.kind in NUMERIC:
        bounds = [bound for bound in (typ.at_least, typ.at_most) if bound is not None]
        return (0, 1, -1, 7, *bounds)
    match typ.kind:
        case Kind.YES_NO:
            return (True, False)
        case Kind.CHOICE:
            return typ.choices
        case Kind.TEXT:
            return ("", "text", 'a "quoted" \\ text', "x" * 5_000)
        case Kind.DATE:
            return (EPOCH.date(), date(2024, 2, 29), date.max)
        case Kind.DATE_TIME:
            return (EPOCH, EPOCH + timedelta(days=20_000, microseconds=1))
        case Kind.DURATION:
            return (timedelta(), timedelta(days=3), timedelta(seconds=-1))
        case Kind.REF:
            return (RecordRef(typ.entity or "", 1), RecordRef(typ.entity or "", 2))
        case Kind.LIST:
            members = _ordinary(typ.item) if typ.item is not None else ()
            return ((), tuple(_as(typ.item, member) for member in members) if typ.item else ())
        case _:
            return ({},)
