"""Which values go together: what may be compared, computed and put where."""

from __future__ import annotations

from collections.abc import Iterable

from server.domain.values import NUMERIC, Kind, Type

DATE = Type(Kind.DATE)
DURATION = Type(Kind.DURATION)
FRACTION = Type(Kind.FRACTION)
MONEY = Type(Kind.MONEY)
NUMBER = Type(Kind.NUMBER)
WHOLE_NUMBER = Type(Kind.WHOLE_NUMBER)
DATE_TIME = Type(Kind.DATE_TIME)
TEXT = Type(Kind.TEXT)

ORDERED = NUMERIC | {Kind.DATE, Kind.DATE_TIME, Kind.DURATION}
"""Kinds of which one value can be less than another. Texts and choices have no order."""

_VOWELS = tuple("aeiou")
_WIDTH = {Kind.WHOLE_NUMBER: 0, Kind.NUMBER: 1, Kind.MONEY: 1, Kind.FRACTION: 2}
"""A number fits where the width is the same or larger: 1/3 is no decimal number."""


def spoken(typ: Type) -> str:
    """The type as a sentence says it: *a whole number*."""
    match typ.kind:
        case Kind.CHOICE:
            return f"a choice of {', '.join(typ.choices[:6])}" + ("…" * (len(typ.choices) > 6))  # noqa: PLR2004  as many as a line holds
        case Kind.REF:
            return f"{'an' if (typ.entity or '')[:1] in _VOWELS else 'a'} {typ.entity} record"
        case Kind.LIST:
            return "a list"
        case Kind.ANSWERS:
            return "a group of answers"
        case Kind.YES_NO:
            return "yes or no"
        case Kind.DATE_TIME:
            return "a moment"
        case Kind.TEXT | Kind.MONEY:
            return typ.kind.value
        case _:
            return f"a {typ.kind.value.replace('_', ' ')}"


def fits(found: Type, expected: Type) -> bool:
    """Whether every value of `found` may stand where `expected` is asked for."""
    if expected.kind in NUMERIC:
        return found.kind in NUMERIC and _WIDTH[found.kind] <= _WIDTH[expected.kind]
    if expected.kind is Kind.TEXT:
        return found.kind in {Kind.TEXT, Kind.CHOICE}
    if found.kind is not expected.kind:
        return False
    match expected.kind:
        case Kind.CHOICE:
            return set(found.choices) <= set(expected.choices)
        case Kind.REF:
            return found.entity == expected.entity
        case Kind.LIST:
            return found.item is None or expected.item is None or fits(found.item, expected.item)
        case _:
            return True


def comparable(left: Type, right: Type) -> bool:
    """Whether a value of one may equal a value of the other."""
    if left.kind in NUMERIC and right.kind in NUMERIC:
        return True
    if left.kind is not right.kind or left.kind in {Kind.LIST, Kind.ANSWERS}:
        return False
    match left.kind:
        case Kind.CHOICE:
            return not set(left.choices).isdisjoint(right.choices)
        case Kind.REF:
            return left.entity == right.entity
        case _:
            return True


def together(left: Type, right: Type) -> Type | None:
    """The type that holds the values of both, if any does."""
    if left.kind in NUMERIC and right.kind in NUMERIC:
        return Type(max(left.kind, right.kind, key=lambda kind: _WIDTH[kind]))
    if left.kind is Kind.CHOICE and right.kind is Kind.CHOICE:
        return Type(Kind.CHOICE, choices=tuple(dict.fromkeys(left.choices + right.choices)))
    if fits(left, right):
        return right
    return left if fits(right, left) else None


def all_together(types: Iterable[Type]) -> Type | None:
    """The type that holds the values of all of these; None where there is none."""
    found: Type | None = None
    for index, typ in enumerate(types):
        found = typ if index == 0 else together(found, typ) if found is not None else None
    return found


def computed(operator: str, left: Type, right: Type) -> Type | None:
    """The type of `left operator right`; None where that means nothing."""
    kinds = (left.kind, right.kind)
    if left.kind in NUMERIC and right.kind in NUMERIC:
        if operator in {"/", "**"}:
            return FRACTION
        if operator == "*" and kinds == (Kind.MONEY, Kind.MONEY):
            return None
        if Kind.FRACTION in kinds:
            return FRACTION
        if Kind.MONEY in kinds:
            return MONEY
        return NUMBER if Kind.NUMBER in kinds else WHOLE_NUMBER
    match operator, *kinds:
        case "+", Kind.TEXT | Kind.CHOICE, Kind.TEXT | Kind.CHOICE:
            return TEXT
        case "+" | "-", Kind.DURATION, Kind.DURATION:
            return DURATION
        case "+" | "-", Kind.DATE, Kind.DURATION:
            return DATE
        case "+" | "-", Kind.DATE_TIME, Kind.DURATION:
            return DATE_TIME
        case "+", Kind.DURATION, Kind.DATE | Kind.DATE_TIME:
            return Type(right.kind)
        case "-", Kind.DATE, Kind.DATE:
            return DURATION
        case "-", Kind.DATE_TIME, Kind.DATE_TIME:
            return DURATION
        case "/", Kind.DURATION, Kind.DURATION:
            return FRACTION
        case "*" | "/", Kind.DURATION, kind if kind in NUMERIC:
            return DURATION
        case "*", kind, Kind.DURATION if kind in NUMERIC:
            return DURATION
        case _:
            return None
