"""What a table goes by: each input, and the pieces that its values fall into."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from server.domain.expression.nowhere import EPOCH
from server.domain.expression.numbers import ticks
from server.domain.expression.tree import Node
from server.domain.values import (
    DECIMAL_PLACES,
    DURATION_LIMIT,
    NUMBER_LIMIT,
    NUMERIC,
    Kind,
    RecordRef,
    Type,
    Value,
)

MEASURED = NUMERIC | {Kind.DATE, Kind.DATE_TIME, Kind.DURATION}
"""Kinds whose values lie on a line. They are reckoned with as exact numbers, by `ticks`."""
_WHOLE = frozenset({Kind.WHOLE_NUMBER, Kind.DATE, Kind.DATE_TIME, Kind.DURATION})
LENGTHS = (1, 2, 3, 5, 10)
"""Of lists that are tried."""
_TICK = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Unknown:
    """The value is null."""


@dataclass(frozen=True, slots=True)
class Same:
    """Just this value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Other:
    """None of the values that the table names."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """All numbers between two ends."""

    low: Fraction
    high: Fraction
    has_low: bool = True
    has_high: bool = True


Piece = Unknown | Same | Other | Stretch


@dataclass(frozen=True, slots=True)
class Variable:
    """An input, or a part of a condition that is reckoned with as if it were one.

    Such a part has its `node`, and `reads` are the inputs that it depends on.
    """

    name: str
    type: Type
    optional: bool = False
    node: Node | None = None
    reads: tuple[str, ...] = ()

    @property
    def is_measured(self) -> bool:
        return self.type.kind in MEASURED

    @property
    def is_whole(self) -> bool:
        return self.type.kind in _WHOLE

    @property
    def domain(self) -> tuple[Value, ...] | None:
        """Every value there is; None where there are too many to count."""
        if self.type.kind is Kind.CHOICE:
            return self.type.choices
        return (True, False) if self.type.kind is Kind.YES_NO else None

    @property
    def ends(self) -> tuple[Fraction, Fraction]:
        """The least and the greatest value of what is measured."""
        match self.type.kind:
            case Kind.DATE:
                return ticks(date.min), ticks(date.max)
            case Kind.DATE_TIME:
                first = datetime.combine(date.min, time.min, UTC)
                return ticks(first), ticks(datetime.combine(date.max, time.max, UTC))
            case Kind.DURATION:
                return ticks(-DURATION_LIMIT), ticks(DURATION_LIMIT)
            case _:
                low = Fraction(1 - NUMBER_LIMIT)
                high = Fraction(NUMBER_LIMIT - 1)
                at_least, at_most = self.type.at_least, self.type.at_most
                return (
                    low if at_least is None else max(low, Fraction(at_least)),
                    high if at_most is None else min(high, Fraction(at_most)),
                )

    def pieces(self, points: Iterable[Fraction], named: Iterable[Value]) -> tuple[Piece, ...]:
        """All values, divided so that no rule tells two of one piece apart.

        `points` are the numbers that rules compare with, `named` the other values they name.
        """
        found: list[Piece]
        if self.is_measured:
            found = list(self._stretches(sorted(set(points))))
        elif self.domain is not None:
            found = [Same(value) for value in self.domain]
        else:
            distinct = dict.fromkeys(value for value in named if value is not None)
            found = [*(Same(value) for value in distinct), Other()]
        return (*found, Unknown()) if self.optional else tuple(found)

    def _stretches(self, points: Sequence[Fraction]) -> Iterable[Piece]:
        least, greatest = self.ends
        if least > greatest:
            return
        inner = [point for point in points if least <= point <= greatest]
        low: Fraction | None = None
        for point in inner:
            yield from self._between(low, point)
            if self.holds(point):
                yield Stretch(point, point)
            low = point
        yield from self._between(low, None)

    def _between(self, low: Fraction | None, high: Fraction | None) -> Iterable[Piece]:
        """The open stretch between two points, where anything lies in it."""
        least, greatest = self.ends
        if self.is_whole:
            first = least if low is None else Fraction(low.__floor__() + 1)
            last = greatest if high is None else Fraction(high.__ceil__() - 1)
            if first <= last:
                yield Stretch(first, last)
        elif (low is None and high == least) or (high is None and low == greatest):
            return
        else:
            yield Stretch(
                least if low is None else low,
                greatest if high is None else high,
                low is None,
                high is None,
            )

    def holds(self, number: Fraction) -> bool:
        """Whether there is a value of just this amount."""
        if self.is_whole:
            return number.denominator == 1
        return self.type.kind is Kind.FRACTION or _is_decimal(number)

    def value(self, number: Fraction) -> Value:
        """The value of this amount, which there is."""
        match self.type.kind:
            case Kind.WHOLE_NUMBER:
                return int(number)
            case Kind.NUMBER | Kind.MONEY:
                return Decimal(number.numerator) / Decimal(number.denominator)
            case Kind.DATE:
                return date.fromordinal(int(number))
            case Kind.DATE_TIME:
                return EPOCH + int(number) * _TICK
            case Kind.DURATION:
                return int(number) * _TICK
            case _:
                return number

    def samples(self, piece: Piece) -> Iterator[Value]:
        """Some values out of a piece that is not measured, the plainest first."""
        match piece:
            case Same(value=value):
                yield value
            case Unknown() | Stretch():
                yield None
            case _:
                yield from self._others()

    def _others(self) -> Iterator[Value]:
        entity = self.type.entity or ""
        match self.type.kind:
            case Kind.TEXT:
                yield from ("something else", "")
            case Kind.REF:
                yield from (RecordRef(entity, 1), RecordRef(entity, 2))
            case Kind.LIST:
                yield from _lists(self.type.item)
            case _:
                yield {}


def _lists(item: Type | None) -> Iterator[Value]:
    """Lists of several lengths, of values of all pieces that no rule need name."""
    yield ()
    if item is not None:
        member = Variable("", item)
        values = [
            value
            for piece in member.pieces((), ())
            for value in (
                [member.value(member.ends[0])]
                if isinstance(piece, Stretch)
                else member.samples(piece)
            )
        ]
        for length in LENGTHS:
            yield tuple(itertools.islice(itertools.cycle(values), length))


def _is_decimal(number: Fraction) -> bool:
    return bool((10**DECIMAL_PLACES) % number.denominator == 0)
