"""What may be given to a decision. Whatever is unfit is refused here, with a sentence.

Checked by type and bound before anything is computed; keys that no input declares are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.domain.decision import Decision, NoVerdict
from server.domain.expression.kinds import spoken
from server.domain.values import NUMBER_LIMIT, TEXT_LIMIT, Kind, RecordRef, Type, Value

Fitness = Callable[[Any], bool]

_FORMS: Mapping[Kind, tuple[type, ...]] = {
    Kind.TEXT: (str,),
    Kind.YES_NO: (bool,),
    Kind.WHOLE_NUMBER: (int,),
    Kind.NUMBER: (Decimal, int),
    Kind.MONEY: (Decimal, int),
    Kind.FRACTION: (Fraction, int, Decimal),
    Kind.DATE: (date,),
    Kind.DATE_TIME: (datetime,),
    Kind.DURATION: (timedelta,),
}


def fitness(typ: Type, *, optional: bool = False) -> Fitness:
    """A function that says whether a value is one of this type."""
    inner = _fitness(typ)
    if not optional:
        return inner
    return lambda value: value is None or inner(value)


def _fitness(typ: Type) -> Fitness:
    match typ.kind:
        case Kind.TEXT:
            limit = int(typ.at_most) if typ.at_most is not None else TEXT_LIMIT
            return lambda value: type(value) is str and len(value) <= limit and _is_whole(value)
        case Kind.CHOICE:
            choices = frozenset(typ.choices)
            return lambda value: type(value) is str and value in choices
        case Kind.WHOLE_NUMBER | Kind.NUMBER | Kind.MONEY | Kind.FRACTION:
            return _number_fitness(typ)
        case Kind.DATE_TIME:
            return lambda value: type(value) is datetime and value.tzinfo is not None
        case Kind.REF:
            entity = typ.entity
            return lambda value: type(value) is RecordRef and value.entity == entity
        case Kind.LIST:
            member = fitness(typ.item) if typ.item is not None else lambda _value: True
            return lambda value: type(value) is tuple and all(map(member, value))
        case Kind.ANSWERS:
            return lambda value: isinstance(value, Mapping)
        case _:
            [form] = _FORMS[typ.kind]
            return lambda value: type(value) is form


def _number_fitness(typ: Type) -> Fitness:
    """Numbers stay where they are exact for everybody, and within the bounds of their type."""
    forms = frozenset(_FORMS[typ.kind])
    low = -NUMBER_LIMIT + 1 if typ.at_least is None else max(typ.at_least, 1 - NUMBER_LIMIT)
    high = NUMBER_LIMIT - 1 if typ.at_most is None else min(typ.at_most, NUMBER_LIMIT - 1)

    def fits(value: Any) -> bool:
        form = type(value)
        if form not in forms or (form is Decimal and not value.is_finite()):
            return False
        return bool(low <= value <= high)

    return fits


def _is_whole(text: str) -> bool:
    """Without halves of pairs, which no encoding carries."""
    if text.isascii():
        return True
    return not any("\ud800" <= char <= "\udfff" for char in text)


def unfit(decision: Decision, inputs: Mapping[str, Value]) -> NoVerdict:
    """Why these inputs are refused; asked once it is known that they are."""
    for name, typ in decision.inputs.items():
        value = inputs.get(name)
        if value is None:
            if name not in decision.optional:
                return NoVerdict(
                    f"Decision '{decision.key}' needs its input '{name}', and that is not known. "
                    "See that it is filled in before, or declare the input optional."
                )
        elif not fitness(typ)(value):
            return NoVerdict(
                f"Decision '{decision.key}' cannot take {_shown(value)} for its input '{name}': "
                f"{_wanted(typ)}."
            )
    raise AssertionError("All inputs are fit.")


def _wanted(typ: Type) -> str:
    """What is wanted instead, as a clause."""
    if typ.kind is Kind.CHOICE:
        return f"it must be one of {', '.join(typ.choices)}"
    bounds = (("at least", typ.at_least), ("at most", typ.at_most))
    limits = " and ".join(f"{text} {bound}" for text, bound in bounds if bound is not None)
    return f"it must be {spoken(typ)}{', ' + limits if limits else ''}"


def _shown(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  one line of a message
