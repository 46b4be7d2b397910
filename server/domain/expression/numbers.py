"""Exact arithmetic over numbers, shares, moments and durations. What has no result is null."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from server.domain.expression.nowhere import EPOCH
from server.domain.values import Value

_EXACT = Context(prec=5_000)
"""Far more digits than forty levels of sums and products of what is read here can need."""
LARGEST_POWER = 10_000
"""Binary digits that the result of a power may have; what is larger has no result."""
_TICK = timedelta(microseconds=1)


def calculated(operator: str, left: Value, right: Value) -> Value:
    """`left operator right`, null where an operand is null, a divisor zero or a date too far."""
    if left is None or right is None:
        return None
    try:
        return _OPERATIONS[operator](left, right)
    except (ZeroDivisionError, OverflowError):
        return None


def negative(value: Value) -> Value:
    match value:
        case Decimal():
            return value.copy_negate()
        case int() | Fraction() | timedelta():
            return -value
        case _:
            return None


def exact(value: Value) -> Fraction:
    """A number as a fraction."""
    return Fraction(value)  # type: ignore[arg-type]


def ticks(value: Value) -> Fraction:
    """A number, date, moment or duration as an exact number."""
    match value:
        case datetime():
            return Fraction(microseconds_since(value))
        case date():
            return Fraction(value.toordinal())
        case timedelta():
            return Fraction(value // _TICK)
        case _:
            return Fraction(value)  # type: ignore[arg-type]


def microseconds_since(value: datetime) -> int:
    return (value - EPOCH) // _TICK


def _pair(left: Any, right: Any) -> tuple[Any, Any]:
    """Both as the wider of their two kinds: int, Decimal, Fraction."""
    if isinstance(left, Fraction) and isinstance(right, Decimal):
        return left, Fraction(right)
    if isinstance(right, Fraction) and isinstance(left, Decimal):
        return Fraction(left), right
    return left, right


def _sum(left: Any, right: Any) -> Value:
    if isinstance(left, Decimal) and not isinstance(right, Fraction):
        return _EXACT.add(left, right)
    if isinstance(right, Decimal) and not isinstance(left, Fraction):
        return _EXACT.add(right, left)
    if isinstance(left, timedelta) and isinstance(right, date):
        left, right = right, left
    one, other = _pair(left, right)
    return one + other  # type: ignore[no-any-return]


def _difference(left: Any, right: Any) -> Value:
    if isinstance(right, timedelta):
        return left - right  # type: ignore[no-any-return]
    if isinstance(left, datetime | date):
        return left - right  # type: ignore[no-any-return]
    return _sum(left, negative(right))


def _product(left: Any, right: Any) -> Value:
    if isinstance(right, timedelta):
        left, right = right, left
    if isinstance(left, timedelta):
        return round(left // _TICK * Fraction(right)) * _TICK
    if isinstance(left, Decimal) and not isinstance(right, Fraction):
        return _EXACT.multiply(left, right)
    if isinstance(right, Decimal) and not isinstance(left, Fraction):
        return _EXACT.multiply(right, left)
    one, other = _pair(left, right)
    return one * other  # type: ignore[no-any-return]


def _quotient(left: Any, right: Any) -> Value:
    if isinstance(right, timedelta):
        return Fraction(left // _TICK, right // _TICK)
    if isinstance(left, timedelta):
        return round((left // _TICK) / Fraction(right)) * _TICK
    return Fraction(left) / Fraction(right)


def _power(left: Any, right: Any) -> Value:
    """Exact, so that only whole powers have one, and none that fills the memory."""
    exponent, base = Fraction(right), Fraction(left)
    size = max(base.numerator.bit_length(), base.denominator.bit_length())
    if exponent.denominator != 1 or size * abs(exponent) > LARGEST_POWER:
        return None
    return base**exponent.numerator


_OPERATIONS: Mapping[str, Callable[[Any, Any], Value]] = {
    "+": _sum,
    "-": _difference,
    "*": _product,
    "/": _quotient,
    "**": _power,
}
