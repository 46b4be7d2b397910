"""What a condition claims of the variables, as a formula of which the negation is one too.

A formula is true, false, a claim, or several joined. Claims about one variable become facts, sets of
pieces, once it is known into which pieces the values fall.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from server.domain.expression.tree import Node
from server.domain.values import Value


@dataclass(frozen=True, slots=True)
class OneOf:
    """The variable has one of these values; None among them means unknown."""

    variable: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """The variable is known, and stands so to a number."""

    variable: str
    operator: Literal["<", "<=", "="]
    bound: Fraction


@dataclass(frozen=True, slots=True)
class Linear:
    """The sum of several variables, each times its factor, plus a constant stands so to zero."""

    parts: tuple[tuple[str, Fraction], ...]
    constant: Fraction
    operator: Literal["<", "<=", "="]


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something that is true or false and not looked into. `key` is the same for the same."""

    key: str
    node: Node = field(compare=False)
    variables: tuple[str, ...] = ()


Claim = OneOf | Compared | Linear | Opaque


@dataclass(frozen=True, slots=True)
class Not:
    claim: Claim


@dataclass(frozen=True, slots=True)
class Joined:
    """All of the parts, or at least one (`is_all` False)."""

    is_all: bool
    parts: tuple[Formula, ...]


Formula = bool | OneOf | Compared | Linear | Opaque | Not | Joined


def every(parts: Iterable[Formula]) -> Formula:
    return _joined(True, parts)


def some(parts: Iterable[Formula]) -> Formula:
    return _joined(False, parts)


def _joined(is_all: bool, parts: Iterable[Formula]) -> Formula:
    found: list[Formula] = []
    for part in parts:
        if isinstance(part, bool):
            if part is not is_all:
                return part
        elif isinstance(part, Joined) and part.is_all is is_all:
            found.extend(part.parts)
        else:
            found.append(part)
    distinct = tuple(dict.fromkeys(found))
    if not distinct:
        return is_all
    return distinct[0] if len(distinct) == 1 else Joined(is_all, distinct)


def opposite(formula: Formula) -> Formula:
    match formula:
        case bool():
            return not formula
        case Not(claim=claim):
            return claim
        case Joined(is_all=is_all, parts=parts):
            return _joined(not is_all, (opposite(part) for part in parts))
        case _:
            return Not(formula)


def claims(formula: Formula) -> Iterable[Claim]:
    """Every claim in it."""
    match formula:
        case bool():
            return
        case Not(claim=claim):
            yield claim
        case Joined(parts=parts):
            for part in parts:
                yield from claims(part)
        case _:
            yield formula
