"""The values that fields, answers and expressions hold, and the types that describe them.

A value is a plain Python value: `str`, `bool`, `int`, `Decimal`, `Fraction`, `date`, aware UTC
`datetime`, `timedelta`, a `RecordRef`, a tuple of values, a mapping of names to values (answers,
verdicts), or `None` for "not known".
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """A record, named by its entity and its id. An id below zero is one not yet stored."""

    entity: str
    id: int

    def __str__(self) -> str:
        return f"{self.entity} {self.id}"


Value = (
    None
    | str
    | bool
    | int
    | Decimal
    | Fraction
    | date
    | datetime
    | timedelta
    | RecordRef
    | tuple["Value", ...]
    | Mapping[str, "Value"]
)


class Kind(enum.StrEnum):
    """The kinds of value of the language. The text is what YAML says after `type:`."""

    TEXT = "text"
    YES_NO = "yes_no"
    WHOLE_NUMBER = "whole_number"
    NUMBER = "number"
    MONEY = "money"
    FRACTION = "fraction"
    DATE = "date"
    DATE_TIME = "date_time"
    DURATION = "duration"
    CHOICE = "choice"
    REF = "ref"
    LIST = "list"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Type:
    """What values may stand in one place.

    `choices` belongs to CHOICE, `entity` to REF, `item` to LIST, `members` to ANSWERS (the answers
    of a step or the outputs of a verdict, by name). `at_least` and `at_most` bound numbers, and the
    length of a text in characters.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    entity: str | None = None
    item: Type | None = None
    members: Mapping[str, Type] = field(default_factory=dict)
    at_least: Decimal | None = None
    at_most: Decimal | None = None

    def __str__(self) -> str:
        match self.kind:
            case Kind.CHOICE:
                return f"choice of {', '.join(self.choices)}"
            case Kind.REF:
                return f"{self.entity} record"
            case Kind.LIST:
                return f"list of {self.item}"
            case _:
                return self.kind.value


TEXT = Type(Kind.TEXT)
YES_NO = Type(Kind.YES_NO)
WHOLE_NUMBER = Type(Kind.WHOLE_NUMBER)
NUMBER = Type(Kind.NUMBER)
DATE_TIME = Type(Kind.DATE_TIME)
NUMERIC = frozenset({Kind.WHOLE_NUMBER, Kind.NUMBER, Kind.MONEY, Kind.FRACTION})

TEXT_LIMIT = 100_000
"""Characters that a text without a bound of its own may hold."""
NUMBER_LIMIT = 2**53
"""Numbers at or beyond this are refused: neither JSON nor the rules engine keeps them exact."""
DECIMAL_PLACES = 12
"""Digits after the point that a database keeps."""
_SMALLEST = Decimal(1).scaleb(-DECIMAL_PLACES)
DURATION_LIMIT = timedelta(days=366_000)
"""Durations beyond this, about a thousand years, are refused."""

_FRACTION = re.compile(r"\s*-?\d{1,40}(?:\s*/\s*\d{1,40}|\.\d{1,40})?\s*")
_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def from_json(typ: Type, raw: Any) -> Value:
    """The value that JSON, a form or YAML means in a place of this type.

    A record is meant by its id; number and label are looked up before, where there is a database.

    Raises:
        ValueError: `raw` is not such a value; the text is a sentence for the person who wrote it.
    """
    if raw is None or raw == "":
        return None
    try:
        return _READERS[typ.kind](typ, raw)
    except (AttributeError, KeyError, ValueError, TypeError, ArithmeticError) as error:
        sentence = (
            str(error) if isinstance(error, _UnfitError) else f"{_shown(raw)} is not {_a(typ)}."
        )
        raise ValueError(sentence) from error


def to_json(value: Value) -> Any:
    """The JSON that `from_json` reads back: exact numbers as text, moments as ISO 8601 in UTC."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case timedelta():
            return _duration_text(value)
        case Decimal():
            return format(value, "f")
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case RecordRef():
            return value.id
        case tuple():
            return [to_json(item) for item in value]
        case Mapping():
            return {name: to_json(item) for name, item in value.items()}
        case _:
            return value


class _UnfitError(ValueError):
    """A refusal that carries its own sentence."""


def _shown(raw: Any) -> str:
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004  one line of a message


def _a(typ: Type) -> str:
    return {
        Kind.TEXT: "text",
        Kind.YES_NO: "yes or no",
        Kind.WHOLE_NUMBER: "a whole number",
        Kind.FRACTION: "a fraction such as 2/3",
        Kind.DATE: "a date such as 2026-11-24",
        Kind.DATE_TIME: "a moment such as 2026-11-24T16:30:00Z",
        Kind.DURATION: "a duration such as P3D or PT4H30M",
        Kind.CHOICE: f"one of {', '.join(typ.choices)}",
        Kind.REF: f"a {typ.entity} record",
        Kind.LIST: "a list",
        Kind.ANSWERS: "a group of answers",
    }.get(typ.kind, "a number")


def _text(typ: Type, raw: Any) -> str:
    if not isinstance(raw, str):
        raise TypeError
    limit = int(typ.at_most) if typ.at_most is not None else TEXT_LIMIT
    if len(raw) > limit:
        raise _UnfitError(f"The text has {len(raw)} characters; at most {limit} are kept.")
    if "\x00" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise _UnfitError(
            "The text holds a character that no database keeps (NUL or half a pair)."
        )
    if typ.at_least is not None and len(raw) < typ.at_least:
        raise _UnfitError(
            f"The text has {len(raw)} characters; at least {typ.at_least} are needed."
        )
    return raw


def _yes_no(_typ: Type, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    return (
        {"yes": True, "no": False, "true": True, "false": False}[raw.lower()]
        if (isinstance(raw, str) and raw.lower() in {"yes", "no", "true", "false"})
        else _refuse()
    )


def _refuse() -> Any:
    raise TypeError


def _whole(typ: Type, raw: Any) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int | str):
        if isinstance(raw, float) and raw.is_integer() and abs(raw) < NUMBER_LIMIT:
            return _bounded(typ, int(raw))
        raise TypeError
    return _bounded(typ, int(raw))


def _decimal(typ: Type, raw: Any) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        raise TypeError
    value = Decimal(str(raw))
    if not value.is_finite():
        raise TypeError
    value = _bounded(typ, value)
    kept = value.quantize(_SMALLEST)
    if kept != value:
        raise _UnfitError(f"At most {DECIMAL_PLACES} digits after the point are kept.")
    return kept.normalize() + 0


def _fraction(typ: Type, raw: Any) -> Fraction:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal | Fraction):
        raise TypeError
    if isinstance(raw, str) and not _FRACTION.fullmatch(raw):
        raise TypeError
    value = _bounded(typ, Fraction(str(raw)))
    if value.denominator >= NUMBER_LIMIT:
        raise _UnfitError(f"Numbers stay below {NUMBER_LIMIT}.")
    return value


_Number = TypeVar("_Number", int, Decimal, Fraction)


def _bounded(typ: Type, value: _Number) -> _Number:
    if abs(value) >= NUMBER_LIMIT:
        raise _UnfitError(f"Numbers stay below {NUMBER_LIMIT}.")
    if typ.at_least is not None and value < typ.at_least:
        raise _UnfitError(f"{value} is less than {typ.at_least}.")
    if typ.at_most is not None and value > typ.at_most:
        raise _UnfitError(f"{value} is more than {typ.at_most}.")
    return value


def _date(_typ: Type, raw: Any) -> date:
    if isinstance(raw, date) and not isinstance(raw, datetime):
        return raw
    if not isinstance(raw, str):
        raise TypeError
    return date.fromisoformat(raw)


def _moment(_typ: Type, raw: Any) -> datetime:
    moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC)


def _duration(_typ: Type, raw: Any) -> timedelta:
    if isinstance(raw, timedelta):
        return raw
    match = _DURATION.fullmatch(raw)
    if match is None:
        raise TypeError
    amounts = match.groupdict()
    sign = amounts.pop("sign")
    if not any(amounts.values()):
        raise TypeError
    value = timedelta(**{unit: float(amount or 0) for unit, amount in amounts.items()})
    if value > DURATION_LIMIT:
        raise _UnfitError(f"Durations stay below {DURATION_LIMIT.days} days.")
    return -value if sign else value


def _choice(typ: Type, raw: Any) -> str:
    if raw not in typ.choices:
        raise TypeError
    return str(raw)


def _ref(typ: Type, raw: Any) -> RecordRef:
    if isinstance(raw, RecordRef) and raw.entity == typ.entity:
        return raw
    number = raw if isinstance(raw, int) else int(raw) if isinstance(raw, str) else None
    if number is None or isinstance(raw, bool) or not 0 < number < math.pow(2, 63):
        raise TypeError
    assert typ.entity is not None
    return RecordRef(typ.entity, number)


def _list(typ: Type, raw: Any) -> tuple[Value, ...]:
    if not isinstance(raw, list | tuple):
        raise TypeError
    assert typ.item is not None
    return tuple(from_json(typ.item, item) for item in raw)


def _answers(typ: Type, raw: Any) -> Mapping[str, Value]:
    if not isinstance(raw, Mapping):
        raise TypeError
    return {name: from_json(typ.members[name], item) for name, item in raw.items()}


_READERS: Mapping[Kind, Callable[[Type, Any], Value]] = {
    Kind.TEXT: _text,
    Kind.YES_NO: _yes_no,
    Kind.WHOLE_NUMBER: _whole,
    Kind.NUMBER: _decimal,
    Kind.MONEY: _decimal,
    Kind.FRACTION: _fraction,
    Kind.DATE: _date,
    Kind.DATE_TIME: _moment,
    Kind.DURATION: _duration,
    Kind.CHOICE: _choice,
    Kind.REF: _ref,
    Kind.LIST: _list,
    Kind.ANSWERS: _answers,
}


def _duration_text(value: timedelta) -> str:
    if value < timedelta():
        return f"-{_duration_text(-value)}"
    hours, rest = divmod(value.seconds, 3_600)
    minutes, whole = divmod(rest, 60)
    seconds = f"{whole}.{value.microseconds:06d}".rstrip("0").rstrip(".")
    days = f"{value.days}D" if value.days else ""
    clock = "".join(
        f"{amount}{unit}"
        for amount, unit in ((hours, "H"), (minutes, "M"), (seconds, "S"))
        if amount not in (0, "0", "")
    )
    if not days and not clock:
        return "PT0S"
    return f"P{days}T{clock}" if clock else f"P{days}"


def freeze(value: Value) -> Any:
    """JSON that `thaw` reads back without knowing the type; how runs keep names and answers."""
    match value:
        case RecordRef():
            return {"ref": [value.entity, value.id]}
        case tuple():
            return {"list": [freeze(item) for item in value]}
        case Mapping():
            return {"answers": {name: freeze(item) for name, item in value.items()}}
        case None | bool() | str() | int():
            return value
        case datetime():
            return {"date_time": to_json(value)}
        case date():
            return {"date": to_json(value)}
        case timedelta():
            return {"duration": to_json(value)}
        case Fraction():
            return {"fraction": to_json(value)}
        case Decimal():
            return {"number": to_json(value)}


def thaw(raw: Any) -> Value:
    """The value that `freeze` wrote."""
    if not isinstance(raw, dict):
        return raw  # type: ignore[no-any-return]
    [(tag, inner)] = raw.items()
    match tag:
        case "ref":
            return RecordRef(inner[0], inner[1])
        case "list":
            return tuple(thaw(item) for item in inner)
        case "answers":
            return {name: thaw(item) for name, item in inner.items()}
        case "number":
            return Decimal(inner)
        case "fraction":
            return Fraction(inner)
        case _:
            return from_json(Type(Kind(tag)), inner)
