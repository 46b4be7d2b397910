"""FEEL by the book: three truth values, and null that runs through arithmetic. The oracle."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.notation.dmn.feel import Feel, If, In, Literal, Name, Operation, Range


def value(node: Feel, names: Mapping[str, Any]) -> Any:
    match node:
        case Literal(value=found):
            return Fraction(found) if isinstance(found, Decimal) else found
        case Name(parts=(name,)):
            return names[name]
        case Operation(operator="and" | "or" as word, operands=(left, right)):
            return _joined(word, _truth(value(left, names)), _truth(value(right, names)))
        case Operation(operator="not", operands=(operand,)):
            found = _truth(value(operand, names))
            return None if found is None else not found
        case Operation(operator=sign, operands=operands):
            return _computed(sign, [value(item, names) for item in operands])
        case If(condition=condition, then=then, otherwise=otherwise):
            return value(then if value(condition, names) is True else otherwise, names)
        case In(operand=operand, tests=tests):
            found = value(operand, names)
            return any(_fits(found, test, names) for test in tests)
    raise AssertionError(node)


def _truth(found: Any) -> bool | None:
    return found if isinstance(found, bool) else None


def _joined(word: str, left: bool | None, right: bool | None) -> bool | None:
    settling = word == "or"
    if settling in {left, right}:
        return settling
    return None if None in {left, right} else not settling


def _computed(sign: str, given: list[Any]) -> Any:
    if sign in {"=", "!="}:
        return (given[0] == given[1]) is (sign == "=")
    if None in given:
        return None
    if sign == "-1":
        return -given[0]
    left, right = given
    if sign == "/" and right == 0:
        return None
    return {
        "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right,
        "/": lambda: left / right, "<": lambda: left < right, "<=": lambda: left <= right,
        ">": lambda: left > right, ">=": lambda: left >= right,
    }[sign]()  # fmt: skip


def _fits(found: Any, test: Feel | Range, names: Mapping[str, Any]) -> bool:
    if not isinstance(test, Range):
        return bool(found == value(test, names))
    low = None if test.low is None else value(test.low, names)
    high = None if test.high is None else value(test.high, names)
    if found is None:
        return False
    above = low is None or found > low or (test.includes_low and found == low)
    below = high is None or found < high or (test.includes_high and found == high)
    return bool(above and below)
