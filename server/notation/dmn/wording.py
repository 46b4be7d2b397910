"""Our expressions in FEEL. A number that is no decimal is written as a fraction, which is exact in FEEL too."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Interval,
    IsNull,
    Joined,
    Listing,
    Membership,
    Negative,
    Node,
    Not,
    Path,
    Quantified,
)
from server.domain.expression.types import type_of
from server.domain.values import Kind, Value, to_json

_LOOSE = (Arithmetic, Joined, Comparison, Membership, IsNull, Conditional, Quantified)
_FUNCTIONS = {"distinct": "distinct values", "date_time": "date and time"}


def literal(value: Value) -> str:
    """A constant, as FEEL writes it."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'.replace("\n", "\\n").replace("\t", "\\t")
        case datetime():
            return f'date and time("{to_json(value)}")'
        case date():
            return f'date("{to_json(value)}")'
        case timedelta():
            return f'duration("{to_json(value)}")'
        case Fraction():
            text = f"{value.numerator}/{value.denominator}"
            return text.removesuffix("/1")
        case Decimal():
            return format(value, "f")
        case tuple():
            return f"[{', '.join(literal(item) for item in value)}]"
        case _:
            return str(value)


def feel(node: Node, optional: Collection[str]) -> str:
    """An expression of a decision. `optional` are the inputs that may be null."""
    return _Writer(frozenset(optional)).text(node)


def cell(item: Node) -> str:
    """A constant or a range of constants, as cells have them."""
    return _Writer(frozenset()).test(item)


class _Writer:
    def __init__(self, optional: frozenset[str]) -> None:
        self._optional = optional

    def inner(self, node: Node) -> str:
        """The text as a part of something, in brackets where it is not one word."""
        is_fraction = isinstance(node, Constant) and isinstance(node.value, Fraction)
        text = self.text(node)
        return f"({text})" if isinstance(node, _LOOSE) or is_fraction else text

    def text(self, node: Node) -> str:
        match node:
            case Constant(value=value):
                return literal(value)
            case Path(parts=parts):
                return ".".join(parts)
            case Not(operand=operand):
                return self._negated(operand)
            case Negative(operand=operand):
                return f"-{self.inner(operand)}"
            case Joined(operator=word, operands=operands):
                return f" {word} ".join(self.inner(item) for item in operands)
            case Arithmetic(operator=sign, left=left, right=right):
                return f"{self.inner(left)} {sign} {self.inner(right)}"
            case Comparison(operator=sign, left=left, right=right):
                return f"{self.inner(left)} {sign} {self.inner(right)}"
            case IsNull(operand=operand, negated=negated):
                return f"{self.inner(operand)} {'!=' if negated else '='} null"
            case Membership(operand=operand, items=items):
                return self._membership(operand, items)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                told = (self.inner(part) for part in (condition, then, otherwise))
                return "if {} then {} else {}".format(*told)
            case Call(function=function, arguments=arguments):
                return self._call(function, arguments)
            case Quantified(quantifier=word, name=name, members=members, condition=condition):
                return f"{word} {name} in {self.inner(members)} satisfies {self.inner(condition)}"
            case Listing(items=items):
                return f"[{', '.join(self.text(item) for item in items)}]"
            case _:
                raise AssertionError("Decisions read neither records nor the clock.")

    def _negated(self, operand: Node) -> str:
        """FEEL's `not` of what is neither true nor false is neither; ours has no such thing."""
        text = f"not({self.text(operand)})"
        match operand:
            case Membership(operand=Path(parts=(name,)), items=items) if name in self._optional:
                if not any(isinstance(item, Constant) and item.value is None for item in items):
                    return f"({name} = null or {text})"
        return text

    def _membership(self, operand: Node, items: tuple[Node, ...]) -> str:
        lists = [item for item in items if not isinstance(item, Interval) and _is_list(item)]
        others = [item for item in items if item not in lists]
        told = [f"list contains({self.text(item)}, {self.text(operand)})" for item in lists]
        if others:
            tests = ", ".join(self.test(item) for item in others)
            told.append(f"{self.inner(operand)} in ({tests})")
        return " or ".join(told)

    def test(self, item: Node) -> str:
        """A value or a range, as cells have them."""
        if not isinstance(item, Interval):
            return self.inner(item)
        if item.low is None:
            assert item.high is not None
            return f"<{'=' * item.includes_high} {self.inner(item.high)}"
        if item.high is None:
            return f">{'=' * item.includes_low} {self.inner(item.low)}"
        opening, closing = "[" if item.includes_low else "(", "]" if item.includes_high else ")"
        return f"{opening}{self.inner(item.low)}..{self.inner(item.high)}{closing}"

    def _call(self, function: str, arguments: tuple[Node, ...]) -> str:
        given = ", ".join(self.text(item) for item in arguments)
        if function == "contains":
            return f"{'list contains' if _is_list(arguments[0]) else 'contains'}({given})"
        if function == "sum" and len(arguments) == 1:
            nothing = 'duration("PT0S")' if _adds_durations(arguments[0]) else "0"
            return f"(if count({given}) = 0 then {nothing} else sum({given}))"
        return f"{_FUNCTIONS.get(function, function)}({given})"


def _is_list(node: Node) -> bool:
    return type_of(node).kind is Kind.LIST


def _adds_durations(node: Node) -> bool:
    item = type_of(node).item
    return item is not None and item.kind is Kind.DURATION
