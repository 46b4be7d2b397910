"""Does a rule hold whatever the inputs of a table are? Tried on every value that its cells tell apart."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from server.domain.values import Kind
from server.notation.dmn.feel import Feel, Literal, Range, Tests, Value
from server.notation.dmn.model import Column, Table

TRIED = 50_000
"""Combinations of values; a table with more is taken for one that has gaps."""
_OTHER = "\x00"
"""A text that no cell names."""


def is_complete(table: Table) -> bool:
    """Whether some rule surely holds for all inputs that are known."""
    columns = []
    for number, column in enumerate(table.columns):
        values = _values(column, [row.cells[number] for row in table.rows])
        if values is None:
            return False
        columns.append(values)
    if math.prod(len(values) for values in columns) > TRIED:
        return False
    return all(
        any(all(map(_meets, given, row.cells)) for row in table.rows)
        for given in itertools.product(*columns)
    )


def _values(column: Column, cells: Sequence[Tests]) -> list[Value] | None:
    """A value for each way in which the cells of a column can be met; None if that is not known."""
    tests = [test for cell in cells for test in cell.tests]
    constants = list(_constants(tests))
    if None in constants and not all(isinstance(test, Literal | Range) for test in tests):
        return None
    if not tests:
        return [None]
    if not all(isinstance(test, Literal) or _is_constant(test) for test in tests):
        return None
    if column.item.kind is Kind.YES_NO or any(isinstance(value, bool) for value in constants):
        return [True, False]
    if column.item.values:
        return list(column.item.values)
    numbers = sorted({value for value in constants if isinstance(value, Decimal)})
    if not numbers:
        return [*constants, _OTHER]
    between = [(low + high) / 2 for low, high in itertools.pairwise(numbers)]
    return [*numbers, *between, numbers[0] - 1, numbers[-1] + 1]


def _is_constant(test: Feel | Range) -> bool:
    if not isinstance(test, Range):
        return isinstance(test, Literal)
    return all(bound is None or isinstance(bound, Literal) for bound in (test.low, test.high))


def _constants(tests: Sequence[Feel | Range]) -> Iterator[Value]:
    for test in tests:
        parts = (test.low, test.high) if isinstance(test, Range) else (test,)
        for part in parts:
            if isinstance(part, Literal):
                yield part.value


def _meets(value: Value, cell: Tests) -> bool:
    if not cell.tests:
        return True
    return any(_fits(value, test) for test in cell.tests) is not cell.is_negated


def _fits(value: Value, test: Feel | Range) -> bool:
    if isinstance(test, Literal):
        return test.value == value
    if not isinstance(test, Range) or not isinstance(value, Decimal):
        return False
    low, high = (
        bound.value if isinstance(bound, Literal) else None for bound in (test.low, test.high)
    )
    above = not isinstance(low, Decimal) or low < value or (test.includes_low and low == value)
    below = not isinstance(high, Decimal) or value < high or (test.includes_high and high == value)
    return above and below
