"""The columns of a table as the C module sees them: numbers under names of our own.

No text of anybody's reaches C. Choices and texts become small whole numbers; dates, moments and
durations count days or microseconds; decimals and shares are multiplied until every constant they
are compared with is whole. A value between two whole numbers becomes the half between them, which
compares alike with all constants: so comparisons are exact, though C counts in floating point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal
from fractions import Fraction
from typing import Any

from server.domain.expression.numbers import microseconds_since, ticks
from server.domain.values import NUMERIC, Kind, Type, Value
from server.rules.formulas import ORDERINGS

SCALED_LIMIT = 2**51
"""Constants stay below this, so that their halves are exact in floating point."""
FARTHEST = 2**52
"""Where values beyond every constant are told to lie."""

_DISCRETE = frozenset({Kind.TEXT, Kind.CHOICE, Kind.YES_NO})
_TIMES = frozenset({Kind.DATE, Kind.DATE_TIME, Kind.DURATION})
_NULL, _OTHER, _FIRST = 0, 1, 2
_TICK = timedelta(microseconds=1)
_EXACT = Context(prec=5_000)

Encoder = Callable[[Any], str]


@dataclass(slots=True)
class Column:
    """An input or a computed value; `key` is its name in C.

    `codes` are the numbers of choices and texts; other numbers are multiplied by `scale`, and
    `largest` is the largest constant that one is compared with.
    """

    name: str
    number: int
    type: Type
    optional: bool
    scale: int = 1
    largest: Fraction = Fraction(0)
    codes: dict[Value, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known: tuple[Value, ...] = self.type.choices
        if self.type.kind is Kind.YES_NO:
            known = (False, True)
        self.codes = {value: _FIRST + index for index, value in enumerate(known)}

    @property
    def key(self) -> str:
        return f"f{self.number}"

    @property
    def null_key(self) -> str:
        """The column that tells null from values, for numbers; others have a number for null."""
        return f"n{self.number}" if self.is_number else self.key

    @property
    def is_number(self) -> bool:
        return self.type.kind in NUMERIC | _TIMES

    def takes(self, operator: str, value: Value) -> bool:
        """Whether such a test can be told; from then on `code` knows its value."""
        if value is None:
            return True
        if self.type.kind in _DISCRETE:
            if operator not in ORDERINGS:
                self.codes.setdefault(value, _FIRST + len(self.codes))
            return operator not in ORDERINGS
        return self.is_number and self._takes_number(ticks(value))

    def _takes_number(self, value: Fraction) -> bool:
        scale = math.lcm(self.scale, value.denominator)
        largest = max(self.largest, abs(value))
        if largest * scale >= SCALED_LIMIT:
            return False
        self.scale, self.largest = scale, largest
        return True

    def code(self, value: Value) -> int:
        """The number that stands for a constant."""
        if value is None:
            return 1 if self.is_number else _NULL
        if self.is_number:
            return int(ticks(value) * self.scale)
        return self.codes[value]

    def encoder(self) -> Encoder:
        """Writes a value, which must be of the column's type, as it stands in a fact."""
        if self.type.kind in _DISCRETE:
            return self._code_encoder()
        if self.is_number:
            return self._number_encoder()
        null, other = f'"{self.key}":{_NULL}', f'"{self.key}":{_OTHER}'
        return lambda value: null if value is None else other

    def _code_encoder(self) -> Encoder:
        written = {value: f'"{self.key}":{code}' for value, code in self.codes.items()}
        written[None] = f'"{self.key}":{_NULL}'
        other = f'"{self.key}":{_OTHER}'
        return lambda value: written.get(value, other)

    def _number_encoder(self) -> Encoder:
        begin = f'"{self.key}":'
        null = f'"{self.null_key}":1'
        if self.optional:
            begin = f'"{self.null_key}":0,{begin}'
        scale = self.scale
        to_number = _TO_NUMBER.get(self.type.kind)

        def encode(value: Any) -> str:
            if value is None:
                return null
            number = value if to_number is None else to_number(value)
            if type(number) is int:
                whole = number * scale
                if -FARTHEST < whole < FARTHEST:
                    return begin + str(whole)
            return begin + _placed(number, scale)

        return encode


_TO_NUMBER: Mapping[Kind, Callable[[Any], int]] = {
    Kind.DATE: date.toordinal,
    Kind.DATE_TIME: microseconds_since,
    Kind.DURATION: lambda value: value // _TICK,
}


def _placed(number: int | Decimal | Fraction, scale: int) -> str:
    """The number, scaled: whole, or the half between two whole ones, or beyond all constants."""
    scaled: int | Decimal | Fraction
    if isinstance(number, Decimal):
        scaled = number if scale == 1 else _EXACT.multiply(number, scale)
    else:
        scaled = number * scale
    whole = math.floor(scaled)
    if -FARTHEST < whole < FARTHEST:
        return str(whole) if whole == scaled else repr(whole + 0.5)
    return str(FARTHEST if whole > 0 else -FARTHEST)
