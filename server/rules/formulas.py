"""Conditions as durable-rules can be told them: tests of one column each, joined by and / or.

There is no `not`: a negation is pushed down until it meets a test, which has an opposite.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from server.domain.values import Value

OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
ORDERINGS = frozenset({"<", "<=", ">", ">="})


@dataclass(frozen=True, slots=True)
class Test:
    """`column operator value`. With `=` and `!=`, null is a value; it is never less or more."""

    column: str
    operator: str
    value: Value


@dataclass(frozen=True, slots=True)
class Hoisted:
    """What is decided beforehand in Python, by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Every:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Some:
    parts: tuple[Formula, ...]


Formula = Test | Hoisted | Every | Some

ALWAYS = Every(())
NEVER = Some(())


def every(parts: Iterable[Formula]) -> Formula:
    """All of them, without needless nesting."""
    flat: list[Formula] = []
    for part in parts:
        if part == NEVER:
            return NEVER
        flat.extend(part.parts if isinstance(part, Every) else (part,))
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else Every(unique)


def some(parts: Iterable[Formula]) -> Formula:
    """Any of them, without needless nesting."""
    flat: list[Formula] = []
    for part in parts:
        if part == ALWAYS:
            return ALWAYS
        flat.extend(part.parts if isinstance(part, Some) else (part,))
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else Some(unique)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a formula takes of the C module's fixed tables.

    `groups` are its and / or nodes, `ways` the alternatives that may hold at the same time, and
    `values` all alternatives.
    """

    groups: int = 0
    ways: int = 1
    values: int = 1


def cost(formula: Formula) -> Cost:
    match formula:
        case Test() | Hoisted():
            return Cost()
        case Every(parts=parts):
            costs = [cost(part) for part in parts]
            ways = 1
            for item in costs:
                ways *= item.ways
            return Cost(
                1 + sum(item.groups for item in costs),
                ways,
                max(1, sum(item.values for item in costs)),
            )
        case Some(parts=parts):
            costs = [cost(part) for part in parts]
            return Cost(
                1 + sum(item.groups for item in costs),
                1 if _exclusive(parts) else sum(item.ways for item in costs),
                sum(item.values for item in costs),
            )


def _exclusive(parts: tuple[Formula, ...]) -> bool:
    """Whether at most one can hold: equalities of one column."""
    return all(
        isinstance(part, Test) and part.operator == "=" and part.column == _column(parts[0])
        for part in parts
    )


def _column(formula: Formula) -> Any:
    return formula.column if isinstance(formula, Test) else None
