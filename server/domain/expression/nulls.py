"""Where null could reach a comparison or a computation untested.

Logic here has two values. `=`, `!=` and `in` take null as a value equal only to itself; whatever
else would meet null must stand behind a test: `x is not null and x > 3`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from server.domain.expression.functions import EMPTY_IS_NULL, LISTS
from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Fields,
    Interval,
    IsNull,
    Joined,
    Membership,
    Negative,
    Node,
    Not,
    Path,
    Problem,
    Quantified,
    Where,
)
from server.domain.expression.types import is_null, type_of
from server.domain.expression.walking import children, identity
from server.domain.values import Kind, Value

Doubts = dict[tuple[str, ...], tuple[bool, ...]]
"""For the parts of each path, whether what stands there may be null."""

LINE = 60
"""Characters of an expression that a hint repeats."""

_Fact = tuple[str, str | tuple[str, ...]]
"""What is sure of a node: of a path by its parts, of anything else by its identity."""
_Facts = frozenset[_Fact]
_KNOWN, _NOT_ZERO = "known", "not zero"


def _fact(kind: str, node: Node) -> _Fact:
    return (kind, node.parts if isinstance(node, Path) else identity(node))


def unsafe(text: str, tree: Node, doubts: Doubts, *, nullable: bool) -> Iterator[Problem]:
    """A problem for each place where null could arrive untested."""
    check = _Check(text, doubts)
    yield from check.inside(tree, frozenset())
    if not nullable:
        yield from check.needed(tree, frozenset())


class _Check:
    def __init__(self, text: str, doubts: Doubts) -> None:
        self._text = text
        self._doubts = doubts

    def needed(self, node: Node, facts: _Facts) -> Iterator[Problem]:
        """A problem where this may be null though it must not."""
        if not self._may_be_null(node, facts):
            return
        match node:
            case Arithmetic(operator="/", right=divisor):
                yield Problem(
                    "The divisor may be zero here.",
                    *divisor.span,
                    f"Test it first: {self._words(divisor)} != 0 and …",
                )
            case Arithmetic(operator="**"):
                yield Problem(
                    "This power may have no result here.",
                    *node.span,
                    f"Test it first: {self._words(node)} is not null and …",
                )
            case _ if is_null(node):
                yield Problem("Null does not fit here.", *node.span)
            case _ if type_of(node).kind is Kind.YES_NO:
                yield Problem(
                    "This may be neither yes nor no, but unknown.",
                    *node.span,
                    f"Write {self._words(node)} = true, or = false.",
                )
            case _:
                yield Problem(
                    "This may be null here.",
                    *node.span,
                    f"Test it first: {self._words(node)} is not null and …",
                )

    def _words(self, node: Node) -> str:
        words = self._text[slice(*node.span)]
        return words if len(words) <= LINE else "x"

    def inside(self, node: Node, facts: _Facts) -> Iterator[Problem]:
        """The problems of everything that the node is made of."""
        match node:
            case Joined(operator=operator, operands=operands):
                for operand in operands:
                    yield from self.inside(operand, facts)
                    yield from self.needed(operand, facts)
                    facts |= _facts(operand, operator == "and")
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                yield from self.inside(condition, facts)
                yield from self.needed(condition, facts)
                yield from self.inside(then, facts | _facts(condition, True))
                yield from self.inside(otherwise, facts | _facts(condition, False))
            case Where(members=members, condition=condition):
                yield from self.inside(members, facts)
                yield from self.inside(condition, facts)
                yield from self.needed(condition, facts)
            case Quantified(members=members, condition=condition):
                yield from self.inside(members, facts)
                yield from self.inside(condition, facts)
                yield from self.needed(condition, facts)
            case _:
                for child in children(node):
                    yield from self.inside(child, facts)
                for child in _operands(node):
                    yield from self.needed(child, facts)

    def _may_be_null(self, node: Node, facts: _Facts) -> bool:
        if is_null(node):
            return True
        if type_of(node).kind is Kind.LIST or (facts and _fact(_KNOWN, node) in facts):
            return False
        match node:
            case Path(parts=parts):
                return self._path_may_be_null(parts, facts)
            case Fields():
                return True
            case Arithmetic(operator="/", right=divisor):
                return not _is_never_zero(divisor, facts)
            case Arithmetic(operator="**"):
                return True
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                return self._may_be_null(
                    then, facts | _facts(condition, True)
                ) or self._may_be_null(otherwise, facts | _facts(condition, False))
            case Call(function=function, arguments=arguments):
                if function in {"after_working", "after_working_days"}:
                    return not _is_soon(arguments[1])
                return function in EMPTY_IS_NULL and len(arguments) == 1
            case _:
                return False

    def _path_may_be_null(self, parts: tuple[str, ...], facts: _Facts) -> bool:
        known = max(
            (
                _shared(about, parts)
                for kind, about in facts
                if kind == _KNOWN and isinstance(about, tuple)
            ),
            default=0,
        )
        doubts = self._doubts.get(parts, ())
        return any(doubts[known:])


def _shared(known: tuple[str, ...], parts: tuple[str, ...]) -> int:
    """How many of the first parts are the same."""
    count = 0
    for one, other in zip(known, parts, strict=False):
        if one != other:
            break
        count += 1
    return count


def _operands(node: Node) -> tuple[Node, ...]:
    """The parts that must not be null."""
    match node:
        case Comparison(operator="=" | "!="):
            return ()
        case Not() | Negative() | Arithmetic() | Comparison() | Interval():
            return children(node)
        case Call(function=function, arguments=arguments):
            if len(arguments) == 1 and function in LISTS:
                return ()
            return arguments[:1] if function == "holders" else arguments
        case _:
            return ()


def _facts(node: Node, truth: bool) -> _Facts:
    """What is sure where this condition has turned out so."""
    match node:
        case Not(operand=operand):
            return _facts(operand, not truth)
        case Joined(operator=operator, operands=operands):
            found = [_facts(operand, truth) for operand in operands]
            if (operator == "and") == truth:
                return frozenset().union(*found)
            return reduce(lambda left, right: left & right, found)
        case IsNull(operand=operand, negated=negated) if negated == truth:
            return frozenset({_fact(_KNOWN, operand)})
        case Comparison():
            return _compared(node, truth)
        case Membership(operand=operand, items=items) if truth:
            if all(isinstance(item, Constant | Interval) and not is_null(item) for item in items):
                return frozenset({_fact(_KNOWN, operand)})
    return frozenset()


def _compared(node: Comparison, truth: bool) -> _Facts:
    sides = ((node.left, node.right), (node.right, node.left))
    facts: set[_Fact] = set()
    for side, other in sides:
        if not isinstance(other, Constant):
            continue
        if (node.operator == "=") == truth and node.operator in {"=", "!="}:
            facts.add(_fact(_KNOWN, side))
        if _excludes_zero(node, side, other, truth):
            facts.add(_fact(_NOT_ZERO, side))
    return frozenset(facts)


_MIRRORED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def _excludes_zero(node: Comparison, side: Node, other: Constant, truth: bool) -> bool:
    """Whether `side` cannot be zero where it compares so with a constant."""
    operator: str = node.operator if truth else _OPPOSITE[node.operator]
    if side is node.right:
        operator = _MIRRORED.get(operator, operator)
    sign = _sign(other.value)
    if sign is None:
        return False
    return {
        "=": sign != 0,
        "!=": sign == 0,
        "<": sign <= 0,
        "<=": sign < 0,
        ">": sign >= 0,
        ">=": sign > 0,
    }[operator]


SOON = (2_000, timedelta(hours=10_000))
"""Working days, and working time, that every calendar comes to within the years it looks through."""


def _is_soon(amount: Node) -> bool:
    match amount:
        case Constant(value=int() as count):
            return 0 <= count <= SOON[0]
        case Constant(value=timedelta() as time):
            return timedelta() <= time <= SOON[1]
        case _:
            return False


def _sign(value: Value) -> int | None:
    """-1, 0 or 1; None for what is no number."""
    match value:
        case timedelta():
            return (value > timedelta()) - (value < timedelta())
        case int() | Decimal() | Fraction():
            return (value > 0) - (value < 0)
        case _:
            return None


def _is_never_zero(divisor: Node, facts: _Facts) -> bool:
    typ = type_of(divisor)
    return (
        (isinstance(divisor, Constant) and bool(divisor.value))
        or (typ.at_least is not None and typ.at_least > 0)
        or (typ.at_most is not None and typ.at_most < 0)
        or _fact(_NOT_ZERO, divisor) in facts
    )
